"""Uploads that are cut off in every way, and a count of what they leave.

uploads_client.py RINGPORT SITE COUNT: runs the program over and over in the site's folder, posts COUNT forms with files to it, of
which most are cut off: by the client in the middle of the content or right behind it, by a deadline that passes while another
program holds the database, by a kill of the server. At last the server is started and stopped once more, and the folder of
uploads is compared with the rows. Prints `files without a row N, rows without a file N`, and what became of the forms; the
status is 1 unless both are 0. Forms that were answered with 201 and are not there count as an error too.
"""

import json
import os
import random
import re
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
from collections import Counter

program, site, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
THREADS = 12
DATABASE = os.path.join(site, "db", "ringport.db")
UPLOADS = os.path.join(site, "db", "uploads")
outcomes = Counter()
stored = set()
lock = threading.Lock()


class Server:
    def __init__(self):
        self.process = subprocess.Popen(
            [program, "serve", "--root", site, "--listen", "127.0.0.1:0"], stderr=subprocess.PIPE, text=True
        )
        self.said = ""
        self.port = None
        for line in self.process.stderr:
            self.said += line
            ready = re.search(r"listening on http://127\.0\.0\.1:(\d+)", line)
            if ready:
                self.port = int(ready.group(1))
                break
        if self.port is None:
            sys.exit(f"the server did not start: {self.said}")
        self.reader = threading.Thread(target=self.process.stderr.read)
        self.reader.start()

    def end(self, how):
        self.process.send_signal(how)
        status = self.process.wait(60)
        self.reader.join()
        return status


def form(number, files):
    lines = ["--b", 'Content-Disposition: form-data; name="number"', "", str(number)]
    for index in range(files):
        lines += ["--b", f'Content-Disposition: form-data; name="f{index}"; filename="{index}"', ""]
        lines.append("x" * random.choice([0, 10, 1000, 40000]))
    return "\r\n".join(lines + ["--b--", ""]).encode()


def post(port, number):
    """Posts one form and is gone, or waits for the answer."""
    body = form(number, random.choice([1, 1, 3, 16]))
    head = (
        "POST /forms/aborted HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n"
        f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    way = random.choice(["waits", "waits", "leaves in the middle", "leaves behind it", "leaves a moment later"])
    try:
        with socket.create_connection(("127.0.0.1", port), 20) as client:
            if way == "leaves in the middle":
                body = body[: random.randrange(len(body))]
            client.sendall(head + body)
            if way == "leaves a moment later":
                client.settimeout(random.choice([0.0005, 0.002, 0.01, 0.05]))
            if way in ("waits", "leaves a moment later"):
                answer = client.recv(65536)
                if answer.startswith(b"HTTP/1.1 201 "):
                    with lock:
                        stored.add(number)
                return answer[9:12].decode() or "closed"
            # A reset rather than an end.
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError as error:
        return type(error).__name__
    return way


def hold(connection_is_needed):
    """Holds the database for longer than the deadline of a handler."""
    if not os.path.exists(DATABASE):
        return
    connection = sqlite3.connect(DATABASE, timeout=5, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection_is_needed.wait(0.5)
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        outcomes[f"not held: {error}"] += 1
    finally:
        connection.close()


def round_of(first, last):
    """Posts the forms of one life of a server, which a kill ends while they are under way."""
    server = Server()
    numbers = iter(range(first, last))
    posted = threading.Semaphore(0)

    def work():
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            outcome = post(server.port, number)
            with lock:
                outcomes[outcome] += 1
            posted.release()

    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    is_over = threading.Event()
    holder = threading.Thread(target=hold, args=(is_over,)) if random.random() < 0.3 else None
    for thread in threads:
        thread.start()
    if holder:
        holder.start()
    # Most of the forms are under way or over: somewhere in them the server ends.
    for _ in range(random.randrange(1, last - first)):
        posted.acquire()
    how = random.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM])
    outcomes[f"ended by {signal.Signals(how).name}"] += 1
    server.end(how)
    is_over.set()
    for thread in threads:
        thread.join()
    if holder:
        holder.join()


def main():
    with open(os.path.join(site, "ringport.toml"), "w") as file:
        file.write("[deadlines]\nhandler = 0.2\ndrain = 2\n[uploads]\nfiles_max = 1000000\n")
    for first in range(0, count, 50):
        round_of(first, min(first + 50, count))
    # The last start settles what the last kill has left.
    status = Server().end(signal.SIGTERM)
    files = set(os.listdir(UPLOADS)) if os.path.exists(UPLOADS) else set()
    named, numbers = set(), set()
    connection = sqlite3.connect(DATABASE)
    for (text,) in connection.execute("SELECT fields FROM submissions"):
        fields = json.loads(text)
        numbers.add(int(fields.pop("number")))
        named |= {value["file"] for value in fields.values()}
    connection.close()
    for outcome, number in sorted(outcomes.items()):
        print(f"{number:6} {outcome}")
    print(f"{len(numbers)} forms and {len(files)} files are stored, {len(stored - numbers)} answered forms are not")
    print(f"files without a row {len(files - named)}, rows without a file {len(named - files)}")
    sys.exit(0 if files == named and stored <= numbers and status == 0 else 1)


main()
