"""Attacks on passwords: guesses, and guesses that nobody waits for."""

import base64
import time

from attacks.attack import Attack, Crowd, connect, get


def guess(number):
    credentials = base64.b64encode(f"user{number % 150}:guess{number}".encode()).decode()
    return get("/private/", f"Authorization: Basic {credentials}\r\n")


class Guesses(Attack):
    name = "guesses"
    summary = "80 connections that guess passwords"

    def run(self, port, ready):
        Crowd(port, 80, guess, repeats=True).go_on(ready)


class GuessesOfManyAddresses(Attack):
    name = "guesses-of-many-addresses"
    summary = "80 addresses that guess passwords"

    def run(self, port, ready):
        Crowd(port, 80, guess, repeats=True, resets=True,
              address=lambda number: f"127.0.1.{1 + number % 80}").go_on(ready)


class GuessesOfManyNetworks(Attack):
    name = "guesses-of-many-networks"
    summary = "80 addresses that guess passwords, and have nothing in common"

    def run(self, port, ready):
        crowd = Crowd(port, 80, guess, repeats=True, resets=True, address=lambda number: f"127.1.{1 + number % 80}.1")
        # Until the first guess of each has been compared: before that nothing tells it from a user.
        while len(crowd.answered) < 80:
            crowd.turn()
        crowd.go_on(ready)


class GuessesInLine(Attack):
    name = "guesses-in-line"
    summary = "20 connections with sixteen guesses in line each"

    def run(self, port, ready):
        Crowd(port, 20, lambda number: b"".join(guess(16 * number + index) for index in range(16)),
              repeats=True).go_on(ready)


class AbandonedGuesses(Attack):
    name = "abandoned-guesses"
    summary = "guesses of clients that have left before they are looked at"
    goes_on_at_stop = True

    def run(self, port, ready):
        number = 0
        while True:
            clients = [connect(port) for _ in range(40)]
            time.sleep(0.01)
            for client in clients:
                try:
                    client.send(guess(number))
                except OSError:
                    pass
                number += 1
            time.sleep(0.005)
            for client in clients:
                client.close()
            ready.set()


class GuessesWithContents(Attack):
    name = "guesses-with-contents"
    summary = "guesses that bring a content of 1 MiB each"

    def run(self, port, ready):
        content = b"x" * (1 << 20)

        def request(number):
            return guess(number).replace(b"GET", b"POST").replace(
                b"\r\n\r\n", b"\r\nContent-Length: %d\r\n\r\n" % len(content)) + content

        Crowd(port, 40, request, repeats=True).go_on(ready)
