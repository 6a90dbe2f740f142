#!/usr/bin/python3
"""What should have happened and did not: engines find out when jobs and backups are due, by their
schedules and by what happened last."""

import time
import uuid

from common import Api, check, psql, run, wait_for
from engine import Engine

OWN = "late" + uuid.uuid4().hex[:8]     # the client of all that is ours
HOUR = 3600
DAY = 24 * HOUR


class Job:
    """A job of ours that was offered four days ago."""

    def __init__(self, api, name, action="backup", **schedule):
        self.api, self.name = api, name
        self.id = api.create("job", {
            "client_id": OWN, "description": f"{OWN} {name}", "job_schedule": schedule,
            "job_actions": [{"freezer_action": {"action": action, "backup_name": f"{OWN}{name}",
                                                "container": "/srv", "storage": "local"}}]})
        self.offered("4 days")

    def offered(self, ago):
        """As if its client might have run it since."""
        psql(f"""update permafrost.expectations set look_at = now(), offered_at = now() - interval '{ago}'
                  where kind = 'job' and id = '{self.id}'""")

    def becomes(self, **schedule):
        self.api.ask("PATCH", f"/jobs/{self.id}", {"job_schedule": schedule})
        return self

    def began(self, ago, status="scheduled", result="success"):
        begin = int(time.time()) - ago
        return self.becomes(status=status, result=result, event="", time_started=begin,
                            time_ended=-1 if status == "running" else begin + 60)

    def backed_up(self, ago, status="available"):
        self.api.create("backup", {
            "container": "/srv", "hostname": OWN, "backup_name": f"{OWN}{self.name}", "job_id": self.id,
            "time_stamp": int(time.time()) - ago, "status": status})
        return self


def overdue():
    """What psql shows of ours: "name kind"."""
    found = psql(f"""select replace(description, '{OWN} ', '') || ' ' || kind from permafrost.v_overdue
                      where client_id = '{OWN}' and kind <> 'client' order by 1""")
    return found.splitlines()


def reasons():
    return psql(f"select distinct reason from permafrost.v_overdue where client_id = '{OWN}' and reason <> ''")


def becomes_overdue(*wanted):
    wait_for(lambda: overdue() == sorted(wanted))
    return overdue() == sorted(wanted)


def jobs_are_judged(api):
    daily = {"schedule_interval": "1 days"}
    jobs = {
        "forgotten": Job(api, "forgotten", **daily).began(2 * DAY).backed_up(2 * DAY),
        "fine": Job(api, "fine", **daily).began(HOUR).backed_up(HOUR),
        "failing": Job(api, "failing", **daily).backed_up(30 * HOUR).backed_up(HOUR, "error").began(HOUR, result="fail"),
        "hanging": Job(api, "hanging", **daily).backed_up(50 * HOUR).began(26 * HOUR, "running"),
        "working": Job(api, "working", **daily).backed_up(30 * HOUR).began(2 * HOUR, "running"),
        "never": Job(api, "never", **daily),
        "once": Job(api, "once"),
        "odd": Job(api, "odd", schedule_hour="25"),
        "restore": Job(api, "restore", action="restore", **daily).began(2 * DAY),
        "over": Job(api, "over", **daily).began(2 * DAY, "completed"),
        "stopped": Job(api, "stopped", **daily).began(2 * DAY).becomes(event="stop"),
        "future": Job(api, "future", schedule_date="2199-01-01T00:00:00"),
    }
    nobody = api.create("job", {"description": f"{OWN} nobody", "job_actions": []})
    check("what should have run and did not is overdue, and so is what it should have saved",
          becomes_overdue("forgotten job", "forgotten backup", "failing backup", "hanging job",
                          "hanging backup", "never job", "never backup", "once job", "once backup",
                          "odd job", "odd backup", "restore job"), overdue())
    check("a schedule that no scheduler understands is named",
          reasons() == 'schedule_hour: "25" is nothing that it may be', reasons())
    due = psql(f"select count(due_at) from permafrost.expectations where id = '{nobody}'")
    check("nobody is expected to run a job without client", due == "0", due)
    return jobs


def what_happens_is_noticed(jobs):
    for name in "hanging", "never", "once", "odd", "restore", "failing":
        jobs[name].becomes(event="stop")
    check("what is stopped is not waited for", becomes_overdue("forgotten job", "forgotten backup"), overdue())
    jobs["forgotten"].began(0, "running", "")
    check("a run that begins is waited for", becomes_overdue(), overdue())
    jobs["forgotten"].began(0, result="fail")
    check("one that fails leaves the backup overdue", becomes_overdue("forgotten backup"), overdue())
    jobs["forgotten"].backed_up(0)
    psql(f"""update permafrost.expectations set look_at = now() where kind = 'job' and id = '{jobs["forgotten"].id}'
                and look_at < now() + interval '6 minutes'""")
    check("a backup that comes to be known later counts at the next look", becomes_overdue(), overdue())
    jobs["over"].becomes(event="start", status="", result="")
    jobs["over"].offered("2 days")
    check("a job that is to start again is waited for", becomes_overdue("over backup", "over job"), overdue())


def the_rules_are_those_of_the_configuration(work):
    """Five days of grace: nothing of ours is late any more."""
    with Engine(work, overdue_grace=5 * 24 * HOUR, client_silence=300, schedule_time_zone="Europe/Berlin"):
        check("with another grace all is judged anew", becomes_overdue(), overdue())
    rules = psql("select time_zone, overdue_grace, client_silence from permafrost.watch_settings")
    check("by which rules is in the database", rules == "Europe/Berlin|120:00:00|00:05:00", rules)


def a_wrong_zone_is_told(work):
    engine = Engine(work, schedule_time_zone="Mars/Olympus").start()
    check("an engine does not start with a time zone that there is not",
          engine.process.wait(20) == 1 and 'there is no time zone "Mars/Olympus"' in engine.said(), engine.said())


def engines_share_the_work(api, work):
    """Many jobs, two engines: each is looked at, none is forgotten."""
    for n in range(250):
        api.create("job", {"client_id": OWN, "description": f"{OWN} many{n}", "job_actions": [],
                           "job_schedule": {"schedule_interval": "1 days"}})
    with Engine(work), Engine(work):
        wait_for(lambda: looked_at() == 250, 60)
    check("two engines look at every job", looked_at() == 250, looked_at())


def looked_at():
    return int(psql(f"""select count(due_at) from permafrost.expectations as expected
                          join permafrost.jobs as job using (project_id, id)
                         where kind = 'job' and job.doc->>'description' like '{OWN} many%'"""))


def main(work):
    api = Api("demo")
    api.ask("POST", "/clients", {"client_id": OWN, "hostname": OWN})
    try:
        with Engine(work):
            what_happens_is_noticed(jobs_are_judged(api))
        the_rules_are_those_of_the_configuration(work)
        a_wrong_zone_is_told(work)
        engines_share_the_work(api, work)
    finally:
        api.clean(OWN)
    left = psql(f"select count(*) from permafrost.expectations where id = '{OWN}' or last_at is null and "
                "not exists (select from permafrost.jobs as job where job.id = expectations.id)")
    check("nothing is expected of what is gone", left == "0", left)


run(main)
