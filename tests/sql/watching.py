"""What is expected of jobs and clients: who writes it down when, what is overdue then, and what
the list of it reads. The engine's part, when a schedule is due, is in tests/data/schedules.cases."""
import json

from database import literal

GRACE = 900        # seconds, as migration 0080 has it
SILENCE = 600
CALM = 5000        # jobs of which nothing is late


def insert(kind, id_, document, project="w1"):
    doc = {"project_id": project, "user_id": "u", **document}
    return (f"insert into permafrost.{kind} (project_id, id, user_id, doc) "
            f"values ({literal(project)}, {literal(id_)}, 'u', {literal(doc)}::jsonb);\n")


def job(id_, client="web", action="backup", **schedule):
    return insert("jobs", id_, {"job_id": id_, "client_id": client, "job_schedule": schedule,
                                "job_actions": [{"freezer_action": {"action": action}}]})


def change(id_, path, value):
    return (f"update permafrost.jobs set doc = jsonb_set(doc, '{{{path}}}', {literal(json.dumps(value))})"
            f" where project_id = 'w1' and id = {literal(id_)};\n")


def seen():
    """As if engines had looked at all jobs an hour ago."""
    return ("update permafrost.expectations set look_at = null, offered_at = now() - interval '1 hour' "
            "where kind <> 'client';\n")


def looked_at(database):
    """Jobs that wait to be looked at, and those that count as newly offered."""
    return [database.run(f"select id from permafrost.expectations where kind = 'job' and {what} order by 1")
            for what in ("look_at is not null", "offered_at > now() - interval '1 minute'")]


def judge_changes(judge, database):
    for phrase, statement, wanted in (
            ("a new job is to be looked at", job("new"), [["new"], ["new"]]),
            ("the beginning of a run is looked at, and makes no new job of it",
             change("j", "job_schedule,time_started", 1) + change("j", "job_schedule,status", "running"), [["j"], []]),
            ("another interval offers the job anew", change("j", "job_schedule,schedule_interval", "2 days"),
             [["j"], ["j"]]),
            ("another client does so", change("j", "client_id", "other"), [["j"], ["j"]]),
            ("so does the event that starts it", change("j", "job_schedule,event", "start"), [["j"], ["j"]]),
            ("the event that stops it does not", change("j", "job_schedule,event", "stop"), [["j"], []]),
            ("other actions are looked at", change("j", "job_actions", []), [["j"], []]),
            ("a description is of no interest", change("j", "description", "d"), [[], []]),
            ("a job that is gone is not waited for", "delete from permafrost.jobs where id = 'j';\n", [[], []])):
        database.run(job("j", schedule_interval="1 days") + seen())
        database.run(statement)
        found = looked_at(database)
        judge(phrase, found == wanted, found)
        database.run("delete from permafrost.jobs where project_id = 'w1';\n")
    left = database.run("select id from permafrost.expectations where project_id = 'w1'")
    judge("nothing is expected of jobs that are gone", left == [], left)


def expect(kind, id_, due, reason=None, last="null"):
    return (f"insert into permafrost.expectations (project_id, kind, id, last_at, due_at, late_at, reason) values "
            f"('w1', '{kind}', '{id_}', {last}, now() - interval '{due} s', now() - interval '{due - GRACE} s', "
            f"{literal(reason)}) on conflict (project_id, kind, id) do update set last_at = excluded.last_at, "
            "due_at = excluded.due_at, late_at = excluded.late_at, reason = excluded.reason;\n")


def judge_view(judge, database):
    database.run(
        job("late", status="scheduled", result="success") + job("soon") + job("stuck", status="running")
        + insert("clients", "web", {"client": {"client_id": "web", "description": "a web server"}})
        + insert("clients", "gone", {"client": {"client_id": "gone"}})
        + expect("job", "late", GRACE + 60, last="now() - interval '1 day'") + expect("job", "soon", GRACE - 60)
        + expect("job", "stuck", GRACE + 3600, reason="schedule_hour: no") + expect("backup", "late", GRACE + 7200)
        + f"update permafrost.expectations set last_at = now() - interval '1 day', due_at = now() - interval '23 hours',"
          "late_at = now() - interval '23 hours' where kind = 'client' and id = 'gone';\n")
    found = database.run("""
select kind, id, client_id, extract(epoch from overdue)::int / 60, last_at is null, status, result, reason, description
  from permafrost.v_overdue where project_id = 'w1' order by kind, id""")
    judge("overdue is what is later than the grace, with what is known of it", found == [
        "backup|late|web|135|t|scheduled|success||",
        "client|gone|gone|1380|f||||",
        "job|late|web|16|f|scheduled|success||",
        "job|stuck|web|75|t|running||schedule_hour: no|"], found)
    found = database.run("select client_id, round(extract(epoch from now() - last_seen) / 3600) "
                         "from permafrost.v_clients where project_id = 'w1' order by 1")
    judge("a client was last seen when it registered or asked for work", found == ["gone|24", "web|0"], found)
    database.run("update permafrost.clients set version = 2 where id = 'gone';\n")
    found = database.run("select id from permafrost.v_overdue where kind = 'client' and project_id = 'w1'")
    judge("a client that registers again is not overdue", found == [], found)


def judge_cost(judge, database):
    database.run(f"""
insert into permafrost.jobs (project_id, id, user_id, doc)
select 'w1', 'calm' || i, 'u', jsonb_build_object('project_id', 'w1') from generate_series(1, {CALM}) as i;
update permafrost.expectations set due_at = now(), late_at = now() + interval '1 hour', look_at = null
 where id like 'calm%';
vacuum analyze permafrost.expectations;""")
    nodes = database.plan("select * from permafrost.v_overdue where project_id = 'w1'")
    read = sum(node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
               for node in nodes if node.get("Relation Name") == "expectations")
    judge("what is overdue is found without reading what is not", 0 < read < 10, f"{read} rows read")


def judge_all(database, judge):
    judge_changes(judge, database)
    judge_view(judge, database)
    judge_cost(judge, database)
