#!/usr/bin/env python3
"""The people, projects, roles and services of the tests' Keystone, and the files that name them.

    people.py DIR PORT BACKUP_URL
"""

import pathlib
import sys

from rest import Keystone, Refused, password

REGION = "RegionOne"
CACHE_TIME = 6      # seconds; a test can wait for the end of what is believed

#         user            where                     roles
GRANTS = [("permafrost",   ("projects", "service"),  ["admin", "service"]),
          ("nova",         ("projects", "service"),  ["service"]),
          ("demo",         ("projects", "demo"),     ["member"]),
          ("demo",         ("projects", "spare"),    ["member"]),
          ("reader",       ("projects", "demo"),     ["reader"]),
          ("other",        ("projects", "other"),    ["member"]),
          ("local-admin",  ("projects", "demo"),     ["admin"]),
          ("domain-admin", ("domains", "default"),   ["admin"]),
          ("system-admin", ("system", "all"),        ["admin"]),
          ("nobody",       None,                     [])]

#        file                  user           project
FILES = [("openrc",             "admin",       "admin"),
         ("openrc-demo",        "demo",        "demo"),
         ("openrc-reader",      "reader",      "demo"),
         ("openrc-other",       "other",       "other"),
         ("openrc-local-admin", "local-admin", "demo"),
         ("openrc-permafrost",  "permafrost",  "service")]


def place_of(keystone, where):
    """The path below which roles are assigned there."""
    kind, name = where
    if kind == "system":
        return "/system"
    if kind == "domains":
        return "/domains/default"
    return f"/projects/{keystone.ensure('projects', name, domain_id='default')}"


def grant(keystone, user, where, roles):
    user_id = keystone.ensure("users", user, domain_id="default", password=password(user))
    for role in roles:
        role_id = keystone.ensure("roles", role)
        keystone.ask("PUT", f"{place_of(keystone, where)}/users/{user_id}/roles/{role_id}")


def offer(keystone, kind, name, url):
    """An endpoint of each interface; the URL of those that are there is brought up to date."""
    service = keystone.ensure("services", name, type=kind)
    listed = keystone.ask("GET", f"/endpoints?service_id={service}").json["endpoints"]
    known = {endpoint["interface"]: endpoint for endpoint in listed}
    for interface in "public", "internal", "admin":
        body = {"service_id": service, "interface": interface, "url": url, "region_id": REGION}
        if interface not in known:
            keystone.ask("POST", "/endpoints", {"endpoint": body})
        elif known[interface]["url"] != url:
            keystone.change("endpoints", known[interface]["id"], url=url)


def region(keystone):
    try:
        keystone.ask("GET", f"/regions/{REGION}")
    except Refused:
        keystone.ask("POST", "/regions", {"region": {"id": REGION}})


def openrc(url, user, project):
    return "\n".join([f"export OS_AUTH_URL={url}", f"export OS_USERNAME={user}",
                      f"export OS_PASSWORD={password(user)}", f"export OS_PROJECT_NAME={project}",
                      "export OS_USER_DOMAIN_NAME=Default", "export OS_PROJECT_DOMAIN_NAME=Default",
                      "export OS_IDENTITY_API_VERSION=3", f"export OS_REGION_NAME={REGION}",
                      "unset OS_TOKEN OS_PROJECT_ID OS_CLOUD", ""])


def authtoken(through, direct):
    """What a service's configuration says: it asks through the proxy, clients are sent past it."""
    return "\n".join(["[keystone_authtoken]", f"www_authenticate_uri = {direct}",
                      f"auth_url = {through}", "auth_type = password", "username = permafrost",
                      f"password = {password('permafrost')}", "project_name = service",
                      "user_domain_name = Default", "project_domain_name = Default",
                      f"token_cache_time = {CACHE_TIME}", ""])


def main(directory, port, backup_url):
    url = f"http://127.0.0.1:{port}/v3"
    keystone = Keystone(url)
    keystone.token, _ = keystone.log_in("admin", project="admin")
    region(keystone)
    for row in GRANTS:
        grant(keystone, *row)
    offer(keystone, "identity", "keystone", url)
    offer(keystone, "backup", "freezer", backup_url)
    offer(keystone, "data-protect", "karbor", f"{backup_url}/data-protect/v1/%(project_id)s")
    for name, user, project in FILES:
        (directory / name).write_text(openrc(url, user, project))
    (directory / "authtoken.conf").write_text(authtoken(f"http://127.0.0.1:{port + 1}/v3", url))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3].rstrip("/"))
