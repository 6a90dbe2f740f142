"""What processes and all that descend from them have used."""
import contextlib
import os
import pathlib

TICK = os.sysconf("SC_CLK_TCK")


def table():
    """Of each process: its parent, and ticks of CPU, those of children that are gone included."""
    found = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        found[int(entry.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    return found


def family(leaders, processes):
    members, more = set(), set(leaders)
    while more:
        members |= more
        more = {pid for pid, (parent, _) in processes.items() if parent in members} - members
    return members & processes.keys()


def cpu(leaders):
    """Seconds of CPU."""
    processes = table()
    return sum(processes[pid][1] for pid in family(leaders, processes)) / TICK


def memory(leaders):
    """MiB, pages that several of them share counted once."""
    total = 0
    for pid in family(leaders, table()):
        for file, name in ("smaps_rollup", "Pss:"), ("status", "VmRSS:"):   # the first for root only
            with contextlib.suppress(OSError):
                lines = pathlib.Path(f"/proc/{pid}/{file}").read_text().splitlines()
                total += sum(int(line.split()[1]) for line in lines if line.startswith(name))
                break
    return total / 1024
