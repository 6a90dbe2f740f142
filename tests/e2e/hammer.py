"""What a hostile client sends: valid requests, bent. All of it comes from one seeded generator, so
that a run can be repeated. Nothing here knows what a right answer is."""

import copy
import json
import random

KINDS = ("client", "job", "session", "action", "backup")
BODY_MAX = 1 << 20
SCHEDULE = {"schedule_interval": "1 days", "schedule_start_date": "2030-01-01T00:00:00"}
ACTION = {"freezer_action": {"action": "backup", "mode": "fs", "path_to_backup": "/etc",
                             "container": "/srv/store", "backup_name": "etc"},
          "max_retries": 3, "max_retries_interval": 60, "mandatory": False}
JOB = {"description": "nightly", "client_id": "node1", "job_schedule": SCHEDULE,
       "job_actions": [ACTION]}
SESSION = {"description": "together", "hold_off": 30, "schedule": SCHEDULE, "session_tag": 0}
BACKUP = {"backup_name": "etc", "container": "/srv/store", "hostname": "node1",
          "time_stamp": 1700000000, "level": 0}
CLIENT = {"client_id": "node1", "hostname": "node1.example.org", "description": "a node",
          "supported_actions": ["backup", "exec"]}
SEARCH = {"match": [{"_all": "etc"}, {"description": "nightly"}],
          "match_not": [{"status": "completed"}], "time_after": 1, "time_before": 2000000000}

# method, path below the project, body; {job} and its like are ids of documents that may be there
ROUTES = [
    ("GET", "/clients", SEARCH), ("POST", "/clients", CLIENT), ("POST", "/clients", {"client": CLIENT}),
    ("GET", "/clients/{client}", None), ("DELETE", "/clients/{client}", None),
    ("GET", "/jobs", SEARCH), ("POST", "/jobs", JOB), ("GET", "/jobs/{job}", None),
    ("POST", "/jobs/{job}", JOB), ("PUT", "/jobs/{job}", JOB), ("PATCH", "/jobs/{job}", JOB),
    ("DELETE", "/jobs/{job}", None), ("POST", "/jobs/{job}/event", {"start": None}),
    ("POST", "/jobs/{job}/event", {"abort": None}),
    ("GET", "/sessions", SEARCH), ("POST", "/sessions", SESSION), ("GET", "/sessions/{session}", None),
    ("PATCH", "/sessions/{session}", SESSION), ("PUT", "/sessions/{session}", SESSION),
    ("POST", "/sessions/{session}", SESSION), ("DELETE", "/sessions/{session}", None),
    ("PUT", "/sessions/{session}/jobs/{job}", None), ("DELETE", "/sessions/{session}/jobs/{job}", None),
    ("POST", "/sessions/{session}/action", {"start": {"current_tag": 0, "job_id": "{job}"}}),
    ("POST", "/sessions/{session}/action", {"end": {"current_tag": 1, "job_id": "{job}",
                                                "result": "success"}}),
    ("GET", "/actions", SEARCH), ("POST", "/actions", ACTION), ("GET", "/actions/{action}", None),
    ("POST", "/actions/{action}", ACTION), ("PUT", "/actions/{action}", ACTION),
    ("PATCH", "/actions/{action}", ACTION), ("DELETE", "/actions/{action}", None),
    ("GET", "/backups", SEARCH), ("POST", "/backups", BACKUP), ("GET", "/backups/{backup}", None),
    ("PATCH", "/backups/{backup}", {"backup_metadata": BACKUP, "status": "available"}),
    ("DELETE", "/backups/{backup}", None),
]
LOGIN = {"auth": {"identity": {"methods": ["token"], "token": {"id": ""},
                               "password": {"user": {"name": "", "password": "",
                                                     "domain": {"name": "Default"}}}},
                  "scope": {"project": {"id": ""}}}}
# Words that some layer below takes for its own: not one may matter.
STRINGS = ["", " ", "a" * 256, "é" * 128, "\u0000", "\ud800", "\U0001f4a9", "'", '"', "\\", "%", "%s%n",
           "{}", "$1", "$.a", "../..", "null", "true", "-1", "1e400", "NaN", "2030-02-30T00:00:00",
           "0 days", "99999999999999999999 weeks", "\r\nX-Broken: 1", "\x1b[2J", "\u202e", "';--",
           "x" * 5000, "node1", "hammer1", "hammer2", "completed", "start", "_all", "\ufeff", "\x7f"]
NUMBERS = [0, -1, 1, 2**31, 2**53 + 1, 2**63 - 1, -2**63, 2**63, 10**40, 0.5, -0.0, 1e308, 1.5e-320]
PLAIN = [None, True, False, [], {}, [[]], [None], {"": None}, [{}], {"a": {"b": [{}]}}]
# JSON that Python would not write, put in place of a value
RAW = [b"1e999", b"-1E+400", b"0x10", b"01", b"1.", b".5", b"+1", b"NaN", b"-Infinity", b"nul", b"'a'",
       b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"', b'"\x00"', b'"\n"', b'"\\ud800"', b'"\\u0000"',
       b'"\\x41"', b'"', b"{", b"}", b"[1,]", b'{"a":1,}', b'{"a" 1}', b"/**/1", b"1 2", b"",
       b'{"a":1,"a":2}', b"9" * 400, b"0." + b"1" * 400, b"\xef\xbb\xbf1", b"[" * 300 + b"]" * 300]
SEGMENTS = ["%00", "%", "%2", "%zz", "%2F", "%2e%2e", "..", ".", "", "%ff", "%c3%28", "é", "%E2%80%AE",
            "a" * 300, "a" * 5000, "hammer1%20", "hammer1;x", "hammer1?x", "*", "%0d%0a", "'", "\\",
            "{job_id}", "hammer1/", "none", "node1", "%75", "~", "\x7f", "|", "^", "`", "<a>"]
QUERIES = ["limit=0", "limit=-1", "limit=1e3", "limit=99999999999999999999", "limit=1,2", "limit=", "limit",
           "limit=%", "limit=%00", "limit=%ff", "limit=1&limit=x", "limit=+1", "limit=%201%20",
           "offset=-1", "offset=99999999999999999999", "offset=hammer1", "offset=%ff", "offset=",
           "marker=hammer1", "marker=none", "marker=%00", "marker=%ff", "marker=hammer1&offset=x",
           "marker=" + "m" * 3000, "&&&&", "====", "%", "%zz=1", "a=b&" * 700, "all_tenants=1",
           "all_projects=true", "all_projects=%ff", "limit=1#x", "?", "limit=1?offset=2", "li%6dit=1",
           "sort=1", "marker=%E2%80%AE", "limit=\x7f", "limit='", "offset=0x10", "offset= 1"]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", "BREW",
           "PROPFIND", "M" * 300, "G-T", "G\xe9T"]
HEADERS = ["Accept: text/html", "Accept: ", "Accept: */*;q=0", "Accept: ,,,", "Accept: " + "a/b," * 1500,
           "Accept: application/json;q=0.0001", "Accept: \xff", "X-Auth-Token: ", "X-Auth-Token: \xff\xfe",
           "X-Auth-Token: " + "t" * 9000, "X-Auth-Token: " + "t" * 20000, "X-Auth-Token: a\tb",
           "X-Subject-Token: x", "X-Subject-Token: " + "s" * 9000, "Content-Type: text/plain",
           "Content-Type: application/json; charset=utf-16", "Content-Type: \xff", "Content-Encoding: gzip",
           "X-Openstack-Request-Id: req-x", "X-Openstack-Request-Id: " + "r" * 5000, "X_Under: 1",
           "X-Openstack-Request-Id: req-12345678-1234-1234-1234-123456789abc", "Host: ", "Host: a b",
           "Host: \xff", "Host: x/../y", "Host: a:99999", 'Host: x"><b>', "Host: " + "h" * 300,
           "Range: bytes=0-1", "If-Match: *", "If-Modified-Since: x", "If-None-Match: *",
           "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT", "Upgrade: websocket", "TE: trailers",
           "Connection: close", "Connection: upgrade", "Expect: 100-continue", "Expect: 200-ok",
           "Transfer-Encoding: gzip", "Transfer-Encoding: chunked, chunked", "No-Colon", " : x", "X: \x00",
           "X-Long: " + "x" * 70000, "\n".join(f"X-Many-{n}: 1" for n in range(300)), "Cookie: " + "c" * 9000,
           "X-HTTP-Method-Override: DELETE", "X-Forwarded-For: 1.2.3.4", "Authorization: Basic eDp4"]
LENGTHS = ["-1", "+5", "1e3", "0x10", "99999999999999999999", "5, 5", "", "abc", " ", "5\r\nContent-Length: 6",
           "1048577", "1126401"]
LINES = [b"\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
         b"GET / HTTP/2.0\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00",
         b"\x00" * 40, b"GET / HTTP/1.1\nHost: x\n\n", b"GET  /v2/  HTTP/1.1\r\nHost: x\r\n\r\n",
         b"GET v2 HTTP/1.1\r\nHost: x\r\n\r\n", b"GET http://x/v2/ HTTP/1.1\r\nHost: y\r\n\r\n",
         b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n",
         b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /../../x HTTP/1.1\r\nHost: x\r\n\r\n",
         b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", b"GET /" + b"a" * 70000 + b" HTTP/1.1\r\n\r\n",
         b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
         b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n\r\n",
         b"GET / HTTP/1.1\r\nHost: x\r\n folded: 1\r\n\r\n", b"\xff\xfe / HTTP/1.1\r\n\r\n"]


class Request:
    """method, path and query as text that goes out as latin-1; headers as lines; body or None."""

    def __init__(self, method, path, body=None):
        self.method, self.path, self.body = method, path, body
        self.headers, self.version, self.token = [], "1.1", "member"
        self.length, self.chunks, self.raw, self.followers = None, None, None, []

    def wire(self, tokens):
        """The bytes of it."""
        if self.raw is not None:
            return self.raw
        named = {line.split(":")[0].lower() for line in self.headers}
        lines = [f"{self.method} {self.path} HTTP/{self.version}"]
        lines += [] if "host" in named else ["Host: 127.0.0.1"]
        if self.token in tokens and "x-auth-token" not in named:
            lines.append("X-Auth-Token: " + tokens[self.token])
        body = self.body or b""
        if self.chunks:
            lines.append("Transfer-Encoding: chunked")
            parts = [body[at:at + self.chunks] for at in range(0, len(body), self.chunks)]
            body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        elif self.length is not None or self.body is not None:
            lines.append(f"Content-Length: {len(body) if self.length is None else self.length}")
        head = "\r\n".join(lines + self.headers).encode("latin-1", "replace")
        return head + b"\r\n\r\n" + body + b"".join(next.wire(tokens) for next in self.followers)


class Hammer:
    """Bends requests of one project: `project` is its id, `login` the body of a login."""

    def __init__(self, seed, project, login):
        self.random, self.project, self.login = random.Random(seed), project, login
        self.ids = {}       # kind: ids of documents
        self.ways = [(self.bend_body, 50), (self.bend_text, 14), (self.bend_path, 10), (self.bend_query, 9),
                     (self.bend_method, 3), (self.bend_headers, 8), (self.bend_framing, 3),
                     (self.bend_line, 1.5), (self.bend_login, 1.2), (self.nothing, 2), (self.large, 0.25)]

    def request(self):
        """The next one; `framed` tells whether it is one whole request that must be answered."""
        request = self.valid()
        request.framed = True
        pick = self.random
        request.token = pick.choices(("member", "admin", "reader", "bogus", "none"), (80, 8, 8, 2, 2))[0]
        ways, weights = zip(*self.ways)
        pick.choices(ways, weights)[0](request)
        return request

    # ---- what is bent ---------------------------------------------------------------------------

    def valid(self):
        method, path, body = self.random.choice(ROUTES)
        names = {kind: self.random.choice(self.ids.get(kind, []) + ["none"]) for kind in KINDS}
        request = Request(method, f"/v2/{self.project}" + path.format(**names))
        request.json = json.loads(json.dumps(body).replace("{job}", names["job"]))
        if body is not None and (method != "GET" or self.random.random() < 0.5):
            request.body = self.text(request.json)
        return request

    def text(self, value):
        return json.dumps(value, ensure_ascii=self.random.random() < 0.5).encode("utf-8", "surrogatepass")

    def nothing(self, request):
        """Valid ones belong to the mix: the next bent one finds their documents."""

    # ---- bodies ---------------------------------------------------------------------------------

    def anything(self):
        return copy.deepcopy(self.random.choice(self.random.choice((STRINGS, NUMBERS, PLAIN))))

    def places(self, value, found):
        """All containers and keys of a document, the document itself in a list around it."""
        keys = value.keys() if isinstance(value, dict) else range(len(value))
        for key in list(keys):
            found.append((value, key))
            if isinstance(value[key], (dict, list)):
                self.places(value[key], found)
        return found

    def bend(self, value):
        around = [value]
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            holder, key = self.random.choice(self.places(around, []))
            way = self.random.randrange(7)
            if way == 0 and isinstance(holder, dict):
                holder[self.random.choice(STRINGS)] = holder.pop(key)
            elif way == 1 and holder is not around:
                del holder[key]
            elif way == 2 and isinstance(holder[key], dict):
                holder[key][self.random.choice(STRINGS + ["job_id", "_version", "user_id", "status"])] = \
                    self.anything()
            elif way == 3 and isinstance(holder[key], list):
                # each a value of its own: one that is in many places grows in all of them at the next bend
                holder[key].extend(self.anything() for _ in range(self.random.choice((1, 2, 300))))
            elif way == 4:
                holder[key] = [holder[key]]
            else:
                holder[key] = self.anything()
        return around[0]

    def bend_body(self, request):
        request.body = self.text(self.bend(request.json if request.json is not None else {"a": 1}))

    def bend_text(self, request):
        """Below the level of JSON: bytes that are no value, cut, doubled or flipped."""
        body, pick = bytearray(request.body or b'{"match": [{"_all": "x"}]}'), self.random
        at = pick.randrange(len(body))
        way = pick.randrange(5)
        if way == 0:
            del body[at:]
        elif way == 1:
            body[at] = pick.randrange(256)
        elif way == 2:
            body[at:at] = pick.choice(RAW)
        elif way == 3:
            colon = body.find(b":", at)
            comma = body.find(b",", colon)
            body[colon + 1:comma if comma > 0 else len(body) - 1] = pick.choice(RAW)
        else:
            body += pick.choice((bytes(body), b" x", b"\x00", b"\xff", b",", b"}" * 5))
        request.body = bytes(body)

    def large(self, request):
        """Up to and beyond the largest body, wide, long and deep."""
        way = self.random.randrange(8)
        wide = b",".join(b'"k%d":%d' % (n, n) for n in range(100_000 if way == 0 else 60_000))
        request.body = [
            b"{" + wide + b"}", b'{"description": "' + b"x" * (BODY_MAX - 20) + b'"}',
            b"[" * BODY_MAX, b'{"a":' * (BODY_MAX // 5), b"[" + b"1," * (BODY_MAX // 2 - 2) + b"1]",
            b'{"match": [' + b'{"_all": "x"},' * 60_000 + b"{}]}", b" " * (BODY_MAX + 1),
            b'{"job_actions": [' + b'{"freezer_action": {}},' * 40_000 + b"{}]}"][way]

    def bend_login(self, request):
        request.method, request.path, request.token = "POST", "/identity/v3/auth/tokens", "none"
        login = copy.deepcopy(self.login)
        if self.random.random() < 0.1:      # each costs the worker a password hash
            user = login["auth"]["identity"]["password"]["user"]
            user["name"], login["auth"]["identity"]["methods"] = f"nobody{self.random.random()}", ["password"]
        request.json = login
        (self.bend_body if self.random.random() < 0.7 else self.bend_text)(request)

    # ---- all else -------------------------------------------------------------------------------

    def bend_path(self, request):
        segments = request.path.split("/")
        at = self.random.randrange(1, len(segments))
        way = self.random.randrange(4)
        if way == 0:
            segments.insert(at, self.random.choice(SEGMENTS))
        elif way == 1:
            del segments[at]
        else:
            segments[at] = self.random.choice(SEGMENTS)
        request.path = "/" + "/".join(segments).lstrip("/") if way else "/".join(segments)
        request.path = request.path.encode().decode("latin-1")
        request.framed = not set(request.path) & set(" \x7f\r\n")

    def bend_query(self, request):
        request.path += "?" + "&".join(self.random.choices(QUERIES, k=self.random.choice((1, 1, 2))))

    def bend_method(self, request):
        request.method = self.random.choice(METHODS)
        request.framed = request.method.isascii()

    def bend_headers(self, request):
        request.headers = self.random.choices(HEADERS, k=self.random.choice((1, 1, 2)))
        request.version = self.random.choice(("1.1", "1.1", "1.0"))
        request.framed = not any("Encoding: " in line for line in request.headers)

    def bend_framing(self, request):
        way = self.random.randrange(4)
        if way == 0:
            request.length, request.framed = self.random.choice(LENGTHS), False
        elif way == 1 and request.body:
            request.length, request.framed = self.random.randrange(len(request.body) * 2), False
        elif way == 2:
            request.chunks = self.random.choice((1, 7, 4096))
        else:
            request.followers = [self.valid() for _ in range(self.random.randrange(1, 9))]
            request.framed = False

    def bend_line(self, request):
        request.raw, request.framed = self.random.choice(LINES), False
