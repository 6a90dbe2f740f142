#!/usr/bin/python3
"""Checkpoints are carried out by the real freezer-scheduler and freezer-agent, from the plan of a
directory to the removal of its backup."""

import shutil
import subprocess

from common import Scheduler, check, run, wait_for
from engine import Engine, Protected, machines_stored_in

SECONDS = 120     # an agent in Python, which tries five times more what failed


def files(store):
    return [path for path in store.rglob("*") if path.is_file()]


def story(fleet, engine, scheduler, checkpoint):
    return f"{fleet.logs(checkpoint)}\n{engine.said()}\n{scheduler.story()}"


def comes_to(fleet, engine, scheduler, checkpoint, status, phrase):
    return check(phrase, fleet.becomes(checkpoint, status, SECONDS),
                 story(fleet, engine, scheduler, checkpoint))


def protects(fleet, engine, scheduler, plan, store):
    checkpoint = fleet.protect(plan)
    comes_to(fleet, engine, scheduler, checkpoint, "available",
             "an agent carries out a checkpoint that a user asked for, and it is available")
    check("the agent's backup is there", files(store / checkpoint), files(store))
    log = fleet.logs(checkpoint)[0]
    check("the operation log says when it began and ended, and no error",
          log["status"] == "available" and log["started_at"] < log["ended_at"]
          and log["error_info"] is None, log)
    check("jobs, actions and sessions are gone when it is over",
          wait_for(lambda: fleet.left() == [0, 0, 0]), fleet.left())
    return checkpoint


def fires(fleet, engine, scheduler, plan):
    fleet.plan_becomes(plan, "started")
    trigger, operation = fleet.operation(plan)
    fleet.due(trigger)
    ended = wait_for(lambda: [run for run in fleet.runs(operation) if run[0] == "succeeded"], SECONDS)
    if not check("a trigger that is due makes a checkpoint, and an agent carries it out", ended,
                 f"{fleet.runs(operation)}\n{engine.said()}\n{scheduler.story()}"):
        return None
    checkpoint = ended[0][1]
    check("which is available by then", fleet.status(checkpoint) == "available")
    log = fleet.logs(checkpoint)[0]
    check("its operation log names the scheduled operation",
          log["scheduled_operation_id"] == operation, log)
    return checkpoint


def rebuilds(fleet, engine, scheduler, checkpoint, data, work):
    target, resource = work / "restored", f"OS::Freezer::Client#{fleet.word}"
    target.mkdir()
    restore = fleet.attempt("restore", checkpoint, {"OS::Freezer::Client": {
        "restore_abs_path": str(target)}})
    done = wait_for(lambda: fleet.attempt_is_over("restore", restore), SECONDS)
    check("an agent carries out a restore, and it is a success",
          done and done["status"] == "success" and done["resources_status"] == {resource: "available"}
          and done["resources_reason"] == {}, f"{done}\n{engine.said()}\n{scheduler.story()}")
    diff = subprocess.run(["diff", "-r", "--no-dereference", data, target], capture_output=True, text=True)
    check("what is restored is equal, file for file", diff.returncode == 0, diff.stdout)
    verification = fleet.attempt("verification", checkpoint, {})
    done = wait_for(lambda: fleet.attempt_is_over("verification", verification), SECONDS)
    check("an agent verifies the checkpoint", done and done["status"] == "success"
          and done["resources_status"] == {resource: "available"}, done)


def removes(fleet, engine, scheduler, checkpoint, store):
    reply = fleet.delete(checkpoint)
    check("a delete is accepted at once", reply.status == 200
          and fleet.status(checkpoint) in ("deleting", "deleted"), reply)
    comes_to(fleet, engine, scheduler, checkpoint, "deleted",
             "an agent carries out the delete, and the checkpoint is deleted")
    check("the agent's backup is gone", not files(store / checkpoint), files(store / checkpoint))


def fails(fleet, engine, scheduler, work):
    checkpoint = fleet.protect(fleet.plan(path=work / "nowhere"))
    comes_to(fleet, engine, scheduler, checkpoint, "error",
             "a checkpoint whose agent fails is an error")
    check("and its operation log says which resource failed, and how",
          f"OS::Freezer::Client {fleet.word}: its job on {fleet.word} ended with fail"
          in fleet.reason(checkpoint), fleet.logs(checkpoint))
    check("its jobs are gone as well", wait_for(lambda: fleet.left() == [0, 0, 0]), fleet.left())
    fleet.delete(checkpoint)
    comes_to(fleet, engine, scheduler, checkpoint, "deleted",
             "what failed can be deleted, with no backup to remove")


def fails_to_remove(fleet, engine, scheduler, checkpoint, store):
    """The place of the backups is away, and comes back."""
    away = store.with_name("away")
    store.rename(away)
    store.write_text("no directory")
    fleet.delete(checkpoint)
    comes_to(fleet, engine, scheduler, checkpoint, "error-deleting",
             "a delete that the agent can't carry out is error-deleting")
    check("with the reason in its operation log", "ended with fail" in fleet.reason(checkpoint),
          fleet.logs(checkpoint))
    store.unlink()
    away.rename(store)
    check("it can be tried again", fleet.delete(checkpoint).status == 200)
    comes_to(fleet, engine, scheduler, checkpoint, "deleted", "and then it is deleted")
    check("with its backup", not files(store / checkpoint), files(store / checkpoint))


def main(work):
    store, data = work / "store", work / "data"
    store.mkdir()
    shutil.copytree("/usr/share/doc/python3", data, symlinks=True)
    with machines_stored_in(store) as provider:
        fleet = Protected(provider)
        try:
            with Engine(work) as engine, Scheduler("demo", fleet.word, work) as scheduler:
                registered = wait_for(lambda: fleet.backup("GET", f"/clients/{fleet.word}").status == 200)
                if not check("the scheduler registers its machine", registered, scheduler.story()):
                    return
                plan = fleet.plan(path=data)
                first = protects(fleet, engine, scheduler, plan, store)
                rebuilds(fleet, engine, scheduler, first, data, work)
                second = fires(fleet, engine, scheduler, plan)
                removes(fleet, engine, scheduler, first, store)
                fails(fleet, engine, scheduler, work)
                if second:
                    fails_to_remove(fleet, engine, scheduler, second, store)
        finally:
            fleet.clean()


run(main)
