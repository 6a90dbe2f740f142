#!/usr/bin/python3
"""Engines go by a clock that we set: PostgreSQL's, shifted. Days pass in seconds, it is put forward and
back, and whatever it does no instant fires twice."""

import contextlib
from datetime import timedelta

from common import HOME, check, psql, run, wait_for
from engine import Engine, protected

DAYS = 20
OWNER = "permafrost_owner"

# what stands before pg_catalog in the engine's search path is taken first
CLOCK = """
create schema shifted;
create table shifted.clock (ahead interval not null);
insert into shifted.clock values ('0');
create function shifted.clock_timestamp() returns timestamptz language sql volatile as
    'select pg_catalog.clock_timestamp() + (select ahead from shifted.clock)';
create function shifted.statement_timestamp() returns timestamptz language sql stable as
    'select pg_catalog.statement_timestamp() + (select ahead from shifted.clock)';
grant usage on schema shifted to permafrost;
grant select, update on shifted.clock to permafrost;
"""


class Clock:
    def __init__(self):
        psql(CLOCK, OWNER)

    def engine(self, work):
        engine, socket = Engine(work), (HOME / "run").resolve() / "postgres"
        engine.environment["PERMAFROST_DATABASE_CONNECTION"] = (
            f"host={socket} dbname=permafrost user=permafrost options='-c search_path=shifted,pg_catalog'")
        return engine

    def put(self, ahead):
        """So much later than it is; engines are told to look."""
        psql(f"update shifted.clock set ahead = interval '{ahead.total_seconds()} seconds'; notify permafrost_work")


@contextlib.contextmanager
def shifted_clock():
    clock = Clock()
    try:
        yield clock
    finally:
        psql("drop schema shifted cascade", OWNER)
        psql("update permafrost.services set seen_at = now() where seen_at > now()")


def firings(trigger):
    """(state, how many instants, seconds from the instant to its notice) of each."""
    text = psql("select state, instants, extract(epoch from noticed_at - fire_time)::bigint "
                f"from permafrost.trigger_firings where trigger_id = '{trigger}' order by fire_time")
    return [tuple(line.split("|")) for line in text.splitlines()]


def next_in(trigger):
    """Hours from now, as it really is, to the next firing."""
    return float(psql(f"select extract(epoch from next_at - now()) / 3600 from permafrost.triggers where id = '{trigger}'"))


def daily(fleet):
    """A trigger that is due in half a day, each day, and its operation."""
    plan = fleet.plan()
    fleet.plan_becomes(plan, "started")
    return fleet.operation(plan)


def days_go_by(work):
    with shifted_clock() as clock, protected() as fleet, clock.engine(work) as engine:
        trigger, operation = daily(fleet)
        for day in range(DAYS):
            clock.put(timedelta(days=day, hours=12, minutes=1))
            wait_for(lambda: len(firings(trigger)) > day, pause=0.1)
        told = firings(trigger)
        check(f"in {DAYS} days that go by a daily trigger fires {DAYS} times, each in its window",
              [state for state, *_ in told] == ["fired"] * DAYS
              and all(0 <= int(late) <= 180 for *_, late in told), f"{told} {engine.said()}")
        check("and its operation is due as often", len(fleet.runs(operation)) == DAYS, fleet.runs(operation))


def put_forward_and_back(work):
    with shifted_clock() as clock, protected() as fleet, clock.engine(work) as engine:
        trigger, operation = daily(fleet)
        clock.put(timedelta(days=400))
        wait_for(lambda: firings(trigger))
        told = firings(trigger)
        check("a clock that is put forward by a year and more is as if nobody had looked so long",
              [row[:2] for row in told] == [("missed", "400")] and next_in(trigger) > 400 * 24, told)
        clock.put(timedelta(0))
        wait_for(lambda: not firings(trigger))
        check("when it is put back nothing was missed, and the trigger is due when it was",
              firings(trigger) == [] and 11 < next_in(trigger) <= 12, f"{firings(trigger)} {next_in(trigger)}")
        check("the engine says so once", engine.said().count("clock was put back") == 1, engine.said())
        check("and nothing ran", fleet.runs(operation) == [], fleet.runs(operation))


def fired_ahead_of_time(work):
    with shifted_clock() as clock, protected() as fleet, clock.engine(work) as engine:
        trigger, operation = daily(fleet)
        clock.put(timedelta(hours=12, minutes=2))
        wait_for(lambda: fleet.runs(operation))
        clock.put(timedelta(0))
        wait_for(lambda: next_in(trigger) <= 12)
        check("what fired while the clock was ahead did fire", [row[0] for row in firings(trigger)] == ["fired"]
              and len(fleet.runs(operation)) == 1, f"{firings(trigger)} {engine.said()}")
        clock.put(timedelta(hours=12, minutes=3))
        wait_for(lambda: next_in(trigger) > 12)
        check("when its time comes it does not fire again, and the next is a day later",
              len(firings(trigger)) == len(fleet.runs(operation)) == 1 and 35 < next_in(trigger) <= 36,
              f"{firings(trigger)} {fleet.runs(operation)} {next_in(trigger)}")


def old_history(trigger, operation, days):
    """2,500 firings so many days ago, a second apart, and their runs: all over but the first, which waits."""
    psql(f"""insert into permafrost.trigger_firings (project_id, trigger_id, fire_time, state, noticed_at)
             select project_id, id, at, 'fired', at
               from permafrost.triggers,
                    generate_series(1, 2500) as n, lateral (select now() - interval '{days} days' - n * interval '1 s') as t (at)
              where id = '{trigger}';
             insert into permafrost.operation_runs (project_id, operation_id, fire_time, state, ended_at, next_try)
             select operation.project_id, operation.id, fire_time,
                    case n when 1 then 'due' else 'succeeded' end, case n when 1 then null else fire_time end,
                    case n when 1 then now() + interval '1 day' end
               from permafrost.scheduled_operations as operation,
                    (select fire_time, row_number() over (order by fire_time) as n from permafrost.trigger_firings
                      where trigger_id = '{trigger}' and noticed_at < now() - interval '{days} days') as firing
              where operation.id = '{operation}'""")


def looks(fleet):
    """What makes a job of one checkpoint and then of another has been through all that it does."""
    plan = fleet.plan()
    for _ in range(2):
        before = len(fleet.jobs())
        fleet.protect(plan)
        wait_for(lambda: len(fleet.jobs()) > before)


def forgotten_in_time(work):
    with protected() as fleet:
        trigger, operation = daily(fleet)
        old_history(trigger, operation, 20)
        with Engine(work, history_kept=0):
            looks(fleet)
            check("history that is kept for ever stays", len(firings(trigger)) == len(fleet.runs(operation)) == 2500)
        with Engine(work, history_kept=30 * 24 * 3600):
            looks(fleet)
            check("as does what is younger than it is kept", len(firings(trigger)) == len(fleet.runs(operation)) == 2500)
        with Engine(work, history_kept=10 * 24 * 3600):
            wait_for(lambda: not firings(trigger) and len(fleet.runs(operation)) == 1)
            check("what is older is forgotten", firings(trigger) == [], len(firings(trigger)))
            check("all but the run that is not over", [run[0] for run in fleet.runs(operation)] == ["due"],
                  fleet.runs(operation)[:3])


def put_back_again(work):
    with shifted_clock() as clock, protected() as fleet, clock.engine(work) as engine:
        trigger, operation = daily(fleet)
        clock.put(timedelta(hours=36, minutes=2))
        wait_for(lambda: fleet.runs(operation))
        clock.put(timedelta(0))
        wait_for(lambda: next_in(trigger) <= 12)
        clock.put(timedelta(hours=-1))
        wait_for(lambda: engine.said().count("clock was put back") == 2)
        check("put back once more, a trigger is still due when it was, not when it fired ahead of time",
              11 < next_in(trigger) <= 12, f"{firings(trigger)} {next_in(trigger)} {engine.said()}")


def main(work):
    for piece in days_go_by, put_forward_and_back, fired_ahead_of_time, put_back_again, forgotten_in_time:
        piece(work)


run(main)
