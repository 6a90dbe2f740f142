#!/usr/bin/python3
"""A plan of two directories and a MariaDB database of one machine, made with the real client; a trigger
of every minute; the real freezer-scheduler and freezer-agent; and all of it brought back after a disaster
with `openstack data protection restore create`."""

import json
import shutil
import subprocess

from common import Scheduler, check, run, settings, wait_for
from engine import PAST, TYPE, Engine, Protected, machines_stored_in
from karbor import OpenStack
from mariadb import PASSWORD, MariaDB

EVERY_MINUTE = "[data_protect]\nmin_interval = 60\nmin_window_time = 30\nmax_window_time = 60\n"
SECONDS = 150     # three agents in Python, after a minute has passed


# ---- what is protected --------------------------------------------------------------------------

class Shop:
    """A machine's configuration, its files, and its database."""

    def __init__(self, work, database):
        self.work, self.database = work, database
        self.etc, self.files = work / "etc", work / "srv" / "files"
        shutil.copytree("/etc/ssl", self.etc, symlinks=True)
        shutil.copytree("/usr/share/doc/python3", self.files, symlinks=True)
        self.database.ask(
            f"create user backup@127.0.0.1 identified by '{PASSWORD}'",
            "grant reload on *.* to backup@127.0.0.1",
            "create database shop", "use shop",
            "create table orders (n int primary key, what text, paid boolean) engine = InnoDB",
            "insert into orders select seq, repeat(md5(seq), 20), seq % 2 from seq_1_to_5000",
            "create table visits (n int primary key, who text) engine = Aria",
            "insert into visits select seq, md5(seq) from seq_1_to_500")
        for directory in self.etc, self.files:
            shutil.copytree(directory, self.kept(directory), symlinks=True)
        self.rows = self.contents()

    def kept(self, directory):
        return self.work / "kept" / directory.name

    def contents(self):
        """Every row of every table."""
        return [self.database.ask(f"select * from shop.{table} order by n") for table in ("orders", "visits")]

    def differences(self):
        """What differs from what was protected, of the directories."""
        return "".join(subprocess.run(["diff", "-r", "--no-dereference", self.kept(directory), directory],
                                      capture_output=True, text=True).stdout
                       for directory in (self.etc, self.files))

    def disaster(self):
        """Some is gone, some is wrong, and the database does not even start."""
        shutil.rmtree(self.etc)
        self.etc.mkdir()
        for path in self.files.iterdir():
            if path.is_file():
                path.write_text("overwritten")
        self.database.ask("drop table shop.visits", "update shop.orders set what = 'lost'")
        self.database.stop()
        for name in "ibdata1", "mysql/global_priv.MAD", "shop/orders.ibd":
            (self.database.data / name).write_bytes(b"scribble" * 512)


# ---- the story ----------------------------------------------------------------------------------

def part(fleet, label):
    return f"{fleet.word}:{label}"


def plans(fleet, client, shop):
    """The id of a plan of three parts of the machine."""
    options = {"etc": {"path_to_backup": str(shop.etc)}, "files": {"path_to_backup": str(shop.files)},
               "db": {"mode": "mysql", "path_to_backup": str(shop.database.data),
                      "mysql_conf": str(shop.database.conf)}}
    outcome, plan = client.row(
        "plan", "create", fleet.word, fleet.provider,
        ",".join(f"{part(fleet, label)}={TYPE}={label}" for label in options), "--parameters-json",
        json.dumps({f"{TYPE}#{part(fleet, label)}": chosen for label, chosen in options.items()}))
    check("the real client makes a plan of two directories and a database of one machine",
          outcome.status == 0 and {row["id"] for row in plan["resources"]} ==
          {part(fleet, label) for label in options}, outcome)
    return plan["id"]


def schedules(fleet, plan):
    """The ids of a trigger of every minute and of its operation."""
    fleet.plan_becomes(plan, "started")
    trigger = fleet.api.make("triggers", "trigger_info", name=fleet.word, type="time", properties={
        "format": "crontab", "pattern": "* * * * *", "start_time": PAST, "window": "60"})["id"]
    operation = fleet.api.make(
        "scheduled_operations", "scheduled_operation", name=fleet.word, operation_type="protect",
        trigger_id=trigger, operation_definition={"plan_id": plan, "provider_id": fleet.provider})["id"]
    return trigger, operation


def protects(fleet, trigger, operation, engine, scheduler):
    """The checkpoint of the first run; the next is skipped while that one takes its time."""
    over = wait_for(lambda: [run for run in fleet.runs(operation) if run[0] in ("succeeded", "failed")], SECONDS)
    instants = fleet.instants(trigger)
    fleet.api.ask("DELETE", f"/scheduled_operations/{operation}")    # no more of them
    story = f"{over or fleet.left()}\n{engine.said()}\n{scheduler.story()}"
    if not check("the trigger fires within the minute, and agents carry out the checkpoint",
                 over and over[0][0] == "succeeded", story):
        return None
    checkpoint = over[0][1]
    check("at the full minute, and is due again at the next one", len(instants) >= 2 and
          all(instant % 60 == 0 for instant in instants) and instants[1] - instants[0] == 60, instants)
    check("the checkpoint is available", fleet.status(checkpoint) == "available", fleet.logs(checkpoint))
    return checkpoint


def is_kept_apart(fleet, checkpoint, store):
    found = {label: [path for path in (store / checkpoint / part(fleet, label)).rglob("data")]
             for label in ("etc", "files", "db")}
    check("each part has a backup of its own", all(map(len, found.values())), found)
    backups = fleet.backup("GET", "/backups", {"match": [{"hostname": fleet.word}]}).json["backups"]
    check("recorded under the name of the machine, and as what it is",
          sorted(backup["backup_metadata"]["mode"] for backup in backups) == ["fs", "fs", "mysql"], backups)


def rebuilds(fleet, client, checkpoint, shop, engine, scheduler):
    outcome, restore = client.row("restore", "create", fleet.provider, checkpoint, "--parameters-json",
                                  json.dumps({TYPE: {"overwrite": True}}))
    check("the real client asks for the restore", outcome.status == 0 and restore.get("id"), outcome)
    done = wait_for(lambda: fleet.attempt_is_over("restore", restore["id"]), SECONDS)
    check("agents carry it out, every part of it", done and done["status"] == "success"
          and done["resources_status"] == {f"{TYPE}#{part(fleet, label)}": "available"
                                           for label in ("etc", "files", "db")},
          f"{done}\n{engine.said()}\n{scheduler.story()}")
    check("the directories are equal, file for file", shop.differences() == "", shop.differences())
    shop.database.start()
    if check("the database starts again", shop.database.answers(), shop.database.said()):
        check("and holds every row that it had", shop.contents() == shop.rows)


def story(work, fleet, database, store):
    shop, client = Shop(work, database), OpenStack("demo", work)
    with Engine(work) as engine, Scheduler("demo", fleet.word, work) as scheduler:
        registered = wait_for(lambda: fleet.backup("GET", f"/clients/{fleet.word}").status == 200)
        if not check("the scheduler registers its machine", registered, scheduler.story()):
            return
        plan = plans(fleet, client, shop)
        checkpoint = protects(fleet, *schedules(fleet, plan), engine, scheduler)
        if checkpoint is None:
            return
        is_kept_apart(fleet, checkpoint, store)
        shop.disaster()
        check("the disaster is one", shop.differences() != "" and not shop.database.start().answers())
        rebuilds(fleet, client, checkpoint, shop, engine, scheduler)


def main(work):
    store = work / "store"
    store.mkdir()
    with settings(EVERY_MINUTE), machines_stored_in(store) as provider, MariaDB(work) as database:
        fleet = Protected(provider)
        try:
            story(work, fleet, database, store)
        finally:
            fleet.clean()


run(main)
