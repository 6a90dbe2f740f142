#!/usr/bin/python3
"""What is believed without asking Keystone, and for how long."""

import time

from setting import (CACHE_TIME, admin, ask_all_workers, break_with, count, jobs, patient, start,
                     token_of)
from common import check, run, wait_for, workers


def warm(token, project):
    break_with()
    ask_all_workers(token, project)
    asked, allowed = count(), len(workers())
    check("a token is validated once by each worker", 1 <= asked <= allowed, f"{asked} times")
    break_with()
    statuses = {jobs(token, project).status for _ in range(100)}
    check("a hundred requests later Keystone was not asked again", count() == 0, count())
    check("and all of them were answered", statuses == {200}, statuses)


def negative(project):
    break_with()
    for _ in range(3):
        ask_all_workers("gAAAAAmade-up", project)
    check("a token that does not count is asked for once by each worker",
          1 <= count() <= len(workers()), count())


BOUND = 30      # seconds: CACHE_TIME with room for a slow machine; far less than any token lives


def ends_within(phrase, token, project):
    """The token worked a moment ago; until when it does is bounded."""
    begin = time.monotonic()
    ended = wait_for(lambda: {jobs(token, project).status for _ in range(6)} == {401}, BOUND)
    took = time.monotonic() - begin
    check(f"{phrase}, within token_cache_time", ended, f"still counts after {took:.1f} s, with {CACHE_TIME} s of belief")


def ended(keystone, project):
    """What ends a token, all at once; then each is put right again."""
    reader, other = keystone.find("users", "reader"), keystone.find("users", "other")
    spare, others = keystone.find("projects", "spare"), keystone.find("projects", "other")
    role = f"/projects/{others}/users/{other}/roles/{keystone.find('roles', 'member')}"
    tokens = [(token_of("demo", project="demo"), project), (token_of("reader", project="demo"), project),
              (token_of("demo", project="spare"), spare), (token_of("other", project="other"), others)]
    for token, where in tokens:
        ask_all_workers(token, where)
    keystone.revoke(tokens[0][0])
    keystone.change("users", reader, enabled=False)
    keystone.change("projects", spare, enabled=False)
    keystone.ask("DELETE", role)
    ends_within("a revoked token ends", *tokens[0])
    ends_within("so do those of a disabled user", *tokens[1])
    ends_within("and those for a disabled project", *tokens[2])
    ends_within("and those for a project that the user has left", *tokens[3])
    keystone.change("users", reader, enabled=True)
    keystone.change("projects", spare, enabled=True)
    keystone.ask("PUT", role)
    again = jobs(token_of("other", project="other"), others)
    check("a token given out afterwards works", again.status == 200, again)


def kinds(project):
    """Fernet and JWS are the same to us: text that Keystone knows."""
    start("--tokens", "jws")
    token = token_of("demo", project="demo")
    check("Keystone gives out JWS tokens", token.count(".") == 2, token[:20])
    # Keystone was started a moment ago, and may be slow yet
    reply = patient(lambda: jobs(token, project))
    check("a JWS token is as good as one of Fernet", reply and reply.status == 200, reply)
    forged = token.rsplit(".", 1)[0] + "." + "A" * 86
    reply = patient(lambda: jobs(forged, project))
    check("one with another signature is not", reply and reply.status == 401, reply)
    admin().revoke(token)
    ends_within("a revoked JWS token ends", token, project)
    start()


def main(_):
    keystone = admin()
    project = keystone.find("projects", "demo")
    warm(token_of("demo", project="demo"), project)
    negative(project)
    ended(keystone, project)
    kinds(project)


run(main)
