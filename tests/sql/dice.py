"""Random documents and searches, small enough that many of them meet."""
import model

KEYS = ["a", "b", "c", "a.b", "b.c", "status", "\u00e4\"\\", "", ".", "$", "*"]
SCALARS = [None, True, False, 0, 1, 2, -1, "1", "0", "1.0", "true", "false", "True", "null", "", "x", "X y",
           "%", "a_b", "\u00e4\u00d6", "1e2", 100, model.Decimal("1.50"), "1.5", "-0", "back\\slash", "q\"'",
           model.Decimal("1e-7"), "0.0000001", model.Decimal("-0.0"), "1\n", " 1", "01", "+1", ".5", "1.",
           12345678901234567890123, "12345678901234567890123", "1" * 64, "1" * 65, "1e999", "1e9999",
           model.Decimal("1e300"), "1E+300"]
TEXTS = ["x", "X", "\u00c4", "1", "% x", "a_b", "back\\", "tru fals", "\"'", " ", "[", "_", "1 x", "{}"]


def value(rng, depth):
    kind = rng.random()
    if depth > 0 and kind < 0.3:
        return {rng.choice(KEYS): value(rng, depth - 1) for _ in range(rng.randint(0, 3))}
    if depth > 0 and kind < 0.5:
        return [value(rng, depth - 1) for _ in range(rng.randint(0, 3))]
    if depth > 0 and kind < 0.55:
        return wrapped(value(rng, depth - 1), rng.randint(1, 7))
    return rng.choice(SCALARS)


def wrapped(inner, lists):
    return inner if lists == 0 else [wrapped(inner, lists - 1)]


def document(rng):
    members = {rng.choice(KEYS): value(rng, 3) for _ in range(rng.randint(0, 4))}
    for name in rng.choices([[], ["time_stamp"], ["timestamp"], ["time_stamp", "timestamp"]], [3, 3, 2, 2])[0]:
        members[name] = rng.choice(
            [5, "5", 7, model.Decimal("7.0"), model.Decimal("7.5"), "9", -1, "soon", None, [5], "1e1"])
    return members


def members(document, path=()):
    """Every key and path of a document, with what it leads to."""
    if isinstance(document, list):
        for element in document:
            yield from members(element, path)
    elif isinstance(document, dict):
        for key, member in document.items():
            for name in (key, ".".join([*path, key])):
                yield name, member
                if isinstance(member, list):
                    yield from ((name, element) for element in member)
            yield from members(member, [*path, key])


def pair(rng, documents):
    """Something that a document has, more or less, or anything."""
    path = ".".join(rng.choice(KEYS) for _ in range(rng.choice([1, 1, 1, 2])))
    wanted = value(rng, rng.choice([0, 0, 0, 2]))
    if documents and rng.random() < 0.7:
        path, wanted = rng.choice(list(members(rng.choice(documents))))
        if rng.random() < 0.3:
            wanted = respelled(wanted)
    return {path: wanted}


def respelled(wanted):
    """The same to a lenient reader, mostly."""
    if isinstance(wanted, bool):
        return str(wanted).lower()
    if model.is_number(wanted):
        return str(wanted)
    return model.number_of(wanted) if model.number_of(wanted) is not None else wanted


def body(rng, documents=(), time=False):
    match = [pair(rng, documents) for _ in range(rng.choice([0, 1, 1, 2]))]
    match_not = [pair(rng, documents) for _ in range(rng.choice([0, 0, 1, 2]))]
    found = {"match": match, "match_not": match_not}
    if rng.random() < 0.3:
        found[rng.choice(["match", "match_not"])].append({"_all": rng.choice(TEXTS)})
    for bound in ("time_after", "time_before"):
        if time and rng.random() < 0.25:
            found[bound] = rng.choice([5, "7", 0, -1, 10, "9"])
    return found
