"""Conditions of an expect line: what a reply must be, and how it failed to be that."""

import json
import re
from decimal import Decimal

NOTHING = object()
WHERE = r'(?P<where>body(?:\.[\w-]+|\."[^"]*"|\[\d+\]|\[\*\])*|text|reason|header [\w-]+)'
STEP = re.compile(r'\.([\w-]+)|\."([^"]*)"|\[(\d+)\]|\[(\*)\]')
TEST = re.compile(WHERE + r"\s*(?P<test>=|!=|<=|>=|<|>|is not|is|matches|has no|has|absent|present)"
                  r"(?:\s+(?P<wanted>.*))?", re.S)
COUNT = re.compile(r"count " + WHERE + r"\s*=\s*(?P<wanted>\d+)")
KEEP = re.compile(r"keep (?P<name>\w+)(?: from " + WHERE + ")?")


class Failed(Exception):
    """The reply is not what was expected; the text says how."""


def dump(value):
    """JSON text with every number exactly as it came."""
    if isinstance(value, dict):
        members = (f"{json.dumps(key)}: {dump(member)}" for key, member in value.items())
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(dump, value)) + "]"
    return str(value) if isinstance(value, Decimal) else json.dumps(value, ensure_ascii=False)


def show(value):
    if value is NOTHING:
        return "nothing"
    text = dump(value)
    return text if len(text) < 600 else text[:600] + "..."


def same(a, b):
    """Equal as JSON: 1 is 1.0, but true is not 1."""
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a is not NOTHING and type(a) in _kin(b) and a == b


def _kin(value):
    return (int, float, Decimal) if isinstance(value, (int, float, Decimal)) else (type(value),)


def covers(actual, wanted):
    """Does `actual` hold `wanted`: an element, some members, a piece of text?"""
    if same(actual, wanted):
        return True
    if isinstance(actual, dict) and isinstance(wanted, dict):
        return all(key in actual and covers(actual[key], wanted[key]) for key in wanted)
    if isinstance(actual, list):
        return any(covers(element, wanted) for element in actual)
    return isinstance(actual, str) and isinstance(wanted, str) and wanted in actual


def find(value, path):
    for name, quoted, index, every in STEP.findall(path):
        if every:
            rest = path[path.index("[*]") + 3:]
            return [find(element, rest) for element in value] if isinstance(value, list) else NOTHING
        key = name or quoted
        if index and isinstance(value, list) and int(index) < len(value):
            value = value[int(index)]
        elif not index and isinstance(value, dict) and key in value:
            value = value[key]
        else:
            return NOTHING
    return value


def look(reply, where):
    if where.startswith("header "):
        value = reply.header(where[7:])
        return NOTHING if value is None else value
    if where in ("text", "reason"):
        return getattr(reply, where)
    if not reply.is_json:
        return NOTHING
    return find(reply.body, where[4:])


def wanted_value(text, names, plain):
    """JSON, or the name of a kept value; beside a header or text also bare words."""
    try:
        return json.loads(text, parse_float=Decimal)
    except ValueError:
        if text in names:
            return names[text]
        if plain:
            return text
        raise Failed(f"{text!r} is neither JSON nor a kept name") from None


def compare(test, actual, wanted):
    if test in ("=", "is"):
        return same(actual, wanted)
    if test in ("!=", "is not"):
        return not same(actual, wanted)
    if isinstance(actual, bool) or not isinstance(actual, (int, float, Decimal)):
        return False
    return {"<": actual < wanted, ">": actual > wanted, "<=": actual <= wanted,
            ">=": actual >= wanted}[test]


def check_value(actual, match, names):
    test, wanted = match["test"], match["wanted"]
    if test in ("absent", "present"):
        good = (actual is NOTHING) == (test == "absent")
    elif test == "matches":
        pattern = (wanted or "").strip()[1:-1].replace("\\/", "/")
        good = isinstance(actual, str) and re.search(pattern, actual) is not None
    elif test in ("has", "has no"):
        # a kept name alone means: an element whose member of that name has that value
        piece = {wanted: names[wanted]} if wanted in names else wanted_value(wanted, names, False)
        good = actual is not NOTHING and covers(actual, piece) == (test == "has")
    else:
        plain = not match["where"].startswith("body")
        good = compare(test, actual, wanted_value(wanted or "", names, plain))
    if not good:
        raise Failed(f"{match['where']} is {show(actual)}")


def check(condition, reply, names):
    """Raise Failed unless the reply meets the condition; `keep` adds to names."""
    if re.fullmatch(r"\d{3}", condition):
        if reply.status != int(condition):
            raise Failed(f"status is {reply.status}")
    elif condition == "empty":
        if reply.raw:
            raise Failed(f"the body is {show(reply.text)}")
    elif match := COUNT.fullmatch(condition):
        actual = look(reply, match["where"])
        if not isinstance(actual, (list, dict)) or len(actual) != int(match["wanted"]):
            raise Failed(f"{match['where']} is {show(actual)}")
    elif match := KEEP.fullmatch(condition):
        value = look(reply, match["where"] or "body." + match["name"])
        if value is NOTHING:
            raise Failed(f"there is no {match['where'] or 'body.' + match['name']} to keep")
        names[match["name"]] = value
    elif match := TEST.fullmatch(condition):
        check_value(look(reply, match["where"]), match, names)
    else:
        raise Failed("this is no condition")


def is_fault(body):
    """One object under the name of its class: how the Data Protection API refuses."""
    return len(body) == 1 and all(isinstance(value, dict) for value in body.values())


def check_shape(reply):
    """What every reply must be, whoever asks for whatever."""
    kind = reply.header("Content-Type") or ""
    if reply.raw and "json" in kind and not reply.is_json:
        raise Failed("the body claims to be JSON and is not")
    if reply.status < 400 or not isinstance(reply.body, dict):
        return
    if "error" in reply.body:
        error = reply.body["error"]
        if error.get("code") != reply.status or not error.get("title") or not error.get("message"):
            raise Failed("an error of the identity service holds its code, title and message")
    elif is_fault(reply.body):
        fault = next(iter(reply.body.values()))
        if fault.get("code") != reply.status or not fault.get("message"):
            raise Failed("a fault holds its code and a message")
    elif "versions" not in reply.body and "reasons" not in reply.body:
        if not reply.body.get("title") or not reply.body.get("description") or \
                not reply.body.keys() <= {"title", "description", "link"}:
            raise Failed("a refusal is a title and a description")
