#!/usr/bin/python3
"""A request costs as many instructions of the worker as it did when somebody looked last.

The worker runs under callgrind, alone behind a socket of its own. It is asked a few times, and in a second
run MORE times more often: a request costs the difference, divided by MORE. Neither the start of the
worker nor the load of the machine is in it, so the figure moves only when the code does; by less
than a hundredth else, because each process hashes the members of JSON objects in its own way.
The figures, of amd64, are in worker.figures; with RENEW=yes in the environment they are written anew,
with KEEP=DIRECTORY callgrind's own are left there.

Runs like the programs of tests/e2e, see lib.sh there; WORKER is a permafrost-api without sanitizers.
"""

import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))

import fastcgi  # noqa: E402: where they are was just said
from common import HOME, Api, check, run  # noqa: E402

FIGURES = HERE / "worker.figures"
TOLERANCE = 0.10
FEW, MORE = 20, 500
OWN = "instructions-counted-here"

# what the C library does with strings depends on the processor where it is let
PLAIN_STRINGS = "glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-BMI2,-ERMS,-FSRM,-SSE4_2"

BACKUP = {
    "curr_backup_level": 0, "fs_real_path": "/srv/data/7", "vol_snap_path": "", "client_os": "linux",
    "client_version": "13.0.0", "time_stamp": 1700000007, "action": "backup", "always_level": "",
    "backup_media": "fs", "backup_name": "nightly-7", "container": "/srv/store/7",
    "container_segments": "", "dry_run": "", "hostname": OWN, "path_to_backup": "/srv/data/7",
    "max_level": "", "log_file": "/var/log/freezer.log", "storage": "local", "mode": "fs", "proxy": "",
    "compression": "gzip", "ssh_key": "", "ssh_username": "", "ssh_host": "", "ssh_port": 22,
    "consistency_checksum": "8f14e45fceea167a5a36dedd4bea2543",
}

JOB = {
    "client_id": OWN, "description": "nightly", "job_schedule": {"schedule_interval": "1 days"},
    "job_actions": [{"max_retries": 5, "max_retries_interval": 6, "mandatory": True, "freezer_action": {
        "action": "backup", "mode": "fs", "path_to_backup": "/srv/data/7", "storage": "local",
        "backup_name": "nightly-7", "container": "/srv/store/7"}}],
}

POLL = {"match_not": [{"status": "completed"}], "match": [{"client_id": OWN}]}


# ---- what is asked ------------------------------------------------------------------------------

def message(api, method, path, body=None):
    """As nginx/permafrost_params has it, for a request of the real clients."""
    text = b"" if body is None else json.dumps(body).encode()
    uri = f"/v2/{api.project}{path}"
    return fastcgi.message({
        "REQUEST_METHOD": method, "REQUEST_URI": uri, "QUERY_STRING": uri.partition("?")[2],
        "REQUEST_SCHEME": "http", "REMOTE_ADDR": "127.0.0.1", "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(text)) if text else "", "HTTP_HOST": "127.0.0.1:9090",
        "HTTP_ACCEPT": "application/json", "HTTP_X_AUTH_TOKEN": api.token,
        "SERVICE": "backup", "MOUNT": ""}, text)


def requests(api):
    """By name: the message, and the status it is answered with."""
    api.create("client", {"client_id": OWN, "hostname": OWN})
    backup = api.create("backup", BACKUP)
    for _ in range(2):
        api.create("job", JOB)
    return {
        "get one backup": (message(api, "GET", f"/backups/{backup}"), 200),
        "scheduler's poll, 2 jobs": (message(api, "GET", "/jobs/?limit=100&offset=0", POLL), 200),
        "post backup": (message(api, "POST", "/backups/", BACKUP), 201),
    }


# ---- counting -----------------------------------------------------------------------------------

class Worker:
    """A worker under callgrind, behind a socket of its own; it reads no files that it would look at
    again from time to time."""

    def __init__(self, work):
        self.path, self.out, self.errors = work / "api.sock", work / "callgrind.out", work / "errors"
        conf = work / "permafrost.conf"
        connection = re.search(r"^connection = .*$", (HOME / "permafrost.conf").read_text(), re.M)
        conf.write_text(f"[database]\n{connection[0]}\n[oslo_policy]\npolicy_file =\npolicy_dirs =\n"
                        "[data_protect]\nprovider_config_dir =\n")
        self.command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={self.out}", "--",
                        os.environ["WORKER"]]
        self.environment = {"PATH": "/usr/bin:/bin", "PERMAFROST_CONF": str(conf),
                            "GLIBC_TUNABLES": PLAIN_STRINGS}
        self.process = None

    def __enter__(self):
        with socket.socket(socket.AF_UNIX) as listening, self.errors.open("w") as errors:
            listening.bind(str(self.path))
            listening.listen()
            self.process = subprocess.Popen(self.command, env=self.environment, stdin=listening,
                                            stdout=errors, stderr=errors)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(60)
        self.path.unlink()

    def answers(self, message, status):
        told, text = fastcgi.ask(self.path, message)
        if told != status:
            sys.exit(f"expected {status}: {text}\n{self.errors.read_text()}")

    def instructions(self):
        """All of its life, once it is over."""
        return int(re.search(r"^(?:totals|summary): (\d+)", self.out.read_text(), re.M)[1])


def count(work, message, status, times):
    with Worker(work) as worker:
        for _ in range(times):
            worker.answers(message, status)
    return worker.instructions()


def cost(work, name, message, status):
    """Instructions a request."""
    few = count(work, message, status, FEW)
    many = count(work, message, status, FEW + MORE)
    if "KEEP" in os.environ:
        shutil.copy(work / "callgrind.out", pathlib.Path(os.environ["KEEP"]) / f"callgrind.{name.replace(' ', '-')}")
    return round((many - few) / MORE)


# ---- judging ------------------------------------------------------------------------------------

def figures_read():
    lines = [line for line in FIGURES.read_text().splitlines() if not line.startswith("#")]
    return {name: int(figure) for figure, name in (line.split(None, 1) for line in lines)}


def figures_write(costs):
    FIGURES.write_text("# instructions of the worker a request; written by 10-worker.py with RENEW=yes\n"
                       + "".join(f"{figure:7} {name}\n" for name, figure in costs.items()))


def judge(name, figure, known):
    change = figure / known - 1
    check(f"{name}: {figure} instructions, {change:+.1%} of {known}, within {TOLERANCE:.0%}",
          abs(change) <= TOLERANCE,
          "callgrind_annotate shows where they go: run this with KEEP=DIRECTORY in the environment.\n"
          "If it is worth it, or less than it was: write the new figure with RENEW=yes in the\n"
          f"environment, and commit {FIGURES.name}. doc/speed.md says more.")


def main(work):
    api = Api("demo")
    api.clean(OWN)
    try:
        costs = {name: cost(work, name, *asked) for name, asked in requests(api).items()}
    finally:
        api.clean(OWN)
    if "RENEW" in os.environ:
        figures_write(costs)
    known = figures_read()
    for name, figure in costs.items():
        judge(name, figure, known[name])


run(main)
