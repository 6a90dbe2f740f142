#!/usr/bin/python3
"""Both command lines of python3-karborclient do what they say and show what is stored."""

import concurrent.futures
import uuid

from common import check, run
from karbor import DataProtect, OpenStack, Shell

OWN = "cli" + uuid.uuid4().hex[:8]      # what all our names begin with
PROVIDER = "cf56bd3e-97a7-4078-b6d5-f36246333fd9"
START = "2026-01-01 08:30:00"

tested = {Shell.name: set(), OpenStack.name: set()}

# Commands that fail inside the client, whatever a server answers.
BROKEN = {
    "data protection trigger create": "it does not read the properties that it is given",
    "data protection scheduledoperation create": "it sends the definition as one text",
}


def expect(client, phrase, outcome, true):
    """One assertion about one run of a command."""
    tested[client.name].add(outcome.command)
    return check(f"{client.name}: {phrase}", true, outcome)


def together(*calls):
    """Run two at a time: a client needs most of its time to start."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def failed(outcome, words):
    return outcome.status != 0 and words in outcome.said


# ---- one function for each resource -------------------------------------------------------------

def plans(client, api):
    """Plans are made without the client, which asks for each resource of a plan first."""
    name = f"{OWN}-{client.name}-plan"
    plan = api.make("plans", "plan", name=name, provider_id=PROVIDER, parameters={}, resources=[
        {"id": "r1", "type": "OS::Nova::Server", "name": "web"}])
    (listed, rows), (shown, row) = together(
        lambda: client.rows("plan", "list", "--name", name, "--sort", "name:asc,status"),
        lambda: client.row("plan", "show", plan["id"]))
    expect(client, "plan list finds by name and shows provider and status", listed, [
        (row["id"], row["provider_id"], row["status"]) for row in rows] == [
            (plan["id"], PROVIDER, "suspended")])
    expect(client, "plan show shows resources and parameters", shown,
           row == {**plan, "description": row.get("description")})
    changed = client("plan", "update", name, "--name", f"{name}2", "--status", "started")
    after = api.get(f"/plans/{plan['id']}")["plan"]
    expect(client, "plan update finds by name and changes", changed, changed.status == 0
           and after == {**plan, "name": f"{name}2", "status": "started"})
    gone = client("plan", "delete", f"{name}2")
    expect(client, "plan delete finds by name and deletes", gone,
           gone.status == 0 and not api.get(f"/plans/{plan['id']}"))


def trigger_made(client, api, name):
    """Made with the client if it can."""
    properties = {"format": "crontab", "pattern": "0 2 * * *", "start_time": START,
                  "window": "1000"}
    words = ",".join(f"{key}={value}" for key, value in properties.items())
    outcome, trigger = client.row("trigger", "create", name, "time", words)
    if outcome.command in BROKEN:
        expect(client, "trigger create fails by itself", outcome,
               failed(outcome, "'str' object has no attribute"))
        return api.make("triggers", "trigger_info", name=name, type="time", properties=properties)
    expect(client, "trigger create shows what is stored", outcome, trigger == {
        "id": trigger.get("id"), "name": name, "type": "time", "properties": properties})
    return trigger


def triggers(client, api):
    """The trigger that is left serves the operations."""
    trigger = trigger_made(client, api, f"{OWN}-{client.name}-trigger")
    (listed, rows), (shown, row) = together(
        lambda: client.rows("trigger", "list", "--name", trigger["name"], "--properties",
                            "crontab", "--limit", 1000, "--sort", "name:asc"),
        lambda: client.row("trigger", "show", trigger["id"]))
    expect(client, "trigger list finds by name and by a piece of the properties", listed,
           rows == [trigger])
    expect(client, "trigger show shows what is stored", shown, row == trigger)
    (changed, row), refused = together(
        lambda: client.row("trigger", "update", trigger["id"], "--name", f"{trigger['name']}2",
                           "--properties", f"pattern=0 3 * * *,start_time={START},window=1200"),
        lambda: client("trigger", "update", trigger["id"], "--properties",
                       f"pattern=* * * * *,start_time={START}"))
    expect(client, "trigger update changes name and properties and keeps the format", changed,
           row == {**trigger, "name": f"{trigger['name']}2", "properties": {
               "format": "crontab", "pattern": "0 3 * * *", "start_time": START,
               "window": "1200"}})
    expect(client, "trigger update shows why it is refused", refused,
           failed(refused, "$.trigger_info.properties.pattern"))
    renamed, row = client.row("trigger", "update", trigger["id"], "--name", trigger["name"])
    if client.name == OpenStack.name:
        expect(client, "trigger update without properties fails by itself", renamed,
               failed(renamed, "'properties'"))
    else:
        expect(client, "trigger update changes the name alone", renamed,
               row.get("name") == trigger["name"] and row["properties"]["window"] == "1200")
    return trigger


def operation_made(client, api, name, trigger, definition):
    outcome, operation = client.row(
        "scheduledoperation", "create", name, "retention_protect", trigger["id"],
        ",".join(f"{key}={value}" for key, value in definition.items()))
    if outcome.command in BROKEN:
        expect(client, "scheduledoperation create is refused for what the client makes of it",
               outcome, failed(outcome, "HTTP 400"))
        return api.make("scheduled_operations", "scheduled_operation", name=name,
                        operation_type="retention_protect", trigger_id=trigger["id"],
                        operation_definition=definition)
    expect(client, "scheduledoperation create shows what is stored", outcome,
           operation["operation_definition"] == definition
           and operation["trigger_id"] == trigger["id"])
    return operation


def scheduledoperations(client, api, trigger):
    name = f"{OWN}-{client.name}-operation"
    plan = api.make("plans", "plan", name=name, provider_id=PROVIDER, parameters={}, resources=[
        {"id": "r1", "type": "OS::Nova::Server", "name": "web"}])
    definition = {"plan_id": plan["id"], "provider_id": PROVIDER, "max_backups": "3"}
    operation = operation_made(client, api, name, trigger, definition)
    (listed, rows), (shown, row), kept = together(
        lambda: client.rows("scheduledoperation", "list", "--trigger_id", trigger["id"],
                            "--operation_definition", plan["id"]),
        lambda: client.row("scheduledoperation", "show", operation["id"]),
        lambda: client("trigger", "delete", trigger["id"]))
    expect(client, "scheduledoperation list finds by trigger and plan", listed, [
        (row["id"], row["name"]) for row in rows] == [(operation["id"], name)])
    expect(client, "scheduledoperation show shows definition and trigger", shown,
           row["operation_definition"] == definition and row["trigger_id"] == trigger["id"]
           and str(row["enabled"]) == "True")
    expect(client, "trigger delete says which operation needs it", kept,
           failed(kept, operation["id"]))
    gone = client("scheduledoperation", "delete", name)
    expect(client, "scheduledoperation delete finds by name and deletes", gone, gone.status == 0
           and not api.get(f"/scheduled_operations/{operation['id']}"))
    gone, again = client("trigger", "delete", trigger["id"]), client("trigger", "delete", name)
    expect(client, "trigger delete deletes", gone,
           gone.status == 0 and not api.get(f"/triggers/{trigger['id']}"))
    expect(client, "trigger delete says when there is none", again, again.status != 0)
    api.ask("DELETE", f"/plans/{plan['id']}")


def quotas(client, admin, project):
    """The project is nobody's: others may be counting on the limits of the real ones."""
    gold = f"{OWN}-{client.name}"
    (shown, row), (told, defaults) = together(
        lambda: client.row("quota", "show", "--detail"), lambda: client.row("quota", "defaults"))
    expect(client, "quota show shows limits and what is in use", shown,
           "in_use = " in row["plans"] and "limit = " in row["plans"])
    expect(client, "quota defaults shows what holds unless set", told,
           int(defaults["plans"]) == 50 and int(defaults["checkpoints"]) == -1)
    refused, (changed, row), (classed, _) = together(
        lambda: client("quota", "update", project, "--plans", 8),
        lambda: admin.row("quota", "update", project, "--plans", 7),
        lambda: admin.row("quota-class", "update", gold, "--plans", 9))
    expect(client, "quota update is for administrators", refused, failed(refused, "HTTP 403"))
    expect(admin, "quota update sets the limit of a project", changed, int(row["plans"]) == 7)
    shown, row = admin.row("quota-class", "show", gold)
    expect(admin, "quota-class update sets a limit", classed, int(row["plans"]) == 9)
    expect(admin, "quota-class show shows it", shown, row["id"] == gold)


# ---- all of them --------------------------------------------------------------------------------

def nothing_is_left_out(client):
    """The client itself says what it can do with the resources that are tested here."""
    resources = "plan", "trigger", "scheduledoperation", "quota"
    known = {command for command in client.commands()
             if command.removeprefix("data protection ").startswith(resources)}
    left_out = known - tested[client.name] - {"plan-create", "data protection plan create"}
    check(f"{client.name}: all {len(known)} commands for these resources are tested",
          len(known) >= 17 and not left_out, left_out)


def every_command(kind, work):
    home = work / kind.name
    home.mkdir()
    client, admin = kind("demo", home), kind("admin", home)
    api, boss = DataProtect("demo"), DataProtect("admin")
    project = str(uuid.uuid4())
    try:
        plans(client, api)
        scheduledoperations(client, api, triggers(client, api))
        quotas(client, admin, project)
        nothing_is_left_out(client)
    finally:
        boss.ask("DELETE", f"/quotas/{project}")


def main(work):
    together(lambda: every_command(Shell, work), lambda: every_command(OpenStack, work))


run(main)
