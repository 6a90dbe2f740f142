#!/usr/bin/python3
"""Behind a prefix of the web server the service is what it is at the root: a worker is asked as a
front server with such a prefix would, over FastCGI."""

import sys

sys.dont_write_bytecode = True

import fastcgi
from common import HOME, Api, check, run


def get(mount, path, token=None):
    """Status and JSON of a GET of a path below the mount."""
    return fastcgi.get_json(HOME / "run" / "api.sock", path, mount, token)


def main(_):
    api = Api("demo")
    for mount in "", "/backup", "/of/two":
        where = f"below {mount or 'no prefix'}"
        status, body = get(mount, "/")
        check(f"{where} the versions are told without a token", status == 300, f"{status} {body}")
        links = [entry["links"][0]["href"] for entry in body["versions"]]
        check(f"{where} the links lead below it", links == [f"{mount}/v2/", f"{mount}/v1/"], links)
        status, body = get(mount, "/v2", api.token)
        template = body["resources"]["rel/backups"]["href-template"]
        check(f"{where} the home document's templates do too",
              template == mount + "/v2/{project_id}/backups/{backup_id}", template)
        status, body = get(mount, f"/v2/{api.project}/jobs?limit=1", api.token)
        check(f"{where} documents are found", status == 200 and "jobs" in body, f"{status} {body}")
        check(f"{where} a token is needed for them",
              get(mount, f"/v2/{api.project}/jobs")[0] == 401)


run(main)
