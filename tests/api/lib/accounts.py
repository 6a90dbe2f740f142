"""Users, projects and tokens of the wall, in the standalone identity or in a Keystone; and the
callers that wall.table describes. Tokens are asked for at OS_AUTH_URL of the openrc file."""

import json
import re
import secrets
import urllib.parse

from . import world
from .world import Trouble


def openrc(file):
    """The OS_ variables that sourcing the file sets."""
    return dict(re.findall(r"^export (OS_\w+)=[\"']?([^\"'\n]*)", file.read_text(), re.M))


class Identity:
    """Where tokens are given out."""

    def __init__(self, rc):
        self.rc = rc
        self.path = urllib.parse.urlsplit(rc["OS_AUTH_URL"]).path.rstrip("/")
        self.path += "" if self.path.endswith("/v3") else "/v3"
        self.server = world.Server(rc["OS_AUTH_URL"], None, None)
        self.domain = rc.get("OS_USER_DOMAIN_NAME", "Default")

    def ask(self, method, path, body=None, token=None, more=()):
        headers = [("Content-Type", "application/json"), *more]
        if token:
            headers.append(("X-Auth-Token", token))
        return self.server.ask(method, self.path + path, headers,
                               None if body is None else json.dumps(body).encode())

    def scope(self, place):
        """Of a token for that project, for the system, the domain, or (None) for nothing."""
        domain = {"name": self.domain}
        named = {None: "unscoped", "system": {"system": {"all": True}}, "domain": {"domain": domain}}
        return named[place] if place in named else {"project": {"name": place, "domain": domain}}

    def log_in(self, user, password, place):
        """A token for that place, and the id of its user."""
        domain = {"name": self.domain}
        wish = {"auth": {
            "identity": {"methods": ["password"], "password": {
                "user": {"name": user, "domain": domain, "password": password}}},
            "scope": self.scope(place)}}
        reply = self.ask("POST", "/auth/tokens", wish)
        if reply.status != 201:
            raise Trouble(f"no token for {user}: {reply.status} {reply.text[:200]}")
        return reply.header("X-Subject-Token"), reply.body["token"]["user"]["id"]

    def revoke(self, token):
        self.ask("DELETE", "/auth/tokens", None, token, [("X-Subject-Token", token)])


class Standalone:
    """Accounts that permafrost-manage makes. There are projects, and no other places."""
    places = ()

    def __init__(self, server, database):
        self.server, self.database, self.projects = server, database, {}

    def project(self, name):
        self.server.manage("project", "create", name)
        listed = self.server.manage("project", "list")
        self.projects[name] = re.search(rf"^{name}\t(\w+)", listed, re.M)[1]
        return self.projects[name]

    def user(self, name, password):
        self.server.manage("user", "create", name, "--password-stdin", stdin=password + "\n")

    def grant(self, user, project, role):
        self.server.manage("role", "grant", user, project, role)

    def dismiss(self, user, project, role):
        self.server.manage("role", "revoke", user, project, role)

    def delete(self, user):
        self.server.manage("user", "delete", user)

    def disable(self, user):
        self.database.ask(f"update permafrost.users set enabled = false where name = '{user}'")

    def expired(self, user, token):
        """The token, which counts no longer."""
        self.database.ask("update permafrost.tokens set expires_at = clock_timestamp() - "
                          "interval '1 second' where user_id = "
                          f"(select id from permafrost.users where name = '{user}')")
        return token


class Keystone:
    """Accounts that are made through Keystone's API, as the admin of the openrc file."""
    places = {"system": "/system", "domain": "/domains/default"}

    def __init__(self, identity, expired_token):
        self.identity, self.expired_token = identity, expired_token
        rc = identity.rc
        self.token, _ = identity.log_in(rc["OS_USERNAME"], rc["OS_PASSWORD"],
                                        rc["OS_PROJECT_NAME"])
        self.projects, self.users, self.roles = {}, {}, {}

    def ask(self, method, path, body=None):
        reply = self.identity.ask(method, path, body, self.token)
        if reply.status >= 300:
            raise Trouble(f"Keystone: {method} {path}: {reply.status} {reply.text[:200]}")
        return reply.body

    def project(self, name):
        made = self.ask("POST", "/projects", {"project": {"name": name, "domain_id": "default"}})
        self.projects[name] = made["project"]["id"]
        return self.projects[name]

    def user(self, name, password):
        made = self.ask("POST", "/users", {"user": {"name": name, "password": password,
                                                    "domain_id": "default"}})
        self.users[name] = made["user"]["id"]

    def role(self, name):
        if name not in self.roles:
            found = self.ask("GET", f"/roles?name={name}")["roles"]
            made = found[0] if found else self.ask("POST", "/roles", {"role": {"name": name}})["role"]
            self.roles[name] = made["id"]
        return self.roles[name]

    def assignment(self, user, project, role):
        place = self.places.get(project) or f"/projects/{self.projects[project]}"
        return f"{place}/users/{self.users[user]}/roles/{self.role(role)}"

    def grant(self, user, project, role):
        self.ask("PUT", self.assignment(user, project, role))

    def dismiss(self, user, project, role):
        self.ask("DELETE", self.assignment(user, project, role))

    def delete(self, user):
        self.ask("DELETE", f"/users/{self.users[user]}")

    def disable(self, user):
        self.ask("PATCH", f"/users/{self.users[user]}", {"user": {"enabled": False}})

    def expired(self, *_):
        """The token that whoever runs this had to wait for; None if they did not."""
        return self.expired_token


class Callers:
    """Those of wall.table: what they show as a token, and where they are at home."""

    def __init__(self, table, identity, accounts):
        self.identity, self.accounts = identity, accounts
        self.unique, self.nameless = secrets.token_hex(4), table.groups["nameless"]
        self.tokens, self.users, self.homes = {}, {}, {}
        self.passwords, self.projects = {}, {}
        for name, what in list(table.callers.items()):
            self.make(name, what)
            if name not in self.tokens:
                print(f"# {name}: not to be had from this identity service")
                del table.callers[name]

    def project(self, alias):
        """The name of that project, made when it is first needed; system and domain are there."""
        if alias in ("system", "domain"):
            return alias
        name = f"wall-{self.unique}-{alias}"
        if alias not in self.projects:
            self.projects[alias] = self.accounts.project(name)
        return name

    def make(self, name, what):
        told, _, done = what.partition("; ")
        role, _, alias = told.partition(" of ")
        if not alias:
            self.tokens[name] = self.without_user(what)
            return
        if alias in ("system", "domain") and alias not in self.accounts.places:
            return
        user, password = f"wall-{self.unique}-{name}", secrets.token_hex(16)
        project = self.project(alias)
        self.accounts.user(user, password)
        self.accounts.grant(user, project, role)
        self.passwords[name] = (user, password, None if done == "no project" else project)
        self.homes[name] = alias
        self.tokens[name], self.users[name] = self.identity.log_in(*self.passwords[name])
        self.spoil(name, done, (user, project, role))

    def without_user(self, what):
        if what == "no token":
            return None
        if what == "a token that nobody gave out":
            return "f" * 43
        if what == "the member's token, with another letter in it":
            token = self.tokens["member"]
            middle = len(token) // 2    # bits of the last letter may mean nothing
            return token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1:]
        raise Trouble(f"wall.table: who is {what!r}?")

    def spoil(self, name, done, assignment):
        """What happens to the token or its user before it is used."""
        user = assignment[0]
        if done == "the token ends":
            self.tokens[name] = self.accounts.expired(user, self.tokens[name])
            if self.tokens[name] is None:
                del self.tokens[name]
        elif done == "the token is revoked":
            self.identity.revoke(self.tokens[name])
        elif done == "the user is disabled":
            self.accounts.disable(user)
        elif done == "the user is deleted":
            self.accounts.delete(user)
        elif done == "the role is taken away":
            self.accounts.dismiss(*assignment)
        elif done not in ("", "no project"):
            raise Trouble(f"wall.table: what is {done!r}?")

    def spoilt(self, name):
        """Does the caller's token count for nothing?"""
        return name in self.nameless

    def new_token(self, name):
        """One more token of that caller's."""
        return self.identity.log_in(*self.passwords[name])[0]
