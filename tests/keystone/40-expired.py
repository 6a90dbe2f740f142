#!/usr/bin/python3
"""Tokens whose time is over, and the service that may speak for their users all the same."""

import time

from setting import admin, ask_all_workers, jobs, patient, start, token_of
from common import check, run

LIFETIME = 15


def with_service(token, project, service):
    return jobs(token, project, headers={"X-Service-Token": service})


def begins_anew(project, *words):
    """Keystone with other options; a worker that it failed meanwhile asks again, about another token."""
    start(*words)
    patient(lambda: jobs(token_of("reader", project="demo"), project))


def answered(phrase, status, call):
    reply = patient(call)
    check(phrase, reply and reply.status == status, reply or call())


def main(_):
    keystone = admin()
    project = keystone.find("projects", "demo")
    begins_anew(project, "--lifetime", str(LIFETIME))
    token, begun = token_of("demo", project="demo"), time.monotonic()
    answered("a token works while it is valid", 200, lambda: jobs(token, project))
    time.sleep(max(0, begun + LIFETIME - 4 - time.monotonic()))
    ask_all_workers(token, project)     # what they believe lasts longer than the token
    time.sleep(max(0, begun + LIFETIME + 1 - time.monotonic()))
    answered("an expired token is 401, though it was believed a moment ago", 401, lambda: jobs(token, project))
    begins_anew(project)
    nova, other = token_of("nova", project="service"), token_of("other", project="other")
    answered("with the token of a service beside it, it counts", 200, lambda: with_service(token, project, nova))
    answered("but not without it afterwards", 401, lambda: jobs(token, project))
    answered("nor with a token of somebody who is no service", 401, lambda: with_service(token, project, other))
    answered("nor with one that is made up", 401, lambda: with_service(token, project, "made-up"))
    answered("a service's token lends its user no right", 403, lambda: with_service(other, project, nova))


run(main)
