"""Connects again and again while a server is told to stop, and counts how that went for each connection.

drain_client.py PID SIZE ADDRESS...: asks for / at each address in turn; SIZE is how long the answer's content is. An address is a
port of 127.0.0.1, a port of ::1 behind "6:", or the path of a Unix socket. Prints `answered N`, `refused N`, and a line for
everything else that happened.
"""

import os
import signal
import socket
import sys
import threading
import time
from collections import Counter

CONNECTIONS = 1000  # at least
BEFORE_THE_SIGNAL = 300
# Of five clients one thinks before it asks; the kernel then holds its connection back from the server.
PAUSES = [0, 0, 0.3, 0, 0]
THREADS = 40

process, size = int(sys.argv[1]), int(sys.argv[2])
outcomes = Counter()
lock = threading.Lock()
begun = 0


def connected(address):
    if address.startswith("/"):
        client = socket.socket(socket.AF_UNIX)
        target = address
    elif address.startswith("6:"):
        client = socket.socket(socket.AF_INET6)
        target = ("::1", int(address[2:]))
    else:
        client = socket.socket(socket.AF_INET)
        target = ("127.0.0.1", int(address))
    client.settimeout(30)
    try:
        client.connect(target)
    except (ConnectionRefusedError, FileNotFoundError):
        client.close()
        return None
    return client


def outcome(address, pause):
    client = connected(address)
    if client is None:
        return "refused"
    with client:
        time.sleep(pause)
        client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        answer = b""
        while b"\r\n\r\n" not in answer or len(answer.split(b"\r\n\r\n", 1)[1]) < size:
            part = client.recv(65536)
            if not part:
                return f"ended after {len(answer)} bytes"
            answer += part
        return "answered" if answer.startswith(b"HTTP/1.1 200 ") else repr(answer[:20])


def run(number):
    global begun
    while True:
        with lock:
            # As many as it takes until one is refused: those before have to be answered.
            if begun >= CONNECTIONS and outcomes["refused"] > 0:
                return
            begun += 1
            address = sys.argv[3 + begun % (len(sys.argv) - 3)]
        try:
            result = outcome(address, PAUSES[number % len(PAUSES)])
        except OSError as error:
            result = repr(error)
        with lock:
            outcomes[result] += 1
            if result == "answered" and outcomes[result] == BEFORE_THE_SIGNAL:
                os.kill(process, signal.SIGTERM)


threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for name, count in sorted(outcomes.items()):
    print(name, count)
