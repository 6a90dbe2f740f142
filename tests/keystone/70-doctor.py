#!/usr/bin/python3
"""What permafrost-manage doctor makes of a real Keystone, and of service users that won't do."""

import os
import subprocess

from rest import password
from setting import break_with
from common import HOME, check, run


def doctor(**options):
    """The lines of what is said, with options of [keystone_authtoken] of ours."""
    options.setdefault("http_request_timeout", "30")     # on a busy machine a login takes its time
    ours = {f"PERMAFROST_KEYSTONE_AUTHTOKEN_{name.upper()}": value for name, value in options.items()}
    done = subprocess.run(
        [HOME / "bin/permafrost-manage", "doctor", "--socket", HOME / "run/api.sock"],
        env={**os.environ, "PERMAFROST_CONF": str(HOME / "permafrost.conf"), **ours}, check=False,
        capture_output=True, text=True, timeout=60)
    return {line[6:17].strip(): line for line in done.stdout.splitlines()}


def told(phrase, lines, name, begin, *pieces):
    line = lines.get(name, "")
    check(phrase, line.startswith(f"{begin} ") and all(piece in line for piece in pieces), lines)


def main(_):
    break_with()
    told("a service user with its role is ok", doctor(), "keystone", "ok", "may validate tokens")
    told("so is one with the role service alone", doctor(username="nova", password=password("nova")),
         "keystone", "ok")
    told("one without either role is told", doctor(
        username="reader", password=password("reader"), project_name="demo"),
        "keystone", "bad", "neither the role service nor admin", "openstack role add")
    wrong = doctor(password="wrong-secret")
    told("a wrong password is told", wrong, "keystone", "bad", "refused with 401", "doc/keystone.md")
    check("and not said", "wrong-secret" not in str(wrong), wrong)
    told("a project that the service user is not in is too", doctor(project_name="demo"),
         "keystone", "bad", "refused with 401")
    told("and an address of something else", doctor(auth_url="http://127.0.0.1:1"),
         "keystone", "bad", "http://127.0.0.1:1 is of no use")
    break_with(refuse=True)
    away = doctor()
    told("a Keystone that is away is told", away, "keystone", "bad", "is of no use")
    told("and that the workers can't do without", away, "workers", "bad", "Keystone")
    break_with()


run(main)
