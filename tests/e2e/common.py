"""What the Python scripts of this directory share: to report, to wait, to ask the API, and to run
the real clients. scripts/test says where the instance is; lib.sh lists the variables."""

import concurrent.futures
import contextlib
import csv
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from web import Reply, ask, opener  # noqa: F401: the scripts take them from here

VAR = pathlib.Path(os.environ["VAR"]).resolve()
HOME = (VAR / "home").resolve() if (VAR / "home").exists() else VAR
URL = os.environ["PERMAFROST_URL"].rstrip("/")
TREE = pathlib.Path(__file__).resolve().parents[2]

failures = 0


# ---- reporting ----------------------------------------------------------------------------------

def check(phrase, true, why=""):
    """One line of the result; why is shown when it is not true."""
    global failures
    print(f"{'ok' if true else 'not ok'} - {phrase}", flush=True)
    if not true:
        failures += 1
        for line in str(why).splitlines():
            print(f"#   {line}", flush=True)
    return bool(true)


def run(main):
    """Call main with a directory for scratch files; end non-zero when something was not ok."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with scratch() as work:
        main(work)
    sys.exit(1 if failures else 0)


@contextlib.contextmanager
def scratch():
    work = pathlib.Path(tempfile.mkdtemp(prefix="permafrost-e2e."))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def wait_for(ask, seconds=30, pause=0.3):
    """Ask until the answer is true, or the time is over; the last answer."""
    end = time.monotonic() + seconds
    while not (answer := ask()) and time.monotonic() < end:
        time.sleep(pause)
    return answer


def at_once(calls):
    """What each of them returns, all of them running at the same time."""
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return [future.result() for future in [pool.submit(call) for call in calls]]


def workers():
    """The processes that answer requests."""
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cmdline").read_bytes().split(b"\0")[0] == bytes(HOME / "bin" / "permafrost-api"):
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def workers_begin_again():
    """What they read when they begin is read anew."""
    before = set(workers())
    for worker in before:
        os.kill(worker, signal.SIGTERM)
    wait_for(lambda: len(now := set(workers())) == len(before) and not now & before, 60)


@contextlib.contextmanager
def settings(text):
    """The instance with other settings, in the words of permafrost.conf; an engine begins with them."""
    file = HOME / "conf.d" / "of-a-test.conf"
    file.write_text(text)
    try:
        workers_begin_again()
        yield
    finally:
        file.unlink()
        workers_begin_again()


@contextlib.contextmanager
def provider_file(name, text):
    """A file of a provider that every worker knows when this begins. Asking tells nothing of those
    workers that did not answer. Each looks when it is asked and a second has gone by since it last
    did, and believes what has been there for a second: after two any worker that is asked knows it."""
    file = HOME / "providers.d" / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    try:
        time.sleep(2.5)
        yield
    finally:
        file.unlink()


def psql(text, role="permafrost"):
    """Ask the instance's database itself, as the workers' role. permafrost_owner may change tables."""
    socket = (HOME / "run").resolve() / "postgres"
    done = subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", socket, "-U", role,
                           "permafrost"], input=text, check=True, capture_output=True, text=True)
    return done.stdout.strip()


# ---- who we are ---------------------------------------------------------------------------------

def account(name):
    """The variables that sourcing the openrc file of demo, reader, other or admin sets."""
    file = VAR / ("openrc" if name == "admin" else f"openrc-{name}")
    text = subprocess.run(["bash", "-c", '. "$1" && env -0', "bash", file], env={},
                          check=True, capture_output=True, text=True).stdout
    pairs = (line.split("=", 1) for line in text.split("\0") if "=" in line)
    return {key: value for key, value in pairs if key.startswith("OS_")}


def environment(name, home):
    """All that a client program of that account gets to see."""
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(home),
            "TMPDIR": str(home), "NO_PROXY": "*", **account(name)}


# ---- the API, asked without any client ----------------------------------------------------------

def log_in(name):
    """Ask for a token of that account."""
    rc = account(name)
    domain = {"name": "Default"}
    user = {"name": rc["OS_USERNAME"], "password": rc["OS_PASSWORD"], "domain": domain}
    return ask("POST", f"{rc['OS_AUTH_URL']}/auth/tokens", {"auth": {
        "identity": {"methods": ["password"], "password": {"user": user}},
        "scope": {"project": {"name": rc["OS_PROJECT_NAME"], "domain": domain}}}})


class Api:
    """The backup API of one project, as one of its users."""

    def __init__(self, name):
        reply = log_in(name)
        if reply.status != 201:
            sys.exit(f"no token for {name}: {reply}")
        self.token = reply.headers["X-Subject-Token"]
        self.project = reply.json["token"]["project"]["id"]
        self.user = reply.json["token"]["user"]["id"]
        self.base = f"{URL}/v2/{self.project}"

    def ask(self, method, path, body=None):
        return ask(method, self.base + path, body, self.token)

    def get(self, path):
        """The document, or {} when there is none."""
        reply = self.ask("GET", path)
        return reply.json if reply.status == 200 else {}

    def create(self, kind, body):
        """The id of a new document."""
        reply = self.ask("POST", f"/{kind}s", body)
        if reply.status != 201:
            sys.exit(f"no new {kind}: {reply}")
        return reply.json[f"{kind}_id"]

    def active_jobs(self, client_id):
        """What the scheduler of that client gets to see, by id."""
        search = {"match_not": [{"status": "completed"}], "match": [{"client_id": client_id}]}
        jobs = self.ask("GET", "/jobs/?limit=100&offset=0", search).json["jobs"]
        return {job["job_id"]: job for job in jobs}

    def clean(self, owner):
        """Delete all documents that have this word, which nobody else uses, in a value."""
        search = {"match": [{"_all": owner}]}
        for kind in "session", "job", "action", "backup", "client":
            while found := self.ask("GET", f"/{kind}s?limit=100", search).json[f"{kind}s"]:
                for document in found:
                    name = document.get("client", document)[f"{kind}_id"]
                    self.ask("DELETE", f"/{kind}s/{name}")


# ---- the real clients ---------------------------------------------------------------------------

class Outcome:
    """What one run of a client said: its first word is the sub-command."""

    def __init__(self, words, done, program="freezer"):
        self.program, self.command, self.words = program, words[0], " ".join(words)
        self.status, self.output, self.errors = done.returncode, done.stdout, done.stderr

    @property
    def said(self):
        return self.output + self.errors

    @property
    def json(self):
        """What was printed with -f json: a row or a list of rows, {} if there is nothing."""
        try:
            return json.loads(self.output)
        except ValueError:
            return {}

    def __str__(self):
        return f"{self.program} {self.words}\nstatus {self.status}\n{self.said}"


class Freezer:
    """The command of python3-freezerclient, run by one user."""

    def __init__(self, name, home, version=2):
        self.home = home
        self.environment = {**environment(name, home), "OS_BACKUP_API_VERSION": str(version)}

    def __call__(self, *words):
        words = [str(word) for word in words]
        done = subprocess.run(["/usr/bin/freezer", *words], env=self.environment, cwd=self.home,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=180)
        return Outcome(words, done)

    def show(self, *words):
        return self(*words, "-f", "json")

    def rows(self, *words):
        """A list as rows by column, where the client can't print JSON: backup-list has times."""
        outcome = self(*words, "-f", "csv")
        return outcome, list(csv.DictReader(io.StringIO(outcome.output)))

    def file(self, name, document):
        """A JSON file for --file."""
        path = self.home / f"{name}.json"
        path.write_text(json.dumps(document))
        return path


class Scheduler:
    """A freezer-scheduler of its own: client id, configuration, directory of jobs and log."""

    def __init__(self, name, client_id, work, interval=2):
        self.client_id, self.home = client_id, work / client_id
        self.log, self.interval = self.home / "scheduler.log", interval
        (self.home / "jobs").mkdir(parents=True)
        (self.home / ".freezer").mkdir()    # two agents at once trip over making it
        self.conf = self.home / "scheduler.conf"
        self.conf.write_text(
            f"[DEFAULT]\nclient_id = {client_id}\njobs_dir = {self.home}/jobs\n"
            f"interval = {interval}\nconcurrent_jobs = 2\nlog_file = {self.log}\n")
        # the agents that it starts log in with what is in the environment
        self.environment, self.process = environment(name, self.home), None

    def __enter__(self):
        self.process = subprocess.Popen(
            ["/usr/bin/freezer-scheduler", "--config-file", self.conf, "--conf",
             self.home / "jobs", "--no-daemon", "start"],
            env=self.environment, cwd=self.home, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        return self

    def __exit__(self, *_):
        """End it with all that it started: they are one process group."""
        for kind, seconds in (signal.SIGTERM, 5), (signal.SIGKILL, 5):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, kind)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)

    def said(self, words):
        return self.log.exists() and words in self.log.read_text()

    def polls(self):
        """Wait until it has asked for its jobs twice more."""
        time.sleep(2 * self.interval + 0.5)

    def story(self):
        """The end of its log and of its agents', for a test that failed."""
        logs = [self.log, self.home / ".freezer" / "freezer.log"]
        return "\n".join(line for log in logs if log.exists()
                         for line in log.read_text().splitlines()[-15:])
