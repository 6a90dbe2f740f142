#!/usr/bin/python3
"""What the APIs say of themselves is sound, and everything it promises is true: each operation is
run with its example, and each answer is held against its schema."""

import contextlib
import json

import jsonschema

from common import URL, Api, ask, check, provider_file, psql, run

# the documents that the examples speak of; the id of a backup is the server's to choose
NAMES = {"client_id": "node1", "job_id": "etc-nightly", "action_id": "etc", "session_id": "nightly"}

# none of the shipped providers copies
COPIER = "5d2bd5a0-0a31-4f0c-9a0f-6f6a1f3d2c25"
COPYING = f"""
id: {COPIER}
name: described
resources:
  OS::Cinder::Volume:
    run_on: central
    actions:
      protect:
        freezer_action: {{action: exec, command: protect}}
      copy:
        freezer_action: {{action: exec, command: copy}}
"""

# the providers of examples, and what the examples of the Data Protection API say of documents
INFRASTRUCTURE = "cf56bd3e-97a7-4078-b6d5-f36246333fd9"
MACHINES = "8f3b6f0e-2a54-4c57-9d0b-6a1d0f7f5c21"
PLAN, RESTORED, VERIFIED = ("3523a271-68aa-42f5-b9ba-56e5200a2ebb", "dcb20606-ad71-40a3-80e4-ef0fafdad0c3",
                            "22b82aa7-9179-4c71-bba2-caf5c0e68db7")
SCHEDULED, TRIGGER = "9e5475d2-6425-4986-9136-a4f09642297f", "2a9ce1f3-cc1a-4516-9435-0ebb13caa398"


def operations(description):
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def turn(path, method):
    """When an operation can be run: what makes documents first, what deletes them last."""
    depth = path.count("{") - path.count("{project_id}")
    if method == "delete":
        return 9 - depth
    if method == "post" and not path.endswith("}"):
        return 5 if depth else 0
    return {"put": 2 + depth, "post": 1, "head": 8}.get(method, 4)


def schemas(node, path="#"):
    """All the schemas inside the description."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == "schema" or path.endswith("/schemas"):
                yield f"{path}/{name}", value
            yield from schemas(value, f"{path}/{name}")
    elif isinstance(node, list):
        for n, value in enumerate(node):
            yield from schemas(value, f"{path}/{n}")


def judge_description(description):
    check("the description is OpenAPI 3.1", description["openapi"].startswith("3.1."))
    wrong = []
    for path, schema in schemas(description):
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            wrong.append(f"{path}: {error.message}")
    check("every schema in it is a JSON Schema", not wrong, "\n".join(wrong))
    names = [operation["operationId"] for _, _, operation in operations(description)]
    check("every operation has a name of its own", len(names) == len(set(names)), names)
    told = []
    for path, _, operation in operations(description):
        asked = {f"{{{p['name']}}}" for p in operation["parameters"] if p["in"] == "path"}
        if asked != {piece for piece in path.split("/") if piece.startswith("{")}:
            told.append(f"{path}: {asked}")
    check("the parameters of each path are those that stand in it", not told, told)


def fits(description, schema, value):
    """Why a value is not what the schema says; None if it is."""
    resolver = jsonschema.RefResolver.from_schema(description)
    validator = jsonschema.Draft202012Validator(schema, resolver=resolver)
    return next((error.message for error in validator.iter_errors(value)), None)


def named(value, said):
    """A JSON value with the ids of this installation for those that examples say."""
    text = json.dumps(value)
    for sample, real in said.items():
        text = text.replace(sample, real)
    return json.loads(text)


def judge_operation(description, path, method, operation, api, names, base=URL, said={}):
    real = path.format(project_id=api.project, **names)
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    example = body.get("example")
    if example is not None:
        why = fits(description, body["schema"], example)
        check(f"{method.upper()} {path}: the example fits the schema", why is None, why)
    reply = ask(method.upper(), base + real, named(example, said),
                api.token if "security" not in operation else None)
    status = next(status for status in operation["responses"] if status.isdigit())
    promised = operation["responses"][status].get("content")
    why = f"{reply}"
    true = reply.status == int(status)
    if true and promised is not None and "json" in reply.headers["Content-Type"]:
        wrong = fits(description, promised["application/json"]["schema"], reply.json)
        why, true = f"{wrong}: {reply}", wrong is None
    elif true and promised is None:
        true = reply.text == ""
    check(f"{method.upper()} {path} answers as described", true, why)
    if method == "post" and true:
        learn(path, reply.json, names)


def learn(path, reply, names):
    """What a new document is called."""
    if path.endswith("/backups"):
        names["backup_id"] = reply["backup_id"]
    for wrapper, document in (reply or {}).items():
        if isinstance(document, dict) and "id" in document:
            names.setdefault(f"{wrapper.removesuffix('_info')}_id", document["id"])


def judge_refusal(path, method, base=URL):
    """A description that knew no tokens would let these through."""
    words = {piece[1:-1]: "w" for piece in path.split("/") if piece.startswith("{")}
    reply = ask(method.upper(), base + path.format(**words))
    check(f"{method.upper()} {path} needs a token", reply.status == 401, reply)


def refusals(description, base=URL):
    for path, method, operation in operations(description):
        if "security" not in operation:
            judge_refusal(path, method, base)


# ---- the backup API ------------------------------------------------------------------------------

def judge_backup(description):
    api = Api("demo")
    for version in "/v2", "/v1", "/":
        names = dict(NAMES)
        mine = [each for each in operations(description)
                if each[0].startswith(version) and (version != "/" or each[0][:3] not in ("/v1", "/v2"))]
        check(f"{version} has operations", mine)
        for path, method, operation in sorted(mine, key=lambda each: turn(*each[:2])):
            judge_operation(description, path, method, operation, api, names)
    refusals(description)


# ---- the Data Protection API ---------------------------------------------------------------------

class Protection:
    """Documents that examples refer to, made as their users would."""

    def __init__(self, api):
        self.base = f"{URL}/data-protect/v1/{api.project}"
        self.token = api.token

    def post(self, path, body):
        (document,) = ask("POST", self.base + path, body, self.token).json.values()
        return document["id"]

    def plan(self, provider, kind, parameters):
        return self.post("/plans", {"plan": {
            "name": "n", "provider_id": provider, "parameters": parameters,
            "resources": [{"id": "r1", "type": kind, "name": "r"}]}})

    def trigger(self):
        return self.post("/triggers", {"trigger_info": {
            "name": "n", "type": "time", "properties": {"format": "crontab", "pattern": "0 3 * * *"}}})

    def checkpoint(self, provider, plan):
        """One that the engine has done with."""
        checkpoint = self.post(f"/providers/{provider}/checkpoints", {"checkpoint": {"plan_id": plan}})
        psql(f"""update permafrost.work_items set status = 'done', ended_at = now()
                  where checkpoint_id = '{checkpoint}';
                 update permafrost.checkpoints set doc = doc || '{{"status": "available"}}'
                  where id = '{checkpoint}'""")
        return checkpoint


@contextlib.contextmanager
def service():
    """An engine that says it is there, for as long as it is needed."""
    try:
        yield psql("""insert into permafrost.services (binary_name, host, seen_at)
                      values ('karbor-operationengine', 'described', now())
                      on conflict (binary_name, host) do update set seen_at = now() returning id""")
    finally:
        psql("delete from permafrost.services where host = 'described'")


def judge_data_protect(description):
    base = f"{URL}/data-protect"
    api = Api("admin")
    made = Protection(api)
    volumes = made.plan(INFRASTRUCTURE, "OS::Cinder::Volume", {})
    machines = made.plan(MACHINES, "OS::Freezer::Client",
                         {"OS::Freezer::Client": {"path_to_backup": "/etc"}})
    said = {PLAN: volumes, RESTORED: made.checkpoint(INFRASTRUCTURE, volumes),
            VERIFIED: made.checkpoint(MACHINES, machines), SCHEDULED: volumes, TRIGGER: made.trigger()}
    logs = ask("GET", f"{made.base}/operation_logs", None, api.token).json["operation_logs"]
    names = {"provider_id": INFRASTRUCTURE, "checkpoint_id": made.checkpoint(INFRASTRUCTURE, volumes),
             "operation_log_id": logs[0]["id"],
             "quota_project_id": api.project, "class_name": "described",
             "protectable_type": "OS::Freezer::Client", "resource_id": "described"}
    api.ask("POST", "/clients", {"client_id": "described", "hostname": "described"})
    with service() as names["service_id"]:
        for path, method, operation in sorted(operations(description), key=lambda each: turn(*each[:2])):
            if not path.endswith("/checkpoints/action"):
                judge_operation(description, path, method, operation, api, names, base, said)
    judge_copy(description, made, api, base)
    judge_page(description, made, names)
    refusals(description, base)
    api.ask("DELETE", "/clients/described")


def judge_copy(description, made, api, base):
    path = "/v1/{project_id}/providers/{provider_id}/checkpoints/action"
    with provider_file("described", COPYING):
        plan = made.plan(COPIER, "OS::Cinder::Volume", {})
        made.checkpoint(COPIER, plan)
        judge_operation(description, path, "post", description["paths"][path]["post"], api,
                        {"provider_id": COPIER}, base, {PLAN: plan})


def judge_page(description, made, names):
    """Of a list that has a next page the link is there, and as described."""
    schema = description["paths"]["/v1/{project_id}/plans"]["get"]["responses"]["200"]["content"][
        "application/json"]["schema"]
    reply = ask("GET", f"{made.base}/plans?limit=1", None, made.token)
    why = fits(description, schema, reply.json) or str(reply)
    check("a page of plans is as described, with the link to the next",
          len(reply.json.get("plans_links", [])) == 1 and not fits(description, schema, reply.json), why)
    refused = ask("GET", f"{made.base}/plans?limit=0", None, made.token)
    fault = description["components"]["responses"]["Problem"]["content"]["application/json"]["schema"]
    why = fits(description, fault, refused.json)
    check("a refusal is as described", refused.status == 400 and why is None, f"{why}: {refused}")


def main(work):
    for base, judge in (URL, judge_backup), (f"{URL}/data-protect", judge_data_protect):
        reply = ask("GET", f"{base}/openapi.json")
        check(f"{base.removeprefix(URL)}/openapi.json is for everybody", reply.status == 200, reply)
        judge_description(reply.json)
        judge(reply.json)


run(main)
