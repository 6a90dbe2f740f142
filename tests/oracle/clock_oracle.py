#!/usr/bin/python3
"""Let an engine's clock run through years of schedules that people write, and compare what it fires and
what it misses with dateutil and croniter.

usage: clock_oracle.py CLOCK_EVAL [SEED]

CLOCK_EVAL is the program built from clock_eval.c: it holds the engine's own functions. The patterns are those
below, with times, zones, ends, windows and absences of the engine drawn by SEED. Ends 1 when one instant
differs and DIFFERENCES does not say why, or says so of one that does not; 77 when an oracle is missing.
"""

import calendar
import datetime
import itertools
import random
import subprocess
import sys
import warnings
import zoneinfo

try:
    from croniter import croniter, CroniterBadDateError
    from dateutil.rrule import rruleset, rrulestr
except ImportError:
    sys.exit(77)

YEARS = 12
LOOKS = {"calendar": 400, "crontab": 60}      # of one trigger; oracles take their time
COUNTED = 1000                                # of what is missed in a row: recurrence.h
HALF_AN_HOUR, DAY = 1800, 86400

# Zones with all that changes of clocks have to offer: an hour, half an hour, two, to and fro in the year of
# the south, summer as the standard, at odd offsets, and none.
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Australia/Adelaide", "Pacific/Auckland",
         "Pacific/Chatham", "America/Santiago", "America/St_Johns", "Antarctica/Troll", "Europe/Dublin",
         "Africa/Casablanca", "Asia/Kathmandu"]

# What differs, and why: (what of, pattern, start, reason). It is checked that it does.
DIFFERENCES = [
    ("dateutil", "FREQ=MONTHLY;BYDAY=MO,1TU", "2026-01-01 03:00:00",
     "days that are either, as RFC 5545 has it; dateutil takes those that are both"),
    ("dateutil", "FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=1", "2026-01-07 03:00:00",
     "places count in the whole of the first week; dateutil cuts it at the start"),
    ("dateutil", "FREQ=YEARLY;BYWEEKNO=-53;BYDAY=WE", "2026-01-01 03:00:00",
     "the last week but 52 may be the first, and reach into the year before; dateutil forgets that"),
    ("croniter", "0 3 13 * 5#2", "2026-01-01 00:00:00",
     "when both days are restricted one of them suffices, as cron has it; croniter wants both"),
    ("zone", "FREQ=DAILY;BYHOUR=2;BYMINUTE=30", "2026-01-01 02:30:00",
     "all times are UTC (specification 4.1): the hands of our clock are those of the zone, the instant is not"),
]


# ---- patterns -----------------------------------------------------------------------------------

def clock_times(rng):
    return f"BYHOUR={rng.randrange(24)};BYMINUTE={rng.randrange(60)}"


RULES = [
    "FREQ=DAILY", "FREQ=DAILY;INTERVAL=2", "FREQ=DAILY;INTERVAL=10", "FREQ=DAILY;BYMONTH=1,7",
    "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", "FREQ=DAILY;BYMONTHDAY=1,15,-1", "FREQ=DAILY;COUNT=100", "FREQ=DAILY;COUNT=1",
    "FREQ=DAILY;UNTIL=20280229T235959Z", "FREQ=DAILY;INTERVAL=3;UNTIL=20300101",
    "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=SU", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=MO",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,SU;WKST=SU", "FREQ=WEEKLY;INTERVAL=5;BYDAY=SA", "FREQ=WEEKLY;COUNT=30;BYDAY=TH",
    "FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY=1", "FREQ=MONTHLY;BYMONTHDAY=31", "FREQ=MONTHLY;BYMONTHDAY=-1",
    "FREQ=MONTHLY;BYMONTHDAY=29,30", "FREQ=MONTHLY;BYDAY=1MO", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=5SA",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-2",
    "FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "FREQ=MONTHLY;INTERVAL=7;BYDAY=2TU",
    "FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=YEARLY;BYMONTH=3,10;BYDAY=-1SU", "FREQ=YEARLY;BYYEARDAY=1,100,366",
    "FREQ=YEARLY;BYYEARDAY=-1", "FREQ=YEARLY;BYWEEKNO=1,26;BYDAY=MO", "FREQ=YEARLY;BYDAY=20MO", "FREQ=YEARLY;INTERVAL=4",
    "FREQ=YEARLY;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "FREQ=YEARLY;COUNT=5;BYMONTH=6",
]
OFTEN = [   # these say the time of day themselves
    "FREQ=HOURLY", "FREQ=HOURLY;INTERVAL=6", "FREQ=HOURLY;INTERVAL=36", "FREQ=HOURLY;BYHOUR=0,8,16", "FREQ=HOURLY;BYDAY=SA,SU;INTERVAL=2",
    "FREQ=MINUTELY;INTERVAL=90", "FREQ=HOURLY;BYMINUTE=5,35;BYSECOND=6", "FREQ=DAILY;BYHOUR=4,5;BYSECOND=6",
    "FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE=30", "FREQ=MINUTELY;INTERVAL=60",
]
# M and H stand for a minute and an hour
LINES = [
    "M H * * *", "M */6 * * *", "M */5 * * *", "0 * * * *", "M H * * 0", "M H * * 7", "M H * * mon-fri", "M H * * 1,3,5",
    "M H 1 * *", "M H 31 * *", "M H L * *", "M H 1,15 * *", "M H * 1,7 *", "M H 29 2 *", "M H 1 */3 *", "M H * jan-mar tue",
    "M H 13 * 5", "M H */2 * *", "M H 10-20/5 * *", "M H * * 1#1", "M H * * L5", "M 8-18/2 * * *", "0,30 H * * *", "M H * * * 30",
    "@daily", "@weekly", "@monthly", "@hourly", "@yearly", "M 0,12 1 jan,jul *",
]


def in_zone(rule, zone, start):
    """As calendars write an event: the zone, and when it begins there."""
    if zone is None:
        return f"BEGIN:VEVENT\\nRRULE:{rule}\\nEND:VEVENT"
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", f"DTSTART;TZID={zone}:{start:%Y%m%dT%H%M%S}", f"RRULE:{rule}",
             "END:VEVENT", "END:VCALENDAR"]
    return "\\n".join(lines)


class Trigger:
    """One, with an engine that watches it for years, and is away now and then."""

    def __init__(self, rng, form, text, zone=None):
        self.form, self.text, self.zone = form, text, zone
        made = datetime.datetime(2024, 1, 1) + datetime.timedelta(seconds=rng.randrange(900 * DAY))
        self.start = made.replace(second=0) + datetime.timedelta(seconds=rng.choice([0, -40 * DAY, 11 * DAY]))
        self.end = None
        if rng.random() < 0.3:
            self.end = self.start + datetime.timedelta(seconds=rng.randrange(DAY, 2000 * DAY))
        self.window, self.late = rng.choice([900, 1800, 3600]), rng.choice([0, 1, 5, 900])
        self.made, self.until = epoch(made), epoch(made) + YEARS * 365 * DAY
        self.away = []
        for length in rng.sample([HALF_AN_HOUR, 2 * HALF_AN_HOUR, DAY, 9 * DAY, 400 * DAY], rng.randrange(4)):
            begin = self.made + rng.randrange(3 * 365 * DAY)
            self.away.append((begin, begin + length))

    def line(self):
        pattern = in_zone(self.text, self.zone, self.start) if self.form == "calendar" else self.text
        fields = [self.form, f"{self.start:%F %T}", f"{self.end:%F %T}" if self.end else "", self.window, pattern,
                  self.made, self.until, self.late, LOOKS[self.form], *(f"{a}-{b}" for a, b in self.away)]
        return "\t".join(str(field) for field in fields) + "\n"

    def __str__(self):
        return f"{self.text} zone {self.zone} start {self.start} end {self.end} late {self.late} away {self.away}"


def triggers(rng):
    for rule, _ in itertools.product(RULES, range(4)):
        yield Trigger(rng, "calendar", f"{rule};{clock_times(rng)}")
    for rule, zone in zip(itertools.cycle(RULES), ZONES * 11):
        yield Trigger(rng, "calendar", f"{rule};{clock_times(rng)}", zone)
    for rule, _ in itertools.product(OFTEN, range(4)):
        yield Trigger(rng, "calendar", rule, rng.choice([None, *ZONES]))
    for line, _ in itertools.product(LINES, range(8)):
        yield Trigger(rng, "crontab", line.replace("M", str(rng.randrange(60))).replace("H", str(rng.randrange(24))))


# ---- what the oracles say -------------------------------------------------------------------------

def epoch(moment):
    return calendar.timegm(moment.timetuple())


def dateutil_instants(text, start, after):
    """From dateutil, without an end, in naive UTC as epoch seconds."""
    rule = rrulestr(text.replace("Z", ""), dtstart=start)
    return (epoch(moment) for moment in rule.xafter(after))


def croniter_instants(text, start, after):
    turns = croniter(text, max(start, after))
    while True:
        try:
            yield epoch(turns.get_next(datetime.datetime))
        except CroniterBadDateError:
            return


def instants(trigger):
    """Of a trigger, up to its end."""
    made = datetime.datetime.utcfromtimestamp(trigger.made)
    ask = dateutil_instants if trigger.form == "calendar" else croniter_instants
    found = ask(trigger.text, trigger.start, made)
    return itertools.takewhile(lambda at: trigger.end is None or at <= epoch(trigger.end), found)


def noticed_at(trigger, due):
    now = due + trigger.late
    for begin, end in trigger.away:
        now = end if begin <= now < end else now
    return now


def life(trigger):
    """What the engine should tell: doc/engine.md, Time."""
    coming, told = instants(trigger), []
    due = next(coming, None)
    for _ in range(LOOKS[trigger.form]):
        if due is None or due > trigger.until:
            break
        now, newest, gone, following = noticed_at(trigger, due), due, 0, None
        for following in coming:
            if following > now:
                break
            newest, gone, following = following, gone + 1, None
        fires = now <= newest + trigger.window
        gone = min(gone, COUNTED) + (not fires)
        told += [f"{due}x{gone}"] if gone else []
        told += [str(newest)] if fires else []
        due = following
    return told


# ---- comparing ------------------------------------------------------------------------------------

def ask(program, lines):
    return subprocess.run([program], input="".join(lines), capture_output=True, text=True, check=True).stdout.splitlines()


def report(phrase, good, why=()):
    print(f"{'ok' if good else 'not ok'} - clock: {phrase}")
    for line in why:
        print(f"#   {line}")
    return good


def compare(program, all_triggers):
    ours = [line.split() for line in ask(program, (trigger.line() for trigger in all_triggers))]
    theirs = [life(trigger) for trigger in all_triggers]
    wrong = [row for row in zip(all_triggers, ours, theirs) if row[1] != row[2]]
    why = []
    for trigger, mine, other in wrong[:10]:
        place = next((n for n, pair in enumerate(zip(mine, other)) if pair[0] != pair[1]), min(len(mine), len(other)))
        why += [str(trigger), f"  we say {mine[place:place + 3]}, {'dateutil' if trigger.form == 'calendar' else 'croniter'} "
                f"says {other[place:place + 3]}"]
    count = {form: len([one for one in all_triggers if one.form == form]) for form in LOOKS}
    fired = sum("x" not in word for words in theirs for word in words)
    missed = sum(int(word.split("x")[1]) for words in theirs for word in words if "x" in word)
    return report(f"{count['calendar']} rules and {count['crontab']} crontabs fire when dateutil and croniter say, through "
                  f"years ({fired} fired, {missed} missed while nobody looked, {len(wrong)} differ)",
                  not wrong and len(ours) == len(all_triggers) >= 500, why)


def first_instants(program, form, text, start, zone=None):
    """Of a trigger that is watched from its start on by an engine that is always there."""
    moment = datetime.datetime.fromisoformat(start)
    trigger = Trigger(random.Random(0), form, text, zone)
    trigger.start, trigger.end, trigger.made, trigger.late, trigger.away = moment, None, epoch(moment) - 1, 0, []
    trigger.until = trigger.made + YEARS * 365 * DAY
    return [int(word) for word in ask(program, [trigger.line()])[0].split()[:200]]


def differ_as_said(program):
    good = True
    for other, text, start, reason in DIFFERENCES:
        moment = datetime.datetime.fromisoformat(start)
        before = moment - datetime.timedelta(seconds=1)
        if other == "zone":
            continue
        form = "calendar" if other == "dateutil" else "crontab"
        mine = first_instants(program, form, text, start)
        found = dateutil_instants(text, moment, before) if other == "dateutil" else croniter_instants(text, moment, before)
        theirs = list(itertools.islice(found, len(mine)))
        good &= report(f"{text} differs from {other}: {reason}", mine and mine != theirs)
    return good


def zones_differ_as_said(program):
    """In every zone: what dateutil names there has the hands of our clock, through all changes."""
    text, start, reason = next(row[1:] for row in DIFFERENCES if row[0] == "zone")
    mine, wrong, apart = first_instants(program, "calendar", text, start, ZONES[0]), [], 0
    for name in ZONES:
        zone = zoneinfo.ZoneInfo(name)
        begin = datetime.datetime.fromisoformat(start).replace(tzinfo=zone)
        theirs = list(itertools.islice(iter(rrulestr(text, dtstart=begin)), len(mine)))
        if [epoch(moment) for moment in theirs] != mine or first_instants(program, "calendar", text, start, name) != mine:
            wrong.append(name)
        apart += sum(moment.timestamp() != at for moment, at in zip(theirs, mine))
    return report(f"{text} in {len(ZONES)} zones differs from dateutil by their offset ({apart} instants): {reason}",
                  not wrong and apart > 0, wrong)


def main():
    program = sys.argv[1]
    rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 1)
    warnings.simplefilter("ignore")
    good = compare(program, list(triggers(rng)))
    good &= differ_as_said(program)
    good &= zones_differ_as_said(program)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
