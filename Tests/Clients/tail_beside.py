"""`ringport tail -F` beside `tail -F` of GNU: what each shows of the same happenings. Run by hand.

    python3 Tests/Clients/tail_beside.py .build/debug/ringport

Prints a row for each happening: what ours shows with inotify, without it, and what GNU tail shows. Ends with 1 when ours
lost, repeated or reordered a line. GNU tail is only told about: it loses lines by design, and between two looks.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

# Name, script for sh, lines to be shown. A step gives each follower the time for several looks. An `at once` needs events.
HAPPENINGS = [
    ("rename and create", "mv $log $log.1; step; echo 2 >> $log", "1 2"),
    ("written under the old name before the reopen",
     "mv $log $log.1; : > $log; step; echo 2 >> $log.1; step; echo 3 >> $log", "1 2 3"),
    ("two rotations at once", "mv $log $log.1; echo 2 > $log; mv $log.1 $log.2; mv $log $log.1; echo 3 > $log", "1 2 3"),
    ("folder deleted and made again", "rm -r logs; step; mkdir logs; echo 2 > $log; step; echo 3 >> $log", "1 2 3"),
    ("folder renamed and made again", "mv logs old; step; mkdir logs; echo 2 > $log; step; echo 3 >> $log", "1 2 3"),
    ("written in the renamed folder", "mv logs old; step; echo 2 >> old/access.log; mkdir logs; step; echo 3 > $log", "1 2 3"),
    ("a folder has the name for a moment", "rm $log; mkdir $log; step; rmdir $log; echo 2 > $log; step; echo 3 >> $log", "1 2 3"),
    ("unreadable for half a second",
     "mv $log $log.1; (umask 777; : > $log); step; step; chmod 644 $log; echo 2 >> $log; step; echo 3 >> $log", "1 2 3"),
    ("link of the log turned", "mv $log a; ln -s ../a $log; step; echo 2 > b; ln -s ../b c; mv -T c $log; step; echo 3 >> b", "1 2 3"),
    ("link of the log turned and turned back",
     "mv $log a; ln -s ../a $log; step; echo 2 > b; ln -sfn ../b $log; step; ln -sfn ../a $log; step; echo 3 >> a", "1 2 3"),
    ("link of the folder turned",
     "mv logs a; ln -s a logs; step; mkdir b; echo 2 > b/access.log; ln -s b c; mv -T c logs; step; echo 3 >> $log", "1 2 3"),
    ("copied and truncated", "cp $log $log.1; : > $log; step; echo 2 >> $log", "1 2"),
    ("truncated and grown at once, longer than before", "printf '22\\n33\\n' > $log; step; echo 4 >> $log", "1 22 33 4"),
    ("deleted and made anew", "rm $log; step; echo 2 > $log; step; echo 3 >> $log", "1 2 3"),
    ("deleted, and written on before the reopen", "exec 3>>$log; rm $log; step; echo 2 >&3; step; echo 3 > $log", "1 2 3"),
    ("replaced by renaming", "echo 2 > new; mv new $log; step; echo 3 >> $log", "1 2 3"),
    ("fifty rotations at once", "i=2; while [ $i -le 51 ]; do mv $log $log.$i; echo $i > $log; i=$((i+1)); done",
     " ".join(str(number) for number in range(1, 52))),
]


def shown(command, script, ends_by):
    folder = tempfile.mkdtemp(prefix="tail-beside-", dir="/tmp")
    os.chmod(folder, 0o777)
    log = folder + "/logs/access.log"
    try:
        os.mkdir(folder + "/logs")
        os.chmod(folder + "/logs", 0o777)
        with open(log, "w") as file:
            file.write("1\n")
        os.chmod(log, 0o666)
        with open(folder + "/out", "w+") as out:
            tail = subprocess.Popen(command + [log], stdout=out, stderr=subprocess.DEVNULL)
            output = lambda: open(folder + "/out").read().split()
            wait_for(output, "1")
            if ends_by == "ours":
                tail.send_signal(signal.SIGUSR1)
            prefix = "log=logs/access.log; step() { sleep 0.35; }; "
            # The follower is another user than the writer, who may read the log only as its mode says.
            subprocess.run(["sh", "-c", prefix + script + "; step; echo end >> $log"], cwd=folder, check=True)
            wait_for(output, "end")
            tail.terminate()
            tail.wait()
            lines = output()
            return " ".join(line for line in lines if line != "end") + ("" if "end" in lines else " (no end)")
    finally:
        shutil.rmtree(folder)


def wait_for(output, line):
    end = time.monotonic() + 4
    while line not in output() and time.monotonic() < end:
        time.sleep(0.02)


def main(ringport):
    options = ["-F", "-s", "0.1", "-n", "+1"]
    user = ["setpriv", "--reuid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    ours = user + [os.path.abspath(ringport), "tail"] + options
    blind = user + ["unshare", "-Ur", "sh", "-c", 'echo 0 > /proc/sys/user/max_inotify_instances; exec "$0" "$@"',
                    os.path.abspath(ringport), "tail"] + options
    failures = 0
    for name, script, lines in HAPPENINGS:
        row = [shown(ours, script, "ours")]
        row.append("-" if "at once" in name and "truncated" not in name else shown(blind, script, "ours"))
        row.append(shown(user + ["tail"] + options, script, "theirs"))
        failed = any(text not in (lines, "-") for text in row[:2])
        failures += failed
        marks = ["same" if text == lines else text if len(text) < 40 else text[:36] + " ..." for text in row]
        print(f"{name}: ours {marks[0]} | without inotify {marks[1]} | GNU {marks[2]}{'  FAILED' if failed else ''}", flush=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
