"""Runs a program beneath a filter that refuses system calls (seccomp(2)), as containers and old kernels do.

    python3 without_calls.py ERRNO CALLS PROGRAM [ARGUMENT ...]

ERRNO is a name such as EPERM or ENOSYS. CALLS is a list of names separated by commas, or `since-5.1`: everything that came after
Linux 4.18. Calls of those kernels have one number on every machine. Python's standard library only.
"""

import ctypes
import errno
import os
import struct
import sys

NUMBERS = {"io_uring_setup": 425, "io_uring_enter": 426, "io_uring_register": 427, "openat2": 437, "faccessat2": 439,
           "epoll_pwait2": 441}
# pidfd_send_signal: the first with the same number everywhere, and the first after 4.18.
SINCE_5_1 = 424

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD_WORD, JUMP_EQUAL, JUMP_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, REFUSE = 0x7fff0000, 0x00050000


def instruction(code, value, if_true=0, if_false=0):
    return struct.pack("HBBI", code, if_true, if_false, value)


def make_filter(code, calls):
    lines = [instruction(LOAD_WORD, 0)]
    if calls == "since-5.1":
        # The x32 ABI has numbers far above, and nobody here uses it.
        lines.append(instruction(JUMP_AT_LEAST, SINCE_5_1, 1, 0))
    else:
        names = calls.split(",")
        for index, name in enumerate(names):
            lines.append(instruction(JUMP_EQUAL, NUMBERS[name], len(names) - index, 0))
    return b"".join(lines + [instruction(RETURN, ALLOW), instruction(RETURN, REFUSE | code)]), len(lines) + 2


def main():
    code, calls, program = getattr(errno, sys.argv[1]), sys.argv[2], sys.argv[3:]
    text, count = make_filter(code, calls)
    memory = ctypes.create_string_buffer(text)
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", count, ctypes.addressof(memory)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0):
        sys.exit(f"no filter can be set: {os.strerror(ctypes.get_errno())}")
    os.execvp(program[0], program)


if __name__ == "__main__":
    main()
