"""A throw-away database with the migrations applied, and the questions of sql/query prepared."""
import glob
import json
import os
import re
import subprocess

import model

HOUSE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def literal(value):
    if value is None:
        return "null"
    text = value if isinstance(value, str) else model.dump(value)
    return "E'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def kinds():
    with open(HOUSE + "/sql/kinds", encoding="utf-8") as rows:
        return [re.split(r"\s*\|\s*", row.rstrip()) for row in rows if row[0] != "#" and row.strip()]


def in_order(text):
    """A list of the Data Protection API in the order it has unless another is asked for."""
    return text.replace("@order@", "created_at desc, id desc").replace(
        "@after@", "(created_at, id) < (($6::jsonb->>'created_at')::timestamptz, ($6::jsonb->>'id'))")


def questions():
    """Name in PREPARE, and text: doc_list_jobs and so on."""
    for path in glob.glob(HOUSE + "/sql/query/*.sql"):
        name = os.path.basename(path)[:-4]
        if name not in ("doc_list", "doc_page", "doc_skip", "doc_search", "job_poll", "marker_find", "client_list",
                        "checkpoint_list"):
            continue
        with open(path, encoding="utf-8") as lines:
            text = in_order("".join(line for line in lines if not line.startswith("--")))
        if "@freezer_kind@" not in text:
            yield name, text
            continue
        for kind, api, also, shown, v1 in kinds():
            if api == "freezer":
                yield f"{name}_{kind}", (text.replace("@also@", also).replace("@shown@", shown)
                                         .replace("@v1@", v1).replace("@freezer_kind@", kind))


def nodes_of(node):
    """A node of a plan and those below it, outermost first."""
    yield node
    for child in node.get("Plans", []):
        yield from nodes_of(child)


class Database:
    def __init__(self, connection):
        self.connection = connection
        self.name = f"permafrost_sql_{os.getpid()}"
        self.psql(f"create database {self.name};\n")
        files = sorted(glob.glob(HOUSE + "/sql/migration/*.sql"))
        self.run("".join(f"begin;\n\\i {path}\ncommit;\n" for path in files))
        self.prepared = "set plan_cache_mode = force_custom_plan;\n" + "".join(
            f"prepare {name} as {text};\n" for name, text in questions())

    def drop(self):
        self.psql(f"drop database {self.name};\n")

    def psql(self, text):
        done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", self.connection],
                              input=text, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout

    def run(self, text):
        """Rows as text; a row with a JSON list or object may take no line break."""
        return self.psql(f"\\connect {self.name}\nset client_min_messages = warning;\n{text}\n"
                         ).splitlines()

    def ask_all(self, statements):
        """The rows of each statement."""
        text = self.prepared
        for statement in statements:
            text += f"\\echo --\n{statement};\n"
        answers = []
        for line in self.run(text):
            if line == "--":
                answers.append([])
            elif answers:
                answers[-1].append(line)
        return answers

    def execute(self, question, *values):
        return f"execute {question}({', '.join(literal(value) for value in values)})"

    def search(self, kind, project, body, limit=1000, offset=0, marker=(None,) * 5, owner=None):
        match, match_not, texts, texts_not, after, before = model.search(body)
        number = [None if each is None else str(each) for each in (after, before)]
        return self.execute(f"doc_search_{kind}", project, str(limit), str(offset), *marker[1:4],
                            "false", marker[0], owner, marker[4], match or None, match_not or None,
                            texts or None, texts_not or None, *number)

    def plan(self, question):
        """What EXPLAIN ANALYZE says: the nodes of the plan, outermost first."""
        lines = self.ask_all([f"explain (analyze, format json) {question}"])[0]
        return list(nodes_of(json.loads("".join(lines))[0]["Plan"]))
