#!/usr/bin/python3
"""Whatever comes in: it is answered, a refusal says why and changes nothing, and no worker minds.

BAD_INPUT_REQUESTS requests (20000) grown from BAD_INPUT_SEED (20), one after the other, with the
database looked at after each; then clients that leave, that are slow, and that all come at once."""

import collections
import contextlib
import functools
import http.client
import json
import os
import pathlib
import random
import re
import secrets
import socket
import subprocess
import threading
import time
import urllib.parse

from common import HOME, URL, ask, check, run, wait_for, workers
from hammer import ACTION, BACKUP, CLIENT, JOB, KINDS, LOGIN, SESSION, Hammer, Request

COUNT = int(os.environ.get("BAD_INPUT_REQUESTS", "20000"))
SEED = int(os.environ.get("BAD_INPUT_SEED", "20"))
ROUND = 400             # requests before documents and tokens are made anew
SHOWN = 5               # examples of one failure
GROWTH_MAX = 16 << 10   # KiB of a worker
OWN = "hammer" + secrets.token_hex(4)
ADDRESS = (lambda host, port: (host, int(port)))(*URL.removeprefix("http://").split(":"))
MANAGE = [str(HOME / "bin" / "permafrost-manage")]
INSIDES = re.compile(r"insert into|permafrost\.|sqlstate|libpq|::jsonb|socket \"|/var/|\.c:\d")
WORD = re.compile(r"[\w-]{32,}")
LAST = b"GET /healthcheck HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
STATUSES = {200, 201, 202, 204, 300, 400, 401, 403, 404, 405, 406, 408, 409, 411, 413, 414, 417, 422, 429,
            753}


# ---- an account and a database of our own ---------------------------------------------------------

def manage(*words, said=""):
    environment = {"PATH": "/usr/bin:/bin", "PERMAFROST_CONF": str(HOME / "permafrost.conf")}
    return subprocess.run(MANAGE + list(words), check=True, input=said, env=environment,
                          capture_output=True, text=True).stdout


class Account:
    """A project of our own and its users; the passwords and tokens that must not turn up anywhere."""

    roles = ("member", "admin", "reader")

    def __enter__(self):
        manage("project", "create", OWN, "--id", OWN)
        self.secrets, self.firsts, self.tokens = set(), {}, {}
        for role in self.roles:
            password = secrets.token_hex(16)
            self.secrets.add(password)
            manage("user", "create", f"{OWN}-{role}", "--password-stdin", said=password)
            manage("role", "grant", f"{OWN}-{role}", OWN, role)
            self.firsts[role] = self.log_in({"methods": ["password"], "password": {"user": {
                "name": f"{OWN}-{role}", "password": password, "domain": {"name": "Default"}}}})
        return self

    def __exit__(self, *_):
        for role in self.roles:
            manage("user", "delete", f"{OWN}-{role}")
        manage("project", "delete", OWN)

    def log_in(self, identity):
        reply = ask("POST", f"{URL}/identity/v3/auth/tokens",
                    {"auth": {"identity": identity, "scope": {"project": {"id": OWN}}}})
        self.secrets.add(reply.headers["X-Subject-Token"])
        return reply.headers["X-Subject-Token"]

    def secrets_in(self, text):
        """Those passwords and tokens that the text has as a word."""
        return self.secrets.intersection(WORD.findall(text))

    def renew(self):
        """Tokens that may be lost."""
        self.tokens = {role: self.log_in({"methods": ["token"], "token": {"id": first}})
                       for role, first in self.firsts.items()}
        self.tokens["bogus"] = "gAAAA" + OWN


class Database:
    """Has anything changed? Each row of each table counts, by the transaction that wrote it; only
    the failed logins may grow."""

    WIPE = "".join(f"delete from permafrost.{kind}s where project_id = '{OWN}';" for kind in KINDS)

    def __enter__(self):
        self.psql = subprocess.Popen(
            ["psql", "-XqAt", "-h", str((HOME / "run").resolve() / "postgres"), "-U", "permafrost",
             "permafrost"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        tables = self.ask("select string_agg(format('(select row(count(*), sum(xmin::text::bigint))"
                          " from permafrost.%I)', tablename), ', ') from pg_tables"
                          " where schemaname = 'permafrost' and tablename <> 'login_failures'")
        self.digest = f"select row({tables})"
        self.seen()
        return self

    def __exit__(self, *_):
        self.ask(self.WIPE + "select 1")
        self.psql.stdin.close()
        self.psql.wait()

    def ask(self, text):
        self.psql.stdin.write(text + ";\n")
        return self.psql.stdout.readline().strip()

    def written(self):
        """Grows with each transaction that wrote, also when it was taken back."""
        return self.ask("select pg_snapshot_xmax(pg_current_snapshot())")

    def rest(self):
        """Wait until none of the others' questions is on its way; it was not at two looks."""
        quiet = 0
        end = time.monotonic() + 30
        while quiet < 2 and time.monotonic() < end:
            time.sleep(0.05)
            busy = self.ask("select count(*) from pg_stat_activity where datname = current_database()"
                            " and usename = current_user and pid <> pg_backend_pid() and state <> 'idle'")
            quiet = quiet + 1 if busy == "0" else 0

    def seen(self):
        self.at, self.was = self.written(), self.ask(self.digest)

    def is_unchanged(self):
        if self.written() == self.at:
            return True
        before = self.was
        self.seen()
        return before == self.was


# ---- the wire -------------------------------------------------------------------------------------

class Answer:
    """One reply; `broken` says why it is none."""

    def __init__(self, reply=None, broken=None):
        self.broken, self.status, self.body, self.type, self.headers = broken, None, b"", None, {}
        if reply is not None:
            self.status, self.headers = reply.status, reply.headers
            self.type = (reply.headers.get("Content-Type") or "").split(";")[0]

    @functools.cached_property
    def json(self):
        """The body, if it is JSON as the standard has it."""
        def refuse(word):
            raise ValueError(word)
        try:
            return json.loads(self.body.decode("utf-8"), parse_constant=refuse)
        except ValueError:
            return None

    def __str__(self):
        return f"{self.status} {self.broken or ''} {self.body[:300]!r}"


class Kept:
    """What http.client reads replies from, one after the other: it would open a file for each, and
    lose what that one had read ahead."""

    def __init__(self, client):
        self.file = client.makefile("rb")

    def __getattr__(self, name):
        return getattr(self.file, name)

    def makefile(self, *_):
        return self

    def close(self):
        pass


class Wire:
    """A connection that is made anew when the server closed it."""

    def __init__(self):
        self.socket = self.kept = None
        self.left_early = False

    def close(self):
        if self.socket is not None:
            self.socket.close()
            self.kept.file.close()
        self.socket = self.kept = None

    def connect(self):
        if self.socket is None:
            self.socket = socket.create_connection(ADDRESS, timeout=20)
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.kept = Kept(self.socket)
        return self.socket

    def answer(self, raw, method="GET"):
        """Send a request and read its reply; None when there is none."""
        with contextlib.suppress(ConnectionError):      # a refusal may come before all is sent
            self.connect().sendall(raw)
        answer, last = self.read(method)
        if last:
            self.close()
        return answer

    def answers(self, raw):
        """Send what may be no request, one or several, and a last one; read all replies there are.
        Where that last one is taken for a body, the rest of which never comes, we leave soon; then something may still be at work."""
        self.close()
        found, last, self.left_early = [], False, False
        with contextlib.suppress(ConnectionError):
            self.connect().sendall(raw + LAST)
        self.socket.settimeout(0.3)
        while not last:
            answer, last = self.read("GET")
            if answer is not None:
                found.append(answer)
        self.close()
        return found

    def read(self, method):
        reply = http.client.HTTPResponse(self.kept, method=method)
        try:
            reply.begin()
            while 100 <= reply.status < 200:
                reply.begin()
            answer = Answer(reply)
            answer.body = reply.read()
            return answer, reply.will_close
        except (http.client.RemoteDisconnected, ConnectionError):
            return None, True
        except TimeoutError:
            self.left_early = True
            return None, True
        except (http.client.HTTPException, ValueError) as error:
            return Answer(broken=repr(error)), True


# ---- what must be true of each reply ----------------------------------------------------------------

def says_why(answer):
    """A refusal in the shape of its API, with words in it."""
    if answer.type != "application/json" or not isinstance(answer.json, dict):
        return False
    error = answer.json.get("error", {})
    words = ((error.get("title"), error.get("message")) if error else
             (answer.json.get("title"), answer.json.get("description")))
    return all(isinstance(text, str) and text for text in words)


class Judge:
    """Counts what is wrong with replies, and keeps a few examples."""

    def __init__(self, account):
        self.account, self.statuses, self.wrong = account, collections.Counter(), collections.defaultdict(list)
        self.reasons = collections.Counter()

    def blame(self, why, request, answer):
        self.wrong[why].append(f"{why}: {request!r:.600}\n  -> {answer}")

    def answer(self, request, method, answer):
        self.statuses[answer.status] += 1
        if answer.broken:
            return self.blame("broken", request, answer)
        if answer.status not in STATUSES:
            self.blame("status", request, answer)
        if method == "HEAD" or answer.status == 204:
            if answer.body:
                self.blame("shape", request, answer)
        elif answer.status >= 400 and not says_why(answer):
            self.blame("shape", request, answer)
        elif answer.type == "application/json" and answer.json is None:
            self.blame("shape", request, answer)
        text = answer.body.decode("utf-8", "replace")
        if answer.status >= 400 and INSIDES.search(text.lower()):
            self.blame("insides", request, answer)
        if self.account.secrets_in(text):
            self.blame("secret", request, answer)
        if answer.status >= 400 and isinstance(answer.json, dict):
            words = answer.json.get("description") or answer.json.get("error", {}).get("message", "")
            self.reasons[answer.status, re.sub(r"'.*'|\d+", "#", words)[:90]] += 1

    def none(self, why):
        return not self.wrong[why], "\n".join(self.wrong[why][:SHOWN])


# ---- the run ----------------------------------------------------------------------------------------

def documents_make(hammer, account, wire, database):
    """Some of each kind, so that ids lead somewhere."""
    database.ask(database.WIPE + "select 1")
    bodies = {"client": CLIENT, "job": JOB, "session": SESSION, "action": ACTION, "backup": BACKUP}
    for kind in KINDS:
        hammer.ids[kind] = []
        for n in range(3):
            request = Request("POST", f"/v2/{OWN}/{kind}s", json.dumps(
                {**bodies[kind], **({"client_id": f"node{n}"} if kind == "client" else {})}).encode())
            hammer.ids[kind].append(wire.answer(request.wire(account.tokens)).json[f"{kind}_id"])
    for n in range(2):
        request = Request("PUT", f"/v2/{OWN}/sessions/{hammer.ids['session'][0]}"
                                 f"/jobs/{hammer.ids['job'][n]}")
        wire.answer(request.wire(account.tokens))


def documents_read_back(judge, account, wire):
    """What was accepted can be listed, and each of the list read by its id."""
    for kind in KINDS:
        def get(path):
            request = Request("GET", f"/v2/{OWN}/{path}")
            return wire.answer(request.wire(account.tokens)) or Answer(broken="no reply")
        answer = get(f"{kind}s?limit=1000")
        if answer.status != 200 or answer.json is None:
            judge.blame("read back", kind, answer)
            continue
        for document in answer.json[f"{kind}s"]:
            name = document.get("client", document)[f"{kind}_id"]
            answer = get(f"{kind}s/{urllib.parse.quote(name, safe='')}")
            if answer.status != 200 or answer.json is None:
                judge.blame("read back", f"{kind} {name}", answer)


def one(request, account, wire, judge, database):
    raw = request.wire(account.tokens)
    if not request.framed:
        for answer in wire.answers(raw):
            judge.answer(raw, "GET", answer)
        if wire.left_early:
            database.rest()
        database.seen()
        return
    answer = wire.answer(raw, request.method)
    if answer is None:
        judge.blame("answered", raw, "no reply")
        database.seen()
        return
    judge.answer(raw, request.method, answer)
    if request.method not in ("GET", "HEAD") and (answer.status or 200) < 400:
        database.seen()
    elif not database.is_unchanged():
        judge.blame("unchanged", raw, answer)


def hammer_all(account, wire, judge, database, progress):
    login = json.loads(json.dumps(LOGIN))
    login["auth"]["identity"]["token"]["id"] = account.firsts["reader"]
    login["auth"]["scope"]["project"]["id"] = OWN
    hammer = Hammer(SEED, OWN, login)
    for n in range(COUNT):
        if n % ROUND == 0:
            if n:
                documents_read_back(judge, account, wire)
            account.renew()
            documents_make(hammer, account, wire, database)
            database.seen()
            progress(n)
        one(hammer.request(), account, wire, judge, database)
    documents_read_back(judge, account, wire)
    documents_make(hammer, account, wire, database)


# ---- clients that behave badly in time ----------------------------------------------------------------

def is_well(account):
    request = Request("GET", f"/v2/{OWN}/jobs?limit=1")
    wire = Wire()
    answer = wire.answer(request.wire(account.tokens))
    wire.close()
    return answer is not None and answer.status == 200


def leave_midway(account, wire):
    """A list larger than all buffers; the reader leaves somewhere in it."""
    body = json.dumps({**BACKUP, "note": "n" * 60_000}).encode()
    for _ in range(60):
        wire.answer(Request("POST", f"/v2/{OWN}/backups", body).wire(account.tokens))
    pick = random.Random(SEED)
    for _ in range(60):
        with socket.create_connection(ADDRESS, timeout=20) as client:
            client.sendall(Request("GET", f"/v2/{OWN}/backups?limit=1000").wire(account.tokens))
            wanted = pick.choice((0, 1, 100, 20_000, 500_000, 2_000_000))
            while wanted > 0 and (got := client.recv(min(wanted, 65536))):
                wanted -= len(got)


def stay_half_sent(account):
    """Many that never finish; the others are served meanwhile."""
    raw = Request("POST", f"/v2/{OWN}/jobs", json.dumps(JOB).encode()).wire(account.tokens)
    clients = [socket.create_connection(ADDRESS, timeout=20) for _ in range(100)]
    for n, client in enumerate(clients):
        client.sendall(raw[:len(raw) * n // len(clients)])
    well = all(is_well(account) for _ in range(20))
    for client in clients:
        client.close()
    return well


def drip(account, statuses):
    raw = Request("POST", f"/v2/{OWN}/jobs", json.dumps(JOB).encode()).wire(account.tokens)
    wire = Wire()
    for at in range(0, len(raw), 8):
        wire.connect().sendall(raw[at:at + 8])
        time.sleep(0.02)
    statuses.append(wire.read("POST")[0].status)
    wire.close()


def slow_bodies(account):
    statuses = []
    clients = [threading.Thread(target=drip, args=(account, statuses)) for _ in range(20)]
    for client in clients:
        client.start()
    well = all(is_well(account) for _ in range(20))
    for client in clients:
        client.join()
    return well and statuses == [201] * len(clients), statuses


# ---- what stays behind ---------------------------------------------------------------------------------

class Logs:
    """What the logs say from now on."""

    def __init__(self):
        self.sizes = {file: file.stat().st_size for file in (HOME / "log").glob("*.log")}

    def since(self):
        for file in (HOME / "log").glob("*.log"):
            with file.open("rb") as log:
                log.seek(self.sizes.get(file, 0))
                yield file.name, log.read().decode("utf-8", "replace")

    def lines_with(self, pattern):
        return [f"{name}: {line}" for name, text in self.since() for line in text.splitlines()
                if re.search(pattern, line)]


def memory(worker):
    status = pathlib.Path(f"/proc/{worker}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status).group(1))


def is_sanitized():
    return b"libasan" in (HOME / "bin" / "permafrost-api").read_bytes()


def verdicts(judge, logs, account, before, resident):
    check("every request that is one is answered", *judge.none("answered"))
    check("every reply is whole HTTP", *judge.none("broken"))
    check("no bad input leads to a status that is not documented", *judge.none("status"))
    check("every refusal is JSON with a title and a reason, all else JSON as well", *judge.none("shape"))
    check("no refusal tells of the program's insides", *judge.none("insides"))
    check("no reply says a password or a token back", *judge.none("secret"))
    check("what is refused, and what only reads, changes nothing", *judge.none("unchanged"))
    check("what was accepted can be read back", *judge.none("read back"))
    check("no worker died of it", wait_for(lambda: sorted(workers()) == before, 3),
          f"{before}\n{sorted(workers())}")
    found = logs.lines_with(r"ERROR: \w+Sanitizer|runtime error:")
    check("no sanitizer has anything to say", not found, "\n".join(found[:SHOWN]))
    found = [name for name, text in logs.since() if account.secrets_in(text)]
    check("no password and no token is in a log", not found, found)
    if not is_sanitized():
        growth = [memory(worker) - was for worker, was in zip(before, resident)]
        check("no worker grew", max(growth) < GROWTH_MAX, f"{growth} KiB")


def main(_):
    before, logs, wire = sorted(workers()), Logs(), Wire()
    begun = time.monotonic()

    def progress(n):
        if os.environ.get("BAD_INPUT_VERBOSE"):
            print(f"# {n} requests, {time.monotonic() - begun:.0f} s, resident "
                  f"{[memory(worker) for worker in before]} KiB", flush=True)

    with Account() as account, Database() as database:
        account.renew()
        for _ in range(50 * len(before)):       # so that every worker has had its first
            is_well(account)
        resident = [memory(worker) for worker in before]
        judge = Judge(account)
        hammer_all(account, wire, judge, database, progress)
        leave_midway(account, wire)
        check("after clients left in the middle of a list others are served",
              all(is_well(account) for _ in range(20)))
        check("requests that never end hold nobody up", stay_half_sent(account))
        check("slow requests are served, and hold nobody up", *slow_bodies(account))
        progress(COUNT)
        verdicts(judge, logs, account, before, resident)
    if os.environ.get("BAD_INPUT_VERBOSE"):
        for what, count in sorted(judge.statuses.items(), key=str):
            print(f"# {count:7} {what}")
        for what, count in judge.reasons.most_common():
            print(f"# {count:7} {what}")


run(main)
