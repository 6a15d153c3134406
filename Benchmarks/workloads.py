"""The workloads: which servers run, what drives them, the table of what was seen, and the figures that come of it.

A workload starts the servers it compares, all at once, drives them in alternating rounds and stops them. A ratio is the
median of the ratios within each round: two servers that took their turns one after the other met the same machine, and
two medians of a whole run might not have.
"""

import os
import statistics

import pages
from clients import alternate, capture, fetch, h2load, median, wrk
from servers import StartError, build_hummingbird

CONNECTIONS = 64
# Enough to keep both processors busy: an answer of this file is long.
LARGE_CONNECTIONS = 8
WARM_UP_SECONDS = 1
NO_LOG = "[log]\naccess = false\n"
CODINGS = "br, gzip"


class Bench:
    """What every workload needs: the options, the servers' starter, the files, and where figures go."""

    def __init__(self, options, servers, names, figures):
        self.rounds, self.seconds = options.rounds, options.seconds
        self.servers, self.pages, self.figures = servers, names, figures

    def path(self, name):
        return os.path.join(self.servers.folder, name)

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
        self.figures.set(key, paired(rounds, others, name))


def paired(rounds, others, name):
    return statistics.median(getattr(one, name) / getattr(other, name) for one, other in zip(rounds, others))


def check(servers, name, content):
    """A server that answers something else is fast at something else."""
    for server in servers:
        status, _, received = fetch(server, name)
        if status != 200 or received != content:
            raise StartError(f"{server.name} answers /{name} with {status} and {len(received)} other bytes")


def print_rounds(title, taken, base):
    """The medians of each server's rounds, and how the first stands to it in CPU time and rate."""
    print(f"\n### {title}\n")
    print("| server | requests/s | CPU µs/request (least, most) | p99 ms | errors | rate of the first / this | CPU of the first / this |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for server, rounds in taken.items():
        cpu = [each.cpu_microseconds for each in rounds]
        print(f"| {server.name} | {median(rounds, 'per_second'):,.0f} | {statistics.median(cpu):.2f} ({min(cpu):.2f}, {max(cpu):.2f}) "
              f"| {median(rounds, 'p99_milliseconds'):.2f} | {sum(each.errors for each in rounds)} "
              f"| {paired(taken[base], rounds, 'per_second'):.2f} | {paired(taken[base], rounds, 'cpu_microseconds'):.2f} |", flush=True)


def small(bench):
    """The 1 KiB file over kept-alive connections: every peer, the floor, and Ringport without its access log."""
    build_hummingbird()
    start = bench.servers
    ringport = start.ringport()
    floor, nginx, h2o = start.floor(bench.answer(ringport, pages.SMALL)), start.nginx(), start.h2o()
    servers = [ringport, floor, nginx, h2o, start.lighttpd(), start.hummingbird()]
    try:
        no_log = start.ringport("ringport without its log", settings=NO_LOG)
        servers.append(no_log)
    except StartError as error:
        no_log = None
        bench.figures.miss("small/no log", f"no way to switch it off ({one_line(error)})")
    check(servers, pages.SMALL, bench.content(pages.SMALL))
    taken = bench.drive(servers, pages.SMALL, CONNECTIONS)
    for key, other in [("small/floor", floor), ("small/nginx", nginx), ("small/h2o", h2o), ("small/no log", no_log)]:
        if other is not None:
            bench.ratio(key, taken[ringport], taken[other], "cpu_microseconds")
    print_rounds(f"1 KiB file, {CONNECTIONS} keep-alive connections", taken, ringport)
    start.stop(servers)


def pipelined(bench):
    """The 1 KiB file, sixteen requests at a time on each connection."""
    start = bench.servers
    ringport = start.ringport()
    nginx = start.nginx()
    servers = [ringport, start.floor(bench.answer(ringport, pages.SMALL)), nginx, start.h2o(), start.lighttpd()]
    check(servers, pages.SMALL, bench.content(pages.SMALL))
    taken = bench.drive(servers, pages.SMALL, CONNECTIONS, script="pipelined.lua")
    bench.ratio("pipelined/nginx", taken[ringport], taken[nginx], "per_second")
    print_rounds(f"1 KiB file, pipelined 16 deep on {CONNECTIONS} connections", taken, ringport)
    start.stop(servers)


def closing(bench):
    """The 1 KiB file, a new connection for each request."""
    start = bench.servers
    ringport = start.ringport()
    nginx = start.nginx()
    fields = ["Connection: close"]
    floor = start.floor(bench.answer(ringport, pages.SMALL, fields), does_close=True)
    servers = [ringport, floor, nginx, start.h2o(), start.lighttpd()]
    check(servers, pages.SMALL, bench.content(pages.SMALL))
    taken = bench.drive(servers, pages.SMALL, CONNECTIONS, fields=fields)
    bench.ratio("closing/nginx", taken[ringport], taken[nginx], "per_second")
    print_rounds(f"1 KiB file, one request per connection, {CONNECTIONS} at a time", taken, ringport)
    start.stop(servers)


def compressed(bench):
    """Twenty pages by turns to clients that take br and gzip."""
    start = bench.servers
    ringport, nginx = start.ringport(), start.nginx()
    servers = [ringport, nginx, start.h2o(), start.lighttpd()]
    for name in bench.pages:
        check(servers, name, bench.content(name))
    fields = [f"Accept-Encoding: {CODINGS}"]
    taken = bench.drive(servers, bench.pages[0], CONNECTIONS, script="pages.lua", fields=fields,
                        arguments=["/" + name for name in bench.pages])
    bench.ratio("pages/nginx", taken[ringport], taken[nginx], "per_second")
    print_rounds(f"{len(bench.pages)} files of 1 KiB to 300 KiB, {CONNECTIONS} keep-alive connections", taken, ringport)
    print("\n| server | content codings | bytes per answer |\n| --- | --- | ---: |")
    for server in servers:
        answers = [fetch(server, name, {"Accept-Encoding": CODINGS}) for name in bench.pages]
        codings = [fields.get("Content-Encoding", "none") for _, fields, _ in answers]
        counts = ", ".join(f"{coding} ({codings.count(coding)})" for coding in sorted(set(codings)))
        print(f"| {server.name} | {counts} | {median(taken[server], 'size_per_request'):,.0f} |", flush=True)
    start.stop(servers)


def large(bench):
    """The 10 MiB file: how many bytes a second of the server's processor time sends."""
    start = bench.servers
    ringport, nginx = start.ringport(), start.nginx()
    servers = [ringport, nginx, start.h2o(), start.lighttpd()]
    check(servers, pages.LARGE, bench.content(pages.LARGE))
    taken = bench.drive(servers, pages.LARGE, LARGE_CONNECTIONS)
    bench.ratio("large/nginx", taken[ringport], taken[nginx], "bytes_per_cpu_second")
    print(f"\n### 10 MiB file, {LARGE_CONNECTIONS} connections\n")
    print("| server | MB/s | MB per CPU second | slowest 1 % ms | errors |\n| --- | ---: | ---: | ---: | ---: |")
    for server, rounds in taken.items():
        rate = statistics.median(each.size / each.seconds for each in rounds)
        print(f"| {server.name} | {rate / 1e6:,.0f} | {median(rounds, 'bytes_per_cpu_second') / 1e6:,.0f} "
              f"| {median(rounds, 'p99_milliseconds'):.1f} | {sum(each.errors for each in rounds)} |", flush=True)
    start.stop(servers)


def latency(bench):
    """The time to an answer at half the rate that nginx can do at most."""
    start = bench.servers
    ringport, nginx = start.ringport(), start.nginx()
    servers = [ringport, nginx, start.h2o(), start.lighttpd()]
    check(servers, pages.SMALL, bench.content(pages.SMALL))
    saturated = bench.drive([nginx], pages.SMALL, CONNECTIONS)[nginx]
    rate = median(saturated, "per_second") / 2
    taken = alternate(servers, bench.rounds, lambda server: h2load(server, pages.SMALL, CONNECTIONS, bench.seconds, rate))
    bench.ratio("latency/nginx", taken[ringport], taken[nginx], "p99_milliseconds")
    reached = min(median(taken[server], "per_second") for server in (ringport, nginx)) / rate
    if reached < 0.95:
        bench.figures.doubt("latency/nginx", f"only {reached:.0%} of the rate was reached")
    print_rounds(f"1 KiB file at {rate:,.0f} requests/s, half of nginx's most, {CONNECTIONS} connections", taken, ringport)
    start.stop(servers)


def one_line(error):
    return " ".join(str(error).split()).replace("|", "\\|")


# In the order in which they run; the names are those of --only.
ALL = {
    "small": small,
    "pipelined": pipelined,
    "closing": closing,
    "pages": compressed,
    "large": large,
    "latency": latency,
}
