"""Questions that the programs prepare: what PostgreSQL plans without their values finds its rows by an
index, so that one plan is as good as another. After plans.fill(): tables are large, or empty."""
import glob
import json
import os
import re

import model
from database import HOUSE, kinds, nodes_of

# so many that no other way is as cheap
LARGE = ("backups", "clients", "jobs", "checkpoints", "users", "tokens", "validated_tokens")
FILL = """
insert into permafrost.projects (id, name) select 'p' || i, 'p' || i from generate_series(1, 3000) as i;
insert into permafrost.users (id, name, password_hash)
select 'u' || i, 'u' || i, repeat('x', 60) from generate_series(1, 2000) as i;
insert into permafrost.role_assignments (user_id, project_id, role)
select 'u' || i, 'p' || (i + n) % 200 + 1, role
  from generate_series(1, 2000) as i, generate_series(0, 2) as n, unnest(array['member', 'reader']) as role;
insert into permafrost.tokens (token_hash, user_id, project_id, methods, audit_id, expires_at)
select md5('t' || i), 'u' || i % 2000 + 1, 'p' || i % 200 + 1, 'password', md5('a' || i), now() + interval '1 day'
  from generate_series(1, 10000) as i;
insert into permafrost.validated_tokens (token_hash, said, validated_at, expires_at)
select md5('t' || i), '{}', now(), now() + interval '1 day' from generate_series(1, 10000) as i;
analyze;
"""


def questions():
    """Name and text, for each kind that they are asked of."""
    for path in sorted(glob.glob(HOUSE + "/sql/query/*.sql")):
        with open(path, encoding="utf-8") as file:
            lines = list(file)
        if not any(line.startswith("-- prepared: ") for line in lines):
            continue
        name, text = os.path.basename(path)[:-4], "".join(line for line in lines if not line.startswith("--"))
        for kind, api, _, shown, otherwise in kinds():
            if f"@{api}_kind@" in text or "@kind@" in text:
                yield f"{name}_{kind}", (text.replace("@shown@", shown).replace("@v1@", otherwise)
                                         .replace(f"@{api}_kind@", kind).replace("@kind@", kind))
        if "kind@" not in text:
            yield name, text


def plan(database, text):
    """The nodes of the plan that is made without values. Of an empty table PostgreSQL reads all there
    is; there it is only asked whether it could do otherwise."""
    tables = re.findall(r"(?:from|join|update|into) permafrost\.(\w+)", text)
    seqscan = "on" if set(tables) & set(LARGE) else "off"
    count = max(map(int, re.findall(r"\$(\d+)", text)))
    lines = database.run(f"set plan_cache_mode = force_generic_plan; set enable_seqscan = {seqscan};\n"
                         f"prepare question as {text};\n"
                         f"explain (format json) execute question({', '.join(['null'] * count)});")
    return list(nodes_of(json.loads("".join(lines))[0]["Plan"]))


def is_blind(node):
    """Does it read rows that nobody asked for?"""
    return (node["Node Type"] in ("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Index Scan")
            and "Index Cond" not in node)


ONE_CLIENT = """
insert into permafrost.jobs (project_id, id, user_id, doc)
select project, 'poll' || i, 'u' || i % 2, jsonb_build_object('project_id', project, 'job_id', 'poll' || i,
	'description', (i * 7919) % 60, 'client_id', 'poll' || i % 2, 'job_actions', jsonb_build_array(jsonb_build_object(
		'freezer_action', jsonb_build_object('client_id', 'poll' || (i + 1) % 2, 'status', 'completed'))),
	'job_schedule', jsonb_build_object('status', (array['completed', 'scheduled', 'running'])[1 + i % 3]))
  from generate_series(1, 60) as i, lateral (select 'q' || 1 + i % 4 / 3 as project) as _;
"""


def judge_polls(database, judge):
    """Every way that a scheduler may ask: whose jobs, which not, how many, and as whom."""
    database.run(ONE_CLIENT)
    # what is left out, and a word without which it can't be; null where the search has no such word
    nots = (([], None), ([{"status": "completed"}], "completed"), ([{"status": "completed"}], None),
            ([{"status": "completed"}, {"job_id": "poll9"}], None), ([{"status": None}], None),
            ([{"project_id": "q1"}], "q1"))
    cases = [(client, match_not, word, limit, owner) for client in ("poll0", "poll1", "nobody")
             for match_not, word in nots for limit in (100, 4) for owner in (None, "u1")]
    statements = []
    for client, match_not, word, limit, owner in cases:
        body = {"match": [{"client_id": client}], "match_not": match_not}
        pairs = model.search(body)[1] or None
        statements += [database.search("jobs", "q1", body, limit, owner=owner),
                       database.execute("job_poll", "q1", str(limit), client, pairs, word, "false", owner)]
    answers = database.ask_all(statements)
    wrong = [case for case, search, poll in zip(cases, answers[0::2], answers[1::2]) if search != poll]
    judge(f"a scheduler's poll finds what a search finds, in {len(cases)} cases",
          not wrong and len(answers[0]) > 10, *wrong[:3])


def judge_pages(database, judge):
    """From the start, after the first, in the middle, before the last, and after it."""
    cases = [(kind, limit, place) for kind in ("backups", "jobs", "actions", "sessions") for limit in (1, 10, 100)
             for place in [None] + database.run(
                 f"select sort_name, created_at, id from (select *, row_number() over (order by sort_name, created_at, id) "
                 f"as n, count(*) over () as of from permafrost.{kind} where project_id = 'p3') as list "
                 "where n in (1, of / 2, of - 1, of)")]
    statements = []
    for kind, limit, place in cases:
        marker = place.split("|") if place else [None] * 3
        statements += [database.execute(f"doc_list_{kind}", "p3", str(limit), "0", *marker, "false", None, None),
                       database.execute(f"doc_page_{kind}", "p3", str(limit),
                                        *(marker if place else ("", "-infinity", "")), "false")]
    answers = database.ask_all(statements)
    wrong = [case for case, rows, page in zip(cases, answers[0::2], answers[1::2]) if rows != page]
    judge(f"a page that is prepared shows what the list shows, in {len(cases)} cases",
          not wrong and len(answers[0]) == 1 and len(answers[-1]) == 0, *wrong[:3])


def judge_kept(database, judge):
    """Of itself PostgreSQL keeps the plan without values only where those with values look no better."""
    for limit in ("10", "100"):
        page = database.execute("doc_page_backups", "p12", limit, "", "-infinity", "", "false")
        counts = database.ask_all(["set plan_cache_mode = auto"] + [page] * 8 + [
            "select generic_plans from pg_prepared_statements where name = 'doc_page_backups'"])[-1]
        judge(f"pages of {limit} are planned once, not each time", int(counts[0]) >= 3, counts)


def judge_all(database, judge):
    judge_polls(database, judge)
    judge_pages(database, judge)
    judge_kept(database, judge)
    database.run(FILL)
    for name, text in questions():
        nodes = plan(database, text)
        looks = any("Scan" in node["Node Type"] for node in nodes)
        judge(f"{name}, planned without values, finds its rows by an index",
              (any("Index Cond" in node for node in nodes) or not looks) and not any(map(is_blind, nodes)),
              *[node for node in nodes if is_blind(node)])
