#!/usr/bin/python3
"""Triggers know when they fire next, and no operation is ever left without its plan or trigger."""

import random
import uuid
from datetime import datetime, timedelta, timezone

from common import at_once, check, psql, run
from karbor import DataProtect

OWN = "sched" + uuid.uuid4().hex[:8]    # the name of all that is ours
PROVIDER = "cf56bd3e-97a7-4078-b6d5-f36246333fd9"
PAST = "2026-01-01 08:30:00"
OVERDUE = "2026-01-01 02:00:00+00"
ROUNDS, AT_ONCE = 12, 8
SEED = random.randrange(2**32)
DICE = random.Random(SEED)


def properties(pattern="0 2 * * *", **others):
    return {"format": "crontab", "pattern": pattern, "start_time": PAST, **others}


def next_at(trigger):
    """What psql shows of it: a time, or None."""
    found = psql("set timezone to 'UTC'; select next_at from permafrost.triggers "
                 f"where id = '{trigger['id']}';")
    return datetime.fromisoformat(found + ":00") if found else None


def tomorrow(hour):
    """The next time at which it is that hour."""
    now = datetime.now(timezone.utc)
    today = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today > now else today + timedelta(days=1)


def make_trigger(api, **changes):
    return api.make("triggers", "trigger_info", name=OWN, type="time",
                    properties=properties(**changes))


def change(api, trigger, **members):
    return api.ask("PUT", f"/triggers/{trigger['id']}", {"trigger_info": members})


def the_next_firing_is_known(api):
    trigger, before = make_trigger(api), tomorrow(2)
    check("a new trigger has the time at which it fires next",
          next_at(trigger) in (before, tomorrow(2)), next_at(trigger))
    over = make_trigger(api, end_time="2026-02-01 00:00:00")
    check("a trigger whose time is over has none", next_at(over) is None, next_at(over))
    later = make_trigger(api, start_time="2035-05-05T05:00:00")
    check("a trigger fires from its start on",
          next_at(later) == datetime(2035, 5, 6, 2, tzinfo=timezone.utc), next_at(later))
    change(api, trigger, properties=properties("0 3 * * *"))
    check("a change of the pattern changes it", next_at(trigger) == tomorrow(3), next_at(trigger))
    change(api, trigger, properties=properties(end_time="2026-02-01 00:00:00"))
    check("a change that ends a trigger removes it", next_at(trigger) is None, next_at(trigger))
    refused = change(api, later, properties=properties("* * * * *"))
    check("a change that is refused leaves it alone", refused.status == 400
          and next_at(later) == datetime(2035, 5, 6, 2, tzinfo=timezone.utc), refused)


def what_is_due_stays_due(api):
    trigger = make_trigger(api)
    psql(f"update permafrost.triggers set next_at = '{OVERDUE}' where id = '{trigger['id']}';")
    due = datetime.fromisoformat(OVERDUE + ":00")
    change(api, trigger, name=f"{OWN}2")
    check("a new name leaves a firing alone that is due", next_at(trigger) == due)
    change(api, trigger, properties=properties())
    check("properties that say the same leave it alone", next_at(trigger) == due)
    change(api, trigger, properties=properties(window=1200))
    check("properties that say something else do not", next_at(trigger) == tomorrow(2))


def what_is_due_is_found_by_an_index():
    plan = psql("set enable_seqscan = off; explain select id from permafrost.triggers "
                "where next_at <= now() order by next_at limit 10;")
    check("what is due is found by an index", "triggers_due" in plan, plan)


def make_operation(api, plan, trigger):
    return api.ask("POST", "/scheduled_operations", {"scheduled_operation": {
        "name": OWN, "operation_type": "protect", "trigger_id": trigger["id"],
        "operation_definition": {"plan_id": plan["id"], "provider_id": PROVIDER}}})


def a_race(api):
    """Operations are made while their plan and trigger are being deleted; what each call got."""
    plan = api.make("plans", "plan", name=OWN, provider_id=PROVIDER, parameters={}, resources=[
        {"id": "r1", "type": "OS::Nova::Server", "name": "web"}])
    trigger = make_trigger(api)
    calls = [lambda: make_operation(api, plan, trigger)] * AT_ONCE
    calls += [lambda: api.ask("DELETE", f"/plans/{plan['id']}"),
              lambda: api.ask("DELETE", f"/triggers/{trigger['id']}")]
    DICE.shuffle(calls)
    return [reply.status for reply in at_once(calls)]


def nothing_is_orphaned(api):
    statuses = [status for _ in range(ROUNDS) for status in a_race(api)]
    told = {status: statuses.count(status) for status in sorted(set(statuses))}
    check("operations and deletions at the same moment are done or refused",
          set(told) <= {200, 404, 409, 424} and 200 in told, told)
    print(f"# their order was of seed {SEED}")
    orphans = psql(f"""
        select count(*) from permafrost.scheduled_operations as operation
         where name = '{OWN}' and (
               not exists (select from permafrost.plans as plan
                            where plan.project_id = operation.project_id
                              and plan.id = operation.doc->'operation_definition'->>'plan_id')
            or not exists (select from permafrost.triggers as trigger
                            where trigger.project_id = operation.project_id
                              and trigger.id = operation.doc->>'trigger_id'));""")
    check("no operation is left without its plan or trigger", orphans == "0", orphans)


def clean(api):
    """Operations first: they keep the others."""
    for collection, items in (("scheduled_operations", "operations"), ("triggers", "triggers"),
                              ("plans", "plans")):
        while found := api.get(f"/{collection}?name={OWN}")[items]:
            for document in found:
                api.ask("DELETE", f"/{collection}/{document['id']}")


def main(work):
    api = DataProtect("demo")
    try:
        the_next_firing_is_known(api)
        what_is_due_stays_due(api)
        what_is_due_is_found_by_an_index()
        nothing_is_orphaned(api)
    finally:
        clean(api)


run(main)
