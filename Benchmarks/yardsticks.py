"""What the figures are held against: for each, what must be reached and what is aimed at."""

from collections import namedtuple

# `key` names the figure that a workload gives. `is_low` says whether less is better. `form` writes the figure.
Yardstick = namedtuple("Yardstick", "work figure key is_low must aim form")


def ratio(value):
    return f"{value:.2f}"


def exact(value):
    return f"{value:.3f}"


def milliseconds(value):
    return f"{value:.1f} ms"


def size(value):
    return f"{value:,.0f} B"


def bound(value, form):
    """A bound as it is written: whole numbers without the zeros that a figure has."""
    if form in (milliseconds, size):
        return form(value).replace(".0 ", " ")
    return f"{value:.0f}" if value == int(value) else ratio(value)


SMALL = "1 KiB file, 64 keep-alive connections, log and ETag on"
POST = "durable POST, 256 connections"
YARDSTICKS = [
    Yardstick(SMALL, "server CPU per request / floor", "small/floor", True, 1.25, 1.10, ratio),
    Yardstick("the same", "server CPU per request / nginx", "small/nginx", True, 0.60, 0.50, ratio),
    Yardstick("the same", "server CPU per request / h2o", "small/h2o", True, 0.95, 0.85, ratio),
    Yardstick("the same, on epoll", "server CPU per request / the floor on epoll", "small/epoll floor", True, 1.25, 1.10,
              ratio),
    Yardstick("the same, on epoll", "CPU of epoll / io_uring, over that of the floors", "small/engines", True, 1.10, 1.00,
              ratio),
    Yardstick("the same, on epoll", "server CPU per request / nginx", "small/epoll nginx", True, 1.00, 0.60, ratio),
    Yardstick("log on against log off", "CPU per request", "small/no log", True, 1.05, 1.03, ratio),
    Yardstick("pipelined, 16 deep", "requests/s / nginx", "pipelined/nginx", False, 3, 5, ratio),
    Yardstick("one request per connection", "requests/s / nginx", "closing/nginx", False, 1.0, 1.3, ratio),
    Yardstick("20 files of 1 KiB to 300 KiB, `Accept-Encoding: br, gzip`", "requests/s / nginx", "pages/nginx", False,
              1.3, 1.8, ratio),
    Yardstick("10 MiB file", "bytes per CPU second / nginx (sendfile)", "large/nginx", False, 1.0, 1.3, ratio),
    Yardstick("half of nginx's saturation rate (`h2load --rps`)", "p99 / nginx's", "latency/nginx", True, 1.0, 0.5, ratio),
    Yardstick("the same, on epoll", "p99 / nginx's", "latency/epoll", True, 1.0, 0.5, ratio),
    Yardstick(POST, "stored/s / one commit per request (on a disk that syncs in 0.4 ms or more)", "posts/disk", False,
              15, 25, ratio),
    Yardstick("the same", "stored/s / static GET/s", "posts/get", False, 0.4, 0.6, ratio),
    Yardstick("the same, on epoll", "stored/s / io_uring's", "posts/engines", False, 0.85, 1.0, ratio),
    Yardstick("the same", "slowest answer", "posts slowest", True, 100, 30, milliseconds),
    Yardstick("durable POST", "stored/s / Hummingbird + GRDB", "posts/hummingbird", False, 8, 15, ratio),
    Yardstick("64,000 idle keep-alive connections (`--workers 4`)", "user memory per connection", "idle memory", True,
              1024, 400, size),
    Yardstick("10,000 of them, on epoll", "user memory per connection", "idle memory, epoll", True, 400, 300, size),
    Yardstick("with those open, 64 busy ones", "CPU per request / without them", "idle busy", True, 1.15, 1.05, ratio),
    Yardstick("cached static request", "heap allocations", "allocations", True, 0, 0, exact),
    Yardstick("the same, on epoll", "heap allocations", "allocations, epoll", True, 0, 0, exact),
    Yardstick("64 busy connections", "system calls per request", "system calls", True, 0.2, 0.05, exact),
    Yardstick("two workers against one", "CPU per request", "workers", True, 1.10, 1.03, ratio),
    Yardstick("start to ready", "wall time", "start", True, 100, 30, milliseconds),
]


class Figures:
    """What the workloads measured, and why what is missing is missing."""

    def __init__(self):
        self.values = {}
        self.reasons = {}
        self.errors = {}
        self.doubts = {}
        self.failures = []

    def set(self, key, value, errors=0):
        """`errors` are those of the rounds that the figure comes from."""
        self.values[key] = value
        self.errors[key] = errors

    def miss(self, key, reason):
        """There is no figure, and this is why."""
        self.reasons[key] = reason

    def doubt(self, key, reason):
        """There is a figure, but it can't be held against its yardstick."""
        self.doubts[key] = reason

    def fail(self, reason):
        """Something is wrong that no figure makes up for; the run goes on, and ends with a status that says so."""
        self.failures.append(reason)

    def verdict(self, yardstick):
        if yardstick.key in self.doubts:
            return f"not judged: {self.doubts[yardstick.key]}"
        # What is compared is what is printed: 0.0001 allocations a request are those of a log that ran full, not of requests.
        value = round(self.values[yardstick.key], 3)
        errors = f", {self.errors[yardstick.key]} errors" if self.errors[yardstick.key] else ""
        for name, limit in [("met aim", yardstick.aim), ("met must", yardstick.must)]:
            if value <= limit if yardstick.is_low else value >= limit:
                return name + errors
        return "**missed**" + errors

    def print(self):
        print("\n## Yardsticks\n\n| work | figure | must | aim | measured | verdict |\n| --- | --- | --- | --- | --- | --- |")
        for yardstick in YARDSTICKS:
            sign = "<=" if yardstick.is_low else ">="
            bounds = [f"{sign} {bound(value, yardstick.form)}" for value in (yardstick.must, yardstick.aim)]
            if yardstick.key in self.values:
                last = [yardstick.form(self.values[yardstick.key]), self.verdict(yardstick)]
            else:
                last = ["not measured", self.reasons.get(yardstick.key, "not asked for")]
            print("| " + " | ".join([yardstick.work, yardstick.figure, *bounds, *last]) + " |")
