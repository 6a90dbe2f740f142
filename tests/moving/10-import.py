#!/usr/bin/python3
"""A freezer-api 13.0.0 with a busy year behind it moves to Permafrost: all of it, once, and so that
both answer the same."""

import os
import pty
import re
import signal
import subprocess
import time

import peer
from common import HOME, URL, check, psql, run, wait_for
from ports import free_port

BACKUPS, TIMES = 80, 36       # of each of four users, through the API; and so many more of each
MANAGE = [HOME / "bin" / "permafrost-manage", "import", "freezer"]
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "PERMAFROST_CONF": str(HOME / "permafrost.conf")}
TABLES = [f"{kind}s" for kind in peer.KINDS]


class Import:
    """One run of the command to its end."""

    def __init__(self, *words, **more):
        began = time.monotonic()
        done = subprocess.run([*MANAGE, *map(str, words)], env=ENVIRONMENT, capture_output=True,
                              text=True, timeout=200, **more)
        self.seconds = time.monotonic() - began
        self.status, self.output, self.errors = done.returncode, done.stdout, done.stderr

    def tally(self, kind="all"):
        """read, written, already there, changed since, deleted, refused"""
        line = re.search(rf"^{kind} +(\d.*)$", self.output, re.M)
        return [int(number) for number in line[1].split()] if line else None

    def __str__(self):
        return f"status {self.status}\n{self.output}{self.errors}"


def projects_of(everybody):
    return ", ".join(sorted({f"'{user.project}'" for user in everybody}))


def state(everybody):
    """A hash over all of the rows of these projects."""
    rows = "\n union all ".join(
        f"select '{table}', t::text from permafrost.{table} t where project_id in "
        f"({projects_of(everybody)})" for table in TABLES)
    return psql("select count(*), md5(string_agg(a || b, '' order by a, b)) "
                f"from ({rows}) as x (a, b);")


def count(everybody):
    return int(state(everybody).split("|")[0])


def forget(everybody):
    """What an earlier run on the same instance moved."""
    for table in TABLES:
        psql(f"delete from permafrost.{table} where project_id in ({projects_of(everybody)});")


# ---- moving --------------------------------------------------------------------------------------

def dry_run(dump, everybody):
    outcome = Import("--from", dump, "--dry-run")
    check("a dry run tells what would be written", outcome.status == 0 and
          outcome.tally("backups")[1] == (BACKUPS - 5) * len(everybody) and
          "to write" in outcome.output, outcome)
    check("and writes nothing", count(everybody) == 0, state(everybody))


def killed_half_way(freezer, dump, everybody):
    there = " + ".join(f"(select count(*) from {table} where deleted = 0)" for table in TABLES)
    expected = int(freezer.sql(f"select {there}")[0][0])
    process = subprocess.Popen([*MANAGE, "--from", dump], env=ENVIRONMENT,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    wait_for(lambda: count(everybody) > 2000 or process.poll() is not None, 60, 0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    half = count(everybody)
    check("an import that is killed half way has written a part", 2000 < half < expected,
          f"{half} of {expected}")
    outcome = Import("--from", dump)
    check("run again, it writes what is missing", outcome.status == 0 and
          outcome.tally()[1] == expected - half and outcome.tally()[2] == half, outcome)
    check("and then all of it is there", count(everybody) == expected > 11000, state(everybody))
    print(f"# {outcome.tally()[1]} documents in {outcome.seconds:.1f} s")


def again(dump, everybody):
    before = state(everybody)
    with dump.open() as stdin:
        outcome = Import("--from", "-", stdin=stdin)
    check("a second run, from a pipe, changes nothing and says so", outcome.status == 0 and
          outcome.tally()[1] == 0 and "nothing was written: all of it was there" in outcome.output,
          outcome)
    check("not one row is different", state(everybody) == before)


# ---- the same answers ----------------------------------------------------------------------------

def without_nulls(value):
    if isinstance(value, dict):
        return {key: without_nulls(member) for key, member in value.items() if member is not None}
    return [without_nulls(member) for member in value] if isinstance(value, list) else value


def common_form(kind, document):
    """What both services say in their own way, said in one: doc/moving.md lists all of it."""
    document = without_nulls({**document})
    document.pop("_version", None)
    if kind == "client":
        document["client"].setdefault("description", "")
    elif kind == "job":
        document["job_schedule"] = {"event": "", "status": "", "result": "", **document["job_schedule"]}
    elif kind == "session":
        document.pop("last_start", None)
        document.setdefault("jobs", {})
    elif kind == "action":
        document.pop("timeout", None)
        if not document.get("mandatory"):
            document.pop("mandatory", None)
    return document


def differences(theirs, ours):
    return [f"{name}:\n  {theirs.get(name)}\n  {ours.get(name)}"
            for name in sorted(theirs.keys() | ours.keys()) if theirs.get(name) != ours.get(name)]


def by_name(kind, documents):
    return {peer.name_of(kind, one): common_form(kind, one) for one in documents}


def lists_agree(freezer, everybody):
    """The peer shows each user's own, we a project's: so a project is the sum of its users."""
    for kind in peer.KINDS:
        different, compared = [], 0
        for project in {user.project for user in everybody}:
            members = [user for user in everybody if user.project == project]
            theirs = by_name(kind, [one for user in members
                                    for one in peer.listed(freezer.url, user, kind, 2000)])
            ours = by_name(kind, peer.listed(URL, members[0], kind, 1000))
            if kind == "session":   # lists of the peer leave the jobs out
                theirs = {name: {**one, "jobs": ours.get(name, {}).get("jobs")}
                          for name, one in theirs.items()}
            different += differences(theirs, ours)
            compared += len(theirs)
        check(f"{compared} {kind}s are the same in the lists of both", compared and not different,
              "\n".join(different[:3]))


def singles_agree(freezer, everybody):
    for kind in peer.KINDS:
        different, compared = [], 0
        for user in everybody:
            for listed in peer.listed(freezer.url, user, kind, 2000)[:8]:
                name = peer.name_of(kind, listed)
                pair = [by_name(kind, [user.ask(service, "GET", f"/{kind}s/{name}").json])
                        for service in (freezer.url, URL)]
                different += differences(*pair)
                compared += 1
        check(f"{compared} {kind}s are the same when asked for by id", compared and not different,
              "\n".join(different[:3]))


def version_1_agrees(freezer, everybody):
    """There both show a user what that user made, wherever."""
    for kind in peer.KINDS:
        user = everybody[2]
        theirs = {peer.name_of(kind, one) for one in peer.listed(freezer.url, user, kind, 2000)}
        reply = user.ask(URL, "GET", f"/{kind}s?limit=1000", version=1)
        ours = [peer.name_of(kind, one) for one in reply.json[f"{kind}s"]]
        check(f"version 1 lists the {kind}s, each once", len(set(ours)) == len(ours) > 0 and
              (set(ours) == theirs or len(ours) == 1000 and set(ours) < theirs), reply.status)
        reply = user.ask(URL, "GET", f"/{kind}s/{ours[0]}", version=1)
        check(f"and shows one of the {kind}s", reply.status == 200 and
              peer.name_of(kind, reply.json) == ours[0], reply)


def found_by(user, kind, *pairs, limit=1000):
    reply = user.ask(URL, "GET", f"/{kind}s?limit={limit}", {"match": [dict([pair]) for pair in pairs]})
    return [peer.name_of(kind, one) for one in reply.json[f"{kind}s"]]


def search_finds(freezer, user):
    backup = peer.listed(freezer.url, user, "backup", 2000)[7]
    job = peer.listed(freezer.url, user, "job")[3]
    metadata = backup["backup_metadata"]
    found = found_by(user, "backup", ("serial", metadata["serial"]), ("user", user.name))
    check("a search finds a backup by what its metadata says", found == [backup["backup_id"]], found)
    found = found_by(user, "job", ("client_id", job["client_id"]))
    check("and a job by its client, as schedulers do", job["job_id"] in found, found)
    found = found_by(user, "backup", ("_all", "zwei"))
    check("and backups by any word in them", len(found) > 100, len(found))
    [[ident, project, created]] = freezer.sql(
        "select id, project_id, created_at from backups where deleted = 0 order by id limit 1")
    moved = psql(f"select created_at at time zone 'utc' from permafrost.backups "
                 f"where project_id = '{project}' and id = '{ident}'")
    check("the time of creation stays", moved == created, (created, moved))


def times_agree(freezer, everybody):
    for table in TABLES:
        key = "client_id" if table == "clients" else "id"
        theirs = freezer.sql(f"select {key}, project_id, user_id, created_at, coalesce(updated_at, "
                             f"created_at) from {table} where deleted = 0")
        ours = psql(f"select id, project_id, user_id, to_char(created_at at time zone 'utc', "
                    f"'YYYY-MM-DD HH24:MI:SS'), to_char(updated_at at time zone 'utc', "
                    f"'YYYY-MM-DD HH24:MI:SS') from permafrost.{table} "
                    f"where project_id in ({projects_of(everybody)});")
        ours = {tuple(line.split("|")) for line in ours.splitlines()}
        check(f"ids, owners and times of all {len(theirs)} {table} stay",
              {tuple(row) for row in theirs} == ours,
              sorted({tuple(row) for row in theirs} ^ ours)[:4])


# ---- afterwards ----------------------------------------------------------------------------------

def schedulers_go_on(user):
    """They write back the whole job that they read."""
    for job in peer.listed(URL, user, "job"):
        version = user.ask(URL, "GET", f"/jobs/{job['job_id']}").json["_version"]
        reply = user.ask(URL, "PATCH", f"/jobs/{job['job_id']}", job)
        if reply.status != 200 or reply.json["version"] != version:
            return check("every job can be written back as it was read", False, reply)
    return check("every job can be written back as it was read", True)


def at_a_terminal(*words):
    """What a run prints, and what it shows on a terminal meanwhile."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen([*MANAGE, *words], env=ENVIRONMENT, stdout=subprocess.PIPE,
                               stderr=theirs, text=True)
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 4096):
            shown += piece
    except OSError:   # what a terminal says when its other side is gone
        pass
    os.close(ours)
    return process.communicate()[0], shown


def what_changed_stays(dump, user):
    job = peer.listed(URL, user, "job")[0]["job_id"]
    user.ask(URL, "PATCH", f"/jobs/{job}", {"description": "changed here"})
    printed, shown = at_a_terminal("--from", dump)
    check("what changed since is named", re.search(
        rf"^changed since: jobs {job} \(project {user.project}\): what is there stays$", printed, re.M),
          printed)
    check("and stays as it is", user.ask(URL, "GET", f"/jobs/{job}").json["description"] ==
          "changed here")
    check("at a terminal a bar shows how far it is", re.search(
        rb"\r\x1b\[K\[#+\.+\] +\d+ %, \d+ documents", shown), shown[:200])


def broken_are_named(freezer, work, user, twin):
    """Python's JSON, cut texts, foreign words, rows of API v1, and an id that is taken."""
    client = peer.listed(freezer.url, user, "client")[0]["client"]
    [[since]] = freezer.sql("select utc_timestamp()")
    odd = {"nan": '{"backup_name": "b", "container": "c", "hostname": "h", "ratio": NaN}',
           "cut": '{"backup_name": "b", "container": "c", "hos', "list": "[]",
           "nul": '{"backup_name": "a\\\\u0000b"}', "deep": '{"a": ' + "[" * 99 + "]" * 99 + "}",
           "good": '{"backup_name": "b", "container": null, "hostname": "h"}'}
    for name, text in odd.items():
        freezer.sql(f"insert into backups (created_at, deleted, id, project_id, user_id, user_name, "
                    f"backup_metadata) values (utc_timestamp(), 0, 'odd-{name}', '{user.project}', "
                    f"'{user.id}', 'x', '{text}')")
    freezer.sql(f"insert into backups (created_at, deleted, id, user_id, backup_metadata) values "
                f"(utc_timestamp(), 0, 'odd-v1', '{user.id}', '{{}}')")
    user.ask(freezer.url, "POST", "/jobs/odd-job", {"client_id": "node", "job_actions": [
        {"freezer_action": {"action": "explode"}}]})
    twin.create(freezer.url, "client", {"client_id": client["client_id"], "hostname": "other"})
    outcome = Import("--from", freezer.dump(
        work / "odd.sql", "--ignore-table=freezer.migrate_version",
        f"--where=created_at >= '{since}' or id = '{client['uuid']}'"))
    check("documents that can't be kept end it with a failure", outcome.status == 1 and
          "documents were refused" in outcome.errors, outcome)
    for name in "nan", "cut", "list", "nul", "deep", "v1":
        check(f"each is named with the reason ({name})",
              re.search(rf"^refused: backups odd-{name} \(project .*\): .{{10}}", outcome.output,
                        re.M), outcome)
    check("so is a job that its API would refuse", f"refused: jobs odd-job (project {user.project}): "
          "$.job_actions[0]" in outcome.output, outcome)
    check("and a client that its project has already", re.search(
        rf"^refused: clients {client['client_id']} \(", outcome.output, re.M), outcome)
    check("the others move all the same", user.ask(URL, "GET", "/backups/odd-good").status == 200)
    outcome = Import("--from", work / "odd.sql", "--project", user.project)
    check("what belongs to no project moves where --project says",
          user.ask(URL, "GET", "/backups/odd-v1").status == 200, outcome)


def other_dumps(freezer, dump, work):
    some = "--where=id < '2'", "--ignore-table=freezer.migrate_version"
    for words in ["--skip-extended-insert", "--complete-insert"], ["--hex-blob", "--compact"], \
            ["--databases", "--skip-opt", "--triggers"]:
        outcome = Import("--from", freezer.dump(work / "other.sql", *some, *words))
        check(f"a dump with {' '.join(words)} is read as well", outcome.status == 0 and
              outcome.tally()[1] == 0 and outcome.tally()[2] > 1000, outcome)
    short = work / "short.sql"
    short.write_bytes(dump.read_bytes()[:200000])
    outcome = Import("--from", short)
    check("half a dump is told from a whole one", outcome.status == 1 and
          "the file ends within a statement" in outcome.errors, outcome)
    outcome = Import("--from", freezer.dump(work / "one.sql", *some, "--ignore-table=freezer.jobs"))
    check("so is one without one of the tables", outcome.status == 1 and
          "there is no table jobs in" in outcome.errors, outcome)
    outcome = Import("--from", work / "none.sql")
    check("a file that is not there is named", outcome.status == 1 and "none.sql" in outcome.errors,
          outcome)


def main(work):
    work.chmod(0o755)
    everybody = peer.users()
    forget(everybody)
    with peer.Freezer(work, free_port()).running() as freezer:
        began = time.monotonic()
        peer.fill(freezer, everybody, BACKUPS)
        print(f"# the peer was filled in {time.monotonic() - began:.0f} s")
        dry_run(freezer.dump(work / "few.sql"), everybody)
        peer.multiply_backups(freezer, TIMES)
        dump = freezer.dump(work / "freezer.sql")
        killed_half_way(freezer, dump, everybody)
        again(dump, everybody)
        lists_agree(freezer, everybody)
        singles_agree(freezer, everybody)
        version_1_agrees(freezer, everybody)
        search_finds(freezer, everybody[0])
        times_agree(freezer, everybody)
        schedulers_go_on(everybody[0])
        what_changed_stays(dump, everybody[0])
        other_dumps(freezer, dump, work)
        broken_are_named(freezer, work, everybody[0], everybody[2])


run(main)
