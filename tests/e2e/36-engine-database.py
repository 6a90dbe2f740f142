#!/usr/bin/python3
"""What engines do when the database is migrated under them, when nobody tells them of work, and when
somebody holds what they need."""

import contextlib
import subprocess
import time

from common import HOME, check, psql, run, wait_for
from engine import Engine, protected

OWNER = "permafrost_owner"
OFTEN, RARELY = 1, 300    # seconds between two looks of an engine that nobody wakes


@contextlib.contextmanager
def for_a_while(change, back):
    psql(change, OWNER)
    try:
        yield
    finally:
        psql(back, OWNER)


def is_over(engine):
    """Its exit status when it ended by itself."""
    try:
        return engine.process.wait(20)
    except subprocess.TimeoutExpired:
        return None


def migrated(work):
    version = int(psql("select max(version) from permafrost.schema_version"))
    rows = [
        ("newer", f"insert into permafrost.schema_version (version, name) values ({version + 1}, 'future')",
         f"delete from permafrost.schema_version where version = {version + 1}",
         f"at version {version + 1}, this program needs {version}", "install the newest"),
        ("older", f"update permafrost.schema_version set version = -version where version = {version}",
         f"update permafrost.schema_version set version = {version} where version = -{version}",
         f", this program needs {version}", "run permafrost-manage db migrate"),
    ]
    for kind, change, back, said, hint in rows:
        with protected() as fleet, Engine(work) as engine:
            plan = fleet.plan()
            fleet.becomes(fleet.protect(plan), "protecting")
            wait_for(fleet.jobs)
            with for_a_while(change, back):
                status = is_over(engine)
                check(f"an engine whose database becomes {kind} than it ends, and not well", status == 1, engine.said())
                check("and says which version it needs, and what to do", said in engine.said() and hint in engine.said(),
                      engine.said())
                with Engine(work) as second:
                    check("nor does another begin", is_over(second) == 1 and said in second.said(), second.said())
            checkpoint = fleet.protect(plan)
            with Engine(work):
                check("when it fits again an engine goes on where it was",
                      wait_for(lambda: len(fleet.jobs()) == 2), fleet.jobs())
                fleet.report_all()
                check("and finishes", fleet.becomes(checkpoint, "available"), fleet.status(checkpoint))


def locked(work):
    """As by a migration that takes its time."""
    with protected() as fleet, Engine(work) as engine:
        checkpoint = fleet.protect(fleet.plan())
        wait_for(fleet.jobs)
        lock = subprocess.Popen(["psql", "-XqAt", "-h", (HOME / "run").resolve() / "postgres", "-U", OWNER,
                                 "permafrost"], stdin=subprocess.PIPE, text=True)
        lock.stdin.write("begin; lock table permafrost.work_items in access exclusive mode;\n")
        lock.stdin.flush()
        wait_for(lambda: psql("select count(*) from pg_locks where mode = 'AccessExclusiveLock' and granted "
                              "and relation = 'permafrost.work_items'::regclass") == "1")
        fleet.report_all()
        time.sleep(2)
        still = fleet.status(checkpoint)
        lock.communicate("commit;\n")
        check("an engine waits for a table that is being changed, and then goes on",
              still == "protecting" and fleet.becomes(checkpoint, "available"), f"{still} {engine.said()}")


def told_and_not_told(work):
    with protected() as fleet:
        plan = fleet.plan()
        with Engine(work, poll_interval=RARELY) as engine:
            wait_for(lambda: psql("select count(*) from permafrost.services where seen_at > now() - interval '5 s'") == "1")
            time.sleep(1)
            fleet.protect(plan)
            check("an engine that looks rarely is woken by new work", wait_for(fleet.jobs, 20), engine.said())
            trigger, operation = fleet.operation(plan)
            psql(f"""update permafrost.triggers set next_at = now() + interval '4 seconds' where id = '{trigger}';
                     notify permafrost_work""")
            check("and sleeps no longer than until a trigger is due", wait_for(lambda: fleet.runs(operation), 20),
                  engine.said())
            fleet.report_all()
        with for_a_while("alter table permafrost.work_items disable trigger work_added",
                         "alter table permafrost.work_items enable trigger work_added"):
            with Engine(work, poll_interval=OFTEN) as engine:
                time.sleep(1)
                checkpoint = fleet.protect(plan)
                check("work that nobody told of is found by the next look",
                      wait_for(lambda: [job for job in fleet.jobs() if checkpoint in job["description"]], 20),
                      engine.said())


def started_too_early(work):
    """PostgreSQL's socket is there later than the engine, as when a machine boots."""
    sockets = work / "sockets"
    engine = Engine(work)
    engine.environment["PERMAFROST_DATABASE_CONNECTION"] = f"host={sockets} dbname=permafrost user=permafrost"
    with protected() as fleet, engine:
        fleet.protect(fleet.plan())
        wait_for(lambda: "could not go on" in engine.said())
        time.sleep(2)
        check("an engine that starts before PostgreSQL waits for it", engine.process.poll() is None, engine.said())
        sockets.symlink_to((HOME / "run").resolve() / "postgres")
        check("and works when it is there", wait_for(fleet.jobs), engine.said())


def main(work):
    for piece in migrated, locked, told_and_not_told, started_too_early:
        piece(work)


run(main)
