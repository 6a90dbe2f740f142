"""The language of the .http files: text in, cases out. tests/api/README.md describes it."""

import re

METHOD = re.compile(r"([A-Z]+|\{\w+\})\s+((?:\{\w+(?: of [\w+-]+)+\}|\S)+)\s*(.*)")
AS = re.compile(r"as (?:(?P<nobody>nobody)|token (?P<token>.+)|(?P<role>[\w+-]+)(?: of (?P<project>\w+))?)")
LOOP = re.compile(r"repeat (?P<times>\d+)|for (?P<name>\w+) in (?P<values>.+)", re.S)
SHORTHAND = {"admin": ("admin", "admin"), "service": ("service", "service")}


class Mistake(Exception):
    """The file itself is wrong."""


class Case:
    def __init__(self, name, line):
        self.name, self.line, self.steps = name, line, []
        self.versions = [None]


class As:
    def __init__(self, match):
        self.token = match["token"]
        self.nobody = match["nobody"] is not None
        if match["project"]:
            self.role, self.project = match["role"], match["project"]
        else:
            self.role, self.project = SHORTHAND.get(match["role"], ("member", match["role"]))


class Let:
    def __init__(self, name, text):
        self.name, self.text = name, text


class Manage:
    def __init__(self, text):
        self.text = text


class Psql:
    def __init__(self, text):
        self.text = text


class Request:
    def __init__(self, line, method, path, body):
        self.line, self.method, self.path, self.body = line, method, path, body
        self.raw = self.chunked = self.untyped = False
        self.headers, self.expects = [], []
        self.loop = ("n", ["1"])


def split_conditions(text):
    """Cut at the commas that stand outside brackets, strings and /patterns/."""
    parts, start, depth, at = [], 0, 0, 0
    while at < len(text):
        char = text[at]
        if char == '"' or (char == "/" and text[:at].endswith("matches ")):
            at += 1
            while at < len(text) and text[at] != char:
                at += 2 if text[at] == "\\" else 1
        elif char in "[{(":
            depth += 1
        elif char in "]})":
            depth -= 1
        elif char == "," and depth == 0:
            parts.append(text[start:at].strip())
            start = at + 1
        at += 1
    return [part for part in parts + [text[start:].strip()] if part]


class Parser:
    def __init__(self, name, text):
        self.name, self.lines, self.at = name, text.split("\n"), 0
        self.cases, self.case, self.loop = [], None, None

    def mistake(self, text):
        raise Mistake(f"{self.name}:{self.at}: {text}")

    def next_line(self):
        self.at += 1
        return self.lines[self.at - 1]

    def more_of(self, text):
        """The indented lines below belong to the line above them."""
        while self.at < len(self.lines) and re.match(r"\s+\S", self.lines[self.at]):
            text += "\n" + self.next_line().strip()
        return text.strip()

    def parse(self):
        fresh = True
        while self.at < len(self.lines):
            line = self.next_line()
            if line.startswith("#"):
                if fresh:
                    self.case = Case(line.lstrip("# ").strip(), self.at)
                    self.cases.append(self.case)
            elif line.strip():
                self.step(line)
            fresh = not line.strip()
        if self.loop:
            self.mistake("a loop without a request")
        return [case for case in self.cases if case.steps]

    def step(self, line):
        if self.case is None:
            self.mistake("a step before the first '# name of a case'")
        word = line.split()[0]
        handler = getattr(self, "step_" + word.replace("-", "_"), None)
        if handler:
            handler(self.more_of(line))
        elif METHOD.match(line):
            self.step_request(self.more_of(line))
        else:
            self.mistake(f"what is {line!r}?")

    def step_request(self, text):
        request = Request(self.at, *METHOD.match(text.split("\n")[0]).groups())
        request.body = "\n".join([request.body] + text.split("\n")[1:]).strip()
        if self.loop:
            request.loop, self.loop = self.loop, None
        self.case.steps.append(request)

    def step_in(self, text):
        if text != "in v1 and v2" or self.case.steps:
            self.mistake("'in v1 and v2' is the first line of a case")
        self.case.versions = ["v1", "v2"]

    def step_as(self, text):
        match = AS.fullmatch(text)
        if not match:
            self.mistake("as ROLE of PROJECT, as nobody, as token TEXT")
        self.case.steps.append(As(match))

    def step_let(self, text):
        match = re.fullmatch(r"let (\w+) = (.*)", text, re.S)
        if not match:
            self.mistake("let NAME = TEXT")
        self.case.steps.append(Let(*match.groups()))

    def step_manage(self, text):
        self.case.steps.append(Manage(text.split(None, 1)[1]))

    def step_psql(self, text):
        self.case.steps.append(Psql(text.split(None, 1)[1]))

    def loop_set(self, text):
        match = LOOP.fullmatch(text)
        if not match:
            self.mistake("repeat N, for NAME in VALUE VALUE...")
        if match["times"]:
            self.loop = ("n", [str(n + 1) for n in range(int(match["times"]))])
        else:
            self.loop = (match["name"], match["values"].split())

    step_repeat = step_for = loop_set

    def request(self):
        if not self.case.steps or not isinstance(self.case.steps[-1], Request):
            self.mistake("this belongs under a request")
        return self.case.steps[-1]

    def step_header(self, text):
        match = re.fullmatch(r"header ([\w-]+):\s*(.*)", text)
        if not match:
            self.mistake("header NAME: VALUE")
        self.request().headers.append(match.groups())

    def step_chunked(self, text):
        self.request().chunked = True

    def step_untyped(self, text):
        self.request().untyped = True

    def step_body(self, text):
        match = re.fullmatch(r"body raw <<(\w+)", text)
        if not match:
            self.mistake("body raw <<END")
        raw = []
        while (line := self.next_line()) != match[1]:
            raw.append(line)
            if self.at == len(self.lines):
                self.mistake(f"no {match[1]} ends the body")
        self.request().body, self.request().raw = "\n".join(raw), True

    def step_expect(self, text):
        for condition in split_conditions(text.split(None, 1)[1]):
            self.request().expects.append((self.at, condition))


def parse(name, text):
    return Parser(name, text).parse()
