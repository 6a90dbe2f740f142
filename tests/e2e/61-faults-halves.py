#!/usr/bin/python3
"""Nothing is ever half done, and no reply looks whole that is not: parts are killed while jobs with
their actions, and sessions with their jobs, are written and read."""

import collections
import contextlib
import http.client
import json
import random
import signal
import subprocess
import threading
import time
import urllib.error
import uuid

from common import URL, Api, at_once, check, psql, run, wait_for, workers
from parts import backends, children, kill, kill_one

OWN = "halves" + uuid.uuid4().hex[:8]
WRITERS = 4
ROWS = 600      # of a list that takes a while
KILLS = 6


FAULTS = {
    "a worker": lambda: kill_one(workers()),
    "a worker's backend": lambda: kill_one(backends()),
    "all backends": lambda: kill(backends()),
    "a worker of nginx": lambda: kill_one(children("nginx")),
}


# ---- writing, and remembering what was acknowledged ------------------------------------------------

def action(n):
    return {"freezer_action": {"action": "backup", "backup_name": f"{OWN}-{n}"}}


class Writer(threading.Thread):
    """Makes sessions with jobs with actions, changes and deletes them, until it is told to stop."""

    def __init__(self, api, seed):
        super().__init__()
        self.api, self.random, self.over = api, random.Random(seed), threading.Event()
        self.made, self.gone = {"job": set(), "session": set()}, {"job": set(), "session": set()}
        self.in_session, self.codes = {}, collections.Counter()

    def ask(self, method, path, body=None):
        """The status; 0 when the connection broke."""
        try:
            reply = self.api.ask(method, path, body)
        except (urllib.error.URLError, http.client.HTTPException, OSError):
            self.codes["broken"] += 1
            return 0
        right = reply.status != 503 or reply.headers.get("Retry-After", "").isdigit()
        self.codes[reply.status if right else "503 without Retry-After"] += 1
        return reply.status

    def make(self, kind, name, body):
        if self.ask("PUT", f"/{kind}s/{name}", body) == 201:
            self.made[kind].add(name)
            return True
        return False

    def step(self):
        session, job = f"{OWN}-s-{uuid.uuid4().hex}", f"{OWN}-j-{uuid.uuid4().hex}"
        self.make("session", session, {"session_tag": 0, "schedule": {}, "description": OWN})
        names = [f"{job}-{n}" for n in range(2)]
        entries = [{**action(0), "action_id": name} for name in names]
        if not self.make("job", job, {"job_actions": entries, "description": OWN}):
            return
        if self.ask("PUT", f"/sessions/{session}/jobs/{job}") == 204:
            self.in_session[job] = session
        self.ask("PATCH", f"/actions/{names[0]}", action(self.random.random()))
        self.ask("POST", f"/sessions/{session}/action", {"start": {"current_tag": 0, "job_id": job}})
        if self.random.random() < 0.3:
            self.gone["job"].add(job)           # asked for: from now on it may be gone
            self.ask("DELETE", f"/jobs/{job}")
        elif self.random.random() < 0.3:
            self.gone["session"].add(session)
            self.ask("DELETE", f"/sessions/{session}")

    def run(self):
        while not self.over.is_set():
            self.step()


def rows(kind):
    """The documents of our names, by id, as they are stored."""
    text = psql(f"select coalesce(jsonb_object_agg(id, doc), '{{}}') from permafrost.{kind}"
                f" where id like '{OWN}%'")
    return json.loads(text)


def halves(jobs, sessions, actions):
    """What one of a pair says and the other does not."""
    for name, job in jobs.items():
        for entry in job["job_actions"]:
            stored = actions.get(entry["action_id"])
            if stored is None or stored["freezer_action"] != entry["freezer_action"]:
                yield f"job {name} says {entry}, its action is {stored}"
        session = job.get("session_id")
        if session and name not in sessions.get(session, {}).get("jobs", {}):
            yield f"job {name} is in {session}, which knows nothing of it"
    for name, session in sessions.items():
        for job in session["jobs"]:
            if jobs.get(job, {}).get("session_id") != name:
                yield f"session {name} has job {job}, which is {jobs.get(job)}"


def lost(writers, jobs, sessions):
    there = {"job": jobs, "session": sessions}
    for writer in writers:
        for kind in there:
            yield from writer.made[kind] - writer.gone[kind] - there[kind].keys()
        for job, session in writer.in_session.items():
            if job in writer.gone["job"] or session in writer.gone["session"]:
                continue
            if jobs.get(job, {}).get("session_id") != session:
                yield f"{job} in {session}"


def serves(api):
    """Every worker, and twice."""
    with contextlib.suppress(urllib.error.URLError, http.client.HTTPException, OSError):
        return all(api.ask("GET", "/jobs?limit=1").status == 200 for _ in range(4 * len(workers())))


def parts_die_under_load(api, faults, phrase, refusals):
    before = len(workers())
    writers = [Writer(api, n) for n in range(WRITERS)]
    for writer in writers:
        writer.start()
    try:
        for n in range(KILLS):
            time.sleep(0.5)
            faults[n % len(faults)]()
            wait_for(lambda: serves(api), pause=0.1)    # a busy machine takes a while
    finally:
        for writer in writers:
            writer.over.set()
        for writer in writers:
            writer.join()
    codes = sum((writer.codes for writer in writers), collections.Counter())
    whole = wait_for(lambda: len(workers()) == before and serves(api))
    jobs, sessions, actions = rows("jobs"), rows("sessions"), rows("actions")
    check(f"{phrase}: the service recovers by itself", whole, workers())
    check(f"{phrase}: each request is done, or refused as it should be",
          set(codes) <= {200, 201, 202, 204, 400, 404, *refusals} and codes[201] > KILLS, codes)
    missing = list(lost(writers, jobs, sessions))
    check(f"{phrase}: nothing acknowledged is lost", not missing, "\n".join(missing[:5]))
    torn = list(halves(jobs, sessions, actions))
    check(f"{phrase}: nothing is half done", not torn, "\n".join(torn[:5]))


# ---- a worker that is told to end, ends after its request -------------------------------------------

def terminate_workers():
    kill([min(workers())], signal.SIGTERM)


# ---- a list that breaks off -------------------------------------------------------------------------

def list_fill(api):
    """Many large backups, for a list of tens of megabytes."""
    reply = api.ask("POST", "/backups", {"backup_name": OWN, "container": "/srv", "hostname": OWN,
                                         "time_stamp": 1, "note": "n" * 60_000})
    psql(f"insert into permafrost.backups (project_id, id, user_id, doc) select project_id, '{OWN}' || n,"
         f" user_id, jsonb_set(doc, '{{backup_id}}', to_jsonb('{OWN}' || n)) from permafrost.backups,"
         f" generate_series(2, {ROWS}) n where id = '{reply.json['backup_id']}'")


def list_read(api, after):
    """Read the list; kill the backends once `after` bytes are here. How many there were, or why not."""
    host, port = URL.removeprefix("http://").split(":")
    client = http.client.HTTPConnection(host, int(port), timeout=30)
    try:
        client.request("GET", f"/v2/{api.project}/backups?limit=1000",
                       json.dumps({"match": [{"hostname": OWN}]}), {"X-Auth-Token": api.token})
        reply = client.getresponse()
        text = reply.read(after) if reply.status == 200 else b""
        if after:
            kill(backends())
        text += reply.read()
        return len(json.loads(text)["backups"]) if reply.status == 200 else reply.status
    except (http.client.HTTPException, OSError):
        return "broken"
    except ValueError:
        return "no JSON in a reply that looks whole"
    finally:
        client.close()


def database_is_back():
    with contextlib.suppress(subprocess.CalledProcessError):
        return psql("select 1") == "1"


def write(api):
    return api.ask("POST", "/backups", {"backup_name": "small", "container": "/srv", "time_stamp": 1,
                                        "hostname": OWN + "-small"}).status


def lists_break_off(api):
    list_fill(api)
    check("a long list is whole while nothing breaks", list_read(api, 0) == ROWS)
    pick, seen, writes = random.Random(1), collections.Counter(), collections.Counter()
    for _ in range(12):
        seen[list_read(api, pick.choice((1, 100_000, 1_000_000)))] += 1
        wait_for(database_is_back, pause=0.1)
        writes += collections.Counter(at_once([lambda: write(api)] * 4 * len(workers())))
    check("the database restarts while a list is on its way: the reply is whole, or plainly broken",
          set(seen) <= {ROWS, "broken", 503} and seen["broken"] > 0, seen)
    check("the worker whose list broke off does the next write", set(writes) == {201}, writes)


def wipe():
    for kind in "sessions", "jobs", "actions":
        psql(f"delete from permafrost.{kind} where id like '{OWN}%'")
    psql(f"delete from permafrost.backups where doc->'backup_metadata'->>'hostname' like '{OWN}%'")


def main(_):
    api = Api("demo")
    try:
        parts_die_under_load(api, [terminate_workers], "SIGTERM to workers", ())
        for name, fault in FAULTS.items():
            parts_die_under_load(api, [fault], f"kill -9 of {name}", (503, "broken"))
        parts_die_under_load(api, list(FAULTS.values()), "all of it in turn", (503, "broken"))
        lists_break_off(api)
    finally:
        wipe()


run(main)
