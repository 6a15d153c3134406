"""Stores generated submissions as any version might have, and reads an export of them back with Python's own readers.

    python3 forms_export.py path/to/ringport /path/to/site csv|json|ndjson
"""

import collections
import csv
import io
import json
import random
import sqlite3
import subprocess
import sys

RINGPORT, SITE, FORMAT = sys.argv[1:]
FIXED = ["id", "received_at", "remote", "user_agent", "referer"]
PIECES = [
    "a", "b", "id", " ", "\t", "\n", "\r", "\r\n", "\0", "\x01", "\x1f", "\x7f", "\x80", "\"", "\"\"", "\\", "/", ",", ";",
    "'", "=", "+1", "-", "@", "|", "é", "e\u0301", "😀", "\u2028", "\ufeff", "\uffff", "＝", "\\u0000", "null", "\U0010ffff",
]
NUMBERS = [
    "0", "-0", "1.10", "-1", "9007199254740993", "123456789012345678901234567890", "1e400", "-1E-400", "0.10000000000000000055",
    "-9223372036854775809", "1e+05",
]
random.seed(8259)


class Number(str):
    """A number, as the digits that were sent."""


def text():
    return "".join(random.choice(PIECES) for _ in range(random.choice([0, 1, 1, 2, 3, 8])))


def value(depth):
    kind = random.randrange(10 if depth < 4 else 7)
    if kind < 3:
        return text()
    if kind < 5:
        return Number(random.choice(NUMBERS))
    if kind < 7:
        return random.choice([None, True, False])
    if kind < 8:
        return {text(): value(depth + 1) for _ in range(random.randrange(4))}
    return [value(depth + 1) for _ in range(random.randrange(4))]


def space():
    return random.choice(["", "", "", " ", "\n", "\t \r\n"])


def written(item):
    """JSON, with a choice of what it leaves open: blanks, escapes, the case of digits."""
    if isinstance(item, Number):
        return str(item)
    if item is None or isinstance(item, bool):
        return json.dumps(item)
    if isinstance(item, str):
        ascii_only = random.random() < 0.5
        return json.dumps(item, ensure_ascii=ascii_only).replace("/", random.choice(["/", "\\/"]))
    if isinstance(item, dict):
        inner = ("," + space()).join(
            space() + written(name) + space() + ":" + space() + written(member) + space() for name, member in item.items()
        )
        return "{" + inner + space() + "}"
    return "[" + ("," + space()).join(space() + written(member) + space() for member in item) + space() + "]"


def exactly(source):
    return json.loads(source, parse_int=Number, parse_float=Number)


def cell(item):
    """What a table has of a value, but for arrays and objects."""
    if item is None:
        return ""
    if isinstance(item, bool):
        return "true" if item else "false"
    return str(item)


def heading(name):
    reserved = FIXED + ["other_fields", "unreadable"]
    if name == "" or name.lower() in reserved or name.lower().startswith("fields."):
        return "fields." + name
    return name


submissions = [{text(): value(0) for _ in range(random.randrange(6))} for _ in range(400)]
database = sqlite3.connect(SITE + "/db/ringport.db")
for fields in submissions:
    agent, referer = text(), text()
    database.execute(
        "INSERT INTO submissions VALUES (NULL, 'f', '2026-01-02T03:04:05Z', '::1', ?, ?, ?)",
        (agent, referer, space() + written(fields) + space()),
    )
database.commit()
rows = database.execute(f"SELECT {', '.join(FIXED)} FROM submissions ORDER BY id").fetchall()

command = [RINGPORT, "forms", "export", "f", "--format", FORMAT, "--root", SITE]
output = subprocess.run(command + (["--raw"] if FORMAT == "csv" else []), check=True, capture_output=True).stdout.decode()

if FORMAT == "csv":
    csv.field_size_limit(1 << 30)
    table = list(csv.reader(io.StringIO(output, newline=""), strict=True))
    header, lines = table[0], table[1:]
    assert len(lines) == len(submissions), len(lines)
    assert len(set(header)) == len(header), "two columns of one name"
    counts = collections.Counter(name for fields in submissions for name in fields)
    # Sorting keeps the order in which equally frequent names first came.
    frequent = sorted(counts, key=lambda name: -counts[name])
    names = frequent[:64] + [name for name in frequent[64:1000] if counts[name] * 100 >= len(submissions)]
    names = [name for name in counts if name in set(names)]
    others = ["other_fields"] if len(names) < len(counts) else []
    assert header == FIXED + [heading(name) for name in names] + others, header
    assert others, "the names are so many that both kinds of places are tried"
    for row, fields, line in zip(rows, submissions, lines):
        assert line[:5] == [str(item) for item in row], (row, line)
        together = exactly(line[-1] or "{}")
        assert together == {name: fields[name] for name in fields if name not in names}, (together, fields)
        for name, found in zip(names, line[5:]):
            if name not in fields:
                assert found == "", (name, found)
            elif isinstance(fields[name], (list, dict)):
                assert exactly(found) == fields[name], (name, found)
            else:
                assert found == cell(fields[name]), (name, found, fields[name])
else:
    objects = exactly(output) if FORMAT == "json" else [exactly(line) for line in output.split("\n")[:-1]]
    assert len(objects) == len(submissions), len(objects)
    for row, fields, found in zip(rows, submissions, objects):
        expected = {name: Number(item) if name == "id" else item for name, item in zip(FIXED, row)}
        assert found == {**expected, "form": "f", "fields": fields}, (found, fields)
        assert list(found["fields"]) == list(fields), "fields keep their order"
