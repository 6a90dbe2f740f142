#!/usr/bin/python3
"""What nginx itself allows and refuses: the shipped site, in front of the instance's workers or of a
socket that this test owns, with its patience cut to seconds."""

import http.client
import json
import pathlib
import re
import socket
import ssl
import subprocess
import sys

sys.dont_write_bytecode = True

from common import HOME, at_once, check, run, wait_for
from ports import free_port

LOGIN = "/identity/v3/auth/tokens"
PATIENCE = 2   # seconds, instead of 20 and 30

# where a refusal says what, in the shape of each API
SHAPES = {
    "/v2/x": lambda body, code: "title" in body and "description" in body,
    "/identity/v3/x": lambda body, code: body["error"]["code"] == code and body["error"]["message"],
    "/data-protect/v1/x": lambda body, code: [fault["code"] for fault in body.values()] == [code],
}


class Front:
    """An nginx with the shipped site; `edit` may change the site's text as an operator would."""

    def __init__(self, work, name, workers=HOME / "run" / "api.sock", edit=lambda text: text):
        self.home, self.port = work / name, free_port()
        self.home.mkdir(mode=0o755)
        for file in "nginx.conf", "permafrost_http", "permafrost_server", "permafrost_params":
            (self.home / file).write_text(self.mine((HOME / "nginx" / file).read_text()))
        site = (HOME / "nginx" / "permafrost.site").read_text()
        site = re.sub(r"server unix:\S+", f"server unix:{workers}", self.mine(site))
        site = re.sub(r"(?m)^\tlisten .*;", f"\tlisten 127.0.0.1:{self.port};", site)
        (self.home / "permafrost.site").write_text(edit(site))
        self.process = subprocess.Popen(
            ["/usr/sbin/nginx", "-p", self.home, "-c", self.home / "nginx.conf",
             "-e", self.home / "error.log"], stderr=subprocess.DEVNULL)
        check(f"the site for {name} comes up", wait_for(self.is_up), self.errors())

    def mine(self, text):
        text = text.replace(str(HOME / "nginx"), str(self.home)).replace(str(HOME / "log"), str(self.home))
        text = re.sub(r"(client_\w+_timeout|fastcgi_read_timeout) \w+;", rf"\1 {PATIENCE}s;", text)
        return text.replace("rate=100r/s", "rate=10r/s")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def errors(self):
        log = self.home / "error.log"
        return log.read_text() if log.exists() else "no log"

    def connect(self, source="127.0.0.1"):
        return socket.create_connection(("127.0.0.1", self.port), 60, (source, 0))

    def is_up(self):
        try:
            self.connect().close()
        except OSError:
            return False
        return True

    def ask(self, method, path, body=None, headers=None, source="127.0.0.1", tls=None):
        """Status, headers, and the body as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.sock = self.connect(source)
        if tls:
            connection.sock = tls.wrap_socket(connection.sock, server_hostname="localhost")
        connection.request(method, path, body, headers or {})
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        return reply.status, reply.headers, json.loads(text) if text else None


def refusals(front):
    for path, fits in SHAPES.items():
        status, headers, body = front.ask("POST", path, b"x" * (1200 << 10))
        check(f"a body above the limit is 413 in the shape of {path}",
              status == 413 and fits(body, 413), f"{status} {body}")
        status, headers, body = front.ask("GET", path, headers={"X-Long": "x" * (17 << 10)})
        check(f"a header above the limit is 400 in the shape of {path}",
              status == 400 and fits(body, 400), f"{status} {body}")
        check(f"it is JSON below {path}", headers["Content-Type"] == "application/json")
    status, _, body = front.ask("GET", "/v2/x?" + "x" * (17 << 10))
    check("an address above the limit is 414", status == 414 and "title" in body, f"{status} {body}")
    status, _, _ = front.ask("GET", "/v2/p/jobs", headers={"X-Auth-Token": "x" * (15 << 10)})
    check("a token of 15 KiB gets through to the worker", status == 401, status)


def last_words(front, sent):
    """What comes back to who sends this and then nothing more; a time-out is an exception."""
    with front.connect() as client:
        client.sendall(sent)
        return client.makefile("rb").read()


def silence(front):
    check("who falls silent within headers is let go",
          last_words(front, b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ") == b"")
    head = f"POST {LOGIN} HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{{"
    words = last_words(front, head.encode())
    check("who falls silent within a body is let go with 408 or without a word",
          words == b"" or words.startswith(b"HTTP/1.1 408 ") and b'"code": 408' in words, words)


def logins(front):
    answers = at_once([lambda: front.ask("POST", LOGIN, "{}")] * 200)
    refused = [answer for answer in answers if answer[0] == 429]
    served = [answer for answer in answers if answer[0] == 400]
    check("of 200 logins at once some are served, the others refused with 429",
          refused and len(served) >= 60 and len(refused) + len(served) == 200,
          [answer[0] for answer in answers])
    check("429 is told in identity's shape, with the time to wait",
          all(headers["Retry-After"] == "1" and body["error"]["code"] == 429
              for _, headers, body in refused), refused[:1])
    check("another address logs in meanwhile",
          front.ask("POST", LOGIN, "{}", source="127.0.0.2")[0] == 400)
    answers = at_once([lambda: front.ask("GET", "/identity/v3")] * 120)
    check("other questions to identity have no such limit",
          {status for status, _, _ in answers} == {200}, [answer[0] for answer in answers])


def is_away(answer, path):
    status, headers, body = answer
    return status == 503 and headers["Retry-After"] and SHAPES[path](body, 503)


def no_workers(work):
    path = work / "deaf.sock"
    with socket.socket(socket.AF_UNIX) as deaf:
        deaf.bind(str(path))
        deaf.listen(16)
        path.chmod(0o666)
        with Front(work, "deaf", path) as front:
            answers = at_once([lambda path=path: (path, front.ask("GET", path)) for path in SHAPES])
            check("where workers do not answer in time it is 503 with Retry-After, in each shape",
                  all(is_away(answer, path) for path, answer in answers), answers)
            deaf.close()
            answers = [(path, front.ask("GET", path)) for path in SHAPES]
            check("where there are no workers, too",
                  all(is_away(answer, path) for path, answer in answers), answers)


def tls(work):
    certificate, key = work / "permafrost.pem", work / "permafrost.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                    "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key,
                    "-out", certificate], check=True, capture_output=True)

    def edit(site):
        port = re.search(r"listen 127.0.0.1:(\d+);", site)[1]
        site = re.sub(r"(?m)^\tlisten .*\n", "", site)
        site = re.sub(r"(?m)^\t#(ssl_\w+|listen 9090) ", r"\t\1 ", site)
        site = site.replace("listen 9090", f"listen 127.0.0.1:{port}")
        return site.replace("/etc/ssl/certs", str(work)).replace("/etc/ssl/private", str(work))

    trust = ssl.create_default_context(cafile=certificate)
    with Front(work, "tls", edit=edit) as front:
        status, headers, _ = front.ask("GET", "/v2/p/jobs", tls=trust)
        check("with its lines for TLS the site serves over TLS, and links say so",
              status == 401 and 'uri="https://' in headers["WWW-Authenticate"], headers)
        old = ssl.create_default_context(cafile=certificate)
        old.set_ciphers("ALL:@SECLEVEL=0")
        old.maximum_version = ssl.TLSVersion.TLSv1_1
        try:
            front.ask("GET", "/", tls=old)
            check("TLS 1.1 is refused", False)
        except (ssl.SSLError, OSError):
            check("TLS 1.1 is refused", True)


def addresses(work):
    """Whose address is written down: the word of a balancer counts, that of anybody else does not."""
    def edit(site):
        site = re.sub(r"(?m)^\t#(set_real_ip_from|real_ip_\w+) ", r"\t\1 ", site)
        return site.replace("192.0.2.0/24", "127.0.0.2")

    def logged(front, source):
        log = front.home / "nginx-access.log"
        before = log.read_text() if log.exists() else ""
        front.ask("GET", "/", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}, source=source)
        wait_for(lambda: log.exists() and len(log.read_text()) > len(before))
        return log.read_text()[len(before):].split()[0]

    with Front(work, "balancer", edit=edit) as front:
        check("the client's address is what a trusted balancer says",
              logged(front, "127.0.0.2") == "198.51.100.7")
        check("from anybody else it is where the connection comes from",
              logged(front, "127.0.0.1") == "127.0.0.1")


def main(work):
    pathlib.Path(work).chmod(0o755)
    with Front(work, "limits") as front:
        refusals(front)
        silence(front)
        logins(front)
    no_workers(work)
    tls(work)
    addresses(work)


run(main)
