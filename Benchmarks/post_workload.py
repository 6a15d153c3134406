"""Forms that are on disk when they are answered: against the disk, against GETs, and against the Swift peer."""

import contextlib
import functools
import os
import sqlite3

import pages
from clients import Load, alternate, median, run, wrk
from servers import build_hummingbird
from workload import WARM_UP_SECONDS, errors, paired, print_head, print_row

POST_CONNECTIONS = 256
# What a sync takes at least on the disks that group commit is for. The disk of a virtual machine may take less at one moment
# and much more at the next, so beside it there is one that takes no less: the same, with a sleep (sync-delay).
SYNC_MICROSECONDS_MIN = 400


class DiskFloor:
    """One run of disk-floor: what SQLite alone can make durable."""

    errors = 0

    def __init__(self, bench, environment=None):
        output = run([bench.tool("disk-floor"), bench.servers.folder, str(bench.seconds / 2)], bench.seconds, environment)
        self.sync_microseconds, self.per_second, self.by_16, self.by_128, self.by_512 = map(float, output.split())


def posts(bench):
    build_hummingbird()
    start = bench.servers
    slow_disk = {"LD_PRELOAD": bench.tool("sync-delay.so"), "SYNC_DELAY_US": str(SYNC_MICROSECONDS_MIN)}
    servers = {
        "ringport": start.ringport(),
        "ringport epoll": start.readiness(),
        "ringport slowed": start.ringport("ringport, slowed disk", environment=slow_disk),
        "hummingbird": start.hummingbird(),
    }
    drives = {name: functools.partial(Load, start.tools, server, POST_CONNECTIONS, bench.seconds)
              for name, server in servers.items()}
    drives |= {
        "disk": lambda: DiskFloor(bench),
        "disk slowed": lambda: DiskFloor(bench, slow_disk),
        "gets": lambda: wrk(servers["ringport"], pages.SMALL, POST_CONNECTIONS, bench.seconds),
    }
    for server in servers.values():
        Load(start.tools, server, POST_CONNECTIONS, WARM_UP_SECONDS)
    before = {name: stored_rows(server) for name, server in servers.items()}
    taken = alternate(list(drives), bench.rounds, lambda name: drives[name]())

    is_slow = median(taken["disk"], "sync_microseconds") >= SYNC_MICROSECONDS_MIN
    for key, one, other in [("posts/disk", *(("ringport", "disk") if is_slow else ("ringport slowed", "disk slowed"))),
                            ("posts/get", "ringport", "gets"), ("posts/engines", "ringport epoll", "ringport"), ("posts/hummingbird", "ringport", "hummingbird")]:
        bench.ratio(key, taken[one], taken[other], "per_second")
    bench.figures.set("posts slowest", max(each.slowest_milliseconds for each in taken["ringport"]),
                      errors(taken["ringport"]))

    print(f"\n### Durable POSTs, {POST_CONNECTIONS} connections\n")
    print_head("server", "stored/s", "CPU µs/POST", "p50 ms", "p99 ms", "slowest ms", "errors", "answered 303 or 201", "rows")
    for name, server in servers.items():
        rounds, rows = taken[name], stored_rows(server) - before[name]
        answered = sum(each.requests for each in rounds)
        times = [f"{median(rounds, name):.1f}" for name in ["p50_milliseconds", "p99_milliseconds"]]
        print_row(server.name, f"{median(rounds, 'per_second'):,.0f}", f"{median(rounds, 'cpu_microseconds'):.2f}", *times,
                  f"{max(each.slowest_milliseconds for each in rounds):.1f}", errors(rounds), answered, rows)
        if rows != answered:
            bench.figures.fail(f"{server.name} answered {answered} POSTs as stored, and has {rows} rows of them")
    gets = taken["gets"]
    print(f"\nStatic GETs over as many connections: {median(gets, 'per_second'):,.0f}/s, {errors(gets)} errors.\n")
    print_disk(taken, is_slow)
    start.stop(list(servers.values()))


def print_disk(taken, is_slow):
    print_head("the disk, one writer", "fdatasync ms", "rows/s, 1 in a commit", "16", "128", "512", "ringport / 1 in a commit")
    for title, more in [("as it is", ""), (f"with no sync under {SYNC_MICROSECONDS_MIN / 1000} ms", " slowed")]:
        disk, ringport = taken["disk" + more], taken["ringport" + more]
        rates = [f"{median(disk, name):,.0f}" for name in ["per_second", "by_16", "by_128", "by_512"]]
        print_row(title, f"{median(disk, 'sync_microseconds') / 1000:.2f}", *rates, f"{paired(ringport, disk, 'per_second'):.1f}")
    print(f"\nThe yardstick is held to the disk {'as it is' if is_slow else 'that was slowed, since it takes less as it is'}.",
          flush=True)


def stored_rows(server):
    """What load made of it: its form is called bench."""
    paths = [os.path.join(server.folder, name) for name in ["db/ringport.db", "hummingbird.db"]]
    path = next(path for path in paths if os.path.exists(path))
    with contextlib.closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT count(*) FROM submissions WHERE form = 'bench'").fetchone()[0]
