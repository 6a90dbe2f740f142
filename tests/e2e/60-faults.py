#!/usr/bin/python3
"""What breaks is said honestly, and once it is mended nobody has to restart anything."""

import contextlib
import http.client
import itertools
import json
import os
import signal
import threading
import time
import uuid

from common import URL, Api, ask, at_once, check, log_in, run, wait_for, workers
from parts import postgres_start, postgres_stop

OWN = "faults" + uuid.uuid4().hex[:8]
MANY = 16       # requests at once: more than there are workers


def backup(name):
    return {"backup_name": f"{OWN}_{name}", "container": "/srv/store", "hostname": "node1",
            "time_stamp": 1700000000}


class Service:
    """Reads and writes of one project, and what was acknowledged."""

    def __init__(self):
        self.api, self.acknowledged, self.refused = Api("demo"), [], 0

    def read(self):
        return self.api.ask("GET", "/backups?limit=1")

    def write(self):
        reply = self.api.ask("POST", "/backups", backup(len(self.acknowledged)))
        if reply.status == 201:
            self.acknowledged.append(reply.json["backup_id"])
        else:
            self.refused += 1
        return reply

    def works(self):
        """Many at once, so that every worker has its first: did all succeed, and how it went."""
        replies = at_once([self.write, self.read] * (MANY // 2))
        return ([reply.status for reply in replies] == [201, 200] * (MANY // 2),
                "\n".join(str(reply)[:200] for reply in replies))

    @contextlib.contextmanager
    def load(self):
        """Four writers at work meanwhile; their replies, whole at the end."""
        replies, over = [], threading.Event()

        def write():
            while not over.is_set():
                replies.append(self.write())
                over.wait(0.01)

        writers = [threading.Thread(target=write) for _ in range(4)]
        for writer in writers:
            writer.start()
        try:
            yield replies
        finally:
            over.set()
            for writer in writers:
                writer.join()

    def there(self):
        """The ids of all that was written."""
        found, search = set(), {"match": [{"_all": OWN}]}
        for offset in itertools.count(0, 100):
            page = self.api.ask("GET", f"/backups?limit=100&offset={offset}", search)
            found |= {b["backup_id"] for b in page.json["backups"]}
            if len(page.json["backups"]) < 100:
                return found

    def keeps(self, phrase):
        """What was acknowledged is there; of what was refused each may be there once, or not."""
        there, acknowledged = self.there(), set(self.acknowledged)
        check(phrase, acknowledged <= there and len(there - acknowledged) <= self.refused,
              f"lost: {sorted(acknowledged - there)}\n"
              f"{len(there - acknowledged)} besides, {self.refused} refused")


# ---- the database goes and comes ----------------------------------------------------------------

def is_refusal(reply):
    """503 as clients understand it: when to come back, and why, in JSON."""
    why = reply.json or {}
    return (reply.status == 503 and reply.headers.get("Retry-After", "").isdigit()
            and reply.headers.get_content_type() == "application/json"
            and bool(why.get("description") or why.get("error", {}).get("message")))


def database_is_away(service):
    postgres_stop()
    try:
        begun = time.monotonic()
        replies = {"a read": service.read(), "a write": service.write(),
                   "an event": service.api.ask("POST", "/jobs/none/event", {"start": None})}
        for what, reply in replies.items():
            check(f"without its database {what} is a 503 that says when to come back",
                  is_refusal(reply), f"{reply}\n{reply.headers}")
        reply = log_in("demo")
        check("without its database a login is a 503 that says when to come back",
              is_refusal(reply), f"{reply}\n{reply.headers}")
        check("such refusals are quick", time.monotonic() - begun < 30, time.monotonic() - begun)
        check("refusals don't tell about the database's insides",
              not any(word in reply.text.lower() for reply in replies.values()
                      for word in ("select", "libpq", "socket", "sqlstate")),
              [str(reply) for reply in replies.values()])
        replies = at_once([service.read] * MANY)
        check("every worker says the same", all(is_refusal(r) for r in replies),
              "\n".join(map(str, replies)))
        check("the versions are told without a database", ask("GET", f"{URL}/").status == 300)
    finally:
        postgres_start()
    works, why = service.works()
    check("the first reads and writes after the database came back succeed", works, why)
    check("a login succeeds after the database came back", log_in("demo").status == 201)


def database_restarts_unseen(service):
    """Nobody asks meanwhile: all workers believe in connections that are gone."""
    postgres_stop()
    postgres_start()
    works, why = service.works()
    check("a restart of the database that nobody saw costs no read and no write", works, why)
    postgres_stop()
    postgres_start()
    logins = [reply.status for reply in at_once([lambda: log_in("demo")] * MANY)]
    check("nor does it cost a login", logins == [201] * MANY, logins)


def database_dies_under_load(service):
    with service.load() as replies:
        time.sleep(0.3)
        postgres_stop("KILL")
        postgres_start()
        wait_for(lambda: replies[-1].status == 201, 10)
    check("while the database is killed a write is done or a 503", all(
        r.status == 201 or is_refusal(r) for r in replies),
        "\n".join({str(r) for r in replies if r.status != 201}))
    check("after kill -9 of the database writes go on by themselves",
          replies[-1].status == 201, replies[-1])
    service.keeps("kill -9 of the database loses nothing that was acknowledged")


# ---- workers die --------------------------------------------------------------------------------

def one_worker_dies(service):
    before = workers()
    os.kill(before[0], signal.SIGKILL)
    replies = [service.read() for _ in range(MANY)]
    check("after kill -9 of a worker the next requests are served",
          all(r.status == 200 for r in replies), [r.status for r in replies])
    check("a killed worker is replaced",
          wait_for(lambda: len(workers()) == len(before)) and before[0] not in workers(),
          f"{before}\n{workers()}")


def workers_die_under_load(service):
    killed = 0
    with service.load() as replies:
        for _ in range(6):
            time.sleep(0.3)
            os.kill(workers()[0], signal.SIGKILL)
            killed += 1
        time.sleep(0.3)
    lost = [r for r in replies if r.status != 201]
    check("a killed worker costs no more than the request it was at",
          len(replies) > killed and len(lost) <= killed, f"{len(lost)} of {len(replies)}")
    check("that request is told with a 503 that says when to come back",
          all(map(is_refusal, lost)), "\n".join(map(str, lost)))
    service.keeps("kill -9 of workers loses nothing that was acknowledged")


# ---- clients leave ------------------------------------------------------------------------------

@contextlib.contextmanager
def workers_stand_still():
    for worker in workers():
        os.kill(worker, signal.SIGSTOP)
    try:
        yield
    finally:
        for worker in workers():
            os.kill(worker, signal.SIGCONT)


def clients_leave(service):
    """What waits for a worker while its client gives up need not be done, nor keep others waiting."""
    before = service.there()
    host, port = URL.removeprefix("http://").rstrip("/").split(":")
    headers = {"X-Auth-Token": service.api.token, "Content-Type": "application/json"}
    with workers_stand_still():
        left = [http.client.HTTPConnection(host, int(port), timeout=10) for _ in range(MANY)]
        for number, connection in enumerate(left):
            connection.request("POST", f"/v2/{service.api.project}/backups", json.dumps(backup(f"left{number}")), headers)
        stays = http.client.HTTPConnection(host, int(port), timeout=30)
        stays.request("POST", f"/v2/{service.api.project}/backups", json.dumps(backup("stays")), headers)
        time.sleep(2)
        for connection in left:
            connection.close()
        time.sleep(2)
    reply = stays.getresponse()
    there = service.there() - before
    check("a client that waits is served, those who left meanwhile are not", reply.status == 201 and
          there == {json.loads(reply.read())["backup_id"]}, f"{reply.status}; {len(there)} were written")


def main(_):
    service = Service()
    check("the instance under test works", *service.works())
    try:
        one_worker_dies(service)
        workers_die_under_load(service)
        clients_leave(service)
        before = sorted(workers())
        database_is_away(service)
        database_restarts_unseen(service)
        database_dies_under_load(service)
        check("the workers outlive what happens to the database", sorted(workers()) == before,
              f"{before}\n{workers()}")
    finally:
        service.api.clean(OWN)


run(main)
