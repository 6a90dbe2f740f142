"""The table of the wall, as text and as rows. See tests/api/wall.table."""

import dataclasses
import json
import re

from .world import Trouble

WHOSE = ("own", "other", "unknown", "malformed")
VERSIONS = ("/v1", "/v2/{project_id}")
LIKE = {"stranger": "member", "far-reader": "reader"}     # what they are in their own project
NAMES = re.compile(r"\{(\w+)\}")


@dataclasses.dataclass
class Row:
    """A route: who may, what they get, and what is sent."""
    method: str
    path: str
    who: str
    statuses: dict
    body: str = None
    headers: list = dataclasses.field(default_factory=list)
    buts: list = dataclasses.field(default_factory=list)
    changes: str = ""       # "all": those who may may change what is of no project

    @property
    def name(self):
        return f"{self.method} {self.path}"

    @property
    def is_v1(self):
        return self.path.startswith("/v1")

    @property
    def is_bound(self):
        """Must the project of the path be the token's own, whoever asks?"""
        return self.path.startswith("/data-protect/v1/{project_id}")

    @property
    def ids(self):
        """The names of the documents that it asks about."""
        texts = [self.path, self.body or "", *(value for _, value in self.headers)]
        return {name for text in texts for name in NAMES.findall(text)
                if name not in ("project_id", "new")}

    @property
    def words(self):
        """What it could be called by in the section of answers."""
        return {"", *self.ids, *self.path.split("/")}

    def exception(self, caller, whose):
        """The status that a `but` line has for them, or None."""
        for callers, version, exception in self.buts:
            if caller in callers and whose in exception and version in ("", self.path[1:3]):
                return exception[whose]
        return None


def json_checked(text):
    try:
        json.loads(text)
    except ValueError as error:
        raise Trouble(f"wall.table: {text}: {error}") from None
    return text


def statuses(words):
    """"200 404 404 404" by whose document is asked about."""
    return {whose: int(word) for whose, word in zip(WHOSE, words) if word != "-"}


def but(line):
    """"admin, service in v2: other 200" as (callers, version, statuses by whose)."""
    who, exceptions = line.split(":")
    who, _, version = who.partition(" in ")
    pairs = re.findall(r"(\w+) (\d+)", exceptions)
    return ({name.strip() for name in who.split(",")}, version,
            {whose: int(status) for whose, status in pairs})


class Table:
    def __init__(self, file):
        self.callers, self.groups, self.answers = {}, {"public": set()}, {}
        self.documents = []     # (name or "-", method, path, where the id is, body), in their order
        self.routes, self.standalone = [], []
        self.references, self.headers, self.queries, self.paths = [], [], [], []
        self.rows = []          # those that the line before made; it may stand for two versions
        section = None
        for line in file.read_text().splitlines():
            if line.startswith("["):
                section = line.strip("[]")
            elif line.strip() and not line.startswith("# ") and line != "#":
                getattr(self, f"{section}_line")(line)

    # ---- what is wanted -------------------------------------------------------------------------

    def wanted(self, row, caller, whose):
        """The status of an answer. `whose` is a column, with `nothing` for what is unknown in
        project home."""
        if row.who == "public":
            return row.statuses["own"]
        if caller in self.groups["nameless"]:
            return 401
        if row.is_bound and self.home(caller) != "home" and (
                whose in ("own", "nothing") or not self.home(caller)):
            return 400
        is_at_home = row.is_v1 or whose not in ("own", "nothing")
        known = {caller, LIKE.get(caller) if is_at_home else None}
        if not known & self.groups[row.who]:
            return 403
        if row.exception(caller, whose):
            return row.exception(caller, whose)
        # in version 1 there are only the documents of one's own making
        if whose == "own" and row.is_v1 and row.ids and caller != "member":
            whose = "other"
        return row.statuses["unknown" if whose == "nothing" else whose.split(":")[0]]

    def needed(self, names):
        """The documents to be made for those of these names: they themselves, what stands in them,
        and what ties two of them together."""
        needed = set(names)
        for name, _, path, _, body in reversed(self.documents):
            if name in needed:
                needed |= set(NAMES.findall(path + (body or "")))
        return [line for line in self.documents
                if line[0] in needed or line[0] == "-"
                and set(NAMES.findall(line[2])) - {"project_id"} <= needed]

    def fixed(self, names):
        """Those of the names that are the same whatever is asked about."""
        return {name: path for name, method, path, *_ in self.documents
                if method == "always" and name in names}

    def home(self, caller):
        """The project of the caller's token, as the table calls it; None if there is none."""
        role, _, project = self.callers[caller].partition(" of ")
        return project if role and project in ("home", "far", "ops") else None

    def refusals(self, row, status):
        """The bodies with which the route may refuse, as JSON with {names}."""
        return [text for name in row.words for text in self.answers.get((status, name), ())]

    # ---- reading --------------------------------------------------------------------------------

    def callers_line(self, line):
        name, what = line.split(None, 1)
        self.callers[name] = what

    def groups_line(self, line):
        name, who = line.split(None, 1)
        self.groups[name] = set(who.split())

    def documents_line(self, line):
        name, method, path, *rest = line.split(None, 4)
        where = rest.pop(0) if rest and rest[0][0] != "{" else ""
        body = rest[0] if rest else None
        self.documents.append((name, method, path, where, body and json_checked(body)))

    def answers_line(self, line):
        key, text = line.split("{", 1)
        status, _, name = key.strip().partition(" ")
        self.answers.setdefault((int(status), name.strip()), []).append(json_checked("{" + text))

    def routes_line(self, line, routes=None):
        if line[0] == "\t":
            return self.more_line(*line.split(None, 1))
        method, path, who, *words = line.split()
        paths = [path.replace("{api}", api) for api in (VERSIONS if "{api}" in path else ("",))]
        self.rows = [Row(method, each, who, statuses(words)) for each in paths]
        (self.routes if routes is None else routes).extend(self.rows)

    def standalone_line(self, line):
        self.routes_line(line, self.standalone)

    def more_line(self, word, rest):
        for row in self.rows:
            if word == "body":
                row.body = json_checked(rest)
            elif word == "header":
                row.headers.append(tuple(rest.split(": ", 1)))
            elif word == "changes":
                row.changes = rest
            elif word == "but":
                row.buts.append(but(rest))
            else:
                raise Trouble(f"wall.table: what is {word!r}?")

    def references_line(self, line):
        method, path, *body = line.split(None, 2)
        for api in VERSIONS if "{api}" in path else ("",):
            self.references.append(Row(method, path.replace("{api}", api), "", {},
                                       json_checked(body[0]) if body else None))

    def headers_line(self, line):
        self.headers.append(tuple(line.split(": ", 1)))

    def queries_line(self, line):
        self.queries.append(line)

    def paths_line(self, line):
        self.paths.append(line)
