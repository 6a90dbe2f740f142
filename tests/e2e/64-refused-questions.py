#!/usr/bin/python3
"""Any question that a request asks of the database may fail. For every route, each of its questions in
turn is refused, and is cut off: the client must hear that, and nothing may be half done."""

import json
import signal
import socket
import subprocess
import sys
import uuid

sys.dont_write_bytecode = True

import fastcgi
from common import HOME, TREE, Api, account, check, psql, run
from questions import REFUSAL, Questions

sys.path.insert(0, str(TREE / "tests/api"))

from lib.watch import Database

MACHINES = "8f3b6f0e-2a54-4c57-9d0b-6a1d0f7f5c21"
REMEMBERED = "tokens "            # one that its owner never heard of is of use to nobody
QUESTIONS_MAX = 40

V2, KARBOR, IDENTITY = "/v2/{project}", "/data-protect/v1/{project}", "/identity/v3"
CHECKPOINTS = KARBOR + "/providers/" + MACHINES + "/checkpoints"
EXEC = {"freezer_action": {"action": "exec", "command": "true"}}
SCHEDULE = {"schedule_interval": "1 days"}
POLL = {"match": [{"client_id": "{word}"}], "match_not": [{"status": "completed"}]}

# (method, path, body, where the id is in the answer, and the name it gets), in order; each is done once
# all that can be spoiled of it was. {psql} is the database's own administrator, {once} a GET of which
# nothing is spoiled.
SCENARIO = [
    ("POST", IDENTITY + "/auth/tokens", "{login}"),
    ("POST", IDENTITY + "/auth/tokens", "{wrong login}"),
    ("POST", IDENTITY + "/auth/tokens", "{login by token}"),
    ("GET", IDENTITY + "/auth/tokens", None),
    ("DELETE", IDENTITY + "/auth/tokens", None),
    ("GET", IDENTITY + "/auth/catalog", None),
    ("GET", IDENTITY + "/auth/projects", None),

    ("POST", V2 + "/clients", {"client_id": "{word}", "hostname": "{word}"}),
    ("GET", V2 + "/clients", None),
    ("GET", V2 + "/clients/{word}", None),
    # that a scheduler polls is noted after the reply, once a minute: not while its questions are counted,
    # nor between two looks at the database
    ("{psql}", "update permafrost.expectations set last_at = now() + interval '1 day' "
               "where kind = 'client' and id = '{word}'"),
    ("{once}", V2 + "/jobs", POLL),
    ("GET", V2 + "/jobs", POLL),
    ("POST", V2 + "/backups", {"container": "c", "hostname": "{word}", "backup_name": "n"}, "backup_id", "backup"),
    ("GET", V2 + "/backups?limit=1&offset=1", None),
    ("GET", V2 + "/backups?marker={backup}", {"match": [{"_all": "{word}"}], "time_after": 1}),
    ("GET", V2 + "/backups/{backup}", None),
    ("PATCH", V2 + "/backups/{backup}", {"status": "error"}),
    ("DELETE", V2 + "/backups/{backup}", None),
    ("POST", V2 + "/actions", EXEC, "action_id", "action"),
    ("POST", V2 + "/actions/{action}", {**EXEC, "max_retries": 7}),
    ("PUT", V2 + "/actions/{action}", {**EXEC, "max_retries": 8}),
    ("PATCH", V2 + "/actions/{action}", {"max_retries": 9}),
    ("POST", V2 + "/jobs", {"client_id": "{word}", "job_schedule": SCHEDULE,
                            "job_actions": [{"action_id": "{action}"}, EXEC]}, "job_id", "job"),
    ("POST", V2 + "/jobs/{job}", {"client_id": "{word}", "job_actions": [EXEC], "description": "b"}),
    ("PUT", V2 + "/jobs/{job}", {"client_id": "{word}", "job_actions": [EXEC], "description": "c"}),
    ("PATCH", V2 + "/jobs/{job}", {"job_actions": [{"action_id": "{action}"}], "description": "d"}),
    ("PATCH", V2 + "/jobs/{job}", {"job_schedule": {"status": "completed", "result": "fail", "event": ""}}),
    ("POST", V2 + "/jobs/{job}/event", {"start": None}),
    ("GET", V2 + "/overdue", None),
    ("POST", V2 + "/sessions", {"schedule": SCHEDULE, "session_tag": 0}, "session_id", "session"),
    ("POST", V2 + "/sessions/{session}", {"schedule": SCHEDULE, "session_tag": 0, "description": "b"}),
    ("PUT", V2 + "/sessions/{session}", {"schedule": SCHEDULE, "session_tag": 0, "description": "c"}),
    ("PATCH", V2 + "/sessions", {"session_id": "{session}", "description": "d"}),
    ("PUT", V2 + "/sessions/{session}/jobs/{job}", None),
    ("PATCH", V2 + "/sessions/{session}", {"schedule": {"schedule_interval": "2 days"}}),
    ("POST", V2 + "/sessions/{session}/action", {"start": {"job_id": "{job}", "current_tag": 0}}),
    ("POST", V2 + "/sessions/{session}/action", {"end": {"job_id": "{job}", "current_tag": 1, "result": "success"}}),
    ("DELETE", V2 + "/sessions/{session}/jobs/{job}", None),
    ("DELETE", V2 + "/sessions/{session}", None),
    ("DELETE", V2 + "/jobs/{job}", None),
    ("DELETE", V2 + "/actions/{action}", None),

    ("POST", "/v1/jobs", {"client_id": "{word}", "job_actions": [EXEC]}, "job_id", "old_job"),
    ("POST", "/v1/jobs/{old_job}", {"client_id": "{word}", "job_actions": [EXEC], "description": "b"}),
    ("GET", "/v1/jobs/{old_job}", None),
    ("DELETE", "/v1/jobs/{old_job}", None),

    ("POST", KARBOR + "/plans", {"plan": {
        "name": "{word}", "provider_id": MACHINES, "parameters": {"OS::Freezer::Client": {
            "mode": "fs", "path_to_backup": "/etc"}},
        "resources": [{"id": "{word}", "type": "OS::Freezer::Client", "name": "{word}"}]}}, "plan.id", "plan"),
    ("GET", KARBOR + "/plans?name={word}&sort=name:desc", None),
    ("GET", KARBOR + "/plans?marker={plan}", None),
    ("GET", KARBOR + "/plans/{plan}", None),
    ("PUT", KARBOR + "/plans/{plan}", {"plan": {"status": "started"}}),
    ("POST", KARBOR + "/triggers", {"trigger_info": {"name": "{word}", "type": "time", "properties": {
        "format": "crontab", "pattern": "0 3 * * *"}}}, "trigger_info.id", "trigger"),
    ("GET", KARBOR + "/triggers", None),
    ("GET", KARBOR + "/triggers/{trigger}", None),
    ("PUT", KARBOR + "/triggers/{trigger}", {"trigger_info": {"name": "b"}}),
    ("POST", KARBOR + "/scheduled_operations", {"scheduled_operation": {
        "name": "{word}", "operation_type": "protect", "trigger_id": "{trigger}", "operation_definition": {
            "plan_id": "{plan}", "provider_id": MACHINES}}}, "scheduled_operation.id", "operation"),
    ("GET", KARBOR + "/scheduled_operations", None),
    ("GET", KARBOR + "/scheduled_operations/{operation}", None),
    ("DELETE", KARBOR + "/scheduled_operations/{operation}", None),
    ("DELETE", KARBOR + "/triggers/{trigger}", None),
    ("POST", CHECKPOINTS, {"checkpoint": {"plan_id": "{plan}"}}, "checkpoint.id", "checkpoint"),
    ("GET", CHECKPOINTS, None),
    ("GET", CHECKPOINTS + "/{checkpoint}", None),
    ("{psql}", "update permafrost.checkpoints set doc = doc || '{\"status\": \"available\"}' where id = '{checkpoint}'"),
    ("POST", KARBOR + "/restores", {"restore": {"provider_id": MACHINES, "checkpoint_id": "{checkpoint}",
                                                "parameters": {}}}, "restore.id", "restore"),
    ("GET", KARBOR + "/restores/{restore}", None),
    ("POST", KARBOR + "/verifications", {"verification": {"provider_id": MACHINES, "checkpoint_id": "{checkpoint}",
                                                          "parameters": {}}}, "verification.id", "verification"),
    ("GET", KARBOR + "/verifications/{verification}", None),
    ("PUT", CHECKPOINTS + "/{checkpoint}", {"os-resetState": {"state": "error"}}),
    ("GET", KARBOR + "/operation_logs?checkpoint_id={checkpoint}", None),
    ("{psql}", "delete from permafrost.operation_logs where doc->>'checkpoint_id' = '{checkpoint}'"),
    ("DELETE", CHECKPOINTS + "/{checkpoint}", None),
    # the deletion would be an engine's to finish
    ("{psql}", "delete from permafrost.checkpoints where id = '{checkpoint}'; delete from permafrost.work_items "
               "where checkpoint_id = '{checkpoint}'; delete from permafrost.restores where id = '{restore}'; "
               "delete from permafrost.verifications where id = '{verification}'; "
               "delete from permafrost.operation_logs where doc->>'checkpoint_id' = '{checkpoint}'"),
    ("DELETE", KARBOR + "/plans/{plan}", None),
    ("GET", KARBOR + "/protectables", None),
    ("GET", KARBOR + "/protectables/OS::Freezer::Client/instances", None),
    ("GET", KARBOR + "/protectables/OS::Freezer::Client/instances/{word}", None),
    ("GET", KARBOR + "/os-services", None),
    ("GET", KARBOR + "/quotas/{project}", None),
    ("GET", KARBOR + "/quotas/{project}/detail", None),
    ("PUT", KARBOR + "/quotas/{project}", {"quota": {"plans": 7}}),
    ("DELETE", KARBOR + "/quotas/{project}", None),
    ("PUT", KARBOR + "/quota_classes/{word}", {"quota_class": {"plans": 7}}),
    ("GET", KARBOR + "/quota_classes/{word}", None),
    ("{psql}", "delete from permafrost.quota_classes where class_name = '{word}'"),
    ("DELETE", V2 + "/clients/{word}", None),
]


class Worker:
    """One of our own, whose database is what `questions` lets through."""

    def __init__(self, work, questions):
        self.path, self.log = work / "api.sock", work / "worker.log"
        conf = questions.configuration(HOME / "permafrost.conf", (
            "\n[identity]\ntoken_cache_time = 0\nlogin_failures_max = 100000\n"
            f"[metrics]\nfile = {work}/counters\n"))
        with socket.socket(socket.AF_UNIX) as listening, open(self.log, "ab") as log:
            listening.bind(str(self.path))
            listening.listen(16)
            self.process = subprocess.Popen([HOME / "bin/permafrost-api"], stdin=listening, stderr=log,
                                            env={"PERMAFROST_CONF": str(conf)})

    def ask(self, method, path, body, **headers):
        service = next((name for name in ("identity", "data-protect") if path.startswith(f"/{name}")), "backup")
        text = b"" if body is None else json.dumps(body).encode()
        status, answer = fastcgi.ask(self.path, fastcgi.message({
            "SERVICE": service, "MOUNT": "" if service == "backup" else f"/{service}", "REQUEST_METHOD": method,
            "REQUEST_URI": path, "QUERY_STRING": path.partition("?")[2], "CONTENT_TYPE": text and "application/json",
            "CONTENT_LENGTH": str(len(text)), "REMOTE_ADDR": "127.0.0.1", "REQUEST_SCHEME": "http",
            "HTTP_HOST": "localhost", **headers}, text))
        return status, answer

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


class Asking:
    """The scenario's words, and who asks: an administrator in the project of demo's machines."""

    def __init__(self, worker):
        self.worker, self.api, rc = worker, Api("admin"), account("admin")
        user = {"name": rc["OS_USERNAME"], "password": rc["OS_PASSWORD"], "domain": {"name": "Default"}}
        self.words = {"project": self.api.project, "word": "refused" + uuid.uuid4().hex[:8]}
        scope = {"project": {"id": self.api.project}}
        self.logins = {
            "{login}": {"methods": ["password"], "password": {"user": user}},
            "{wrong login}": {"methods": ["password"], "password": {"user": {**user, "password": "wrong"}}},
            "{login by token}": {"methods": ["token"], "token": {"id": self.api.token}},
        }
        self.logins = {name: {"auth": {"identity": login, "scope": scope}} for name, login in self.logins.items()}

    def filled(self, value):
        if isinstance(value, dict):
            return {self.filled(name): self.filled(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self.filled(element) for element in value]
        if not isinstance(value, str):
            return value
        if value in self.logins:
            return self.logins[value]
        for name, word in self.words.items():
            value = value.replace("{%s}" % name, word)
        return value

    def keep(self, answer, path, name):
        value = json.loads(answer)
        for member in path.split("."):
            value = value[member]
        self.words[name] = value

    def ask(self, method, path, body):
        subject = Api("demo").token if method == "DELETE" and path.endswith("/tokens") else self.api.token
        return self.worker.ask(method, self.filled(path), self.filled(body), HTTP_X_AUTH_TOKEN=self.api.token,
                               HTTP_X_SUBJECT_TOKEN=subject)


class Judge:
    def __init__(self, questions, asking):
        self.questions, self.asking = questions, asking
        self.database = Database(f"host={questions.database.parent} user=permafrost dbname=permafrost")
        self.spoiled, self.before = {"refused": 0, "cut": 0}, []
        self.unheard, self.half_done, self.told, self.undone = [], [], [], []

    def written(self):
        """One line a table: a hash of its rows."""
        return [line for line in self.database.hash() if not line.startswith(REMEMBERED)]

    def spoil(self, number, how, request):
        """Ask with that question spoiled; None when there is no such question, else (status, answer)."""
        self.questions.spoil(number, how)
        status, answer = self.asking.ask(*request[:3])
        if self.questions.spoil_none() == 0:
            return None, (status, answer)
        self.spoiled[how] += 1
        where = f"{request[0]} {request[1]}: question {number} {how}: {status} {answer}"
        may_be_asked_again = how == "cut" and request[0] == "GET"
        if status < 500 and not may_be_asked_again:
            self.unheard.append(where)
        if REFUSAL in answer:
            self.told.append(where)
        after = self.written()
        if after != self.before:
            self.half_done.append(f"{where}\n{self.database.differences(self.before, after)}")
        self.before = after
        return True, None

    def judge(self, request):
        if request[0] == "{psql}":
            psql(self.asking.filled(request[1]))
            return
        if request[0] == "{once}":
            self.asking.ask("GET", *request[1:])
            self.asking.ask("GET", "/", None)     # is answered when all that follows the reply was done
            return
        self.before = self.written()
        for number in range(1, QUESTIONS_MAX):
            fired, done = self.spoil(number, "refused", request)
            if fired:       # on a new connection there may be fewer: statements are prepared once
                fired, done = self.spoil(number, "cut", request)
            if not fired:
                break
        status, answer = done
        expected = 401 if request[2] == "{wrong login}" else 200
        if status // 100 != expected // 100:
            self.undone.append(f"{request[0]} {request[1]}: {status} {answer}")
        elif len(request) > 3:
            self.asking.keep(answer, *request[3:])


def deadlocks(judge):
    """A write whose questions meet a deadlock, one after the other; what was not answered well."""
    client = {"client_id": "{word}", "hostname": "{word}"}
    found = []
    for number in range(3, 6):      # behind those for the token and for the transaction
        judge.questions.spoil(number, "deadlock")
        status, answer = judge.asking.ask("POST", V2 + "/clients", client)
        if judge.questions.spoil_none() != 1 or status != 201:
            found.append(f"question {number}: {status} {answer}")
        judge.asking.ask("DELETE", V2 + "/clients/{word}", None)
    return found


def main(work):
    questions = Questions(work, (HOME / "run").resolve() / "postgres")
    worker = Worker(work, questions)
    judge = Judge(questions, Asking(worker))
    for request in SCENARIO:
        judge.judge(request)
    spoiled = judge.spoiled
    unhappy = deadlocks(judge)
    judge.database.close()
    check(f"{len(SCENARIO)} requests are answered when the database answers", not judge.undone,
          "\n".join(judge.undone))
    check(f"a request of which a question is refused is answered 500 or more ({spoiled['refused']} questions)",
          spoiled["refused"] > len(SCENARIO) and not judge.unheard, "\n".join(judge.unheard))
    check(f"and nothing is half done, nor when the connection is cut there ({spoiled['cut']} times)",
          spoiled["cut"] > len(SCENARIO) and not judge.half_done, "\n".join(judge.half_done))
    check("the client is not told what PostgreSQL said", not judge.told, "\n".join(judge.told))
    check("a write that meets a deadlock is done again", not unhappy, "\n".join(unhappy))
    check("the worker that had all of that ends well", worker.stop() == 0, worker.log.read_text()[-2000:])


if __name__ == "__main__":
    run(main)
