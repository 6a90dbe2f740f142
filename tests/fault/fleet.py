"""Triggers that fire all the time, and an agent that is played: what engines do is counted."""

import threading
import time

from common import HOME, check, psql, wait_for
from engine import Protected

SECONDS = range(0, 60, 5)       # of each minute, at which one of the triggers fires


class Agent(threading.Thread):
    """Reports every job of its machine as done, whatever is down; remembers the jobs by what they say."""

    def __init__(self, machine):
        super().__init__(daemon=True)
        self.machine, self.over, self.seen = machine, threading.Event(), {}

    def run(self):
        while not self.over.wait(0.3):
            try:
                for job in self.machine.jobs():
                    self.seen.setdefault(job["description"], set()).add(job["job_id"])
                    if job["job_schedule"].get("status") != "completed":
                        self.machine.report(job)
            except (OSError, TypeError, KeyError, AttributeError, ValueError):
                continue        # no answer, or one without jobs

    def stop(self):
        self.over.set()
        self.join(60)


class Fleet:
    """A plan, a trigger and an operation for each of SECONDS."""

    def __init__(self):
        self.machine = Protected()
        self.machine.register()
        self.operations = {second: self.operation(second) for second in SECONDS}
        self.begun = self.now()
        self.agent = Agent(self.machine)

    def now(self):
        return float(psql("select extract(epoch from clock_timestamp())"))

    def operation(self, second):
        plan = self.machine.plan()
        self.machine.plan_becomes(plan, "started")
        name = self.machine.api.make("triggers", "trigger_info", name=self.machine.word, type="time", properties={
            "format": "calendar", "pattern": f"BEGIN:VEVENT\nRRULE:FREQ=MINUTELY;BYSECOND={second}\nEND:VEVENT",
            "start_time": "2026-01-01 00:00:00"})["id"]
        operation = self.machine.api.make(
            "scheduled_operations", "scheduled_operation", name=self.machine.word, operation_type="protect",
            trigger_id=name, operation_definition={"plan_id": plan, "provider_id": self.machine.provider})["id"]
        return name, operation, plan

    def due(self, until):
        """(trigger, seconds since 1970) of each instant that was due since we began."""
        for second, (trigger, _, _) in self.operations.items():
            first = int(self.begun) // 60 * 60 + second
            for instant in range(first, int(until) + 1, 60):
                if self.begun < instant <= until:
                    yield trigger, instant

    def rows(self, text):
        return [tuple(line.split("|")) for line in psql(text).splitlines()]

    def judge_firings(self, until):
        due = set(self.due(until))
        rows = self.rows("select trigger_id, extract(epoch from fire_time)::bigint, state,"
                         " extract(epoch from noticed_at - fire_time) from permafrost.trigger_firings")
        fired = {(trigger, int(instant)): state for trigger, instant, state, _ in rows
                 if self.begun < int(instant) <= until}
        check("no trigger was lost: every instant that was due has fired", due <= fired.keys(), due - fired.keys())
        check("none fired that was not due", fired.keys() <= due, fired.keys() - due)
        check("none was late by more than its window", set(fired.values()) <= {"fired"}, fired)
        late = max(float(row[3]) for row in rows)
        print(f"# {len(due)} instants were due and {len(fired)} fired, the last of them {late:.1f} s late")

    def judge_runs(self, until):
        runs = self.rows("select operation_id, extract(epoch from fire_time)::bigint, state,"
                         " coalesce(checkpoint_id, ''), reason from permafrost.operation_runs")
        wanted = {operation for _, operation, _ in self.operations.values()}
        once = [(operation, instant) for operation, instant, *_ in runs]
        check("each firing ran its operation once", len(set(once)) == len(once)
              and {operation for operation, _ in once} <= wanted, runs)
        made = sorted(run[3] for run in runs if run[3])
        there = sorted(row[0] for row in self.rows("select id from permafrost.checkpoints"))
        check("each run made one checkpoint, and there is no other", made == there,
              f"{set(made) ^ set(there)}")
        bad = [run for run in runs if run[2] not in ("succeeded", "skipped")]
        check("every run succeeded, or was skipped because the last was not over", not bad, bad)
        print(f"# {len(runs)} runs, {len(there)} checkpoints, {len(self.agent.seen)} jobs of agents")

    def is_settled(self):
        return psql("select count(*) from permafrost.operation_runs where state in ('due', 'started')") == "0"

    def judge(self):
        """After the faults: all that was due is done, once."""
        until = self.now()
        for trigger, _, _ in self.operations.values():      # no more from here on
            psql(f"update permafrost.triggers set next_at = null where id = '{trigger}'"
                 f" and next_at > to_timestamp({until})")
        wait_for(lambda: {(t, i) for t, i in self.due(until)} <= {
            (trigger, int(instant)) for trigger, instant in self.rows(
                "select trigger_id, extract(epoch from fire_time)::bigint from permafrost.trigger_firings")}, 20)
        wait_for(self.is_settled, 60)
        self.agent.stop()
        self.judge_firings(until)
        self.judge_runs(until)
        twice = {name: jobs for name, jobs in self.agent.seen.items() if len(jobs) > 1}
        check("no agent was given the same work twice", not twice, twice)
        nested = (HOME / "log" / "postgres.log").read_text().count("already a transaction in progress")
        check("no engine commits before its piece of work is whole", not nested, nested)
        check("no job of an engine is left when its run is over", wait_for(lambda: not self.machine.jobs(), 30),
              self.machine.jobs())
