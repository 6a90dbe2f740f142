"""Writers over all three APIs, each with documents of its own, and the ledger of what they were told."""

import collections
import http.client
import json
import random
import re
import threading
import time
import uuid

from common import URL, psql
from engine import MACHINES
from ledger import DONE, GONE, REFUSED, UNSURE

HOST, PORT = URL.removeprefix("http://").split(":")
OPEN_MAX = 6            # documents a writer has at one time
# what a 503 says whose request may have been carried out all the same
UNKNOWN = ("whether this request was carried out is not known", "no worker could answer")
SERIAL = re.compile(r"serial(\d+)x")


def serial_text(serial):
    return f"serial{serial}x"


# ---- what is written, and where its serial shows -------------------------------------------------

class Kind:
    """A kind of document in one API. body(mark, serial) is what is sent; a kind that isn't `named`
    gets its id from the answer, at `answers`."""

    def __init__(self, api, table, collection, body, create="PUT", change="PUT", answers=None):
        self.api, self.table, self.collection, self.body = api, table, collection, body
        self.create, self.change, self.answers = create, change, answers

    def creation(self, entry):
        named = "" if self.answers else f"/{entry.mark}"
        return self.create, f"/{self.collection}{named}"

    def place(self, entry):
        return f"/{self.collection}/{entry.name}"


def job(mark, serial):
    """Each change brings new actions: one transaction writes several tables."""
    entry = {"action": "backup", "backup_name": serial_text(serial), "container": "/srv"}
    return {"description": f"{mark} {serial_text(serial)}", "job_schedule": {"schedule_month": serial_text(serial)},
            "job_actions": [{"action_id": f"{mark}-{serial}-{n}", "freezer_action": entry} for n in range(2)]}


def session(mark, serial):
    return {"description": f"{mark} {serial_text(serial)}", "hold_off": 30, "session_tag": 0,
            "schedule": {"schedule_interval": "1 days", "schedule_month": serial_text(serial)}}


def action(mark, serial):
    return {"freezer_action": {"action": "backup", "backup_name": f"{mark} {serial_text(serial)}",
                               "container": f"/srv/{serial_text(serial)}"}}


def backup(mark, serial):
    return {"backup_name": f"{mark} {serial_text(serial)}", "container": f"/{serial_text(serial)}",
            "hostname": "node1", "time_stamp": 1700000000}


def client(mark, serial):
    return {"client_id": mark, "hostname": serial_text(serial), "description": serial_text(serial)}


def plan(mark, serial):
    resource = {"id": "x", "type": "OS::Freezer::Client", "name": serial_text(serial)}
    provider = {} if serial else {"provider_id": MACHINES, "parameters": {}}
    return {"plan": {"name": mark, "description": serial_text(serial), "resources": [resource], **provider}}


def trigger(mark, serial):
    return {"trigger_info": {"name": f"{mark} {serial_text(serial)}", "type": "time", "properties": {
        "format": "crontab", "pattern": f"{serial % 60} 2 * * *", "start_time": "2026-01-01 00:00:00"}}}


FREEZER_V2 = [
    Kind("v2", "jobs", "jobs", job), Kind("v2", "sessions", "sessions", session),
    Kind("v2", "actions", "actions", action, change="PATCH"),
    Kind("v2", "backups", "backups", backup, create="POST", change=None, answers=("backup_id",)),
    Kind("v2", "clients", "clients", client, create="POST", change=None, answers=("client_id",)),
]
FREEZER_V1 = [
    Kind("v1", "jobs", "jobs", job, create="POST", change="POST"),
    Kind("v1", "sessions", "sessions", session, create="POST", change="POST"),
    Kind("v1", "actions", "actions", action, create="POST", change="PATCH"),
    Kind("v1", "backups", "backups", backup, create="POST", change=None, answers=("backup_id",)),
]
DATA_PROTECT = [
    Kind("data-protect", "plans", "plans", plan, create="POST", answers=("plan", "id")),
    Kind("data-protect", "triggers", "triggers", trigger, create="POST", answers=("trigger_info", "id")),
]
BASES = {"v2": "/v2/{}", "v1": "/v1", "data-protect": "/data-protect/v1/{}"}
TABLES = ("jobs", "sessions", "actions", "backups", "clients", "plans", "triggers")


def documents(table, own):
    return map(json.loads, psql(f"select doc from permafrost.{table} where doc::text like '%{own}%'").splitlines())


def serials(document):
    return set(map(int, SERIAL.findall(json.dumps(document))))


def stored(own):
    """The serials in the places of each document whose mark begins with `own`, by mark. A job's actions
    are places of it; one that isn't there as the job has it counts as serial -1."""
    found, mark = {}, re.compile(re.escape(own) + r"-\d+-\d+\b")
    actions = {action["action_id"]: action for action in documents("actions", own)}
    for table in TABLES:
        for document in documents(table, own):
            name = mark.search(json.dumps(document))[0]
            if document.get("action_id") in (None, name):      # no action of a job
                found.setdefault(name, set()).update(serials(document))
            for entry in document.get("job_actions", ()):
                stands = actions.get(entry["action_id"], {}).get("freezer_action") == entry["freezer_action"]
                found[name] |= set() if stands else {-1}
    return found


# ---- who writes ----------------------------------------------------------------------------------

class Line:
    """A connection that is made anew when it broke."""

    def __init__(self, token):
        self.token, self.client = token, None

    def ask(self, method, path, body=None):
        """Status, the words of a refusal, and the document. A connection that was refused is status -1: nothing was
        sent; one that broke is 0."""
        sent = False
        try:
            if self.client is None:
                fresh = http.client.HTTPConnection(HOST, int(PORT), timeout=40)
                fresh.connect()
                self.client = fresh
            sent = True
            self.client.request(method, path, None if body is None else json.dumps(body),
                                {"X-Auth-Token": self.token, "Content-Type": "application/json"})
            reply = self.client.getresponse()
            text = reply.read()
        except (http.client.HTTPException, OSError):
            self.close()
            return (0 if sent else -1), "", None
        document = json.loads(text) if text else None
        return reply.status, text.decode() if reply.status >= 400 else "", document

    def close(self):
        if self.client is not None:
            self.client.close()
        self.client = None


def outcome(status, words):
    """How a write went, as its answer has it."""
    if 200 <= status < 300:
        return DONE
    if status == 0 or status == 503 and any(unknown in words for unknown in UNKNOWN):
        return UNSURE
    return REFUSED


class Writer(threading.Thread):
    """Creates, changes and deletes documents of some kinds until it is told to stop."""

    def __init__(self, number, own, kinds, project, token, ledger):
        super().__init__(daemon=True)
        self.own, self.kinds, self.ledger, self.made = f"{own}-{number}", kinds, ledger, 0
        self.base = BASES[kinds[0].api].format(project)
        self.line, self.random, self.over = Line(token), random.Random(number), threading.Event()
        self.mine, self.codes, self.strange = [], collections.Counter(), []
        self.unavailable = collections.Counter()    # what each 503 said

    def run(self):
        while not self.over.is_set():
            self.step()
        self.line.close()

    def step(self):
        self.mine = [entry for entry in self.mine if entry.is_open]
        pick = self.random.random()
        if len(self.mine) >= OPEN_MAX or self.mine and pick < 0.15:
            self.delete(self.random.choice(self.mine))
        elif self.mine and pick < 0.6:
            self.change(self.random.choice(self.mine))
        else:
            self.make(self.random.choice(self.kinds))

    def write(self, entry, serial, method, path, body=None):
        begun = time.monotonic()
        status, words, document = self.line.ask(method, self.base + path, body)
        self.codes[status] += 1
        went = outcome(status, words)
        if status == 503:
            self.unavailable[words] += 1
        if 400 <= status < 500:
            self.strange.append(f"{method} {entry.kind.api} {entry.kind.table}: {status} {words}")
        self.ledger.note(entry, serial, went, begun)
        if went != DONE:
            self.over.wait(0.05)
        return document if went == DONE else None

    def make(self, kind):
        self.made += 1
        entry = self.ledger.open(kind, f"{self.own}-{self.made}")
        document = self.write(entry, 0, *kind.creation(entry), kind.body(entry.mark, 0))
        if not entry.is_there:
            return
        for member in kind.answers or ():
            document = document[member]
        entry.name = document if kind.answers else entry.mark
        self.mine.append(entry)

    def change(self, entry):
        if entry.kind.change is None:
            return
        entry.serial += 1
        self.write(entry, entry.serial, entry.kind.change, entry.kind.place(entry),
                   entry.kind.body(entry.mark, entry.serial))

    def delete(self, entry):
        self.write(entry, GONE, "DELETE", entry.kind.place(entry))


def writers(own, api, ledger, count=32):
    """As many of each API as there is room for."""
    apis = [FREEZER_V2, FREEZER_V1, DATA_PROTECT]
    return [Writer(n, own, apis[n % len(apis)], api.project, api.token, ledger) for n in range(count)]
