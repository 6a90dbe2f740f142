#!/usr/bin/python3
"""Passwords, tokens and keys pass through here. Recognisable ones go in by every good and bad way, with
every statement logged as a DBA might wish; then they are looked for wherever somebody else could read."""

import contextlib
import http.client
import json
import os
import pathlib
import secrets
import subprocess
import threading
import time
import urllib.parse

from common import HOME, URL, Api, account, check, psql, run, wait_for, workers

OWN = "secret" + secrets.token_hex(4)
SOCKET = (HOME / "run").resolve() / "postgres"
LOGS = sorted((HOME / "log").glob("*.log"))
planted = {}            # what for: the word
refusals = []           # bodies of answers that refused
HARSH = ("log_statement = 'all'", "log_min_duration_statement = 0", "log_error_verbosity = verbose",
         "log_parameter_max_length_on_error = -1")


def plant(what):
    """A word that nobody else uses; each use of the same purpose is the same word."""
    return planted.setdefault(what, "Zq" + secrets.token_hex(12))


def sql(text, user="postgres"):
    done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", SOCKET, "-U", user,
                           "permafrost"], input=text, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def send(method, path, body=None, token=None, headers=()):
    """The status, or None when the server broke off; refusals are kept for later."""
    server = urllib.parse.urlsplit(URL)
    connection = http.client.HTTPConnection(server.hostname, server.port, timeout=60)
    data = json.dumps(body) if isinstance(body, (dict, list)) else body
    try:
        connection.request(method, path, data and data.encode(),
                           {**dict(headers), **({"X-Auth-Token": token} if token else {})})
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        if answer.status >= 400:
            refusals.append(f"{answer.status} {answer.getheaders()} {text}")
        return answer.status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


# ---- where secrets go in ------------------------------------------------------------------------

def login(password, name=None):
    user = {"name": name or OWN, "domain": {"name": "Default"}, "password": password}
    return {"auth": {"identity": {"methods": ["password"], "password": {"user": user}}}}


def plant_logins():
    path = "/identity/v3/auth/tokens"
    word = plant("the password of a login")
    real = account("demo")
    planted["the password of demo"] = real["OS_PASSWORD"]
    statuses = [send("POST", path, login(word)), send("POST", path, login(word, real["OS_USERNAME"])),
                send("POST", path, login(real["OS_PASSWORD"], real["OS_USERNAME"]))]
    for password in [word], {"value": word}, word + "\0", word * 100, word + "\udc80":
        statuses.append(send("POST", path, login(password)))
    whole = json.dumps(login(word))
    for body in (whole[:-3], whole + "}", whole.replace('"methods"', "methods"),
                 whole + " " * 2000000, whole.replace(word, word + "\\u0000"),
                 f'"{word}"', f"password={word}", "[" * 200 + f'"{word}"'):
        statuses.append(send("POST", path, body))
    for method in "PUT", "PATCH", "GET", "OPTIONS", "TRACE", "BREW":
        statuses.append(send(method, path, whole))
    token = plant("a token that is none")
    statuses.append(send("POST", path, {"auth": {"identity": {
        "methods": ["token"], "token": {"id": token}}}}))
    return statuses


def plant_tokens(api):
    planted["the token of demo"] = api.token
    none = plant("a token that is none")
    jobs = f"/v2/{api.project}/jobs"
    for token in api.token, none:
        send("GET", jobs, token=token)
        send("GET", "/identity/v3/auth/tokens", token=api.token, headers=[("X-Subject-Token", token)])
        send("GET", f"{jobs}?token={token}&X-Auth-Token={token}")
        send("GET", "/nowhere", token=token)
        send("BREW", jobs, token=token)
        send("POST", jobs, "x" * 2000000, token=token)
    send("DELETE", "/identity/v3/auth/tokens", token=api.token, headers=[("X-Subject-Token", none)])


def action():
    return {"action": "backup", "mode": "mysql", "backup_name": OWN,
            "ssh_password": plant("the password of an SSH host"),
            "storage": {"secret_key": plant("the key of a store")},
            "mysql_password": plant("the password of a database"),
            "command": f"env PGPASSWORD={plant('a password in a command')} dump"}


def documents():
    """A job and an action, and bodies that almost are."""
    job = {"description": OWN, "job_actions": [{"freezer_action": action()}]}
    whole = json.dumps(job)
    word = plant("the password of an SSH host")
    yield job
    yield from (whole[:-2], whole + "]", whole.replace('"mode"', "mode"), whole + " " * 2000000,
                whole.replace(word, word + "\\u0000"), whole.replace(word, word + "\\ud800"),
                whole.replace(f'"{word}"', "1e999999"), whole.replace("{", '{"a": 1, "a": 2, ', 1),
                whole.replace('"mysql"', "7"), whole.replace('"backup"', f'["{word}"]'))
    yield {**job, "job_actions": {"freezer_action": action()}}
    yield {**job, "job_actions": [{"action_id": "none", "freezer_action": action()}]}
    yield {**job, "client_id": OWN + "-none"}
    yield {**job, "job_schedule": {"status": "odd"}}
    yield {**job, "job_actions": [{"freezer_action": {**action(), "long": word * 12000}}]}
    yield {**job, "job_actions": [{"freezer_action": {**action(), word: word}}]}


def plant_documents(api):
    base = f"/v2/{api.project}"
    for body in documents():
        for method, path in (("POST", "/jobs"), ("PUT", f"/jobs/{OWN}"), ("PATCH", f"/jobs/{OWN}"),
                             ("POST", f"/jobs/{OWN}/event"), ("DELETE", f"/sessions/{OWN}")):
            send(method, base + path, body, api.token)
    for body in ({"freezer_action": action(), "action_id": OWN}, {"freezer_action": [action()]}):
        for method, path in ("POST", "/actions"), ("POST", f"/actions/{OWN}"), ("PATCH", f"/actions/{OWN}"):
            send(method, base + path, body, api.token)
    word = plant("the password of an SSH host")
    for search in {"match": [{"_all": word}]}, {"match": [{"ssh_password": word}]}, {"match": word}:
        send("GET", base + "/jobs", search, api.token)


# ---- statements that fail -----------------------------------------------------------------------

@contextlib.contextmanager
def locked(table):
    with subprocess.Popen(["psql", "-XqAt", "-h", SOCKET, "-U", "postgres", "permafrost"], text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        holder.stdin.write(f"begin; lock table permafrost.{table} in access exclusive mode; select 1;\n")
        holder.stdin.flush()
        holder.stdout.readline()
        try:
            yield
        finally:
            holder.stdin.close()


def waiting_are(function):
    """Do it to every worker's connection that waits for a lock."""
    waits = "from pg_stat_activity where wait_event_type = 'Lock' and usename = 'permafrost'"
    return wait_for(lambda: sql(f"select {function}(pid) {waits}"), 20, 0.05)


def fail_statements(api):
    """Statements with secrets in their values are cancelled, time out, and lose their backend."""
    done = []
    body = {"freezer_action": action()}
    search = {"match": [{"_all": plant("the password of an SSH host")}]}
    for function in "pg_cancel_backend", "pg_terminate_backend":
        for method, path, what in (("POST", "/actions", body), ("GET", "/actions", search)):
            with locked("actions"):
                asking = threading.Thread(target=lambda: done.append(
                    send(method, f"/v2/{api.project}{path}", what, api.token)))
                asking.start()
                waiting_are(function)
                if method == "GET":    # a question that lost its connection is asked again
                    waiting_are("pg_cancel_backend")
                asking.join(30)
    return done


class Sampler(threading.Thread):
    """What pg_stat_activity shows, over and over."""

    def __init__(self):
        super().__init__(daemon=True)
        self.over, self.seen, self.samples = threading.Event(), set(), 0

    def run(self):
        with subprocess.Popen(["psql", "-XqAt", "-h", SOCKET, "-U", "postgres", "permafrost"],
                              text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as asker:
            while not self.over.is_set():
                asker.stdin.write("select to_json(query) from pg_stat_activity where usename = "
                                  "'permafrost' and query <> '';\n\\echo --\n")
                asker.stdin.flush()
                self.seen.update(iter(asker.stdout.readline, "--\n"))
                self.samples += 1
                time.sleep(0.002)
            asker.stdin.close()


# ---- where they may not come out ----------------------------------------------------------------

def found(text):
    """Which of the secrets stand in a text, and where."""
    lines = text.splitlines()
    return [f"{what}: {line[:100]} ... {line[max(0, line.find(word) - 60):][:160]}"
            for what, word in planted.items() for line in lines if word in line]


def told_by(process):
    """What ps tells everybody of a process."""
    return pathlib.Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode()


def core_limits():
    return {line for worker in workers()
            for line in pathlib.Path(f"/proc/{worker}/limits").read_text().splitlines()
            if line.startswith("Max core file size") and line.split()[4:6] != ["0", "0"]}


def judge_logs(starts):
    for log in LOGS:
        with log.open(errors="replace") as lines:
            lines.seek(starts[log])
            wrong = found(lines.read())
        check(f"no secret stands in {log.name}", not wrong, "\n".join(wrong[:8]))


def judge(sampler):
    check("no refusal says a secret back", not (wrong := found("\n".join(refusals))), "\n".join(wrong[:8]))
    check("pg_stat_activity shows questions, and never a value of theirs",
          sampler.samples > 20 and len(sampler.seen) > 5 and not found("".join(sampler.seen)),
          f"{sampler.samples} samples, {len(sampler.seen)} queries\n"
          + "\n".join(found("".join(sampler.seen))[:8]))
    dump = subprocess.run(["pg_dump", "-h", SOCKET, "-U", "postgres", "permafrost"], check=True,
                          capture_output=True, text=True).stdout
    wrong = [line for line in found(dump) if "token" in line.split(":")[0] or "login" in line.split(":")[0]
             or "of demo" in line.split(":")[0]]
    check("the database keeps no password and no token in clear", not wrong, "\n".join(wrong))
    check("a worker that crashes leaves no memory on disk", not core_limits(), core_limits())


# ---- the password of the database itself --------------------------------------------------------

# {} is the password, or a piece of it: people forget quotes and percent signs.
CONNECTIONS = (
    "host=/nowhere user=u password={} dbname=d",
    "host=127.0.0.1 port=1 password='{}' dbname=d",
    "host=127.0.0.1 port=1 password=two {} dbname=d",
    "host=127.0.0.1 port=1 password='{} dbname=d",
    "host=127.0.0.1 port=1 password={} two dbname=d",
    "{} host=127.0.0.1",
    "postgresql://u:{}@127.0.0.1:1/d",
    "postgresql://u:x@{}@127.0.0.1:1/d",
    "postgresql://u:{}/x@127.0.0.1:1/d",
    "postgresql://u:7/{}@127.0.0.1:1/d",
    "postgresql://u:x?{}@127.0.0.1:1/d",
    "postgresql://u:7#{}@127.0.0.1:1/d",
    "postgresql://u:{}%zz@127.0.0.1:1/d",
    "postgresql://u:[{}@127.0.0.1:1/d",
    "postgresql://127.0.0.1:1/d?user=u&password={}",
    "postgresql://127.0.0.1:1/d?user=u&password={}%zz",
    "postgresql://127.0.0.1:1/d?user=u&password=a&{}=c",
    "postgresql://127.0.0.1:1/d?user=u&password=a&{}",
)


def judge_connections(work):
    word = plant("the password of the database")
    wrong, wishes = [], {name: os.environ[name] for name in os.environ if "SAN_OPTIONS" in name}
    for n, connection in enumerate(CONNECTIONS):
        conf = work / f"{n}.conf"
        conf.write_text(f"[database]\nconnection = {connection.format(word)}\nconnect_timeout = 2\n")
        for program, words in (("permafrost-manage", ["db", "version"]), ("permafrost-api", []),
                               ("permafrost-manage", ["config", "check"]),
                               ("permafrost-manage", ["config", "show"])):
            done = subprocess.run([HOME / "bin" / program, "--config", conf, *words], env=wishes,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
            said = done.stdout + done.stderr
            if word in said:
                wrong.append(f"{connection}: {program} {' '.join(words)}: {said[:300]}")
    check("however its connection string is written, no program says the database's password",
          not wrong, "\n".join(wrong[:20]))


def judge_open_files(work):
    """What the workers say at their start of settings that hold a password."""
    conf = work / "open.conf"
    conf.write_text("[database]\nconnection = host=/nowhere user=u password=word dbname=d\n")
    said = {}
    for mode in 0o644, 0o640:
        conf.chmod(mode)
        said[mode] = subprocess.run([HOME / "bin" / "permafrost-api", "--config", conf], stdin=subprocess.DEVNULL,
                                    capture_output=True, text=True, timeout=60, check=False).stderr
    warning = f"everybody may read {conf}"
    check("workers warn of a password in a file that everybody may read", warning in said[0o644], said)
    check("and of no other", warning not in said[0o640], said)


def judge_processes():
    told = [told_by(worker) for worker in workers()]
    check("a worker's command line holds the way to its settings at most",
          all(line.split() == [str(HOME / "bin/permafrost-api")] for line in told), told)
    modes = {oct(os.stat(f"/proc/{worker}/environ").st_mode & 0o777) for worker in workers()}
    check("what stands in a worker's environment only its user and root can read",
          modes == {"0o400"}, modes)


@contextlib.contextmanager
def harsh_log():
    """The log of a DBA who wants to see everything."""
    for setting in HARSH:
        sql(f"alter role permafrost set {setting}")
    sql("select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'permafrost'")
    try:
        yield
    finally:
        for setting in HARSH:
            sql(f"alter role permafrost reset {setting.split()[0]}")
        sql("select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'permafrost'")


def main(work):
    judge_connections(work)
    judge_open_files(work)
    judge_processes()
    api, sampler = Api("demo"), Sampler()
    starts = {log: log.stat().st_size for log in LOGS}
    try:
        with harsh_log():
            sampler.start()
            statuses = plant_logins()
            check("logins are accepted and refused as they come",
                  {201, 400, 401, 405, 413} <= set(statuses), statuses)
            plant_tokens(api)
            plant_documents(api)
            check("statements that fail are 503", fail_statements(api) == [503] * 4)
            sampler.over.set()
            sampler.join()
        judge_logs(starts)
        judge(sampler)
    finally:
        api.clean(OWN)


run(main)
