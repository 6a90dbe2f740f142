#!/usr/bin/python3
"""An application credential with access rules, of a real Keystone: what a machine that only polls and reports
needs, and not a request more. Which paths fit a rule is decided as OpenStack's keystonemiddleware decides it."""

import contextlib
import itertools
import subprocess
import uuid

from keystonemiddleware.auth_token import _path_matches

import setting
from common import URL, check, run, wait_for
from people import REGION
from setting import get, token_of

# what a machine's credential may look like, in the words of the APIs' documentation
MACHINE = [{"service": "backup", "method": "GET", "path": "/v2/{project_id}/jobs"},
           {"service": "backup", "method": "POST", "path": "/v2/*/backups"},
           {"service": "data-protect", "method": "GET", "path": "/v1/*/plans/**"}]
PATTERNS = ["/v2/{p}/jobs", "/v2/*/jobs", "/v2/*", "/v2/**", "/**", "/v2/{project_id}/{what}", "/v2/**/jobs",
            "/v2/*/j*s", "/*", "/v2/{p}/jobs/*", "/v2/{p}/jobs/**", "/v2/*/jobs**", "/*/*/*", "/v2/jobs"]
PATHS = ["/v2/{p}/jobs", "/v2/{p}/jobs/", "/v2/{p}/jobs/nothing", "/v2/{p}/clients", "/v2/{p}/jobs/a%2Fb"]


class Giver:
    """The user demo, who lends rights out."""

    def __init__(self):
        self.keystone = setting.Keystone(setting.URL)
        self.keystone.token, told = self.keystone.log_in("demo", project="demo")
        self.home = f"/users/{told['user']['id']}/application_credentials"
        self.project, self.numbers = told["project"]["id"], itertools.count()

    @contextlib.contextmanager
    def credential(self, rules):
        rules = {} if rules is None else {"access_rules": rules}
        made = self.keystone.ask("POST", self.home, {"application_credential": {
            "name": f"rules-{next(self.numbers)}", **rules}}).json["application_credential"]
        try:
            yield made
        finally:
            self.keystone.ask("DELETE", f"{self.home}/{made['id']}")

    @contextlib.contextmanager
    def token(self, rules):
        with self.credential(rules) as made:
            reply = self.keystone.ask("POST", "/auth/tokens", {"auth": {"identity": {
                "methods": ["application_credential"],
                "application_credential": {"id": made["id"], "secret": made["secret"]}}}})
            yield reply.headers["X-Subject-Token"]


def machine(giver):
    home = f"/v2/{giver.project}"
    with giver.token(MACHINE) as token:
        reply = get(f"{home}/jobs", token)
        check("a credential may be used for what its rules name", reply.status == 200, reply)
        check("again, from what is remembered",
              {get(f"{home}/jobs", token).status for _ in range(20)} == {200})
        backup = {"backup_name": "rules", "container": "c", "hostname": "h", "time_stamp": 1}
        reply = setting.ask("POST", f"{URL}{home}/backups", backup, token)
        check("also to write", reply.status == 201, reply)
        reply = get(f"{home}/backups", token)
        check("another method of that path is 403, and says why",
              reply.status == 403 and "access rules" in reply.text and "GET" in reply.text, reply)
        check("so is another path", get(f"{home}/clients", token).status == 403)
        check("and that of another API", get("/v1/jobs", token).status == 403)
        check("each time", {get(f"{home}/clients", token).status for _ in range(20)} == {403})
        reply = get(f"/data-protect/v1/{giver.project}/plans/{uuid.uuid4()}", token)
        check("a rule of the other service is of its API's paths", reply.status == 404, reply)
        reply = get(f"/data-protect/v1/{giver.project}/providers", token)
        check("and of no more", reply.status == 403 and "access rules" in reply.text, reply)
        reply = get(f"{home}/clients", token, headers={"X-Service-Token": token_of("nova", project="service")})
        check("a service that acts for its user may do what it must", reply.status == 200, reply)
    check("the token ends with the credential", wait_for(lambda: get(f"{home}/jobs", token).status == 401, 20))


def openstack(credential, *words):
    """The real client, logged in with a credential."""
    environment = {"PATH": "/usr/bin:/bin", "OS_AUTH_URL": setting.URL, "OS_AUTH_TYPE": "v3applicationcredential",
                   "OS_APPLICATION_CREDENTIAL_ID": credential["id"], "OS_REGION_NAME": REGION,
                   "OS_APPLICATION_CREDENTIAL_SECRET": credential["secret"]}
    done = subprocess.run(["openstack", "data", "protection", *words], env=environment, capture_output=True,
                          text=True, timeout=120, check=False)
    return done.returncode, done.stdout + done.stderr


def client(giver):
    with giver.credential([{"service": "data-protect", "method": "GET", "path": "/v1/**"}]) as credential:
        status, told = openstack(credential, "plan", "list")
        check("openstack logs in with a credential, and lists what its rules name", status == 0, told)
        status, told = openstack(credential, "checkpoint", "create", str(uuid.uuid4()), str(uuid.uuid4()))
        check("and may not create with one that only reads", status != 0 and "access rules" in told, told)


def unrestricted(giver):
    with giver.token(None) as token:
        reply = get(f"/v2/{giver.project}/clients", token)
        check("a credential without rules may do what its roles may", reply.status == 200, reply)


def patterns(giver):
    """Each pattern against each path, beside keystonemiddleware."""
    wrong, allowed = [], 0
    for pattern in PATTERNS:
        with giver.token([{"service": "backup", "method": "GET", "path": pattern}]) as token:
            for path in PATHS:
                path = path.format(p=giver.project)
                # with a slash at its end or without, it is the same path here
                fits = _path_matches(path.rstrip("/"), pattern) is not None
                allowed += fits
                reply = get(path, token)
                if (reply.status == 403) == fits:
                    wrong.append(f"{pattern}: {path}: {reply.status}, keystonemiddleware says {fits}")
    check(f"{len(PATTERNS) * len(PATHS)} answers are those of keystonemiddleware, which allows {allowed}", not wrong,
          "\n".join(wrong))


def main(_):
    giver = Giver()
    machine(giver)
    client(giver)
    unrestricted(giver)
    patterns(giver)


run(main)
