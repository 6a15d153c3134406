"""What attacks have in common: many sockets at a time, and what is sent on them."""

import selectors
import socket
import struct
import time

ADDRESS = "127.0.0.1"


class Attack:
    """An attack; it runs in a process of its own until that is killed."""

    kinds = []

    # A word for the table, and a line for those who ask what it does.
    name = None
    summary = None
    # Whether the short form has it: what shows in a second with a server that is built for debugging.
    is_short = False
    # What the server is told beyond the usual: small limits make an attack cheap and change nothing about who gets what.
    configuration = ""
    workers = 2
    # Descriptors that the server may have (`ulimit -n`); None for as many as there are.
    descriptors = None
    # Whether it needs the folder of 50,000 names.
    needs_folder = False
    # Links to a file, each of which is held in memory for itself while it is sent.
    links = 0
    # True to begin it once more in the end, and to stop the server while it goes on.
    goes_on_at_stop = False
    # Descriptors that the server may keep for files that were asked for.
    kept_descriptors = 64

    def __init_subclass__(cls, **arguments):
        super().__init_subclass__(**arguments)
        if cls.name:
            Attack.kinds.append(cls)

    def run(self, port, ready):
        raise NotImplementedError


def get(path, fields=""):
    return f"GET {path} HTTP/1.1\r\nHost: attacker\r\n{fields}\r\n".encode()


def post(form, content, kind="application/x-www-form-urlencoded"):
    head = (f"POST /forms/{form} HTTP/1.1\r\nHost: attacker\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(content)}\r\n\r\n")
    return head.encode() + content


def connect(port, address=ADDRESS, receive_buffer=None, resets=False):
    """A connection of the attacker's, whose sends and receives don't wait."""
    client = socket.socket()
    if receive_buffer:
        # Before it connects, so that the window is as small.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    if resets:
        # So that it is gone when its process is, and wants no answer any longer.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.bind((address, 0))
    client.setblocking(False)
    try:
        client.connect(("127.0.0.1", port))
    except BlockingIOError:
        pass
    return client


class Crowd:
    """Many connections, each with something to send, and with a way to read or not to read what comes."""

    def __init__(self, port, count, sends, reads=True, repeats=False, trickle=0, piece=None,
                 receive_buffer=None, batch=200, address=lambda number: ADDRESS, resets=False):
        """
        - sends: bytes for every connection, or a function that gives them for the number of a sending.
        - reads: True to throw away what comes, False to leave it to the kernel.
        - repeats: True to send again when all was sent, and to connect again when the server has ended a connection.
        - trickle: bytes that are read from each connection in a second where `reads` is False: it is slow, and not gone.
        - piece: bytes that are sent at a time; None for as many as find room.
        - address: gives the address of the connection with a number.
        - resets: True for connections that are reset in the end.
        """
        self.port, self.count, self.reads, self.repeats, self.trickle = port, count, reads, repeats, trickle
        self.piece, self.receive_buffer, self.batch = piece, receive_buffer, batch
        self.address, self.resets = address, resets
        self.sends = sends if callable(sends) else lambda number: sends
        self.selector = selectors.DefaultSelector()
        self.left = {}
        # Connections that something has come on.
        self.answered = set()
        self.opened = self.begun = self.sent = 0
        self.next_trickle = time.monotonic() + 1

    def open(self):
        client = connect(self.port, self.address(self.opened), self.receive_buffer, self.resets)
        self.left[client] = self.next_sending()
        self.opened += 1
        self.selector.register(client, selectors.EVENT_WRITE | (selectors.EVENT_READ if self.reads else 0))

    def next_sending(self):
        """What is sent next: each has another number, however many are under way."""
        self.begun += 1
        return memoryview(self.sends(self.begun - 1))

    def close(self, client):
        if client in self.selector.get_map():
            self.selector.unregister(client)
        del self.left[client]
        self.answered.discard(client)
        client.close()

    def turn(self, timeout=0.05):
        """Opens some more, and moves what can be moved."""
        missing = self.count - (len(self.left) if self.repeats else self.opened)
        for _ in range(min(self.batch, missing)):
            self.open()
        for key, events in self.selector.select(timeout):
            client = key.fileobj
            try:
                if events & selectors.EVENT_WRITE:
                    self.send(client)
                if self.reads and events & selectors.EVENT_READ:
                    if client.recv(1 << 16):
                        self.answered.add(client)
                    else:
                        self.close(client)
            except BlockingIOError:
                pass
            except OSError:
                self.close(client)
        if self.trickle and time.monotonic() >= self.next_trickle:
            self.next_trickle = time.monotonic() + 1
            self.read_some()

    def send(self, client):
        rest = self.left[client][client.send(self.left[client][:self.piece]):]
        if not len(rest):
            self.sent += 1
            if self.repeats:
                rest = self.next_sending()
            elif self.reads:
                self.selector.modify(client, selectors.EVENT_READ)
            else:
                self.selector.unregister(client)
        self.left[client] = rest

    def read_some(self):
        for client in list(self.left):
            try:
                if not client.recv(self.trickle):
                    self.close(client)
            except BlockingIOError:
                pass
            except OSError:
                self.close(client)

    def go_on(self, ready, seconds=2):
        """Goes on for ever; ready when for so long nothing more could be opened or sent, or at once where it repeats."""
        began, done = time.monotonic(), None
        while True:
            self.turn()
            progress = (self.sent, self.opened)
            if self.repeats and self.sent > 0:
                ready.set()
            elif progress != done:
                began, done = time.monotonic(), progress
            elif time.monotonic() - began > seconds:
                ready.set()
