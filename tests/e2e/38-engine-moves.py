#!/usr/bin/python3
"""The moves of every state machine, as tables: each that is allowed happens, and every other is refused. The
rows are made by statements, so that each state meets each event, also those that should never meet."""

import uuid

from common import check, psql, run, wait_for
from engine import TYPE, Engine, protected

# ---- what moves --------------------------------------------------------------------------------------

CHECKPOINT_STATES = "protecting available error deleting deleted error-deleting wait_copying copying".split()

# what a client asks for: from which states it is accepted, and what comes of it (None: as before)
ASKED = {
    "delete": ({"available", "error", "error-deleting"}, "deleting"),
    "reset to available": ({"available", "error", "wait_copying", "copying"}, "available"),
    "reset to error": ({"available", "error", "wait_copying", "copying"}, "error"),
    "restore": ({"available"}, None),
    "verify": ({"available"}, None),
}

# a run that ends, and whether its work is done: from which states it moves the checkpoint, and to which
ENDED = {
    ("protect", "done"): ({"protecting"}, "available"),
    ("protect", "failed"): ({"protecting"}, "error"),
    ("delete", "done"): ({"deleting"}, "deleted"),
    ("delete", "failed"): ({"deleting"}, "error-deleting"),
    ("copy", "done"): ({"copying", "wait_copying"}, "available"),
    ("copy", "failed"): ({"copying", "wait_copying"}, "error"),
}

# restores and verifications
ATTEMPT_ENDED = {
    ("in_progress", "done"): "success", ("in_progress", "failed"): "fail",
    ("success", "done"): "success", ("success", "failed"): "success",
    ("fail", "done"): "fail", ("fail", "failed"): "fail",
}

# a run of a scheduled operation, by what is the status of its checkpoint
RUN_MOVES = {
    ("due", None): "started",
    ("started", "protecting"): "started", ("started", "available"): "succeeded",
    ("started", "error"): "failed", ("started", "deleting"): "failed", ("started", None): "failed",
    ("succeeded", "error"): "succeeded", ("succeeded", "protecting"): "succeeded",
    ("failed", "available"): "failed", ("failed", "protecting"): "failed",
    ("skipped", "available"): "skipped", ("skipped", None): "skipped",
}

# a work item, by what is known of its job: None, nothing; a result; or that it is not there
ITEM_MOVES = {
    ("waiting", None): "running",
    ("running", ""): "running", ("running", "success"): "done", ("running", "fail"): "failed",
    ("running", "aborted"): "failed", ("running", None): "failed", ("running", "no result yet"): "running",
    ("done", "fail"): "done", ("done", None): "done", ("done", ""): "done",
    ("failed", "success"): "failed", ("failed", None): "failed", ("failed", ""): "failed",
}


# ---- rows --------------------------------------------------------------------------------------------

class Rows:
    """Rows like those that the API makes, in whatever state; `flush` writes what was gathered."""

    def __init__(self, fleet):
        self.fleet, self.text = fleet, []
        self.project, self.user = fleet.freezer.project, fleet.freezer.user

    def flush(self):
        psql("".join(self.text))
        self.text = []

    def insert(self, kind, doc, **columns):
        name = str(uuid.uuid4())
        pairs = {"project_id": f"'{self.project}'", "id": f"'{name}'", "user_id": f"'{self.user}'",
                 "doc": f"({doc} || jsonb_build_object('id', '{name}', 'project_id', '{self.project}'))", **columns}
        self.text.append(f"insert into permafrost.{kind} ({', '.join(pairs)}) values ({', '.join(pairs.values())});\n")
        return name

    def checkpoint(self, status):
        return self.insert("checkpoints", f"""jsonb_build_object('status', '{status}', 'created_at', '2026-01-01',
            'resource_graph', '[]', 'extra_info', '{{}}', 'protection_plan', jsonb_build_object('id', '{uuid.uuid4()}',
            'name', '{self.fleet.word}', 'provider_id', '{self.fleet.provider}', 'resources', '[]'::jsonb))""")

    def run(self, operation, checkpoint, item, job=None, started="now()"):
        """An operation log that is open, with one work item; the id."""
        log = self.insert("operation_logs", f"""jsonb_build_object('operation_type', '{operation}', 'status', 'in progress',
            'checkpoint_id', '{checkpoint}', 'plan_id', null, 'provider_id', '{self.fleet.provider}', 'restore_id', null,
            'scheduled_operation_id', null, 'started_at', '2026-01-01', 'ended_at', null, 'error_info', null, 'extra_info', null)""")
        over, begun = item in ("done", "failed"), item != "waiting"
        self.text.append(f"""
            insert into permafrost.work_items (project_id, run_id, n, operation, checkpoint_id, resource_type, resource_id,
                    resource_name, parameters, status, started_at, ended_at, job_action)
            values ('{self.project}', '{log}', 0, '{operation}', '{checkpoint}', '{TYPE}', '{self.fleet.word}', 'm',
                    '{{"mode": "fs", "path_to_backup": "/etc", "compression": "gzip"}}', '{item}',
                    {started if begun else 'null'}, {'now()' if over else 'null'},
                    {"'{}'" if begun else 'null'});\n""")
        if job is not None:
            status = "completed" if job in ("success", "fail", "aborted") else "running"
            self.text.append(f"""
                insert into permafrost.jobs (project_id, id, user_id, doc)
                select project_id, job_id, '{self.user}', jsonb_build_object('job_id', job_id, 'project_id', project_id,
                       'user_id', '{self.user}', 'client_id', '{self.fleet.word}', 'description', '{self.fleet.word}',
                       'job_actions', '[]'::jsonb, 'job_schedule', jsonb_build_object('status', '{status}',
                       'result', '{job if status == 'completed' else ''}', 'event', ''))
                  from permafrost.work_items where run_id = '{log}';\n""")
        return log

    def attempt(self, kind, status, item):
        run_id = self.run({"restores": "restore", "verifications": "verify"}[kind], self.checkpoint("available"), item)
        return self.insert(kind, f"""jsonb_build_object('status', '{status}', 'parameters', '{{}}'::jsonb,
            'provider_id', '{self.fleet.provider}', 'resources_status', '{{}}'::jsonb,
            'resources_reason', '{{}}'::jsonb)""", run_id=f"'{run_id}'")


def states(kind, names):
    """id -> status, of those rows."""
    text = psql(f"select id, status from permafrost.{kind} where id = any ('{{{','.join(names)}}}')")
    return dict(line.split("|") for line in text.splitlines())


def settled(logs):
    return psql(f"""select count(*) from permafrost.operation_logs where doc->'ended_at' = 'null'
                       and id = any ('{{{','.join(logs)}}}')""") == "0"


def compare(phrase, cases, wanted, found, why=""):
    """cases: name -> what it is; one line for all of them, with those that went wrong."""
    wrong = [f"{case}: {found.get(name)}, not {wanted[name]}" for name, case in cases.items() if found.get(name) != wanted[name]]
    check(f"{phrase}: {len(cases)} moves", not wrong, "\n".join(wrong) + f"\n{why}")


# ---- tables ------------------------------------------------------------------------------------------

def ask(fleet, event, checkpoint):
    if event == "delete":
        return fleet.delete(checkpoint).status
    if event.startswith("reset"):
        return fleet.api.ask("PUT", fleet.path(checkpoint), {"os-resetState": {"state": event.split()[-1]}}).status
    kind = {"restore": "restore", "verify": "verification"}[event]
    return fleet.api.ask("POST", f"/{kind}s", {kind: {"provider_id": fleet.provider, "checkpoint_id": checkpoint,
                                                      "parameters": {}}}).status


def checkpoints_asked(work):
    with protected() as fleet:
        rows, cases = Rows(fleet), {}
        for event in ASKED:
            for state in CHECKPOINT_STATES:
                name = rows.checkpoint(state)
                log = rows.run("protect", name, "done", "success")
                rows.text.append(f"update permafrost.operation_logs set doc = doc || '{{\"ended_at\": \"2026-01-01\"}}' where id = '{log}';\n")
                cases[name] = (state, event)
        rows.flush()
        answers, wanted, accepted = {}, {}, {}
        for name, (state, event) in cases.items():
            answers[name] = ask(fleet, event, name) == 200
            accepted[name] = state in ASKED[event][0]
            wanted[name] = ASKED[event][1] or state if accepted[name] else state
        compare("a checkpoint is asked for what its state allows, else it is refused", cases, accepted, answers)
        compare("and moves only then", cases, wanted, states("checkpoints", cases))


def checkpoints_settled(work):
    with protected() as fleet:
        rows, cases, logs = Rows(fleet), {}, []
        for event in ENDED:
            for state in CHECKPOINT_STATES:
                name = rows.checkpoint(state)
                logs.append(rows.run(event[0], name, event[1]))
                cases[name] = (state, event)
        rows.flush()
        with Engine(work) as engine:
            wait_for(lambda: settled(logs), 60)
            wanted = {name: ENDED[event][1] if state in ENDED[event][0] else state for name, (state, event) in cases.items()}
            compare("a run that ends moves its checkpoint from where it waits for it, and from nowhere else",
                    cases, wanted, states("checkpoints", cases), engine.said())


def attempts_settled(work):
    with protected() as fleet:
        rows = Rows(fleet)
        for kind in "restores", "verifications":
            cases = {rows.attempt(kind, state, item): (state, item) for state, item in ATTEMPT_ENDED}
            rows.flush()
            with Engine(work) as engine:
                wanted = {name: ATTEMPT_ENDED[case] for name, case in cases.items()}
                wait_for(lambda: states(kind, cases) == wanted, 20)
                compare(f"{kind} end once, as their resources did", cases, wanted, states(kind, cases), engine.said())
            psql(f"delete from permafrost.{kind} where id = any ('{{{','.join(cases)}}}')")


def runs_of_operations(work):
    with protected() as fleet:
        rows, cases, plan = Rows(fleet), {}, fleet.plan()
        fleet.plan_becomes(plan, "started")
        for state, status in RUN_MOVES:
            _, operation = fleet.operation(plan)
            checkpoint = "null" if status is None else f"'{rows.checkpoint(status)}'"
            rows.text.append(f"""
                insert into permafrost.operation_runs (project_id, operation_id, fire_time, state, checkpoint_id, ended_at)
                values ('{rows.project}', '{operation}', '2026-01-01', '{state}', {checkpoint},
                        {'null' if state in ('due', 'started') else 'now()'});\n""")
            cases[operation] = (state, status)
        rows.flush()

        def found():
            text = psql(f"select operation_id, state from permafrost.operation_runs where operation_id = any ('{{{','.join(cases)}}}')")
            return dict(line.split("|") for line in text.splitlines())

        with Engine(work) as engine:
            wanted = {name: RUN_MOVES[case] for name, case in cases.items()}
            wait_for(lambda: found() == wanted, 20)
            compare("a run of a scheduled operation follows its checkpoint, and ends once", cases, wanted, found(), engine.said())


def work_items(work):
    with protected() as fleet:
        rows, cases, longest = Rows(fleet), {}, 3600
        for state, job in ITEM_MOVES:
            cases[rows.run("protect", rows.checkpoint("protecting"), state, job)] = (state, job)
        late = rows.run("protect", rows.checkpoint("protecting"), "running", "", "now() - interval '2 hours'")
        cases[late] = ("running", "for longer than an agent may take")
        rows.flush()

        def found():
            text = psql(f"select run_id, status from permafrost.work_items where run_id = any ('{{{','.join(cases)}}}')")
            return dict(line.split("|") for line in text.splitlines())

        with Engine(work, work_timeout=longest) as engine:
            wanted = {name: ITEM_MOVES.get(case, "failed") for name, case in cases.items()}
            wait_for(lambda: found() == wanted, 20)
            compare("a work item is started once, ends as its job does, and then stays", cases, wanted, found(), engine.said())
        psql(f"delete from permafrost.jobs where doc->>'client_id' = '{fleet.word}'")


def main(work):
    for piece in checkpoints_asked, checkpoints_settled, attempts_settled, runs_of_operations, work_items:
        piece(work)


run(main)
