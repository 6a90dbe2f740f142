#!/usr/bin/python3
"""What Prometheus reads: the sum of what all workers counted, in a form that promtool has nothing
to say against, for this machine only."""

import http.client
import os
import re
import signal
import subprocess
import urllib.parse
import uuid

from common import Api, URL, ask, at_once, check, psql, run, wait_for, workers
from engine import Engine

LINE = re.compile(r'(\w+)(?:\{(.*)\})? ([-+.\w]+)$')
LABEL = re.compile(r'(\w+)="([^"]*)"')
JOB = {"service": "backup", "method": "GET", "route": "/v2/{project_id}/jobs/{job_id}"}
NOWHERE = {"service": "", "method": "", "route": "none", "status": "4xx"}


class Metrics:
    """One reading of them all."""

    def __init__(self):
        self.reply = ask("GET", URL + "/metrics")
        self.samples = {}
        for line in self.reply.text.splitlines():
            if match := LINE.match(line):
                labels = frozenset(LABEL.findall(match[2] or ""))
                self.samples[match[1], labels] = float(match[3])

    def get(self, name, **labels):
        """The value; 0 where there is none."""
        return self.samples.get((name, frozenset(labels.items())), 0)

    def of(self, name):
        """All of that name: labels and value."""
        return {labels: value for (found, labels), value in self.samples.items() if found == name}


def is_well_formed():
    reading = Metrics()
    check("metrics are text of version 0.0.4",
          reading.reply.status == 200 and "version=0.0.4" in reading.reply.headers["Content-Type"], reading.reply)
    done = subprocess.run(["promtool", "check", "metrics"], input=reading.reply.text, text=True,
                          capture_output=True)
    check("promtool has nothing to say against them", done.returncode == 0 and not done.stdout + done.stderr,
          done.stdout + done.stderr)
    broken = subprocess.run(["promtool", "check", "metrics"], text=True, capture_output=True,
                            input=reading.reply.text.replace("# HELP permafrost_requests_total", "#"))
    check("promtool would have something to say", broken.returncode != 0, broken)


def are_for_this_machine():
    place = urllib.parse.urlsplit(URL)
    connection = http.client.HTTPConnection(place.hostname, place.port, source_address=("127.0.0.2", 0))
    connection.request("GET", "/metrics")
    reply = connection.getresponse()
    text = reply.read().decode()
    check("somebody who is not local finds nothing there", reply.status == 404 and "permafrost_" not in text,
          f"{reply.status} {text}")
    others = {path: ask("GET", URL + path).status for path in ("/metrics/", "//metrics", "/identity/metrics",
                                                              "/data-protect/metrics", "/v2/metrics")}
    check("no other path leads to them", 200 not in others.values(), others)


def requests_are_counted(api):
    job = api.create("job", {"description": "metrics", "job_actions": []})
    before = Metrics()
    at_once([lambda: api.ask("GET", f"/jobs/{job}")] * 40 + [lambda: api.ask("GET", f"/jobs/{uuid.uuid4().hex}")] * 10)
    api.ask("DELETE", f"/jobs/{job}")
    ask("GET", URL + "/nowhere/at/all")
    now = before

    def more(name, **labels):
        return now.get(name, **labels) - before.get(name, **labels)

    def all_are_counted():
        nonlocal now
        now = Metrics()
        return (more("permafrost_requests_total", **JOB, status="2xx") >= 40
                and more("permafrost_requests_total", **JOB, status="4xx") >= 10
                and more("permafrost_request_duration_seconds_count", **JOB) >= 50
                and more("permafrost_requests_total", **NOWHERE) >= 1)
    wait_for(all_are_counted)     # each counts once it is answered
    now = Metrics()               # and no more often
    check("each request counts once, whichever worker served it",
          more("permafrost_requests_total", **JOB, status="2xx") == 40
          and more("permafrost_requests_total", **JOB, status="4xx") == 10, now.of("permafrost_requests_total"))
    check("its time counts once too", more("permafrost_request_duration_seconds_count", **JOB) == 50
          and more("permafrost_request_duration_seconds_bucket", **JOB, le="+Inf") == 50
          and 0 < more("permafrost_request_duration_seconds_sum", **JOB) < 500)
    buckets = sorted((float(dict(labels)["le"]), value) for labels, value in
                     now.of("permafrost_request_duration_seconds_bucket").items() if JOB.items() <= dict(labels).items())
    check("buckets hold what the smaller ones do",
          len(buckets) == 15 and [value for _, value in buckets] == sorted(value for _, value in buckets), buckets)
    check("what fits no route is counted as that",
          more("permafrost_requests_total", **NOWHERE) == 1, now.of("permafrost_requests_total"))
    check("tokens are looked up once for each request", 50 <= sum(
        more("permafrost_token_cache_total", result=result) for result in ("hit", "miss")) <= 60)
    ids = [labels for labels in now.samples if api.project in str(labels) or job in str(labels)]
    check("no label holds what a client sent", not ids, ids)


def outlive_their_worker(api):
    """Killed, not asked: nothing that was counted is lost, and counting goes on."""
    before = Metrics()
    for pid in workers():
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: api.ask("GET", "/jobs?limit=1").status == 200)
    wait_for(lambda: Metrics().get("permafrost_processes", program="permafrost-api") == len(workers()))
    now = Metrics()
    lost = {key for key, value in before.samples.items() if key[0].endswith(("_total", "_count", "_bucket"))
            and now.samples.get(key, 0) < value}
    check("what a killed worker counted stays", not lost and before.samples, lost)
    check("as many workers run as are counted",
          now.get("permafrost_processes", program="permafrost-api") == len(workers()), workers())


def tell_of_the_engine(api, work):
    name = "metrics" + uuid.uuid4().hex[:8]
    api.create("client", {"client_id": name, "hostname": name})
    job = api.create("job", {"client_id": name, "description": name, "job_actions": [], "job_schedule": {
        "schedule_interval": "1 days"}})
    # what other tests left behind waits for an engine, or becomes late meanwhile
    psql(f"update permafrost.expectations set late_at = null, look_at = null where id not in ('{name}', '{job}')")
    psql(f"update permafrost.expectations set look_at = now() - interval '100 s' where kind = 'job' and id = '{job}'")
    before = Metrics()
    check("a changed job that no engine looks at is a lag",
          100 <= before.get("permafrost_expectation_lag_seconds") < 300, before.of("permafrost_expectation_lag_seconds"))
    psql("update permafrost.expectations set due_at = now() - interval '1 day', late_at = now() - interval '1 day' "
         f"where id in ('{name}', '{job}') and kind in ('job', 'client')")
    late = Metrics()
    more = {kind: late.get("permafrost_overdue", kind=kind) - before.get("permafrost_overdue", kind=kind)
            for kind in ("job", "backup", "client")}
    check("what is overdue is counted by kind", more == {"job": 1, "backup": 0, "client": 1}, more)
    with Engine(work):
        check("an engine is counted, and its lag ends", wait_for(
            lambda: Metrics().get("permafrost_processes", program="permafrost-engine") == 1
            and Metrics().get("permafrost_expectation_lag_seconds") < 10), Metrics().reply)
        silence = Metrics().get("permafrost_engine_silence_seconds")
        check("it was there just now", silence < 20, silence)
    check("an engine that ended is not counted", Metrics().get("permafrost_processes", program="permafrost-engine") == 0)
    api.clean(name)


def main(work):
    api = Api("demo")
    is_well_formed()
    are_for_this_machine()
    requests_are_counted(api)
    tell_of_the_engine(api, work)
    outlive_their_worker(api)


run(main)
