#!/usr/bin/python3
"""The next release is installed over this one while requests come in: its migration is applied, then
workers and engine are replaced one by one, and no request fails. Before and after that, programs that
meet a schema which is not theirs say what to do. Then the database is dumped and restored.

The next release is this one, built for a schema version more: its programs differ in that number."""

import contextlib
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import threading
import time

import common
from common import TREE, check, run, wait_for
from ports import free_port

PROGRAMS = ("permafrost-api", "permafrost-engine", "permafrost-manage")
NEXT = 9001
BINARIES = pathlib.Path("/usr/lib/postgresql/15/bin")

# What HACKING.md allows: it adds, fills in what it added, and takes nothing away.
MIGRATION = """
alter table permafrost.jobs add column note text not null default '';
comment on column permafrost.jobs.note is 'Of the next release';
update permafrost.jobs set note = id;
create index backups_by_user on permafrost.backups (user_id);
create table permafrost.notes (id bigint primary key, note text not null);
"""


def elf(option, program):
    return [line.split() for line in subprocess.run(
        ["readelf", option, program], check=True, capture_output=True, text=True).stdout.splitlines()]


def built_for(version, program, target):
    """A copy of the program in which schema_version is another number."""
    symbol = next(row for row in elf("-sW", program) if row[-1:] == ["schema_version"])
    sections = (" ".join(row).replace("[ ", "[").split() for row in elf("-SW", program))
    section = next(row for row in sections if row and row[0] == f"[{symbol[6]}]")
    at = int(symbol[1], 16) - int(section[3], 16) + int(section[4], 16)
    data = bytearray(program.read_bytes())
    struct.pack_into("<i", data, at, version)
    target.write_bytes(data)
    target.chmod(0o755)


class Instance:
    """One of our own, since all that uses it sees the upgrade."""

    def __init__(self, work):
        self.work, self.var = work, work / "var"
        self.address = f"127.0.0.1:{free_port()}"

    def quickstart(self, *words):
        subprocess.run([TREE / "scripts" / "quickstart", "--var", self.var, *words], check=True,
                       capture_output=True, timeout=120)

    @contextlib.contextmanager
    def running(self):
        try:
            self.quickstart("--detach", "--listen", self.address, "--workers", "6", "--engines", "1",
                            "--build", os.environ["BUILD"])
            common.VAR = self.var
            common.HOME = (self.var / "home").resolve() if (self.var / "home").exists() else self.var
            common.URL = f"http://{self.address}"
            yield self
        finally:
            self.quickstart("--stop")

    @property
    def sockets(self):
        return (common.HOME / "run").resolve() / "postgres"

    def connection(self, role, database="permafrost"):
        return {"PERMAFROST_DATABASE_CONNECTION":
                f"host={self.sockets} user={role} dbname={database}"}

    def manage(self, *words, directory=None, **environment):
        program = (directory or common.HOME / "bin") / "permafrost-manage"
        return subprocess.run(
            [program, *words], capture_output=True, text=True,
            timeout=200, env={"PATH": "/usr/bin:/bin", **environment,
                              "PERMAFROST_CONF": str(common.HOME / "permafrost.conf")})

    def install(self, directory):
        """As a package does it: what runs goes on with the old file."""
        for program in PROGRAMS:
            new = common.HOME / "bin" / f"{program}.new"
            shutil.copy(directory / program, new)
            new.rename(common.HOME / "bin" / program)

    def children(self, name):
        leader = (common.HOME / "pid" / f"{name}.pid").read_text().split()[0]
        text = pathlib.Path(f"/proc/{leader}/task/{leader}/children").read_text()
        return [int(word) for word in text.split()]

    def replace(self, name):
        """End each process after what it is at; another takes its place."""
        for child in self.children(name):
            os.kill(child, signal.SIGTERM)
            wait_for(lambda gone=child: gone not in self.children(name), 20, 0.1)
            time.sleep(0.5)

    @contextlib.contextmanager
    def asleep(self, name):
        """So that nothing changes by itself for a while."""
        children = self.children(name)
        for child in children:
            os.kill(child, signal.SIGSTOP)
        try:
            yield
        finally:
            for child in children:
                os.kill(child, signal.SIGCONT)

    def log(self, name):
        return (common.HOME / "log" / f"{name}.log").read_text()


# ---- requests meanwhile --------------------------------------------------------------------------

class Traffic:
    """Clients that read and write without a pause, and what they were answered."""

    JOB = {"client_id": "", "job_schedule": {"schedule_interval": "1 days"}, "job_actions": [
        {"freezer_action": {"action": "exec", "command": "true"}}]}
    BACKUP = {"backup_name": "etc", "container": "/srv", "hostname": "node1", "time_stamp": 1700000000}

    def __init__(self, clients=3):
        self.api, self.is_over, self.failed, self.count = common.Api("demo"), False, [], 0
        self.job = self.api.create("job", self.JOB)
        self.threads = [threading.Thread(target=self.go) for _ in range(clients)]

    def calls(self):
        search = {"match": [{"backup_name": "etc"}]}
        return [("GET", "/jobs?limit=10", None, 200), ("POST", "/backups", self.BACKUP, 201),
                ("POST", "/jobs", self.JOB, 201), ("GET", "/backups?limit=5", search, 200),
                ("PATCH", f"/jobs/{self.job}", {"description": str(time.monotonic())}, 200),
                ("GET", f"/jobs/{self.job}", None, 200), ("GET", "/clients", None, 200)]

    def go(self):
        while not self.is_over:
            for method, path, body, status in self.calls():
                try:
                    reply = self.api.ask(method, path, body)
                    if reply.status != status:
                        self.failed.append(f"{method} {path}: {reply}")
                except OSError as error:
                    self.failed.append(f"{method} {path}: {error}")
                self.count += 1

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over = True
        for thread in self.threads:
            thread.join()

    def flows(self, count=30):
        """Wait until that many more were answered."""
        return wait_for(lambda end=self.count + count: self.count >= end, 60)


@contextlib.contextmanager
def long_report(instance, seconds):
    """Somebody at psql reads the jobs, in a transaction that takes its time."""
    process = subprocess.Popen(
        ["psql", "-XqAt", "-h", instance.sockets, "-U", "permafrost", "permafrost", "-c",
         f"begin; select count(*) from permafrost.jobs; select pg_sleep({seconds}); commit;"],
        stdout=subprocess.DEVNULL)
    wait_for(lambda: common.psql("select count(*) from pg_stat_activity where query like 'begin; select count%' "
                                 "and wait_event = 'PgSleep' and pid <> pg_backend_pid()") == "1")
    try:
        yield
    finally:
        process.wait()


# ---- the story -----------------------------------------------------------------------------------

def migrations(work):
    directory = work / "sql"
    shutil.copytree(TREE / "sql" / "migration", directory)
    (directory / f"{NEXT}_next.sql").write_text(MIGRATION)
    return {"PERMAFROST_DATABASE_SQL_DIRECTORY": str(directory)}


def told(instance, work, later):
    done = instance.manage("db", "migrate", "--dry-run", directory=later, **migrations(work))
    check("a dry run tells which migrations would be applied", done.returncode == 0 and
          done.stdout.startswith(f"would apply {NEXT}_next.sql\n") and
          f"would be at version {NEXT}" in done.stdout, done)
    check("and applies none", common.psql("select max(version) from permafrost.schema_version") !=
          str(NEXT))


def too_old(instance, now, later):
    instance.install(later)
    instance.replace("workers")
    reply = common.ask("GET", f"{common.URL}/v2/x/jobs", token="x")
    check("a worker whose schema is not there yet answers 503", reply.status == 503, reply)
    check("and logs the command that mends it", f"this program needs {NEXT}; hint: run "
          "permafrost-manage db migrate" in instance.log("workers"), instance.log("workers")[-500:])
    instance.replace("engine")
    check("so does an engine", wait_for(lambda: "hint: run permafrost-manage db migrate" in
                                        instance.log("engine"), 20), instance.log("engine")[-500:])
    instance.install(now)
    instance.replace("workers")


def upgraded(instance, work, later):
    """As doc/upgrade.md has it."""
    with Traffic() as traffic:
        check("requests are answered before", traffic.flows())
        instance.install(later)
        with long_report(instance, 8):
            done = instance.manage("db", "migrate", **instance.connection("permafrost_owner"),
                                   PERMAFROST_DATABASE_SQL_DIRECTORY=str(work / "sql"))
        check("a migration is applied while requests come in", done.returncode == 0 and
              f"applied {NEXT}_next.sql" in done.stdout, done)
        check("it steps back when somebody else is at a table for long",
              f"{NEXT}_next.sql waits for a table that is in use" in done.stdout, done)
        check("the workers that run go on with the new schema", traffic.flows())
        before = set(instance.children("workers"))
        instance.replace("workers")
        instance.replace("engine")
        check("those of the next release take their places",
              traffic.flows() and not before & set(instance.children("workers")))
    check(f"none of {traffic.count} requests failed", traffic.count > 100 and not traffic.failed,
          "\n".join(traffic.failed[:5]))
    check("the next release knows the schema", instance.manage("db", "version").stdout == f"{NEXT}\n")


def too_new(instance, now):
    instance.install(now)
    instance.replace("workers")
    reply = common.ask("GET", f"{common.URL}/v2/x/jobs", token="x")
    check("a worker of the release before answers 503 from then on", reply.status == 503, reply)
    check("and logs what to do", "hint: a newer permafrost was here; see permafrost-manage --version"
          in instance.log("workers"), instance.log("workers")[-500:])


def contents(database):
    """Each table with a hash over its rows."""
    tables = common.psql("select relname from pg_class where relkind = 'r' and relnamespace = "
                         "'permafrost'::regnamespace order by 1").split()
    return {table: common.psql(f"\\c {database}\nselect count(*), md5(string_agg(md5(t::text), '' "
                               f"order by md5(t::text))) from permafrost.{table} as t")
            for table in tables}


def things(database):
    """What there is besides rows: tables, views, indexes, functions, comments."""
    return common.psql(f"\\c {database}\n"
                       "select relkind, count(*) from pg_class where relnamespace = "
                       "'permafrost'::regnamespace group by 1 order by 1;"
                       "select count(*) from pg_proc where pronamespace = 'permafrost'::regnamespace;"
                       "select count(*) from pg_description")


def restored(instance, work):
    """As doc/upgrade.md has it."""
    ours = ["-h", instance.sockets, "-U", "permafrost_owner"]
    dump = work / "permafrost.dump"
    subprocess.run([BINARIES / "pg_dump", *ours, "-Fc", "-f", dump, "permafrost"], check=True)
    subprocess.run([BINARIES / "createdb", "-h", instance.sockets, "-U", "postgres", "-O",
                    "permafrost_owner", "restored"], check=True)
    done = subprocess.run([BINARIES / "pg_restore", *ours, "--exit-on-error", "--no-owner", "-d",
                           "restored", dump], capture_output=True, text=True)
    check("what pg_dump wrote pg_restore reads", done.returncode == 0, done.stderr)
    before, after = contents("permafrost"), contents("restored")
    check(f"every row of {len(before)} tables is there", before == after,
          [(table, before[table], after.get(table)) for table in before
           if before[table] != after.get(table)])
    check("with all that belongs to them", things("permafrost") == things("restored"),
          things("permafrost") + "\n" + things("restored"))
    done = instance.manage("user", "list", **instance.connection("permafrost", "restored"))
    check("and is a database to work with", done.returncode == 0 and "demo" in done.stdout, done)


def main(work):
    work.chmod(0o755)
    now, later = work / "now", work / "later"
    for directory in now, later:
        directory.mkdir()
    for program in PROGRAMS:
        built = pathlib.Path(os.environ["BUILD"]) / program
        shutil.copy(built, now)
        built_for(NEXT, built, later / program)
    with Instance(work).running() as instance:
        told(instance, work, later)
        too_old(instance, now, later)
        upgraded(instance, work, later)
        with instance.asleep("engine"):
            restored(instance, work)
        too_new(instance, now)


run(main)
