"""Moves and replaces a site's database while forms are posted, and looks where the answered rows are.

    database_moves_client.py PROGRAM PORT ROOT away|over ROUNDS none|idle|reading

`away`: the database is moved to old.db, then a backup takes its name. `over`: the backup is moved over it. The last word
says whether another process has the database open meanwhile, or reads it in a transaction. Exits with 1 and a line for
each row that is not where it has to be.
"""

import asyncio
import json
import os
import sqlite3
import subprocess
import sys
import time

CONNECTIONS = 32
HOLD = """
import sqlite3, sys
connection = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True, isolation_level=None)
if sys.argv[2] == "reading": connection.execute("BEGIN")
print(connection.execute("SELECT count(*) FROM submissions").fetchone()[0], flush=True)
sys.stdin.read()
"""


class Posters:
    """Connections that post without a pause, and when each form was answered."""

    def __init__(self, port):
        self.port = port
        self.sent = {}
        self.answered = {}
        self.count = 0
        self.refused = 0
        self.isStopping = False
        self.changed = asyncio.Event()

    async def run(self):
        await asyncio.gather(*(self.post() for _ in range(CONNECTIONS)))

    async def post(self):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        while not self.isStopping:
            self.count += 1
            name = f"n{self.count}"
            body = f"n={name}"
            self.sent[name] = time.monotonic()
            writer.write(
                (
                    "POST /forms/moves HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n"
                    f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
                ).encode()
            )
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(l.split(b":")[1]) for l in head.split(b"\r\n") if l.lower().startswith(b"content-length"))
            await reader.readexactly(length)
            if b" 201 " in head.split(b"\r\n")[0]:
                self.answered[name] = time.monotonic()
            else:
                self.refused += 1
            self.changed.set()
        writer.close()

    async def wait_for(self, more):
        """Waits until so many more forms have been answered."""
        wanted = len(self.answered) + more
        while len(self.answered) < wanted:
            self.changed.clear()
            await self.changed.wait()


def rows(path, alone):
    """The names in a database; `alone` reads the file without what lies beside it."""
    uri = f"file:{path}?immutable=1" if alone else f"file:{path}?mode=ro"
    connection = sqlite3.connect(uri, uri=True)
    names = {json.loads(fields)["n"] for (fields,) in connection.execute("SELECT fields FROM submissions")}
    connection.close()
    return names


def back_up(database, backup):
    source = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    target = sqlite3.connect(backup)
    source.backup(target)
    target.close()
    source.close()


async def main():
    program, port, root, how, rounds, holder = sys.argv[1:]
    port, rounds = int(port), int(rounds)
    database, backup, old = f"{root}/db/ringport.db", f"{root}/backup.db", f"{root}/old.db"
    posters = Posters(port)
    task = asyncio.create_task(posters.run())
    problems = []
    for number in range(rounds):
        for path in (backup, old, f"{old}-wal", f"{old}-shm"):
            if os.path.exists(path):
                os.unlink(path)
        await posters.wait_for(200)
        held = None
        if holder != "none":
            held = subprocess.Popen(
                [sys.executable, "-c", HOLD, database, holder], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            held.stdout.readline()
        # Both kinds of backup: the program's own is no longer in the mode of the write-ahead log.
        if number % 2 == 0:
            subprocess.run([program, "backup", backup, "--root", root], check=True, stdout=subprocess.DEVNULL)
        else:
            back_up(database, backup)
        kept = rows(backup, alone=True)
        start = len(posters.answered)
        await posters.wait_for(300)
        before = time.monotonic()
        if how == "away":
            os.rename(database, old)
        os.rename(backup, database)
        moved = time.monotonic()
        await posters.wait_for(300)
        if held and holder == "reading":
            held.stdin.close()
            held.wait()
            held = None
            # What the reader kept in the log is copied at the writer's next look, which comes each second.
            while os.path.exists(f"{old}-wal") and os.path.getsize(f"{old}-wal") > 0:
                await posters.wait_for(1)
        names = rows(database, alone=False)
        after = {name for name, when in posters.answered.items() if when >= moved}
        # The look at the rows came first: what was answered since may not be in it.
        problems += [f"round {number}: {name} of the backup is lost" for name in sorted(kept - names)]
        if after - names:
            names = rows(database, alone=False)
        missing = after - names
        # One that was sent before may have been stored before, though its answer came after: in the file that was moved, or in
        # the one that is gone.
        early = {name for name in missing if posters.sent[name] < moved}
        missing -= early & rows(old, alone=True) if how == "away" else early
        problems += [f"round {number}: {name}, answered later, is lost" for name in sorted(missing)]
        if how == "away":
            earlier = {name for name, when in list(posters.answered.items())[start:] if when < before}
            problems += [
                f"round {number}: {name} is not in the old file" for name in sorted(earlier - rows(old, alone=True))
            ]
        if held:
            held.stdin.close()
            held.wait()
    posters.isStopping = True
    await task
    print(f"{len(posters.answered)} answered, {posters.refused} refused, {len(problems)} problems")
    for problem in problems[:20]:
        print(problem)
    sys.exit(1 if problems else 0)


asyncio.run(main())
