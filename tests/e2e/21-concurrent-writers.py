#!/usr/bin/python3
"""Sixteen writers at one job, one session, one client: nothing gets lost, nobody hears of a deadlock,
and every change is one version."""

import secrets
import sys
import threading

sys.dont_write_bytecode = True

from common import URL, Api, ask, check, run

WRITERS = 16
ROUNDS = 4
PREFIX = "cw" + secrets.token_hex(4)

# members of a job that each have one writer; beside them, six of its actions have one each
PLACES = [
    ("description", lambda n: f"d{n}"), ("session_name", lambda n: f"s{n}"),
    ("session_tag", lambda n: n), ("job_schedule.time_created", lambda n: n),
    ("job_schedule.time_started", lambda n: n), ("job_schedule.time_ended", lambda n: n),
    ("job_schedule.current_pid", lambda n: n),
    ("job_schedule.event", lambda n: ("stop", "start", "abort", "remove")[n % 4]),
    ("job_schedule.status", lambda n: ("running", "scheduled", "stop", "completed")[n % 4]),
    ("job_schedule.result", lambda n: ("", "success", "aborted", "fail")[n % 4]),
]


class Watch:
    """The API, watched for what no writer may ever hear."""

    def __init__(self):
        self.api, self.bad = Api("demo"), []
        self.roots = {1: f"{URL}/v1", 2: self.api.base}

    def ask(self, method, path, body=None, version=2):
        reply = ask(method, self.roots[version] + path, body, self.api.token)
        if reply.status >= 500:
            self.bad.append(f"{method} {path}: {reply}")
        return reply

    def show(self, path):
        return self.ask("GET", path).json

    def ids(self, kind):
        """Those of this test, however many."""
        search = {"match": [{"_all": PREFIX}]}
        found = self.ask("GET", f"/{kind}s?limit=1000", search).json[f"{kind}s"]
        return [document.get("client", document)[f"{kind}_id"] for document in found]

    def clean(self):
        for kind in "session", "job", "action", "client", "backup":
            for name in self.ids(kind):
                self.ask("DELETE", f"/{kind}s/{name}")


def at_once(calls):
    """Run every call in a thread of its own, all from the same moment; their results in order."""
    barrier, results = threading.Barrier(len(calls)), [None] * len(calls)

    def begin(n):
        barrier.wait()
        results[n] = calls[n]()

    threads = [threading.Thread(target=begin, args=(n,)) for n in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def statuses(replies):
    return sorted(reply.status for reply in replies)


def texts(replies):
    return "\n".join(sorted({str(reply) for reply in replies}))


def named(word):
    return f"{PREFIX}-{word}"


def patch_of(place, value):
    if "." not in place:
        return {place: value}
    outer, inner = place.split(".")
    return {outer: {inner: value}}


def value_at(document, place):
    for word in place.split("."):
        document = document[word]
    return document


# ---- one job ------------------------------------------------------------------------------------

def new_job(watch, word, actions=0):
    """A job with so many actions of its own; its path, and the actions' ids."""
    ids = [named(f"{word}-a{n}") for n in range(actions)]
    watch.ask("POST", f"/jobs/{named(word)}", {"description": PREFIX, "job_actions": [
        {"action_id": name, "freezer_action": {"action": "exec", "n": -1}} for name in ids]})
    return f"/jobs/{named(word)}", ids


def members_of_one_job(watch):
    job, actions = new_job(watch, "members", WRITERS - len(PLACES))

    def member(place, make):
        return [watch.ask("PATCH", job, patch_of(place, make(n + 1))) for n in range(ROUNDS)]

    def action(name):
        return [watch.ask("PATCH", f"/actions/{name}", {"freezer_action": {"n": n + 1}})
                for n in range(ROUNDS)]

    results = at_once([lambda place=place: member(*place) for place in PLACES] +
                      [lambda name=name: action(name) for name in actions])
    replies = [reply for written in results for reply in written]
    after = watch.show(job)
    check("members of one job are patched at the same moment, all of them",
          set(statuses(replies)) == {200}, texts(replies))
    lost = [place for place, make in PLACES if value_at(after, place) != make(ROUNDS)]
    check("the last value of each member stands", not lost, f"{lost}\n{after}")
    check("the last content of each action stands in the job",
          [entry["freezer_action"]["n"] for entry in after["job_actions"]] == [ROUNDS] * len(actions),
          after["job_actions"])
    versions = [reply.json["version"] for written in results[:len(PLACES)] for reply in written]
    check("no two changes of a job are told the same version",
          len(set(versions)) == len(versions), versions)
    check("a job has a version for each change, its actions' too",
          after["_version"] == 1 + WRITERS * ROUNDS, after["_version"])


def whole_documents(watch):
    """Schedulers write back what they read while others change the job's actions."""
    job, actions = new_job(watch, "whole", WRITERS // 2)
    stale = watch.show(job)

    def write_back():
        return [watch.ask("PATCH", job, stale) for _ in range(ROUNDS)]

    def change(name):
        return [watch.ask("PATCH", f"/actions/{name}", {"freezer_action": {"n": n}})
                for n in range(ROUNDS)]

    results = at_once([write_back] * (WRITERS - len(actions)) +
                      [lambda name=name: change(name) for name in actions])
    replies = [reply for written in results for reply in written]
    after = watch.show(job)
    check("a document is written back while its actions change, and nobody is refused",
          set(statuses(replies)) == {200}, texts(replies))
    check("what was read before undoes no change of an action",
          [entry["freezer_action"]["n"] for entry in after["job_actions"]] ==
          [ROUNDS - 1] * len(actions), after["job_actions"])
    check("and breeds no copy of one",
          [entry["action_id"] for entry in after["job_actions"]] == actions, after["job_actions"])
    check("only changes of actions made versions", after["_version"] == 1 + len(actions) * ROUNDS,
          after["_version"])


def events(watch):
    job, _ = new_job(watch, "events")
    replies = at_once([lambda: watch.ask("POST", f"{job}/event", {"start": None})] * WRITERS)
    results = sorted(reply.json["result"] for reply in replies)
    check("of the same events at the same moment exactly one is a success",
          results == ["start already requested"] * (WRITERS - 1) + ["success"], results)
    check("and makes a version", watch.show(job)["_version"] == 2, watch.show(job))

    def ask_all(first):
        names = ["start", "stop", "abort"]
        return [watch.ask("POST", f"{job}/event", {names[(first + n) % 3]: None})
                for n in range(ROUNDS)]

    results = at_once([lambda n=n: ask_all(n) for n in range(WRITERS)])
    replies = [reply for written in results for reply in written]
    successes = sum(reply.json["result"] == "success" for reply in replies)
    after = watch.show(job)
    check("events of all kinds at the same moment are all accepted",
          set(statuses(replies)) == {202}, texts(replies))
    check("each event that was a success is one version, and no other",
          after["_version"] == 2 + successes, f"{successes} successes, {after}")


def one_id(watch):
    """Many create a job, an action or a session under one id."""
    def body(kind, n):
        action = {"freezer_action": {"action": "exec", "owner": PREFIX, "n": n}}
        return {"job": {"job_actions": [action], "description": f"{PREFIX} {n}"},
                "action": action,
                "session": {"schedule": {}, "session_tag": n, "description": PREFIX}}[kind]

    before = len(watch.ids("action"))
    for kind, created, orphans in ("job", 1, 1), ("action", 1, 2):
        replies = at_once([lambda n=n: watch.ask("POST", f"/{kind}s", {
            **body(kind, n), f"{kind}_id": named(f"one-{kind}")}) for n in range(WRITERS)])
        check(f"of {kind}s with one id exactly one is created, the others are taken",
              statuses(replies) == [201] * created + [409] * (WRITERS - created), texts(replies))
        check(f"of {kind}s that come late no action is left behind",
              len(watch.ids("action")) == before + orphans, watch.ids("action"))
    for kind in "job", "action", "session":
        path = f"/{kind}s/{named(f'put-{kind}')}"
        replies = at_once([lambda n=n: watch.ask("POST", path, body(kind, n))
                           for n in range(WRITERS)])
        versions = sorted(reply.json.get("version", 0) for reply in replies)
        check(f"of {kind}s put under one id the first is created, and replaced by each of the others",
              versions == list(range(1, WRITERS + 1)), texts(replies))
        check(f"and the version of {kind}s says so", watch.show(path)["_version"] == WRITERS,
              watch.show(path))


# ---- one session --------------------------------------------------------------------------------

def members_of_one_session(watch):
    """Every writer patches a member of its own, joins, starts and ends its own job."""
    session = f"/sessions/{named('s')}"
    watch.ask("POST", session, {"schedule": {}, "session_tag": 0, "hold_off": 60,
                                "description": PREFIX})
    watch.ask("PATCH", session, {"hold_off": 600})
    jobs = [new_job(watch, f"s{n}")[0] for n in range(WRITERS)]

    def join(n):
        return [watch.ask("PUT", session + jobs[n]),
                watch.ask("PATCH", session, {f"first{n}": n}),
                watch.ask("PATCH", jobs[n], {"job_schedule": {"current_pid": n}})]

    def work(n):
        name = jobs[n].rpartition("/")[2]
        return [watch.ask("PATCH", session, {f"second{n}": n}),
                watch.ask("POST", f"{session}/action", {"start": {
                    "job_id": name, "current_tag": 0}}),
                watch.ask("POST", f"{session}/action", {"end": {
                    "job_id": name, "current_tag": 1, "result": "success"}}),
                watch.ask("PATCH", jobs[n], {"session_tag": 1})]

    joined = at_once([lambda n=n: join(n) for n in range(WRITERS)])
    worked = at_once([lambda n=n: work(n) for n in range(WRITERS)])
    after = watch.show(session)
    check("a session is joined and patched at the same moment, and nobody is refused",
          all([r.status for r in row] == [204, 200, 200] for row in joined),
          texts(reply for row in joined for reply in row))
    check("and so it is started, ended and patched",
          all([r.status for r in row] == [200, 202, 202, 200] for row in worked),
          texts(reply for row in worked for reply in row))
    check("no member that was patched got lost", all(
        after.get(f"{word}{n}") == n for word in ("first", "second") for n in range(WRITERS)), after)
    check("its tag was raised by exactly one", after["session_tag"] == 1, after["session_tag"])
    check("every job has ended, and with the last of them the session",
          {m["status"] for m in after["jobs"].values()} == {"completed"} and
          len(after["jobs"]) == WRITERS and after["status"] == "completed", after)
    check("a session has a version for each change", after["_version"] == 2 + 5 * WRITERS,
          after["_version"])
    found = {(j["session_id"], j["session_tag"], j["_version"]) for j in map(watch.show, jobs)}
    check("each of its jobs knows it, and has a version for each change",
          found == {(named("s"), 1, 4)}, found)


def where_jobs_are(watch, jobs, sessions):
    """What jobs and sessions say of each other that does not fit."""
    held = {name: watch.ask("GET", f"/sessions/{name}").json.get("jobs", {}) for name in sessions}
    wrong = []
    for job in jobs:
        home = watch.show(job)["session_id"]
        name = job.rpartition("/")[2]
        holders = [session for session in sessions if name in held[session]]
        if holders != ([home] if home else []):
            wrong.append(f"{name} names {home!r}, and is held by {holders}")
    return "\n".join(wrong)


def moves(watch):
    """Everybody moves the same few jobs in and out of the same sessions, patches and stops them."""
    sessions = [named(f"m{n}") for n in range(4)]
    for name in sessions:
        watch.ask("POST", f"/sessions/{name}", {"schedule": {}, "session_tag": 0,
                                                "description": PREFIX})
    jobs = [new_job(watch, f"moved{n}")[0] for n in range(3)]

    def move(n):
        job, session = jobs[n % 3], f"/sessions/{sessions[n % 4]}"
        return [watch.ask("PUT", session + job), watch.ask("POST", f"{job}/event", {"stop": None}),
                watch.ask("PATCH", job, {"description": f"{PREFIX} {n}"}),
                watch.ask("DELETE", session + job), watch.ask("PUT", session + job),
                watch.ask("PATCH", session, {"description": f"{PREFIX} {n}"})]

    rows = at_once([lambda n=n: move(n) for n in range(WRITERS)])
    check("jobs join, leave and move at the same moment, and nobody is refused",
          all([r.status for r in row] == [204, 202, 200, 204, 204, 200] for row in rows),
          texts(reply for row in rows for reply in row))
    wrong = where_jobs_are(watch, jobs, sessions)
    check("every job is in exactly the session that it names", not wrong, wrong)

    calls = [lambda n=n: watch.ask("PUT", f"/sessions/{sessions[n % 4]}{jobs[n % 3]}")
             for n in range(WRITERS - 3)]
    calls += [lambda: watch.ask("DELETE", f"/sessions/{sessions[0]}"),
              lambda: watch.ask("DELETE", f"/sessions/{sessions[1]}"),
              lambda: watch.ask("DELETE", jobs[0])]
    replies = at_once(calls)
    check("who joins what is deleted at that moment is in time or too late",
          set(statuses(replies)) <= {204, 404}, texts(replies))
    wrong = where_jobs_are(watch, jobs[1:], sessions[2:])
    check("no job is left in a session that is gone", not wrong, wrong)
    gone = jobs[0].rpartition("/")[2]
    held = [name for name in sessions[2:] if gone in watch.show(f"/sessions/{name}")["jobs"]]
    check("no session is left with a job that is gone", not held, held)


# ---- one backup ---------------------------------------------------------------------------------

def metadata_of_one_backup(watch):
    reply = watch.ask("POST", "/backups", {"container": PREFIX, "hostname": "h", "backup_name": "b"})
    backup = f"/backups/{reply.json['backup_id']}"
    replies = at_once([lambda n=n: watch.ask("PATCH", backup, {"backup_metadata": {f"key{n}": n}})
                       for n in range(WRITERS)])
    after = watch.show(backup)
    check("a backup's metadata is patched at the same moment, all of it", statuses(replies) ==
          [200] * WRITERS and all(after["backup_metadata"].get(f"key{n}") == n
                                  for n in range(WRITERS)), f"{texts(replies)}\n{after}")
    check("a backup has a version for each change", after["_version"] == 1 + WRITERS, after)


# ---- one client ---------------------------------------------------------------------------------

def registrations(watch):
    """Schedulers register one client id, in version 2, in version 1 and in both."""
    def register(version, word, n=0):
        return watch.ask("POST", "/clients", {"client_id": named(word), "description": PREFIX,
                                              f"key{n}": n, "last": n, "same": n}, version)

    replies = at_once([lambda n=n: register(2, "v2", n) for n in range(WRITERS)])
    client = watch.show(f"/clients/{named('v2')}")["client"]
    check("registrations of one client in version 2 are all accepted",
          statuses(replies) == [201] * WRITERS, texts(replies))
    check("and none loses what another said", all(
        client.get(f"key{n}") == n for n in range(WRITERS)) and client["last"] == client["same"],
        client)
    replies = at_once([lambda: register(1, "v1")] * WRITERS)
    check("of registrations in version 1 exactly one is accepted",
          statuses(replies) == [201] + [409] * (WRITERS - 1), texts(replies))
    half = WRITERS // 2
    replies = at_once([lambda: register(2, "both")] * half + [lambda: register(1, "both")] * half)
    check("of registrations in both versions all of version 2 are accepted, at most one of version 1",
          statuses(replies[:half]) == [201] * half and
          statuses(replies[half:]) in ([201] + [409] * (half - 1), [409] * half), texts(replies))
    check("each client is one document",
          sorted(watch.ids("client")) == sorted(named(word) for word in ("v1", "v2", "both")),
          watch.ids("client"))
    replies = at_once([lambda n=n: watch.ask("POST", "/clients", {
        "client_id": named(f"uuid{n}"), "uuid": PREFIX}) for n in range(WRITERS)])
    check("of clients with one uuid exactly one is accepted",
          statuses(replies) == [201] + [409] * (WRITERS - 1), texts(replies))


def central_registrations(watch):
    """A central client and another project's ordinary one ask for the same id."""
    admin = Api("admin")
    for n in range(ROUNDS):
        body = {"client_id": named(f"central{n}"), "description": PREFIX}
        path = f"/clients/{body['client_id']}"
        central, own = at_once([
            lambda body=body: admin.ask("POST", "/clients", {**body, "is_central": True}),
            lambda body=body: watch.ask("POST", "/clients", body)])
        admin.ask("DELETE", path)
        watch.ask("DELETE", path)
        check("of a central client and another project's of that id exactly one is accepted",
              statuses([central, own]) == [201, 409], texts([central, own]))


def main(_):
    watch = Watch()
    try:
        for part in (members_of_one_job, whole_documents, events, one_id, members_of_one_session,
                     moves, metadata_of_one_backup, registrations,
                     central_registrations):
            part(watch)
        check("nobody heard of a deadlock or of any other failure", not watch.bad,
              "\n".join(watch.bad[:5]))
    finally:
        watch.clean()


run(main)
