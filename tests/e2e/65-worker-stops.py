#!/usr/bin/python3
"""A worker ends when it is told to, also when others were quicker to take what woke it."""

import pathlib
import signal
import socket
import subprocess

from common import HOME, check, run, wait_for

WORKERS = 6
KNOCKS = 300


def knock(path):
    """One connection wakes every worker that waits; one of them gets it."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(path)


def is_up(worker):
    """Does it catch SIGTERM yet?"""
    status = pathlib.Path(f"/proc/{worker.pid}/status").read_text()
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt"))
    return int(caught.split()[1], 16) & 1 << signal.SIGTERM - 1


def ended(worker):
    try:
        return worker.wait(timeout=5)
    except subprocess.TimeoutExpired:
        worker.kill()
        worker.wait()
        return None


def main(work):
    path = str(work / "api.sock")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(64)
        workers = [subprocess.Popen([HOME / "bin" / "permafrost-api"], stdin=listening,
                                    stderr=subprocess.PIPE,
                                    env={"PERMAFROST_CONF": str(HOME / "permafrost.conf")})
                   for _ in range(WORKERS)]
        check("every worker comes up", wait_for(lambda: all(map(is_up, workers))))
        for _ in range(KNOCKS):
            knock(path)
        running = [worker for worker in workers if worker.poll() is None]
        check("connections without a request end no worker", len(running) == WORKERS,
              f"{len(running)} of {WORKERS} are left")
        for worker in workers:
            worker.send_signal(signal.SIGTERM)
        statuses = [ended(worker) for worker in workers]
        check("SIGTERM ends every worker, whoever took the last connection",
              statuses == [0] * WORKERS, statuses)
        for worker in workers:
            worker.stderr.close()


run(main)
