#!/usr/bin/env python3
"""A compute and a volume service in the shapes of Nova's and Cinder's published APIs, for tests that
need servers and volumes: the real ones want a hypervisor and storage. Tokens are not looked at, but
must be there. PUT /-/documents says what there is, PUT /-/mode how it answers, GET /-/counts and
/-/tokens tell who asked since then; loopback only.

    cloud.py PORT
"""

import http.server
import json
import sys
import time
import urllib.parse

KINDS = {"servers": "server", "volumes": "volume"}


class Cloud:
    documents = {"servers": [], "volumes": []}
    mode = {}
    counts = {}
    tokens = []


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def reply(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_PUT(self):
        text = self.rfile.read(int(self.headers["Content-Length"]))
        setattr(Cloud, self.path.rsplit("/", 1)[1], json.loads(text))
        Cloud.counts, Cloud.tokens = {}, []
        self.reply(200, {})

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        if url.path == "/-/counts":
            return self.reply(200, Cloud.counts)
        if url.path == "/-/tokens":
            return self.reply(200, Cloud.tokens)
        steps = url.path.split("/")
        Cloud.counts[steps[-2]] = Cloud.counts.get(steps[-2], 0) + 1
        Cloud.tokens.append(self.headers.get("X-Auth-Token"))
        time.sleep(Cloud.mode.get("seconds", 0))
        if "status" in Cloud.mode:
            return self.reply(Cloud.mode["status"], {"error": "as the test wants it"})
        if not self.headers.get("X-Auth-Token") or not self.headers.get("X-Service-Token"):
            return self.reply(401, {"error": {"code": 401}})
        return self.find(steps[-2], steps[-1], dict(urllib.parse.parse_qsl(url.query)))

    def find(self, kind, name, query):
        if kind not in KINDS:
            return self.reply(404, {"itemNotFound": {"code": 404}})
        rows = Cloud.documents[kind]
        if name == "detail":
            ids = [row["id"] for row in rows]
            if "marker" in query and query["marker"] not in ids:
                return self.reply(404, {"itemNotFound": {"code": 404}})
            start = ids.index(query["marker"]) + 1 if "marker" in query else 0
            return self.reply(200, {kind: rows[start:start + int(query["limit"])]})
        for row in rows:
            if row["id"] == name:
                return self.reply(200, {KINDS[kind]: row})
        return self.reply(404, {"itemNotFound": {"code": 404}})

    def log_message(self, *words):
        pass


if __name__ == "__main__":
    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
