/// What is called a stall of a worker, and told of it. Test threads.

import CompletionPort
import Platform
import Testing

@testable import Server

@Suite struct StallWatchTests {
    /// Two workers that are looked at.
    private struct Trial {
        var watch = StallWatch(workers: 2, stallDuration: .milliseconds(50))
        var readings = Array(
            repeating: WorkerPulse.Reading(turn: 0, isAway: false, step: .starting, stalls: 0, stalled: .zero),
            count: 2
        )

        static func milliseconds(_ number: UInt64) -> UInt64 { number * 1_000_000 }

        static let receiving = WorkerStep(performing: .receive, slot: 7)

        mutating func away(_ worker: Int, since turn: UInt64, _ step: WorkerStep = receiving) {
            readings[worker].turn = Self.milliseconds(turn)
            readings[worker].isAway = true
            readings[worker].step = step
        }

        mutating func back(_ worker: Int, measured: [Int] = []) {
            readings[worker].isAway = false
            readings[worker].stalls += measured.count
            readings[worker].stalled += .milliseconds(measured.reduce(0, +))
        }

        mutating func look(_ now: UInt64, due: UInt64? = nil) -> [String] {
            let due = Instant(nanoseconds: Self.milliseconds(due ?? now))
            let now = Instant(nanoseconds: Self.milliseconds(now))
            return watch.look(at: readings, now: now, due: due).map(\.description)
        }
    }

    @Test func aStallIsToldOnceWhileItLastsAndOnceWhenItIsOver() {
        var trial = Trial()
        trial.away(1, since: 100)
        #expect(trial.look(149).isEmpty)
        let line = "stall 1 of worker-1: not back at its port for 63 ms, busy with a receive of connection 7"
        #expect(trial.look(163) == [line])
        #expect(trial.look(188).isEmpty)
        trial.back(1, measured: [95])
        #expect(trial.look(213) == ["stall 1 of worker-1 is over after 95 ms"])
        #expect(trial.look(238).isEmpty)
        #expect(trial.watch.count == 1)
    }

    @Test func aWorkerThatWaitsInItsPortNeverStalls() {
        var trial = Trial()
        trial.away(0, since: 100)
        _ = trial.look(100)
        trial.back(0)
        for now in stride(from: 125, to: 100_000, by: 25) { #expect(trial.look(UInt64(now)).isEmpty) }
    }

    @Test func aWorkerThatTakesManyTurnsDoesNotStall() {
        var trial = Trial()
        for now in stride(from: UInt64(100), to: 10_000, by: 25) {
            trial.away(0, since: now - 24)
            trial.away(1, since: now - 49)
            #expect(trial.look(now).isEmpty)
        }
        #expect(trial.watch.count == 0)
    }

    @Test func whatWasOverBeforeALookIsTold() {
        var trial = Trial()
        trial.away(0, since: 100, WorkerStep(.submittingJobs))
        #expect(trial.look(125).isEmpty)
        trial.back(0, measured: [53])
        let line = "stall 1 of worker-0 is over after 53 ms, last seen busy with handing calls to the pool"
        #expect(trial.look(175) == [line])
        // Nobody looked while they lasted.
        trial.back(0, measured: [60, 70])
        #expect(trial.look(1175) == ["stalls 2 to 3 of worker-0 are over after 130 ms in all"])
        #expect(trial.watch.count == 3)
    }

    @Test func aSecondStallBetweenTwoLooksIsCounted() {
        var trial = Trial()
        trial.away(0, since: 100)
        #expect(trial.look(150).count == 1)
        trial.back(0, measured: [60, 80])
        trial.away(0, since: 260, WorkerStep(performing: .stop))
        #expect(
            trial.look(350) == [
                "stalls 1 to 2 of worker-0 are over after 140 ms in all",
                "stall 3 of worker-0: not back at its port for 90 ms, busy with a posted stop",
            ]
        )
        #expect(trial.watch.count == 3)
    }

    /// The worker looked whether to measure just before it was asked to.
    @Test func aStallThatNobodyMeasuredEndsAllTheSame() {
        var trial = Trial()
        trial.away(0, since: 100)
        #expect(trial.look(150).count == 1)
        trial.away(0, since: 151)
        #expect(trial.look(175) == ["stall 1 of worker-0 is over"])
        trial.away(0, since: 180)
        #expect(trial.look(230).first?.hasPrefix("stall 2 of worker-0: ") == true)
    }

    @Test func itIsSaidWhenTheWatchdogWasHeldUpToo() {
        var trial = Trial()
        trial.away(0, since: 100)
        _ = trial.look(110)
        let found = trial.look(400, due: 135)
        #expect(found.count == 1 && found[0].hasSuffix("; the watchdog was held up for 265 ms as well"))
    }

    @Test func stallsAreCountedForEachWorker() {
        var trial = Trial()
        trial.away(0, since: 100)
        trial.away(1, since: 100)
        #expect(trial.look(150).map { $0.prefix(19) } == ["stall 1 of worker-0", "stall 1 of worker-1"])
        #expect(trial.watch.count == 2)
    }

    @Test func looksAreRareWhileNobodyTakesATurn() {
        var trial = Trial()
        _ = trial.look(0)
        #expect(trial.watch.isIdle && trial.watch.interval == .seconds(1))
        trial.away(0, since: 10)
        _ = trial.look(1000)
        #expect(!trial.watch.isIdle && trial.watch.interval == .milliseconds(25))
        // Away all the time: a stall, not idleness.
        _ = trial.look(1025)
        #expect(!trial.watch.isIdle)
        trial.back(0)
        _ = trial.look(1050)
        #expect(trial.watch.isIdle)
        // A turn that was begun and ended between two looks.
        trial.away(1, since: 1060)
        trial.back(1)
        _ = trial.look(2050)
        #expect(!trial.watch.isIdle)
    }

    // MARK: The pulse

    private func pulse(_ stallDuration: Duration) -> WorkerPulse { WorkerPulse(stallDuration: stallDuration) }

    /// A turn that began when the machine did.
    private static let longAgo = Instant(nanoseconds: 2)

    @Test func aTurnIsMeasuredWhenTheWatchdogAsks() {
        let pulse = pulse(.milliseconds(50))
        pulse.measure(.next)
        pulse.beginTurn(Self.longAgo)
        pulse.endTurn()
        let first = pulse.read()
        #expect(first.stalls == 1 && first.stalled >= .milliseconds(50) && !first.isAway && first.turn == 2)
        // Asked once, measured once.
        pulse.beginTurn(Self.longAgo)
        pulse.endTurn()
        #expect(pulse.read() == first)
        pulse.measure(.all)
        for _ in 0..<3 {
            pulse.beginTurn(Self.longAgo)
            pulse.endTurn()
        }
        #expect(pulse.read().stalls == 4)
    }

    @Test func aShortTurnIsNoStall() {
        let pulse = pulse(.seconds(1_000_000_000))
        pulse.measure(.all)
        pulse.beginTurn(.now)
        #expect(pulse.read().isAway)
        pulse.endTurn()
        // The end of a worker is not the end of a turn.
        pulse.endTurn()
        #expect(pulse.read().stalls == 0 && !pulse.read().isAway)
    }

    @Test func aStepKeepsWhatItIsAndItsSlot() {
        let pulse = pulse(.milliseconds(50))
        for operation in Operation.allCases {
            let step = WorkerStep(performing: operation, slot: 4_000_000_000)
            pulse.begin(step)
            #expect(pulse.read().step == step)
        }
        for kind in WorkerStep.Kind.allCases {
            let step = WorkerStep(kind, slot: 5)
            pulse.begin(step)
            #expect(pulse.read().step == step)
        }
        let steps =
            Operation.allCases.map { WorkerStep(performing: $0, slot: 3) }
            + WorkerStep.Kind.allCases.map { WorkerStep($0) }
        #expect(Set(steps.map(\.description)).count == steps.count)
        #expect(!steps.contains { $0.description.contains("unknown") })
    }
}
