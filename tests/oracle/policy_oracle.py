#!/usr/bin/python3
"""Compare our answers to policy questions with those of oslo.policy.

usage: policy_oracle.py POLICY_EVAL [COUNT [SEED]]

POLICY_EVAL is the program built from policy_eval.c. COUNT random rules are asked with random
credentials and targets, and so is each built-in rule. Ends 1 when one answer differs, 77 when
oslo.policy is not installed.
"""

import json
import logging
import random
import subprocess
import sys

try:
    from oslo_config import cfg
    from oslo_policy import policy
except ImportError:
    sys.exit(77)

PROJECTS = ["p1", "p2", "P1", "admin", ""]
USERS = ["u1", "u2", "True", "7"]
ROLES = ["admin", "Admin", "member", "reader", "service", "p1", "a%b"]
LEFT = ["project_id", "user_id", "roles", "is_admin", "system_scope", "system", "token.project.id",
        "True", "False", "true", "'p1'", '"u1"', "'member'", "''", "7", "0", "-1",
        "unknown", "open-group", "PROJECT_ID"]
FAULTY_LEFT = ["007", "1a", "", "'p1", "'p'1'", "*", "a..b", "a-"]
RIGHT = ["%(project_id)s", "%(user_id)s", "%(absent)s", "p1", "u1", "True", "False", "7", "0",
         "admin", "member", "all", "", "'p1'", "x%(project_id)s", "%(project_id)s%(user_id)s",
         "%(project_id)s:%(user_id)s", "p%%", "a%%b", "100%", "%d", "%(project_id)"]
WORDS = ["@", "!", "bogus", '"quoted"', "'a:b'", "and", "OR", "Not", "(", ")", "((", "))", "()"]


def atom(rng, names):
    kind = rng.random()
    if kind < 0.35:
        return "role:" + rng.choice(ROLES + RIGHT)
    if kind < 0.5:
        return "rule:" + rng.choice(names + ["no_such_rule", ""])
    if kind < 0.55:
        # oslo.policy forgives a faulty left side if it misses a key on the right; we never do
        return rng.choice(FAULTY_LEFT) + ":" + rng.choice(["p1", "True", "", "100%"])
    if kind < 0.9:
        return rng.choice(LEFT) + ":" + rng.choice(RIGHT)
    return rng.choice(["@", "!", "@", "!", "bogus"])


def sentence(rng, names, depth):
    if depth == 0 or rng.random() < 0.25:
        return atom(rng, names)
    if rng.random() < 0.2:
        return spell(rng, "not") + " " + group(rng, sentence(rng, names, depth - 1))
    joints = (" %s " % spell(rng, rng.choice(["and", "or"])) for _ in range(rng.randint(1, 3)))
    text = sentence(rng, names, depth - 1)
    for joint in joints:
        text += joint + group(rng, sentence(rng, names, depth - 1))
    return text


def spell(rng, word):
    return rng.choice([word, word, word.upper(), word.title()])


def group(rng, text):
    return rng.choice([text, "(%s)" % text, "( %s )" % text, "(%s )" % text, "((%s))" % text])


def noise(rng, names):
    words = [rng.choice(WORDS + [atom(rng, names)]) for _ in range(rng.randint(0, 7))]
    return rng.choice(["", " "]).join([""]) + rng.choice([" ", "  "]).join(words)


def random_rule(rng, names):
    text = noise(rng, names) if rng.random() < 0.25 else sentence(rng, names, rng.randint(0, 4))
    if text and "%" not in text and rng.random() < 0.3:
        cut = rng.randrange(len(text))
        text = text[:cut] + rng.choice(["", " ", ")", "(", ":"]) + text[cut + 1:]
    return text


def random_credentials(rng):
    roles = rng.sample(ROLES, rng.randint(0, 3))
    credentials = {"roles": roles, "is_admin": "admin" in [role.lower() for role in roles]}
    if rng.random() < 0.85:
        credentials["user_id"] = rng.choice(USERS)
    if rng.random() < 0.85:
        credentials["project_id"] = rng.choice(PROJECTS)
    elif rng.random() < 0.5:
        credentials["system_scope"] = "all"
    return credentials


def random_target(rng):
    target = {}
    if rng.random() < 0.9:
        target["project_id"] = rng.choice(PROJECTS)
    if rng.random() < 0.5:
        target["user_id"] = rng.choice(USERS)
    return target


def oslo_answers(rules, questions):
    enforcer = policy.Enforcer(cfg.ConfigOpts(), use_conf=False)
    enforcer.set_rules(policy.Rules.from_dict(rules), use_conf=False)
    for text, credentials, target in questions:
        try:
            check = policy.RuleDefault("asked", text).check
            yield bool(enforcer.enforce(check, target, dict(credentials)))
        except Exception:  # a rule that can't be answered is no permission
            yield False


def our_answers(program, questions):
    lines = "".join("%s\t%s\t%s\n" % (text, json.dumps(credentials), json.dumps(target))
                    for text, credentials, target in questions)
    out = subprocess.run([program], input=lines, capture_output=True, text=True, check=True)
    return [line == "allow" for line in out.stdout.split("\n")[:-1]]


def built_in_rules(program):
    out = subprocess.run([program, "--rules"], capture_output=True, text=True, check=True)
    return dict(line.split("\t") for line in out.stdout.splitlines())


def main():
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    logging.disable(logging.CRITICAL)
    rules = built_in_rules(program)
    names = list(rules)
    texts = [random_rule(rng, names) for _ in range(count)]
    texts += ["rule:" + name for name in names for _ in range(20)]
    questions = [(text, random_credentials(rng), random_target(rng)) for text in texts]

    theirs = list(oslo_answers(rules, questions))
    ours = our_answers(program, questions)
    if len(ours) != len(theirs):
        sys.exit("%d answers to %d questions" % (len(ours), len(theirs)))
    wrong = [(question, answer) for question, answer, other in zip(questions, theirs, ours)
             if answer != other]
    for question, answer in wrong[:20]:
        print("#   oslo.policy says %s: %s" % ("allow" if answer else "deny", question))
    print("%s - policy: %d of %d answers are those of oslo.policy, which allows %d"
          % ("not ok" if wrong else "ok", len(ours) - len(wrong), len(ours), sum(theirs)))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
