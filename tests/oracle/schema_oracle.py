#!/usr/bin/python3
"""Compare our judgement of values by JSON Schema with that of python3-jsonschema.

usage: schema_oracle.py SCHEMA_EVAL [COUNT [SEED]]

SCHEMA_EVAL is the program built from schema_eval.c. COUNT random schemas of the part that providers
use are drawn, and for each of them a few values, most of which nearly fit. Ends 1 when one answer
differs, 77 when jsonschema is not installed.
"""

import json
import random
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    sys.exit(77)

VALUES_EACH = 8
TYPES = ["string", "integer", "number", "boolean", "object", "array", "null"]
NAMES = ["a", "b", "name", "backup_mode", "x y", "ä"]
TEXTS = ["", "a", "ab", "full", "auto", "True", "3", "ä", "日本語", "😀😀", "longer than that"]
NUMBERS = [0, 1, -1, 2, 3, 7, 1.0, -0.5, 0.5, 2.5, 1e3, 10 ** 12, -10 ** 15, 3.0, 9007199254740993]


def scalar(rng):
    return rng.choice([rng.choice(TEXTS), rng.choice(NUMBERS), True, False, None])


def number_keywords(rng, schema):
    if rng.random() < 0.5:
        schema["minimum"] = rng.choice(NUMBERS)
    if rng.random() < 0.5:
        schema["maximum"] = rng.choice(NUMBERS)


def string_keywords(rng, schema):
    if rng.random() < 0.5:
        schema["minLength"] = rng.randint(0, 3)
    if rng.random() < 0.5:
        schema["maxLength"] = rng.randint(0, 6)


def array_keywords(rng, schema, depth):
    if depth > 0 and rng.random() < 0.8:
        schema["items"] = random_schema(rng, depth - 1)
    if rng.random() < 0.3:
        schema["minItems"] = rng.randint(0, 2)
    if rng.random() < 0.3:
        schema["maxItems"] = rng.randint(0, 3)


def object_keywords(rng, schema, depth):
    names = rng.sample(NAMES, rng.randint(0, 4)) if depth > 0 else []
    if names or rng.random() < 0.5:
        schema["properties"] = {name: random_schema(rng, depth - 1) for name in names}
    if names and rng.random() < 0.6:
        schema["required"] = rng.sample(names, rng.randint(0, len(names)))
    if rng.random() < 0.5:
        schema["additionalProperties"] = rng.random() < 0.5


def random_schema(rng, depth):
    schema = {}
    if rng.random() < 0.9:
        types = rng.sample(TYPES, rng.choice([1, 1, 1, 2, 3]))
        schema["type"] = types if len(types) > 1 or rng.random() < 0.1 else types[0]
    if rng.random() < 0.15:
        schema["enum"] = [scalar(rng) for _ in range(rng.randint(1, 4))]
    if rng.random() < 0.5:
        number_keywords(rng, schema)
    if rng.random() < 0.5:
        string_keywords(rng, schema)
    if rng.random() < 0.5:
        array_keywords(rng, schema, depth)
    if rng.random() < 0.6:
        object_keywords(rng, schema, depth)
    if rng.random() < 0.3:
        schema["title"] = rng.choice(TEXTS)
    return schema


def random_value(rng, depth):
    kind = rng.random()
    if depth > 0 and kind < 0.2:
        return [random_value(rng, depth - 1) for _ in range(rng.randint(0, 3))]
    if depth > 0 and kind < 0.45:
        names = rng.sample(NAMES, rng.randint(0, 3))
        return {name: random_value(rng, depth - 1) for name in names}
    return scalar(rng)


def fitting_object(rng, schema, depth):
    properties = schema.get("properties", {})
    value = {name: fitting_value(rng, one, depth - 1) for name, one in properties.items()
             if name in schema.get("required", []) or rng.random() < 0.6}
    if rng.random() < 0.2:
        value[rng.choice(NAMES)] = scalar(rng)
    if value and rng.random() < 0.1:
        del value[rng.choice(list(value))]
    return value


def fitting_value(rng, schema, depth):
    """A value that has a good chance to fit."""
    if depth < 0 or rng.random() < 0.1:
        return random_value(rng, max(depth, 0))
    if "enum" in schema and rng.random() < 0.8:
        return rng.choice(schema["enum"])
    types = schema.get("type", TYPES)
    wanted = rng.choice([types] if isinstance(types, str) else types)
    if wanted == "object":
        return fitting_object(rng, schema, depth)
    if wanted == "array":
        items = schema.get("items", {})
        return [fitting_value(rng, items, depth - 1) for _ in range(rng.randint(0, 3))]
    return {"string": rng.choice(TEXTS), "number": rng.choice(NUMBERS), "null": None,
            "integer": rng.choice([one for one in NUMBERS if one == int(one)]),
            "boolean": rng.random() < 0.5}[wanted]


def ours(program, questions):
    lines = "".join("%s\t%s\n" % (json.dumps(schema), json.dumps(value, ensure_ascii=False))
                    for schema, value in questions)
    out = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
    return out.stdout.split("\n")[:-1]


def theirs(schema, value):
    return "fits" if jsonschema.Draft7Validator(schema).is_valid(value) else "unfit"


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 3000
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    questions = []
    for _ in range(count):
        schema = random_schema(rng, rng.randint(0, 3))
        questions += [(schema, fitting_value(rng, schema, 3)) for _ in range(VALUES_EACH)]
    answers = ours(program, questions)
    wrong, fits = 0, answers.count("fits")
    for (schema, value), answer in zip(questions, answers):
        wanted = theirs(schema, value)
        if answer != wanted:
            wrong += 1
            if wrong <= 10:
                print("#   %s for %s by %s, jsonschema: %s" %
                      (answer, json.dumps(value), json.dumps(schema), wanted))
    good = wrong == 0 and len(answers) == len(questions) and 0.1 < fits / len(answers) < 0.9
    print("%s - oracle: %d values by %d schemas (%d fit) are judged as jsonschema judges them" %
          ("ok" if good else "not ok", len(questions), count, fits))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
