#!/usr/bin/python3
"""Questions to PostgreSQL that take too long are told in the log, by their name and nothing else."""

import re
import threading
import uuid

from common import Api, HOME, ask, check, psql, run, wait_for
from engine import Engine

SECRET = "plaintext" + uuid.uuid4().hex[:8]


def hold(table):
    """Keep everybody from the table in the background, until somebody has waited for it for two seconds."""
    thread = threading.Thread(target=psql, args=(f"""
        begin;
        lock table permafrost.{table} in access exclusive mode;
        do $$ begin
            for n in 1 .. 600 loop
                exit when exists (select from pg_locks where relation = 'permafrost.{table}'::regclass and not granted);
                perform pg_sleep(0.05);
            end loop;
            perform pg_sleep(2);
        end $$;
        commit;""",))
    thread.start()
    held = wait_for(lambda: psql(f"select count(*) from pg_locks where relation = 'permafrost.{table}'::regclass "
                                 "and mode = 'AccessExclusiveLock' and granted") == "1", 10, 0.05)
    return thread, held


def lines_of(log, word):
    return [line for line in log.read_text().splitlines() if word in line]


def workers_tell(api):
    """[database] slow_query is a second unless it is set."""
    log = HOME / "log" / "workers.log"
    name = f"req-{uuid.uuid4()}"
    thread, held = hold("jobs")
    reply = ask("GET", f"{api.base}/jobs", {"match": [{"client_id": SECRET}]}, api.token,
                headers={"X-Openstack-Request-Id": name})
    thread.join()
    found = lines_of(log, name)
    check("the list waits and is answered", held and reply.status == 200, reply)
    check("a question that took more than a second is told with the id of its request and its name", len(found) == 1
          and re.search(f"warning: {name} handle: slow: job_poll took [0-9]{{4,}} ms$", found[0]), found)
    check("nothing of what was asked for is told", not lines_of(log, SECRET), lines_of(log, SECRET))
    before = len(lines_of(log, "slow:"))
    api.ask("GET", "/jobs?limit=1")
    check("a quick one is not told", len(lines_of(log, "slow:")) == before)


def engines_tell(work):
    engine = Engine(work)
    engine.environment["PERMAFROST_DATABASE_SLOW_QUERY"] = "200"
    thread, held = hold("triggers")
    with engine:
        wait_for(lambda: "slow:" in engine.said())
        thread.join()
    check("an engine tells after as many milliseconds as are set",
          held and "warning: slow: trigger_claim took " in engine.said(), engine.said())
    engine.environment["PERMAFROST_DATABASE_SLOW_QUERY"] = "0"
    thread, held = hold("triggers")
    before = len(engine.said())
    with engine:
        thread.join()
    check("0 tells of none", held and "slow:" not in engine.said()[before:], engine.said())


def main(work):
    workers_tell(Api("demo"))
    engines_tell(work)


run(main)
