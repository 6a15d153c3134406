/// What the monitor promises its two users, the handler pool and the log thread.

import Platform
import Testing

@Suite struct MonitorTests {
    @Test func aWaiterWakesWhenTheStateItWaitsForComes() throws {
        let monitor = Monitor(0)
        let thread = try NamedThread(name: "setter") {
            monitor.withLock { $0 = 7 }
            monitor.signal()
        }
        let seen = monitor.waitUntil { $0 == 7 ? $0 : nil }
        thread.join()
        #expect(seen == 7)
    }

    @Test func aWaitEndsAtItsDeadlineWithNothing() {
        let monitor = Monitor(0)
        let deadline = Instant.now.advanced(by: .milliseconds(5))
        let seen: Int? = monitor.waitUntil(deadline) { $0 == 1 ? $0 : nil }
        #expect(seen == nil)
        #expect(Instant.now >= deadline)
    }

    @Test func changesByManyThreadsAreAllKept() throws {
        let monitor = Monitor(0)
        let threads = try (0..<4).map { number in
            try NamedThread(name: "adder-\(number)") {
                for _ in 0..<10_000 { monitor.withLock { $0 += 1 } }
            }
        }
        for thread in threads { thread.join() }
        #expect(monitor.withLock { $0 } == 40_000)
    }
}
