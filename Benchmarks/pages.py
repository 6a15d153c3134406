"""What the servers serve: a small file, a large one, and twenty pages that compress as a site's text does.

The text comes from a seeded generator, so that two runs serve the same bytes.
"""

import gzip
import os
import random
import subprocess

SMALL, SMALL_SIZE = "1k.txt", 1 << 10
LARGE, LARGE_SIZE = "10m.bin", 10 << 20
PAGE_COUNT, PAGE_SIZE_MIN, PAGE_SIZE_MAX = 20, 1 << 10, 300 << 10
SEED = 20


def make(folder):
    """Fills a folder with the files, the pages with .br and .gz beside them. Returns the pages' names."""
    os.makedirs(folder)
    source = random.Random(SEED)
    write(folder, SMALL, sentence(source, SMALL_SIZE)[:SMALL_SIZE].encode())
    write(folder, LARGE, source.randbytes(LARGE_SIZE))
    names = []
    for number in range(PAGE_COUNT):
        size = round(PAGE_SIZE_MIN * (PAGE_SIZE_MAX / PAGE_SIZE_MIN) ** (number / (PAGE_COUNT - 1)))
        kind, text = [("html", html), ("css", css), ("js", script)][number % 3]
        name = f"page-{number:02}.{kind}"
        content = text(source, size)[:size].encode()
        write(folder, name, content)
        write(folder, name + ".gz", gzip.compress(content, 9, mtime=0))
        subprocess.run(["brotli", "-q", "11", "-k", "-f", os.path.join(folder, name)], check=True)
        # brotli gives it the time of its file without the fraction of the second, and Ringport uses none that is older.
        os.utime(os.path.join(folder, name + ".br"))
        names.append(name)
    return names


def write(folder, name, content):
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content)


def vocabulary():
    source = random.Random(SEED + 1)
    letters = "etaoinshrdlucmfwypvbgk"
    weights = range(len(letters), 0, -1)
    return ["".join(source.choices(letters, weights, k=source.randint(2, 10))) for _ in range(2000)]


WORDS = vocabulary()
# Few words are most of a text, as in any language.
WEIGHTS = [1 / (rank + 1) for rank in range(len(WORDS))]


def sentence(source, size):
    """At least as many letters as `size`."""
    words = source.choices(WORDS, WEIGHTS, k=size // 3 + 1)
    return " ".join(words).capitalize() + "."


def fill(source, size, piece):
    parts, length = [], 0
    while length < size:
        parts.append(piece(source))
        length += len(parts[-1])
    return "".join(parts)


def html(source, size):
    def paragraph(source):
        words = " ".join(source.choices(WORDS, WEIGHTS, k=source.randint(20, 80)))
        link = source.choice(WORDS)
        return f'<p class="text">{words} <a href="/{link}/{source.randint(1, 999)}.html">{link}</a>.</p>\n'
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"></head>\n<body>\n" + fill(source, size, paragraph)


def css(source, size):
    def rule(source):
        return (f".{source.choice(WORDS)}-{source.choice(WORDS)} {{\n    margin: {source.randint(0, 40)}px;\n"
                f"    color: #{source.randrange(1 << 24):06x};\n    padding: {source.randint(0, 20)}px;\n}}\n")
    return fill(source, size, rule)


def script(source, size):
    def function(source):
        name, parameter, other = source.choices(WORDS, k=3)
        return (f"function {name}({parameter}) {{\n    if ({parameter}.length > {source.randint(1, 999)}) {{\n"
                f"        return document.querySelector('#{other}');\n    }}\n    return {other}({parameter});\n}}\n")
    return fill(source, size, function)
