"""What a search means, once more and in plain Python: the measure for the SQL functions."""
import collections
import json
import os
import re
from decimal import Decimal

LITERAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]{1,3})?\Z")


class Malformed(Exception):
    """A body that the server answers with 400."""


def parse(text):
    return json.loads(text, parse_float=Decimal)


def dump(value):
    """JSON text; Decimal keeps its digits. What PostgreSQL wrote out is short again, as 1E+300."""
    if is_number(value) and len(str(value)) > 64:
        return str(Decimal(value).normalize())
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(json.dumps(k) + ":" + dump(v) for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return json.dumps(value)


# ---- the truth table ------------------------------------------------------------------------------

Case = collections.namedtuple("Case", "number verdict body")
CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../data/search.cases")


def cases():
    """The document of tests/data/search.cases, and its rows."""
    found, rows = None, []
    with open(CASES, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("document "):
                found = parse(line[9:])
            elif line.strip() and not line.startswith("#"):
                number, verdict, rest = (part.strip() for part in line.split("|", 2))
                rows.append(Case(number, verdict, re.split(r"\s\|\s", rest)[0].strip()))
    return found, rows


# ---- the body of a request, as the parameters of doc_search --------------------------------------

def list_read(clause, value):
    pairs, texts = clause
    if value is None:
        return
    for element in [value] if isinstance(value, dict) else value if isinstance(value, list) else [0]:
        if not isinstance(element, dict):
            raise Malformed
        for key, wanted in element.items():
            if key != "_all":
                pairs.append({"k": key, "v": wanted})
            else:
                all_read(clause, wanted)


def all_read(clause, text):
    if text is None or text == "":
        return
    if not isinstance(text, str):
        raise Malformed
    try:
        value = parse(text)
    except ValueError:
        value = None
    if isinstance(value, list):
        list_read(clause, value)
    else:
        clause[1].append(text)


def time_read(value):
    if value is None:
        return None
    if isinstance(value, bool) or not re.match(r"[-+]?[0-9]+\Z", str(value)):
        raise Malformed
    if not -2**63 <= int(value) < 2**63:
        raise Malformed
    return int(value)


def search(body):
    """match, match_not, texts, texts_not, time_after, time_before; [] or None for nothing."""
    if body is None:
        body = {}
    if not isinstance(body, dict):
        raise Malformed
    inner = body.get("search")
    if inner is not None and body.get("match") is None and body.get("match_not") is None:
        body = inner
    if not isinstance(body, dict):
        raise Malformed
    match, match_not = ([], []), ([], [])
    list_read(match, body.get("match"))
    list_read(match_not, body.get("match_not"))
    return (match[0], match_not[0], match[1], match_not[1],
            time_read(body.get("time_after")), time_read(body.get("time_before")))


# ---- does a document match? ----------------------------------------------------------------------

def is_number(value):
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def same(a, b):
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same(a[key], b[key]) for key in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(same, a, b))
    if is_number(a) and is_number(b):
        return Decimal(a) == Decimal(b)
    return type(a) is type(b) and a == b


def equal(a, b):
    if same(a, b):
        return True
    for x, y in ((a, b), (b, a)):
        if isinstance(x, str) and is_number(y):
            return len(x) <= 372 and LITERAL.match(x) is not None and Decimal(x) == Decimal(y)
        if isinstance(x, str) and isinstance(y, bool):
            return x == ("true" if y else "false")
        if isinstance(x, bool) and is_number(y):
            return int(x) == y
    return False


def objects(values):
    for value in values:
        if isinstance(value, dict):
            yield value
        elif isinstance(value, list):
            yield from objects(value)


def candidates(document, key):
    if "." in key:
        level = [document]
        for segment in key.split("."):
            level = [each[segment] for each in objects(level) if segment in each]
        if level:
            return level
    level = [document]
    while level:
        found = [each[key] for each in level if key in each]
        if found:
            return found
        level = list(objects(value for each in level for value in each.values()))
    return []


def holds(document, pair):
    found = candidates(document, pair["k"])
    if not found:
        return pair["v"] is None
    return any(equal(value, pair["v"])
               or isinstance(value, list) and any(equal(e, pair["v"]) for e in value)
               for value in found)


def scalars(value):
    if isinstance(value, dict):
        for member in value.values():
            yield from scalars(member)
    elif isinstance(value, list):
        for element in value:
            yield from scalars(element)
    elif value is not None:
        yield value if isinstance(value, str) else dump(value)


def has_text(document, text):
    values = [value.lower() for value in scalars(document)]
    words = text.lower().split()
    return bool(words) and all(any(word in value for value in values) for word in words)


def searched(document):
    """A backup shows a status once it was given one; until then it is available."""
    if {"backup_id", "backup_metadata"} <= document.keys() and "status" not in document:
        return {**document, "status": "available"}
    return document


def number_of(value):
    """The number that a number or a string spells."""
    if is_number(value):
        return Decimal(value)
    if isinstance(value, str) and len(value) <= 64 and LITERAL.match(value):
        return Decimal(value)
    return None


def backup_time(document):
    metadata = document.get("backup_metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    for name in "time_stamp", "timestamp":
        number = number_of(metadata.get(name))
        if number is not None and number == number.to_integral_value() and abs(number) < 10 ** 18:
            return number
    return None


def in_time(document, after, before):
    if after is None and before is None:
        return True
    made = backup_time(document)
    return (made is not None and (after is None or made >= after)
            and (before is None or made <= before))


def finds(document, body):
    match, match_not, texts, texts_not, after, before = search(body)
    seen = searched(document)
    return (all(holds(seen, pair) for pair in match)
            and not any(holds(seen, pair) for pair in match_not)
            and all(has_text(document, text) or not text.split() for text in texts)
            and not any(has_text(document, text) for text in texts_not)
            and in_time(document, after, before))
