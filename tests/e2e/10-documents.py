#!/usr/bin/python3
"""What README.md and doc/ tell people to type does what they say there. Blocks of sh are run as they
stand, in a directory whose var is this instance's, as who logged in before; blocks of sql in a
transaction that is taken back; policy and provider files are read. Only a block that says why it
can't be run is left out, or a document whose commands are tried elsewhere."""

import itertools
import os
import re
import subprocess

from common import HOME, TREE, URL, VAR, check, psql, run

DOCUMENTS = [TREE / "README.md", *sorted((TREE / "doc").glob("*.md"))]
ELSEWHERE = re.compile(r"^The commands here are tried by `(tests/[\w/.-]+)`", re.M)
NOT_RUN = re.compile(r"(?:#|--) not run by the tests: (.+)")
SHOWN = {"text", "console", "ini", "json"}      # nothing to run

# the document and the beginning of a block's first command, and pieces of what that prints
PRINTED = {
    ("README.md", ". var/openrc-demo\necho"): ["Client node1 registered", "node1.example.org"],
    ("README.md", ". var/openrc-demo\nmachines"): ["protecting"],
    ("README.md", ". var/openrc-demo\ncurl"): ['"versions"', '"job_id"', '"etc, nightly"'],
    ("README.md", "scripts/quickstart --doctor"): ["ok    settings", "ok    workers", "ok    url"],
    ("doc/clients.md", "cat > job.json"): ["etc, now"],
    ("doc/policy.md", "permafrost-manage policy"): ["policy.yaml is in order", "deny", '"jobs:create"'],
    ("doc/psql.md", "export PERMAFROST_DATABASE"): ["role permafrost may do what workers need"],
}


logged_in = "", ""       # in which document, with which command


class Block:
    def __init__(self, document, line, language, text):
        self.document = str(document.relative_to(TREE))
        self.name = f"{self.document}:{line}"
        self.language, self.text = language, text
        reason = NOT_RUN.match(text)
        self.reason = reason and reason[1]


def blocks(document):
    lines = enumerate(document.read_text().splitlines(), 1)
    for number, line in lines:
        fence = re.match(r"```(\w*)", line)
        if fence:
            inside = itertools.takewhile(lambda one: one[1] != "```", lines)
            yield Block(document, number, fence[1], "".join(f"{text}\n" for _, text in inside))


def environment():
    plain = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
    sockets = (HOME / "run" / "postgres").resolve()
    return {**plain, "PATH": f"{HOME}/bin:{plain['PATH']}", "PGHOST": str(sockets),
            "PERMAFROST_CONF": f"{HOME}/permafrost.conf"}


def execute(work, command, text):
    done = subprocess.run(command, input=text, cwd=work, env=environment(), text=True, timeout=300,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout


def run_sh(work, block):
    """A reader stays in the terminal in which a document had them log in."""
    global logged_in
    text = block.text.replace("http://127.0.0.1:9090", URL)
    if logged_in[0] != block.document:
        logged_in = block.document, ""
    status, output = execute(work, ["sh", "-e", "-c", logged_in[1] + text], "")
    for login in re.findall(r"^\. var/openrc.*\n", text, re.M):
        logged_in = block.document, login
    # without an engine beside it, which this part of the tests plays itself, doctor warns
    good = status == 0 or (status == 3 and "--doctor" in text)
    check(f"{block.name} runs", good, f"status {status}: {output}")
    for (document, begin), pieces in PRINTED.items():
        if document == block.document and block.text.startswith(begin):
            for piece in pieces:
                check(f"{block.name} prints {piece}", piece in output, output)


def run_sql(work, block):
    status, output = execute(work, ["psql", "-qXAt", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "permafrost"],
                             f"begin;\n{block.text}\nrollback;\n")
    check(f"{block.name} runs", status == 0, output)


def read_yaml(work, block):
    if block.document == "doc/policy.md":
        (work / "policy.yaml").write_text(block.text)
        command, variable = ["policy", "check", "policy.yaml"], {}
    else:
        (work / "providers").mkdir()
        (work / "providers" / "example.yaml").write_text(block.text)
        command = ["config", "check"]
        variable = {"PERMAFROST_DATA_PROTECT_PROVIDER_CONFIG_DIR": f"{work}/providers"}
    done = subprocess.run([f"{HOME}/bin/permafrost-manage", *command], cwd=work, text=True, check=False,
                          env={**environment(), **variable}, capture_output=True)
    check(f"{block.name} is in order", done.returncode == 0, done.stdout + done.stderr)


def main(work):
    psql("delete from permafrost.services")     # engines that tests before this one played
    (work / "var").symlink_to(VAR)
    (work / "scripts").symlink_to(TREE / "scripts")
    runners = {"sh": run_sh, "sql": run_sql, "yaml": read_yaml}
    seen = set()
    elsewhere = {str(one.relative_to(TREE)): found[1] for one in DOCUMENTS
                 if (found := ELSEWHERE.search(one.read_text()))}
    for document, test in elsewhere.items():
        check(f"{document} is tried by {test}", (TREE / test).exists())
    for block in itertools.chain.from_iterable(map(blocks, DOCUMENTS)):
        seen |= {key for key in PRINTED
                 if key[0] == block.document and block.text.startswith(key[1])}
        if block.document in elsewhere:
            check(f"{block.name} says what it is", block.language in {*SHOWN, *runners})
        elif block.reason:
            check(f"{block.name} is not run: {block.reason}", True)
        elif block.language in runners:
            runners[block.language](work, block)
        else:
            check(f"{block.name} says what it is", block.language in SHOWN, block.language)
    check("what blocks print was looked at", seen == set(PRINTED), set(PRINTED) - seen)


run(main)
