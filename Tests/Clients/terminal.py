"""Runs a program with a terminal of its own, takes the terminal away or sends a signal, and says what became of it.

    terminal.py close|signal [--nohup] PROGRAM ARGUMENTS...

Waits for the program's ready line, then closes the terminal's other end (`close`), or sends SIGHUP (`signal`). Prints
"ended STATUS" when the program ends within ten seconds; when it reloads instead, prints "reloaded" and ends it.
"""
import os
import pty
import signal
import sys
import time

how, words = sys.argv[1], sys.argv[2:]
trap = words[0] == "--nohup"
words = words[1:] if trap else words
root = words[words.index("--root") + 1]

process, terminal = pty.fork()
if process == 0:
    if trap:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.execv(words[0], words)

text = b""
while b"listening on" not in text:
    text += os.read(terminal, 4096)
if how == "close":
    os.close(terminal)
else:
    os.kill(process, signal.SIGHUP)
until = time.monotonic() + 10
while time.monotonic() < until:
    done, status = os.waitpid(process, os.WNOHANG)
    if done:
        print("ended", os.waitstatus_to_exitcode(status))
        sys.exit(0)
    try:
        with open(root + "/logs/error.log") as log:
            if "reloaded" in log.read():
                os.kill(process, signal.SIGTERM)
                os.waitpid(process, 0)
                print("reloaded")
                sys.exit(0)
    except FileNotFoundError:
        pass
    time.sleep(0.02)
os.kill(process, signal.SIGKILL)
print("nothing")
