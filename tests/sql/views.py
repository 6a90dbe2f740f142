"""The views that an operator asks: are they right, and do they read little? And is everything
in the schema told about? The tables are as plans.py filled them."""
import json
import time

import watching

VIEWS = ("v_backups", "v_clients", "v_jobs", "v_jobs_by_status", "v_last_success", "v_overdue", "v_sessions")
HOUR = 3600


def insert(kind, id_, document):
    text = json.dumps({"project_id": "ops", "user_id": "u", **document}).replace("'", "''")
    return f"insert into permafrost.{kind} (project_id, id, user_id, doc) values ('ops', '{id_}', 'u', '{text}');\n"


def job(id_, interval, **schedule):
    if interval:
        schedule["schedule_interval"] = interval
    return insert("jobs", id_, {"job_id": id_, "client_id": "web", "job_actions": [], "job_schedule": schedule})


def backup(id_, job_id, made_at, **more):
    metadata = {"backup_name": "etc", "hostname": "web", "job_id": job_id, "time_stamp": made_at}
    metadata.update(more.pop("metadata", {}))
    return insert("backups", id_, {"backup_id": id_, "backup_metadata": metadata, **more})


def fill(database):
    now = int(time.time())
    database.run(
        insert("clients", "web", {"client": {"client_id": "web", "hostname": "web.example.org"}})
        + insert("clients", "idle", {"client": {"client_id": "idle", "hostname": "idle.example.org"}})
        + job("late", "1 days", status="scheduled", result="fail", time_ended=now - HOUR)
        + job("fine", "1 days", status="scheduled", result="success")
        + job("broken", "1 days", status="scheduled")
        + job("over", "1 days", status="completed")
        + job("always", "continuous", status="running")
        + job("once", None, status="scheduled")
        + job("young", "1  weeks")
        + job("command", "5 hours", status="running", result="success", time_started=now - 2 * HOUR,
              time_ended=now - HOUR)
        + job("odd", "9999999 weeks", time_ended="soon")
        + "update permafrost.jobs set created_at = now() - interval '3 days'\n"
          " where project_id = 'ops' and id <> 'young';\n"
        + backup("b1", "late", now - 50 * HOUR) + backup("b2", "late", now - 49 * HOUR)
        + backup("b3", "fine", now - 2 * HOUR, status="available",
                 metadata={"backup_size_uncompressed": 5000, "backup_size_compressed": "3000"})
        + backup("b4", "broken", now - HOUR, status="error")
        + backup("b5", "broken", -1, metadata={"backup_name": None, "level": 1,
                                               "backup_size_uncompressed": "much"}))


def rows(database, question):
    return [tuple(row.split("|")) for row in database.run(question)]


def judge_answers(judge, database):
    def judge_rows(phrase, question, wanted):
        found = rows(database, question)
        judge(phrase, found == wanted, found)

    judge_rows("the last success of a job is its newest good backup, or the end of its last run",
               "select job_id, round(extract(epoch from now() - last_success) / 3600) from permafrost.v_jobs "
               "where project_id = 'ops' and last_success is not null order by 1",
               [("command", "1"), ("fine", "2"), ("late", "49")])
    judge_rows("jobs are counted by status and result",
               "select status, result, jobs from permafrost.v_jobs_by_status where project_id = 'ops' order by 1, 2",
               [("", "", "2"), ("completed", "", "1"), ("running", "", "1"), ("running", "success", "1"),
                ("scheduled", "", "2"), ("scheduled", "fail", "1"), ("scheduled", "success", "1")])
    judge_rows("the biggest backups come with their size, if it is one",
               "select backup_id, size, size_stored from permafrost.v_backups where project_id = 'ops' "
               "order by size desc nulls last, 1 limit 2", [("b3", "5000", "3000"), ("b1", "", "")])
    judge_rows("the last good backup of a name leaves out what failed",
               "select hostname, backup_name, backup_id, extract(epoch from age)::int / 3600 "
               "from permafrost.v_last_success where project_id = 'ops' order by 2",
               [("web", "etc", "b3", "2"), ("web", "", "b5", "")])


def judge_cost(judge, database):
    database.run("analyze;")
    for phrase, question, at_most in (
            ("last successes of a project", "select * from permafrost.v_jobs where project_id = 'ops'", 50),
            ("clients of a project", "select * from permafrost.v_clients where project_id = 'ops'", 50),
            ("jobs by status of a project",
             "select * from permafrost.v_jobs_by_status where project_id = 'ops'", 50)):
        nodes = database.plan(question)
        read = sum(node["Actual Loops"] * (node["Actual Rows"] + node.get("Rows Removed by Filter", 0))
                   for node in nodes if "Scan" in node["Node Type"]
                   and node["Node Type"] not in ("Subquery Scan", "Bitmap Index Scan"))
        judge(f"{phrase} read that project's rows only", read <= at_most, f"{read} rows read")


def judge_comments(judge, database):
    empty = [view for view in VIEWS
             if database.run(f"select count(*) > 0 from permafrost.{view}") != ["t"]]
    judge("each view shows the rows there are", not empty, empty)
    bare = database.run("""
select relname from pg_class where relnamespace = 'permafrost'::regnamespace and relkind in ('r', 'v', 'i', 'm', 'S')
   and obj_description(oid, 'pg_class') is null
   and not exists (select from pg_constraint where conindid = pg_class.oid)
union all
select attrelid::regclass || '.' || attname from pg_attribute join pg_class on pg_class.oid = attrelid
 where relnamespace = 'permafrost'::regnamespace and relkind in ('r', 'v') and attnum > 0
   and not attisdropped and col_description(attrelid, attnum) is null
union all
select oid::regprocedure::text from pg_proc where pronamespace = 'permafrost'::regnamespace
   and obj_description(oid, 'pg_proc') is null
   and not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = pg_proc.oid
		      and deptype = 'e')
union all
select tgname || ' on ' || tgrelid::regclass from pg_trigger join pg_class on pg_class.oid = tgrelid
 where relnamespace = 'permafrost'::regnamespace and not tgisinternal
   and obj_description(pg_trigger.oid, 'pg_trigger') is null""")
    judge("every table, view, column, function, index and trigger says what it is for", not bare, *bare)


def judge_all(database, judge):
    fill(database)
    judge_answers(judge, database)
    watching.judge_all(database, judge)
    judge_cost(judge, database)
    judge_comments(judge, database)
