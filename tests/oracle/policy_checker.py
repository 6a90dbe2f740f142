#!/usr/bin/python3
"""Compare what permafrost-manage says of a policy file with what Debian's oslopolicy-checker says.

usage: policy_checker.py PERMAFROST_MANAGE

One file, many callers: each of its rules is asked for each of them by both programs. Ends 1 when
one answer differs, 77 when oslopolicy-checker is not installed.
"""

import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

# an operator's changes; the built-in rules stand below them
RULES = {
    "context_is_admin": "role:admin or role:cloud_admin",
    "default": "role:fallback",
    "jobs:create": [["rule:admin_or_owner"], ["role:operator", "project_id:%(project_id)s"]],
    "jobs:delete": "rule:admin_or_owner and not role:trainee",
    "jobs:get_all_projects": "!",
    "clients:create": "(role:operator and project_id:p1) or rule:context_is_admin",
    "clients:delete": ["role:operator", "role:admin"],
    "backups:delete": [],
    "backups:update": "@",
    "backups:get": "rule:missing",
    "actions:create": "'p1':%(project_id)s and role:MEMBER",
    "actions:update": "not (role:member or role:admin)",
    "sessions:create": [["role:member", "role:operator"], ["role:admin"]],
    "sessions:delete": "project_id:%(project_id)s AND NOT role:member",
    "admin_api": "role:admin or role:operator",
    "plan:get": "rule:admin_or_reader or role:operator",
    "plan:create": "rule:admin_or_owner and not role:trainee",
    "provider:checkpoint_delete": [["rule:admin_or_owner", "role:operator"], ["rule:admin_api"]],
    "copy:create": "!",
    "quota:update": "system_scope:all or rule:admin_api",
    "own:rule": "rule:jobs:create and rule:jobs:delete",
}
CALLERS = [  # roles, project of the token, project that is asked about
    (["admin"], "p1", "p2"), (["cloud_admin"], "p1", "p1"), (["member"], "p1", "p1"),
    (["member"], "p1", "p2"), (["Member"], "p2", "p2"), (["reader"], "p1", "p1"),
    (["service"], "p9", "p1"), (["operator"], "p1", "p1"), (["operator", "member"], "p2", "p1"),
    (["member", "trainee"], "p1", "p1"), (["fallback"], "p1", "p1"), ([], "p1", "p1"),
]


class Asking:
    def __init__(self, manage, home):
        self.manage, self.home = manage, home
        self.file = home / "policy.json"
        self.file.write_text(json.dumps(RULES))
        conf = home / "permafrost.conf"
        conf.write_text(f"[oslo_policy]\npolicy_file = {self.file}\npolicy_dirs =\n[log]\nlevel = error\n")
        self.environment = {"PATH": os.environ["PATH"], "PERMAFROST_CONF": str(conf)}
        shown = self.ours("policy", "show")
        self.names = [line.split('"')[1] for line in shown.splitlines() if line[0] != "#"]
        # what is in force, as one file for the other program
        self.whole = home / "whole.yaml"
        self.whole.write_text(shown)

    def ours(self, *words):
        return subprocess.run([self.manage, *words], env=self.environment, check=True,
                              capture_output=True, text=True).stdout

    def ask_ours(self, caller):
        roles, project, target = caller
        return {name: self.ours("policy", "try", name, "--as", ",".join(roles), "--project", project,
                                "--target-project", target).strip() == "allow"
                for name in self.names if ":" in name}

    def ask_theirs(self, number, caller):
        roles, project, target = caller
        access, asked = self.home / f"access{number}.json", self.home / f"target{number}.json"
        access.write_text(json.dumps({"token": {
            "roles": [{"name": role} for role in roles], "user": {"id": "u1"},
            "project": {"id": project}}}))
        asked.write_text(json.dumps({"project_id": target}))
        said = subprocess.run(["oslopolicy-checker", "--policy", self.whole, "--access", access,
                               "--target", asked], check=True, capture_output=True, text=True).stdout
        words = [line.split(": ", 1) for line in said.splitlines()]
        return {name: word == "passed" for word, name in words if word in ("passed", "failed")}


def compare(asking):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        theirs = list(pool.map(asking.ask_theirs, range(len(CALLERS)), CALLERS))
    asked, wrong = 0, []
    for caller, answers in zip(CALLERS, theirs):
        ours = asking.ask_ours(caller)
        asked += len(ours)
        wrong += [f"{caller} {name}: oslopolicy-checker says {answers.get(name)}"
                  for name in ours if ours[name] != answers.get(name)]
    for line in wrong[:20]:
        print("#   " + line)
    allowed = sum(sum(answers.values()) for answers in theirs)
    print(f"{'not ok' if wrong or asked < 60 else 'ok'} - policy: {asked - len(wrong)} of {asked} "
          f"answers about a file are those of oslopolicy-checker, which passes {allowed}")
    return not wrong and asked >= 60


def main():
    if shutil.which("oslopolicy-checker") is None:
        sys.exit(77)
    home = pathlib.Path(tempfile.mkdtemp(prefix="permafrost-oracle."))
    try:
        good = compare(Asking(sys.argv[1], home))
    finally:
        shutil.rmtree(home)
    sys.exit(0 if good else 1)


main()
