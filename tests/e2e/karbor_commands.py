"""Every command of a command line of python3-karborclient, resource by resource: it does what it says
and shows what is stored. 27-karbor-cli.py and 27-openstack-cli.py run this, each with one of the two."""

import concurrent.futures
import uuid

from common import Api, check, psql
from karbor import DataProtect, OpenStack

OWN = "cli" + uuid.uuid4().hex[:8]      # what all our names begin with
PROVIDER = "8f3b6f0e-2a54-4c57-9d0b-6a1d0f7f5c21"
MACHINE = "OS::Freezer::Client"
OPTIONS = {MACHINE: {"mode": "fs", "path_to_backup": "/etc"}}
START = "2026-01-01 08:30:00"

tested = set()

# Commands that fail inside the client, whatever a server answers.
BROKEN = {
    "data protection trigger create": "it does not read the properties that it is given",
    "data protection scheduledoperation create": "it sends the definition as one text",
}


def expect(client, phrase, outcome, true):
    """One assertion about one run of a command."""
    tested.add(outcome.command)
    return check(f"{client.name}: {phrase}", true, outcome)


def together(*calls):
    """Run two at a time: a client needs most of its time to start."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def failed(outcome, words):
    return outcome.status != 0 and words in outcome.said


# ---- one function for each resource -------------------------------------------------------------

def protectables(client):
    (types, rows), (typed, row) = together(
        lambda: client.rows("protectable", "list"),
        lambda: client.row("protectable", "show", "OS::Nova::Server"))
    expect(client, "protectable list lists types", types, {"OS::Nova::Server", MACHINE} <= {
        value for row in rows for value in row.values()})
    expect(client, "protectable show shows what depends on a type", typed,
           row.get("name") == "OS::Nova::Server" and "OS::Cinder::Volume" in row["dependent_types"])
    (listed, rows), (shown, row) = together(
        lambda: client.rows("protectable", "list-instances", MACHINE, "--limit", 1000),
        lambda: client.row("protectable", "show-instance", MACHINE, OWN))
    expect(client, "the instances of a type are listed", listed,
           [row["name"] for row in rows if row["id"] == OWN] == [OWN])
    expect(client, "an instance is shown", shown, row.get("type") == MACHINE and row["id"] == OWN)


def providers(client):
    (listed, rows), (shown, row) = together(
        lambda: client.rows("provider", "list", "--name", "Machine Provider"),
        lambda: client.row("provider", "show", PROVIDER))
    expect(client, "provider list finds by name", listed, [row["id"] for row in rows] == [PROVIDER])
    expect(client, "provider show shows the schemas of its options", shown,
           "path_to_backup" in str(row.get("extended_info_schema")))


def plan_made(api, name):
    """Without the client, which takes seconds."""
    return api.make("plans", "plan", name=name, provider_id=PROVIDER, parameters=OPTIONS,
                    resources=[{"id": OWN, "type": MACHINE, "name": OWN}])


def plans(client, api):
    name = f"{OWN}-{client.name}-plan"
    made, row = client.row("plan", "create", name, PROVIDER, f"{OWN}={MACHINE}={OWN}",
                           "--description", "of a client", "--parameters",
                           f"resource_type={MACHINE},mode=fs,path_to_backup=/etc")
    expect(client, "plan create finds the resource and shows what is stored", made, row == {
        "id": row.get("id"), "name": name, "description": "of a client", "status": "suspended",
        "provider_id": PROVIDER, "parameters": OPTIONS,
        "resources": [{"id": OWN, "type": MACHINE, "name": OWN}]})
    plan = api.get(f"/plans/{row['id']}")["plan"]
    (listed, rows), (shown, row) = together(
        lambda: client.rows("plan", "list", "--name", name, "--sort", "name:asc,status"),
        lambda: client.row("plan", "show", plan["id"]))
    expect(client, "plan list finds by name and shows provider and status", listed, [
        (row["id"], row["provider_id"], row["status"]) for row in rows] == [
            (plan["id"], PROVIDER, "suspended")])
    expect(client, "plan show shows resources and parameters", shown, row == plan)
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
    plan = plan_made(api, name)
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


def status_set(checkpoint, status):
    """As whoever carries checkpoints out would do it."""
    psql(f"""update permafrost.work_items set status = 'done', ended_at = now()
              where checkpoint_id = '{checkpoint}';
             update permafrost.checkpoints set doc = doc || '{{"status": "{status}"}}'
              where id = '{checkpoint}';""")


def checkpoints(client, api):
    plan = plan_made(api, f"{OWN}-{client.name}-checkpoint")
    made, row = client.row("checkpoint", "create", PROVIDER, plan["id"], "--extra_info", "why=test")
    name = row.get("id")
    expect(client, "checkpoint create shows plan, graph and what was sent along", made,
           plan["name"] in str(row["protection_plan"]) and row["status"] == "protecting"
           and row["resource_graph"][0]["0x0"][:3] == [MACHINE, OWN, OWN]
           and row["extra_info"]["why"] == "test")
    status_set(name, "available")
    (listed, rows), (shown, row) = together(
        lambda: client.rows("checkpoint", "list", PROVIDER, "--plan_id", plan["id"]),
        lambda: client.row("checkpoint", "show", PROVIDER, name))
    expect(client, "checkpoint list finds by plan and shows it", listed, [
        (row["id"], row["status"]) for row in rows] == [(name, "available")]
        and plan["name"] in str(rows[0]["protection_plan"]))
    expect(client, "checkpoint show shows status and graph", shown, row["status"] == "available"
           and row["resource_graph"][0]["0x0"][:3] == [MACHINE, OWN, OWN])
    restores(client, api, name)
    verifications(client, api, name)
    status_set(name, "available")
    reset = client("checkpoint", "reset-state", PROVIDER, name)
    after = api.get(f"/providers/{PROVIDER}/checkpoints/{name}")["checkpoint"]["status"]
    expect(client, "checkpoint reset-state makes it an error", reset,
           reset.status == 0 and after == "error")
    operationlogs(client, api, name)
    gone = client("checkpoint", "delete", PROVIDER, name)
    expect(client, "checkpoint delete begins to delete", gone, gone.status == 0 and api.get(
        f"/providers/{PROVIDER}/checkpoints/{name}")["checkpoint"]["status"] == "deleting")
    api.ask("DELETE", f"/plans/{plan['id']}")


def restores(client, api, checkpoint):
    """Of a checkpoint that is available."""
    made, row = client.row("restore", "create", PROVIDER, checkpoint, "--parameters",
                           f"resource_type={MACHINE},restore_abs_path=/tmp/x",
                           "--restore_username", "somebody", "--restore_password", "a-word")
    name = row.get("id")
    expect(client, "restore create begins a restore", made,
           row["checkpoint_id"] == checkpoint and row["status"] == "in_progress"
           and "a-word" not in made.said)
    (listed, rows), (shown, row) = together(
        lambda: client.rows("restore", "list", "--status", "in_progress", "--limit", 1000),
        lambda: client.row("restore", "show", name))
    expect(client, "restore list finds by status", listed, [
        row["checkpoint_id"] for row in rows if row["id"] == name] == [checkpoint])
    expect(client, "restore show shows what is restored, and no password", shown,
           row["provider_id"] == PROVIDER and "a-word" not in shown.said)


def verifications(client, api, checkpoint):
    made, row = client.row("verification", "create", PROVIDER, checkpoint)
    name = row.get("id")
    expect(client, "verification create begins a verification", made,
           row["checkpoint_id"] == checkpoint and row["status"] == "in_progress")
    (listed, rows), (shown, row) = together(
        lambda: client.rows("verification", "list", "--status", "in_progress", "--limit", 1000),
        lambda: client.row("verification", "show", name))
    expect(client, "verification list finds by status", listed, [
        row["checkpoint_id"] for row in rows if row["id"] == name] == [checkpoint])
    expect(client, "verification show shows what is verified", shown,
           row["provider_id"] == PROVIDER)


def operationlogs(client, api, checkpoint):
    log = api.get(f"/operation_logs?checkpoint_id={checkpoint}&sort=created_at:asc")[
        "operation_logs"][0]
    (listed, rows), (shown, row) = together(
        lambda: client.rows("operationlog", "list", "--limit", 1000, "--sort", "created_at:desc"),
        lambda: client.row("operationlog", "show", log["id"]))
    expect(client, "operationlog list shows what was done to which checkpoint", listed,
           [(row["operation_type"], row["checkpoint_id"]) for row in rows
            if row["id"] == log["id"]] == [("protect", checkpoint)])
    expect(client, "operationlog show shows it", shown, row["checkpoint_id"] == checkpoint
           and row["started_at"] == log["started_at"])


def services(admin, user):
    """Administrators see and silence the processes that carry things out."""
    host = f"{OWN}-{admin.name}"
    psql("insert into permafrost.services (binary_name, host, seen_at) "
         f"values ('karbor-operationengine', '{host}', now());")
    (listed, rows), refused = together(lambda: admin.rows("service", "list", "--host", host),
                                       lambda: user("service", "list"))
    expect(admin, "service list finds by host", listed, [
        (row["host"], row["binary"], row["status"]) for row in rows] == [
            (host, "karbor-operationengine", "enabled")])
    expect(admin, "service list is for administrators", refused, failed(refused, "HTTP 403"))
    number = rows[0]["id"]
    silenced = admin("service", "disable", number, "--reason", "new disk")
    expect(admin, "service disable disables with a reason", silenced, silenced.status == 0
           and "new disk" in silenced.said and "disabled" in silenced.said)
    back = admin("service", "enable", number)
    expect(admin, "service enable enables", back, back.status == 0 and "enabled" in back.said)


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
    """The client itself says what it can do."""
    known = set(client.commands())
    left_out = known - tested
    check(f"{client.name}: all {len(known)} commands are tested",
          len(known) >= 41 and not left_out, left_out)


def every_command(kind, home):
    """Run every command of that kind of client."""
    client, admin = kind("demo", home), kind("admin", home)
    machines, api, boss = Api("demo"), DataProtect("demo"), DataProtect("admin")
    project = str(uuid.uuid4())
    machines.create("client", {"client_id": OWN, "hostname": OWN})
    try:
        protectables(client)
        providers(client)
        plans(client, api)
        checkpoints(client, api)
        scheduledoperations(client, api, triggers(client, api))
        quotas(client, admin, project)
        services(admin, client)
        nothing_is_left_out(client)
    finally:
        boss.ask("DELETE", f"/quotas/{project}")
        machines.clean(OWN)
