"""Attacks on files: those that are not kept, folders that take long to list, a table full of what is in use."""

import itertools

from attacks.attack import ADDRESS, Attack, Crowd, get

SMALL_BUFFER = 4096


class FilesInUse(Attack):
    name = "files-in-use"
    summary = "files that are kept, that are not and that have two names, held by clients that don't read them"
    workers = 1

    def run(self, port, ready):
        names = ["/big.bin", "/linked.txt", "/other.txt", "/second.txt"]
        Crowd(port, 2000, lambda number: get(names[number % 4]) * 8, reads=False, trickle=10,
              receive_buffer=SMALL_BUFFER).go_on(ready)


class UnkeptFilesFull(Attack):
    name = "unkept-files-full"
    summary = "more files that are not kept than there is memory for, each held by a client that doesn't read it"
    workers = 1
    links = 2300

    def address(self, number):
        return ADDRESS

    def run(self, port, ready):
        # By a count of its own: many connections are opened before anything is sent.
        numbers = itertools.count()
        Crowd(port, self.links, lambda _: get(f"/links/{next(numbers)}") * 8, reads=False, trickle=10,
              receive_buffer=SMALL_BUFFER, address=self.address).go_on(ready)


class UnkeptFilesOfManyAddresses(UnkeptFilesFull):
    name = "unkept-files-of-many-addresses"
    summary = "the same from 200 addresses"

    def address(self, number):
        return f"127.0.1.{1 + number % 200}"


class Listings(Attack):
    name = "listings"
    summary = "the list of a folder of 50,000 names, a hundred times at once and again and again"
    needs_folder = True

    def run(self, port, ready):
        Crowd(port, 100, get("/folder/"), repeats=True).go_on(ready)


class UnreadListings(Attack):
    name = "unread-listings"
    summary = "the same list for clients that don't read it"
    needs_folder = True
    workers = 1

    def run(self, port, ready):
        Crowd(port, 200, get("/folder/") * 4, reads=False, trickle=100, receive_buffer=SMALL_BUFFER).go_on(ready, 3)


class MissingFiles(Attack):
    name = "missing-files"
    summary = "addresses that are nowhere, each another one"
    is_short = True

    def run(self, port, ready):
        Crowd(port, 50, lambda number: b"".join(get(f"/no/{number}/{index}") for index in range(16)),
              repeats=True).go_on(ready)
