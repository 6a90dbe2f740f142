"""The freezer-api that people move away from: started beside the tests' Keystone, filled through its
own API by several users of several projects, looked into, and dumped. Its v2 shows a user what that
user made, and nothing else: not even an administrator sees more."""

import concurrent.futures
import contextlib
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "keystone"))

import setting  # noqa: E402: where it is was just said
from people import grant  # noqa: E402
from web import ask  # noqa: E402

CONNECTIONS = 4
KINDS = ("client", "job", "action", "session", "backup")

#        user          projects
PEOPLE = {"mover-ann": ("moving-north", "moving-south"), "mover-bob": ("moving-north",),
          "mover-eve": ("moving-west",)}


class Freezer:
    """The peer's processes and its database."""

    def __init__(self, work, port):
        self.directory, self.port, self.url = work / "freezer", port, f"http://127.0.0.1:{port}"
        self.socket = self.directory / "run" / "mariadb.sock"

    def up(self, *words):
        subprocess.run([setting.common.TREE / "tests" / "moving" / "freezer", *words,
                        "--dir", self.directory], check=True, timeout=120)

    @contextlib.contextmanager
    def running(self):
        self.up("start", "--port", str(self.port), "--keystone", setting.URL)
        try:
            yield self
        finally:
            self.up("stop")

    def sql(self, text):
        """The rows of an answer, as lists of texts."""
        done = subprocess.run(["mariadb", "--no-defaults", f"--socket={self.socket}", "--user=root",
                               "--batch", "--raw", "--skip-column-names", "freezer"], input=text,
                              check=True, capture_output=True, text=True)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def dump(self, path, *words):
        """What an operator does before moving; the file."""
        with path.open("wb") as out:
            subprocess.run(["mariadb-dump", "--no-defaults", f"--socket={self.socket}",
                            "--user=root", "--single-transaction", *words, "freezer"],
                           check=True, stdout=out)
        return path


class User:
    """One user in one project, at any of the two services."""

    def __init__(self, name, project):
        self.name = name
        self.token, told = setting.Keystone(setting.URL).log_in(name, project=project)
        self.project, self.id = told["project"]["id"], told["user"]["id"]

    def ask(self, service, method, path, body=None, version=2):
        """The reply; a service that Keystone lets wait says 503 for a while."""
        below = f"/v2/{self.project}" if version == 2 else "/v1"
        return setting.patient(lambda: ask(method, service + below + path, body, self.token,
                                           timeout=60))

    def create(self, service, kind, body):
        reply = self.ask(service, "POST", f"/{kind}s", body)
        if reply.status != 201:
            sys.exit(f"no new {kind}: {reply}")
        return reply.json[f"{kind}_id"]


def users():
    """Make the people; a User for each place that one of them has."""
    keystone = setting.admin()
    for name, projects in PEOPLE.items():
        for project in projects:
            grant(keystone, name, ("projects", project), ["member"])
    return [User(name, project) for name, projects in PEOPLE.items() for project in projects]


# ---- what a busy year leaves behind --------------------------------------------------------------

def action_of(n):
    """Parameters of every kind, some of them null, as dashboards send them."""
    ways = [{"action": "backup", "mode": "fs", "storage": "local", "backup_name": f"etc-{n}",
             "path_to_backup": "/etc", "container": f"/srv/backups/{n}", "log_file": "/var/log/f"},
            {"action": "backup", "mode": "mysql", "storage": "swift", "mysql_conf": "/etc/my.cnf",
             "container": "dumps", "backup_name": "größe ✓", "mode_extra": None, "timeout": 600},
            {"action": "exec", "command": "sync; true 'quoted' \"twice\" \\ back\nline"},
            {"action": "restore", "mode": "fs", "storage": "ssh", "restore_abs_path": "/tmp/r",
             "container": "c", "backup_name": f"etc-{n}", "priority": 3}]
    return ways[n % len(ways)]


def fill_jobs(freezer, user):
    """Jobs as the CLI makes them, each in another state of its life."""
    jobs = []
    for n in range(12):
        schedule = [{"schedule_interval": "1 days"}, {"schedule_hour": "3", "schedule_minute": "*/5"},
                    {"schedule_date": "2030-01-31T23:59:59"}, {}][n % 4]
        entries = [{"freezer_action": action_of(n + m), "max_retries": m} for m in range(1 + n % 2)]
        jobs.append(user.create(freezer.url, "job", {
            "description": f"job {n} of {user.name}; it's \"quoted\" \\ and \t tabbed",
            "client_id": f"{user.project}_{user.name}-node{n % 3}", "job_schedule": schedule,
            "job_actions": entries}))
    for n, job in enumerate(jobs[:6]):
        # a scheduler writes back what it read
        seen = user.ask(freezer.url, "GET", f"/jobs/{job}").json
        seen["job_schedule"].update({"status": ["scheduled", "running", "completed"][n % 3],
                                     "result": ["", "", "success"][n % 3], "event": "",
                                     "time_started": 1700000000 + n, "current_pid": 4000 + n})
        user.ask(freezer.url, "PATCH", f"/jobs/{job}", seen)
    user.ask(freezer.url, "POST", f"/jobs/{jobs[0]}/event", {"stop": None})
    user.ask(freezer.url, "POST", f"/jobs/{jobs[5]}/event", {"start": None})
    user.ask(freezer.url, "DELETE", f"/jobs/{jobs[11]}")
    return jobs


def fill_sessions(freezer, user, jobs):
    for n in range(3):
        session = user.create(freezer.url, "session", {"hold_off": 60 * n, "schedule": {
            "schedule_interval": "12 hours"}, **({"description": f"session {n}"} if n else {})})
        for job in jobs[6:6 + 2 * n]:
            user.ask(freezer.url, "PUT", f"/sessions/{session}/jobs/{job}")
        if n == 2:
            user.ask(freezer.url, "POST", f"/sessions/{session}/action",
                     {"start": {"job_id": jobs[6], "current_tag": 0}})
            user.ask(freezer.url, "POST", f"/sessions/{session}/action",
                     {"end": {"job_id": jobs[6], "current_tag": 1, "result": "fail"}})


def fill_actions(freezer, user):
    made = [user.create(freezer.url, "action", {
        "freezer_action": action_of(n), "max_retries": n, "max_retries_interval": 60,
        "mandatory": n % 2 == 0}) for n in range(6)]
    # its PATCH forgets what it is not told again
    user.ask(freezer.url, "PATCH", f"/actions/{made[0]}", {"freezer_action": {"storage": "ssh"}})
    user.ask(freezer.url, "POST", f"/actions/named-by-{user.name}-{user.project[:8]}",
             {"freezer_action": {"action": "exec", "command": "true"}})
    user.ask(freezer.url, "DELETE", f"/actions/{made[5]}")


def fill_clients(freezer, user):
    for n in range(3):
        user.create(freezer.url, "client", {
            "client_id": f"{user.project}_{user.name}-node{n}", "hostname": f"node{n}.example.org",
            **({"description": "with 'quotes', \\ and ümläuts"} if n else {})})


def backup_of(user, n, job):
    """The metadata of a run, in the shape that freezer-scheduler 13.0.0 posts; every tenth says
    more, of every JSON type."""
    more = {"extra": {"null": None, "list": [1, "zwei", [True]], "ratio": 0.1, "big": 2**62 + 1,
                      "text": "tab\t, line\n, \\, 'one', \"two\", €, 😀, %s"}} if n % 10 == 0 else {}
    return {"action": "backup", "always_level": "", "backup_media": "fs", "client_os": "linux",
            "client_version": "13.0.0", "compression": "gzip", "mode": "fs", "storage": "local",
            "backup_name": f"backup-{n % 50:02}", "container": f"/srv/backups/{n % 7}",
            "hostname": f"node{n % 3}.example.org", "path_to_backup": f"/home/{n}",
            "time_stamp": 1700000000 + 60 * n, "time_created": 1700000000, "curr_backup_level": n % 5,
            "max_level": 5, "ssh_port": 22, "dry_run": False, "consistency_checksum": "",
            "vol_snap_path": "", "log_file": None, "job_id": job, "serial": n, "user": user.name, **more}


def fill_backups(freezer, user, jobs, count):
    with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
        made = list(pool.map(lambda n: user.create(freezer.url, "backup",
                                                   backup_of(user, n, jobs[n % 12])), range(count)))
    for backup in made[:5]:
        user.ask(freezer.url, "DELETE", f"/backups/{backup}")


def multiply_backups(freezer, times):
    """So many earlier ones of each backup there is, as its API would have written them: through the
    API that takes minutes."""
    freezer.sql(f"""
        insert into backups select date_sub(created_at, interval 60 * seq second), null, null, 0,
               md5(concat(id, '-', seq)), job_id, project_id, user_id, user_name,
               replace(backup_metadata, '"serial": ', concat('"serial": ', seq, '00'))
          from backups join seq_1_to_{times} where deleted = 0;""")


def fill(freezer, everybody, backups):
    for user in everybody:
        fill_clients(freezer, user)
        jobs = fill_jobs(freezer, user)
        fill_sessions(freezer, user, jobs)
        fill_actions(freezer, user)
        fill_backups(freezer, user, jobs, backups)


# ---- what its API says ---------------------------------------------------------------------------

def listed(service, user, kind, page=100):
    """All that the user sees of a kind, page by page."""
    found = []
    while True:
        reply = user.ask(service, "GET", f"/{kind}s?limit={page}&offset={len(found)}")
        if reply.status != 200:
            sys.exit(f"no list of {kind}s: {reply}")
        found += (rows := reply.json[f"{kind}s"])
        if len(rows) < page:
            return found


def name_of(kind, document):
    return document.get("client", document)[f"{kind}_id"]
