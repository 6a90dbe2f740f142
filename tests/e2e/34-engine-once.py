#!/usr/bin/python3
"""What an engine does is done once and whole, also when it slept for long or others are at it."""

import subprocess
import threading
import time

from common import HOME, check, psql, run, wait_for
from engine import Engine, protected


class Held:
    """A row that somebody else has locked."""

    def __init__(self, table, key):
        socket = (HOME / "run").resolve() / "postgres"
        self.session = subprocess.Popen(
            ["psql", "-XqAt", "-h", socket, "-U", "permafrost", "permafrost"], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.session.stdin.write(f"begin; select 'held' from permafrost.{table} where {key} for update;\n"
                                 "\\echo asked\n")
        self.session.stdin.flush()

    def __enter__(self):
        if self.session.stdout.readline() != "held\n":
            raise RuntimeError("there is no such row")
        return self

    def __exit__(self, *_):
        self.session.communicate("rollback;\n", 10)


def state(checkpoint):
    """Of the one resource of a checkpoint: its item, and whether its job is there."""
    return psql(f"""select item.status, count(job.id) from permafrost.work_items as item
                      left join permafrost.jobs as job on job.project_id = item.project_id and job.id = item.job_id
                     where item.checkpoint_id = '{checkpoint}' group by item.status""")


def is_waiting_for_a_lock():
    return psql("select count(*) from pg_stat_activity where wait_event_type = 'Lock'") != "0"


def a_job_and_its_item(work):
    """The session of the run is there and held, so that the engine has to stop between the job and
    the session it goes into."""
    with protected() as fleet:
        checkpoint = fleet.protect(fleet.plan())
        session = fleet.logs(checkpoint)[0]["id"].replace("-", "")
        made = fleet.backup("PUT", f"/sessions/{session}", {"schedule": {}, "description": fleet.word, "session_tag": 0})
        check("a session may be there before", made.status == 201, made)
        with Held("sessions", f"id = '{session}'"):
            engine = Engine(work).start()
            wait_for(is_waiting_for_a_lock)
            told = state(checkpoint)
            check("a job is there when its item is running, and not before", told == "waiting|0", told)
            engine.kill()
        told = state(checkpoint)
        check("an engine that dies in between leaves no job", told == "waiting|0", told)
        with Engine(work) as engine:
            check("and another one makes it", wait_for(lambda: state(checkpoint) == "running|1"),
                  f"{state(checkpoint)} {engine.said()}")


# ---- others at it ----------------------------------------------------------------------------------

def a_job_deleted_while_it_is_judged(work):
    """The row of expectations that an engine locks while it finds out when a job should run."""
    with protected() as fleet:
        job = fleet.backup("POST", "/jobs", {"description": fleet.word, "job_actions": []}).json["job_id"]
        # it lies behind the row of the backup, as it does in the index of large tables
        psql(f"update permafrost.expectations set look_at = look_at where kind = 'job' and id = '{job}'")
        with Held("expectations", f"kind = 'job' and id = '{job}'"):
            deletion = threading.Thread(target=fleet.backup, args=("DELETE", f"/jobs/{job}"))
            deletion.start()
            wait_for(is_waiting_for_a_lock)
            free = psql(f"select id from permafrost.expectations where kind = 'backup' and id = '{job}' "
                        "for update skip locked")
        deletion.join()
        check("who deletes a job waits for the engine that judges it, and holds nothing that it needs", free == job, free)
        check("and then deletes it", fleet.backup("GET", f"/jobs/{job}").status == 404)


# ---- having slept -----------------------------------------------------------------------------------

def firings(trigger):
    text = psql("select state, instants from permafrost.trigger_firings "
                f"where trigger_id = '{trigger}' order by fire_time")
    return [tuple(line.split("|")) for line in text.splitlines()]


def a_year_of_minutes(work):
    """It was stored when triggers might fire each minute; it ends now, so that the next minute counts no more."""
    with protected() as fleet:
        plan = fleet.plan()
        fleet.plan_becomes(plan, "started")
        trigger, operation = fleet.operation(plan)
        psql(f"""update permafrost.triggers
                    set doc = jsonb_set(doc, '{{properties}}', doc->'properties' || jsonb_build_object(
                            'pattern', '* * * * *',
                            'end_time', to_char(now() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS'))),
                        next_at = date_trunc('minute', now() - interval '1 year') where id = '{trigger}'""")
        with Engine(work) as engine:
            began = time.monotonic()
            wait_for(lambda: len(firings(trigger)) >= 2)
            took = time.monotonic() - began
            told = firings(trigger)
            check("a year of minutes that nobody noticed is one row that counts, and the newest fires",
                  told[0] == ("missed", "1000") and told[1] == ("fired", "1"), f"{told} {engine.said()}")
            check("it is made up once, although no limit of today would allow the trigger",
                  wait_for(lambda: fleet.runs(operation)) and len(fleet.runs(operation)) == 1, fleet.runs(operation))
            print(f"# noticed within {took:.1f} s")


def main(work):
    for piece in a_job_and_its_item, a_job_deleted_while_it_is_judged, a_year_of_minutes:
        piece(work)


run(main)
