"""What must be as it was after all that was done to an instance: processes, descriptors, connections,
memory; and what its logs must not say."""

import contextlib
import os
import pathlib
import re

from common import HOME, check, psql, wait_for, workers

SANITIZERS = re.compile(r"ERROR: \w+Sanitizer|runtime error:")


def descriptors(process):
    """How many it has open; 0 when it is gone, or for who is not root."""
    with contextlib.suppress(OSError):
        return len(os.listdir(f"/proc/{process}/fd"))
    return 0


def memory(process):
    """Its resident memory in KiB; 0 when it is gone."""
    with contextlib.suppress(OSError):
        status = pathlib.Path(f"/proc/{process}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1])
    return 0


def connections():
    """What PostgreSQL holds for workers and engines."""
    return int(psql("select count(*) from pg_stat_activity where application_name = 'permafrost'"))


def is_sanitized():
    return b"libasan" in (HOME / "bin" / "permafrost-api").read_bytes()


class Watch:
    """From here on: no worker ends, nothing leaks."""

    def __init__(self, engines=0):
        self.workers, self.engines = sorted(workers()), engines
        self.descriptors = {worker: descriptors(worker) for worker in self.workers}
        self.memory = {worker: memory(worker) for worker in self.workers}

    def judge(self, growth_max=None):
        """growth_max: KiB that a worker may have grown; only of programs without sanitizers."""
        check("no worker was lost", wait_for(lambda: sorted(workers()) == self.workers, 5),
              f"{self.workers}\n{sorted(workers())}")
        now = {worker: descriptors(worker) for worker in self.workers}
        check("no descriptor is left open", all(now[w] <= self.descriptors[w] + 1 for w in now),
              f"{self.descriptors}\n{now}")
        links = connections()
        check("no connection to PostgreSQL is left over", links <= len(self.workers) + self.engines, links)
        growth = max(memory(worker) - self.memory[worker] for worker in self.workers)
        if growth_max is not None and not is_sanitized():
            check(f"no worker grew by {growth_max} KiB", growth < growth_max, growth)
        print(f"# descriptors of workers {sorted(self.descriptors.values())} before, "
              f"{sorted(now.values())} after; {links} connections; at most {growth} KiB of growth")


def judge_logs():
    said = [f"{log.name}: {line}" for log in (HOME / "log").glob("*.log")
            for line in log.read_text(errors="replace").splitlines() if SANITIZERS.search(line)]
    check("no sanitizer has anything to say", not said, "\n".join(said[:5]))
