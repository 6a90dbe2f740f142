#!/usr/bin/python3
"""Schedulers on many machines start and end the jobs of one session at the same moment.

Reads OS_AUTH_URL, OS_USERNAME, OS_PASSWORD and OS_PROJECT_NAME, as an openrc file sets them.
"""

import json
import os
import sys
import threading
import urllib.error
import urllib.request

JOBS = 20
failures = 0


def check(phrase, true, why=""):
    global failures
    failures += not true
    print(f"{'ok' if true else 'not ok'} - {phrase}")
    if not true:
        print(f"#   {why}")


def ask(method, url, body=None, token=None):
    """Status, headers and JSON of one request."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, method=method)
    request.add_header("Content-Type", "application/json")
    if token is not None:
        request.add_header("X-Auth-Token", token)
    try:
        with urllib.request.urlopen(request, timeout=60) as reply:
            status, headers, text = reply.status, reply.headers, reply.read()
    except urllib.error.HTTPError as refusal:
        status, headers, text = refusal.code, refusal.headers, refusal.read()
    return status, headers, json.loads(text) if text else None


def log_in():
    """The URL of the project's backup API, and a token for it."""
    domain = {"name": "Default"}
    password = {"user": {"name": os.environ["OS_USERNAME"], "domain": domain,
                         "password": os.environ["OS_PASSWORD"]}}
    scope = {"project": {"name": os.environ["OS_PROJECT_NAME"], "domain": domain}}
    status, headers, reply = ask("POST", os.environ["OS_AUTH_URL"] + "/auth/tokens", {
        "auth": {"identity": {"methods": ["password"], "password": password}, "scope": scope}})
    if status != 201:
        sys.exit(f"no token: {status} {reply}")
    service = next(s for s in reply["token"]["catalog"] if s["type"] == "backup")
    endpoint = next(e for e in service["endpoints"] if e["interface"] == "public")
    project = reply["token"]["project"]["id"]
    return f"{endpoint['url'].rstrip('/')}/v2/{project}", headers["X-Subject-Token"]


def at_once(calls):
    """Run every call in a thread of its own, all from the same moment; their results in order."""
    barrier = threading.Barrier(len(calls))
    results = [None] * len(calls)

    def run(n):
        barrier.wait()
        results[n] = calls[n]()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class Session:
    """A session of many jobs, gone again after the test."""

    def __init__(self, base, token, hold_off):
        self.base, self.token, self.jobs = base, token, []
        self.id = self.ask("POST", "/sessions", {"schedule": {}, "hold_off": hold_off})[2][
            "session_id"]
        self.url = f"/sessions/{self.id}"

    def ask(self, method, path, body=None):
        return ask(method, self.base + path, body, self.token)

    def show(self):
        return self.ask("GET", self.url)[2]

    def new_job(self):
        job = self.ask("POST", "/jobs", {"job_actions": []})[2]["job_id"]
        self.jobs.append(job)
        return job

    def act(self, name, **parameters):
        return self.ask("POST", self.url + "/action", {name: parameters})

    def drop(self):
        self.ask("DELETE", self.url)
        for job in self.jobs:
            self.ask("DELETE", f"/jobs/{job}")


def members(session):
    return session.show()["jobs"]


def join_at_once(session):
    jobs = [session.new_job() for _ in range(JOBS)]
    replies = at_once([lambda job=job: session.ask("PUT", f"{session.url}/jobs/{job}")
                       for job in jobs])
    check("jobs added at the same moment are all accepted",
          [r[0] for r in replies] == [204] * JOBS, [r[0] for r in replies])
    check("jobs added at the same moment are all members", set(members(session)) == set(jobs),
          f"{len(members(session))} of {JOBS}")


def start_at_once(session):
    replies = at_once([lambda job=job: session.act("start", job_id=job, current_tag=0)
                       for job in session.jobs])
    results = [reply[2].get("result") for reply in replies]
    check("starts at the same moment raise the tag by exactly one",
          session.show()["session_tag"] == 1, session.show()["session_tag"])
    check("starts at the same moment are all answered with the new tag",
          [(r[0], r[2].get("session_tag")) for r in replies] == [(202, 1)] * JOBS, replies)
    check("starts with the tag before succeed within the window",
          results == ["success"] * JOBS, results)
    check("every job that started is running",
          {m["status"] for m in members(session).values()} == {"running"}, members(session))


def end_at_once(session):
    replies = at_once([
        lambda job=job: session.act("end", job_id=job, current_tag=1, result="success")
        for job in session.jobs])
    check("ends at the same moment are all accepted",
          [r[0] for r in replies] == [202] * JOBS, replies)
    after = session.show()
    check("ends at the same moment are all kept",
          {m["status"] for m in after["jobs"].values()} == {"completed"}, after["jobs"])
    check("the session completes with its last job",
          (after["status"], after["result"]) == ("completed", "success"), after)
    check("every change is one version", after["_version"] == 1 + 3 * JOBS, after["_version"])


def move_both_ways(session, other):
    """Half of the jobs move to the other session while as many come from there."""
    job, far = session.jobs[0], other.new_job()
    other.ask("PUT", f"{other.url}/jobs/{far}")
    calls = []
    for _ in range(5):
        calls += [lambda: session.ask("PUT", f"{other.url}/jobs/{job}"),
                  lambda: session.ask("PUT", f"{session.url}/jobs/{far}"),
                  lambda: session.ask("PUT", f"{session.url}/jobs/{job}"),
                  lambda: session.ask("PUT", f"{other.url}/jobs/{far}")]
    statuses = {reply[0] for reply in at_once(calls)}
    check("moves in both directions at the same moment all succeed", statuses == {204}, statuses)
    for name in job, far:
        home = session.ask("GET", f"/jobs/{name}")[2]["session_id"]
        holders = [s.id for s in (session, other) if name in members(s)]
        check("a job that moved is in exactly the session that it names", holders == [home],
              f"{holders} but {home}")


def main():
    base, token = log_in()
    session, other = Session(base, token, 60), Session(base, token, 60)
    try:
        join_at_once(session)
        start_at_once(session)
        end_at_once(session)
        move_both_ways(session, other)
    finally:
        session.drop()
        other.drop()
    return 1 if failures else 0


sys.exit(main())
