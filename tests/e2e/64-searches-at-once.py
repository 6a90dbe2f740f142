#!/usr/bin/python3
"""When as many searches of a project run as it may have, which is shown by holding all their places, one more of those
that may read all of the project is refused, and nothing else is."""

import collections
import contextlib
import fcntl
import json

from common import HOME, URL, Api, Freezer, ask, check, run, settings

PLACES = HOME / "run" / "metrics" / "searches"
POLL = {"match": [{"client_id": "node1"}], "match_not": [{"status": "completed"}]}
WIDE = {"match_not": {"match_not": [{"mode": "fs"}]}, "free text": {"match": [{"_all": "etc"}]},
        "a free text not to find": {"match_not": [{"_all": "etc"}]}, "time_after": {"time_after": 1},
        "time_before": {"time_before": 1},
        "match and match_not": {"match": [{"mode": "fs"}], "match_not": [{"level": 1}]}}
NARROW = {"nothing": None, "match": {"match": [{"mode": "fs"}]}, "a poll": POLL,
          "free text of a session": {"match": [{"session_id": "x"}, {"_all": "etc"}]}}


@contextlib.contextmanager
def places_held():
    """Of all projects, as by workers that are busy."""
    with PLACES.open("r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX)
        yield


def statuses(api, searches):
    return {name: api.ask("GET", "/backups?limit=1", search).status for name, search in searches.items()}


def refused(api):
    with places_held():
        reply = api.ask("GET", "/backups", WIDE["match_not"])
        check("a search that may read all of the project is refused with 429", reply.status == 429, reply)
        check("the refusal has the shape of the API, and tells which limit it was",
              set(reply.json) == {"title", "description"} and "[api] searches_max" in reply.json["description"], reply)
        check("and when to ask again", reply.headers["Retry-After"] == "1", reply.headers)
        found = statuses(api, WIDE)
        check("so is each that may come to that", set(found.values()) == {429}, found)
        found = statuses(api, NARROW)
        check("lists, what an index answers, and polls are served", set(found.values()) == {200}, found)
        reply = ask("GET", api.base.replace("/v2/", "/v1/").removesuffix(f"/{api.project}") + "/backups",
                    WIDE["match_not"], api.token)
        check("v1 is no way around it", reply.status == 429, reply)
        reply = api.ask("POST", "/actions", {"freezer_action": {"action": "backup"}})
        check("writes are served", reply.status == 201, reply)
        api.ask("DELETE", f"/actions/{reply.json['action_id']}")
    found = statuses(api, WIDE)
    check("a moment later all are served", set(found.values()) == {200}, found)


def lists_refused(api):
    """Lists that no index puts in order."""
    def status(path):
        return ask("GET", path, token=api.token)

    base = f"{URL}/data-protect/v1/{api.project}"
    with places_held():
        reply = status(f"{base}/plans?sort=name:asc")
        check("a list of the Data Protection API in an order of its own is refused, as a fault of that API",
              reply.status == 429 and "searches_max" in reply.json["overLimit"]["message"] and
              reply.headers["Retry-After"] == "1", reply)
        found = [status(f"{base}/{path}").status for path in ("plans?name=x", "plans?offset=10001")]
        found.append(status(f"{api.base}/backups?offset=10001").status)
        check("so are pieces of names, and pages far away by offset", set(found) == {429}, found)
        found = [status(f"{base}/{path}").status for path in ("plans", "triggers?limit=5", "plans?sort=created_at:asc")]
        found.append(status(f"{api.base}/backups?offset=10000").status)
        check("lists in the usual order are served", set(found) == {200}, found)


def one_after_the_other(api):
    """A client that waits for each answer has one search running, whichever workers it meets."""
    with settings("[api]\nsearches_max = 1\n"):
        found = [api.ask("GET", f"/backups?limit={1 + n % 50}", WIDE["match_not"]).status for n in range(300)]
    check("searches that follow each other are never refused, though only one may run", set(found) == {200},
          collections.Counter(found))


def told_by_the_client(work):
    freezer = Freezer("demo", work)
    search = json.dumps(WIDE["match_not"])
    with places_held():
        outcome = freezer("backup-list", "--search", search)
    check("freezer says so, and ends with an error", outcome.status != 0 and "429" in outcome.said and
          "searches_max" in outcome.said, outcome)
    outcome = freezer("backup-list", "--search", search)
    check("asked again, it lists", outcome.status == 0, outcome)


def main(work):
    api = Api("demo")
    api.ask("GET", "/backups?limit=1", WIDE["match_not"])
    refused(api)
    lists_refused(api)
    one_after_the_other(api)
    told_by_the_client(work)


run(main)
