#!/usr/bin/python3
"""Checkpoints under many hands: deleted, reset, copied and counted at the same moment; and the
engines hear of the work. What agents do is played by statements."""

import secrets
import subprocess
import sys
import time

sys.dont_write_bytecode = True

from common import HOME, URL, Api, ask, at_once, check, provider_file, psql, run

INFRA = "cf56bd3e-97a7-4078-b6d5-f36246333fd9"
COPIER = "7c3a1d52-5a58-4a4e-9d0e-0a4a6c1b7c56"
WORD = "cp" + secrets.token_hex(4)
HANDS = 12
QUICK = 60     # seconds, of a machine that others keep busy

COPIER_FILE = f"""id: {COPIER}
name: Copier
resources:
  OS::Cinder::Volume:
    options_schema:
      type: object
      properties:
        backup_name: {{type: string}}
    run_on: central
    actions:
      protect:
        freezer_action: {{action: backup, mode: cinder, cinder_vol_id: "${{resource.id}}"}}
      copy:
        freezer_action: {{action: exec, command: copy, cinder_vol_id: "${{resource.id}}"}}
"""


class Protection:
    """The Data Protection API of the demo project; every 5xx is remembered."""

    def __init__(self):
        self.demo, self.admin, self.bad = Api("demo"), Api("admin"), []

    def ask(self, method, path, body=None, who=None):
        who = who or self.demo
        reply = ask(method, f"{URL}/data-protect/v1/{who.project}{path}", body, who.token)
        if reply.status >= 500:
            self.bad.append(f"{method} {path}: {reply}")
        return reply

    def plan(self, provider=INFRA, options=None):
        """The id of a new plan with two volumes."""
        volumes = [{"id": f"{WORD}-{n}", "type": "OS::Cinder::Volume", "name": "v"} for n in "ab"]
        reply = self.ask("POST", "/plans", {"plan": {
            "name": WORD, "provider_id": provider, "resources": volumes,
            "parameters": options or {}}})
        return reply.json["plan"]["id"]

    def protect(self, plan, provider=INFRA):
        return self.ask("POST", f"/providers/{provider}/checkpoints",
                        {"checkpoint": {"plan_id": plan}})

    def checkpoint(self, plan, status, provider=INFRA):
        """The id of a new checkpoint that came to this status."""
        name = self.protect(plan, provider).json["checkpoint"]["id"]
        psql(f"update permafrost.work_items set status = 'done', ended_at = now() where checkpoint_id = '{name}'")
        self.came_to(name, status)
        return name

    def came_to(self, name, status):
        psql(f"update permafrost.checkpoints set doc = doc || '{{\"status\": \"{status}\"}}' where id = '{name}'")

    def delete(self, name, provider=INFRA):
        return self.ask("DELETE", f"/providers/{provider}/checkpoints/{name}")

    def reset(self, name):
        return self.ask("PUT", f"/providers/{INFRA}/checkpoints/{name}",
                        {"os-resetState": {"state": "error"}})

    def copy(self, plan, **more):
        return self.ask("POST", f"/providers/{COPIER}/checkpoints/action",
                        {"copy": {"plan_id": plan, **more}})

    def status(self, name, provider=INFRA):
        return self.ask("GET", f"/providers/{provider}/checkpoints/{name}").json["checkpoint"]["status"]

    def runs(self, name):
        """What was done about a checkpoint, oldest first."""
        logs = self.ask("GET", f"/operation_logs?checkpoint_id={name}&sort=created_at:asc").json
        return [log["operation_type"] for log in logs["operation_logs"]]


def statuses(replies):
    return sorted(reply.status for reply in replies)


# ---- at the same moment -------------------------------------------------------------------------

def deletes(api):
    name = api.checkpoint(api.plan(), "available")
    replies = at_once([lambda: api.delete(name)] * HANDS)
    check("of many deletes of a checkpoint at once one is accepted",
          statuses(replies) == [200] + [409] * (HANDS - 1), statuses(replies))
    check("and there is one run that deletes", api.runs(name) == ["protect", "delete"], api.runs(name))
    work = psql(f"select count(*) from permafrost.work_items where checkpoint_id = '{name}' and operation = 'delete'")
    check("with one item for each resource", work == "2", work)


def delete_and_reset(api):
    plan, wrong = api.plan(), []
    for _ in range(8):
        name = api.checkpoint(plan, "available")
        deleted, reset = at_once([lambda: api.delete(name), lambda: api.reset(name)])
        found = (deleted.status, reset.status, api.status(name), api.runs(name))
        open_items = psql(f"select count(*) from permafrost.work_items where checkpoint_id = '{name}' "
                          "and operation = 'delete' and status = 'waiting'")
        if found[:1] + found[2:] != (200, "deleting", ["protect", "delete"]) or open_items != "2" \
                or reset.status not in (200, 400):
            wrong.append(f"{found} {open_items}")
    check("a reset never takes a checkpoint out of a delete that was accepted", not wrong, wrong)


def create_and_plan_change(api):
    plan = api.plan()

    def protect_often(_):
        return [str(api.protect(plan)) for _ in range(10)]

    def change_often(hand):
        return [str(api.ask("PUT", f"/plans/{plan}", {"plan": {"description": f"{hand} {number}"}}))
                for number in range(25)]

    replies = sum(at_once([lambda part=part, hand=hand: part(hand)
                           for hand, part in enumerate([protect_often] * 4 + [change_often] * 8)]), [])
    wrong = [reply for reply in replies if not reply.startswith("200")]
    check("a plan that is changed while it is protected is protected all the same", not wrong,
          f"{len(wrong)} of {len(replies)}\n" + "\n".join(wrong[:3]))


def create_and_plan_delete(api):
    wrong = []
    for _ in range(4):
        plan = api.plan()
        replies = at_once([lambda: api.protect(plan)] * 4 + [lambda: api.ask("DELETE", f"/plans/{plan}")]
                          + [lambda: api.protect(plan)] * 4)
        made = [reply.json["checkpoint"]["id"] for reply in replies
                if reply.status == 200 and reply.json]
        whole = psql("select count(*) from permafrost.checkpoints as c where plan_id = "
                     f"'{plan}' and 2 = (select count(*) from permafrost.work_items where checkpoint_id = c.id)")
        if set(statuses(replies)) - {200, 404} or replies[4].status != 200 or whole != str(len(made)):
            wrong.append(f"{statuses(replies)} {whole}")
        if api.protect(plan).status != 404:
            wrong.append("a plan that is gone still protects")
    check("while its plan is deleted a checkpoint is made whole, or not at all", not wrong, wrong)


def quota(api):
    path = f"/quotas/{api.demo.project}"
    plan = api.plan()
    used = api.ask("GET", path + "/detail").json["quota"]["checkpoints"]["in_use"]
    api.ask("PUT", path, {"quota": {"checkpoints": used + 3}}, api.admin)
    try:
        replies = at_once([lambda: api.protect(plan)] * HANDS)
        now = api.ask("GET", path + "/detail").json["quota"]["checkpoints"]["in_use"]
        check("a quota holds while many take of it",
              statuses(replies) == [200] * 3 + [413] * (HANDS - 3) and now == used + 3,
              f"{statuses(replies)}, {used} and then {now}")
        name = next(reply.json["checkpoint"]["id"] for reply in replies if reply.status == 200)
        api.came_to(name, "error")
        replies = at_once([lambda: api.delete(name)] + [lambda: api.protect(plan)] * 4)
        check("a delete that was accepted gives nothing back before it is through",
              statuses(replies) == [200] + [413] * 4, statuses(replies))
    finally:
        api.ask("DELETE", path, None, api.admin)


# ---- copies -------------------------------------------------------------------------------------

def pairs(reply):
    return [(pair["checkpoint_protect_id"], pair["checkpoint_copy_id"])
            for pair in reply.json["copy"]["checkpoint_id"]]


def copies(api):
    plan = api.plan(COPIER, {"OS::Cinder::Volume": {"backup_name": "first"}})
    originals = {api.checkpoint(plan, "available", COPIER) for _ in range(3)}
    api.checkpoint(plan, "error", COPIER)
    replies = at_once([lambda: api.copy(plan)] * 6)
    made = [pair for reply in replies if reply.status == 200 for pair in pairs(reply)]
    check("of many requests to copy one copies each good checkpoint, the others find nothing to do",
          statuses(replies) == [200] * 6 and len(made) == 3 and {a for a, _ in made} == originals,
          [str(reply) for reply in replies])
    original, copy = made[0]
    shown = api.ask("GET", f"/providers/{COPIER}/checkpoints/{copy}").json["checkpoint"]
    source = api.ask("GET", f"/providers/{COPIER}/checkpoints/{original}").json["checkpoint"]
    check("a copy waits, and holds what its original does", shown["status"] == "wait_copying"
          and shown["protection_plan"] == source["protection_plan"]
          and shown["resource_graph"] == source["resource_graph"]
          and shown["extra_info"] == f'{{"copy_of": "{original}"}}' and api.runs(copy) == ["copy"], shown)
    check("what is being copied is not deleted", api.delete(original, COPIER).status == 409)
    check("a copy that waits is not deleted", api.delete(copy, COPIER).status == 409)
    check("copies wait with the options of what they copy", options_of(copy) == ["first"] * 2, options_of(copy))
    copied_again(api, plan, made[:2])
    psql("update permafrost.work_items set status = 'done', ended_at = now() where operation = 'copy' "
         "and status = 'waiting'")
    check("what was copied can be deleted", api.delete(made[2][0], COPIER).status == 200)


def options_of(name):
    return psql("select parameters->>'backup_name' from permafrost.work_items "
                f"where checkpoint_id = '{name}'").split()


def copied_again(api, plan, made):
    (_, good), (original, bad) = made
    api.came_to(good, "available")
    api.came_to(bad, "error")
    again = api.copy(plan, parameters={"OS::Cinder::Volume": {"backup_name": "second"}})
    check("only a copy that failed is made again", [a for a, _ in pairs(again)] == [original], again)
    check("with the options of the request", options_of(pairs(again)[0][1]) == ["second"] * 2)
    idle = api.copy(plan)
    check("and then there is nothing to do", idle.status == 200 and pairs(idle) == [], idle)
    wrong = api.copy(plan, parameters={"OS::Cinder::Volume": {"backup_name": 5}})
    check("options that do not fit are refused with the place",
          wrong.status == 400 and "$.copy.parameters" in wrong.text, wrong)


def copies_count(api):
    path = f"/quotas/{api.demo.project}"
    plan = api.plan(COPIER)
    names = [api.checkpoint(plan, "available", COPIER) for _ in range(2)]
    used = api.ask("GET", path + "/detail").json["quota"]["checkpoints"]["in_use"]
    api.ask("PUT", path, {"quota": {"checkpoints": used + 1}}, api.admin)
    try:
        reply = api.copy(plan)
        left = psql(f"select count(*) from permafrost.checkpoints where copy_of = any ('{{{','.join(names)}}}')")
        check("copies count, and are made all or none", reply.status == 413 and left == "0", f"{reply} {left}")
    finally:
        api.ask("DELETE", path, None, api.admin)


def with_copier(api):
    """Run the tests of copies with a provider that knows how to."""
    with provider_file(WORD, COPIER_FILE):
        copies(api)
        copies_count(api)


# ---- how much -----------------------------------------------------------------------------------

def long_plan(api, kinds):
    """What comes of a plan with a resource of each of these types, and how long that takes."""
    begun = time.monotonic()
    reply = api.ask("POST", "/plans", {"plan": {
        "name": WORD, "provider_id": INFRA, "parameters": {}, "resources": [
            {"id": f"r{n}", "type": kind, "name": ""} for n, kind in enumerate(kinds)]}})
    return reply, time.monotonic() - begun


def long_plans(api):
    reply, seconds = long_plan(api, ["OS::Cinder::Volume"] * 4000)
    check("a plan of thousands of resources is made quickly", reply.status == 200 and seconds < QUICK,
          f"{reply.status} {seconds}")
    reply, _ = long_plan(api, ["OS::Cinder::Volume"] * 10000)
    check("a plan of any number of resources is refused", reply.status == 400
          and "too many values" in reply.text, reply.status)
    reply, _ = long_plan(api, ["OS::Keystone::Project"] * 2000 + ["OS::Cinder::Volume"] * 2000)
    begun = time.monotonic()
    refused = api.protect(reply.json["plan"]["id"])
    seconds = time.monotonic() - begun
    check("a plan whose resources belong to each other too often is refused quickly",
          refused.status == 400 and "belong to others" in refused.text and seconds < QUICK,
          f"{refused.text[:200]} {seconds}")


# ---- what engines see ---------------------------------------------------------------------------

def notified(api):
    plan = api.plan()
    words = ["psql", "-XqAt", "-h", str((HOME / "run").resolve() / "postgres"), "-U", "permafrost", "permafrost"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as engine:
        engine.stdin.write("listen permafrost_work; select 'ready';\n")
        engine.stdin.flush()
        engine.stdout.readline()
        name = api.protect(plan).json["checkpoint"]["id"]
        told, _ = engine.communicate("select 'asked';\n", timeout=20)
    check("engines hear of new work when it is there", '"permafrost_work"' in told, told)
    work = psql("select n, resource_id, status, waits_for, job_id ~ '^[0-9a-f]{32}$' from permafrost.work_items "
                f"where checkpoint_id = '{name}' order by n")
    check("each resource is an item with the id of its job to be",
          work == f"0|{WORD}-a|waiting|{{}}|t\n1|{WORD}-b|waiting|{{}}|t", work)
    order = psql("explain (costs off) select * from permafrost.work_items "
                 "where status in ('waiting', 'running') order by created_at limit 10")
    check("and open work is found by its own index", "work_items_open" in order, order)


def clean():
    psql(f"""delete from permafrost.operation_logs where doc->>'plan_id' in
                 (select plan_id from permafrost.checkpoints where doc->'protection_plan'->>'name' = '{WORD}');
             delete from permafrost.checkpoints where doc->'protection_plan'->>'name' = '{WORD}';
             delete from permafrost.plans where name = '{WORD}'""")


def main(_):
    api = Protection()
    try:
        deletes(api)
        delete_and_reset(api)
        create_and_plan_change(api)
        create_and_plan_delete(api)
        quota(api)
        with_copier(api)
        long_plans(api)
        notified(api)
        check("nobody gets to see an error of the server", not api.bad, "\n".join(api.bad))
    finally:
        clean()


run(main)
