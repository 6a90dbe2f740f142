#!/usr/bin/python3
"""Every sub-command of the freezer client does what it says, and shows what it stored, in v2 and v1."""

import concurrent.futures
import subprocess
import uuid

from common import Api, Freezer, check, run

OWN = "cli" + uuid.uuid4().hex[:8]      # what all our names begin with
VERSION = 2                             # of the API; in v1 a user sees their own documents only
NOWHERE = uuid.uuid4().hex

tested = set()


def expect(phrase, outcome, true):
    """One assertion about one run of a sub-command."""
    tested.add(outcome.command)
    return check(f"v{VERSION}: {phrase}", true, outcome)


def shared(documents):
    """What another user of the project sees of them."""
    return documents if VERSION == 2 else []


def left_alone(outcome):
    """How a DELETE of another project's document ends: v1 tells that there is none."""
    return outcome.status == (0 if VERSION == 2 else 1)


def together(*calls):
    """Run two at a time: a client needs most of its time to start."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def created(outcome):
    """The id in 'Job 1234 created'."""
    words = outcome.said.split()
    return words[words.index("created") - 1] if "created" in words else "none"


def ids(outcome, column):
    """One column of a list; of an empty list the client prints a row of empty words."""
    return [row[column] for row in outcome.json if row[column]]


def named(outcome):
    """A document by column; the client spells them differently in v1."""
    return {name.lower().replace("_", " "): value for name, value in outcome.json.items()}


def done(outcome, words):
    return outcome.status == 0 and words in outcome.said


def missing(outcome, words):
    return outcome.status == 1 and words in outcome.said


# ---- documents ----------------------------------------------------------------------------------

def node(name):
    return {"client_id": f"{OWN}_{name}", "hostname": f"{name}.example.org",
            "description": "made by a test"}


def backup_action(name):
    return {"freezer_action": {"action": "backup", "mode": "fs", "storage": "local",
                               "backup_name": f"{OWN}_{name}", "path_to_backup": "/srv/données",
                               "container": "/srv/store", "remove_older_than": "365"},
            "max_retries": 3, "max_retries_interval": 5}


def job(description):
    return {"description": description, "job_schedule": {"schedule_interval": "5 minutes"},
            "job_actions": [{**backup_action("in_job"), "mandatory": True}]}


def backup(name, stamp):
    return {"backup_name": f"{OWN}_{name}", "container": "/srv/store", "hostname": f"{OWN}_host",
            "path_to_backup": "/srv/data", "time_stamp": stamp, "curr_backup_level": 0,
            "mode": "fs", "storage": "local", "client_version": "13.0.0", "job_id": "",
            "max_level": ""}


# ---- one kind after the other -------------------------------------------------------------------

def clients(freezer, reader, other):
    one, two = node("n1"), node("n2")
    replies = together(*[lambda c=c: freezer("client-register", "--file",
                                             freezer.file(c["client_id"], c)) for c in (one, two)])
    expect("client-register registers a client", replies[0],
           all(done(r, "registered") for r in replies))
    listed, seen, foreign, found = together(
        lambda: freezer.show("client-list"), lambda: reader.show("client-list"),
        lambda: other.show("client-list"),
        lambda: freezer.show("client-list", "--search", f"{OWN} n2.example"))
    row = next((r for r in listed.json if r["Client ID"] == one["client_id"]), {})
    expect("client-list shows id, host and description of each", listed,
           row.get("hostname") == "n1.example.org" and row["description"] == "made by a test"
           and len(row["uuid"]) == 32 and two["client_id"] in ids(listed, "Client ID"))
    expect("a reader lists the clients that are theirs to see", seen, seen.status == 0
           and [c for c in ids(seen, "Client ID") if c == one["client_id"]]
           == shared([one["client_id"]]))
    expect("clients of another project are not listed", foreign,
           foreign.status == 0 and OWN not in foreign.said)
    expect("client-list --search finds words", found,
           ids(found, "Client ID") == [two["client_id"]])

    shown, foreign, missed = together(
        lambda: freezer.show("client-show", one["client_id"]),
        lambda: other("client-show", one["client_id"]), lambda: freezer("client-show", NOWHERE))
    expect("client-show shows the same as the list", shown,
           shown.json == {"Client ID": one["client_id"], "Client UUID": row.get("uuid"),
                          "hostname": "n1.example.org", "description": "made by a test"})
    expect("client-show of another project's client finds nothing", foreign,
           missing(foreign, "Client not found"))
    expect("client-show of an unknown id finds nothing", missed, missing(missed, "not found"))

    again = freezer("client-register", "--file", freezer.file("again", one))
    if VERSION == 2:
        expect("client-register of a known client succeeds", again, done(again, "registered"))
    else:   # the client falls over the answer, 409, which is what v1 always was
        expect("client-register of a known client is refused", again, again.status == 1)
    foreign = other("client-delete", two["client_id"])
    kept = freezer("client-show", two["client_id"])
    expect("client-delete of another project's client deletes nothing", foreign,
           left_alone(foreign) and kept.status == 0)
    gone = freezer("client-delete", two["client_id"])
    left = freezer.show("client-list", "--search", OWN)
    expect("client-delete deletes", gone, done(gone, f"Client {two['client_id']} deleted")
           and ids(left, "Client ID") == [one["client_id"]])
    return one["client_id"]


def actions(freezer, reader, other):
    file = freezer.file("action", backup_action("act"))
    made, refused = together(lambda: freezer("action-create", "--file", file),
                             lambda: reader("action-create", "--file", file))
    action = created(made)
    expect("action-create prints the id", made, made.status == 0 and len(action) == 32)
    expect("a reader may not create an action", refused,
           refused.status != 0 and "403" in refused.said)
    listed, shown, foreign, found = together(
        lambda: freezer.show("action-list"), lambda: freezer.show("action-show", action),
        lambda: other("action-show", action),
        lambda: freezer.show("action-list", "--search", f'[{{"backup_name": "{OWN}_act"}}]'))
    row = {"Action ID": action, "Name": f"{OWN}_act", "Action": "backup", "Mode": "fs",
           "Path to Backup or Restore": "/srv/données", "Storage": "local", "snapshot": "False"}
    expect("action-list shows what it does", listed,
           [{k: str(v) for k, v in r.items()} for r in listed.json
            if r["Action ID"] == action] == [row])
    expect("action-list --search finds by a member's value", found,
           ids(found, "Action ID") == [action])
    expect("action-show shows all of it", shown, named(shown).items() >= {
        "action id": action, "container": "/srv/store", "remove older than": "365",
        "max retries": 3, "max retries interval": 5}.items() and named(shown)["user id"])
    expect("another project's action can't be seen", foreign, missing(foreign, "not found"))

    changes = freezer.file("action-update", {"freezer_action": {"storage": "swift"},
                                             "max_retries": 7})
    patched = freezer("action-update", action, changes)
    shown = freezer.show("action-show", action)
    expect("action-update changes what it names and nothing else", patched,
           done(patched, "updated") and named(shown).items() >= {
               "storage": "swift", "max retries": 7, "mode": "fs", "name": f"{OWN}_act",
               "max retries interval": 5}.items())
    gone = freezer("action-delete", action)
    missed = freezer("action-show", action)
    expect("action-delete deletes", gone, done(gone, f"Action {action} deleted")
           and missing(missed, "not found"))


def jobs_appear(freezer, reader, other, client):
    file = freezer.file("job", job(f"{OWN} nightly"))
    made, second, refused = together(
        lambda: freezer("job-create", "--client", client, "--file", file),
        lambda: freezer("job-create", "--client", client, "--file",
                        freezer.file("job2", job(f"{OWN} weekly"))),
        lambda: reader("job-create", "--client", client, "--file", file))
    name, weekly = created(made), created(second)
    expect("job-create prints the id", made, made.status == 0 and len(name) == 32)
    expect("a reader may not create a job", refused,
           refused.status != 0 and "403" in refused.said)

    row = {"Job ID": name, "Description": f"{OWN} nightly", "# Actions": 1, "Result": "",
           "Status": "", "Event": "", "Session ID": ""}
    searches = {
        "job-list shows each job's state": [],
        "job-list -C shows the jobs of that client": ["-C", client],
        "job-list --search finds words": ["--search", f"{OWN} NIGHTLY"],
        "job-list --search finds by members' values":
            ["--search", f'[{{"description": "{OWN} nightly"}}, {{"client_id": "{client}"}}]'],
        "job-list -C and --search both count": ["-C", client, "--search", "nightly"]}
    for phrase, outcome in zip(searches, together(*[
            lambda words=words: freezer.show("job-list", *words) for words in searches.values()])):
        both = "--search" not in outcome.words
        expect(phrase, outcome, [r for r in outcome.json if r["Job ID"] == name] == [row]
               and (weekly in ids(outcome, "Job ID")) == both)
    elsewhere, page, seen, foreign = together(
        lambda: freezer.show("job-list", "-C", f"{client}_too"),
        lambda: freezer.show("job-list", "-C", client, "--limit", 1, "--offset", 1),
        lambda: reader.show("job-list", "-C", client), lambda: other.show("job-list"))
    expect("job-list -C shows no job of another client", elsewhere,
           elsewhere.status == 0 and not ids(elsewhere, "Job ID"))
    expect("job-list --limit and --offset turn the page", page, len(ids(page, "Job ID")) == 1)
    expect("a reader lists the jobs that are theirs to see", seen,
           sorted(ids(seen, "Job ID")) == sorted(shared([name, weekly])))
    expect("jobs of another project are not listed", foreign,
           foreign.status == 0 and OWN not in foreign.said)
    return name, weekly


def job_is_shown(freezer, other, client, name):
    shown, got, plain, foreign, missed = together(
        lambda: freezer.show("job-show", name), lambda: freezer("job-get", name),
        lambda: freezer("job-get", name, "--no-format"), lambda: other("job-show", name),
        lambda: freezer("job-get", NOWHERE))
    expect("job-show shows client, interval and actions", shown, shown.json.items() >= {
        "Job ID": name, "Client ID": client, "Interval": "5 minutes", "Status": "",
        "Event": ""}.items() and f"{OWN}_in_job" in shown.json["Actions"]
        and "'mandatory': True" in shown.json["Actions"])
    expect("job-get prints the document", got,
           done(got, f"'job_id': '{name}'") and "'time_created': " in got.said)
    expect("job-get --no-format prints it on one line", plain,
           len(plain.output.splitlines()) == 1 and name in plain.output)
    expect("another project's job can't be seen", foreign, missing(foreign, "Job not found"))
    expect("job-get of an unknown id finds nothing", missed, missing(missed, "Job not found"))


def job_changes(freezer, other, name, weekly):
    changes = freezer.file("job-update", {"description": f"{OWN} edited",
                                          "job_schedule": {"schedule_interval": "10 minutes"}})
    patched = freezer("job-update", name, changes)
    shown, foreign = together(lambda: freezer.show("job-show", name),
                              lambda: other("job-update", name, changes))
    expect("job-update changes what it names and nothing else", patched,
           done(patched, "updated") and shown.json["Interval"] == "10 minutes"
           and shown.json["Description"] == f"{OWN} edited"
           and f"{OWN}_in_job" in shown.json["Actions"])
    expect("another project's job can't be changed", foreign, foreign.status != 0)
    for event in "start", "stop", "abort":
        sent, again = freezer(f"job-{event}", name), freezer(f"job-{event}", name)
        shown = freezer.show("job-show", name)
        expect(f"job-{event} leaves the event for the scheduler", sent,
               done(sent, f"{event.capitalize()} request sent") and shown.json["Event"] == event)
        expect(f"job-{event} may be sent twice", again, again.status == 0)
    foreign, gone = together(lambda: other("job-delete", name),
                             lambda: freezer("job-delete", weekly))
    kept, missed = together(lambda: freezer("job-show", name),
                            lambda: freezer("job-show", weekly))
    expect("another project's job can't be deleted", foreign, kept.status == 0)
    expect("job-delete deletes", gone, done(gone, f"Job {weekly} deleted")
           and missing(missed, "Job not found"))


def sessions(freezer, reader, other, client, name):
    file = freezer.file("session", {"description": f"{OWN} session", "hold_off": 30,
                                    "schedule": {"schedule_interval": "7 days"}})
    made, refused = together(lambda: freezer("session-create", "--file", file),
                             lambda: reader("session-create", "--file", file))
    session = created(made)
    expect("session-create prints the id", made, made.status == 0 and len(session) == 32)
    expect("a reader may not create a session", refused,
           refused.status != 0 and "403" in refused.said)
    pair = ["--session-id", session, "--job-id", name]
    listed, shown, foreign = together(
        lambda: freezer.show("session-list"), lambda: freezer.show("session-show", session),
        lambda: other("session-show", session))
    expect("session-list shows state and number of jobs", listed,
           [r for r in listed.json if r["Session ID"] == session] == [{
               "Session ID": session, "Description": f"{OWN} session", "Status": "active",
               "Result": None, "# Jobs": 0}])
    expect("session-show shows tag, hold off and schedule", shown, shown.json.items() >= {
        "Session ID": session, "Session tag": 0, "Hold off": 30, "Status": "active", "Jobs": "{}",
        "Schedule": "{'schedule_interval': '7 days'}"}.items())
    expect("another project's session can't be seen", foreign, missing(foreign, "not found"))

    patched, added = together(
        lambda: freezer("session-update", session,
                        freezer.file("session-update", {"description": f"{OWN} edited"})),
        lambda: freezer("session-add-job", *pair))
    shown, joined = together(lambda: freezer.show("session-show", session),
                             lambda: freezer.show("job-show", name))
    expect("session-update changes what it names and nothing else", patched,
           done(patched, "updated") and shown.json.get("Description") == f"{OWN} edited"
           and shown.json["Hold off"] == 30)
    expect("session-add-job makes the job a member with the session's schedule", added,
           done(added, "added correctly") and name in shown.json["Jobs"]
           and f"'client_id': '{client}'" in shown.json["Jobs"]
           and joined.json["Session ID"] == session and joined.json["Interval"] == "7 days")

    started = freezer("session-start", *pair, "--job-tag", 0)
    shown = freezer.show("session-show", session)
    expect("session-start raises the tag and marks the job", started,
           done(started, "start requested") and shown.json.get("Session tag") == 1
           and shown.json["Status"] == "running" and "'status': 'running'" in shown.json["Jobs"])
    removed = freezer("session-remove-job", *pair)
    shown, left = together(lambda: freezer.show("session-show", session),
                           lambda: freezer.show("job-show", name))
    expect("session-remove-job takes the job out and stops it", removed,
           done(removed, "removed correctly") and shown.json.get("Jobs") == "{}"
           and left.json["Session ID"] == "" and left.json["Event"] == "stop")
    gone = freezer("session-delete", session)
    missed = freezer("session-delete", session)
    expect("session-delete deletes", gone, done(gone, f"Session {session} deleted")
           and missing(missed, "Session not found"))


def backups(freezer, reader, other):
    file = freezer.file("backup", backup("one", 1700000000))
    made, second, refused = together(
        lambda: freezer("backup-create", "--file", file),
        lambda: freezer("backup-create", "--file",
                        freezer.file("backup2", backup("two", 1600000000))),
        lambda: reader("backup-create", "--file", file))
    name, older = created(made), created(second)
    expect("backup-create prints the id", made, made.status == 0 and len(name) == 32)
    expect("a reader may not create a backup", refused,
           refused.status != 0 and "403" in refused.said)
    listed, found, words, seen, none = together(
        lambda: freezer.rows("backup-list"),
        lambda: freezer.rows("backup-list", "--search", f'[{{"backup_name": "{OWN}_one"}}]'),
        lambda: freezer.rows("backup-list", "--search", OWN + "_TWO"),
        lambda: reader.rows("backup-list", "--search", OWN + "_one"),
        lambda: other.rows("backup-list"))
    for phrase, (outcome, rows), wanted in (
            ("backup-list shows backups, in v2 by their time", listed,
             [older, name] if VERSION == 2 else [name, older]),
            ("backup-list --search finds by a member's value", found, [name]),
            ("backup-list --search finds words", words, [older]),
            ("a reader lists the backups that are theirs to see", seen, shared([name])),
            ("backups of another project are not listed", none, [])):
        expect(phrase, outcome, outcome.status == 0 and [
            (r["Backup ID"], r["Path"], r["Level"]) for r in rows
            if r["Hostname"] == f"{OWN}_host"] == [(b, "/srv/data", "0") for b in wanted])
    shown, foreign = together(lambda: freezer.show("backup-show", name),
                              lambda: other("backup-show", name))
    expect("backup-show shows user and metadata", shown,
           f"{OWN}_one" in shown.json["Metadata"]
           and (VERSION == 1 or shown.json["User name"] == "demo"))
    expect("another project's backup can't be seen", foreign, missing(foreign, "not found"))
    foreign = other("backup-delete", name)
    kept = freezer("backup-show", name)
    expect("another project's backup can't be deleted", foreign, kept.status == 0)
    gone = freezer("backup-delete", name)
    missed = freezer("backup-show", name)
    expect("backup-delete deletes", gone, done(gone, f"Backup {name} deleted")
           and missing(missed, "Backup not found"))


def nothing_is_left_out():
    """The client itself says what it can do."""
    said = subprocess.run(["/usr/bin/freezer", "--help"], capture_output=True, text=True,
                          check=True).stdout
    known = {line.split()[0] for line in said.split("\nCommands:\n")[1].splitlines() if line}
    known -= {"help", "complete"}
    check(f"v{VERSION}: all {len(known)} sub-commands that the client knows are tested",
          len(known) >= 30 and tested == known, sorted(known ^ tested))


def every_command(work, version):
    global VERSION
    VERSION = version
    tested.clear()
    freezer, reader, other = (Freezer(name, work, version)
                              for name in ("demo", "reader", "other"))
    try:
        client = clients(freezer, reader, other)
        actions(freezer, reader, other)
        name, weekly = jobs_appear(freezer, reader, other, client)
        job_is_shown(freezer, other, client, name)
        job_changes(freezer, other, name, weekly)
        sessions(freezer, reader, other, client, name)
        backups(freezer, reader, other)
        nothing_is_left_out()
    finally:
        Api("demo").clean(OWN)


def main(work):
    for version in 2, 1:
        every_command(work, version)


run(main)
