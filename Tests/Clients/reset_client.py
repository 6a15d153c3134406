"""Clients that send most of a content and reset, many at a time.

Arguments: the server's port, how many at a time, how often. Prints how many have gone.
"""

import socket
import struct
import sys
import threading

port, count, rounds = (int(argument) for argument in sys.argv[1:4])
HEAD = b"POST /forms/a HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000000\r\n\r\n"
gone = []


def send_and_reset(start):
    client = socket.create_connection(("127.0.0.1", port))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    start.wait()
    client.sendall(HEAD + b"a" * 900_000)
    client.close()
    gone.append(client)


for _ in range(rounds):
    start = threading.Barrier(count)
    threads = [threading.Thread(target=send_and_reset, args=(start,)) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print(len(gone))
