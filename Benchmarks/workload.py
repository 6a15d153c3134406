"""What every workload has: the servers' starter, the files, alternating rounds, and the table of what was seen.

A workload starts the servers it compares, all at once, drives them in alternating rounds and stops them. A ratio is the
median of the ratios within each round: two servers that took their turns one after the other met the same machine, and
two medians of a whole run might not have.
"""

import math
import os
import statistics

from clients import alternate, capture, fetch, median, wrk
from servers import StartError

CONNECTIONS = 64
WARM_UP_SECONDS = 1


class Bench:
    """What every workload needs: the options, the servers' starter, the files, and where figures go."""

    def __init__(self, options, servers, names, figures):
        self.rounds, self.seconds, self.idle_connections = options.rounds, options.seconds, options.idle_connections
        self.servers, self.pages, self.figures = servers, names, figures

    def path(self, name):
        return os.path.join(self.servers.folder, name)

    def tool(self, name):
        return os.path.join(self.servers.tools, name)

    def content(self, name):
        with open(os.path.join(self.servers.www, name), "rb") as file:
            return file.read()

    def answer(self, server, name, fields=()):
        """A file with the bytes that a server answers, for the floor to answer too."""
        path = self.path(f"answer-{len(fields)}")
        with open(path, "wb") as file:
            file.write(capture(server, name, fields))
        return path

    def drive(self, servers, path, connections, **options):
        """Rounds of wrk, after each server has had time to open and keep what it will."""
        for server in servers:
            wrk(server, path, connections, WARM_UP_SECONDS, **options)
        return alternate(servers, self.rounds, lambda server: wrk(server, path, connections, self.seconds, **options))

    def ratio(self, key, rounds, others, name):
        """Sets a figure: the median of one's rounds divided by another's of the same round."""
        self.figures.set(key, paired(rounds, others, name), errors(rounds) + errors(others))


def paired(rounds, others, name):
    pairs = [(getattr(one, name), getattr(other, name)) for one, other in zip(rounds, others)]
    # On a machine that had no time for it a server may have used less than the clock tells.
    return statistics.median(one / other if other else math.inf for one, other in pairs)


def check(servers, name, content):
    """A server that answers something else is fast at something else."""
    for server in servers:
        status, _, received = fetch(server, name)
        if status != 200 or received != content:
            raise StartError(f"{server.name} answers /{name} with status {status} and {len(received)} bytes, not the file's")


def print_rounds(title, taken, base):
    """The medians of each server's rounds, and how the first stands to it in CPU time and rate."""
    print(f"\n### {title}\n")
    print_head("server", "requests/s", "CPU µs/request (least, most)", "user", "system", "p99 ms", "errors", "rate of the first / this",
               "CPU of the first / this")
    for server, rounds in taken.items():
        cpu = [each.cpu_microseconds for each in rounds]
        rate, time = (paired(taken[base], rounds, name) for name in ["per_second", "cpu_microseconds"])
        print_row(server.name, f"{median(rounds, 'per_second'):,.0f}",
                  f"{statistics.median(cpu):.2f} ({min(cpu):.2f}, {max(cpu):.2f})",
                  *[f"{median(rounds, name):.2f}" for name in ["user_microseconds", "system_microseconds"]], p99(rounds), errors(rounds), f"{rate:.2f}",
                  f"{time:.2f}")


def print_head(first, *others):
    """A table's head; all columns but the first hold figures."""
    print_row(first, *others)
    print_row("---", *["---:" for _ in others])


def print_row(*cells):
    print("| " + " | ".join(map(str, cells)) + " |", flush=True)


def p99(rounds):
    return "" if any(each.p99_milliseconds is None for each in rounds) else f"{median(rounds, 'p99_milliseconds'):.2f}"


def errors(rounds):
    return sum(each.errors for each in rounds)


def one_line(error):
    return " ".join(str(error).split()).replace("|", "\\|")
