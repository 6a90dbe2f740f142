"""PostgreSQL asked directly, by pgbench: what the product's own statement costs without the product."""
import re
import subprocess
import sys

from .instance import TOP
from .load import Round

PGBENCH = "/usr/lib/postgresql/15/bin/pgbench"


def kinds():
    rows = [line for line in (TOP / "sql" / "kinds").read_text().splitlines()
            if line.strip() and not line.startswith("#")]
    return {cells[0]: cells for cells in (re.split(r"\s*\|\s*", row.strip()) for row in rows)}


def question(name, kind, values):
    """A file of sql/query for that kind, with values, in SQL, in place of its parameters."""
    _, _, also, shown, otherwise = kinds()[kind]
    lines = (TOP / "sql" / "query" / f"{name}.sql").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.startswith("--"))
    for word, meaning in ("also", also), ("shown", shown), ("v1", otherwise), ("freezer_kind", kind), ("kind", kind):
        text = text.replace(f"@{word}@", meaning)
    return re.sub(r"\$(\d+)", lambda match: values[int(match[1]) - 1], text)


class Raw:
    """One statement, as often as can be, over as many connections as the product's workers have;
    parsed and planned each time."""

    def __init__(self, bench, name, text):
        self.name, self.connection, self.results = name, bench.instance.connection, []
        self.work, self.pool = bench.work, bench.options.workers
        self.file = bench.work / f"{name.replace(' ', '-')}.pgbench"
        self.file.write_text(text + ";\n")

    def once(self, seconds, connections):
        for old in self.work.glob("raw_log.*"):
            old.unlink()
        used = min(connections, self.pool)
        done = subprocess.run(
            [PGBENCH, "-n", "-M", "extended", "-f", self.file, "-c", str(used), "-j",
             str(min(2, used)), "-T", str(seconds), "-l", "--log-prefix", self.work / "raw_log",
             self.connection], capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{self.name}: {done.stderr}")
        taken = sorted(int(line.split()[2]) / 1000 for log in self.work.glob("raw_log.*")
                       for line in log.read_text().splitlines())
        rate = float(re.search(r"tps = ([\d.]+)", done.stdout)[1])
        at = [taken[min(len(taken) - 1, int(len(taken) * part))] for part in (0.5, 0.99, 0.999)]
        self.results.append(Round(rate, *at, len(taken), 0.0, connections))
