"""The two command lines of python3-karborclient, called alike: `client("trigger", "show", name)` is
`karbor trigger-show NAME` or `openstack data protection trigger show NAME`. What they print is
read into dictionaries: names in lower case with underscores, JSON as what it means."""

import json
import re
import subprocess

from common import URL, Api, Outcome, environment


def meaning(text):
    """A printed value: JSON if it is an object or a list, else as it stands."""
    if isinstance(text, str) and text[:1] in ("{", "["):
        try:
            return json.loads(text)
        except ValueError:
            pass
    return text


def plain(row):
    return {name.lower().replace(" ", "_"): meaning(value) for name, value in row.items()}


def table(text):
    """The rows of a table drawn with + - |, as dictionaries; a row may have several lines."""
    lines = [line for line in text.splitlines() if line[:1] in ("+", "|")]
    if len(lines) < 3:
        return []
    edges = [n for n, sign in enumerate(lines[0]) if sign == "+"]
    cells = [[line[a + 2:b - 1].rstrip() for a, b in zip(edges, edges[1:])]
             for line in lines if line[0] == "|"]
    names, rows = cells[0], []
    for row in cells[1:]:
        if row[0]:
            rows.append(row)
        else:
            rows[-1] = ["\n".join(filter(None, pair)) for pair in zip(rows[-1], row)]
    return [dict(zip(names, row)) for row in rows]


class Client:
    """One of the two, run by one user."""

    def __init__(self, account, home):
        self.home, self.environment = home, environment(account, home)

    def run(self, program, first, words):
        words = [first, *map(str, words)]
        done = subprocess.run([f"/usr/bin/{program}", *" ".join(words[:1]).split(), *words[1:]],
                              env=self.environment, cwd=self.home, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=120)
        return Outcome(words, done, program)


class Shell(Client):
    """`karbor`"""

    name = "karbor"

    def __call__(self, resource, verb, *words):
        return self.run("karbor", f"{resource}-{verb}", words)

    def row(self, *words):
        """One run, and the document that it printed."""
        outcome = self(*words)
        return outcome, plain({row["Property"]: row["Value"] for row in table(outcome.output)})

    def rows(self, *words):
        """One run, and the list that it printed."""
        outcome = self(*words)
        return outcome, [plain(row) for row in table(outcome.output)]

    def commands(self):
        """All the commands that it says it has."""
        said = self.run("karbor", "help", ()).output
        found = re.findall(r"^ {4}([a-z]+-[a-z-]+)(?: |$)", said, re.MULTILINE)
        return set(found) - {"bash-completion"}


class OpenStack(Client):
    """`openstack data protection`"""

    name = "openstack"
    otherwise = {       # what `karbor` calls by another name
        "quota show": "quotas show", "quota update": "quotas update",
        "quota defaults": "quotas default", "quota-class show": "quotaclass show",
        "quota-class update": "quotaclass update",
        "protectable list-instances": "protectable instance list",
        "protectable show-instance": "protectable instance show",
        "checkpoint reset-state": "checkpoint reset state",
    }

    def __call__(self, resource, verb, *words):
        command = f"{resource} {verb}"
        return self.run("openstack", f"data protection {self.otherwise.get(command, command)}",
                        words)

    def row(self, *words):
        outcome = self(*words, "-f", "json")
        return outcome, plain(outcome.json)

    def rows(self, *words):
        outcome = self(*words, "-f", "json")
        return outcome, [plain(row) for row in outcome.json]

    def commands(self):
        said = self.run("openstack", "command list", ("--group", "openstack.data_protection.v1",
                                                      "-f", "json")).json
        return set(said[0]["Commands"])


class DataProtect(Api):
    """The Data Protection API, asked without any client."""

    def __init__(self, account):
        super().__init__(account)
        self.base = f"{URL}/data-protect/v1/{self.project}"

    def make(self, collection, wrapper, **members):
        """A new document."""
        reply = self.ask("POST", f"/{collection}", {wrapper: members})
        if reply.status != 200:
            raise RuntimeError(f"no new {wrapper}: {reply}")
        return reply.json[wrapper]
