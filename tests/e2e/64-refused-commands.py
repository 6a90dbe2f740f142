#!/usr/bin/python3
"""Any question that a command of permafrost-manage asks of the database may fail. For every command,
each of its questions in turn is refused, and is cut off: it must say so, end with 1 and change nothing."""

import subprocess
import sys
import uuid

sys.dont_write_bytecode = True

from common import HOME, TREE, check, run
from questions import REFUSAL, Questions

sys.path.insert(0, str(TREE / "tests/api"))

from lib.watch import Database

QUESTIONS_MAX = 40

# in order; each is done once all that can be spoiled of it was (an import tries again by itself)
COMMANDS = [
    "project create {word}", "project list", "user create {word} --password-stdin", "user list",
    "role grant {word} {word} member", "role list", "role revoke {word} {word} member",
    "user set-password {word} --password-stdin", "user disable {word}", "user enable {word}",
    "project disable {word}", "project enable {word}", "user delete {word}", "project delete {word}",
    "db version",
]


class Judge:
    def __init__(self, work):
        self.questions = Questions(work, (HOME / "run").resolve() / "postgres")
        self.conf = self.questions.configuration(HOME / "permafrost.conf")
        self.database = Database(f"host={self.questions.database.parent} user=permafrost dbname=permafrost")
        self.word = "refused" + uuid.uuid4().hex[:8]
        self.spoiled, self.before, self.undone, self.unheard, self.half_done = 0, [], [], [], []

    def manage(self, command):
        return subprocess.run([HOME / "bin/permafrost-manage", *command.format(word=self.word).split()],
                              env={"PERMAFROST_CONF": str(self.conf)}, input="a secret of some length\n",
                              capture_output=True, text=True, timeout=120, check=False)

    def spoil(self, command, number, how):
        """What it did with that question spoiled; None when there is no such question."""
        self.questions.spoil(number, how)
        done = self.manage(command)
        if self.questions.spoil_none() == 0:
            return done
        self.spoiled += 1
        where = f"{command}: question {number} {how}: {done.returncode} {done.stdout}{done.stderr}"
        if done.returncode != 1 or not done.stderr.strip() or REFUSAL in done.stderr:
            self.unheard.append(where)
        after = self.database.hash()
        if after != self.before:
            self.half_done.append(f"{where}\n{self.database.differences(self.before, after)}")
        self.before = after
        return None

    def judge(self, command):
        self.before = self.database.hash()
        for number in range(1, QUESTIONS_MAX):
            done = self.spoil(command, number, "refused")
            if done:
                break
            self.spoil(command, number, "cut")
        if done is None or done.returncode != 0:
            self.undone.append(f"{command}: {done}")


def main(work):
    judge = Judge(work)
    for command in COMMANDS:
        judge.judge(command)
    judge.database.close()
    check(f"{len(COMMANDS)} commands do what they say when the database answers", not judge.undone,
          "\n".join(judge.undone))
    check(f"a command of which a question is refused or cut off says so and ends with 1 ({judge.spoiled} questions)",
          judge.spoiled >= 2 * len(COMMANDS) and not judge.unheard, "\n".join(judge.unheard))
    check("and nothing is half done", not judge.half_done, "\n".join(judge.half_done))


if __name__ == "__main__":
    run(main)
