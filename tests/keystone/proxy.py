#!/usr/bin/env python3
"""Stands before Keystone: counts the requests of each route, and breaks them when told to.

    proxy.py PORT KEYSTONE_PORT

GET /-/counts tells {"GET /v3/auth/tokens": 3, ...}. PUT /-/mode with
    {}                        passes all on, and forgets the counts
    {"delay": SECONDS}        waits before it does
    {"refuse": true}          closes every connection at once
    {"hang": true}            reads the request and never answers
    {"status": 503}           answers that, with "body" and "headers" if they are given
    {"cut": BYTES}            sends so much of the answer's body and closes
    {"trickle": SECONDS}      sends the answer's body a byte at a time, so long apart
    {"route": "GET /v3/..."}  with one of those: only what begins so is broken
"""

import collections
import http.client
import http.server
import json
import sys
import threading
import time

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "date", "server"}


class Board:
    """What the tests set and read."""

    def __init__(self):
        self.lock = threading.Lock()
        self.counts, self.mode, self.changed = collections.Counter(), {}, threading.Event()

    def set(self, mode):
        with self.lock:
            self.counts.clear()
            self.mode = mode
            self.changed.set()              # lets go of those that hang
            self.changed = threading.Event()

    def note(self, route):
        """Count the request; how it shall be treated, and until when."""
        with self.lock:
            self.counts[route] += 1
            applies = route.startswith(self.mode.get("route", ""))
            return (self.mode if applies else {}), self.changed


board = Board()


class Door(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/-/"):
            return self.control(body)
        path = self.path.split("?")[0]
        mode, changed = board.note(f"{self.command} {path}")
        time.sleep(mode.get("delay", 0))
        if mode.get("hang"):
            changed.wait(60)
        if mode.get("refuse") or mode.get("hang"):
            self.close_connection = True
            return None
        if "status" in mode:
            return self.answer(mode["status"], mode.get("headers", {}).items(),
                               mode.get("body", "").encode(), {})
        return self.answer(*self.pass_on(body), mode)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def control(self, body):
        if self.command == "PUT":
            board.set(json.loads(body))
        with board.lock:
            counts = json.dumps(board.counts).encode()
        return self.answer(200, [("Content-Type", "application/json")], counts, {})

    def pass_on(self, body):
        keystone = http.client.HTTPConnection("127.0.0.1", int(sys.argv[2]), timeout=60)
        headers = {name: value for name, value in self.headers.items()
                   if name.lower() not in HOP_BY_HOP}
        try:
            keystone.request(self.command, self.path, body or None, headers)
            reply = keystone.getresponse()
            return reply.status, reply.getheaders(), reply.read()
        except OSError:
            return 502, [], b""
        finally:
            keystone.close()

    def answer(self, status, headers, body, mode):
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD":
            return
        if "cut" in mode:
            body, self.close_connection = body[:mode["cut"]], True
        if "trickle" not in mode:
            self.wfile.write(body)
            return
        for byte in body:
            self.wfile.write(bytes([byte]))
            time.sleep(mode["trickle"])


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, *_):
        """A client that went away is what the tests are about."""


if __name__ == "__main__":
    Server(("127.0.0.1", int(sys.argv[1])), Door).serve_forever()
