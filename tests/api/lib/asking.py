"""Questions of the wall: who asks, about whose documents, and what was answered."""

import dataclasses
import re
import secrets
import uuid

from . import world

MALFORMED = {"malformed: long": "x" * 300, "malformed: blank": "sp%20ace;--"}
MAKERS = {"home": "member", "far": "stranger"}
MADE_UP = re.compile(r"\b[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}\b|\b\d{10}\b|\d{4}-\d\d-\d\dT[\d:.]+Z?")
# What two answers of the same meaning differ in; a length with the id that is echoed.
ACCIDENTAL = ("date", "x-openstack-request-id", "content-length")


def fill(text, names):
    """A text with its {names} replaced."""
    for name, value in names.items():
        text = text.replace("{%s}" % name, value)
    return text


@dataclasses.dataclass
class Asked:
    """A question and its answer."""
    caller: str
    whose: str
    request: str
    ids: dict
    reply: world.Reply

    def plain(self, text):
        """A text without what differs from one document, or second, to the next."""
        for name, value in self.ids.items():
            text = text.replace(value, "{%s}" % name)
        return MADE_UP.sub("{made up}", text)

    @property
    def all_to_see(self):
        headers = sorted((name.lower(), self.plain(value)) for name, value in self.reply.headers
                         if name.lower() not in ACCIDENTAL)
        return self.reply.status, self.plain(self.reply.text), headers

    def __str__(self):
        return f"{self.caller} about {self.whose}: {self.reply.status} {self.reply.text[:200]}"


class Asker:
    def __init__(self, table, server, callers):
        self.table, self.server, self.callers = table, server, callers
        self.projects, self.shared = callers.projects, {}
        self.marker = "mark" + secrets.token_hex(8)      # in all documents of home, as no id
        self.names = {**self.projects, "HOME": self.projects["home"].upper(),
                      "maker": callers.users["member"],
                      **{f"token of {name}": callers.tokens[name]
                         for name in ("admin", "service", "member")}}

    # ---- documents ------------------------------------------------------------------------------

    def made(self, alias, line, ids):
        """The id of a document that the project's maker makes, by a line of the table."""
        name, method, path, where, body = line
        names = {**ids, "project_id": self.projects[alias], "project": self.projects[alias],
                 "mark": self.marker if alias == "home" else "elsewhere"}
        if method in ("is", "always"):
            return fill(path, names)
        asked = self.ask(MAKERS[alias], method, path, names, body)
        if asked.reply.status not in (200, 201, 202, 204):
            raise world.Trouble(f"{method} {path}: {asked}")
        found = asked.reply.body
        for word in where.split(".") if where else ():
            found = found[int(word) if isinstance(found, list) else word]
        return found

    def documents(self, alias, names):
        """Ids of new documents of that project, and of what they need."""
        ids = {}
        for line in self.table.needed(names):
            ids[line[0]] = self.made(alias, line, ids)
        ids.pop("-", None)
        return ids

    # ---- about what -----------------------------------------------------------------------------

    def alias(self, caller):
        """The project that is the caller's side of the wall: home for those who have no side."""
        return "far" if self.callers.homes.get(caller) == "far" else "home"

    def project(self, row, caller, whose):
        """The project that the path names."""
        if row.is_bound and whose not in ("own", "nothing"):
            return self.projects[self.table.home(caller) or "home"]
        return self.projects["home" if whose in ("own", "nothing") else self.alias(caller)]

    def ids(self, row, caller, whose, is_safe):
        """What is asked about: made for this question alone, unless it can't change anything."""
        if not row.ids:
            return {}
        fixed = self.table.fixed(row.ids)
        if whose in ("nothing", "unknown"):
            return {name: str(uuid.uuid4()) if row.is_bound else secrets.token_hex(16)
                    for name in row.ids} | fixed
        if whose in MALFORMED:
            return {name: MALFORMED[whose] for name in row.ids} | fixed
        if "subject" in row.ids:
            return {"subject": self.subject(caller, whose)}
        alias = {"home": "far", "far": "home"}[self.alias(caller)] if whose == "other" else "home"
        if not is_safe:
            return self.documents(alias, row.ids)
        if alias not in self.shared:
            self.shared[alias] = self.documents(alias, row.ids)
        return self.shared[alias]

    def subject(self, caller, whose):
        """A token to ask about, one that nobody has used."""
        if whose == "own" and caller in self.callers.passwords and not self.callers.spoilt(caller):
            return self.callers.new_token(caller)
        return self.callers.new_token("member" if caller != "member" else "colleague")

    # ---- the question ---------------------------------------------------------------------------

    def ask(self, caller, method, path, ids, body=None, headers=(), whose=""):
        """Send it as that caller, with {names} replaced."""
        ids = {**ids, "new": secrets.token_hex(16)}
        names = {**self.names, **ids}
        request = f"req-{uuid.uuid4()}"
        token = self.callers.tokens[caller]
        sent = [("X-Openstack-Request-Id", request), *([("X-Auth-Token", token)] if token else [])]
        sent += [("Content-Type", "application/json")] if body is not None else []
        sent += [(name, fill(value, names)) for name, value in headers]
        reply = self.server.ask(method, fill(path, names), sent,
                                None if body is None else fill(body, names).encode())
        return Asked(caller, whose, request, ids, reply)

    def ask_row(self, row, caller, whose, ids):
        ids = {**ids, "project_id": self.project(row, caller, whose)}
        return self.ask(caller, row.method, row.path, ids, row.body, row.headers, whose)
