"""What was measured: a table, the ratios that are promised, and the same for machines."""
import json
import os
import pathlib
import platform
import statistics
import subprocess
import time

from .instance import TOP, say


def medians(rows):
    """Of rounds: each column's median, and the least and the greatest rate."""
    found = {name: statistics.median(getattr(row, name) for row in rows)
             for name in ("rate", "p50", "p99", "p999")}
    found["rates"] = sorted(row.rate for row in rows)
    used = sum(row.cpu for row in rows)
    found["per_cpu_second"] = sum(row.requests for row in rows) / used if used else None
    return found


class Report:
    def __init__(self, cells, options, memory):
        self.options, self.memory, self.cells = options, memory, cells
        self.rows = [{"operation": cell.operation, "size": cell.size, "subject": cell.subject,
                      "connections": connections, **medians(cell.at(connections))}
                     for cell in cells
                     for connections in sorted({row.connections for row in cell.runner.results})]

    def find(self, operation, subject, connections=None, size=None):
        """The row, of the largest size when none is named, at the usual number of connections or,
        if it is asked one by one, at one."""
        wanted = [connections] if connections else [self.options.usual, 1]
        for count in wanted:
            rows = [row for row in self.rows if (row["operation"], row["subject"], row["connections"])
                    == (operation, subject, count) and size in (None, row["size"])]
            if rows:
                return max(rows, key=lambda row: row["size"])
        return None

    def ratio(self, above, below, column="rate"):
        if above is None or below is None or not above[column] or not below[column]:
            return None
        return above[column] / below[column]

    def targets(self):
        """What, the ratio, its bound, and whether it is to be above the bound."""
        find, ratio = self.find, self.ratio
        get = find("get", "standalone")
        yield "get / floor", ratio(get, find("get", "floor")), 0.85, True
        yield "get / floor that prepares", ratio(get, find("get", "floor, prepared")), 0.85, True
        yield "p99 of get / of floor", ratio(get, find("get", "floor"), "p99"), 1.3, False
        yield "poll / floor", ratio(self.poll(), find("poll", "floor")), 0.75, True
        yield "post backup / raw", ratio(find("post backup", "standalone"), find("post backup", "raw")), 0.8, True
        yield "get with Keystone / standalone", ratio(find("get", "keystone"), get), 0.95, True
        for name in "get", "list 10", "post backup", "post job", "patch job":
            yield (f"{name} / peer, per second of CPU",
                   ratio(find(name, "standalone"), find(name, "peer"), "per_cpu_second"), 10, True)
        sought = "search, ten found"
        yield (f"{sought} among 10000 / peer",
               ratio(find(sought, "standalone", size=10000), find(sought, "peer", size=10000)), 500, True)
        least, most = min(self.options.sizes), max(self.options.sizes)
        for name in "get", "list 10", "page deep in", sought, "poll":
            yield (f"cost of {name} among {most} / {least}",
                   ratio(find(name, "standalone", size=least), find(name, "standalone", size=most)), 2, False)

    def poll(self):
        """By as many clients as the floor and the peer have."""
        return self.find("poll", "standalone", size=self.options.clients)

    def agents(self):
        """Percent of a core that 10,000 agents take which poll once a minute."""
        poll = self.poll()
        return poll and poll["per_cpu_second"] and 100 * 10000 / 60 / poll["per_cpu_second"]

    # ---- for people -----------------------------------------------------------------------------

    def table(self):
        say(f"{'':44} {'conn':>4} {'req/s':>9} {'spread':>17} {'p50 ms':>8} {'p99':>8} {'p99.9':>8} {'req/CPU s':>10}")
        last = None
        for row in sorted(self.rows, key=lambda row: (row["operation"], row["size"], row["connections"], row["subject"])):
            name = f"{row['operation']}{f' among {row_size}' if (row_size := row['size']) else ''}"
            say(f"{name if name != last else '':28} {row['subject']:15} {row['connections']:4} {row['rate']:9.1f} "
                f"{row['rates'][0]:8.1f}-{row['rates'][-1]:8.1f} {row['p50']:8.2f} {row['p99']:8.2f} "
                f"{row['p999']:8.2f} " + (f"{row['per_cpu_second']:10.1f}" if row["per_cpu_second"] else f"{'':10}"))
            last = name
        say()
        for what, found, bound, above in self.targets():
            if found is not None:
                kept = found >= bound if above else found <= bound
                say(f"{what:52} {found:9.2f}   {'at least' if above else 'at most'} {bound}"
                    f"{'' if kept else '   MISSED'}")
        if self.agents():
            say(f"{'10,000 agents polling once a minute':52} {self.agents():8.1f} %  of one core; under 10")
        for subject, size in self.memory.items():
            say(f"{f'memory of {subject}':52} {size:8.1f} MiB")

    # ---- for machines ---------------------------------------------------------------------------

    def save(self, loads):
        """The file that was written."""
        commit = subprocess.run(["git", "-C", TOP, "rev-parse", "--short", "HEAD"], capture_output=True,
                                text=True).stdout.strip()
        models = [line.partition(":")[2].strip() for line in
                  pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
        found = {
            "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "commit": commit,
            "machine": {"cores": os.cpu_count(), "model": models[:1], "kernel": platform.release().split("-")[0]},
            "load average before each round": loads,
            "options": {name: value for name, value in vars(self.options).items() if name not in ("build", "results")},
            "rows": self.rows, "memory MiB": self.memory,
            "targets": [{"what": what, "ratio": ratio, "bound": bound, "above": above}
                        for what, ratio, bound, above in self.targets() if ratio is not None],
            "percent of a core for 10,000 agents": self.agents(),
        }
        directory = pathlib.Path(self.options.results)
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / f"{time.strftime('%Y-%m-%d-%H%M', time.gmtime())}.json"
        path.write_text(json.dumps(found, indent=1, default=str) + "\n")
        return path
