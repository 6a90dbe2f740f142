#!/usr/bin/python3
"""Ask an address over and over until standard input ends, then print what came back, counted:
load.py URL [TOKEN]"""

import collections
import http.client
import sys
import threading
import urllib.parse

url = urllib.parse.urlsplit(sys.argv[1])
headers = {"X-Auth-Token": sys.argv[2]} if len(sys.argv) > 2 else {}
CALLERS = 4
stop, answers = threading.Event(), collections.Counter()


def call():
    while not stop.is_set():
        try:
            connection = http.client.HTTPConnection(url.hostname, url.port, timeout=60)
            connection.request("GET", url.path, headers=headers)
            reply = connection.getresponse()
            reply.read()
            answers[reply.status] += 1
            connection.close()
        except OSError as failure:
            answers[repr(failure)] += 1


threads = [threading.Thread(target=call) for _ in range(CALLERS)]
for thread in threads:
    thread.start()
sys.stdin.read()
stop.set()
for thread in threads:
    thread.join()
print(*(f"{answer}: {count}" for answer, count in answers.items()))
