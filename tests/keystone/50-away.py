#!/usr/bin/python3
"""Keystone is away, slow, or talks nonsense."""

import time

from setting import admin, ask_all_workers, break_with, jobs, patient, start, token_of, up
from common import at_once, check, run, settings, wait_for, workers

#         what Keystone does          how the proxy does it
TROUBLES = [("refuses connections", {"refuse": True}),
            ("never answers", {"hang": True}),
            ("answers 500", {"status": 500}),
            ("answers 503", {"status": 503}),
            ("answers a page", {"status": 200, "body": "<html>maintenance</html>"}),
            ("answers an empty object", {"status": 200, "body": "{}"}),
            ("answers a token of the wrong types", {"status": 200, "body":
                                                    '{"token": {"user": [], "expires_at": 7}}'}),
            ("sends us elsewhere", {"status": 302, "headers": {"Location": "http://127.0.0.1:1/"}}),
            ("breaks off halfway", {"cut": 100}),
            ("sends a byte a second", {"trickle": 1})]
BOUND = 20      # seconds, of a slow machine; http_request_timeout is 5
AT_ONCE = 4     # less than that: who is known did not wait for Keystone
# longer than a trouble lasts, and so is a known token known all the time
BELIEF = "[keystone_authtoken]\ntoken_cache_time = 60\n"


def timed(token, project):
    begin = time.monotonic()
    reply = jobs(token, project, timeout=60)
    return reply, time.monotonic() - begin


def away(what, project, known):
    """One trouble: unknown tokens wait a bounded time for an honest 503, known ones don't notice."""
    stranger = token_of("reader", project="demo")
    (reply, took), answers = at_once([
        lambda: timed(stranger, project), lambda: [timed(known, project) for _ in range(10)]])
    check(f"Keystone {what}: an unknown token is 503 with Retry-After, in time",
          reply.status == 503 and int(reply.headers["Retry-After"]) >= 1 and took < BOUND,
          f"{reply} after {took:.1f} s, Retry-After {reply.headers['Retry-After']}")
    check(f"Keystone {what}: a known token goes on",
          all(one.status == 200 and spent < AT_ONCE for one, spent in answers),
          [(one.status, round(spent, 2)) for one, spent in answers])


def recovered(what, project):
    fresh = token_of("reader", project="demo")
    back = wait_for(lambda: {reply.status for reply in ask_all_workers(fresh, project)} == {200}, 60)
    check(f"Keystone {what} no more: all is as before, without a restart", back, jobs(fresh, project))


def known_token(project):
    """One that every worker believes: new workers ask a Keystone that may be slow for their own first."""
    token = token_of("demo", project="demo")
    wait_for(lambda: {reply.status for reply in ask_all_workers(token, project)} == {200}, 60)
    return token


def troubles(project):
    for what, mode in TROUBLES:
        known = known_token(project)
        break_with(**mode)
        away(what, project, known)
        break_with()
        recovered(what, project)


def crowd(project):
    """Many strangers at a Keystone that hangs do not keep out those who are known."""
    before = workers()
    known_token(project)
    break_with(hang=True)
    strangers = [lambda n=n: timed(f"gAAAAAstranger{n}", project) for n in range(40)]
    answers = at_once(strangers)
    worst = max(took for _, took in answers)
    check("forty strangers at a Keystone that hangs are all answered 503",
          {reply.status for reply, _ in answers} == {503}, {reply.status for reply, _ in answers})
    check("none of them waits longer than twice the bound", worst < 2 * BOUND, f"{worst:.1f} s")
    check("no worker was lost over it", sorted(before) == sorted(workers()), workers())
    break_with()
    recovered("hangs", project)


def slow(project):
    break_with(delay=1)
    token = token_of("reader", project="demo")
    reply = patient(lambda: jobs(token, project))
    check("a Keystone that takes its time is waited for", reply and reply.status == 200, reply)
    break_with()


def restarted(project):
    known = known_token(project)
    up("stop")
    check("with Keystone stopped, a known token goes on", jobs(known, project).status == 200)
    reply = jobs("gAAAAAunknown", project)
    check("and an unknown one is 503", reply.status == 503, reply)
    start()
    recovered("is stopped", project)


def main(_):
    project = admin().find("projects", "demo")
    with settings(BELIEF):
        troubles(project)
        crowd(project)
        slow(project)
        restarted(project)


run(main)
