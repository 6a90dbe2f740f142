"""A Permafrost of our own, and what else runs behind its nginx."""
import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parents[1]
TOP = HERE.parent
sys.path.insert(0, str(TOP / "tests" / "e2e"))

from ports import free_port  # noqa: E402: where it is was just said


def say(text=""):
    print(text, flush=True)


def run(*command, **more):
    return subprocess.run([str(part) for part in command], check=True, text=True, **more)


def ask(method, url, body=None, token=None):
    """One request without wrk: headers and body of the answer."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if token:
        headers["X-Auth-Token"] = token
    request = urllib.request.Request(url, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=120) as answer:
        text = answer.read()
        return answer.headers, json.loads(text) if text else None


def log_in(url, user, password, project):
    """A token of Keystone or of our own identity, and the ids of its project and user."""
    domain = {"name": "Default"}
    headers, told = ask("POST", f"{url}/auth/tokens", {"auth": {
        "identity": {"methods": ["password"],
                     "password": {"user": {"name": user, "password": password, "domain": domain}}},
        "scope": {"project": {"name": project, "domain": domain}}}})
    return headers["X-Subject-Token"], told["token"]["project"]["id"], told["token"]["user"]["id"]


class Instance:
    """A private Permafrost, and the floor behind the same nginx."""

    def __init__(self, work, workers, build=TOP / "build"):
        self.build = build
        self.var = work / "var"
        self.port = free_port()
        self.floor_port = free_port()
        self.workers = workers
        self.children = []
        self.url = f"http://127.0.0.1:{self.port}"

    def start(self, *options):
        run(TOP / "scripts/quickstart", "--detach", "--var", self.var, "--workers", self.workers,
            "--build", self.build, "--listen", f"127.0.0.1:{self.port}", *options,
            stdout=subprocess.DEVNULL)
        self.read_configuration()

    def stop(self):
        for child in self.children:
            child.terminate()
            child.wait(timeout=10)
        run(TOP / "scripts/quickstart", "--stop", "--var", self.var, stdout=subprocess.DEVNULL)

    def read_configuration(self):
        for line in (self.var / "permafrost.conf").read_text().splitlines():
            name, _, value = line.partition("=")
            if name.strip() == "connection":
                self.connection = value.strip()

    def sql(self, text, user="permafrost_owner"):
        """As the owner of the tables, who may also vacuum them."""
        connection = self.connection.replace("user=permafrost", f"user={user}")
        done = run("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", connection, input=text,
                   stdout=subprocess.PIPE)
        return done.stdout.strip()

    def vacuum(self):
        """As autovacuum will have done in time."""
        self.sql("vacuum analyze", "postgres")

    def manage(self, *words, **more):
        return run(self.var / "bin" / "permafrost-manage", *words, stdout=subprocess.PIPE, **more,
                   env={"PATH": "/usr/bin:/bin", "PERMAFROST_CONF": str(self.var / "permafrost.conf")})

    # ---- processes ------------------------------------------------------------------------------

    def leader(self, part):
        """The first process of a part: postgres, workers, nginx."""
        return int((self.var / "pid" / f"{part}.pid").read_text().split()[0])

    def spawn(self, name, *program, environment=None):
        """As many processes as the product has workers, behind a socket; its path."""
        path = self.var / "run" / f"{name}.sock"
        child = subprocess.Popen(
            ["spawn-fcgi", "-n", "-s", str(path), "-M", "0666", "--", "/usr/bin/multiwatch", "-f",
             str(self.workers), "--", *map(str, program)],
            env=environment, stderr=subprocess.DEVNULL)
        self.children.append(child)
        return path, child.pid

    def start_workers(self, name, configuration):
        """More workers of the product, with a configuration of their own."""
        conf = self.var / name / "permafrost.conf"
        conf.parent.mkdir()
        conf.write_text(configuration)
        return self.spawn(name, self.build / "permafrost-api",
                          environment={"PATH": "/usr/bin:/bin", "PERMAFROST_CONF": str(conf)})

    def resident(self):
        """Resident memory of the workers in MiB, largest first."""
        sizes = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if b"permafrost-api" not in (process / "cmdline").read_bytes().split(b"\0")[0]:
                    continue
                if str(self.var).encode() not in (process / "environ").read_bytes():
                    continue
                pages = int((process / "statm").read_text().split()[1])
            except OSError:
                continue
            sizes.append(pages * 4 / 1024)
        return sorted(sizes, reverse=True)

    # ---- nginx ----------------------------------------------------------------------------------

    def nginx_add(self, places, site="floor"):
        """A server on floor_port that leads to each socket, below a prefix; `places` also says which
        parameters are set besides."""
        parameters = TOP / "nginx" / "permafrost_params"
        text = f"server {{ listen 127.0.0.1:{self.floor_port}; {self.access_log()}\n"
        text += f"location /static/ {{ root {self.var}; default_type application/json; }}\n"
        for name, (path, more) in places.items():
            text += (f"location /{name}/ {{ include {parameters}; {more} fastcgi_buffer_size 16k;"
                     f" fastcgi_buffers 32 16k; fastcgi_pass unix:{path}; }}\n")
        self.nginx_site(site, text + "}\n")

    def access_log(self):
        """The floor writes what the product writes."""
        return f"access_log {self.var}/log/nginx-access.log permafrost;"

    def nginx_site(self, name, text):
        """One more site for the instance's nginx, behind the one that defines what it logs."""
        (self.var / "nginx" / f"permafrost.site.{name}.site").write_text(text)
        pid = int(next((self.var / "nginx").glob("nginx.pid")).read_text())
        os.kill(pid, 1)
        time.sleep(1)

    # ---- who asks -------------------------------------------------------------------------------

    def account(self, user):
        """The variables of an openrc file."""
        lines = (self.var / f"openrc-{user}").read_text().splitlines()
        pairs = (line[7:].partition("=") for line in lines if line.startswith("export "))
        return {name: value.strip("'\"") for name, _, value in pairs}

    def token(self, user, project=None):
        """Token, and the project's id."""
        env = self.account(user)
        return log_in(f"{self.url}/identity/v3", env["OS_USERNAME"], env["OS_PASSWORD"],
                      project or env["OS_PROJECT_NAME"])[:2]

    def project(self, name):
        """A project of user demo's, made if need be: token and id."""
        if name not in self.manage("project", "list").stdout.split():
            self.manage("project", "create", name)
            self.manage("role", "grant", "demo", name, "member")
        return self.token("demo", name)
