"""The victim: somebody at another address who uses the site as visitors do, and notes what came of it. A process of its own."""

import base64
import multiprocessing
import os
import socket
import time

import server

ADDRESS = "127.0.0.2"
# Seconds after which a visitor has gone; an answer that comes later is none.
TIMEOUT = float(os.environ.get("HOSTILE_TIMEOUT", "5"))
# A user logs in for the first time so often.
LOGIN_INTERVAL = 0.5


def credentials(number, password=server.PASSWORD):
    return base64.b64encode(f"user{number}:{password}".encode()).decode()


class Connection:
    """A connection to the server, for one request at a time."""

    def __init__(self, port, address=ADDRESS):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT, source_address=(address, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""
        self.is_last = False

    def close(self):
        self.socket.close()

    def receive(self):
        data = self.socket.recv(1 << 16)
        if not data:
            raise ConnectionError("the server ended the connection")
        self.rest += data

    def exchange(self, request):
        """Sends a request; its answer's status and content."""
        self.socket.sendall(request)
        while b"\r\n\r\n" not in self.rest:
            self.receive()
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        status = int(head[9:12])
        length = 0
        for line in head.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            # The server may end a connection with an answer, and says so.
            self.is_last |= name.lower() == b"connection" and value.strip() == b"close"
        while len(self.rest) < length:
            self.receive()
        content, self.rest = self.rest[:length], self.rest[length:]
        return status, content


def get(path, fields=""):
    return f"GET {path} HTTP/1.1\r\nHost: victim\r\n{fields}\r\n".encode()


def post(form, text, fields=""):
    return (f"POST /forms/{form} HTTP/1.1\r\nHost: victim\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(text)}\r\n{fields}\r\n{text}").encode()


class Notes:
    """What came of a phase: how long each request took, by its kind, and what was wrong."""

    def __init__(self):
        self.durations = {}
        self.wrong = {}
        self.stored = 0

    def total(self):
        return sum(map(len, self.durations.values()))

    def wrong_total(self):
        return sum(sum(reasons.values()) for reasons in self.wrong.values())

    def p99(self, kinds=None):
        """Seconds; those of first logins, which cost a check of a password, are apart."""
        all_durations = sorted(duration for kind, durations in self.durations.items() for duration in durations
                               if (kind in kinds if kinds else kind != "first login"))
        return all_durations[min(len(all_durations) - 1, len(all_durations) * 99 // 100)] if all_durations else 0

    def slowest(self, kind):
        return max(self.durations.get(kind, [0]))


class Visits:
    """The requests of one phase after the other."""

    def __init__(self, port):
        self.port = port
        self.kept = None
        self.fresh = 0
        self.user = 1
        self.next_login = 0

    def ask(self, notes, kind, request, is_right, keeps=True):
        began = time.monotonic()
        try:
            if keeps and self.kept is None:
                self.kept = Connection(self.port)
            connection = self.kept if keeps else Connection(self.port)
            status, content = connection.exchange(request)
            wrong = None if is_right(status, content) else str(status)
            if not keeps or connection.is_last:
                connection.close()
            if keeps and connection.is_last:
                self.kept = None
        except (OSError, ValueError) as error:
            wrong = "no answer" if isinstance(error, TimeoutError) else type(error).__name__
            if keeps and self.kept:
                self.kept.close()
                self.kept = None
        notes.durations.setdefault(kind, []).append(time.monotonic() - began)
        if wrong:
            reasons = notes.wrong.setdefault(kind, {})
            reasons[wrong] = reasons.get(wrong, 0) + 1
        return wrong is None

    def visit(self, until, ended):
        """All kinds of requests in turn, until a moment or until `ended` is set."""
        notes = Notes()
        steps = [self.see_page, self.see_unkept_file, self.miss, self.see_new_page, self.send_form, self.log_in_again,
                 self.log_in_first]
        while True:
            for step in steps:
                if time.monotonic() >= until or ended.is_set():
                    return notes
                step(notes)
            # A visitor looks at what came; without this the victim would be the attack.
            ended.wait(0.005)

    def see_page(self, notes):
        self.ask(notes, "page", get("/kept.html"), lambda status, content: (status, content) == (200, server.PAGE))

    def see_unkept_file(self, notes):
        self.ask(notes, "unkept file", get("/linked.txt"),
                 lambda status, content: (status, content) == (200, server.LINKED))

    def miss(self, notes):
        self.ask(notes, "missing", get(f"/none-{self.fresh}"), lambda status, _: status == 404)

    def see_new_page(self, notes):
        number = self.fresh % server.FRESH_PAGES
        self.fresh += 1
        self.ask(notes, "new page", get(f"/fresh/{number}.html"),
                 lambda status, content: (status, content) == (200, b"fresh %d\n" % number), keeps=False)

    def send_form(self, notes):
        notes.stored += self.ask(notes, "form", post("victim", f"name=victim&number={self.fresh}"),
                                 lambda status, _: status == 303, keeps=False)

    def log_in_again(self, notes):
        self.log_in(notes, "login", 0)

    def log_in_first(self, notes):
        if time.monotonic() < self.next_login or self.user >= server.USERS:
            return
        self.log_in(notes, "first login", self.user)
        self.user += 1
        self.next_login = time.monotonic() + LOGIN_INTERVAL

    def log_in(self, notes, kind, user):
        self.ask(notes, kind, get("/private/", f"Authorization: Basic {credentials(user)}\r\n"),
                 lambda status, content: (status, content) == (200, server.PAGE), keeps=kind == "login")


def serve_phases(port, pipe, ended):
    visits = Visits(port)
    while True:
        seconds = pipe.recv()
        if seconds is None:
            return
        pipe.send(visits.visit(time.monotonic() + seconds, ended))


class Victim:
    """The process, which is told how long each phase is."""

    def __init__(self, port):
        context = multiprocessing.get_context("fork")
        self.pipe, other = context.Pipe()
        self.ended = context.Event()
        self.process = context.Process(target=serve_phases, args=(port, other, self.ended), daemon=True)
        self.process.start()

    def visit(self, seconds):
        """Begins a phase; `notes` waits for its end."""
        self.pipe.send(seconds)

    def notes(self):
        return self.pipe.recv()

    def end(self):
        self.ended.set()
        self.pipe.send(None)
        self.process.join(timeout=2 * TIMEOUT)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
