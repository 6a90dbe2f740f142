"""Requests grown from an OpenAPI description: as it says, nearly so, and not at all."""

import copy
import json
import random
import urllib.parse

from hammer import HEADERS, QUERIES, RAW, SEGMENTS, STRINGS, Hammer, Request

METHODS = ("get", "post", "put", "patch", "delete")
POOL_MAX = 40           # ids of one kind that are remembered
DEPTH_MAX = 6


class Operation:
    """One method of one path, as described."""

    def __init__(self, mount, path, method, said):
        self.path, self.method = mount + path, method.upper()
        self.parameters = [p for p in said.get("parameters", ()) if p["in"] == "query"]
        content = said.get("requestBody", {}).get("content", {}).get("application/json", {})
        self.schema, self.example = content.get("schema"), content.get("example")
        self.statuses = {int(status) for status in said["responses"] if status.isdigit()}

    def __str__(self):
        return f"{self.method} {self.path}"


def operations(mount, description):
    return [Operation(mount, path, method, said[method])
            for path, said in description["paths"].items() for method in METHODS if method in said]


class Pools:
    """Ids that answers held, by the parameter of a path that takes them."""

    def __init__(self, pick, known):
        self.pick, self.known, self.ids = pick, known, {key: [name] for key, name in known.items()}

    def note(self, value, name=None):
        """Remember what looks like an id: job_id as such, the id in a plan as plan_id."""
        if isinstance(value, list):
            for entry in value[:5]:
                self.note(entry, name)
        elif isinstance(value, dict):
            for key, entry in value.items():
                if isinstance(entry, str) and key.endswith("_id"):
                    self.keep(key, entry)
                elif isinstance(entry, str) and key == "id" and name:
                    self.keep(name.removesuffix("_info").removesuffix("s") + "_id", entry)
                elif isinstance(entry, (dict, list)):
                    self.note(entry, "scheduled_operation" if key == "operations" else key)

    def keep(self, key, name):
        pool = self.ids.setdefault(key, [])
        if name and name not in pool:
            pool.append(name)
        if len(pool) > POOL_MAX:
            pool.pop(self.pick.randrange(POOL_MAX // 2))

    def any(self, key):
        if key in self.known and self.pick.random() < 0.5:
            return self.known[key]
        return self.pick.choice(self.ids.get(key) or ["none"])


class Grower:
    """Requests of one project to those operations; the same ones for the same seed and answers. `known`
    has ids by parameter that are there from the start."""

    def __init__(self, seed, project, operations_there, tokens, known):
        self.pick, self.project, self.operations = random.Random(seed), project, operations_there
        self.tokens, self.pools = tokens, Pools(self.pick, known)
        self.bender = Hammer(seed, project, {})

    # ---- bodies ------------------------------------------------------------------------------------

    def value(self, schema, name="", depth=0):
        """Something that the schema allows, as far as it tells."""
        pick = self.pick
        if "enum" in schema:
            return pick.choice(schema["enum"])
        for choice in "oneOf", "anyOf":
            if choice in schema:
                return self.value(pick.choice(schema[choice]), name, depth)
        kinds = schema.get("type", ["string", "object", "integer", "array"])
        kind = pick.choice(kinds) if isinstance(kinds, list) else kinds
        return getattr(self, f"any_{kind}")(schema, name, depth)

    def any_null(self, *_):
        return None

    def any_boolean(self, *_):
        return self.pick.random() < 0.5

    def any_integer(self, schema, *_):
        return self.pick.choice([schema.get("minimum", 0), schema.get("maximum", 1), 1, 60, 1700000000])

    any_number = any_integer

    def any_string(self, schema, name, *_):
        if name.endswith("_id") and self.pick.random() < 0.8:
            return self.pools.any(name)
        return self.pick.choice(["x", "node1", "2030-01-01T00:00:00", "1 days", "a" * schema.get("maxLength", 10),
                                 "" if schema.get("minLength", 0) == 0 else "y", self.pick.choice(STRINGS)])

    def any_array(self, schema, name, depth):
        count = self.pick.choice((0, 1, 1, 2)) if depth < DEPTH_MAX else 0
        return [self.value(schema.get("items", {}), name, depth + 1) for _ in range(count)]

    def any_object(self, schema, name, depth):
        required, made = schema.get("required", ()), {}
        for key, part in schema.get("properties", {}).items():
            if key in required or depth < DEPTH_MAX and self.pick.random() < 0.4:
                made[key] = self.value(part, key, depth + 1)
        if schema.get("additionalProperties", True) is True and self.pick.random() < 0.1:
            made[self.pick.choice(STRINGS)] = self.bender.anything()
        return made

    def with_ids(self, value):
        """An example, with ids that are there."""
        if isinstance(value, dict):
            return {key: self.pools.any(key) if key.endswith("_id") and key in self.pools.ids
                    else self.with_ids(entry) for key, entry in value.items()}
        return [self.with_ids(entry) for entry in value] if isinstance(value, list) else value

    def body(self, operation):
        if operation.example is not None and self.pick.random() < 0.5:
            value = self.with_ids(copy.deepcopy(operation.example))
        else:
            value = self.value(operation.schema)
        if self.pick.random() < 0.35:
            value = self.bender.bend(value)
        text = json.dumps(value, ensure_ascii=self.pick.random() < 0.5).encode("utf-8", "surrogatepass")
        if self.pick.random() < 0.05:
            at = self.pick.randrange(len(text))
            text = text[:at] + self.pick.choice(RAW) + text[at + self.pick.randrange(3):]
        return text

    # ---- the rest of a request ---------------------------------------------------------------------

    def segment(self, word):
        if not word.startswith("{"):
            return word
        name, pick = word[1:-1], self.pick.random()
        if pick < 0.05:
            return self.pick.choice(SEGMENTS).encode().decode("latin-1")
        if name == "project_id":
            return self.project
        return urllib.parse.quote(self.pools.any(name if pick < 0.95 else self.pick.choice([*self.pools.ids, name])),
                                  safe="")

    def query(self, operation):
        words = []
        for parameter in operation.parameters:
            if self.pick.random() < 0.25:
                value = self.value(parameter.get("schema", {"type": "string"}), parameter["name"])
                words.append(f"{parameter['name']}={urllib.parse.quote(str(value).encode('utf-8', 'replace'))}")
        if self.pick.random() < 0.08:
            words.append(self.pick.choice(QUERIES))
        return ("?" + "&".join(words)) if words else ""

    def request(self):
        """The next one, and the operation that it is about."""
        operation = self.pick.choice(self.operations)
        path = "/".join(self.segment(word) for word in operation.path.split("/")) + self.query(operation)
        request = Request(operation.method, path)
        if operation.schema is not None and self.pick.random() < 0.95:
            request.body = self.body(operation)
            request.headers.append("Content-Type: application/json")
        if self.pick.random() < 0.05:
            request.headers.append(self.pick.choice([line for line in HEADERS if ": " in line and "\n" not in line
                                                     and "Encoding" not in line and "Content-" not in line]))
        request.token = self.pick.choices(("member", "admin", "reader", "none"), (60, 30, 8, 2))[0]
        return operation, request, request.wire(self.tokens)
