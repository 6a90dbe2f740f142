#!/usr/bin/python3
"""Two machines, each with a scheduler of its own, run the jobs of a session as one."""

import contextlib
import datetime
import uuid

from common import Api, Freezer, Scheduler, at_once, check, run, wait_for

OWN = "sess" + uuid.uuid4().hex[:8]
LEAD = 25       # seconds until the sessions are due: time for both schedulers to hear of it


class Session:
    """A session with one job on each machine, all of them due at the same moment."""

    def __init__(self, api, name, commands, due):
        self.api = api
        self.id = api.create("session", {"description": f"{OWN} {name}", "hold_off": 60,
                                         "schedule": {"schedule_date": due}})
        # idle until they are members: a job that nobody stopped starts as soon as it is seen
        self.jobs = [api.create("job", {
            "client_id": f"{OWN}-{machine}", "description": f"{OWN} {name}",
            "job_schedule": {"event": "stop"},
            "job_actions": [{"max_retries": 0, "max_retries_interval": 1, "freezer_action": {
                "action": "exec", "command": command, "storage": "local", "container": "/tmp",
                "backup_name": OWN}}]})
            for machine, command in commands.items()]

    def show(self):
        return self.api.get(f"/sessions/{self.id}")

    def members(self):
        return [self.api.get(f"/jobs/{job}") for job in self.jobs]

    def states(self, key):
        return [job["job_schedule"].get(key) for job in self.members()]

    def start_members(self):
        return [self.api.ask("POST", f"/jobs/{job}/event", {"start": None}).status
                for job in self.jobs]


def come_together(freezer, sessions):
    at_once([lambda session=session, job=job: freezer(
        "session-add-job", "--session-id", session.id, "--job-id", job)
             for session in sessions for job in session.jobs])


def is_together(session, kind):
    check(f"jobs of two machines are members of one session, {kind}",
          {j: m["client_id"] for j, m in session.show()["jobs"].items()}
          == dict(zip(session.jobs, (f"{OWN}-a", f"{OWN}-b"))), session.show())


def ran_as_one(session, story):
    ended = wait_for(lambda: session.show()["status"] == "completed", LEAD + 40)
    wait_for(lambda: session.states("status") == ["completed", "completed"])
    after, jobs = session.show(), session.members()
    check("the session completes with its last job", ended, f"{after}\n{story()}")
    check("its result is a success when every job's is",
          after["result"] == "success" and session.states("result") == ["success", "success"],
          f"{after}\n{jobs}")
    check("two schedulers raise the tag by exactly one", after["session_tag"] == 1, after)
    check("both jobs share the session's tag",
          [job["session_tag"] for job in jobs] == [1, 1], f"{jobs}\n{story()}")
    check("the session knows how each job ended",
          [(m["status"], m["result"]) for m in after["jobs"].values()]
          == [("completed", "success")] * 2, after)
    check("the session's times span those of its jobs",
          after["time_start"] <= min(m["time_started"] for m in after["jobs"].values())
          and max(m["time_ended"] for m in after["jobs"].values()) <= after["time_end"], after)


def failed_as_one(session, story):
    ended = wait_for(lambda: session.show()["status"] == "completed", LEAD + 40)
    after = session.show()
    check("a session with a failed job completes as failed",
          ended and after["result"] == "fail"
          and sorted(m["result"] for m in after["jobs"].values()) == ["fail", "success"],
          f"{after}\n{story()}")
    check("its tag is raised by exactly one, too", after["session_tag"] == 1, after)


def is_shown(freezer, session):
    shown = freezer.show("session-show", session.id)
    check("freezer session-show tells the same", shown.json.items() >= {
        "Status": "completed", "Result": "success", "Session tag": 1}.items(), shown)


def main(work):
    api, freezer = Api("demo"), Freezer("demo", work)
    try:
        with contextlib.ExitStack() as stack:
            machines = [stack.enter_context(Scheduler("demo", f"{OWN}-{name}", work))
                        for name in "ab"]

            def story():
                return "\n".join(machine.story() for machine in machines)

            there = wait_for(lambda: all(api.get(f"/clients/{m.client_id}") for m in machines))
            if not check("two schedulers register as two clients", there, story()):
                return
            due = datetime.datetime.now() + datetime.timedelta(seconds=LEAD)
            good = Session(api, "good", {"a": "sleep 1", "b": "sleep 3"}, f"{due:%FT%T}")
            bad = Session(api, "bad", {"a": "/bin/true", "b": "/bin/false"}, f"{due:%FT%T}")
            come_together(freezer, [good, bad])
            is_together(good, "the good one")
            is_together(bad, "the bad one")
            check("jobs that were stopped wait for their session",
                  wait_for(lambda: good.states("status") + bad.states("status") == ["stop"] * 4),
                  f"{good.members()}\n{story()}")
            started = good.start_members() + bad.start_members()
            check("all members are asked to start", started == [202] * 4, started)
            ran_as_one(good, story)
            failed_as_one(bad, story)
            is_shown(freezer, good)
    finally:
        api.clean(OWN)


run(main)
