#!/usr/bin/python3
"""An engine, of whose questions to the database one in fifty is cut off, at random: what it
has to do is done all the same, once."""

import sys

sys.dont_write_bytecode = True

from common import HOME, check, run, wait_for
from engine import Engine, protected
from questions import Questions

SHARE, SEED = 0.02, 20261121
CHECKPOINTS = 4
SECONDS = 120    # for what takes two on a machine of its own


def settled(fleet, checkpoints, status):
    return wait_for(lambda: all(fleet.status(name) == status for name in checkpoints), SECONDS)


def waiting(fleet):
    """The jobs that its agent has not done."""
    return [job for job in fleet.jobs() if job["job_schedule"].get("status") != "completed"]


def protects(fleet, engine, plan):
    """Checkpoints that are available."""
    checkpoints = [fleet.protect(plan) for _ in range(CHECKPOINTS)]
    check("every checkpoint becomes a job", wait_for(lambda: len(waiting(fleet)) == CHECKPOINTS, SECONDS),
          engine.said())
    fleet.report_all()
    check("and is available when its job is done", settled(fleet, checkpoints, "available"),
          [fleet.reason(name) for name in checkpoints])
    told = [[log["status"] for log in fleet.logs(name)] for name in checkpoints]
    check("which is logged once", told == [["available"]] * CHECKPOINTS, told)
    return checkpoints


def fires(fleet, plan):
    """The checkpoint that a trigger made."""
    trigger, operation = fleet.operation(plan)
    fleet.due(trigger)
    made = wait_for(lambda: [run[1] for run in fleet.runs(operation) if run[1]], SECONDS)
    wait_for(lambda: waiting(fleet), SECONDS)
    fleet.report_all()
    check("a trigger fires once", made and len(made) == 1 and settled(fleet, made, "available"), fleet.runs(operation))
    return made


def main(work):
    questions = Questions(work, (HOME / "run").resolve() / "postgres")
    engine = Engine(work)
    engine.environment["PERMAFROST_CONF"] = str(questions.configuration(
        HOME / "permafrost.conf", f"\n[metrics]\nfile = {work}/counters\n"))
    with protected() as fleet, engine:
        plan = fleet.plan()
        fleet.plan_becomes(plan, "started")
        checkpoints = [fleet.protect(plan)]
        wait_for(lambda: waiting(fleet))     # it has begun
        fleet.report_all()
        settled(fleet, checkpoints, "available")
        questions.cut_some(SHARE, SEED)
        checkpoints += protects(fleet, engine, plan)
        checkpoints += fires(fleet, plan) or []
        for checkpoint in checkpoints:
            fleet.delete(checkpoint)
        wait_for(lambda: len(waiting(fleet)) == len(checkpoints), SECONDS)
        fleet.report_all()
        check("what is deleted goes", settled(fleet, checkpoints, "deleted"),
              [fleet.reason(name) for name in checkpoints])
        spoiled = questions.spoil_none()
        check(f"all of that with {spoiled} questions cut off", spoiled >= 5)
        check("the engine ends well", engine.stop() == 0, engine.said()[-2000:])


if __name__ == "__main__":
    run(main)
