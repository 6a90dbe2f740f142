#!/usr/bin/python3
"""Ports of loopback that are free, one or several in a row, and stay so until a server is there: not of
those that the kernel gives to outgoing connections, as one that it gave for a moment may be such a
connection's in the next. PORTS_PART, as "2/4", keeps to the second of four parts of them: who takes ports
at the same time has another part."""

import os
import pathlib
import random
import socket
import sys

FIRST = 10000       # below are those that servers of the system are known by
RANGE = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")


def below():
    """The first port that is not ours to take; where the kernel's begin too low, as well as can be."""
    lowest = int(RANGE.read_text().split()[0]) if RANGE.exists() else 32768
    return lowest if lowest > FIRST + 2000 else 32768


def part():
    """The first port of our part, and the one behind its last."""
    number, parts = map(int, os.environ.get("PORTS_PART", "1/1").split("/"))
    size = (below() - FIRST) // parts
    return FIRST + (number - 1) * size, FIRST + number * size


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port(count=1):
    """The first of so many free ports in a row."""
    first, behind = part()
    for _ in range(1000):
        port = random.randrange(first, behind - count)
        if all(is_free(port + n) for n in range(count)):
            return port
    raise OSError(f"no {count} free ports in a row from {first} to {behind}")


if __name__ == "__main__":
    print(free_port(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
