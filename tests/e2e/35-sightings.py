#!/usr/bin/python3
"""Workers note when a scheduler asked for work: once a minute at most, and not of anybody else."""

import uuid

from common import Api, ask, check, psql, run, URL, wait_for

OWN = "seen" + uuid.uuid4().hex[:8]
DAY_AGO = "now() - interval '1 day'"


def poll_of(client):
    """The search of a scheduler, as freezer-scheduler 13 sends it."""
    return {"match_not": [{"status": "completed"}], "match": [{"client_id": client}]}


class Client:
    def __init__(self, api, name, **more):
        self.api, self.name = api, f"{OWN}{name}"
        api.create("client", {"client_id": self.name, "hostname": self.name, **more})
        psql(f"update permafrost.expectations set last_at = {DAY_AGO}, due_at = {DAY_AGO}, late_at = {DAY_AGO} "
             f"where id = '{self.name}'")

    def is_silent(self):
        return psql(f"select count(*) from permafrost.v_overdue where id = '{self.name}'") == "1"

    def row(self):
        """Changes whenever the row is written."""
        return psql(f"select ctid, xmin, last_at from permafrost.expectations where id = '{self.name}'")


def tell():
    """Workers tell what they noted after the next requests that they serve."""
    for _ in range(10):
        ask("GET", URL + "/healthcheck")
    return True


def is_noticed(client):
    return bool(wait_for(lambda: tell() and not client.is_silent(), 20))


def all_is_told(api, witness):
    """What was noted before a witness was is told when the witness is, by each worker that both asked."""
    for _ in range(20):
        api.ask("GET", "/jobs/?limit=10&offset=0", poll_of(witness.name))
    return is_noticed(witness)


def a_poll_is_a_sign_of_life(api):
    client = Client(api, "a")
    check("a client that was silent is overdue", client.is_silent())
    api.ask("GET", "/jobs/?limit=10&offset=0", poll_of(client.name))
    check("a client that asks for its work is not", is_noticed(client), client.row())
    before = client.row()
    for _ in range(50):
        api.ask("GET", "/jobs/?limit=10&offset=0", poll_of(client.name))
    check("the witness is seen", all_is_told(api, Client(api, "b")))
    check("a row is not written again within a minute, however often it asks", client.row() == before,
          (before, client.row()))


def others_are_none(api):
    client = Client(api, "c")
    for name, path, search in (
            ("reader", "/jobs", poll_of(client.name)),
            ("other", "/jobs", poll_of(client.name)),
            ("demo", "/jobs", {"match": [{"client_id": client.name}]}),
            ("demo", "/jobs", {"match_not": [{"status": "completed"}]}),
            ("demo", "/jobs", {"match_not": [{"client_id": client.name}], "match": [{"status": "completed"}]}),
            ("demo", "/backups", poll_of(client.name))):
        asker = Api(name)
        for _ in range(4):
            asker.ask("GET", path, search)
    check("the next witness is seen", all_is_told(api, Client(api, "d")))
    check("who only looks is no scheduler", client.is_silent(), client.row())
    api.ask("GET", "/jobs", poll_of(f"{OWN}nobody"))
    check("the last witness is seen", all_is_told(api, Client(api, "e")))
    known = psql(f"select count(*) from permafrost.expectations where id = '{OWN}nobody'")
    check("a client that never registered is not noted", known == "0", known)


def a_central_client_is_seen_from_anywhere():
    client = Client(Api("admin"), "central", is_central=True)
    Api("demo").ask("GET", "/jobs", poll_of(client.name))
    check("a witness is seen beside the central client", all_is_told(Api("demo"), Client(Api("demo"), "f")))
    check("a member of another project is no central scheduler", client.is_silent(), client.row())
    Api("admin").ask("GET", "/jobs?all_projects=True", poll_of(client.name))
    check("a central client that asks for work of all projects is seen", is_noticed(client), client.row())


def main(work):
    api = Api("demo")
    try:
        a_poll_is_a_sign_of_life(api)
        others_are_none(api)
        a_central_client_is_seen_from_anywhere()
    finally:
        Api("admin").ask("DELETE", f"/clients/{OWN}central")
        api.clean(OWN)


run(main)
