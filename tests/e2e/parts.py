"""The parts of the instance under test: who they are, and how one is ended and started again."""

import contextlib
import os
import pathlib
import signal
import subprocess

from common import HOME, TREE, VAR, workers


def quickstart(command, timeout=180):
    """One of the functions that scripts/quickstart runs the instance with."""
    script = """
        tree=$1 workers=$3
        for part in say process places postgres workers; do . "$tree/scripts/lib/$part.sh"; done
        places_find "$2"; listen=$(cat "$home/listen")
        %s""" % command
    return subprocess.run(["bash", "-c", script, "parts", TREE, VAR, str(len(workers()))],
                          check=True, timeout=timeout, stdin=subprocess.DEVNULL)


def postgres_stop(signal_name="INT"):
    quickstart(f"daemon_stop postgres {signal_name}")


def postgres_start():
    quickstart("postgres_start")


def leader(part):
    """The process that quickstart started as `part`."""
    return int((HOME / "pid" / f"{part}.pid").read_text().split()[0])


def children(part, command=""):
    """The processes below it."""
    found, parent = [], str(leader(part))
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            if stat[1] == parent and command in (entry / "cmdline").read_text():
                found.append(int(entry.name))
    return found


def backends():
    """The processes of PostgreSQL that serve our workers."""
    return children("postgres", "permafrost permafrost")


def kill(processes, signal_number=signal.SIGKILL):
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal_number)


def kill_one(processes):
    kill(processes[:1])
