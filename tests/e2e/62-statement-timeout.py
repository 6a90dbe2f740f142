#!/usr/bin/python3
"""A search that takes too long is a 503, at once or in the middle of its answer, and costs the worker
nothing."""

import contextlib
import http.client
import subprocess
import threading
import time
import uuid

from common import VAR, Api, check, run, wait_for

OWN = "slow" + uuid.uuid4().hex[:8]
HOME = (VAR / "home").resolve() if (VAR / "home").exists() else VAR
PSQL = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", str(HOME / "run" / "postgres"),
        "-U", "permafrost", "permafrost"]
SEARCH = {"match": [{"client_id": OWN}], "match_not": [{"status": "completed"}]}


def sql(text):
    return subprocess.run(PSQL, input=text, check=True, capture_output=True, text=True,
                          timeout=60).stdout.strip()


@contextlib.contextmanager
def locked(table):
    """Whoever reads the table meanwhile waits."""
    with subprocess.Popen(PSQL, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as psql:
        psql.stdin.write(f"begin; lock table permafrost.{table} in access exclusive mode; select 'held';\n")
        psql.stdin.flush()
        psql.stdout.readline()
        try:
            yield
        finally:
            psql.stdin.close()


WAITING = "from pg_stat_activity where wait_event_type = 'Lock' and application_name = 'permafrost'"


def cancel():
    """As statement_timeout does: the same SQLSTATE, but when we wish."""
    if wait_for(lambda: sql(f"select count(*) {WAITING}") != "0", 20, 0.05):
        sql(f"select pg_cancel_backend(pid) {WAITING}")


class Asking:
    """One request, in the background; all of its answer, or why there is none."""

    def __init__(self, api, path, body=None):
        self.api, self.path, self.body, self.outcome = api, path, body, None
        self.thread = threading.Thread(target=self.ask)
        self.thread.start()

    def ask(self):
        try:
            self.outcome = self.api.ask("GET", self.path, self.body)
        except (http.client.HTTPException, OSError) as broken:
            self.outcome = broken

    def done(self):
        self.thread.join(60)
        return self.outcome


def is_refusal(reply):
    return (getattr(reply, "status", None) == 503 and reply.headers["Retry-After"] is not None
            and "timeout" not in reply.text and "cancel" not in reply.text)


def works(api):
    """Often enough that every worker has its turn."""
    replies = [api.ask("GET", "/jobs?limit=1", SEARCH) for _ in range(24)]
    return all(reply.status == 200 and len(reply.json["jobs"]) == 1 for reply in replies), replies[0]


def judge_timeout(api):
    begun = time.monotonic()
    with locked("jobs"):
        replies = [asking.done() for asking in [Asking(api, "/jobs", SEARCH) for _ in range(2)]]
    taken = time.monotonic() - begun
    check("a search that runs into statement_timeout is a 503 that says when to come back",
          all(map(is_refusal, replies)), "\n".join(map(str, replies)))
    check("it ends when the setting says: ten seconds", 9 < taken < 20, taken)
    check("the workers serve on after that", *works(api))


def judge_cancel(api):
    with locked("jobs"):
        asking = Asking(api, "/jobs", SEARCH)
        cancel()
        check("a search that the operator cancels is a 503, and isn't asked again",
              is_refusal(asking.done()), asking.outcome)
    check("the workers serve on after that too", *works(api))


def judge_midway(api):
    """The last job shows a current_pid or not, which is asked of the clients: there the list waits."""
    with locked("clients"):
        asking = Asking(api, "/jobs?limit=100", SEARCH)
        cancel()
        outcome = asking.done()
        check("a list that is cut off in the middle is no success that looks whole",
              not (getattr(outcome, "status", None) == 200 and outcome.json is not None), outcome)
    check("the workers serve on after a list that was cut off", *works(api))


def main(_):
    api = Api("demo")
    api.ask("POST", "/clients", {"client_id": OWN})
    for number in range(40):
        api.ask("POST", "/jobs", {"client_id": OWN, "description": "x" * 1000, "job_actions": [],
                                  "job_schedule": {"current_pid": 7} if number == 39 else {}})
    try:
        judge_timeout(api)
        judge_cancel(api)
        judge_midway(api)
    finally:
        while jobs := api.ask("GET", "/jobs?limit=100", SEARCH).json["jobs"]:
            for job in jobs:
                api.ask("DELETE", f"/jobs/{job['job_id']}")
        api.ask("DELETE", f"/clients/{OWN}")


run(main)
