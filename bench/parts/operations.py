"""What is asked of whom: each cell is an operation, who answers it, and the requests."""
import json
from typing import NamedTuple

from .instance import ask
from .load import Load
from .raw import Raw, question
from .seeding import copy, seed

PROVIDER = "8f3b6f0e-2a54-4c57-9d0b-6a1d0f7f5c21"     # of machines, as we ship it
SCHEDULE = {"schedule_interval": "1 days"}
ACTION = {"max_retries": 5, "max_retries_interval": 6, "mandatory": True, "freezer_action": {
    "action": "backup", "mode": "fs", "path_to_backup": "/srv/data/7", "storage": "local",
    "backup_name": "nightly-7", "container": "/srv/store/7"}}
BACKUP = {
    "curr_backup_level": 0, "fs_real_path": "/srv/data/7", "vol_snap_path": "", "client_os": "linux",
    "client_version": "13.0.0", "time_stamp": 1700000007, "action": "backup", "always_level": "",
    "backup_media": "fs", "backup_name": "nightly-7", "container": "/srv/store/7",
    "container_segments": "", "dry_run": "", "hostname": "posted-host", "path_to_backup": "/srv/data/7",
    "max_level": "", "log_file": "/var/log/freezer.log", "storage": "local", "mode": "fs", "proxy": "",
    "compression": "gzip", "ssh_key": "", "ssh_username": "", "ssh_host": "", "ssh_port": 22,
    "consistency_checksum": "8f14e45fceea167a5a36dedd4bea2543", "job_id": "8f14e45fceea167a5a36dedd4bea2543"}


class Place(NamedTuple):
    """A project at some service, and who asks for it."""
    subject: str
    url: str
    prefix: str
    token: str
    project: str

    def path(self, rest):
        return f"{self.prefix}/v2/{self.project}{rest}"

    def ask(self, method, rest, body=None):
        return ask(method, self.url + self.path(rest), body, self.token)[1]


class Cell:
    """One line of the table; `slow` ones are asked one by one, `curve` at all numbers of connections."""

    def __init__(self, operation, subject, runner, size=0, slow=False, curve=False):
        self.operation, self.subject, self.runner = operation, subject, runner
        self.size, self.slow, self.curve = size, slow, curve

    def __str__(self):
        return f"{self.operation}{f' among {self.size}' if self.size else ''}, {self.subject}"

    def at(self, connections):
        return [row for row in self.runner.results if row.connections == connections]


def line(method, path, body=None):
    return f"{method} {path}" + ("" if body is None else f" {json.dumps(body)}")


# ---- lines of requests --------------------------------------------------------------------------

def gets(place, ids):
    return [line("GET", place.path(f"/backups/{ident}")) for ident in ids]


def lists(place, limit):
    return [line("GET", place.path(f"/backups?limit={limit}"))]


def host(prefix, number):
    """The name of a host as seeding has it: part of no other."""
    return f"{prefix}-host-{number:06}"


def hosts(place, prefix, count):
    return [line("GET", place.path("/backups?limit=10"), {"match": [{"hostname": host(prefix, n)}]})
            for n in range(min(100, count // 10))]


def search(place, body):
    return [line("GET", place.path("/backups?limit=10"), body)]


def polls(place, clients):
    """As freezer-scheduler asks for its jobs."""
    step = max(1, clients // 2000)
    return [line("GET", place.path("/jobs/?limit=100&offset=0"),
                 {"match_not": [{"status": "completed"}], "match": [{"client_id": f"node-{n}"}]})
            for n in range(1, clients + 1, step)]


def job(place_client):
    return {"description": "nightly", "client_id": place_client, "job_schedule": SCHEDULE,
            "job_actions": [ACTION]}


def patches(place, jobs):
    return [line("PATCH", place.path(f"/jobs/{ident}"), {"description": f"nightly, as of {n}"})
            for ident in jobs for n in range(50)]


# ---- cells --------------------------------------------------------------------------------------

def cell(bench, operation, place, lines, size=0, **more):
    name = f"{operation} {size or ''} {place.subject}"
    return Cell(operation, place.subject, Load(bench.work, name, place.url, lines, place.token), size, **more)


def reads_of_size(bench, place, prefix, size):
    """What must not depend on how much there is; and what does."""
    sql = bench.instance.sql
    where = f"from permafrost.backups where project_id = '{place.project}'"
    ids = sql(f"select id {where} order by md5(id) limit 2000").split()
    deep = sql(f"select id {where} order by sort_name, created_at, id limit 1 offset {size // 2}")
    asked = {
        "get": gets(place, ids), "list 10": lists(place, 10), "list 100": lists(place, 100),
        "page deep in": [line("GET", place.path(f"/backups?limit=10&marker={deep}"))],
        "search, ten found": hosts(place, prefix, size),
        "search, all found": search(place, {"match": [{"mode": "fs"}]}),
        "search, none found": search(place, {"match": [{"hostname": "nosuch"}]}),
        "match_not, most left": search(place, {"match_not": [{"curr_backup_level": 3}]}),
        "free text, ten found": search(place, {"match": [{"_all": host(prefix, 7)}]}),
    }
    largest = size == max(bench.options.sizes)
    return [cell(bench, name, place, lines, size, curve=largest and name in ("get", "list 10"))
            for name, lines in asked.items()]


def floors(bench, place, size, clients):
    """The same rows without the product: behind nginx, in PostgreSQL alone, as a file."""
    instance, work = bench.instance, bench.work
    url = f"http://127.0.0.1:{instance.floor_port}"
    ids = instance.sql(f"select id from permafrost.backups where project_id = '{place.project}' "
                       "order by md5(id) limit 2000").split()
    row = ids[0]
    (instance.var / "static").mkdir()
    (instance.var / "static" / "backup").write_text(instance.sql(
        f"select doc from permafrost.backups where project_id = '{place.project}' and id = '{row}'"))
    jobs = [f"GET /floor-jobs/{clients.project}/{ident}" for ident in instance.sql(
        f"select id from permafrost.jobs where project_id = '{clients.project}' limit 2000").split()]

    def floor(name, operation, lines, amount):
        return Cell(operation, name, Load(work, f"{operation} {name}", url, lines), amount, curve=True)

    shown = [f"'{place.project}'", f"'{row}'", "null", "'false'"]
    return [
        floor("nginx static", "get", ["GET /static/backup"], size),
        floor("floor", "get", [f"GET /floor/{place.project}/{ident}" for ident in ids], size),
        floor("floor, prepared", "get", [f"GET /floor-prepared/{place.project}/{ident}" for ident in ids], size),
        Cell("get", "raw", Raw(bench, "raw get", question("doc_show", "backups", shown)), size,
             curve=True),
        floor("floor", "poll", jobs, bench.options.clients),
    ]


def raw_post(bench, place):
    """The row that POST makes, with an id of its own, committed as durably."""
    doc = json.dumps({"backup_id": "x", "user_id": "bench", "user_name": "bench",
                      "project_id": place.project, "backup_metadata": BACKUP})
    values = [f"'{place.project}'", "md5(random()::text || clock_timestamp())", "'bench'", f"'{doc}'"]
    return Cell("post backup", "raw", Raw(bench, "raw post", question("doc_insert", "backups", values)),
                curve=True)


def register(place, name="node-0"):
    place.ask("POST", "/clients", {"client_id": name, "hostname": name})


def seed_jobs(bench, place, count):
    """So many, each of a machine of its own."""
    register(place)
    place.ask("POST", "/jobs", job("node-0"))
    copy(bench.instance, "jobs", place.project, count,
         "jsonb_build_object('job_id', id, 'client_id', 'node-' || n)", f"md5('{place.project}' || n)")


def seed_clients(bench, place, count):
    """So many machines, each with one job."""
    seed_jobs(bench, place, count)
    copy(bench.instance, "clients", place.project, count, """jsonb_build_object('client',
        (doc->'client') || jsonb_build_object('client_id', id, 'hostname', id, 'uuid', md5(id)))""", "'node-' || n")


def seed_checkpoints(place, instance, count=1000):
    """Path and count of checkpoints, all of one plan."""
    root = f"{place.url}/data-protect/v1/{place.project}"
    plan = ask("POST", f"{root}/plans", plan_body(), place.token)[1]["plan"]["id"]
    ask("POST", f"{root}/providers/{PROVIDER}/checkpoints", {"checkpoint": {"plan_id": plan}}, place.token)
    copy(instance, "checkpoints", place.project, count, "jsonb_build_object('id', id)",
         "md5('checkpoint' || n)::uuid::text")


def plan_body():
    return {"plan": {"name": "etc", "provider_id": PROVIDER, "resources": [
        {"id": "node-0", "type": "OS::Freezer::Client", "name": "node-0"}],
        "parameters": {"OS::Freezer::Client": {"mode": "fs", "path_to_backup": "/etc"}}}}


def writes(bench, place):
    register(place)
    jobs = [place.ask("POST", "/jobs", job("node-0"))["job_id"] for _ in range(20)]
    return [cell(bench, "post backup", place, [line("POST", place.path("/backups"), BACKUP)], curve=True),
            cell(bench, "post job", place, [line("POST", place.path("/jobs"), job("node-0"))]),
            cell(bench, "patch job", place, patches(place, jobs))]


def starts(place, count=20):
    """A job starts its session: the first one does, those after it join the run."""
    for _ in range(count):
        ident = place.ask("POST", "/jobs", job("node-0"))["job_id"]
        session = place.ask("POST", "/sessions", {"description": "all", "hold_off": 3600,
                                                  "schedule": SCHEDULE})["session_id"]
        place.ask("PUT", f"/sessions/{session}/jobs/{ident}")
        yield line("POST", place.path(f"/sessions/{session}/action"),
                   {"start": {"job_id": ident, "current_tag": 0}})


def login_line(path, user, password, project):
    domain = {"name": "Default"}
    return line("POST", path, {"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": user, "password": password, "domain": domain}}},
        "scope": {"project": {"name": project, "domain": domain}}}})


def others(bench, place):
    """Operations that only the product has, or whose peer is Keystone."""
    account = bench.instance.account("demo")
    login = login_line("/identity/v3/auth/tokens", account["OS_USERNAME"], account["OS_PASSWORD"], "demo")
    root = f"/data-protect/v1/{place.project}"
    seed_checkpoints(place, bench.instance)
    return [
        cell(bench, "session start", place, list(starts(place))),
        cell(bench, "token issue", place, [login]),
        cell(bench, "checkpoint list", place,
             [f"GET {root}/providers/{PROVIDER}/checkpoints?limit=10"]),
        cell(bench, "plan create", place, [line("POST", f"{root}/plans", plan_body())]),
    ]


def standalone(bench):
    """All that Permafrost answers with tokens of its own."""
    cells, instance = [], bench.instance

    def place(project):
        token, ident = instance.project(project)
        return Place("standalone", instance.url, "", token, ident)

    for size in bench.options.sizes:
        largest, prefix = place(f"sized-{size}"), f"m{len(str(size))}"
        seed(instance, largest.project, size, prefix)
        instance.vacuum()
        cells += reads_of_size(bench, largest, prefix, size)
    clients = place("clients")
    seed_clients(bench, clients, bench.options.clients)
    cells.append(cell(bench, "poll", clients, polls(clients, bench.options.clients),
                      bench.options.clients, curve=True))
    for size in set(bench.options.sizes) - {bench.options.clients}:
        polled = place(f"polled-{size}")
        seed_jobs(bench, polled, size)
        instance.vacuum()
        cells.append(cell(bench, "poll", polled, polls(polled, size), size))
    written = place("written")
    cells += writes(bench, written) + [raw_post(bench, written)] + others(bench, written)
    instance.vacuum()
    return cells + floors(bench, largest, size, clients)


def with_keystone(bench, keystone):
    """The same workers' program, asking a Keystone; its tokens are cached."""
    token, project, _ = keystone.log_in("demo")
    here = Place("keystone", f"http://127.0.0.1:{bench.instance.floor_port}", "/keystone", token, project)
    size = min(10000, max(bench.options.sizes))
    seed(bench.instance, project, size, "keystone")
    bench.instance.vacuum()
    ids = bench.instance.sql("select id from permafrost.backups "
                             f"where project_id = '{project}' limit 2000").split()
    password = keystone.password("demo")
    login = Load(bench.work, "token issue keystone", f"http://127.0.0.1:{keystone.port}",
                 [login_line("/v3/auth/tokens", "demo", password, "demo")])
    return [cell(bench, "get", here, gets(here, ids), size, curve=True),
            cell(bench, "list 10", here, lists(here, 10), size),
            cell(bench, "post backup", here, [line("POST", here.path("/backups"), BACKUP)], curve=True),
            # uwsgi by itself gives wrk no answers that it counts as good
            Cell("token issue", "Keystone itself", login, slow=True)]


def peer_cells(bench, peer, url, keystone):
    """freezer-api: lists and searches as large as it can answer in the time."""
    cells = []
    for user, size in ("other", 1000), ("demo", 10000):
        if size > max(bench.options.sizes):
            continue
        token, project, owner = keystone.log_in(user)
        here, prefix = Place("peer", url, "", token, project), f"p{size}"
        peer.seed(project, owner, size, prefix)
        cells.append(cell(bench, "search, ten found", here, hosts(here, prefix, size), size, slow=True))
    ids = peer.sql(f"select id from backups where project_id = '{project}'").split()
    peer.seed_jobs(project, owner, bench.options.clients, json.dumps(SCHEDULE), json.dumps([ACTION]))
    cells += [cell(bench, "get", here, gets(here, ids), len(ids), curve=True),
              cell(bench, "list 10", here, lists(here, 10), len(ids)),
              cell(bench, "list 100", here, lists(here, 100), len(ids)),
              cell(bench, "poll", here, polls(here, bench.options.clients), bench.options.clients, slow=True)]
    token, project, owner = keystone.log_in("local-admin")
    written = Place("peer", url, "", token, project)
    return cells + writes(bench, written)
