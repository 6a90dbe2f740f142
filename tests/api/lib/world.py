"""Projects, users and tokens for the cases, and HTTP to the server. Standard library only."""

import http.client
import json
import os
import re
import secrets
import subprocess
import urllib.parse
from decimal import Decimal


class Trouble(Exception):
    """The test could not be run."""


class Server:
    """One instance: how to reach it over HTTP and how to administer it."""

    def __init__(self, url, manage, conf):
        self.url, self.manage_command, self.conf = urllib.parse.urlsplit(url), manage, conf

    def manage(self, *words, stdin=""):
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "PERMAFROST_CONF": self.conf}
        for name in ("ASAN_OPTIONS", "LSAN_OPTIONS", "UBSAN_OPTIONS"):
            if name in os.environ:
                environment[name] = os.environ[name]
        done = subprocess.run([self.manage_command, *words], input=stdin, env=environment,
                              capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise Trouble(f"permafrost-manage {' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def psql(self, text):
        """Change the database behind the server's back, as the engine or an operator would."""
        connection = re.search(r"^connection *= *(.*)$", open(self.conf, encoding="utf-8").read(), re.M)[1]
        done = subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-c", text, connection],
                              capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise Trouble(f"psql {text}: {done.stderr.strip()}")

    def ask(self, method, path, headers=(), body=None, chunked=False):
        connection = http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=60)
        try:
            own_host = any(name.lower() == "host" for name, _ in headers)
            connection.putrequest(method, path, skip_host=own_host, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            if chunked:
                connection.putheader("Transfer-Encoding", "chunked")
                body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
            elif body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return Reply(answer.status, answer.reason, answer.getheaders(), answer.read())
        except (OSError, http.client.HTTPException) as error:
            raise Trouble(f"{method} {path}: {error!r}") from error
        finally:
            connection.close()


def server_at(var, url=None, manage=None, conf=None):
    """The instance under a directory of scripts/quickstart; what is given overrides."""
    home = var / "home" if (var / "home").exists() else var
    if not url:
        openrc = (var / "openrc").read_text()
        url = re.search(r"^export OS_AUTH_URL=(.*)identity/v3$", openrc, re.M)[1]
    return Server(url, manage or str(home / "bin/permafrost-manage"),
                  conf or str(home / "permafrost.conf"))


class Reply:
    def __init__(self, status, reason, headers, raw):
        self.status, self.reason, self.headers, self.raw = status, reason, headers, raw
        self.text = raw.decode("utf-8", "replace")
        self.body, self.is_json = None, False
        try:
            self.body = json.loads(raw, parse_float=Decimal)
            self.is_json = True
        except ValueError:
            pass

    def header(self, name):
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None


class Users:
    """The users of one file: made once, granted roles in the projects of each case."""

    def __init__(self, server):
        self.server, self.unique, self.passwords = server, secrets.token_hex(4), {}

    def get(self, role, alias):
        name = f"t-{self.unique}-{role.replace('+', '-')}-{alias}"
        if name not in self.passwords:
            self.passwords[name] = secrets.token_hex(16)
            self.server.manage("user", "create", name, "--password-stdin",
                               stdin=self.passwords[name] + "\n")
        return name, self.passwords[name]


class World:
    """What one case sees: projects of its own, and who acts in them."""

    def __init__(self, server, users):
        self.server, self.users = server, users
        self.unique = secrets.token_hex(4)
        self.projects, self.identities = {}, {}

    def project_name(self, alias):
        if alias not in self.projects:
            self.projects[alias] = f"t-{self.users.unique}-{self.unique}-{alias}"
            self.server.manage("project", "create", self.projects[alias])
        return self.projects[alias]

    def identity(self, role, alias):
        """A dict: user_name, user_id, password, project, project_name, token."""
        if (role, alias) not in self.identities:
            self.identities[role, alias] = self.identity_make(role, alias)
        return self.identities[role, alias]

    def identity_make(self, role, alias):
        user, password = self.users.get(role, alias)
        project = self.project_name(alias)
        for word in role.split("+"):
            self.server.manage("role", "grant", user, project, word)
        domain = {"name": "Default"}
        wish = {"auth": {
            "identity": {"methods": ["password"], "password": {
                "user": {"name": user, "domain": domain, "password": password}}},
            "scope": {"project": {"name": project, "domain": domain}}}}
        reply = self.server.ask("POST", "/identity/v3/auth/tokens",
                                [("Content-Type", "application/json")], json.dumps(wish).encode())
        if reply.status != 201:
            raise Trouble(f"no token for {role} of {alias}: {reply.status} {reply.text[:200]}")
        token = reply.body["token"]
        return {"user_name": user, "password": password, "user_id": token["user"]["id"],
                "project_name": project, "project": token["project"]["id"],
                "token": reply.header("X-Subject-Token")}
