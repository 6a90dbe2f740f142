#!/usr/bin/python3
"""Tokens whose time is over, and the service that may speak for their users all the same."""

import time

from setting import admin, jobs, start, token_of
from common import check, run

LIFETIME = 5


def with_service(token, project, service):
    return jobs(token, project, headers={"X-Service-Token": service})


def main(_):
    keystone = admin()
    project = keystone.find("projects", "demo")
    start("--lifetime", str(LIFETIME))
    token = token_of("demo", project="demo")
    check("a token works while it is valid", jobs(token, project).status == 200)
    time.sleep(LIFETIME + 1)
    start()
    reply = jobs(token, project)
    check("an expired token is 401, though it was believed a moment ago", reply.status == 401, reply)
    reply = with_service(token, project, token_of("nova", project="service"))
    check("with the token of a service beside it, it counts", reply.status == 200, reply)
    reply = jobs(token, project)
    check("but not without it afterwards", reply.status == 401, reply)
    reply = with_service(token, project, token_of("other", project="other"))
    check("nor with a token of somebody who is no service", reply.status == 401, reply)
    reply = with_service(token, project, "made-up")
    check("nor with one that is made up", reply.status == 401, reply)
    reply = with_service(token_of("other", project="other"), project, token_of("nova", project="service"))
    check("a service's token lends its user no right", reply.status == 403, reply)


run(main)
