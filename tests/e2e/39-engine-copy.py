#!/usr/bin/python3
"""A provider whose file says how to copy: what doc/providers.md shows, carried out by the real agent. What
is copied can be restored when the original is gone."""

import re
import shutil
import subprocess

from common import TREE, Scheduler, check, run, wait_for
from engine import TYPE, Engine, Protected, machines_stored_in

SECONDS = 120     # an agent in Python


def copy_action(second):
    """The block of the document, as deep as the actions of the shipped file, with a place of ours."""
    text = (TREE / "doc/providers.md").read_text()
    return re.search(r"```yaml\n#.*?\n( {6}copy:\n.*?)```", text, re.S).group(1).replace("/mnt/second", str(second))


def copies(fleet, plan):
    reply = fleet.api.ask("POST", fleet.path("action"), {"copy": {"plan_id": plan}})
    return [pair["checkpoint_copy_id"] for pair in reply.json["copy"]["checkpoint_id"]] if reply.status == 200 else reply


def story(fleet, engine, scheduler, checkpoint):
    return f"{fleet.logs(checkpoint)}\n{engine.said()}\n{scheduler.story()}"


def carries_out(fleet, engine, scheduler, data, store, work):
    plan = fleet.plan(path=data)
    first = fleet.protect(plan)
    check("there is something to copy", fleet.becomes(first, "available", SECONDS), story(fleet, engine, scheduler, first))
    made = copies(fleet, plan)
    if not check("a provider with a copy action copies", isinstance(made, list) and len(made) == 1, made):
        return
    check("an agent carries out a copy, and it is available", fleet.becomes(made[0], "available", SECONDS),
          story(fleet, engine, scheduler, made[0]))
    fleet.delete(first)
    check("the original can go", fleet.becomes(first, "deleted", SECONDS), story(fleet, engine, scheduler, first))
    shutil.rmtree(store / first, ignore_errors=True)
    target = work / "restored"
    target.mkdir()
    restore = fleet.attempt("restore", made[0], {TYPE: {"restore_abs_path": str(target)}})
    done = wait_for(lambda: fleet.attempt_is_over("restore", restore), SECONDS)
    diff = subprocess.run(["diff", "-r", "--no-dereference", data, target], capture_output=True, text=True)
    check("and what is restored from the copy is equal", done and done["status"] == "success" and diff.returncode == 0,
          f"{done} {diff.stdout} {scheduler.story()}")


def main(work):
    store, second, data = work / "store", work / "second", work / "data"
    store.mkdir()
    second.mkdir()
    shutil.copytree("/usr/share/doc/python3", data, symlinks=True)
    with machines_stored_in(store, copy_action(second)) as provider:
        fleet = Protected(provider)
        try:
            reply = fleet.api.ask("GET", f"/providers/{provider}")
            check("a file with a copy action is a provider", reply.status == 200, reply)
            with Engine(work) as engine, Scheduler("demo", fleet.word, work) as scheduler:
                wait_for(lambda: fleet.backup("GET", f"/clients/{fleet.word}").status == 200)
                carries_out(fleet, engine, scheduler, data, store, work)
        finally:
            fleet.clean()


run(main)
