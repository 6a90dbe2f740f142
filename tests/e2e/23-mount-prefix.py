#!/usr/bin/python3
"""Behind a prefix of the web server the service is what it is at the root: a worker is asked as a
front server with such a prefix would, over FastCGI."""

import json
import socket
import struct
import sys

sys.dont_write_bytecode = True

from common import HOME, Api, check, run

BEGIN, END, PARAMS, STDIN, STDOUT = 1, 3, 4, 5, 6


def record(kind, content=b""):
    return struct.pack("!BBHHBx", 1, kind, 1, len(content), 0) + content


def parameter(name, value):
    name, value = name.encode(), value.encode()
    return struct.pack("!II", len(name) | 1 << 31, len(value) | 1 << 31) + name + value


def output_of(stream):
    """What the worker wrote, up to the end of the request."""
    output = b""
    while True:
        _, kind, _, length, padding = struct.unpack("!BBHHBx", stream.read(8))
        content = stream.read(length + padding)[:length]
        if kind == END:
            return output
        output += content if kind == STDOUT else b""


def get(mount, path, token=None):
    """Status and JSON of a GET of a path below the mount."""
    told = {"SERVICE": "backup", "MOUNT": mount, "REQUEST_METHOD": "GET", "QUERY_STRING": "",
            "REQUEST_URI": mount + path, "REMOTE_ADDR": "127.0.0.1", "REQUEST_SCHEME": "http",
            "HTTP_HOST": "localhost", **({"HTTP_X_AUTH_TOKEN": token} if token else {})}
    params = b"".join(parameter(name, value) for name, value in told.items())
    with socket.socket(socket.AF_UNIX) as worker:
        worker.settimeout(20)
        worker.connect(str(HOME / "run" / "api.sock"))
        worker.sendall(record(BEGIN, struct.pack("!HB5x", 1, 0)) + record(PARAMS, params) +
                       record(PARAMS) + record(STDIN))
        head, _, body = output_of(worker.makefile("rb")).partition(b"\r\n\r\n")
    lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    return int(lines["Status"].split()[0]), json.loads(body) if body else None


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
