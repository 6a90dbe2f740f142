"""HTTP without any client's help: ask, and read what came back."""

import json
import urllib.error
import urllib.request


class Reply:
    def __init__(self, status, headers, text):
        self.status, self.headers, self.text = status, headers, text.decode()

    @property
    def json(self):
        """The body, or None when it is not JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    def __str__(self):
        return f"{self.status} {self.text}"


opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def ask(method, url, body=None, token=None, timeout=30, headers=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    if token is not None:
        request.add_header("X-Auth-Token", token)
    for name, value in (headers or {}).items():
        request.add_header(name, value)
    try:
        with opener.open(request, timeout=timeout) as reply:
            return Reply(reply.status, reply.headers, reply.read())
    except urllib.error.HTTPError as refusal:
        return Reply(refusal.code, refusal.headers, refusal.read())
