"""The clients that drive a server, and what one run of one of them says: a Round.

A run fails loudly when its client fails; what the server answered wrongly is counted in `errors` and printed with every
table.
"""

import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SCRIPTS = os.path.join(HERE, "wrk")
# A load that doesn't end by itself so long after its time is a server that hangs, or a machine that can't be measured on.
SECONDS_MORE_MAX = 60


class Round:
    """One run of a client against one server. Figures that a client doesn't give are None."""

    def __init__(self, requests, seconds, errors, cpu=None, size=None, p99_milliseconds=None):
        self.requests, self.seconds, self.errors, self.size = requests, seconds, errors, size
        self.p99_milliseconds = p99_milliseconds
        self.per_second = requests / seconds
        if cpu is not None:
            self.cpu_microseconds = cpu.total / max(requests, 1) * 1e6
            self.user_microseconds = cpu.user / max(requests, 1) * 1e6
            self.system_microseconds = cpu.system / max(requests, 1) * 1e6
        if size is not None:
            self.bytes_per_cpu_second = size / cpu.total if cpu and cpu.total else 0
            self.size_per_request = size / max(requests, 1)


def run(command, seconds, environment=None, folder=None):
    """Runs a client to its end. Returns what it printed."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + SECONDS_MORE_MAX, check=False,
                              cwd=folder, env={**os.environ, **(environment or {})})
    except subprocess.TimeoutExpired:
        sys.exit(f"bench: {command[0]} did not end within {seconds + SECONDS_MORE_MAX} s: {' '.join(command)}")
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(command)} ended with status {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


def wrk_command(server, path, connections, seconds, script="report.lua", fields=(), threads=1):
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "-s", script]
    for field in fields:
        command += ["-H", field]
    return [*command, f"http://127.0.0.1:{server.port}/{path}"]


def wrk(server, path, connections, seconds, **options):
    """As many requests as the connections can carry, one at a time on each unless the script joins some."""
    before = server.cpu_seconds()
    output = run(wrk_command(server, path, connections, seconds, **options), seconds, folder=SCRIPTS)
    cpu = server.cpu_seconds() - before
    driven = wrk_round(output, cpu)
    if options.get("script") == "pipelined.lua":
        # wrk fills its times up with those of requests that it thinks it was late with, and it takes the sixteen for such.
        driven.p99_milliseconds = None
    return driven


def wrk_round(output, cpu=None):
    report = re.search(r"^report: (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)$", output, re.MULTILINE)
    if report is None:
        sys.exit(f"bench: wrk did not report: {output}")
    requests, size, microseconds, p99, refused, broken = map(int, report.groups())
    return Round(requests, microseconds / 1e6, refused + broken, cpu, size, p99 / 1000)


def h2load(server, path, connections, seconds, rate, processor):
    """A steady rate of requests, whatever the server can do; h2load takes the rate of one connection. It runs on one
    processor."""
    with tempfile.TemporaryDirectory() as folder:
        log = os.path.join(folder, "log")
        before = server.cpu_seconds()
        output = run(["taskset", "-c", str(processor), "h2load", "--h1", "-t1", f"-c{connections}", f"-D{seconds}",
                      f"--rps={rate / connections:.3f}", f"--log-file={log}", f"http://127.0.0.1:{server.port}/{path}"], seconds)
        cpu = server.cpu_seconds() - before
        with open(log) as file:
            lines = [tuple(map(int, line.split())) for line in file]
    failed, errored, timeout = map(int, re.search(r"(\d+) failed, (\d+) errored, (\d+) timeout", output).groups())
    if not lines:
        sys.exit(f"bench: h2load made no request: {output}")
    # It prints no percentiles, but logs every request: start, status, time (microseconds). What it sent while it was still
    # opening connections is no part of a steady rate.
    begin = min(start for start, _, _ in lines) + 500_000
    times = sorted(time for start, _, time in lines if start >= begin)
    refused = sum(status != 200 for _, status, _ in lines)
    p99 = times[len(times) * 99 // 100] / 1000 if times else None
    return Round(len(lines), seconds, failed + errored + timeout + refused, cpu, None, p99)


class Load(Round):
    """One run of load: forms, or the paths by turns; each connection waits for its answer, and load for all of them."""

    def __init__(self, tools, server, connections, seconds, paths=()):
        before = server.cpu_seconds()
        output = run([os.path.join(tools, "load"), str(server.port), str(connections), str(seconds), *paths], seconds)
        cpu = server.cpu_seconds() - before
        words = output.split()
        answered, refused, broken, p50, p99, slowest, size = map(int, words[:3] + words[4:])
        super().__init__(answered, float(words[3]), refused + broken, cpu, size, p99 / 1000)
        self.p50_milliseconds, self.slowest_milliseconds = p50 / 1000, slowest / 1000


def system_calls(server, path, connections, seconds):
    """System calls of all the server's threads for one request, or why perf could not count them.

    perf counts in the kernel, so the server runs as it does alone; strace would slow it, and a slower server gathers more
    work into each call.
    """
    with tempfile.TemporaryDirectory() as folder:
        counts = os.path.join(folder, "counts")
        pids = ",".join(map(str, server.pids()))
        done = subprocess.run(
            ["perf", "stat", "-x,", "-o", counts, "-e", "raw_syscalls:sys_enter", "-p", pids, "--",
             *wrk_command(server, path, connections, seconds)],
            capture_output=True, text=True, cwd=SCRIPTS, timeout=seconds + SECONDS_MORE_MAX, check=False)
        if done.returncode != 0:
            return None, (done.stderr or done.stdout).strip().partition("\n")[0]
        with open(counts) as file:
            line = re.search(r"^(\d+),.*raw_syscalls:sys_enter", file.read(), re.MULTILINE)
        if line is None:
            return None, "perf counted nothing"
        return int(line.group(1)) / max(wrk_round(done.stdout).requests, 1), None


def fetch(server, path, fields=None):
    """One answer: its status, fields and content."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        connection.request("GET", "/" + path, headers=fields or {})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def median(rounds, name):
    return statistics.median(getattr(each, name) for each in rounds)


def alternate(servers, rounds, drive):
    """Rounds of every server in turn, each going first in turn, so that what else the machine does meets all alike.

    Returns the rounds of each server.
    """
    taken = {server: [] for server in servers}
    for number in range(rounds):
        first = number % len(servers)
        for server in servers[first:] + servers[:first]:
            taken[server].append(drive(server))
    return taken


def capture(server, path, fields=()):
    """The very bytes of one answer to a request as wrk makes it."""
    head = "".join(f"{line}\r\n" for line in [f"GET /{path} HTTP/1.1", f"Host: 127.0.0.1:{server.port}", *fields])
    answer = b""
    with socket.create_connection(("127.0.0.1", server.port), 10) as connection:
        connection.sendall(head.encode() + b"\r\n")
        while not is_whole(answer):
            received = connection.recv(1 << 16)
            if not received:
                sys.exit(f"bench: {server.name} ended its answer early: {answer!r}")
            answer += received
    return answer


def is_whole(answer):
    head, end, content = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    return len(content) >= int(re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE).group(1))
