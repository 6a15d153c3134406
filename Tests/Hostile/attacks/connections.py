"""Attacks on connections, requests in line, and blocks for what is to be sent."""

import time

from attacks.attack import Attack, Crowd, connect, get, post

SMALL_BUFFER = 4096


class SlowReaders(Attack):
    name = "slow-readers"
    summary = "more readers of a large file than there are output blocks, each taking 100 bytes a second"
    goes_on_at_stop = True
    configuration = "[limits]\noutputs_max = 512\n"

    def run(self, port, ready):
        Crowd(port, 1300, get("/big.bin"), reads=False, trickle=100, receive_buffer=SMALL_BUFFER).go_on(ready)


class SlowSmallAnswers(Attack):
    name = "slow-small-answers"
    summary = "the same with small pages, sixteen in line on each connection, which a client does not read"
    configuration = "[limits]\noutputs_max = 512\n"
    is_short = True

    def run(self, port, ready):
        Crowd(port, 1300, get("/kept.html") * 64, reads=False, trickle=1, receive_buffer=SMALL_BUFFER).go_on(ready)


class IdleConnections(Attack):
    name = "idle-connections"
    summary = "as many connections as the workers may have, which have asked once and say nothing more"
    configuration = "[limits]\nconnections_max = 1000\n"

    def run(self, port, ready):
        Crowd(port, 2100, get("/kept.html")).go_on(ready)


class SilentConnections(Attack):
    name = "silent-connections"
    summary = "as many connections, which have begun a head and don't end it"
    configuration = "[limits]\nconnections_max = 1000\n"

    def run(self, port, ready):
        Crowd(port, 2100, b"GET / HTTP/1.1\r\nHost: attacker\r\nX: ", repeats=False).go_on(ready)


class ReturningConnections(Attack):
    name = "returning-connections"
    summary = "twice as many connections as there are places, all given up and taken again every two seconds"
    configuration = "[limits]\nconnections_max = 100\n"

    def run(self, port, ready):
        request = get("/kept.html")
        while True:
            clients = [connect(port) for _ in range(500)]
            end = time.monotonic() + 2
            while time.monotonic() < end:
                for client in clients:
                    try:
                        client.send(request)
                    except OSError:
                        pass
                time.sleep(0.05)
            ready.set()
            for client in clients:
                client.close()


class FewDescriptors(Attack):
    name = "few-descriptors"
    summary = "slow readers of a large file, more than a server with few descriptors can have"
    workers = 4
    descriptors = 128
    configuration = "[limits]\ndirect_sockets_max = 0\n"

    def run(self, port, ready):
        Crowd(port, 1500, get("/big.bin"), reads=False, trickle=100, receive_buffer=SMALL_BUFFER).go_on(ready)


class ExchangesFull(Attack):
    name = "exchanges-full"
    summary = "requests in line behind a file that is read slowly, as many as the workers may have"
    configuration = "[limits]\nexchanges_max = 1024\n"

    def run(self, port, ready):
        Crowd(port, 300, get("/big.bin") + get("/kept.html") * 40, reads=False, trickle=100,
              receive_buffer=SMALL_BUFFER).go_on(ready)


class CallsFull(Attack):
    name = "calls-full"
    summary = "forms without a pause on many connections, more than may wait for a thread"
    goes_on_at_stop = True
    configuration = "[pool]\nthreads_max = 4\nqueue_max = 256\n"

    def run(self, port, ready):
        Crowd(port, 100, post("attack", b"name=attacker&text=" + b"x" * 200) * 16, repeats=True).go_on(ready)


class ShortConnections(Attack):
    name = "short-connections"
    summary = "connections that ask for a page, and reset when it comes"
    goes_on_at_stop = True
    is_short = True

    def run(self, port, ready):
        request = get("/kept.html")
        while True:
            clients = [connect(port) for _ in range(100)]
            time.sleep(0.01)
            for client in clients:
                try:
                    client.send(request)
                except OSError:
                    pass
                # What has come and was not read makes it a reset.
                client.close()
            ready.set()
