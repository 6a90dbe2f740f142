#!/usr/bin/python3
"""What a checkpoint protects is what there is in the cloud at that moment: the servers, volumes and
images that belong to what the plan names."""

import json
import time
import uuid

import setting
from common import check, psql, run
from engine import INFRASTRUCTURE
from karbor import DataProtect
from services import cloud, counts, image_make, running, server, volume

WORD = "graph" + uuid.uuid4().hex[:8]
SERVER, VOLUME, IMAGE = "OS::Nova::Server", "OS::Cinder::Volume", "OS::Glance::Image"
PROJECT = "OS::Keystone::Project"


def plan(api, *resources):
    """A plan of resources that are (type, id)."""
    return api.make("plans", "plan", name=WORD, provider_id=INFRASTRUCTURE, parameters={}, resources=[
        {"type": kind, "id": name, "name": "as the plan says"} for kind, name in resources])["id"]


def protect(api, of):
    return api.ask("POST", f"/providers/{INFRASTRUCTURE}/checkpoints", {"checkpoint": {"plan_id": of}})


def graph(reply):
    """{name or id: the ids of what belongs to it}, and {id: extra info}, as the checkpoint shows them."""
    nodes, edges = json.loads(reply.json["checkpoint"]["resource_graph"])
    children = {nodes[parent][1]: {nodes[child][1] for child in of} for parent, of in edges}
    return {node[1]: children.get(node[1], set()) for node in nodes.values()}, {
        node[1]: node[3] for node in nodes.values()}


def written():
    """Checkpoints and work of ours."""
    return psql(f"""select (select count(*) from permafrost.checkpoints
                             where doc->'protection_plan'->>'name' = '{WORD}'),
                           (select count(*) from permafrost.operation_logs log
                             join permafrost.plans plan on plan.id = log.doc->>'plan_id'
                            where plan.doc->>'name' = '{WORD}')""")


# ---- what belongs to what -----------------------------------------------------------------------

def of_a_server(api, image):
    web = server("web", image)
    data, spare = volume("data", web["id"], "in-use"), volume("spare")
    cloud("documents", {"servers": [web], "volumes": [data, spare]})
    reply = protect(api, plan(api, (SERVER, web["id"])))
    if not check("a plan of a server is protected", reply.status == 200, reply):
        return
    children, info = graph(reply)
    check("with the volume attached to it and the image it was made of, and nothing else", children == {
        web["id"]: {data["id"], image}, data["id"]: set(), image: set()}, children)
    check("as the services tell of them", info[data["id"]] == {"availability_zone": "az1"}
          and info[image] == {"server_id": web["id"]}, info)
    work = psql(f"""select resource_type, waits_for from permafrost.work_items
                     where checkpoint_id = '{reply.json["checkpoint"]["id"]}' order by n""").splitlines()
    check("each is work for an agent, the server last", sorted(work) == sorted([
        f"{VOLUME}|{{}}", f"{IMAGE}|{{}}", f"{SERVER}|{{0,1}}"]) and work[-1].startswith(SERVER), work)


def of_the_project(api, image):
    web, mail = server("web", image), server("mail", image)
    data, spare = volume("data", web["id"], "in-use"), volume(None)
    cloud("documents", {"servers": [web, mail, server("broken", status="ERROR")], "volumes": [data, spare]})
    reply = protect(api, plan(api, (PROJECT, api.project)))
    if not check("a plan of the project is protected", reply.status == 200, reply):
        return
    children, _ = graph(reply)
    check("with all that is in it", children[api.project] >= {
        web["id"], mail["id"], data["id"], spare["id"], image}, children)
    check("and what belongs to each server", children[web["id"]] == {data["id"], image}
          and children[mail["id"]] == {image}, children)
    check("no service is asked for what it told already", counts() == {"servers": 1, "volumes": 2}, counts())


def of_long_lists(api):
    rows = [server(f"s{n}") for n in range(1100)]
    cloud("documents", {"servers": rows, "volumes": []})
    reply = protect(api, plan(api, (PROJECT, api.project)))
    children = graph(reply)[0] if reply.status == 200 else {}
    check("a project of more than a thousand servers is whole", {row["id"] for row in rows}
          <= children.get(api.project, set()), reply.status)


# ---- what can't be told ---------------------------------------------------------------------------

def refusals(api):
    web = server("web")
    cloud("documents", {"servers": [web], "volumes": []})
    of_web, before = plan(api, (SERVER, web["id"])), written()
    cloud("mode", {"status": 500})
    reply = protect(api, of_web)
    check("while a service is away it is 503, which names it, with Retry-After",
          reply.status == 503 and reply.headers["Retry-After"]
          and "compute" in reply.json["serviceUnavailable"]["message"], reply)
    cloud("mode", {"seconds": 30})
    start = time.monotonic()
    reply = protect(api, of_web)
    check("and in bounded time", reply.status == 503 and time.monotonic() - start < 25, reply)
    cloud("mode", {"status": 403})
    check("a service that refuses the user is 403", protect(api, of_web).status == 403)
    cloud("mode", {})
    reply = protect(api, plan(api, (SERVER, str(uuid.uuid4()))))
    check("a server that is gone is 400, and named", reply.status == 400
          and SERVER in reply.json["badRequest"]["message"], reply)
    check("nothing of all this left anything behind", written() == before, f"{before} {written()}")
    check("when it answers again the checkpoint is made", protect(api, of_web).status == 200)


def of_another_project(api):
    """An administrator may ask, but their token shows their own servers."""
    reply = protect(DataProtect("admin"), plan(api, (PROJECT, api.project)))
    check("an administrator of another project is told to ask in the plan's own",
          reply.status == 400 and api.project in reply.json["badRequest"]["message"], reply)


def nothing_to_ask(api):
    cloud("mode", {"status": 500})
    reply = protect(api, plan(api, (VOLUME, str(uuid.uuid4()))))
    check("a plan of volumes alone asks nobody", reply.status == 200 and counts() == {}, reply)
    cloud("mode", {})


def clean(api):
    for document in api.get(f"/plans?name={WORD}&limit=1000")["plans"]:
        api.ask("DELETE", f"/plans/{document['id']}")
    psql(f"""delete from permafrost.operation_logs where doc->>'checkpoint_id' in
                 (select id from permafrost.checkpoints where doc->'protection_plan'->>'name' = '{WORD}');
             delete from permafrost.checkpoints where doc->'protection_plan'->>'name' = '{WORD}'""")


def main(_):
    with running():
        api = DataProtect("demo")
        image = image_make(setting.token_of("demo", project="demo"), "cirros")
        try:
            of_a_server(api, image)
            of_the_project(api, image)
            of_long_lists(api)
            refusals(api)
            of_another_project(api)
            nothing_to_ask(api)
        finally:
            clean(api)


run(main)
