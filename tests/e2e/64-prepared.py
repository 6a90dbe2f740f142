#!/usr/bin/python3
"""Questions that are prepared are answered all the same when the statement is not there, or means
something else: behind a PgBouncer that gives each transaction another connection, and while a
migration changes what they return. Nothing is lost, nothing is done twice."""

import contextlib
import itertools
import os
import re
import subprocess
import threading
import uuid

from common import HOME, Api, at_once, check, psql, run, settings, wait_for, workers
from engine import Protected

OWN = "prepared" + uuid.uuid4().hex[:8]
HANDS, ROUNDS = 8, 2
POOL = 2                # connections to PostgreSQL: fewer than workers
REFUSAL = "prepared statements do not hold on this connection"


# ---- what is asked ------------------------------------------------------------------------------

ACTION = {"freezer_action": {"action": "backup", "backup_name": OWN, "path_to_backup": "/etc"}}
BODIES = {
    "backup": {"backup_name": OWN, "container": "/srv/store", "hostname": OWN, "time_stamp": 1700000000},
    "job": {"description": OWN, "client_id": OWN, "job_actions": [ACTION]},
    "action": ACTION,
    "session": {"description": OWN, "session_tag": 0, "schedule": {"schedule_interval": "1 days"}},
}


class Hand:
    """Makes documents, reads, changes and deletes them, and remembers what was not as it must be."""

    def __init__(self, api):
        self.api, self.wrong, self.backups = api, [], []

    def ask(self, wanted, method, path, body=None):
        reply = self.api.ask(method, path, body)
        if reply.status != wanted:
            self.wrong.append(f"{method} {path}: {reply}")
        return reply.json or {}

    def is_so(self, what, true):
        if not true:
            self.wrong.append(f"not so: {what}")

    def round(self):
        made = {kind: self.ask(201, "POST", f"/{kind}s", body).get(f"{kind}_id")
                for kind, body in BODIES.items()}
        self.backups.append(made["backup"])
        for kind, name in made.items():
            for _ in range(3):
                self.is_so(f"{kind} {name} is itself",
                           self.ask(200, "GET", f"/{kind}s/{name}").get(f"{kind}_id") == name)
        self.ask(200, "GET", f"/clients/{OWN}")
        self.ask(200, "GET", "/jobs?limit=100", {"match": [{"client_id": OWN}]})
        self.ask(404, "GET", f"/backups/{uuid.uuid4().hex}")
        self.change(made["job"], made["session"])

    def change(self, job, session):
        before = self.ask(200, "GET", f"/jobs/{job}").get("_version", 0)
        for number in range(3):
            self.ask(200, "PATCH", f"/jobs/{job}", {"description": f"{OWN} {number}"})
        after = self.ask(200, "GET", f"/jobs/{job}").get("_version", 0)
        self.is_so(f"{job} was changed three times, {before} to {after}", after == before + 3)
        self.ask(204, "PUT", f"/sessions/{session}/jobs/{job}")
        self.is_so("the session lists its job",
                   job in self.ask(200, "GET", f"/sessions/{session}").get("jobs", {}))
        self.ask(204, "DELETE", f"/jobs/{job}")
        self.ask(404, "GET", f"/jobs/{job}")
        self.is_so("and no longer", not self.ask(200, "GET", f"/sessions/{session}").get("jobs"))


def work(api):
    """Many hands at once: what went wrong, and the backups that were acknowledged."""
    hands = [Hand(api) for _ in range(HANDS)]
    at_once([lambda hand=hand: [hand.round() for _ in range(ROUNDS)] for hand in hands])
    return ([line for hand in hands for line in hand.wrong],
            sorted(name for hand in hands for name in hand.backups))


@contextlib.contextmanager
def client(api):
    """The machine that jobs are for; all that is ours goes with it."""
    api.create("client", {"client_id": OWN, "hostname": OWN})
    try:
        yield
    finally:
        api.clean(OWN)


def judge_work(api, where):
    with client(api):
        judge_hands(api, where)


def judge_hands(api, where):
    wrong, acknowledged = work(api)
    check(f"{where} every request is answered as it must be", not wrong, "\n".join(wrong[:5]))
    there = psql("select id from permafrost.backups where doc->'backup_metadata'->>'backup_name' = "
                 f"'{OWN}'").split()
    check(f"{where} each backup that was acknowledged is there once, and no other",
          sorted(there) == acknowledged, f"{len(there)} there, {len(acknowledged)} acknowledged")


def judge_protection(where):
    """Every kind of the Data Protection API that is asked for by its id."""
    protected = Protected()
    protected.register()
    try:
        judge_kinds(protected, where)
    finally:
        protected.clean()


def judge_kinds(protected, where):
    plan = protected.plan()
    checkpoint = protected.protect(plan)
    trigger = protected.api.make("triggers", "trigger_info", name=protected.word, type="time",
                                 properties={"format": "crontab", "pattern": "0 3 * * *"})["id"]
    operation = protected.api.make(
        "scheduled_operations", "scheduled_operation", name=protected.word, operation_type="protect",
        trigger_id=trigger, operation_definition={"plan_id": plan, "provider_id": protected.provider})["id"]
    paths = [f"/plans/{plan}", protected.path(checkpoint), f"/triggers/{trigger}",
             f"/scheduled_operations/{operation}"] * 6
    replies = at_once([lambda path=path: protected.api.ask("GET", path) for path in paths])
    check(f"{where} plans, checkpoints, triggers and scheduled operations are shown",
          all(reply.status == 200 for reply in replies), "\n".join(map(str, replies)))


# ---- the log ------------------------------------------------------------------------------------

class Log:
    """What is written to a log of the instance from now on."""

    def __init__(self, name):
        self.path = HOME / "log" / f"{name}.log"
        self.start = self.path.stat().st_size

    def lines(self, pattern):
        with self.path.open(errors="replace") as file:
            file.seek(self.start)
            return [line for line in file if re.search(pattern, line)]


# ---- PgBouncer ----------------------------------------------------------------------------------

class Pooler:
    """PgBouncer in transaction mode, before the instance's PostgreSQL."""

    def __init__(self, directory):
        self.directory, self.process = directory, None
        self.file, self.log = directory / "pgbouncer.ini", directory / "pgbouncer.log"
        database = f"host={(HOME / 'run').resolve()}/postgres dbname=permafrost user=permafrost"
        # an older PgBouncer lets no options through: they are set for the role instead
        self.file.write_text(f"""[databases]
permafrost = {database}
[pgbouncer]
pool_mode = transaction
default_pool_size = {POOL}
unix_socket_dir = {directory}
listen_addr =
auth_type = any
admin_users = permafrost
ignore_startup_parameters = options
{"user = nobody" if os.getuid() == 0 else ""}
""")
        self.connection = f"host={directory} port=6432 dbname=permafrost user=permafrost"

    def __enter__(self):
        self.directory.chmod(0o777)
        with self.log.open("w") as log:
            self.process = subprocess.Popen(["/usr/sbin/pgbouncer", self.file], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)
        wait_for(lambda: self.asked("show version"))
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    def asked(self, text):
        """What its console answers: lines; none while it is not there."""
        done = subprocess.run(["psql", "-XqAt", "-h", self.directory, "-p", "6432", "-U", "permafrost", "pgbouncer"],
                              input=text, capture_output=True, text=True, check=False)
        return done.stdout.splitlines()

    def servers(self):
        """How many connections to PostgreSQL it has."""
        return sum(line.startswith("S|permafrost|permafrost|") for line in self.asked("show servers"))


def judge_pooler(api, directory):
    with Pooler(directory) as pooler:
        log, server = Log("workers"), Log("postgres")
        with settings(f"[database]\nconnection = {pooler.connection}\n"):
            judge_work(api, "behind PgBouncer")
            judge_protection("behind PgBouncer")
            check(f"{len(workers())} workers share {POOL} connections", 0 < pooler.servers() <= POOL < len(workers()),
                  "\n".join(pooler.asked("show servers") + [pooler.log.read_text()]))
            told = log.lines(REFUSAL)
            check("connections notice that statements do not last there, each once at most",
                  0 < len(told) <= len(workers()), "".join(told))
            judge_work(api, "behind PgBouncer, without statements,")
            check("and go on without", log.lines(REFUSAL) == told, "".join(log.lines(REFUSAL)))
            check("which is no failure of a question", not log.lines("failed: (26000|42P05|0A000)"))
        refused = len(server.lines("ERROR:.*prepared statement"))
        check("PostgreSQL's log has no more of it than that", refused <= len(told), refused)
        server = Log("postgres")
        with settings(f"[database]\nconnection = {pooler.connection}\nprepared_statements = false\n"):
            judge_work(api, "behind PgBouncer, with prepared_statements = false,")
        check("and nothing at all of it where none is prepared", not server.lines("prepared statement"))


# ---- PostgreSQL itself --------------------------------------------------------------------------

def judge_direct(api):
    log = Log("workers")
    with settings("[log]\nlevel = debug\n"):
        judge_work(api, "at PostgreSQL itself")
        judge_protection("at PostgreSQL itself")
        made, asked = log.lines(": prepared doc_show backups$"), log.lines(": asked doc_show backups,")
    check("a question is prepared once a connection", 0 < len(made) <= len(workers()) < len(asked),
          f"{len(made)} times, asked {len(asked)} times")
    check("at PostgreSQL itself statements last", not log.lines(REFUSAL), "".join(log.lines(REFUSAL)))


# ---- a migration --------------------------------------------------------------------------------

@contextlib.contextmanager
def in_use(api, path, readers=4):
    """Reads and changes the document meanwhile; whatever is not it, or was refused."""
    wrong, over = [], threading.Event()

    def read():
        while not over.is_set():
            reply = api.ask("GET", path)
            if reply.status != 200 or OWN not in reply.text:
                wrong.append(str(reply))

    def change():
        """In a transaction, with the row locked."""
        for number in itertools.count():
            if over.is_set():
                break
            reply = api.ask("PATCH", path, {"description": f"{OWN} {number}"})
            if reply.status != 200:
                wrong.append(str(reply))

    threads = [threading.Thread(target=read) for _ in range(readers)] + [threading.Thread(target=change)]
    for thread in threads:
        thread.start()
    try:
        yield wrong
    finally:
        over.set()
        for thread in threads:
            thread.join()


@contextlib.contextmanager
def version_is_shorter():
    """What a question of sessions returns is of another type meanwhile."""
    psql("alter table permafrost.sessions alter column version type integer", "permafrost_owner")
    try:
        yield
    finally:
        psql("alter table permafrost.sessions alter column version type bigint", "permafrost_owner")


def judge_migration(api):
    """No migration of ours changes a column's type; should one do so, requests go on."""
    session = api.create("session", BODIES["session"])
    log = Log("workers")
    with in_use(api, f"/sessions/{session}") as wrong:
        for _ in range(2):
            at_once([lambda: api.ask("GET", f"/sessions/{session}")] * 40)
            with version_is_shorter():
                wait_for(lambda: log.lines(REFUSAL))
    check("no request fails while a column of a prepared question changes its type", not wrong, "\n".join(wrong[:5]))
    told = log.lines(REFUSAL)
    check("a connection that meets that goes on without statements",
          0 < len(told) <= len(workers()) and all("(0A000)" in line for line in told), "".join(told))
    api.ask("DELETE", f"/sessions/{session}")


def judge_transaction(api):
    """A statement that is refused in a transaction is the end of it; the worker begins anew without."""
    session = api.create("session", BODIES["session"])
    log = Log("workers")

    def change_often():
        return at_once([lambda: api.ask("PATCH", f"/sessions/{session}", {"description": OWN + uuid.uuid4().hex})] * 40)

    with settings(""):
        replies = change_often()
        with version_is_shorter():
            replies += change_often()
    wrong = [str(reply) for reply in replies if reply.status != 200]
    check("no transaction fails for good by a statement that is refused", not wrong, "\n".join(wrong[:5]))
    told = log.lines(REFUSAL)
    check("it was refused within them", told and all("doc_lock sessions" in line for line in told), "".join(told))
    shown = api.ask("GET", f"/sessions/{session}").json
    check("each change was made once", shown["_version"] == 1 + len(replies), shown)
    api.ask("DELETE", f"/sessions/{session}")


def main(directory):
    api = Api("demo")
    judge_direct(api)
    judge_migration(api)
    judge_transaction(api)
    judge_pooler(api, directory)


run(main)
