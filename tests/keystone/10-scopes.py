#!/usr/bin/python3
"""Tokens of every scope that a real Keystone gives out, and what each may do here."""

import setting
from common import check, run
from setting import admin, get, jobs, token_of


def refusals():
    reply = jobs(None, "0" * 32)
    check("without a token the answer is 401", reply.status == 401, reply)
    check("and names the Keystone that clients use",
          reply.headers["WWW-Authenticate"] == f'Keystone uri="{setting.URL}"',
          reply.headers["WWW-Authenticate"])
    for token in "x", "gAAAAAB" + "A" * 200, "eyJhbGciOiJFUzI1NiJ9.e30.AAAA", "pf_" + "a" * 43, \
            "é" * 20, "%00", "a" * 7000, "../../users":
        reply = jobs(token.encode().decode("latin-1"), "0" * 32)
        check(f"a made-up token ({token[:12]}..., {len(token)} characters) is 401",
              reply.status == 401, reply)
    check("the service serves no identity of its own",
          get("/identity/v3", None).status == 404, get("/identity/v3", None))


def of_projects(keystone, project):
    for user, name, reads, writes in (("demo", "demo", 200, 201), ("reader", "demo", 200, 403),
                                      ("local-admin", "demo", 200, 201), ("other", "other", 403, 403),
                                      ("demo", "spare", 403, 403)):
        token = token_of(user, project=name)
        reply = jobs(token, project)
        check(f"{user}, scoped to {name}, reads the jobs of demo: {reads}", reply.status == reads,
              reply)
        reply = setting.ask("POST", f"{setting.common.URL}/v2/{project}/clients",
                            {"client": {"client_id": f"scopes-{user}"}}, token)
        check(f"{user}, scoped to {name}, registers a client there: {writes}",
              reply.status == writes, reply)


def of_others(project):
    for scope in {"domain": "Default"}, {"system": True}, {}:
        user = "domain-admin" if "domain" in scope else "system-admin" if scope else "nobody"
        reply = jobs(token_of(user, **scope), project)
        check(f"a token of {user} with scope {scope or 'none'} sees no project's jobs: 403",
              reply.status == 403, reply)
        reply = get("/v1/jobs", token_of(user, **scope))
        check("nor those of version 1, where the token names the project", reply.status == 403,
              reply)


def of_trusts(keystone, project):
    """A trust is the demo user's right in the hands of another."""
    giver = setting.Keystone(setting.URL)
    giver.token, told = giver.log_in("demo", project="demo")
    trust = giver.ask("POST", "/OS-TRUST/trusts", {"trust": {
        "trustor_user_id": told["user"]["id"], "project_id": project, "impersonation": True,
        "trustee_user_id": keystone.find("users", "permafrost"),
        "roles": [{"name": "member"}]}}).json["trust"]
    token = token_of("permafrost", trust=trust["id"])
    reply = setting.ask("POST", f"{setting.common.URL}/v2/{project}/actions",
                        {"freezer_action": {"action": "exec"}}, token)
    check("a token for a trust may do what its roles may", reply.status == 201, reply)
    action = get(f"/v2/{project}/actions/{reply.json['action_id']}", token).json
    check("and acts as who gave the trust", action["user_id"] == told["user"]["id"], action)
    giver.ask("DELETE", f"/OS-TRUST/trusts/{trust['id']}")
    check("it ends with the trust",
          setting.common.wait_for(lambda: jobs(token, project).status == 401, 20), trust)


def main(_):
    keystone = admin()
    project = keystone.find("projects", "demo")
    refusals()
    of_projects(keystone, project)
    of_others(project)
    of_trusts(keystone, project)


run(main)
