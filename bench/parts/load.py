"""Requests to send, over and over: by wrk, or one after the other where an answer takes seconds."""
import http.client
import os
import statistics
import subprocess
import sys
import time
import urllib.parse
from typing import NamedTuple

from .instance import HERE, run


class Round(NamedTuple):
    """What one run measured; times in milliseconds."""
    rate: float
    p50: float
    p99: float
    p999: float
    requests: int = 0
    cpu: float = 0.0      # seconds of CPU of those who answered
    connections: int = 0


class Load:
    """Request lines for wrk, kept in a file."""

    def __init__(self, work, name, url, lines, token=""):
        self.name, self.url, self.token = name, url, token
        self.lines = lines
        self.paths = work / f"{name.replace(' ', '-').replace('/', '-')}.paths"
        self.paths.write_text("\n".join(lines) + "\n")
        self.results = []

    def once(self, seconds, connections):
        env = dict(os.environ, BENCH_PATHS=str(self.paths), BENCH_TOKEN=self.token)
        done = run("wrk", f"-t{min(2, connections)}", f"-c{connections}", f"-d{seconds}s",
                   "--timeout", "30s", "-s", HERE / "load.lua", self.url, env=env,
                   stdout=subprocess.PIPE)
        result = [line for line in done.stdout.splitlines() if line.startswith("RESULT")][0]
        rate, p50, p99, p999, requests, failed = map(float, result.split()[1:])
        if failed != 0:
            status, text = self.ask(self.lines[0])
            sys.exit(f"{self.name}: {failed:.0f} of {requests:.0f} requests failed; now it is {status} {text}")
        self.results.append(Round(rate, p50, p99, p999, int(requests), 0.0, connections))

    def ask(self, line):
        """One request without wrk: status and body."""
        method, path, body = (line + " ").split(" ", 2)
        place = urllib.parse.urlsplit(self.url)
        connection = http.client.HTTPConnection(place.hostname, place.port, timeout=120)
        connection.request(method, path, body.strip() or None,
                           {"X-Auth-Token": self.token, "Content-Type": "application/json"})
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, text[:500]

    def one_by_one(self, seconds):
        """Until the time is over, but at least twice."""
        taken, begun = [], time.monotonic()
        while len(taken) < 2 or time.monotonic() - begun < seconds:
            start = time.monotonic()
            status, text = self.ask(self.lines[len(taken) % len(self.lines)])
            taken.append((time.monotonic() - start) * 1000)
            if status >= 300:
                sys.exit(f"{self.name}: {status} {text}")
        taken.sort()
        self.results.append(Round(1000 / statistics.mean(taken), statistics.median(taken), taken[-1],
                                  taken[-1], len(taken), 0.0, 1))

    def median(self, column=0):
        return statistics.median(row[column] for row in self.results)

    def line(self):
        rates = " / ".join(f"{row[0]:.0f}" for row in self.results)
        return (f"{self.name:32} {self.median():9.0f} req/s   p50 {self.median(1):7.2f} ms"
                f"   p99 {self.median(2):7.2f} ms   ({rates})")
