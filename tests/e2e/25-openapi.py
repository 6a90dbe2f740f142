#!/usr/bin/python3
"""The API's description of itself is sound, and everything it promises is true: each operation is
run with its example, and each answer is held against its schema."""

import jsonschema

from common import URL, Api, ask, check, run

# the documents that the examples speak of; the id of a backup is the server's to choose
NAMES = {"client_id": "node1", "job_id": "etc-nightly", "action_id": "etc", "session_id": "nightly"}


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


def judge_operation(description, path, method, operation, api, names):
    real = path.format(project_id=api.project, **names)
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    example = body.get("example")
    if example is not None:
        why = fits(description, body["schema"], example)
        check(f"{method.upper()} {path}: the example fits the schema", why is None, why)
    reply = ask(method.upper(), URL + real, example, api.token if "security" not in operation else None)
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
    if method == "post" and path.endswith("/backups") and true:
        names["backup_id"] = reply.json["backup_id"]


def judge_refusal(description, path, method, operation):
    """A description that knew no tokens would let these through."""
    reply = ask(method.upper(), URL + path.format(project_id="p", backup_id="b", **NAMES))
    check(f"{method.upper()} {path} needs a token", reply.status == 401, reply)


def main(work):
    reply = ask("GET", f"{URL}/openapi.json")
    check("the API describes itself to everybody", reply.status == 200, reply)
    description = reply.json
    judge_description(description)
    api = Api("demo")
    for version in "/v2", "/v1", "/":
        names = dict(NAMES)
        mine = [each for each in operations(description)
                if each[0].startswith(version) and (version != "/" or each[0][:3] not in ("/v1", "/v2"))]
        check(f"{version} has operations", mine)
        for path, method, operation in sorted(mine, key=lambda each: turn(*each[:2])):
            judge_operation(description, path, method, operation, api, names)
    for path, method, operation in operations(description):
        if "security" not in operation:
            judge_refusal(description, path, method, operation)


run(main)
