"""Between a program and PostgreSQL: passes on what either says, until it is told to spoil a question.

A question is what the program sends before it waits for an answer: in PostgreSQL's protocol all
messages up to a Sync, or one that is a simple query."""

import pathlib
import random
import re
import socket
import struct
import threading

REFUSAL = "spoiled by a test"    # what PostgreSQL is asked instead; it does not understand that
DEADLOCK = "do $$ begin raise exception using errcode = '40P01'; end $$"
SOCKET = ".s.PGSQL.5432"
ENDS = b"QSX"                     # Query, Sync, Terminate


def message(kind, content=b""):
    return kind + struct.pack("!i", 4 + len(content)) + content


def asked(text):
    """The messages that have PostgreSQL parse, bind and execute a text without parameters."""
    return (message(b"P", b"\0" + text.encode() + b"\0\0\0") + message(b"B", b"\0\0" + bytes(6)) +
            message(b"E", b"\0" + bytes(4)) + message(b"S"))


INSTEAD = {"refused": asked(REFUSAL), "deadlock": asked(DEADLOCK)}


class Questions:
    """The socket of a PostgreSQL, in a directory of its own."""

    def __init__(self, directory, database):
        self.directory, self.database = pathlib.Path(directory), pathlib.Path(database) / SOCKET
        self.lock, self.spoils, self.spoiled = threading.Lock(), lambda: None, 0
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(str(self.directory / SOCKET))
        self.listening.listen(16)
        threading.Thread(target=self.accept, daemon=True).start()

    def configuration(self, conf, more=""):
        """A new file: the settings of that one, with us as the database, and more of them."""
        own = self.directory / "permafrost.conf"
        own.write_text(re.sub(r"(?m)^connection = host=\S+", f"connection = host={self.directory}",
                              conf.read_text()) + more)
        return own

    # ---- what is spoiled ------------------------------------------------------------------------

    def spoil(self, number, how):
        """From now on, only question `number` (1: the next) is "refused", "cut" off, or meets a "deadlock"."""
        left = [number]

        def spoils():
            left[0] -= 1
            return how if left[0] == 0 else None

        with self.lock:
            self.spoils, self.spoiled = spoils, 0

    def cut_some(self, share, seed):
        """From now on, that share of all questions is cut off."""
        dice = random.Random(seed)

        def spoils():
            return "cut" if dice.random() < share else None

        with self.lock:
            self.spoils, self.spoiled = spoils, 0

    def spoil_none(self):
        """From now on all is passed on; how many were spoiled before."""
        with self.lock:
            self.spoils = lambda: None
            return self.spoiled

    def judge(self):
        with self.lock:
            how = self.spoils()
            self.spoiled += how is not None
            return how

    # ---- one connection -------------------------------------------------------------------------

    def accept(self):
        while True:
            program, _ = self.listening.accept()
            server = socket.socket(socket.AF_UNIX)
            try:
                server.connect(str(self.database))
            except OSError:
                program.close()
                continue
            threading.Thread(target=self.ask, args=(program, server), daemon=True).start()
            threading.Thread(target=self.answer, args=(program, server), daemon=True).start()

    @staticmethod
    def answer(program, server):
        try:
            while piece := server.recv(65536):
                program.sendall(piece)
        except OSError:
            pass
        end(program, server)

    def ask(self, program, server):
        try:
            stream = program.makefile("rb")
            server.sendall(sized(stream))     # the one message without a kind
            while question := self.question(stream):
                how = self.judge() if question[:1] != b"X" else None
                if how == "cut":
                    break
                server.sendall(INSTEAD.get(how, question))
        except OSError:
            pass
        end(program, server)

    @staticmethod
    def question(stream):
        messages = b""
        while kind := stream.read(1):
            messages += kind + sized(stream)
            if kind in ENDS:
                return messages
        return b""


def sized(stream):
    """A length that counts itself, and what follows it."""
    head = stream.read(4)
    if len(head) < 4:
        return b""
    return head + stream.read(struct.unpack("!i", head)[0] - 4)


def end(*lines):
    for line in lines:
        try:
            line.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass     # the other side was faster
