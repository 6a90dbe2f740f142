"""Engines of our own, and agents that are played: the instance under test has no engine."""

import atexit
import contextlib
import os
import signal
import subprocess
import uuid
from datetime import datetime, timedelta, timezone

from common import HOME, TREE, Api, provider_file, psql, wait_for
from karbor import DataProtect

MACHINES = "8f3b6f0e-2a54-4c57-9d0b-6a1d0f7f5c21"
INFRASTRUCTURE = "cf56bd3e-97a7-4078-b6d5-f36246333fd9"
TYPE = "OS::Freezer::Client"
PAST = "2026-01-01 08:30:00"


def half_a_day_away():
    """A crontab pattern, daily: none of its instants comes by while a test runs."""
    return f"{datetime.now(timezone.utc) + timedelta(hours=12):%-M %-H * * *}"


class Engine:
    """A permafrost-engine; `settings` are [engine] options."""

    def __init__(self, work, **settings):
        self.log = work / f"engine-{uuid.uuid4().hex[:6]}.log"
        self.environment = {"PERMAFROST_CONF": str(HOME / "permafrost.conf"),
                            "PERMAFROST_ENGINE_POLL_INTERVAL": "1"}
        for name in "ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS":
            if name in os.environ:
                self.environment[name] = os.environ[name]
        for name, value in settings.items():
            self.environment[f"PERMAFROST_ENGINE_{name.upper()}"] = str(value)
        self.process = None
        atexit.register(self.end)       # whatever becomes of the test, the next one finds no engine

    def end(self):
        if self.process and self.process.poll() is None:
            self.kill()

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([HOME / "bin" / "permafrost-engine"], stderr=log,
                                            env=self.environment, stdin=subprocess.DEVNULL)
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        """Its exit status: 0 is a good end."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()

    def cpu(self):
        """Seconds of CPU that it used so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self):
        """Its resident memory in KiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(next(line for line in file if line.startswith("VmRSS")).split()[1])

    def said(self):
        return self.log.read_text() if self.log.exists() else ""


class Protected:
    """A machine, its plans, and what is done about them. All is named by one word of its own."""

    def __init__(self, provider=MACHINES):
        self.api, self.freezer, self.provider = DataProtect("demo"), Api("demo"), provider
        self.word = "eng" + uuid.uuid4().hex[:8]

    def backup(self, method, path, body=None):
        """Ask the Freezer API."""
        return self.freezer.ask(method, path, body)

    def register(self, name=None):
        name = name or self.word
        self.backup("POST", "/clients", {"client_id": name, "hostname": name})
        return name

    def plan(self, *machines, path="/etc"):
        resources = [{"id": name, "type": TYPE, "name": name} for name in machines or [self.word]]
        return self.api.make("plans", "plan", name=self.word, provider_id=self.provider,
                             resources=resources, parameters={
                                 TYPE: {"mode": "fs", "path_to_backup": str(path)}})["id"]

    def plan_becomes(self, plan, status):
        """started or suspended: a plan begins suspended, and its schedules do not run."""
        return self.api.ask("PUT", f"/plans/{plan}", {"plan": {"status": status}})

    def path(self, checkpoint=""):
        return f"/providers/{self.provider}/checkpoints" + (checkpoint and f"/{checkpoint}")

    def protect(self, plan):
        reply = self.api.ask("POST", self.path(), {"checkpoint": {"plan_id": plan}})
        if reply.status != 200:
            raise RuntimeError(str(reply))
        return reply.json["checkpoint"]["id"]

    def delete(self, checkpoint):
        return self.api.ask("DELETE", self.path(checkpoint))

    def status(self, checkpoint):
        """None when it can't be told just now, as with a Keystone that takes too long."""
        return self.api.get(self.path(checkpoint)).get("checkpoint", {}).get("status")

    def becomes(self, checkpoint, status, seconds=30):
        return wait_for(lambda: self.status(checkpoint) == status, seconds)

    def attempt(self, kind, checkpoint, parameters):
        """The id of a new restore or verification."""
        return self.api.make(f"{kind}s", kind, provider_id=self.provider, checkpoint_id=checkpoint,
                             parameters=parameters)["id"]

    def attempt_is_over(self, kind, name):
        """What it shows when it is, else None."""
        shown = self.api.get(f"/{kind}s/{name}").get(kind)
        return None if shown is None or shown["status"] == "in_progress" else shown

    def logs(self, checkpoint):
        """Its operation logs, oldest first."""
        return self.api.get(f"/operation_logs?checkpoint_id={checkpoint}"
                            "&sort=created_at:asc")["operation_logs"]

    def reason(self, checkpoint):
        return (self.logs(checkpoint)[-1]["error_info"] or {}).get("message", "")

    def jobs(self, client=None):
        """What the machine's agent would see to do."""
        search = {"match": [{"client_id": client or self.word}]}
        return self.backup("GET", "/jobs?limit=500", search).json["jobs"]

    def report(self, job, result="success"):
        """As an agent does when it is through."""
        return self.backup("PATCH", f"/jobs/{job['job_id']}", {"job_schedule": {
            "status": "completed", "result": result, "event": ""}})

    def report_all(self, result="success"):
        """All that is to do is done; the ids of the jobs."""
        waiting = [job for job in self.jobs() if job["job_schedule"].get("status") != "completed"]
        for job in waiting:
            self.report(job, result)
        return [job["job_id"] for job in waiting]

    def left(self):
        """Jobs, actions and sessions that are there because of us."""
        return [len(self.backup("GET", f"/{kind}?limit=500", {
            "match": [{"_all": self.word}]}).json[kind]) for kind in ("jobs", "actions", "sessions")]

    def operation(self, plan, kind="protect", **definition):
        """A trigger and a scheduled operation of it; its next instant is in half a day."""
        trigger = self.api.make("triggers", "trigger_info", name=self.word, type="time", properties={
            "format": "crontab", "pattern": half_a_day_away(), "start_time": PAST})["id"]
        operation = self.api.make(
            "scheduled_operations", "scheduled_operation", name=self.word, operation_type=kind,
            trigger_id=trigger, operation_definition={
                "plan_id": plan, "provider_id": self.provider, **definition})["id"]
        return trigger, operation

    def due(self, trigger, ago="1 second"):
        """As if it were time, or had been some time ago."""
        psql(f"""update permafrost.triggers set next_at = date_trunc('second', now() - interval '{ago}')
                  where id = '{trigger}'""")

    def instants(self, trigger):
        """When it was due so far, and when it is due next, in seconds since 1970."""
        text = psql("select extract(epoch from fire_time)::bigint from permafrost.trigger_firings "
                    f"where trigger_id = '{trigger}' union all "
                    "select extract(epoch from next_at)::bigint from permafrost.triggers "
                    f"where id = '{trigger}' order by 1")
        return [int(line) for line in text.split()]

    def runs(self, operation):
        """What became of an operation: (state, checkpoint, reason) each time."""
        text = psql("select state, checkpoint_id, reason from permafrost.operation_runs "
                    f"where operation_id = '{operation}' order by fire_time")
        return [tuple(line.split("|")) for line in text.splitlines()]

    def clean(self):
        for collection, items in (("scheduled_operations", "operations"), ("triggers", "triggers"),
                                  ("plans", "plans")):
            for document in self.api.get(f"/{collection}?name={self.word}").get(items, []):
                self.api.ask("DELETE", f"/{collection}/{document['id']}")
        psql(f"""delete from permafrost.operation_logs where doc->>'checkpoint_id' in
                     (select id from permafrost.checkpoints where doc->'protection_plan'->>'name' = '{self.word}');
                 delete from permafrost.checkpoints where doc->'protection_plan'->>'name' = '{self.word}'""")
        for kind in "session", "job", "action", "client":
            found = self.backup("GET", f"/{kind}s?limit=500", {"match": [{"_all": self.word}]})
            for document in (found.json or {}).get(f"{kind}s", []):
                name = document.get("client", document)[f"{kind}_id"]
                self.backup("DELETE", f"/{kind}s/{name}")


@contextlib.contextmanager
def protected(provider=MACHINES):
    """A machine that an agent has registered."""
    found = Protected(provider)
    found.register()
    try:
        yield found
    finally:
        found.clean()


@contextlib.contextmanager
def provider_like(shipped, more="", **changes):
    """A shipped provider file under another id, with more at its end, and texts replaced."""
    name = str(uuid.uuid4())
    text = (TREE / "etc/providers.d" / shipped).read_text() + more
    for old, new in {MACHINES: name, INFRASTRUCTURE: name, **changes}.items():
        text = text.replace(old, new)
    with provider_file(name, text):
        yield name


def machines_stored_in(store, more=""):
    """The shipped provider of machines, with its backups in that directory, and more actions."""
    return provider_like("machines.yaml", more, **{"/var/backups/permafrost": str(store)})
