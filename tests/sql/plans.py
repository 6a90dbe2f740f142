"""How PostgreSQL answers: lists walk their index, searches use the index of terms or of text."""

import json

PROJECTS = 12
BACKUPS = 20000
JOBS = 20000
CHECKPOINTS = 20000


def fill(database):
    database.run(f"""
insert into permafrost.backups (project_id, id, user_id, doc)
select project, id, 'u' || i % 3, jsonb_build_object('project_id', project, 'user_id', 'u1', 'backup_id', id,
	'backup_metadata', jsonb_build_object('backup_name', 'nightly-' || i % 37, 'level', i % 4,
		'hostname', 'node-' || i % 500 || '.example.org', 'mode', 'fs', 'time_stamp', 1700000000 + i,
		'checksum', md5(i::text)))
  from generate_series(1, {BACKUPS}) as i,
       lateral (select 'p' || ceil(sqrt(i) * {PROJECTS} / sqrt({BACKUPS})) as project, md5('b' || i) as id) as _;
insert into permafrost.jobs (project_id, id, user_id, doc)
select project, id, 'u1', jsonb_build_object('project_id', project, 'user_id', 'u1', 'job_id', id,
	'client_id', 'client_' || i % 3000, 'job_actions', jsonb_build_array(jsonb_build_object(
		'action_id', md5('a' || i), 'freezer_action', jsonb_build_object('action', 'backup'))),
	'job_schedule', jsonb_build_object('event', '', 'current_pid', i, 'status',
		(array['completed', 'completed', 'completed', 'scheduled', 'running'])[1 + i % 5]))
  from generate_series(1, {JOBS}) as i,
       lateral (select 'p' || i % {PROJECTS} + 1 as project, md5('j' || i) as id) as _;
insert into permafrost.clients (project_id, id, user_id, doc)
select project, id, 'u1', jsonb_build_object('project_id', project, 'user_id', 'u1',
	'client', jsonb_build_object('client_id', id, 'hostname', 'host' || i, 'is_central', i % 500 = 0))
  from generate_series(1, 6000) as i,
       lateral (select 'p' || i % {PROJECTS} + 1 as project, 'client_' || i as id) as _;
insert into permafrost.checkpoints (project_id, id, user_id, created_at, doc)
select 'p' || case when i % 60 = 0 then 1 else 2 + i % 3 end, id, 'u1', '2026-01-01T00:00:00Z'::timestamptz + i * interval '10 min', jsonb_build_object(
	'id', id, 'status', (array['available', 'available', 'error', 'deleted'])[1 + i % 4],
	'protection_plan', jsonb_build_object('id', 'plan' || i % 97, 'provider_id', 'provider' || i % 97 % 2))
  from generate_series(1, {CHECKPOINTS}) as i, lateral (select md5('c' || i) as id) as _;
vacuum analyze;
""")


def scans(nodes):
    return [node for node in nodes if "Scan" in node["Node Type"]
            and node["Node Type"] != "Subquery Scan"]


def indexes(nodes):
    return {node["Index Name"] for node in nodes if "Index Name" in node}


def rows_read(nodes):
    """Rows of the table, not entries of an index; what is skipped or rechecked counts too."""
    read = 0
    for node in scans(nodes):
        if node["Node Type"] == "Index Only Scan":
            read += node["Heap Fetches"]
        elif node["Node Type"] != "Bitmap Index Scan":
            read += node["Actual Loops"] * (
                node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
                + node.get("Rows Removed by Index Recheck", 0))
    return read


def removed(nodes, why):
    return sum(node.get("Rows Removed by " + why, 0) for node in nodes)


def marker(database, kind, project, offset):
    """The place of the document at an offset, as a page after it is asked for."""
    of_project = "true" if project is None else f"project_id = '{project}'"
    row = database.run(f"select project_id, sort_name, created_at, id from permafrost.{kind} where {of_project} "
                       f"order by {project is None and 'project_id,' or ''} sort_name, created_at, id limit 1 offset {offset}")[0]
    return row.split("|")


def judge_walk(judge, database, phrase, question, at_most):
    nodes = database.plan(question)
    judge(phrase, "Sort" not in {node["Node Type"] for node in nodes}
          and rows_read(nodes) <= at_most and indexes(nodes),
          f"{[node['Node Type'] for node in nodes]}, {indexes(nodes)}, {rows_read(nodes)} rows read")


def judge_lists(judge, database):
    start = (None, None, None, "false", None, None)
    for kind, project in (("backups", "p12"), ("jobs", "p3"), ("jobs", None)):
        scope = f"{kind} of {'every project' if project is None else 'a project'}"
        judge_walk(judge, database, f"the list of {scope} reads the rows of its page, in order",
                   database.execute(f"doc_list_{kind}", project, "10", "0", *start), 10)
        if project:
            judge_walk(judge, database, f"so does a page of {scope} that is prepared",
                       database.execute(f"doc_page_{kind}", project, "10", "", "-infinity", "", "false"), 10)
        judge_walk(judge, database, f"with an offset the list of {scope} reads no more rows than that",
                   database.execute(f"doc_skip_{kind}", project, "10", "1000", *start), 10)
    for kind, project in (("backups", "p12"), ("jobs", "p3"), ("jobs", None)):
        place = marker(database, kind, project, 1000)
        scope = f"{kind} of {'every project' if project is None else 'a project'}"
        if project:
            judge_walk(judge, database, f"a prepared page of {scope} after a marker reads its rows only",
                       database.execute(f"doc_page_{kind}", project, "10", *place[1:], "false"), 10)
        judge_walk(judge, database, f"a page of {scope} after a marker reads its rows only",
                   database.execute(f"doc_list_{kind}", project, "10", "0", *place[1:], "false", place[0],
                                    None), 10)
    judge_walk(judge, database, "the list of an owner reads no row of anybody else",
               database.execute("doc_skip_backups", "p12", "10", "25", *start[:-1], "u1"), 10)
    judge_walk(judge, database, "the list of clients merges two walks: own and central ones",
               database.execute("client_list", "p3", "10", "25", *start[:3]), 10)
    judge_walk(judge, database, "a page of clients after a marker reads its rows only",
               database.execute("client_list", "p3", "10", "0",
                                *marker(database, "clients", "p3", 300)[1:]), 10)


def judge_checkpoints(judge, database):
    place = database.run("select jsonb_build_object('created_at', created_at, 'id', id) from permafrost.checkpoints "
                         "where project_id = 'p1' and provider_id = 'provider1' "
                         "and status <> 'deleted' order by created_at desc limit 1 offset 30")[0]
    march = {"start_date": "2026-02-01", "end_date": "2026-03-02"}
    for what, narrow, marker_ in (
            ("of a provider", {}, None), ("of a provider after a marker", {}, place),
            ("between two days", march, None), ("between two days after a marker", march, place),
            ("of a plan", {"plan_id": "plan7"}, None),
            ("of a plan after a marker", {"plan_id": "plan7"}, place),
            ("of a plan between two days", {"plan_id": "plan7", **march}, None)):
        judge_walk(judge, database, f"the list of checkpoints {what} reads the rows of its page, in order",
                   database.execute("checkpoint_list", "p1", "10", "0",
                                    {"provider_id": "provider1", **narrow}, None, marker_), 10)


def judge_index(judge, database, phrase, question, index, in_vain=0):
    nodes = database.plan(question)
    judge(phrase, index in indexes(nodes) and removed(nodes, "Filter") <= in_vain,
          f"{indexes(nodes)}, {removed(nodes, 'Filter')} rows removed by the filter")


def judge_searches(judge, database):
    host = {"match": [{"hostname": "node-77.example.org"}]}
    judge_index(judge, database, "a match search reads rows with that value only, be they of other projects",
                database.search("backups", "p12", host, 10), "backups_terms", in_vain=40)
    judge_index(judge, database, "a match search over every project does so too",
                database.search("backups", None, host, 10), "backups_terms")
    judge_index(judge, database, "two values that exclude each other are settled by the index",
                database.search("backups", "p12", {"match": [{"level": 1}, {"level": 2}]}, 10),
                "backups_terms")
    judge_index(judge, database, "a search by backup_id reads one row",
                database.search("backups", "p12", {"match": [{"checksum": "nosuch"}]}, 1),
                "backups_terms")
    judge_index(judge, database, "free text uses the index of text",
                database.search("backups", "p12", {"match": [{"_all": "NODE-77.example"}]}, 10),
                "backups_content", in_vain=40)
    judge_index(judge, database, "a piece of an id uses the index of text",
                database.search("backups", None, {"match": [{"_all": "c4ca4238a0b92"}]}, 10),
                "backups_content")
    judge_index(judge, database, "time bounds use the index of times",
                database.search("backups", "p12",
                                {"time_after": 1700019000, "time_before": "1700019100"}, 10),
                "backups_time")
    for project in ("p8", None):
        poll = database.search("jobs", project, {"match": [{"client_id": "client_7"}],
                                                 "match_not": [{"status": "completed"}]}, 10)
        nodes = database.plan(poll)
        judge(f"a scheduler's poll{'' if project else ' of every project'} reads its client's jobs only",
              "jobs_terms" in indexes(nodes) and removed(nodes, "Filter") <= 7, indexes(nodes))


def judge_walks(judge, database):
    """Searches that no index narrows go through the list until the page is full."""
    every, quarter = {"match": [{"mode": "fs"}]}, {"match": [{"level": 1}]}
    place = marker(database, "backups", "p12", 500)
    for phrase, body, at_most in (
            ("a value that all have reads the rows of its page", every, 10),
            ("match_not alone reads rows until the page is full", {"match_not": [{"level": 1}]}, 40),
            ("a time range that holds most reads rows until the page is full",
             {"time_after": 1700005000}, 40)):
        judge_walk(judge, database, phrase, database.search("backups", "p12", body, 10), at_most)
        judge_walk(judge, database, phrase + ", after a marker too",
                   database.search("backups", "p12", body, 10, 0, (*place, None)), at_most)
    nodes = database.plan(database.search("backups", "p12", quarter, 10))
    judge("a common value reads no row that hasn't got it",
          rows_read(nodes) <= BACKUPS / 4 and removed(nodes, "Filter") <= 40,
          f"{rows_read(nodes)} rows read, {removed(nodes, 'Filter')} removed")
    nodes = database.plan(database.search("backups", "p12", {"match_not": [{"mode": "fs"}]}, 10))
    of_project = int(database.run("select count(*) from permafrost.backups where project_id = 'p12'")[0])
    judge("at worst a search reads the rows of its project once", rows_read(nodes) <= of_project,
          f"{rows_read(nodes)} rows read of {of_project}")


def ids(rows):
    return [json.loads(row)["session_id"] for row in rows]


def judge_order(judge, database):
    """Free text: exact hits first, and pages that fit together."""
    database.run("""
insert into permafrost.sessions (project_id, id, user_id, doc)
select 'p1', id, 'u1', jsonb_build_object('project_id', 'p1', 'session_id', id, 'description',
	case when i % 7 = 0 then 'Alpha one' else 'alpha one more ' || i end)
  from generate_series(1, 30) as i, lateral (select 's' || i as id) as _;
""")
    body = {"match": [{"_all": "Alpha one"}]}
    whole = ids(database.ask_all([database.search("sessions", "p1", body)])[0])
    judge("documents with exactly the searched text come first",
          len(whole) == 30 and set(whole[:4]) == {"s7", "s14", "s21", "s28"}, whole)
    pages, place = [], (None,) * 5
    for _ in range(6):
        page = ids(database.ask_all([database.search("sessions", "p1", body, 5, 0, place)])[0])
        pages += page
        found = database.ask_all([database.execute("marker_find_sessions", "p1", page[-1],
                                                   ["Alpha one"], None)])[0]
        place = found[0].split("|")
    judge("the pages of a search after its markers are the whole", pages == whole, pages)


def judge_shown(judge, database):
    """current_pid is for those who own the client."""
    pids = "(permafrost.job_shown('p2', {}, {}))->'job_schedule' ? 'current_pid'"
    job = """'{{"client_id": {}, "job_schedule": {{"current_pid": 7}}}}'::jsonb"""
    own, other, none = job.format('"client_1"'), job.format('"client_2"'), job.format('""')
    asked = [(own, "false"), (other, "false"), (other, "true"), (none, "false")]
    shown = database.run("".join(f"select {pids.format(*each)};\n" for each in asked))
    judge("current_pid is hidden from a project that doesn't own the client", shown[1] == "f", shown)
    judge("current_pid is shown to the owner, to the privileged and without a client",
          [shown[0], shown[2], shown[3]] == ["t", "t", "t"], shown)


def judge_tables(judge, database):
    taken = """do $$ begin
	insert into permafrost.clients (project_id, id, user_id, doc) values ('p9', 'client_500', 'u1',
		'{"project_id": "p9", "user_id": "u1", "client": {"client_id": "client_500", "is_central": true}}');
	raise exception 'not refused';
exception when unique_violation then null; end $$;
do $$ begin
	insert into permafrost.jobs (project_id, id, user_id, doc) values ('p9', 'x', 'u1', '{"project_id": "p8"}');
	raise exception 'not refused';
exception when check_violation then null; end $$;
"""
    judge("a central client_id is taken in every project, a document names its own project",
          database.run(taken) == [])


def judge_all(database, judge):
    fill(database)
    judge_lists(judge, database)
    judge_checkpoints(judge, database)
    judge_searches(judge, database)
    judge_walks(judge, database)
    judge_order(judge, database)
    judge_shown(judge, database)
    judge_tables(judge, database)
