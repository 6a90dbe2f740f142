"""What processes and all that descend from them have used."""
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
        try:
            lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024
