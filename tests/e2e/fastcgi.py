"""Ask a worker as nginx would, over FastCGI on its socket."""

import json
import socket
import struct

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


def message(parameters, body=b""):
    """All that nginx sends for one request."""
    told = b"".join(parameter(name, value) for name, value in parameters.items() if value)
    return b"".join([record(BEGIN, struct.pack("!HB5x", 1, 0)), record(PARAMS, told), record(PARAMS),
                     record(STDIN, body) if body else b"", record(STDIN)])


def ask(path_of_socket, request):
    """Status and body of what the worker answers to that message."""
    with socket.socket(socket.AF_UNIX) as worker:
        worker.settimeout(60)
        worker.connect(str(path_of_socket))
        worker.sendall(request)
        head, _, text = output_of(worker.makefile("rb")).partition(b"\r\n\r\n")
    lines = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    return int(lines["Status"].split()[0]), text.decode()


def get(path_of_socket, path, mount="", token=None):
    """Status and body of a GET of a path below the mount."""
    return ask(path_of_socket, message({
        "SERVICE": "backup", "MOUNT": mount, "REQUEST_METHOD": "GET", "REQUEST_URI": mount + path,
        "REMOTE_ADDR": "127.0.0.1", "REQUEST_SCHEME": "http", "HTTP_HOST": "localhost",
        "HTTP_X_AUTH_TOKEN": token}))


def get_json(*words, **options):
    """The same, with the body as what it says; None when there is none."""
    status, body = get(*words, **options)
    return status, json.loads(body) if body else None
