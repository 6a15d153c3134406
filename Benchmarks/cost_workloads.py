"""What a request, a connection, a worker and a start cost: counted where a count says more than a rate."""

import os
import re
import select
import socket
import statistics
import struct
import subprocess
import time

import pages
from clients import alternate, system_calls, wrk
from workload import CONNECTIONS, WARM_UP_SECONDS, check, one_line, paired, print_head, print_row, print_rounds

REPOSITORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HOLD = os.path.join(REPOSITORY, "Tests", "Scale", "hold")
# For all connections to be open and answered, and for `hold` to let them go.
HOLD_SECONDS_MAX = 120
IDLE_WORKERS = 4
IDLE_READINESS = 10_000
# An idle connection is not to end by its deadline while others are measured.
IDLE_SETTINGS = "[deadlines]\nidle = 3600\n"
ALLOCATION_REQUESTS = 10_000
# A count of hundreds of thousands needs no longer.
CALLS_SECONDS_MAX = 2
STARTS = 10


def calls(bench):
    """System calls for one request of the 1 KiB file, of each server."""
    start = bench.servers
    ringport = start.ringport()
    floor = start.floor(bench.answer(ringport, pages.SMALL))
    servers = [ringport, start.readiness(), floor, start.nginx(), start.h2o(), start.lighttpd()]
    check(servers, pages.SMALL, bench.content(pages.SMALL))
    for server in servers:
        wrk(server, pages.SMALL, CONNECTIONS, WARM_UP_SECONDS)
    seconds = min(bench.seconds, CALLS_SECONDS_MAX)
    taken = alternate(servers, bench.rounds, lambda server: system_calls(server, pages.SMALL, CONNECTIONS, seconds))
    start.stop(servers)
    reason = next((reason for rounds in taken.values() for _, reason in rounds if reason), None)
    if reason:
        bench.figures.miss("system calls", f"perf: {one_line(reason)}")
        return
    bench.figures.set("system calls", statistics.median(count for count, _ in taken[ringport]))
    print(f"\n### System calls per request, {CONNECTIONS} keep-alive connections\n")
    print_head("server", "system calls")
    for server, rounds in taken.items():
        print_row(server.name, f"{statistics.median(count for count, _ in rounds):.3f}")


def allocations(bench):
    """Calls of malloc and its kind, by all threads, for one cached static request on a kept-alive connection."""
    for key, engine in [("allocations", "io_uring"), ("allocations, epoll", "epoll")]:
        counted = count_allocations(bench, engine)
        bench.figures.set(key, counted / ALLOCATION_REQUESTS)
        print(f"\nHeap allocations during {ALLOCATION_REQUESTS:,} cached requests on {engine}: {counted}.", flush=True)


def count_allocations(bench, engine):
    path = bench.path(f"allocations-{engine}")
    environment = {"LD_PRELOAD": bench.tool("alloc-count.so"), "ALLOC_COUNT_FILE": path}
    server = bench.servers.ringport(environment=environment, engine=engine)
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        exchange(connection, server.port, 1000)
        before = allocation_count(path)
        exchange(connection, server.port, ALLOCATION_REQUESTS)
        counted = allocation_count(path) - before
    bench.servers.stop([server])
    return counted


def exchange(connection, port, number):
    request = f"GET /{pages.SMALL} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    for _ in range(number):
        connection.sendall(request)
        answer, expected = b"", None
        while expected is None or len(answer) < expected:
            received = connection.recv(1 << 16)
            if not received:
                raise ConnectionResetError("the server ended the connection")
            answer += received
            if expected is None and b"\r\n\r\n" in answer:
                expected = answer.index(b"\r\n\r\n") + 4 + pages.SMALL_SIZE


def allocation_count(path):
    with open(path, "rb") as file:
        return struct.unpack("=QQ", file.read(16))[1]


def workers(bench):
    """What a request costs with two workers and with one; and what it costs the floor, which says what the machine makes of it."""
    start = bench.servers
    two, one = start.ringport("two workers", workers=2), start.ringport("one worker", workers=1)
    answer = bench.answer(one, pages.SMALL)
    two_floors, one_floor = start.floor(answer, "two", "the floor, two processes"), start.floor(answer, name="the floor, one")
    servers = [two, one, two_floors, one_floor]
    check(servers, pages.SMALL, bench.content(pages.SMALL))
    taken = bench.drive(servers, pages.SMALL, CONNECTIONS)
    bench.ratio("workers", taken[two], taken[one], "cpu_microseconds")
    print_rounds(f"Two workers against one, 1 KiB file, {CONNECTIONS} keep-alive connections", taken, two)
    floors = paired(taken[two_floors], taken[one_floor], "cpu_microseconds")
    print(f"\nTwo floors cost {floors:.2f} of one.", flush=True)
    start.stop(servers)


def starts(bench):
    """From the program's start to the line that says where it listens, each time in a new site."""
    times = []
    for _ in range(STARTS):
        server = bench.servers.ringport()
        times.append(server.ready_seconds * 1000)
        bench.servers.stop([server])
    bench.figures.set("start", statistics.median(times))
    print(f"\nStart to ready, {STARTS} times: median {statistics.median(times):.1f} ms, longest {max(times):.1f} ms.", flush=True)


def idle(bench):
    """What very many connections cost that ask for nothing, in memory, and in time for those who do."""
    count, figures = bench.idle_connections, bench.figures
    start = bench.servers
    crowded = start.ringport(f"with {count:,} idle connections", workers=IDLE_WORKERS, settings=IDLE_SETTINGS)
    empty = start.ringport("without", workers=IDLE_WORKERS, settings=IDLE_SETTINGS)
    for server in [crowded, empty]:
        wrk(server, pages.SMALL, CONNECTIONS, WARM_UP_SECONDS)
    before = crowded.memory_bytes()

    def look():
        each = (crowded.memory_bytes() - before) / count
        return each, alternate([crowded, empty], bench.rounds,
                               lambda server: wrk(server, pages.SMALL, CONNECTIONS, bench.seconds))

    try:
        each, taken = while_held(crowded, count, figures, look)
    except NotHeld as reason:
        for key in ["idle memory", "idle busy"]:
            figures.miss(key, str(reason))
    else:
        figures.set("idle memory", each)
        bench.ratio("idle busy", taken[crowded], taken[empty], "cpu_microseconds")
        if count < 64_000:
            for key in ["idle memory", "idle busy"]:
                figures.doubt(key, f"only {count:,} connections")
        print_rounds(f"{CONNECTIONS} busy connections beside {count:,} idle ones, {IDLE_WORKERS} workers", taken, crowded)
        print(f"\nUser memory for an idle connection: {each:,.0f} B.", flush=True)
    start.stop([crowded, empty])
    idle_readiness(bench, min(count, IDLE_READINESS))


def idle_readiness(bench, count):
    """The memory of idle connections on epoll, each of which has a descriptor."""
    server = bench.servers.ringport(workers=IDLE_WORKERS, settings=IDLE_SETTINGS, engine="epoll")
    wrk(server, pages.SMALL, CONNECTIONS, WARM_UP_SECONDS)
    before = server.memory_bytes()
    try:
        each = while_held(server, count, bench.figures, lambda: (server.memory_bytes() - before) / count)
        bench.figures.set("idle memory, epoll", each)
        print(f"\nUser memory for one of {count:,} idle connections on epoll: {each:,.0f} B.", flush=True)
    except NotHeld as reason:
        bench.figures.miss("idle memory, epoll", str(reason))
    bench.servers.stop([server])


class NotHeld(Exception):
    """Connections could not be held open, and why."""


def while_held(server, count, figures, look):
    """Looks at something while a server has so many idle connections. Returns what was seen."""
    if not os.access(HOLD, os.X_OK):
        raise NotHeld("Tests/Scale/hold is not there")
    hold = subprocess.Popen([HOLD, "--port", str(server.port), "--count", str(count), "--path", "/" + pages.SMALL],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        reason = await_open(hold, count)
        if reason:
            raise NotHeld(reason)
        return look()
    finally:
        # It lets all connections go when its input ends.
        hold.stdin.close()
        if hold.wait(HOLD_SECONDS_MAX) != 0:
            figures.fail(f"`hold` ended with status {hold.returncode}: idle connections were lost")
        hold.stdout.close()


def await_open(hold, count):
    """Waits until all connections are open. Returns why not, if they are not."""
    said, until = b"", time.monotonic() + HOLD_SECONDS_MAX
    while b"\n" not in said:
        if not select.select([hold.stdout], [], [], max(until - time.monotonic(), 0))[0]:
            return f"{count:,} connections were not open after {HOLD_SECONDS_MAX} s"
        part = os.read(hold.stdout.fileno(), 4096)
        if not part:
            return f"`hold` could not open {count:,} connections"
        said += part
    opened = re.match(rb"open (\d+)\n", said)
    return None if opened and int(opened.group(1)) == count else f"`hold` said {said!r}"
