#!/usr/bin/python3
"""A catalog with two regions: whose Keystone is asked, by [keystone_authtoken] region_name and interface, and
whose Glance, by [cloud] region_name."""

import contextlib

import services
import setting
from common import HOME, check, run, settings
from setting import break_with, count, get, jobs, token_of

NOBODY = "http://127.0.0.1:9"
# in the first region as it is; in the second one only the proxy's address has somebody there
SECOND = {"public": f"{NOBODY}/v3", "internal": f"http://127.0.0.1:{setting.PORT + 1}/v3", "admin": f"{NOBODY}/v3"}


@contextlib.contextmanager
def second_region(keystone):
    """Its endpoints of the identity service and of Glance; gone afterwards."""
    keystone.ask("POST", "/regions", {"region": {"id": "RegionTwo"}})
    images, made = keystone.find("services", "glance"), []
    rows = [(keystone.find("services", "keystone"), *row) for row in SECOND.items()]
    rows += [(images, "public", NOBODY), (images, "internal", services.GLANCE_URL)]
    for service, interface, url in rows:
        body = {"service_id": service, "interface": interface, "url": url, "region_id": "RegionTwo"}
        made.append(keystone.ask("POST", "/endpoints", {"endpoint": body}).json["endpoint"]["id"])
    try:
        yield
    finally:
        for endpoint in made:
            keystone.ask("DELETE", f"/endpoints/{endpoint}")
        keystone.ask("DELETE", "/regions/RegionTwo")


def judge(project, phrase, options, status, asked):
    """A token that nobody has seen, and whether the Keystone behind the proxy was asked about it."""
    with settings(f"[keystone_authtoken]\nauth_url = {setting.URL}\n{options}"):
        break_with()
        reply = jobs(token_of("demo", project="demo"), project)
        check(phrase, reply.status == status and (count() > 0) == asked, f"{reply}; asked {count()} times")


def keystones(project):
    judge(project, "without a region auth_url is asked", "", 200, False)
    judge(project, "a region and an interface lead to the Keystone that the catalog names",
          "region_name = RegionTwo\ninterface = internal\n", 200, True)
    judge(project, "another interface of that region to another, where nobody is: 503",
          "region_name = RegionTwo\ninterface = admin\n", 503, False)
    judge(project, "another region to another", "region_name = RegionOne\ninterface = internal\n", 200, False)
    log = HOME / "log" / "workers.log"
    start = log.stat().st_size
    judge(project, "a region that the catalog does not have is 503", "region_name = RegionNine\n", 503, False)
    with log.open(errors="replace") as file:
        file.seek(start)
        told = file.read()
    check("and the log names the options", "the catalog has no identity service with" in told, told)


def clouds(project):
    path = f"/data-protect/v1/{project}/protectables/OS::Glance::Image/instances"
    for region, interface, status in (("RegionTwo", "public", 503), ("RegionTwo", "internal", 200),
                                      ("RegionOne", "public", 200)):
        with settings(f"[cloud]\nregion_name = {region}\ninterface = {interface}\n"):
            reply = get(path, token_of("demo", project="demo"))
            check(f"images of {region} at its {interface} address: {status}", reply.status == status, reply)


def main(_):
    with services.running() as keystone, second_region(keystone):
        project = keystone.find("projects", "demo")
        keystones(project)
        clouds(project)


run(main)
