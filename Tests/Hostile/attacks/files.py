"""Attacks on files: those that are not kept, folders that take long to list, a table full of what is in use."""

from attacks.attack import Attack, Crowd, get

SMALL_BUFFER = 4096


class UnkeptFiles(Attack):
    name = "unkept-files"
    summary = "a file with two names, in line on connections that read slowly: each holds a copy of its own"
    workers = 1

    def run(self, port, ready):
        Crowd(port, 900, get("/linked.txt") * 16, reads=False, trickle=10, receive_buffer=SMALL_BUFFER).go_on(ready)


class FilesInUse(Attack):
    name = "files-in-use"
    summary = "another file on each connection, large enough to be held by a client that does not read it"
    workers = 1

    def run(self, port, ready):
        names = ["/big.bin", "/linked.txt", "/other.txt", "/kept.html"]
        Crowd(port, 2000, lambda number: get(names[number % 4]) * 8, reads=False, trickle=10,
              receive_buffer=SMALL_BUFFER).go_on(ready)


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
