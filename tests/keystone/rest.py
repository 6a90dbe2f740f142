"""Keystone's v3 API as far as the tests steer it: people, roles, tokens of every scope, trusts.

    rest.py PORT

has each process of a Keystone that was just started answer, the first time of which may take longer
than workers wait."""

import concurrent.futures
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from web import ask  # noqa: E402: where it is was just said

DEFAULT = {"id": "default"}


class Refused(Exception):
    """Keystone did not do what was asked for."""

    def __init__(self, what, reply):
        super().__init__(f"Keystone: {what}: {reply}")
        self.reply = reply


def password(user):
    return f"keystone-{user}"


def scope_of(project=None, domain=None, system=False, trust=None):
    """A scope as a login says it; None for no scope at all."""
    if trust is not None:
        return {"OS-TRUST:trust": {"id": trust}}
    if project is not None:
        return {"project": {"name": project, "domain": DEFAULT}}
    if domain is not None:
        return {"domain": {"name": domain}}
    return {"system": {"all": True}} if system else None


class Keystone:
    """One Keystone, and a token to ask it with."""

    def __init__(self, url, token=None):
        self.url, self.token, self.ensured = url, token, {}

    def ask(self, method, path, body=None, token=None, headers=None):
        reply = ask(method, self.url + path, body, token or self.token, headers=headers)
        if reply.status >= 300:
            raise Refused(f"{method} {path}", reply)
        return reply

    def log_in(self, user, **scope):
        """The token's text and what it stands for. Scope: project, domain, system or trust."""
        identity = {"methods": ["password"], "password": {"user": {
            "name": user, "domain": DEFAULT, "password": password(user)}}}
        wanted = scope_of(**scope)
        body = {"identity": identity, "scope": "unscoped" if wanted is None else wanted}
        reply = self.ask("POST", "/auth/tokens", {"auth": body})
        return reply.headers["X-Subject-Token"], reply.json["token"]

    def revoke(self, token):
        self.ask("DELETE", "/auth/tokens", headers={"X-Subject-Token": token})

    def find(self, kind, name):
        """The id of what has that name; None when there is none. Kinds: users, projects, ..."""
        found = self.ask("GET", f"/{kind}?name={name}").json[kind]
        return found[0]["id"] if found else None

    def ensure(self, kind, name, **members):
        """The id of what has that name, made if need be."""
        one = kind[:-1]
        if (kind, name) not in self.ensured:
            self.ensured[kind, name] = self.find(kind, name) or self.ask(
                "POST", f"/{kind}", {one: {"name": name, **members}}).json[one]["id"]
        return self.ensured[kind, name]

    def change(self, kind, ident, **members):
        self.ask("PATCH", f"/{kind}/{ident}", {kind[:-1]: members})


def warm(url):
    """Log in, and ask about that."""
    keystone = Keystone(url)
    keystone.token, _ = keystone.log_in("demo", project="demo")
    keystone.ask("GET", "/auth/tokens", headers={"X-Subject-Token": keystone.token})


if __name__ == "__main__":
    for _ in range(2):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            list(pool.map(warm, [f"http://127.0.0.1:{sys.argv[1]}/v3"] * 8))
