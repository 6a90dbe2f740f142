"""The part of FastCGI that nginx speaks to a worker: one request a connection."""

import socket
import struct

BEGIN, PARAMS, STDIN, STDOUT = 1, 4, 5, 6
RESPONDER = 1


def record(kind, content):
    return struct.pack("!BBHHBx", 1, kind, 1, len(content), 0) + content


def pair(name, value):
    """A name and its value, each with its length in one byte or in four."""
    lengths = b"".join(struct.pack("!B", size) if size < 128 else struct.pack("!I", size | 1 << 31)
                       for size in (len(name), len(value)))
    return lengths + name.encode() + value.encode()


def request(parameters, body):
    """All that nginx sends for one request, as bytes."""
    params = b"".join(pair(name, value) for name, value in parameters.items() if value)
    return b"".join([record(BEGIN, struct.pack("!HB5x", RESPONDER, 0)), record(PARAMS, params),
                     record(PARAMS, b""), record(STDIN, body) if body else b"", record(STDIN, b"")])


def records(data):
    while data:
        kind, length, padding = struct.unpack("!xBxxHBx", data[:8])
        yield kind, data[8:8 + length]
        data = data[8 + length + padding:]


def ask(path, message, timeout=60):
    """What the worker behind this socket answers: its status, and all of the text."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(timeout)
        connection.connect(str(path))
        connection.sendall(message)
        data = b"".join(iter(lambda: connection.recv(65536), b""))
    text = b"".join(content for kind, content in records(data) if kind == STDOUT).decode()
    return int(text.removeprefix("Status: ")[:3]), text
