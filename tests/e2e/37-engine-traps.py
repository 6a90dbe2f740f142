#!/usr/bin/python3
"""What went wrong in Karbor's engines, row by row of doc/karbor-traps.md, does not happen to ours. The
agents are played."""

import subprocess
import time

from common import HOME, check, psql, run, wait_for
from engine import TYPE, Engine, protected

OPERATIONS = 300


def states(fleet, operation):
    return [state for state, *_ in fleet.runs(operation)]


def is_there(engine):
    """Has it looked at least once?"""
    return wait_for(lambda: psql("select count(*) from permafrost.services where seen_at > now() - interval '3 s'") != "0"
                    and engine.process.poll() is None)


# ---- whose an operation is --------------------------------------------------------------------------

def any_engine(work):
    """T1, T2, T3: an engine that was there before the operation, and one that came later."""
    with protected() as fleet:
        plan = fleet.plan()
        fleet.plan_becomes(plan, "started")
        with Engine(work) as old:
            is_there(old)
            trigger, operation = fleet.operation(plan)
            fleet.due(trigger)
            check("an engine runs an operation that was made after it began",
                  wait_for(lambda: states(fleet, operation) == ["started"]), old.said())
            old.kill()
        with Engine(work) as new:
            wait_for(fleet.report_all)
            check("what one engine started another one ends",
                  wait_for(lambda: states(fleet, operation) == ["succeeded"]), f"{fleet.runs(operation)} {new.said()}")
            left = psql(f"select next_at > now() from permafrost.triggers where id = '{trigger}'")
            check("and the trigger is as it was, with its next firing", left == "t", left)


def many_operations(work):
    """T4: as many as a page would not hold, of which the last is due."""
    with protected() as fleet:
        plan = fleet.plan()
        fleet.plan_becomes(plan, "started")
        trigger, operation = fleet.operation(plan)
        for kind, key in ("triggers", trigger), ("scheduled_operations", operation):
            psql(f"""insert into permafrost.{kind} (project_id, id, user_id, doc)
                     select project_id, md5(id || n)::uuid::text, user_id, doc || jsonb_build_object(
                            'id', md5(id || n)::uuid::text, 'trigger_id', md5('{trigger}' || n)::uuid::text)
                       from permafrost.{kind}, generate_series(1, {OPERATIONS}) as n where id = '{key}'""")
        last = psql(f"select md5('{operation}' || {OPERATIONS})::uuid::text")
        fleet.due(psql(f"select md5('{trigger}' || {OPERATIONS})::uuid::text"))
        with Engine(work) as engine:
            check("an engine with very many operations begins, and runs what is due",
                  wait_for(lambda: states(fleet, last) == ["started"]), f"{fleet.runs(last)} {engine.said()}")
        psql(f"""delete from permafrost.scheduled_operations where name = '{fleet.word}' and id <> '{operation}';
                 delete from permafrost.triggers where name = '{fleet.word}' and id <> '{trigger}'""")


def begun_and_killed(work):
    """T11: somebody holds the plan, so that the engine has to stop before the checkpoint."""
    with protected() as fleet:
        plan = fleet.plan()
        fleet.plan_becomes(plan, "started")
        trigger, operation = fleet.operation(plan)
        holder = subprocess.Popen(["psql", "-XqAt", "-h", (HOME / "run").resolve() / "postgres", "-U", "permafrost",
                                   "permafrost"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        holder.stdin.write(f"begin; select 'held' from permafrost.plans where id = '{plan}' for update;\n\\echo asked\n")
        holder.stdin.flush()
        holder.stdout.readline()
        fleet.due(trigger)
        engine = Engine(work).start()
        wait_for(lambda: psql("select count(*) from pg_stat_activity where wait_event_type = 'Lock'") != "0")
        engine.kill()
        holder.communicate("rollback;\n", 10)
        made = psql(f"select count(*) from permafrost.checkpoints where plan_id = '{plan}'")
        check("an engine that dies between firing and checkpoint leaves a run that is due, and no checkpoint",
              states(fleet, operation) == ["due"] and made == "0", f"{fleet.runs(operation)} {made}")
        with Engine(work) as engine, Engine(work):
            wait_for(lambda: states(fleet, operation) == ["started"])
            made = psql(f"select count(*) from permafrost.checkpoints where plan_id = '{plan}'")
            check("of which others make one", made == "1" and len(fleet.runs(operation)) == 1, f"{made} {engine.said()}")


# ---- retention --------------------------------------------------------------------------------------

def nothing_goes_for_what_failed(work):
    """D1, D2"""
    with protected() as fleet, Engine(work) as engine:
        plan = fleet.plan()
        fleet.plan_becomes(plan, "started")
        trigger, operation = fleet.operation(plan, "retention_protect", max_backups=1)
        good = fleet.protect(plan)
        wait_for(fleet.report_all)
        fleet.becomes(good, "available")
        fleet.due(trigger, "9 seconds")
        wait_for(lambda: fleet.report_all("fail"))
        wait_for(lambda: states(fleet, operation) == ["failed"])
        bad = psql(f"select id from permafrost.checkpoints where plan_id = '{plan}' and status = 'error'")
        check("a protection that failed takes nothing away", fleet.status(good) == "available" and bad, engine.said())
        fleet.due(trigger, "5 seconds")
        wait_for(fleet.report_all)
        wait_for(lambda: states(fleet, operation) == ["failed", "succeeded"])
        newest = fleet.runs(operation)[-1][1]
        wait_for(fleet.report_all)
        check("one that is good takes the older good one, and neither itself nor what failed",
              fleet.becomes(good, "deleted") and fleet.status(newest) == "available" and fleet.status(bad) == "error",
              f"{fleet.status(good)} {fleet.status(newest)} {fleet.status(bad)} {engine.said()}")


# ---- resources --------------------------------------------------------------------------------------

def in_their_order(work):
    """D9: machines have no order, so we give them one: the first waits for the second, that for the third."""
    with protected() as fleet:
        names = [fleet.word] + [fleet.register(f"{fleet.word}-{n}") for n in (1, 2)]
        checkpoint = fleet.protect(fleet.plan(*names))
        psql(f"update permafrost.work_items set waits_for = array[n + 1] where checkpoint_id = '{checkpoint}' and n < 2")
        order = psql(f"select resource_id from permafrost.work_items where checkpoint_id = '{checkpoint}' order by n desc").split()
        seen = []
        with Engine(work) as engine:
            for name in order:
                wait_for(lambda: fleet.jobs(name))
                time.sleep(1.5)
                seen.append([other for other in names if fleet.jobs(other)
                             and fleet.jobs(other)[0]["job_schedule"].get("status") != "completed"])
                fleet.report(fleet.jobs(name)[0])
            check("a resource waits for what it depends on, however deep", seen == [[name] for name in order],
                  f"{seen} {order} {engine.said()}")
            check("and then the checkpoint is there", fleet.becomes(checkpoint, "available"), fleet.logs(checkpoint))


def one_by_one(work):
    """Restores and verifications tell of each resource when it is over."""
    with protected() as fleet, Engine(work) as engine:
        names = [fleet.word, fleet.register(f"{fleet.word}-1")]
        checkpoint = fleet.protect(fleet.plan(*names))
        for name in names:
            wait_for(lambda: fleet.jobs(name))
            fleet.report(fleet.jobs(name)[0])
        fleet.becomes(checkpoint, "available")
        wait_for(lambda: not any(fleet.jobs(name) for name in names))
        for kind, going, options in ("restore", "restoring", {TYPE: {"restore_abs_path": "/tmp/there"}}), \
                                    ("verification", "verifying", {}):
            attempt = fleet.attempt(kind, checkpoint, options)
            shown = fleet.api.get(f"/{kind}s/{attempt}")[kind]["resources_status"]
            check(f"a {kind} that begins says of each resource that it is {going}",
                  shown == {f"{TYPE}#{name}": going for name in names}, shown)
            wait_for(lambda: all(fleet.jobs(name) for name in names))
            fleet.report(fleet.jobs(names[0])[0], "fail")
            told = wait_for(lambda: (shown := fleet.api.get(f"/{kind}s/{attempt}")[kind])["resources_reason"] and shown)
            check("while it runs it says what is over, and why", told and told["status"] == "in_progress"
                  and told["resources_status"] == {f"{TYPE}#{names[0]}": "error", f"{TYPE}#{names[1]}": going}
                  and "ended with fail" in told["resources_reason"][f"{TYPE}#{names[0]}"], f"{told} {engine.said()}")
            fleet.report(fleet.jobs(names[1])[0])
            over = wait_for(lambda: fleet.attempt_is_over(kind, attempt))
            check("and at the end all of it", over and over["status"] == "fail" and
                  over["resources_status"] == {f"{TYPE}#{names[0]}": "error", f"{TYPE}#{names[1]}": "available"}, over)
            wait_for(lambda: not any(fleet.jobs(name) for name in names))


def main(work):
    for piece in (any_engine, many_operations, begun_and_killed, nothing_goes_for_what_failed, in_their_order, one_by_one):
        piece(work)


run(main)
