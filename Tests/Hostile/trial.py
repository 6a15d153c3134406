"""One attack on one server: quiet, attacked, and back to where it was."""

import multiprocessing
import os
import resource
import time

from server import Failure, Server
from victim import Victim

WARM_SECONDS = 0.5
QUIET_SECONDS = 0.5
# For an attack to have all that it holds, before the victim is asked what it sees.
READY_SECONDS = 20
# For the server to be as before.
RETURN_SECONDS = 10
MEMORY_GROWTH_MAX = 32 << 20
# A sanitizer keeps what was freed: there is nothing to learn of memory then.
LOOKS_AT_MEMORY = not os.environ.get("RINGPORT_SANITIZED")


class Outcome:
    def __init__(self, attack):
        self.attack = attack
        self.failures = []
        self.quiet = None
        self.attacked = None
        self.growth = 0
        self.slow = ""

    def line(self):
        if self.quiet is None or self.attacked is None:
            return f"{self.attack.name:30} {'-':>11} {'-':>10} {'-':>9} {'-':>8} {'-':>9}  {'; '.join(self.failures)}"
        total = self.attacked.total()
        right = f"{total - self.attacked.wrong_total()}/{total}"
        quiet, attacked = self.quiet.p99(), self.attacked.p99()
        login = self.attacked.slowest("first login")
        said = list(self.failures)
        # Shown and not asserted: how fast a machine is is not the server's to say.
        if attacked > max(5 * quiet, 0.025):
            said.append("slow")
        if login > 1:
            said.append("slow first login")
        return (f"{self.attack.name:30} {right:>11} {quiet * 1e3:>7.1f} ms {attacked * 1e3:>6.0f} ms {login * 1e3:>5.0f} ms"
                f" {self.growth / (1 << 20):>+5.0f} MiB  {'; '.join(said) or 'nothing'}")


class Trial:
    def __init__(self, program, attack, seconds, keeps):
        self.program, self.attack, self.seconds, self.keeps = program, attack, seconds, keeps
        self.outcome = Outcome(attack)

    def run(self):
        server = None
        try:
            server = Server(self.program, self.attack)
            self.attack_server(server)
        except Failure as failure:
            self.outcome.failures.append(str(failure))
        finally:
            if server:
                self.stop(server)
                if self.keeps:
                    print(f"  {self.attack.name}: {server.site}")
        return self.outcome

    def stop(self, server):
        attacker = None
        if self.attack.goes_on_at_stop and server.is_alive():
            attacker = Attacker(self.attack, server)
            attacker.await_ready()
        status = server.stop(self.keeps)
        if attacker:
            attacker.end()
        # 75: what was still under way for the attacker when the drain was over.
        if status not in ([0, 75] if attacker else [0]):
            self.outcome.failures.append(f"the stop gave {'no status in time' if status is None else status}")

    def attack_server(self, server):
        victim = Victim(server.port)
        attacker = None
        try:
            # The database and the threads are made once; what they cost is not what is looked at.
            victim.visit(WARM_SECONDS)
            warm = victim.notes()
            victim.visit(QUIET_SECONDS)
            self.outcome.quiet = victim.notes()
            for notes in [warm, self.outcome.quiet]:
                self.check_right(notes, "before the attack")
            before = self.state(server)
            attacker = Attacker(self.attack, server)
            attacker.await_ready()
            victim.visit(self.seconds)
            self.outcome.attacked = victim.notes()
            self.check_right(self.outcome.attacked, "")
            attacker.end()
            attacker = None
            self.check_return(server, before)
            # And it serves as if nothing had been.
            victim.visit(0.5)
            after = victim.notes()
            self.check_right(after, "afterwards")
            stored = sum(notes.stored for notes in [warm, self.outcome.quiet, self.outcome.attacked, after])
            rows = server.rows("victim")
            # One whose answer did not come may have been stored all the same.
            unsure = sum(sum(notes.wrong.get("form", {}).values()) for notes in [self.outcome.attacked, after])
            if not stored <= rows <= stored + unsure:
                self.outcome.failures.append(f"{stored} forms were confirmed, {rows} are stored")
        finally:
            if attacker:
                attacker.end()
            victim.end()
        self.outcome.failures += [f"the log says: {line}" for line in server.complaints()[:2]]

    def check_right(self, notes, when):
        for kind, reasons in sorted(notes.wrong.items()):
            count = len(notes.durations[kind])
            said = ", ".join(f"{number} × {reason}" for reason, number in sorted(reasons.items()))
            self.outcome.failures.append(f"{kind}{' ' + when if when else ''}: {said} of {count}")

    def state(self, server):
        if not server.is_alive():
            raise Failure(f"the server has ended: {''.join(server.said[-5:])}")
        names, named = server.uploads()
        return {"descriptors": server.descriptors(), "connections": server.sockets(), "uploads without a row":
                len(names - named), "rows without their upload": len(named - names), "memory": server.memory()}

    def check_return(self, server, before):
        """Looks again until all is as before, or the time is over."""
        deadline = time.monotonic() + RETURN_SECONDS
        while True:
            now = self.state(server)
            self.outcome.growth = now["memory"] - before["memory"]
            # What is kept of files since then has its descriptors; the server's cache is its own to fill.
            more = [f"{now[name] - before[name]} {name} more" for name in before
                    if name not in ("memory", "descriptors") and now[name] > before[name]]
            if now["descriptors"] > before["descriptors"] + self.attack.kept_descriptors:
                more.append(f"{now['descriptors'] - before['descriptors']} descriptors more")
            if LOOKS_AT_MEMORY and self.outcome.growth > MEMORY_GROWTH_MAX:
                more.append(f"{self.outcome.growth >> 20} MiB more")
            if not more:
                return
            if time.monotonic() >= deadline:
                self.outcome.failures += [f"after {RETURN_SECONDS} s {what}" for what in more]
                return
            time.sleep(0.25)


class Attacker:
    """The process of an attack, which goes on until it is killed."""

    def __init__(self, attack, server):
        context = multiprocessing.get_context("fork")
        self.ready = context.Event()
        self.process = context.Process(target=self.attack, args=(attack, server), daemon=True)
        self.process.start()

    def attack(self, attack, server):
        # The victim's answers, and not the attacker's turns, are what is looked at.
        os.nice(5)
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        attack.run(server.port, self.ready)

    def await_ready(self):
        deadline = time.monotonic() + READY_SECONDS
        while not self.ready.wait(0.1):
            if not self.process.is_alive():
                raise Failure("the attacker has ended by itself")
            if time.monotonic() > deadline:
                # It is as far as the server let it come.
                return

    def end(self):
        self.process.kill()
        self.process.join()
