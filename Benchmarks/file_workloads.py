"""The workloads that serve files: the small one in three ways, the pages, the large one, and a steady rate."""

import os
import statistics
import sys

import pages
from clients import Load, alternate, fetch, h2load, median
from servers import StartError, build_hummingbird
from workload import CONNECTIONS, WARM_UP_SECONDS, check, errors, paired, print_head, print_row, print_rounds

# Enough to keep both processors busy: an answer of this file is long.
LARGE_CONNECTIONS = 8
NO_LOG = "[log]\naccess = false\n"
# As load asks for.
CODINGS = "br, gzip"


def small(bench):
    """The 1 KiB file over kept-alive connections: every peer, the floor, and Ringport without its access log."""
    build_hummingbird()
    start = bench.servers
    ringport = start.ringport()
    readiness = start.readiness()
    answer = bench.answer(ringport, pages.SMALL)
    floor, readiness_floor = start.floor(answer), start.readiness_floor(answer)
    nginx, newest, h2o = start.nginx(), newest_nginx(start), start.h2o()
    servers = [ringport, readiness, floor, readiness_floor, nginx, *newest, without_sendfile(start), h2o, start.lighttpd(),
               start.hummingbird()]
    try:
        no_log = start.ringport("ringport without its log", settings=NO_LOG)
        # They differ by little: one's turn follows the other's.
        servers.insert(1, no_log)
    except StartError as error:
        no_log = None
        print(f"bench: {error}", file=sys.stderr)
        bench.figures.miss("small/no log", "the server refuses `[log] access = false`")
    check(servers, pages.SMALL, bench.content(pages.SMALL))
    at_rest = {server: server.memory_bytes("Pss") for server in servers}
    taken = bench.drive(servers, pages.SMALL, CONNECTIONS)
    for key, other in [("small/floor", floor), ("small/nginx", nginx), ("small/h2o", h2o), ("small/no log", no_log)]:
        if other is not None:
            bench.ratio(key, taken[ringport], taken[other], "cpu_microseconds")
    bench.ratio("small/epoll floor", taken[readiness], taken[readiness_floor], "cpu_microseconds")
    floors = paired(taken[readiness_floor], taken[floor], "cpu_microseconds")
    engines = paired(taken[readiness], taken[ringport], "cpu_microseconds")
    bench.figures.set("small/engines", engines / floors, errors(taken[readiness]))
    bench.ratio("small/epoll nginx", taken[readiness], taken[nginx], "cpu_microseconds")
    print_rounds(f"1 KiB file, {CONNECTIONS} keep-alive connections", taken, ringport)
    print(f"\nThe floor on epoll costs {floors:.2f} of that on io_uring, Ringport {engines:.2f}.\n")
    print_head("memory", "MiB at rest", "MiB after the load")
    for server, size in at_rest.items():
        print_row(server.name, f"{size / (1 << 20):.1f}", f"{server.memory_bytes('Pss') / (1 << 20):.1f}")
    start.stop(servers)


def newest_nginx(start):
    """In a list, which is empty where it can't be had."""
    try:
        return [start.newest_nginx()]
    except StartError as error:
        print(f"bench: {error}", file=sys.stderr)
        return []


def without_sendfile(start):
    """A small file costs nginx less when it is read and sent with its head; hardly anybody sets it up so."""
    return start.nginx("nginx, sendfile off", sendfile="off")


def pipelined(bench):
    """The 1 KiB file, sixteen requests at a time on each connection."""
    start = bench.servers
    ringport = start.ringport()
    nginx = start.nginx()
    servers = [ringport, start.readiness(), start.floor(bench.answer(ringport, pages.SMALL)), nginx, start.h2o(),
               start.lighttpd()]
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
    floor = start.floor(bench.answer(ringport, pages.SMALL, fields), "close")
    servers = [ringport, start.readiness(), floor, nginx, *newest_nginx(start), start.h2o(), start.lighttpd()]
    check(servers, pages.SMALL, bench.content(pages.SMALL))
    # A connection costs the client more than any of the servers: one thread of it would be what is measured.
    taken = bench.drive(servers, pages.SMALL, CONNECTIONS, fields=fields, threads=2)
    bench.ratio("closing/nginx", taken[ringport], taken[nginx], "per_second")
    print_rounds(f"1 KiB file, one request per connection, {CONNECTIONS} at a time", taken, ringport)
    start.stop(servers)


def compressed(bench):
    """Twenty pages by turns to clients that take br and gzip."""
    start = bench.servers
    ringport, nginx = start.ringport(), start.nginx()
    servers = [ringport, start.readiness(), nginx, without_sendfile(start), start.h2o(), start.lighttpd()]
    for name in bench.pages:
        check(servers, name, bench.content(name))
    paths = ["/" + name for name in bench.pages]
    for server in servers:
        Load(start.tools, server, CONNECTIONS, WARM_UP_SECONDS, paths)
    taken = alternate(servers, bench.rounds, lambda server: Load(start.tools, server, CONNECTIONS, bench.seconds, paths))
    bench.ratio("pages/nginx", taken[ringport], taken[nginx], "per_second")
    print_rounds(f"{len(bench.pages)} files of 1 KiB to 300 KiB, {CONNECTIONS} keep-alive connections", taken, ringport)
    print()
    print_head("server", "content codings", "bytes per answer")
    for server in servers:
        answers = [fetch(server, name, {"Accept-Encoding": CODINGS}) for name in bench.pages]
        codings = [fields.get("Content-Encoding", "none") for _, fields, _ in answers]
        counts = ", ".join(f"{coding} ({codings.count(coding)})" for coding in sorted(set(codings)))
        print_row(server.name, counts, f"{median(taken[server], 'size_per_request'):,.0f}")
    start.stop(servers)


def large(bench):
    """The 10 MiB file: how many bytes a second of the server's processor time sends."""
    start = bench.servers
    ringport, nginx = start.ringport(), start.nginx()
    servers = [ringport, start.readiness(), nginx, *newest_nginx(start),
               start.nginx("nginx, tcp_nopush off", tcp_nopush="off"), start.h2o(), start.lighttpd()]
    check(servers, pages.LARGE, bench.content(pages.LARGE))
    taken = bench.drive(servers, pages.LARGE, LARGE_CONNECTIONS)
    bench.ratio("large/nginx", taken[ringport], taken[nginx], "bytes_per_cpu_second")
    print(f"\n### 10 MiB file, {LARGE_CONNECTIONS} connections\n")
    print_head("server", "MB/s", "MB per CPU second (least, most)", "p99 ms", "errors", "MB per CPU second of the first / this")
    for server, rounds in taken.items():
        rate = statistics.median(each.size / each.seconds for each in rounds)
        each = [one.bytes_per_cpu_second / 1e6 for one in rounds]
        print_row(server.name, f"{rate / 1e6:,.0f}", f"{statistics.median(each):,.0f} ({min(each):,.0f}, {max(each):,.0f})",
                  f"{median(rounds, 'p99_milliseconds'):.1f}", errors(rounds),
                  f"{paired(taken[ringport], rounds, 'bytes_per_cpu_second'):.2f}")
    start.stop(servers)


def latency(bench):
    """The time to an answer at half the rate that nginx can do at most."""
    start = bench.servers
    ringport, nginx = start.ringport(), start.nginx()
    readiness = start.readiness()
    servers = [ringport, readiness, nginx, *newest_nginx(start), start.h2o(), start.lighttpd()]
    check(servers, pages.SMALL, bench.content(pages.SMALL))
    saturated = bench.drive([nginx], pages.SMALL, CONNECTIONS)[nginx]
    rate = median(saturated, "per_second") / 2
    # A server that rests is woken many times a second: on whose processor would be luck.
    processor = min(os.sched_getaffinity(0))
    for server in servers:
        server.keep_from(processor)
    taken = alternate(servers, bench.rounds,
                      lambda server: h2load(server, pages.SMALL, CONNECTIONS, bench.seconds, rate, processor))
    bench.ratio("latency/nginx", taken[ringport], taken[nginx], "p99_milliseconds")
    bench.ratio("latency/epoll", taken[readiness], taken[nginx], "p99_milliseconds")
    reached = min(median(taken[server], "per_second") for server in (ringport, readiness, nginx)) / rate
    if reached < 0.95:
        bench.figures.doubt("latency/nginx", f"only {reached:.0%} of the rate was reached")
    print_rounds(f"1 KiB file at {rate:,.0f} requests/s, half of nginx's most, {CONNECTIONS} connections", taken, ringport)
    start.stop(servers)
