#!/usr/bin/python3
"""What can be protected in a cloud: images of a real Glance, servers and volumes in the shapes of
Nova and Cinder, all found through the catalog of a real Keystone with the caller's token."""

import time
import uuid

import setting
from common import check, run
from services import GLANCE_URL, cloud, counts, image_make, running, server, volume
from setting import get, token_of


class Protectables:
    def __init__(self, token, project):
        self.token, self.path = token, f"/data-protect/v1/{project}/protectables"

    def list(self, kind, query=""):
        return get(f"{self.path}/{kind}/instances{query}", self.token)

    def show(self, kind, name):
        return get(f"{self.path}/{kind}/instances/{name}", self.token)


def images(of, token):
    made = image_make(token, "cirros")
    reply = of.list("OS::Glance::Image")
    check("an image of Glance can be protected", reply.status == 200 and {
        "id": made, "type": "OS::Glance::Image", "name": "cirros", "extra_info": None,
        "dependent_resources": []} in reply.json["instances"], reply)
    reply = of.show("OS::Glance::Image", made)
    check("and be shown", reply.status == 200 and reply.json["instance"]["id"] == made, reply)
    reply = of.show("OS::Glance::Image", str(uuid.uuid4()))
    check("an image that is not there is 404", reply.status == 404, reply)
    stranger = token_of("other", project="other")
    reply = setting.ask("GET", f"{GLANCE_URL}/v2/images/{made}", token=stranger)
    check("Glance keeps it from other projects", reply.status == 404, reply)
    return made


def servers(of, image):
    web = server("web", image)
    rows = [web, server("db"), server("old", status="DELETED"), server("broken", status="ERROR")]
    data, spare = volume("data", web["id"], "in-use"), volume("spare")
    cloud("documents", {"servers": rows, "volumes": [data, spare, volume("gone", status="deleting")]})
    reply = of.list("OS::Nova::Server")
    found = {row["name"]: row for row in reply.json["instances"]}
    check("servers are listed but for those whose state excludes them",
          sorted(found) == ["db", "web"], reply)
    kinds = {row["type"]: row for row in found["web"]["dependent_resources"]}
    check("the volume that is attached depends on its server",
          kinds["OS::Cinder::Volume"]["id"] == data["id"] and
          kinds["OS::Cinder::Volume"]["extra_info"] == {"availability_zone": "az1"}, reply)
    check("and so does the image it was made of", kinds["OS::Glance::Image"]["id"] == image and
          kinds["OS::Glance::Image"]["extra_info"] == {"server_id": web["id"]}, reply)
    check("a server that was booted from a volume has no image",
          found["db"]["dependent_resources"] == [], reply)
    check("volumes are asked for once, not for each server", counts().get("volumes") == 1, counts())
    reply = of.show("OS::Nova::Server", web["id"])
    check("a server is shown with what depends on it",
          reply.json["instance"] == found["web"], reply)
    reply = of.show("OS::Nova::Server", rows[3]["id"])
    check("one whose state excludes it is 404", reply.status == 404, reply)
    reply = of.list("OS::Cinder::Volume")
    check("volumes are listed", [row["id"] for row in reply.json["instances"]] ==
          [data["id"], spare["id"]], reply)
    reply = of.list("OS::Keystone::Project")
    check("all of it depends on the project",
          {"web", "db", "data", "spare", "cirros"} <=
          {row["name"] for row in reply.json["instances"][0]["dependent_resources"]}, reply)


def pages(of):
    rows = [server(f"s{n}", status="DELETED" if n % 3 == 0 else "ACTIVE") for n in range(620)]
    cloud("documents", {"servers": rows, "volumes": []})
    wanted = [row["id"] for row in rows if row["status"] == "ACTIVE"]
    reply = of.list("OS::Nova::Server")
    check("a long list is read page by page",
          [row["id"] for row in reply.json["instances"]] == wanted, len(reply.text))
    seen, query = [], "?limit=150"
    while query:
        reply = of.list("OS::Nova::Server", query)
        seen += [row["id"] for row in reply.json["instances"]]
        links = reply.json.get("instances_links")
        query = "?" + links[0]["href"].split("?")[1] if links else None
    check("pages that follow their links make the whole list", seen == wanted, len(seen))
    reply = of.list("OS::Nova::Server", "?marker=nothing")
    check("a marker that names nothing is 404", reply.status == 404, reply)


def failures(of):
    cloud("mode", {"status": 500})
    reply = of.list("OS::Nova::Server")
    check("a service that fails is 503, and named",
          reply.status == 503 and "compute" in reply.json["serviceUnavailable"]["message"] and
          reply.headers["Retry-After"], reply)
    cloud("mode", {"status": 403})
    check("a service that refuses the user is 403", of.list("OS::Cinder::Volume").status == 403)
    cloud("mode", {"seconds": 30})
    start = time.monotonic()
    reply = of.list("OS::Nova::Server")
    check("a service that does not answer is 503 in bounded time",
          reply.status == 503 and time.monotonic() - start < 25, reply)
    cloud("mode", {})
    check("and is used again when it answers", of.list("OS::Nova::Server").status == 200)


def absent(of, keystone):
    for name in "nova", "cinder":
        keystone.ask("DELETE", f"/services/{keystone.find('services', name)}")
    reply = of.list("OS::Nova::Server")
    check("a service that the catalog does not have is 404, and named",
          reply.status == 404 and "compute" in reply.json["itemNotFound"]["message"], reply)
    reply = of.list("OS::Keystone::Project")
    check("a project without that service has the rest",
          "cirros" in {row["name"] for row in reply.json["instances"][0]["dependent_resources"]},
          reply)


def main(_):
    with running() as keystone:
        token, project = token_of("demo", project="demo"), keystone.find("projects", "demo")
        of = Protectables(token, project)
        image = images(of, token)
        servers(of, image)
        pages(of)
        failures(of)
        absent(of, keystone)


run(main)
