"""What an instance does behind its answers: what its database holds, and which questions its
workers ask of it."""

import contextlib
import os
import pathlib
import re
import signal
import subprocess
import time

from .world import Trouble

ASKED = re.compile(r"(req-[0-9a-f-]{36}) \w+: asked (\w+), (\d+) rows")
# Who asks is looked up once in a while; what they ask about is what a stranger could learn.
# Nor is it what a worker tidies up after a reply, once in a while.
UNCOUNTED = ("identity_token_find", "identity_validated_find", "identity_validated_keep",
             "schema_version", "schema_exists", "trust_claim", "trust_release_unused")
# What a service remembers of who asked is no document, nor which trusts a worker will give back to
# Keystone after some reply or other.
REMEMBERED = "login_failures", "validated_tokens", "trusts_released"


class Database:
    """The instance's database, asked over one connection."""

    def __init__(self, connection):
        self.psql = subprocess.Popen(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", connection],
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.tables = [line.split("|") for line in self.ask(
            "select c.relname, exists (select from pg_attribute where attrelid = c.oid and "
            "attname = 'project_id') from pg_class c where relkind = 'r' and relnamespace = "
            f"'permafrost'::regnamespace and relname not in {REMEMBERED} order by 1")]

    def ask(self, text):
        self.psql.stdin.write(f"{text};\n\\echo --\n")
        self.psql.stdin.flush()
        lines = []
        while (line := self.psql.stdout.readline()) != "--\n":
            if not line:
                raise Trouble("psql ended")
            lines.append(line.rstrip("\n"))
        return lines

    def hash(self, but_project=""):
        """One line a table: a hash of its rows, without those of a project."""
        return self.ask("\nunion all ".join(
            f"select '{table} ' || md5(coalesce(string_agg(t::text, '' order by t::text), '')) "
            f"from permafrost.{table} t"
            + (f" where project_id is distinct from '{but_project}'" if has == "t" else "")
            for table, has in self.tables))

    def differences(self, before, after):
        """Of two hashes the tables that changed in between, each with the rows that were written last."""
        told = []
        for table in sorted({line.split()[0] for line in set(before) ^ set(after)}):
            rows = self.ask(f"select '  ' || left(regexp_replace(t::text, '\\s+', ' ', 'g'), 300) "
                            f"from permafrost.{table} t order by age(t.xmin) limit 3")
            told.append("\n".join([f"{table} changed; written last:", *rows]))
        return "\n".join(told)

    def clean(self, projects):
        """Delete the documents of these projects."""
        listed = ", ".join(f"'{project}'" for project in projects)
        for table, has_project in self.tables:
            if has_project == "t" and table not in ("tokens", "role_assignments"):
                self.ask(f"delete from permafrost.{table} where project_id in ({listed})")

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()


def workers(home):
    """The processes that answer requests."""
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cmdline").read_bytes().split(b"\0")[0] == bytes(home / "bin/permafrost-api"):
                yield int(entry.name)


# A Keystone is asked less often than where its changes of mind are tested, which would take minutes.
SETTINGS = """[log]
level = debug
[keystone_authtoken]
token_cache_time = 300
"""


class Questions:
    """Which questions each request asked of the database, from the workers' log."""

    def __init__(self, home, answers):
        self.home, self.answers = home, answers
        self.setting = home / "conf.d/wall.conf"
        self.log = home / "log/workers.log"
        self.start = self.log.stat().st_size

    def restart(self):
        """Workers with the settings that stand now; whoever starts them starts others."""
        before = set(workers(self.home))
        for worker in before:
            os.kill(worker, signal.SIGTERM)
        end = time.monotonic() + 20
        while time.monotonic() < end:
            now = set(workers(self.home))
            if len(now) >= len(before) and not now & before and self.answers():
                return
            time.sleep(0.1)
        raise Trouble("the workers did not start again")

    def __enter__(self):
        self.setting.write_text(SETTINGS)
        self.restart()
        return self

    def __exit__(self, *_):
        self.setting.unlink()
        self.restart()

    def by_request(self):
        """For each request id the questions, in their order, each with how many rows came."""
        time.sleep(0.5)    # the last lines are written after the answer
        with self.log.open(errors="replace") as log:
            log.seek(self.start)
            found = {}
            for request, question, rows in ASKED.findall(log.read()):
                if question not in UNCOUNTED:
                    found.setdefault(request, []).append((question, int(rows)))
        return found
