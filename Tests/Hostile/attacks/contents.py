"""Attacks by what is sent: contents in memory, uploads, and bytes that wait to be read."""

import random
import time

from attacks.attack import Attack, Crowd, connect, get, post

MIB = 1 << 20
SMALL_BUFFER = 4096


def upload_form(files, size=16, boundary="attack"):
    """A multipart form of so many files."""
    parts = (f"--{boundary}\r\nContent-Disposition: form-data; name=\"f{number}\"; filename=\"f{number}\"\r\n"
             "Content-Type: text/plain\r\n\r\n" + "x" * size + "\r\n" for number in range(files))
    return ("".join(parts) + f"--{boundary}--\r\n").encode()


def upload(files, size=16):
    return post("attack", upload_form(files, size), "multipart/form-data; boundary=attack")


class PostsBehindSlowReader(Attack):
    name = "posts-behind-reader"
    summary = "forms of 1 MiB in line behind a file that is read slowly: their contents fill the memory for contents"
    workers = 1

    def run(self, port, ready):
        content = b"text=" + b"x" * (MIB - 5)
        Crowd(port, 23, get("/big.bin") + post("attack", content) * 15, reads=False, trickle=100,
              receive_buffer=SMALL_BUFFER).go_on(ready, seconds=3)


class UnfinishedContents(Attack):
    name = "unfinished-contents"
    summary = "forms of 1 MiB that stop a byte before their end, more than the memory for contents takes"
    workers = 1

    def run(self, port, ready):
        content = b"text=" + b"x" * (MIB - 5)
        Crowd(port, 300, post("attack", content)[:-1], batch=20).go_on(ready)


class HeadsInLine(Attack):
    name = "heads-in-line"
    summary = "0.25 MiB of heads on each of 800 connections, each for a file that is not kept and read slowly"
    workers = 1

    def run(self, port, ready):
        # So long that each comes alone, and has the file read once more.
        head = get("/linked.txt", "".join(f"X-{number}: {'x' * 3700}\r\n" for number in range(4)))
        Crowd(port, 800, head * 17, reads=False, trickle=10, receive_buffer=SMALL_BUFFER, batch=50).go_on(ready)


class ManyFiles(Attack):
    name = "many-files"
    summary = "forms of 255 small files each, without a pause"

    def run(self, port, ready):
        Crowd(port, 8, upload(255), repeats=True).go_on(ready)


class ResetUploads(Attack):
    name = "reset-uploads"
    summary = "forms of 16 files from clients that reset while they are handled"

    def run(self, port, ready):
        request = upload(16)
        while True:
            clients = [connect(port) for _ in range(20)]
            time.sleep(0.01)
            for client in clients:
                try:
                    client.send(request)
                except OSError:
                    pass
            time.sleep(random.uniform(0, 0.02))
            for client in clients:
                # Closed with SO_LINGER of 0 seconds: a reset, wherever the server is with it.
                client.setsockopt(1, 13, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                client.close()
            ready.set()


class LargeUploads(Attack):
    name = "large-uploads"
    summary = "files of 900 KiB, without a pause"

    def run(self, port, ready):
        Crowd(port, 8, upload(1, 900 << 10), repeats=True).go_on(ready)


class EscapedForms(Attack):
    name = "escaped-forms"
    summary = "sixteen forms of 1 MiB on each of 60 connections that are two and six times as long when they are stored"
    # More threads would share the processors, and the victim's form with them.
    configuration = "[pool]\nthreads_min = 2\nthreads_max = 2\n"

    def run(self, port, ready):
        forms = [post("attack", b"text=" + byte * (MIB - 30)) * 16 for byte in [b"\"", b"\x01"]]
        Crowd(port, 60, lambda number: forms[number % 2], repeats=True, resets=True).go_on(ready)
