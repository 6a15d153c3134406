"""A Ringport on a temporary site, and what can be seen of it from outside."""

import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading

# The password of every user, and its hash (bcrypt, cost 10): making one takes a module that not every Python has.
PASSWORD = "open sesame"
HASH = "$2y$10$3QkSJMHmDn8zl9mDHLMEvOcDSu9oNYMAoD0QHoSnI/wY3qWI.nGJS"

USERS = 200
PAGE = b"<!doctype html><title>Kept</title><p>One of those that are kept.\n" * 20
# Through a symbolic link, so that it is not kept; of a size that is held in memory for each request then.
LINKED = b"A file behind a link.\n" * 2500
BIG_SIZE = 8 << 20
# As large as a file may be that is held in memory.
TARGET_SIZE = 64 << 10
FRESH_PAGES = 3000
FOLDER_NAMES = 50_000

CONFIGURATION = """
[server]
listen = ["127.0.0.1:0"]
workers = {workers}

[files]
listing = true
symlinks = "inside"

[[auth]]
path = "/private/**"
realm = "Members"
file = "passwords"

[[auth]]
path = "/**.private*.html"
realm = "Drafts"
file = "passwords"
"""


class Failure(Exception):
    """Something without which there is no going on."""


def make_site(folder, attack):
    www = os.path.join(folder, "www")
    os.makedirs(os.path.join(www, "private"))
    os.makedirs(os.path.join(www, "fresh"))

    def write(name, content):
        with open(os.path.join(www, name), "wb") as file:
            file.write(content)

    write("kept.html", PAGE)
    write("private/index.html", PAGE)
    write("thanks.html", b"thanks\n")
    write("other.txt", LINKED)
    os.symlink("other.txt", os.path.join(www, "linked.txt"))
    # A second name of one file, by which it changes as well.
    os.link(os.path.join(www, "other.txt"), os.path.join(www, "second.txt"))
    with open(os.path.join(www, "big.bin"), "wb") as file:
        file.truncate(BIG_SIZE)
    os.makedirs(os.path.join(www, "links"))
    write("target.bin", bytes(TARGET_SIZE))
    for number in range(attack.links):
        os.symlink("../target.bin", os.path.join(www, "links", str(number)))
    for number in range(FRESH_PAGES):
        write(f"fresh/{number}.html", b"fresh %d\n" % number)
    if attack.needs_folder:
        os.makedirs(os.path.join(www, "folder"))
        for number in range(FOLDER_NAMES):
            os.close(os.open(os.path.join(www, "folder", f"{number:06}.txt"), os.O_CREAT | os.O_WRONLY))
    with open(os.path.join(folder, "passwords"), "w") as file:
        file.writelines(f"user{number}:{HASH}\n" for number in range(USERS))
    with open(os.path.join(folder, "ringport.toml"), "w") as file:
        file.write(CONFIGURATION.format(workers=attack.workers) + attack.configuration)


class Server:
    """A server process; ended by `stop`, or killed."""

    def __init__(self, program, attack):
        self.site = tempfile.mkdtemp(prefix="ringport-hostile-")
        make_site(self.site, attack)
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

        def limit():
            number = attack.descriptors or hard
            resource.setrlimit(resource.RLIMIT_NOFILE, (number, number))

        # As the tests' own harness does it: the engine of the completion ports.
        engine = ["--engine", os.environ["RINGPORT_ENGINE"]] if "RINGPORT_ENGINE" in os.environ else []
        self.process = subprocess.Popen([program, "serve", "--root", self.site, *engine], stdin=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, preexec_fn=limit)
        self.said = []
        self.port = self.await_port()
        # What it says from here on is read, so that its pipe never fills.
        threading.Thread(target=self.listen, daemon=True).start()

    def await_port(self):
        timer = threading.Timer(30, self.process.kill)
        timer.start()
        try:
            for line in self.process.stderr:
                self.said.append(line)
                match = re.match(r"ringport: listening on http://127\.0\.0\.1:(\d+)", line)
                if match:
                    return int(match.group(1))
        finally:
            timer.cancel()
        raise Failure(f"the server did not start (status {self.process.wait()}):\n{''.join(self.said)}")

    def listen(self):
        for line in self.process.stderr:
            self.said.append(line)

    def is_alive(self):
        return self.process.poll() is None

    def stop(self, keeps):
        """Ends it, and gives its exit status; None when it had to be killed."""
        if self.is_alive():
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = None
        if not keeps:
            shutil.rmtree(self.site, ignore_errors=True)
        return status

    # What can be seen from outside

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def memory(self):
        """Resident bytes that no file backs."""
        with open(f"/proc/{self.process.pid}/smaps_rollup") as file:
            text = file.read()
        return sum(int(re.search(rf"^{name}:\s+(\d+) kB", text, re.MULTILINE).group(1)) << 10
                   for name in ["Anonymous", "Swap"])

    def sockets(self):
        """Connections of its port that still have two ends."""
        end, count = f":{self.port:04X}", 0
        with open("/proc/net/tcp") as file:
            for line in file:
                words = line.split(None, 4)
                # Without the listener and those that the kernel only remembers (TIME_WAIT).
                count += words[1].endswith(end) and words[3] not in ("0A", "06")
        return count

    def rows(self, form):
        path = os.path.join(self.site, "db", "ringport.db")
        if not os.path.exists(path):
            return 0
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)
        try:
            return database.execute("SELECT count(*) FROM submissions WHERE form = ?", (form,)).fetchone()[0]
        finally:
            database.close()

    def uploads(self):
        """The names in the folder of uploads, and those that rows have."""
        folder = os.path.join(self.site, "db", "uploads")
        names = {entry.name for entry in os.scandir(folder) if entry.is_file()} if os.path.isdir(folder) else set()
        path = os.path.join(self.site, "db", "ringport.db")
        if not names or not os.path.exists(path):
            return names, set()
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)
        try:
            texts = database.execute("SELECT fields FROM submissions WHERE fields LIKE '%\"file\":%'")
            named = {name for (text,) in texts for name in re.findall(r'"file":"([0-9a-f]{16})"', text)}
        finally:
            database.close()
        return names, named

    def complaints(self):
        """Lines that a server under attack must not say."""
        signs = ["Fatal error", "Sanitizer", "stalled"]
        log = os.path.join(self.site, "logs", "error.log")
        lines = list(self.said)
        if os.path.exists(log):
            with open(log, errors="replace") as file:
                lines += file.readlines()
        return [line.strip() for line in lines if any(sign in line for sign in signs)]
