#!/usr/bin/python3
"""Compare when we think that jobs are due with APScheduler, which runs them in freezer-scheduler.

usage: schedule_oracle.py SCHEDULE_EVAL [COUNT [SEED]]

SCHEDULE_EVAL is the program built from schedule_eval.c. COUNT random schedules are asked for the
first instant after a random one, by UTC and by a zone with summer time. Ends 1 when one answer
differs, 77 when APScheduler is not installed.
"""

import datetime
import os
import random
import subprocess
import sys

try:
    import pytz
    from apscheduler.triggers.cron import CronTrigger
except ImportError:
    sys.exit(77)

NAMES = CronTrigger.FIELD_NAMES
FIRST, LAST = 1700000000, 2000000000
HORIZON = 50 * 365 * 86400       # beyond it we look for nothing
WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
BOUNDS = {"month": (1, 12), "day": (1, 31), "week": (1, 53), "day_of_week": (0, 6), "hour": (0, 23),
          "minute": (0, 59), "second": (0, 59)}
CHANCES = {"year": 0.05, "month": 0.2, "day": 0.3, "week": 0.1, "day_of_week": 0.3, "hour": 0.6,
           "minute": 0.5, "second": 0.2}


def random_item(rng, name):
    low, high = BOUNDS[name]
    words = {"month": MONTHS, "day_of_week": WEEKDAYS}.get(name)
    first, last = sorted((rng.randint(low, high), rng.randint(low, high)))
    forms = ["*", str(first), f"{first}-{last}", f"*/{rng.randint(1, max(2, high // 3))}",
             f"{first}/{rng.randint(1, 5)}", f"{first}-{last}/{rng.randint(1, 4)}"]
    if words:
        forms += [words[first - low], f"{words[first - low]}-{words[last - low].upper()}"]
    if name == "day":
        forms.append("last")
    if rng.random() < 0.03:
        forms = [str(high + 1), f"{last + 1}-{first}", "x", "", "*/0", "-1", "1st", f"{first}-"]
    return rng.choice(forms)


def random_fields(rng):
    fields = {name: "2026" if name == "year" else
              rng.choice([",", ", "]).join(random_item(rng, name) for _ in range(rng.choice([1, 1, 1, 2, 3])))
              for name in NAMES if rng.random() < CHANCES[name]}
    if "day_of_week" not in fields and rng.random() < 0.1:
        fields["day"] = rng.choice(["1st", "2nd", "3rd", "4th", "5th", "last"]) + " " + rng.choice(WEEKDAYS)
    return fields or {"hour": "3"}


def oracle(fields, after, zone):
    """What APScheduler says, in the words of schedule_eval."""
    try:
        trigger = CronTrigger(timezone=zone, **fields)
    except ValueError:
        return "unreadable"
    now = datetime.datetime.fromtimestamp(after + 1, zone)
    try:
        found = trigger.get_next_fire_time(None, now)
    except OverflowError:       # it came to the end of time
        return "over"
    when = None if found is None else int(found.timestamp())
    return "over" if when is None or when > after + HORIZON else str(when)


def is_clock_put(zone, after, ours, theirs):
    """Is a clock put forward or back on the way? APScheduler sometimes loses a month over that."""
    times = [after, int(ours), int(theirs)] + [int(theirs) + day * 86400 for day in (-1, 1)]
    return len({datetime.datetime.fromtimestamp(when, zone).utcoffset() for when in times}) > 1


def ask(program, questions, zone):
    lines = "".join(f"{after}\t" + "\t".join(fields.get(name, "-") for name in NAMES) + "\n"
                    for after, fields in questions)
    done = subprocess.run([program], input=lines, capture_output=True, text=True, check=True,
                          env={**os.environ, "TZ": zone.zone})
    return done.stdout.splitlines()


def compare(program, zone, rng, count):
    questions = [(rng.randint(FIRST, LAST), random_fields(rng)) for _ in range(count)]
    answers = ask(program, questions, zone)
    wrong, instants, stumbled = [], 0, 0
    for (after, fields), ours in zip(questions, answers):
        theirs = oracle(fields, after, zone)
        instants += theirs.isdigit()
        if ours.split()[0] == theirs:
            continue
        if ours.isdigit() and theirs.isdigit() and is_clock_put(zone, after, ours, theirs):
            stumbled += 1
            continue
        wrong.append(f"{fields} after {after} in {zone}: {ours}, APScheduler: {theirs}")
    if len(answers) != count:
        wrong.append(f"{len(answers)} answers to {count} questions")
    if stumbled > count / 100:
        wrong.append(f"{stumbled} times a clock is said to be the reason")
    return wrong, instants


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 1500
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20150323
    failed = False
    for name in "UTC", "Europe/Berlin":
        wrong, instants = compare(program, pytz.timezone(name), random.Random(seed), count)
        good = not wrong and instants > count / 2
        print(f"{'ok' if good else 'not ok'} - oracle: {count} schedules by the clocks of {name} are due when "
              f"APScheduler says (seed {seed})")
        for line in wrong[:5]:
            print(f"#   {line}")
        failed = failed or not good
    return 1 if failed else 0


sys.exit(main())
