#!/usr/bin/python3
"""Compare the instants that we find in patterns with those of dateutil and croniter.

usage: recurrence_oracle.py RECURRENCE_EVAL [COUNT [SEED]]

RECURRENCE_EVAL is the program built from recurrence_eval.c. COUNT random rules and a third as many
crontabs are asked for what comes after random instants. Ends 1 when one answer differs, 77 when
an oracle is not installed.
"""

import calendar
import datetime
import random
import signal
import subprocess
import sys
import warnings

try:
    from croniter import croniter, CroniterBadDateError
    from dateutil.rrule import rruleset, rrulestr
except ImportError:
    sys.exit(77)

WANTED = 6                       # instants of each question
SLOWEST = 25000                  # microseconds that one instant may cost us
PATIENCE = 0.15                  # seconds that an oracle gets; some rules keep dateutil for hours
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FREQUENCIES = ["YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY", "SECONDLY"]
WINDOW = {"YEARLY": 15000, "MONTHLY": 7000, "WEEKLY": 3000, "DAILY": 2000, "HOURLY": 400,
          "MINUTELY": 60, "SECONDLY": 3}


class Slow(Exception):
    pass


def give_up(*_):
    raise Slow


def epoch(moment):
    return calendar.timegm(moment.timetuple())


def some(rng, numbers, most=3):
    return ",".join(str(n) for n in rng.sample(numbers, min(len(numbers), rng.randint(1, most))))


def signed(top):
    return list(range(1, top + 1)) + list(range(-top, 0))


def byday(rng, frequency):
    if rng.random() < 0.4 and frequency in ("MONTHLY", "YEARLY"):
        # dateutil takes MO,1TU for the days that are both, RFC 5545 for those that are either:
        # we follow the RFC, so these are not mixed here
        return ",".join("%s%s" % (rng.choice([1, 2, 3, 4, 5, -1, -2, "+3", 20, -30]), day)
                        for day in rng.sample(DAYS, rng.randint(1, 3)))
    return some(rng, DAYS, 4)


def random_rule(rng, start):
    frequency = rng.choice(FREQUENCIES)
    parts = ["FREQ=" + rng.choice([frequency, frequency.lower()])]

    def maybe(chance, text):
        if rng.random() < chance:
            parts.append(text())

    intervals = [1, 2, 3, 5, 7, 12, 24, 30, 45] + ([90, 100] if frequency != "YEARLY" else [])
    maybe(0.4, lambda: "INTERVAL=%d" % rng.choice(intervals))
    maybe(0.3, lambda: "BYMONTH=" + some(rng, range(1, 13), 4))
    maybe(0.25, lambda: "BYMONTHDAY=" + some(rng, signed(31), 6))
    maybe(0.1, lambda: "BYYEARDAY=" + some(rng, signed(366), 40))
    if frequency == "YEARLY":
        # dateutil forgets that -52 and -53 may reach into the year before
        maybe(0.2, lambda: "BYWEEKNO=" + some(rng, list(range(1, 52)) + list(range(-51, 0)), 5))
    maybe(0.3, lambda: "BYDAY=" + byday(rng, frequency))
    maybe(0.3, lambda: "BYHOUR=" + some(rng, range(24)))
    maybe(0.2, lambda: "BYMINUTE=" + some(rng, range(60)))
    maybe(0.15, lambda: "BYSECOND=" + some(rng, range(60)))
    maybe(0.3, lambda: "WKST=" + rng.choice(DAYS))
    if frequency != "WEEKLY":
        # dateutil cuts the first week of a rule at its start, and counts places in the rest
        maybe(0.15, lambda: "BYSETPOS=" + some(rng, signed(6)))
    end = rng.random()
    if end < 0.15:
        parts.append("COUNT=%d" % rng.choice([1, 2, 3, 10, 100]))
    elif end < 0.3:
        until = start + datetime.timedelta(seconds=rng.choice([0, 5000, 86400 * 30, 86400 * 900]))
        parts.append(until.strftime(rng.choice(["UNTIL=%Y%m%d", "UNTIL=%Y%m%dT%H%M%S"])))
    head, rest = parts[0], parts[1:]
    rng.shuffle(rest)
    return frequency, ";".join(rest + [head] if rng.random() < 0.2 else [head] + rest)


def random_start(rng):
    moment = datetime.datetime(rng.randint(1970, 2040), rng.randint(1, 12), 1)
    moment += datetime.timedelta(seconds=rng.randrange(31 * 86400))
    return moment.replace(second=0) if rng.random() < 0.5 else moment


def calendar_question(rng):
    start = random_start(rng)
    rules = [random_rule(rng, start) for _ in range(1 if rng.random() < 0.9 else 2)]
    days = min(WINDOW[frequency] for frequency, _ in rules)
    after = start + datetime.timedelta(seconds=rng.choice([-1, 0, 1, rng.randrange(86400 * days)]))
    joint = rng.choice(["\\n", "\\r\\n"])
    lines = ["BEGIN:VEVENT"] + ["RRULE:" + rule for _, rule in rules] + ["END:VEVENT"]
    return joint.join(lines), start, after, after + datetime.timedelta(days=days), rules


def dateutil_answer(start, after, end, rules):
    every = rruleset()
    for _, text in rules:
        rule = rrulestr(text, dtstart=start)
        if rule._until is None or rule._until > end:
            rule = rule.replace(until=end)
        every.rrule(rule)
    return [epoch(moment) for moment in every.xafter(after, count=WANTED)]


# ---- crontab ------------------------------------------------------------------------------------

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
WEEKDAYS = "sun mon tue wed thu fri sat".split()


def item(rng, low, high, names=None):
    def value(number):
        if names and number - low < len(names) and rng.random() < 0.3:
            return rng.choice([names[number - low], names[number - low].upper()])
        return str(number)

    kind = rng.random()
    first = rng.randint(low, high)
    if kind < 0.5:
        return value(first)
    if kind < 0.65:
        return "*/%d" % rng.choice([1, 2, 3, 5, 7, 15, 40])
    text = "%s-%s" % (value(first), value(rng.randint(first, high)))
    return text + ("/%d" % rng.randint(1, 9) if kind > 0.85 else "")


def field(rng, chance, low, high, names=None):
    if rng.random() >= chance:
        return "*"
    return ",".join(item(rng, low, high, names) for _ in range(rng.choice([1, 1, 2, 3])))


def weekday_field(rng, top):
    kind = rng.random()
    if kind < 0.1:
        return "%s#%d" % (rng.choice(WEEKDAYS + list("01234567"[:top + 1])), rng.randint(1, 5))
    if kind < 0.2:
        return rng.choice(["l", "L"]) + rng.choice("0123456")
    return field(rng, 0.4, 0, top, WEEKDAYS)


def random_crontab(rng):
    if rng.random() < 0.05:
        return rng.choice(["@daily", "@hourly", "@weekly", "@monthly", "@yearly", "@midnight",
                           "@Annually"])
    has_seconds = rng.random() < 0.2
    # beside seconds croniter does not know that day 7 is Sunday
    month_day, weekday = field(rng, 0.4, 1, 31), weekday_field(rng, 6 if has_seconds else 7)
    if has_seconds and "*/" in weekday:
        weekday = "*"
    if month_day != "*" and ("#" in weekday or "l" in weekday.lower()):
        month_day = "*"       # croniter ands what cron ors
    if rng.random() < 0.1 and weekday == "*":
        month_day = rng.choice(["l", "L", "L,15"])
    fields = [field(rng, 0.8, 0, 59), field(rng, 0.7, 0, 23), month_day,
              field(rng, 0.3, 1, 12, MONTHS), weekday]
    if has_seconds:
        fields.append(field(rng, 0.9, 0, 59))
    return rng.choice([" ", "  ", "\t"]).join(fields) if rng.random() < 0.2 else " ".join(fields)


def crontab_question(rng):
    start = random_start(rng)
    after = start + datetime.timedelta(seconds=rng.choice([-5, 0, 1, rng.randrange(86400 * 900)]))
    return random_crontab(rng), start, after, datetime.datetime(9999, 1, 1), None


def croniter_answer(text, start, after):
    moments, it = [], croniter(text, max(start, after))
    for _ in range(WANTED):
        try:
            moments.append(epoch(it.get_next(datetime.datetime)))
        except CroniterBadDateError:
            break
    return moments


# ---- asking -------------------------------------------------------------------------------------

def their_answer(question):
    text, start, after, end, rules = question
    signal.setitimer(signal.ITIMER_REAL, PATIENCE)
    try:
        return dateutil_answer(start, after, end, rules) if rules else \
            croniter_answer(text, start, after)
    except (Slow, OverflowError, IndexError):
        return None
    except ValueError as error:
        if not rules or "empty" not in str(error):
            return str(error)
        # one that dateutil finds empty at once; beside another it keeps dateutil from answering
        return [] if len(rules) == 1 else None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def our_answers(program, questions):
    lines = "".join("%s\t%d\t%d\t%d\t%s\n" % ("calendar" if rules else "crontab", epoch(start),
                                              epoch(after), WANTED, text.replace("\t", " "))
                    for text, start, after, _, rules in questions)
    out = subprocess.run([program, "--time"], input=lines, capture_output=True, text=True,
                         check=True)
    print("#   the instant that took us longest: " + out.stderr.strip())
    if int(out.stderr.split()[0]) > SLOWEST:
        print("not ok - recurrence: an instant is found within %d us" % SLOWEST)
        sys.exit(1)
    for line, (_, _, _, end, _) in zip(out.stdout.splitlines(), questions):
        if line.startswith("refused"):
            yield line
        else:
            yield [int(word) for word in line.split() if int(word) <= epoch(end)]


def compare(name, program, questions):
    theirs = [their_answer(question) for question in questions]
    ours = list(our_answers(program, questions))
    if len(ours) != len(theirs):
        sys.exit("%d answers to %d questions" % (len(ours), len(theirs)))
    asked = [row for row in zip(questions, ours, theirs) if row[2] is not None]
    wrong = [row for row in asked if row[1] != row[2]]
    instants = sum(len(row[2]) for row in asked if isinstance(row[2], list))
    for question, mine, other in wrong[:10]:
        print("#   %s from %s after %s" % question[:3])
        print("#     we say %s" % (mine if isinstance(mine, str) else moments(mine)))
        print("#     %s says %s" % (name, other if isinstance(other, str) else moments(other)))
    print("%s - recurrence: %d of %d answers are those of %s, %d instants in all; it had none "
          "for %d" % ("not ok" if wrong else "ok", len(asked) - len(wrong), len(asked), name,
                      instants, len(questions) - len(asked)))
    return not wrong


def moments(instants):
    return [datetime.datetime.utcfromtimestamp(at).strftime("%F %T") for at in instants]


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 6000
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, give_up)
    good = compare("dateutil", program, [calendar_question(rng) for _ in range(count)])
    good &= compare("croniter", program, [crontab_question(rng) for _ in range(count // 3)])
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
