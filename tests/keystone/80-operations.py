#!/usr/bin/python3
"""A scheduled operation runs when its user is not there: engines ask the cloud with a trust, which the
user gave when they made the operation, and which goes with it."""

import json
import uuid

import setting
from common import Api, check, psql, run, wait_for
from engine import INFRASTRUCTURE, MACHINES, PAST, Engine, Protected, half_a_day_away
from services import cloud, image_make, running, server, tokens, volume
from setting import Keystone, break_with, patient



class Story:
    """A user with a server in the cloud, and what Keystone knows of their trusts."""

    def __init__(self, keystone):
        self.keystone, self.fleet = keystone, Protected(INFRASTRUCTURE)
        self.trustee = keystone.find("users", "permafrost")
        self.web = server("web", image_make(self.fleet.freezer.token, "cirros"))
        self.data = volume("data", self.web["id"], "in-use")
        cloud("documents", {"servers": [self.web], "volumes": [self.data]})

    def plan(self):
        """A started plan of the server."""
        plan = self.fleet.api.make("plans", "plan", name=self.fleet.word, provider_id=INFRASTRUCTURE,
                                   parameters={}, resources=[{"type": "OS::Nova::Server", "name": "web",
                                                              "id": self.web["id"]}])["id"]
        self.fleet.plan_becomes(plan, "started")
        return plan

    def trusts(self):
        """By id, those of our user."""
        listed = self.keystone.ask("GET", f"/OS-TRUST/trusts?trustee_user_id={self.trustee}").json
        return {trust["id"]: trust for trust in listed["trusts"]
                if trust["trustor_user_id"] == self.fleet.api.user}

    def graph(self, checkpoint):
        """The ids of what it protects."""
        shown = self.fleet.api.ask("GET", self.fleet.path(checkpoint)).json["checkpoint"]
        return {node[1] for node in json.loads(shown["resource_graph"])[0].values()}

    def clear(self):
        self.fleet.clean()
        for trust in self.trusts():
            self.keystone.ask("DELETE", f"/OS-TRUST/trusts/{trust}")


def schedule(fleet, plan, token=None):
    """The reply to the POST of another operation."""
    trigger = fleet.api.make("triggers", "trigger_info", name=fleet.word, type="time", properties={
        "format": "crontab", "pattern": half_a_day_away(), "start_time": PAST})["id"]
    return setting.ask("POST", f"{fleet.api.base}/scheduled_operations", {"scheduled_operation": {
        "name": fleet.word, "operation_type": "protect", "trigger_id": trigger, "operation_definition": {
            "plan_id": plan, "provider_id": fleet.provider}}}, token or fleet.api.token)


# ---- given, and kept secret ---------------------------------------------------------------------

def given(story, plan):
    """The ids of a trigger, of its operation, and of the trust."""
    reply = schedule(story.fleet, str(uuid.uuid4()))
    check("an operation that is refused makes no trust", reply.status == 404 and not story.trusts(), reply)
    trigger, operation = story.fleet.operation(plan)
    known = story.trusts()
    if not check("an operation makes one trust", len(known) == 1, known):
        return None
    trust = story.keystone.ask("GET", f"/OS-TRUST/trusts/{[*known][0]}").json["trust"]
    check("from the user to the service user, for the project, with the roles of the user",
          (trust["trustee_user_id"], trust["project_id"], trust["impersonation"])
          == (story.trustee, story.fleet.api.project, True)
          and {role["name"] for role in trust["roles"]} == {"member", "reader"}, trust)
    story.fleet.operation(plan)
    check("another of the same user uses it again", story.trusts().keys() == known.keys())
    return trigger, operation, trust["id"]


def hidden(story, operation, trust):
    told = [story.fleet.api.ask("GET", path).text for path in (
        f"/scheduled_operations/{operation}", "/scheduled_operations?limit=1000", "/operation_logs?limit=1000")]
    told.append(setting.get(f"/data-protect/v1/{Api('local-admin').project}/scheduled_operations/{operation}",
                            Api("local-admin").token).text)
    check("nobody is told of it", not any(trust in text or "trust" in text for text in told), told)
    found = story.fleet.api.get(f"/scheduled_operations?operation_definition={trust[:8]}")["operations"]
    check("nor can find an operation by a piece of it", found == [], found)


# ---- used ---------------------------------------------------------------------------------------

def is_carried_out(fleet, operation):
    """Agents are played until the last run has come to a good end."""
    def ended():
        fleet.report_all()
        return fleet.runs(operation)[-1][0] == "succeeded"
    return wait_for(ended, 60)


def runs(story, trigger, operation, trust, engine):
    fleet = story.fleet
    cloud("mode", {})
    fleet.due(trigger, "40 seconds")     # each of these tests names a later instant, however fast it is
    started = wait_for(lambda: [row for row in fleet.runs(operation) if row[0] == "started"], 90)
    if not check("the engine makes the checkpoint", started, f"{fleet.runs(operation)}\n{engine.said()}"):
        return
    checkpoint = started[0][1]
    check("which holds what is in the cloud now", story.graph(checkpoint) == {
        story.web["id"], story.data["id"], story.web["image"]["id"]}, story.graph(checkpoint))
    used = tokens()
    told = story.keystone.ask("GET", "/auth/tokens", headers={"X-Subject-Token": used[-1]}).json["token"]
    check("asked for with the rights of the user, by the trust", used and told["user"]["id"] == fleet.api.user
          and told["OS-TRUST:trust"]["id"] == trust, told)
    check("the jobs go to a central scheduler, and the checkpoint becomes available",
          is_carried_out(fleet, operation) and fleet.status(checkpoint) == "available",
          f"{fleet.logs(checkpoint)}\n{engine.said()}")


def waits(story, trigger, operation, engine):
    """A service of the cloud is away when the operation is due."""
    fleet, machines = story.fleet, Protected(MACHINES)
    machines.register()
    try:
        cloud("mode", {"status": 500})
        fleet.due(trigger, "30 seconds")
        put_off = wait_for(lambda: "compute" in fleet.runs(operation)[-1][2] and fleet.runs(operation)[-1])
        check("while a service is away the run waits, and says for what", put_off and put_off[0] == "due",
              f"{fleet.runs(operation)}\n{engine.said()}")
        plan = machines.plan()
        machines.plan_becomes(plan, "started")
        other_trigger, other = machines.operation(plan)
        machines.due(other_trigger)
        check("which holds up nobody else", wait_for(
            lambda: machines.runs(other) and machines.runs(other)[0][0] == "started"), machines.runs(other))
        cloud("mode", {})
        psql("update permafrost.operation_runs set next_try = now() where state = 'due'")
        check("and begins when the service is back", wait_for(
            lambda: fleet.runs(operation)[-1][0] == "started", 60), f"{fleet.runs(operation)}\n{engine.said()}")
        is_carried_out(fleet, operation)
    finally:
        machines.clean()


def gives_up(story, trigger, operation, engine):
    cloud("mode", {"status": 500})
    story.fleet.due(trigger, "20 seconds")
    wait_for(lambda: story.fleet.runs(operation)[-1][2])
    psql("update permafrost.operation_runs set next_try = now(), tries = 7 where state = 'due'")
    last = wait_for(lambda: (row := story.fleet.runs(operation)[-1])[0] == "failed" and row, 60)
    check("what waited long enough has failed, with the reason", last and "compute" in last[2],
          f"{story.fleet.runs(operation)}\n{engine.said()}")
    cloud("mode", {})


def taken_back(story, trigger, operation, trust, engine):
    story.keystone.ask("DELETE", f"/OS-TRUST/trusts/{trust}", token=story.fleet.api.token)
    story.fleet.due(trigger, "10 seconds")
    last = wait_for(lambda: (row := story.fleet.runs(operation)[-1])[0] == "failed" and "trust" in row[2] and row)
    check("when the user took the trust back, the run fails and says so", last,
          f"{story.fleet.runs(operation)}\n{engine.said()}")


# ---- given back ---------------------------------------------------------------------------------

def deleted(story, plan):
    reply = schedule(story.fleet, plan)
    renewed = story.trusts()
    check("the next operation mends it for all", reply.status == 200 and len(renewed) == 1, renewed)
    mine = story.fleet.api.get(f"/scheduled_operations?name={story.fleet.word}")["operations"]
    for operation in mine[:-1]:
        story.fleet.api.ask("DELETE", f"/scheduled_operations/{operation['id']}")
    check("it stays while an operation uses it", story.trusts().keys() == renewed.keys())
    local = Api("local-admin")
    reply = setting.ask("DELETE", f"{story.fleet.api.base}/scheduled_operations/{mine[-1]['id']}",
                        token=local.token)
    check("and goes with the last, whoever deletes it", reply.status == 200
          and wait_for(lambda: not story.trusts(), 20), story.trusts())


def refused(story, plan):
    """A user of whom Keystone takes no trust, and a Keystone that is away."""
    mine = Keystone(setting.URL)
    mine.token, told = mine.log_in("demo", project="demo")
    user = told["user"]["id"]
    made = mine.ask("POST", f"/users/{user}/application_credentials", {
        "application_credential": {"name": story.fleet.word}}).json["application_credential"]
    token = setting.ask("POST", f"{setting.URL}/auth/tokens", {"auth": {"identity": {
        "methods": ["application_credential"], "application_credential": {
            "id": made["id"], "secret": made["secret"]}}}}).headers["X-Subject-Token"]
    reply = schedule(story.fleet, plan, token)
    check("who may give no trust is told so: 422", reply.status == 422 and "trust" in reply.text, reply)
    mine.ask("DELETE", f"/users/{user}/application_credentials/{made['id']}")
    break_with()
    patient(lambda: story.fleet.api.ask("GET", "/plans?limit=1"))
    before = psql("select count(*) from permafrost.scheduled_operations")
    trigger = story.fleet.api.get(f"/triggers?name={story.fleet.word}")["triggers"][0]["id"]
    break_with(status=503)
    reply = story.fleet.api.ask("POST", "/scheduled_operations", {"scheduled_operation": {
        "name": story.fleet.word, "operation_type": "protect", "trigger_id": trigger,
        "operation_definition": {"plan_id": plan, "provider_id": INFRASTRUCTURE}}})
    check("while Keystone is away it is 503 with Retry-After, and no operation",
          reply.status == 503 and reply.headers["Retry-After"]
          and psql("select count(*) from permafrost.scheduled_operations") == before, reply)
    break_with()


def patient_engine(work):
    """A Glance that was just started takes its time."""
    engine = Engine(work)
    engine.environment["PERMAFROST_CLOUD_REQUEST_TIMEOUT"] = "60"
    return engine


def tell(work, story):
    plan = story.plan()
    known = given(story, plan)
    if known is None:
        return
    trigger, operation, trust = known
    hidden(story, operation, trust)
    with patient_engine(work) as engine:
        runs(story, trigger, operation, trust, engine)
        waits(story, trigger, operation, engine)
        gives_up(story, trigger, operation, engine)
        taken_back(story, trigger, operation, trust, engine)
    deleted(story, plan)
    refused(story, plan)


def main(work):
    with running() as keystone:
        story = Story(keystone)
        story.clear()
        try:
            with setting.central_client(story.fleet.word):
                tell(work, story)
        finally:
            story.clear()


run(main)
