"""Questions of the wall: who asks, about whose documents, and what was answered."""

import dataclasses
import json
import re
import secrets
import uuid

from . import world

KINDS = ("backup", "client", "job", "action", "session")
IDS = tuple(f"{kind}_id" for kind in KINDS) + ("subject",)
MALFORMED = {"malformed: long": "x" * 300, "malformed: blank": "sp%20ace;--"}
MAKERS = {"home": "member", "far": "stranger"}
MADE_UP = re.compile(r"\b[0-9a-f]{32}\b|\b\d{10}\b|\d{4}-\d\d-\d\dT[\d:.]+Z?")
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
    def __init__(self, server, callers):
        self.server, self.callers = server, callers
        self.projects, self.shared = callers.projects, {}
        self.marker = "mark" + secrets.token_hex(8)      # in all documents of home, as no id
        self.names = {**self.projects, "HOME": self.projects["home"].upper(),
                      "maker": callers.users["member"],
                      **{f"token of {name}": callers.tokens[name]
                         for name in ("admin", "service", "member")}}

    # ---- documents ------------------------------------------------------------------------------

    def made(self, alias, operation, body=None):
        """A document that the project's maker makes."""
        method, path = operation.split()
        asked = self.ask(MAKERS[alias], method, f"/v2/{self.projects[alias]}{path}", {},
                         None if body is None else json.dumps(body))
        if asked.reply.status not in (201, 204):
            raise world.Trouble(f"{operation}: {asked}")
        return asked.reply.body

    def documents(self, alias):
        """Ids of one document of each kind in that project, the job a member of the session."""
        mark = self.marker if alias == "home" else "elsewhere"
        ids = {"client_id": secrets.token_hex(16)}
        self.made(alias, "POST /clients", {**ids, "hostname": mark, "description": mark})
        action = {"freezer_action": {"action": "exec", "command": mark}}
        for kind, body in (("backup", {"container": mark, "hostname": mark, "backup_name": mark}),
                           ("action", action),
                           ("session", {"schedule": {}, "session_tag": 0, "description": mark})):
            ids[f"{kind}_id"] = self.made(alias, f"POST /{kind}s", body)[f"{kind}_id"]
        job = {"client_id": ids["client_id"], "description": mark,
               "job_actions": [{"action_id": ids["action_id"]}]}
        ids["job_id"] = self.made(alias, "POST /jobs", job)["job_id"]
        self.made(alias, f"PUT /sessions/{ids['session_id']}/jobs/{ids['job_id']}")
        return ids

    # ---- about what -----------------------------------------------------------------------------

    def alias(self, caller):
        """The project that is the caller's side of the wall: home for those who have no side."""
        return "far" if self.callers.homes.get(caller) == "far" else "home"

    def project(self, caller, whose):
        """The project that the path names."""
        return self.projects["home" if whose in ("own", "nothing") else self.alias(caller)]

    def ids(self, row, caller, whose, is_safe):
        """What is asked about: made for this question alone, unless it can't change anything."""
        if not row.ids:
            return {}
        if whose in ("nothing", "unknown"):
            return {name: secrets.token_hex(16) for name in IDS}
        if whose in MALFORMED:
            return {name: MALFORMED[whose] for name in IDS}
        if "subject" in row.ids:
            return {"subject": self.subject(caller, whose)}
        alias = {"home": "far", "far": "home"}[self.alias(caller)] if whose == "other" else "home"
        if not is_safe:
            return self.documents(alias)
        if alias not in self.shared:
            self.shared[alias] = self.documents(alias)
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
        sent += [(name, fill(value, names)) for name, value in headers]
        reply = self.server.ask(method, fill(path, names), sent,
                                None if body is None else fill(body, names).encode())
        return Asked(caller, whose, request, ids, reply)

    def ask_row(self, row, caller, whose, ids):
        ids = {**ids, "project_id": self.project(caller, whose)}
        return self.ask(caller, row.method, row.path, ids, row.body, row.headers, whose)
