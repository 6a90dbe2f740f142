#!/usr/bin/python3
"""What systemd asks of workers and engine: that they say when they are ready, give signs of life,
and begin anew without a request being lost. This test plays systemd: it owns the socket, listens to
NOTIFY_SOCKET and sends the signals."""

import signal
import socket
import subprocess
import sys
import threading

sys.dont_write_bytecode = True

import fastcgi
from common import HOME, check, run, wait_for

WORKERS, CALLERS, RELOADS = 3, 4, 8
WATCHDOG_SECONDS = 2


class Supervisor:
    """Programs that tell it about themselves."""

    def __init__(self, work):
        self.path = str(work / "notify.sock")
        self.told = []   # pairs of process and word, in order
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self.socket.bind(self.path)
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            text, ancillary, _, _ = self.socket.recvmsg(4096, socket.CMSG_SPACE(12))
            sender = int.from_bytes(ancillary[0][2][:4], sys.byteorder)
            self.told += [(sender, word) for word in text.decode().split()]

    def start(self, program, conf, stdin=subprocess.DEVNULL):
        # exec, so that WATCHDOG_PID is the program's own
        script = f'WATCHDOG_PID=$$ exec {HOME / "bin" / program}'
        env = {"PATH": "/usr/bin:/bin", "PERMAFROST_CONF": str(conf), "NOTIFY_SOCKET": self.path,
               "WATCHDOG_USEC": str(WATCHDOG_SECONDS * 1000000)}
        return subprocess.Popen(["/bin/sh", "-c", script], stdin=stdin, env=env,
                                stderr=subprocess.DEVNULL)

    def count(self, process, word):
        return self.told.count((process.pid, word))

    def hears(self, process, word, times=1):
        return wait_for(lambda: self.count(process, word) >= times)


def configuration(work, healthcheck_file):
    """That of the instance, with another file that makes /healthcheck answer 503."""
    conf = work / "permafrost.conf"
    text = (HOME / "permafrost.conf").read_text()
    old = str(HOME / "healthcheck_disable")
    conf.write_text(text.replace(old, str(healthcheck_file)))
    return conf


def end(processes):
    for process in processes:
        process.send_signal(signal.SIGTERM)
    return [process.wait(timeout=60) for process in processes]


def reload_under_load(path, supervisor, workers):
    """Reload one worker after the other while requests come in; what the callers got."""
    statuses, stop = [], threading.Event()

    def call():
        while not stop.is_set():
            try:
                statuses.append(fastcgi.get(path, "/")[0])
            except Exception as failure:   # whatever it is, a client would have noticed
                statuses.append(repr(failure))

    callers = [threading.Thread(target=call) for _ in range(CALLERS)]
    for caller in callers:
        caller.start()
    for _ in range(RELOADS):
        for worker in workers:
            before = supervisor.count(worker, "READY=1")
            worker.send_signal(signal.SIGHUP)
            supervisor.hears(worker, "READY=1", before + 1)
    stop.set()
    for caller in callers:
        caller.join()
    return statuses


def held(path):
    """A connection that brings half a record: it holds the worker that takes it."""
    client = socket.socket(socket.AF_UNIX)
    client.connect(path)
    client.sendall(b"\x01\x01")
    return client


def main(work):
    path, off = str(work / "api.sock"), work / "off"
    off.touch()
    conf = configuration(work, HOME / "healthcheck_disable")
    supervisor = Supervisor(work)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(path)
        listening.listen(64)
        workers = [supervisor.start("permafrost-api", conf, listening) for _ in range(WORKERS)]
        check("each worker says that it is ready",
              all(supervisor.hears(worker, "READY=1") for worker in workers), supervisor.told)
        check("each worker gives signs of life while it has nothing to do",
              all(supervisor.hears(worker, "WATCHDOG=1", 2) for worker in workers), supervisor.told)

        check("before the change the service is healthy",
              fastcgi.get(path, "/healthcheck")[0] == 200)
        configuration(work, off)
        statuses = reload_under_load(path, supervisor, workers)
        check(f"{WORKERS * RELOADS} reloads under load fail none of {len(statuses)} requests",
              len(statuses) > 0 and set(statuses) == {300}, set(statuses))
        check("no worker ended over it, and each was ready again after each of them",
              all(worker.poll() is None and supervisor.count(worker, "READY=1") == RELOADS + 1
                  for worker in workers), supervisor.told)
        check("the new configuration counts", fastcgi.get(path, "/healthcheck")[0] == 503)

        last = workers.pop()
        check("the others end when they are told to, and say so",
              end(workers) == [0] * (WORKERS - 1) and
              all(supervisor.hears(worker, "STOPPING=1") for worker in workers), supervisor.told)
        with held(path):
            supervisor.hears(last, "WATCHDOG=1", supervisor.count(last, "WATCHDOG=1") + 1)
            before = supervisor.count(last, "WATCHDOG=1")
            wait_for(lambda: supervisor.count(last, "WATCHDOG=1") > before,
                     seconds=3 * WATCHDOG_SECONDS)
            check("a worker that half a request holds is silent, so that it can be ended",
                  supervisor.count(last, "WATCHDOG=1") <= before + 1, supervisor.told)
        last.kill()
        last.wait()

    engine = supervisor.start("permafrost-engine", conf)
    check("the engine says that it is ready", supervisor.hears(engine, "READY=1"), supervisor.told)
    check("it gives signs of life", supervisor.hears(engine, "WATCHDOG=1", 2), supervisor.told)
    engine.send_signal(signal.SIGHUP)
    check("SIGHUP makes it begin anew as the same process",
          supervisor.hears(engine, "READY=1", 2) and engine.poll() is None, supervisor.told)
    check("SIGTERM ends it", end([engine]) == [0] and supervisor.hears(engine, "STOPPING=1"))


run(main)
