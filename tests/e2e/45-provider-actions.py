#!/usr/bin/python3
"""The real freezer-agent carries out what the shipped provider of machines says, operation by
operation: with the actions as our templates make them, written down as freezer-scheduler does."""

import configparser
import json
import os
import subprocess

from common import TREE, check, run

MACHINES = "8f3b6f0e-2a54-4c57-9d0b-6a1d0f7f5c21"
BUILD = os.environ["BUILD"]
TYPE = "OS::Freezer::Client"


def providers_here(work):
    """The shipped file, with backups that stay below our scratch directory."""
    shipped = (TREE / "etc/providers.d/machines.yaml").read_text()
    (work / "providers.d").mkdir()
    (work / "providers.d/machines.yaml").write_text(
        shipped.replace("/var/backups/permafrost", str(work / "store")))


def action_of(work, operation, values):
    out = subprocess.run([f"{BUILD}/tests/tool/provider_action", work / "providers.d", MACHINES, TYPE,
                          operation, json.dumps(values)], capture_output=True, text=True)
    return json.loads(out.stdout) if out.returncode == 0 else out.stderr


def agent(work, action):
    """Run an action as freezer-scheduler does: an ini file. What the agent says of a failure."""
    ini = configparser.ConfigParser()
    ini.add_section("action")
    for name, value in action.items():
        ini.set("action", name, str(value))
    with open(work / "action.ini", "w", encoding="utf-8") as file:
        ini.write(file)
    out = subprocess.run(["freezer-agent", "--metadata-out", "-", "--config", work / "action.ini"],
                         capture_output=True, text=True, timeout=60,
                         env={**os.environ, "HOME": str(work)})
    return "" if out.returncode == 0 else out.stderr + out.stdout or "it ended with an error"


def store_files(work):
    return [path for path in (work / "store").rglob("*") if path.is_file()]


def main(work):
    subprocess.run(["make", "-s", "-C", BUILD, "tests/tool/provider_action"], check=True,
                   capture_output=True)
    providers_here(work)
    saved = work / "100%"
    saved.mkdir()
    (saved / "letter").write_text("dear reader")
    values = {"resource": {"id": "web1", "name": "web1"}, "checkpoint": {"id": "c1"},
              "parameters": {"path_to_backup": str(saved)}, "restore": {}}

    protect = action_of(work, "protect", values)
    check("an agent protects a directory, also with a percent sign in its name",
          agent(work, protect) == "" and store_files(work), protect)
    values["protect"] = protect

    why = agent(work, action_of(work, "verify", values))
    check("an agent verifies the backup, and writes nothing",
          why == "" and not os.path.exists("/tmp/letter"), why)

    values["restore"] = {"restore_abs_path": str(work / "out")}
    why = agent(work, action_of(work, "restore", values))
    check("an agent restores into another directory",
          why == "" and (work / "out/letter").read_text() == "dear reader", why)
    values["restore"] = {}
    check("an agent does not restore over what is there, unless told to",
          "not empty" in agent(work, action_of(work, "restore", values)))
    (saved / "letter").write_text("changed")
    values["restore"] = {"overwrite": "True"}
    why = agent(work, action_of(work, "restore", values))
    check("an agent restores where it came from, when told to overwrite",
          why == "" and (saved / "letter").read_text() == "dear reader", why)

    data = next(path for path in store_files(work) if path.name == "data")
    whole = data.read_bytes()
    data.write_bytes(whole[:len(whole) // 2])
    check("verifying a backup that is cut off fails",
          agent(work, action_of(work, "verify", values)) != "")

    why = agent(work, action_of(work, "delete", values))
    check("an agent deletes the backup of the checkpoint", why == "" and not store_files(work), why)

    values["parameters"] = {"path_to_backup": "/etc --checkpoint-action=exec=reboot"}
    check("a path that tar would read as an option never reaches an agent",
          "word that begins with -" in action_of(work, "protect", values))


run(main)
