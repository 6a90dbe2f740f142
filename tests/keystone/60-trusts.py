#!/usr/bin/python3
"""A central scheduler runs the jobs of all projects, each with a trust of who wrote the job."""

import setting
from setting import Keystone, admin, break_with, count, patient, token_of
from common import Api, check, psql, run, wait_for

CLIENT = "central-node"
MAKE = "POST /v3/OS-TRUST/trusts"


def job(client=CLIENT, command="true", **more):
    return {"client_id": client, "job_schedule": {}, "job_actions": [
        {"freezer_action": {"action": "exec", "command": command}}], **more}


class Trusts:
    """What Keystone knows of the trusts for our service user."""

    def __init__(self, keystone):
        self.keystone, self.trustee = keystone, keystone.find("users", "permafrost")

    def all(self):
        """By id."""
        listed = self.keystone.ask("GET", f"/OS-TRUST/trusts?trustee_user_id={self.trustee}").json
        return {trust["id"]: trust for trust in listed["trusts"]}

    def count_is(self, number):
        return wait_for(lambda: len(self.all()) == number, 20)


def seen(api, job_id, project):
    """user_credentials as that caller sees them."""
    return setting.get(f"/v2/{project}/jobs/{job_id}", api.token).json.get("user_credentials")


def clear(demo, service, keystone, trusts):
    service.ask("DELETE", f"/clients/{CLIENT}")     # first: demo sees it, but can't delete it
    demo.clean(CLIENT)
    for trust in trusts.all():
        keystone.ask("DELETE", f"/OS-TRUST/trusts/{trust}", token=token_of("admin", project="admin"))


def central(service):
    reply = service.ask("POST", "/clients", {"client": {
        "client_id": CLIENT, "hostname": CLIENT, "is_central": True}})
    check("a service registers a central client", reply.status == 201, reply)


def made(demo, service, trusts):
    """The first job of a user makes a trust, the second uses it again."""
    posted = job(user_credentials={"trust_id": "f" * 32, "trustor_user_id": "f" * 32})
    first = demo.create("job", posted)
    known = trusts.all()
    check("a job for a central client makes one trust", len(known) == 1, known)
    credentials = seen(service, first, demo.project)
    check("the service sees it with the job, and nothing that the body said",
          credentials == {"trust_id": [*known][0], "trustor_user_id": demo.user}, credentials)
    trust = trusts.keystone.ask("GET", f"/OS-TRUST/trusts/{[*known][0]}",
                                token=demo.token).json["trust"]
    check("it is from the caller to the service user, for the project",
          (trust["trustor_user_id"], trust["trustee_user_id"], trust["project_id"])
          == (demo.user, trusts.trustee, demo.project), trust)
    roles = {role["name"] for role in trust["roles"]}
    check("with the roles of the caller, to act for the caller, and no further",
          roles == {"member", "reader"} and trust["impersonation"]
          and not trust.get("redelegation_count"), trust)
    second = demo.create("job", job())
    check("the next job of the same user uses it again",
          len(trusts.all()) == 1 and seen(service, second, demo.project) == credentials)
    return first, second, credentials


def hidden(demo, service, first, trust_id):
    for name in "demo", "reader":
        api = Api(name)
        check(f"{name} does not see a trust with the job", seen(api, first, demo.project) is None)
        listed = api.ask("GET", "/jobs").text
        check(f"nor does {name} in lists", trust_id not in listed and "user_credentials" not in listed)
        found = api.ask("GET", "/jobs", {"match": [{"_all": trust_id[:8]}]}).json["jobs"]
        check(f"nor can {name} find a job by a piece of it", found == [], found)
    listed = setting.get("/v2/" + service.project + "/jobs?all_projects=true&limit=1000",
                         service.token).json
    with_trust = [one for one in listed["jobs"] if one["job_id"] == first]
    check("the service finds it in the list of all projects",
          with_trust and with_trust[0]["user_credentials"]["trust_id"] == trust_id, with_trust)


def acts(demo, trust_id):
    """The point of it all."""
    token = token_of("permafrost", trust=trust_id)
    reply = setting.ask("POST", f"{demo.base}/backups", {
        "backup_name": CLIENT, "container": CLIENT, "hostname": CLIENT}, token)
    check("with the trust, the scheduler writes a backup in the user's project",
          reply.status == 201, reply)
    shown = demo.get(f"/backups/{reply.json['backup_id']}")
    check("as the user", shown["user_id"] == demo.user, shown)


def survives(demo, service, first, credentials):
    """Whoever writes back what was read changes no trust."""
    whole = setting.get(f"/v2/{demo.project}/jobs/{first}", service.token).json
    break_with()
    reply = demo.ask("PATCH", f"/jobs/{first}", whole)
    check("a PATCH with what the service was shown is 200", reply.status == 200, reply)
    reply = demo.ask("PATCH", f"/jobs/{first}", {"job_schedule": {"status": "running"},
                                                "user_credentials": {"trust_id": "0" * 32}})
    check("so is one that claims another trust", reply.status == 200, reply)
    check("neither changes the trust", seen(service, first, demo.project) == credentials)
    check("nor asks Keystone for one", count(MAKE) == 0)


def other_writer(demo, service, trusts, first, credentials):
    """A job runs with the rights of who said last what it does."""
    local = Api("local-admin")
    reply = local.ask("PATCH", f"/jobs/{first}", {"description": "of another"})
    check("who changes only the description lends no trust",
          reply.status == 200 and seen(service, first, demo.project) == credentials, reply)
    reply = local.ask("PATCH", f"/jobs/{first}", {"job_actions": job(command="false")["job_actions"]})
    check("who changes the actions of another's job lends their own",
          reply.status == 200 and seen(service, first, demo.project)["trustor_user_id"] == local.user,
          seen(service, first, demo.project))
    reply = demo.ask("PATCH", f"/jobs/{first}", {"job_actions": job()["job_actions"]})
    check("and it goes back to the first when they change them again",
          seen(service, first, demo.project) == credentials, reply)
    check("the job still says who made it", demo.get(f"/jobs/{first}")["user_id"] == demo.user)
    gone = psql(f"update permafrost.trusts set created_at = now() - interval '2 hours' "
                f"where user_id = '{local.user}' returning 1")
    check("the trust that nobody uses is known", gone == "1", gone)


def lost(demo, service, trusts, first, second, credentials):
    """The user takes the trust back at Keystone; the next job mends it for all."""
    trusts.keystone.ask("DELETE", f"/OS-TRUST/trusts/{credentials['trust_id']}", token=demo.token)
    third = demo.create("job", job())
    now = {seen(service, one, demo.project)["trust_id"] for one in (first, second, third)}
    check("a trust that is gone at Keystone is made anew for all jobs that had it",
          len(now) == 1 and now.isdisjoint({credentials["trust_id"]}) and now <= set(trusts.all()), now)
    return third


def deleted(demo, trusts, jobs):
    mine = {ident for ident, trust in trusts.all().items() if trust["trustor_user_id"] == demo.user}
    for one in jobs[:-1]:
        demo.ask("DELETE", f"/jobs/{one}")
    check("the trust stays while a job uses it", mine <= set(trusts.all()))
    reply = demo.ask("DELETE", f"/jobs/{jobs[-1]}")
    check("it is deleted with the last job",
          reply.status == 204 and wait_for(lambda: not mine & set(trusts.all()), 20), trusts.all())


def away_from(demo):
    """Keystone is away from now on, and the user's token is a new one, believed for a while."""
    break_with()
    demo.token = token_of("demo", project="demo")
    patient(lambda: demo.ask("GET", "/jobs"))
    break_with(status=503)


def away(demo, trusts):
    one = demo.create("job", job())
    mine = set(trusts.all())
    away_from(demo)
    reply = demo.ask("POST", "/jobs", job())
    check("with Keystone away, a job that needs a trust is 503 with Retry-After",
          reply.status == 503 and reply.headers["Retry-After"], reply)
    away_from(demo)
    reply = demo.ask("POST", "/jobs", job(client=""))
    check("one that needs none is made", reply.status == 201, reply)
    away_from(demo)
    reply = demo.ask("DELETE", f"/jobs/{one}")
    check("a job is deleted all the same", reply.status == 204, reply)
    check("its trust is put down to be given back",
          wait_for(lambda: psql("select count(*) from permafrost.trusts_released") != "0"))
    break_with()
    psql("update permafrost.trusts_released set next_try = now()")
    another = patient(lambda: demo.ask("POST", "/jobs", job())).json["job_id"]
    check("and is given back when Keystone answers again", wait_for(
        lambda: demo.ask("DELETE", f"/jobs/{another}").status == 204
        and not mine & set(trusts.all()), 60, 1), trusts.all())
    check("nothing is left over", wait_for(
        lambda: psql("select count(*) from permafrost.trusts_released") == "0", 20, 1))


def refused(keystone):
    """A user of whom Keystone takes no trust: with an application credential."""
    mine = Keystone(setting.URL)
    mine.token, told = mine.log_in("demo", project="demo")
    user = told["user"]["id"]
    made = mine.ask("POST", f"/users/{user}/application_credentials",
                    {"application_credential": {"name": CLIENT}}).json["application_credential"]
    token = setting.ask("POST", f"{setting.URL}/auth/tokens", {"auth": {"identity": {
        "methods": ["application_credential"], "application_credential": {
            "id": made["id"], "secret": made["secret"]}}}}).headers["X-Subject-Token"]
    path = f"{setting.common.URL}/v2/{told['project']['id']}/jobs"
    reply = setting.ask("POST", path, job(), token)
    check("who may give no trust is told so: 422",
          reply.status == 422 and reply.json["title"] == "Missing required credentials", reply)
    reply = setting.ask("POST", path, job(client=""), token)
    check("but may have jobs that need none", reply.status == 201, reply)
    mine.ask("DELETE", f"/users/{user}/application_credentials/{made['id']}")


def story(keystone, trusts, demo, service):
    central(service)
    first, second, credentials = made(demo, service, trusts)
    hidden(demo, service, first, credentials["trust_id"])
    acts(demo, credentials["trust_id"])
    survives(demo, service, first, credentials)
    other_writer(demo, service, trusts, first, credentials)
    third = lost(demo, service, trusts, first, second, credentials)
    deleted(demo, trusts, [first, second, third])
    away(demo, trusts)
    refused(keystone)


def main(_):
    keystone = admin()
    trusts, demo, service = Trusts(keystone), Api("demo"), Api("permafrost")
    clear(demo, service, keystone, trusts)
    try:
        story(keystone, trusts, demo, service)
    finally:
        break_with()
        clear(demo, service, keystone, trusts)


run(main)
