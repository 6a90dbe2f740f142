#!/usr/bin/python3
"""What engines do whatever happens: killed at random moments, two at once, late, out of work, or with
nobody to do the work. The agents are played."""

import contextlib
import random
import threading
import time

from common import HOME, at_once, check, psql, run, wait_for
from engine import TYPE, Engine, protected

CHECKPOINTS = 20
OWNER = "permafrost_owner"


# ---- killed, and many -----------------------------------------------------------------------------

class Agent(threading.Thread):
    """Reports every job as done, and remembers each job that it ever saw."""

    def __init__(self, fleet):
        super().__init__(daemon=True)
        self.fleet, self.seen, self.over = fleet, [], threading.Event()

    def run(self):
        while not self.over.is_set():
            self.seen += self.fleet.report_all()
            time.sleep(0.05)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.join()


def killed_at_random(work):
    with protected() as fleet, Agent(fleet) as agent:
        plan, engine, seed = fleet.plan(), Engine(work).start(), random.randrange(2**32)
        dice = random.Random(seed)
        made = [fleet.protect(plan) for _ in range(CHECKPOINTS)]
        engine.kill()
        engine.start()
        kills, end = 1, time.monotonic() + 60
        while time.monotonic() < end and not settled(made):
            time.sleep(dice.uniform(0.02, 0.4) * (1 + kills / 10))      # a slow one gets on, too
            engine.kill()
            kills += 1
            engine.start()
        wait_for(lambda: settled(made))
        statuses = {fleet.status(name) for name in made}
        check(f"{CHECKPOINTS} checkpoints come to their end while the engine is killed again and again",
              statuses == {"available"} and kills, f"{statuses} {kills} {engine.said()}")
        wait_for(lambda: fleet.left() == [0, 0, 0])
        check("nothing is left of their jobs", fleet.left() == [0, 0, 0], fleet.left())
        engine.stop()
    check("each of their resources had exactly one job, ever",
          len(agent.seen) == CHECKPOINTS == len(set(agent.seen)), f"{len(agent.seen)} {len(set(agent.seen))}")
    print(f"# the engine was killed {kills} times, seed {seed}")


def broken_off(work):
    """The last statement of a resource's start is refused, as when PostgreSQL goes away there."""
    with protected() as fleet, Engine(work) as engine:
        psql("""create function permafrost.refuse() returns trigger language plpgsql as $$
                begin raise exception 'not now' using errcode = '57014'; end $$;
                create trigger refuse before update on permafrost.work_items
                    for each row when (new.status = 'running') execute function permafrost.refuse()""", OWNER)
        try:
            checkpoint = fleet.protect(fleet.plan())
            wait_for(lambda: "work_start failed" in engine.said())
            check("what is broken off before its last statement leaves no job behind",
                  fleet.left() == [0, 0, 0], fleet.left())
        finally:
            psql("drop trigger refuse on permafrost.work_items; drop function permafrost.refuse()",
                 OWNER)
        check("and is done from the start", wait_for(fleet.report_all)
              and fleet.becomes(checkpoint, "available"), engine.said())


def settled(names):
    return psql("select count(*) from permafrost.checkpoints where status in ('available', 'error') "
                f"and id = any ('{{{','.join(names)}}}')") == str(len(names))


def many_engines(work):
    with protected() as fleet, Agent(fleet) as agent, Engine(work), Engine(work), Engine(work):
        plan = fleet.plan()
        fleet.plan_becomes(plan, "started")
        operations = [fleet.operation(plan) for _ in range(8)]
        at_once([lambda t=trigger: fleet.due(t) for trigger, _ in operations])
        ended = wait_for(lambda: all(states(fleet, operation) == ["succeeded"]
                                     for _, operation in operations), 40)
        check("of three engines one fires each instant",
              ended, [fleet.runs(operation) for _, operation in operations])
        made = psql("select count(*) from permafrost.checkpoints where "
                    f"doc->'protection_plan'->>'name' = '{fleet.word}'")
        check("and makes one checkpoint and one job of it",
              made == "8" and len(agent.seen) == len(set(agent.seen)) == 8, f"{made} {agent.seen}")


SLOW = """create function permafrost.test_slow() returns trigger language plpgsql as
               $$ begin perform pg_sleep(2); return new; end $$;
           create trigger test_slow before update on permafrost.work_items for each row
               when (new.status = 'running') execute function permafrost.test_slow()"""


def one_transaction(work):
    """The last thing an engine writes of a job takes long: what it wrote before shows nowhere."""
    with protected() as fleet, Engine(work):
        psql(SLOW, OWNER)
        try:
            checkpoint = fleet.protect(fleet.plan())
            job = wait_for(fleet.jobs)
            item = psql(f"select status from permafrost.work_items where checkpoint_id = '{checkpoint}'")
        finally:
            psql("drop function permafrost.test_slow cascade", OWNER)
        check("an agent sees no job before the engine has written all of it", job and item == "running", item)
        wait_for(fleet.report_all)
        check("so its report is never lost", fleet.becomes(checkpoint, "available"), fleet.logs(checkpoint))


def busy(work):
    """More work than it could do before the test ends."""
    with protected() as fleet:
        plan, engine = fleet.plan(), Engine(work)
        for _ in range(15):
            fleet.protect(plan)
        psql(SLOW, OWNER)
        try:
            engine.start()
            wait_for(fleet.jobs)
            check("an engine that has much to do ends well when it is told to", engine.stop() == 0,
                  engine.said())
        finally:
            psql("drop function permafrost.test_slow cascade", OWNER)


# ---- time ---------------------------------------------------------------------------------------

def states(fleet, operation):
    return [state for state, *_ in fleet.runs(operation)]


def firings(trigger):
    return psql(f"select state from permafrost.trigger_firings where trigger_id = '{trigger}' "
                "order by fire_time").split()


def next_is_ahead(trigger):
    return psql(f"select next_at > now() from permafrost.triggers where id = '{trigger}'") == "t"


def late(work):
    with protected() as fleet:
        plan = fleet.plan()
        fleet.plan_becomes(plan, "started")
        (window, made_up), (days, missed) = fleet.operation(plan), fleet.operation(plan)
        fleet.due(window, "10 minutes")
        psql(f"""update permafrost.triggers set next_at = (current_date - 5) + time '02:00' at time zone 'UTC'
                  where id = '{days}'""")
        with Engine(work):
            wait_for(lambda: next_is_ahead(window) and next_is_ahead(days))
            check("an instant within the window is made up, once",
                  firings(window) == ["fired"] and wait_for(lambda: states(fleet, made_up) == ["started"]),
                  f"{firings(window)} {fleet.runs(made_up)}")
            told = firings(days)
            counted = int(psql(f"select instants from permafrost.trigger_firings where trigger_id = '{days}' "
                               "order by fire_time limit 1"))
            check("instants of days ago are noted as missed, in one row that counts them, and the next is ahead",
                  told[0] == "missed" and counted >= 5 and next_is_ahead(days), f"{told} {counted}")
            check("what was missed runs nothing", told[-1] == "fired" or not fleet.runs(missed),
                  fleet.runs(missed))
            psql(f"update permafrost.triggers set next_at = (select max(fire_time) from "
                 f"permafrost.trigger_firings where trigger_id = '{window}') where id = '{window}'")
            wait_for(lambda: next_is_ahead(window))
            check("a clock that was put back fires no instant again",
                  firings(window) == ["fired"] and len(fleet.runs(made_up)) == 1, fleet.runs(made_up))


# ---- what keeps a schedule from running ------------------------------------------------------------

def obstacles(work):
    with protected() as fleet, Engine(work):
        plan = fleet.plan()
        trigger, operation = fleet.operation(plan)

        def fires(count):
            fleet.due(trigger, f"{10 - count} seconds")
            return wait_for(lambda: len(fleet.runs(operation)) == count
                            and fleet.runs(operation)[-1][0] != "due" and fleet.runs(operation)[-1])

        rows = [
            ("a suspended plan does not run", lambda: None, ("skipped", "", "the plan is suspended")),
            ("a disabled operation does not run",
             lambda: psql(f"""update permafrost.scheduled_operations set doc = doc || '{{"enabled": false}}'
                               where id = '{operation}'"""),
             ("skipped", "", "the operation is disabled")),
        ]
        for count, (phrase, arrange, wanted) in enumerate(rows, 1):
            arrange()
            told = fires(count)
            check(f"{phrase}, and says why", told == wanted, told)
        psql(f"""update permafrost.scheduled_operations set doc = doc || '{{"enabled": true}}'
                  where id = '{operation}'""")
        fleet.plan_becomes(plan, "started")
        told = fires(3)
        check("a started plan with an enabled operation runs", told and told[0] == "started", told)
        told = fires(4)
        check("while its last run is not over it does not run, and says why",
              told == ("skipped", "", "its last run is not over"), told)
        wait_for(fleet.report_all)
        check("a run ends when its checkpoint does",
              wait_for(lambda: states(fleet, operation)[2] == "succeeded"), fleet.runs(operation))


@contextlib.contextmanager
def all_disabled():
    """Every engine that is there, and no longer than this lasts: later tests have engines, too."""
    wait_for(lambda: psql("select count(*) from permafrost.services where seen_at > now() - interval '3 s'") != "0")
    names = psql("update permafrost.services set is_enabled = false where is_enabled returning id").split()
    try:
        time.sleep(1.5)
        yield
    finally:
        psql(f"update permafrost.services set is_enabled = true where id in ({','.join(names)})")


def out_of_work(work):
    with protected() as fleet, Engine(work):
        with all_disabled():
            checkpoint = fleet.protect(fleet.plan())
            time.sleep(2.5)
            check("an engine that was disabled starts nothing",
                  fleet.jobs() == [] and fleet.status(checkpoint) == "protecting")
        check("and when it is enabled goes on", wait_for(fleet.report_all)
              and fleet.becomes(checkpoint, "available"), fleet.logs(checkpoint))


# ---- what goes wrong with one resource -------------------------------------------------------------

def nobody_there(work):
    with protected() as fleet, Engine(work, work_timeout=3) as engine:
        checkpoint = fleet.protect(fleet.plan("nobody"))
        fleet.becomes(checkpoint, "error")
        check("a checkpoint of a machine that is not registered is an error, and says so",
              f"{TYPE} nobody: " in fleet.reason(checkpoint) and "client" in fleet.reason(checkpoint),
              f"{fleet.logs(checkpoint)} {engine.said()}")
        checkpoint = fleet.protect(fleet.plan())
        fleet.becomes(checkpoint, "error")
        check("so is one whose agent never reports, when its time is over",
              "did not end in 3 seconds" in fleet.reason(checkpoint), fleet.logs(checkpoint))
        check("and its job is taken from the agent", wait_for(lambda: fleet.left() == [0, 0, 0]), fleet.left())


def half_there(work):
    with protected() as fleet, Engine(work) as engine:
        checkpoint = fleet.protect(fleet.plan(fleet.word, "nobody"))
        wait_for(fleet.jobs)
        fleet.report_all()
        fleet.becomes(checkpoint, "error")
        items = psql("select resource_id, status from permafrost.work_items where "
                     f"checkpoint_id = '{checkpoint}' order by n")
        check("a checkpoint of which one resource failed is an error", fleet.status(checkpoint) == "error"
              and "nobody|failed" in items, f"{items} {engine.said()}")
        fleet.delete(checkpoint)
        wait_for(fleet.jobs, 5)
        fleet.report_all()
        check("and is deleted as far as there is something of it",
              fleet.becomes(checkpoint, "deleted", 10), f"{fleet.logs(checkpoint)} {engine.said()}")


def taken_away(work):
    with protected() as fleet, Engine(work):
        plan = fleet.plan()
        checkpoint = fleet.protect(plan)
        job = wait_for(fleet.jobs)[0]
        fleet.backup("DELETE", f"/jobs/{job['job_id']}")
        check("a job that somebody deleted is an error of its checkpoint",
              fleet.becomes(checkpoint, "error")
              and f"its job {job['job_id']} was deleted" in fleet.reason(checkpoint), fleet.logs(checkpoint))
        checkpoint = fleet.protect(plan)
        wait_for(fleet.jobs)
        psql(f"""with ended as (update permafrost.work_items set status = 'failed', reason = 'reset', ended_at = now()
                                 where checkpoint_id = '{checkpoint}')
                 update permafrost.operation_logs set doc = doc || '{{"ended_at": "2026-01-01", "status": "error"}}'
                  where doc->>'checkpoint_id' = '{checkpoint}'""")
        check("the jobs of a run that somebody ended go", wait_for(lambda: fleet.left() == [0, 0, 0]), fleet.left())


def unreadable(work):
    """What no engine can make sense of is first in the queue."""
    with protected() as fleet:
        plan = fleet.plan()
        odd, good = fleet.protect(plan), fleet.protect(plan)
        psql(f"update permafrost.work_items set parameters = '[]' where checkpoint_id = '{odd}'")
        with Engine(work) as engine:
            check("work that can't be understood does not hold up what stands behind it",
                  wait_for(fleet.report_all) and fleet.becomes(good, "available"), engine.said())
            check("and is an error", fleet.becomes(odd, "error"), fleet.logs(odd))


def attempts(work):
    with protected() as fleet, Engine(work) as engine:
        checkpoint, resource = fleet.protect(fleet.plan()), f"{TYPE}#{fleet.word}"
        wait_for(fleet.report_all)
        fleet.becomes(checkpoint, "available")
        rows = [("success", "success", "available", {}),
                ("fail", "fail", "error", {resource: f"its job on {fleet.word} ended with fail"})]
        for kind, options in ("restore", {TYPE: {"restore_abs_path": "/tmp/there"}}), ("verification", {}):
            for result, status, state, reasons in rows:
                name = fleet.attempt(kind, checkpoint, options)
                wait_for(lambda: fleet.report_all(result))
                told = wait_for(lambda: fleet.attempt_is_over(kind, name))
                check(f"a {kind} whose agent reports {result} is a {status}, resource by resource",
                      told and told["status"] == status and told["resources_status"] == {resource: state}
                      and told["resources_reason"] == reasons, f"{told} {engine.said()}")
        check("and the checkpoint stays as it was", fleet.status(checkpoint) == "available")


def half_saved(work):
    """What an operator may call a checkpoint is not what is in it."""
    with protected() as fleet, Engine(work) as engine:
        checkpoint, lost = fleet.protect(fleet.plan(fleet.word, "nobody")), f"{TYPE}#nobody"
        wait_for(fleet.report_all)
        fleet.becomes(checkpoint, "error")
        fleet.api.ask("PUT", fleet.path(checkpoint), {"os-resetState": {"state": "available"}})
        for kind, options in ("restore", {TYPE: {"restore_abs_path": "/tmp/there"}}), ("verification", {}):
            name = fleet.attempt(kind, checkpoint, options)
            wait_for(fleet.report_all)
            told = wait_for(lambda: fleet.attempt_is_over(kind, name))
            check(f"a {kind} of a resource of which nothing was saved fails, and those of others go on",
                  told and told["status"] == "fail" and told["resources_reason"] == {lost: "nothing of it was saved"}
                  and told["resources_status"] == {lost: "error", f"{TYPE}#{fleet.word}": "available"},
                  f"{told} {engine.said()}")


# ---- retention ------------------------------------------------------------------------------------

def retention(work):
    with protected() as fleet, Agent(fleet), Engine(work) as engine:
        plan = fleet.plan()
        fleet.plan_becomes(plan, "started")
        good = [fleet.protect(plan) for _ in range(3)]
        bad = fleet.protect(fleet.plan("nobody"))
        for name in good:
            fleet.becomes(name, "available")
        trigger, operation = fleet.operation(plan, "retention_protect", max_backups=2)
        fleet.due(trigger)
        wait_for(lambda: states(fleet, operation) == ["succeeded"])
        newest = fleet.runs(operation)[0][1]
        check("retention keeps as many as it is told, the newest",
              fleet.becomes(good[0], "deleted", 10) and fleet.becomes(good[1], "deleted", 10)
              and fleet.status(good[2]) == fleet.status(newest) == "available",
              f"{[fleet.status(name) for name in good]} {engine.said()}")
        check("what failed is left to its owner", fleet.status(bad) == "error", fleet.status(bad))


def made_on(name, days):
    """The checkpoint was made at the first second of that day, counted from today in UTC."""
    psql(f"""update permafrost.checkpoints set created_at = (date_trunc('day', now() at time zone 'UTC')
             + interval '{days} days 1 second') at time zone 'UTC' where id = '{name}'""")


def ages(work):
    with protected() as fleet, Agent(fleet), Engine(work):
        plan = fleet.plan()
        fleet.plan_becomes(plan, "started")
        old = fleet.protect(plan)
        fleet.becomes(old, "available")
        trigger, operation = fleet.operation(plan, "retention_protect", retention_duration=3)
        fleet.due(trigger, "20 seconds")
        wait_for(lambda: states(fleet, operation) == ["succeeded"])
        newest = fleet.runs(operation)[0][1]
        wait_for(lambda: psql("select (now() at time zone 'UTC' + '1 minute')::time > '00:01'") == "t", 90)  # one day
        made_on(old, -4)
        made_on(newest, -3)
        fleet.due(trigger, "10 seconds")
        wait_for(lambda: states(fleet, operation) == ["succeeded"] * 2)
        last = fleet.runs(operation)[1][1]
        check("retention removes what is of a day too long ago",
              fleet.becomes(old, "deleted", 10), fleet.runs(operation))
        check("and keeps what was made on the last day, at whatever hour",
              fleet.status(newest) == fleet.status(last) == "available", fleet.runs(operation))
        for name in newest, last:
            made_on(name, -9)
        fleet.due(trigger, "5 seconds")
        wait_for(lambda: states(fleet, operation) == ["succeeded"] * 3)
        check("retention removes what is too old, but never the newest good one",
              fleet.becomes(newest, "deleted", 10) and fleet.becomes(last, "deleted", 10)
              and fleet.status(fleet.runs(operation)[2][1]) == "available", fleet.runs(operation))


# ---- PostgreSQL away ---------------------------------------------------------------------------------

def away(work):
    """Its way to PostgreSQL is a link that we take away; others go on."""
    link, name = work / "postgres", f"away{random.randrange(10**6)}"
    link.symlink_to((HOME / "run").resolve() / "postgres")
    engine = Engine(work)
    engine.environment["PERMAFROST_DATABASE_CONNECTION"] = (
        f"host={link} dbname=permafrost user=permafrost application_name={name}")
    mine = f"from pg_stat_activity where application_name = '{name}'"
    with protected() as fleet, engine:
        wait_for(lambda: psql(f"select count(*) {mine}") == "1")
        link.unlink()
        psql(f"select pg_terminate_backend(pid) {mine}")
        time.sleep(1)
        before = engine.cpu()
        time.sleep(4)
        used, tries = engine.cpu() - before, engine.said().count("can't be reached")
        check("while PostgreSQL is away an engine tries again at every look, and not more often",
              2 <= tries <= 8 and used < 1, f"{tries} {used} {engine.said()}")
        link.symlink_to((HOME / "run").resolve() / "postgres")
        checkpoint = fleet.protect(fleet.plan())
        check("and when it is back goes on", wait_for(fleet.report_all)
              and fleet.becomes(checkpoint, "available"), engine.said())


# ---- quiet ---------------------------------------------------------------------------------------

def quiet(work):
    with Engine(work) as engine:
        time.sleep(3)
        before, memory = engine.cpu(), engine.memory()
        time.sleep(10)
        used = (engine.cpu() - before) * 10
        check("an idle engine that looks every second takes less than 3 % of a processor", used < 3, used)
        print(f"# idle, a look every second: {used:.1f} % of a processor, {memory} KiB")
        check("it ends well when it is told to", engine.stop() == 0, engine.said())
        check("and has had nothing to complain about", engine.said() == "", engine.said())


def main(work):
    for piece in (one_transaction, broken_off, busy, killed_at_random, many_engines, late,
                  obstacles, out_of_work, nobody_there, half_there, taken_away, unreadable,
                  attempts, half_saved, retention, ages, away, quiet):
        piece(work)


run(main)
