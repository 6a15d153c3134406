/// The pool with real threads, which meet in monitors and never by waiting a while.

import Glibc
import Platform
import Testing

@testable import HandlerPool

@Suite(.timeLimit(.minutes(15))) struct PoolTests {
    /// Counts jobs that have begun, and holds each until the gate opens.
    private final class Gate: Sendable {
        private let state: Monitor<(begun: Int, isOpen: Bool)>

        init(isOpen: Bool = false) {
            state = Monitor((0, isOpen))
        }

        func pass() {
            state.withLock { $0.begun += 1 }
            state.broadcast()
            _ = state.waitUntil { $0.isOpen ? true : nil }
        }

        func open() {
            state.withLock { $0.isOpen = true }
            state.broadcast()
        }

        func waitForBegun(_ count: Int) {
            _ = state.waitUntil { $0.begun >= count ? true : nil }
        }
    }

    private final class Job: PoolJob {
        private let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        func run() { body() }
    }

    private static func pool(
        min: Int = 2,
        max: Int = 4,
        queue: Int = 64,
        processors: Int = .max
    ) throws -> HandlerPool {
        var limits = PoolLimits()
        limits.threadsMin = min
        limits.threadsMax = max
        limits.queueMax = queue
        let pool = HandlerPool(limits: limits, processors: processors)
        try pool.start()
        return pool
    }

    @Test(arguments: [0, 7]) func threadsHaveTheNameAndTheNicenessOfTheirPool(niceness: Int) throws {
        var limits = PoolLimits()
        limits.threadsMin = 1
        limits.niceness = niceness
        let pool = HandlerPool(limits: limits, name: "password")
        try pool.start()
        let gate = Gate()
        let seen = Monitor(-1)
        let before = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
        #expect(
            pool.submit(
                Job {
                    seen.withLock { $0 = Int(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)) }
                    gate.pass()
                }
            )
        )
        gate.waitForBegun(1)
        #expect(seen.withLock { $0 } == max(niceness, Int(before)))
        #expect(pool.stop(deadline: .now).stuck.map(\.thread) == ["password-1"])
        gate.open()
        #expect(pool.stop(deadline: Self.soon).isClean)
    }

    private static var soon: Instant { .now.advanced(by: .seconds(30)) }

    @Test func everyJobOfManyBatchesRunsOnce() throws {
        let pool = try Self.pool(queue: 100_000)
        let count = Monitor(0)
        let job = Job {
            count.withLock { $0 += 1 }
        }
        for _ in 0..<1000 { #expect(pool.submit(contentsOf: Array(repeating: job, count: 100)).isEmpty) }
        #expect(pool.stop(deadline: Self.soon).isClean)
        #expect(count.withLock { $0 } == 100_000)
        #expect(pool.statistics.jobsRun == 100_000)
        #expect(pool.statistics.threads == 0)
    }

    /// Jobs that compute for ever, as many as there are processors, are joined by another thread too, if later.
    @Test func whatNeverEndsDoesNotHoldUpTheRest() throws {
        let pool = try Self.pool(processors: 2)
        let isOver = Monitor(false)
        for _ in 0..<2 { #expect(pool.submit(Job { while !isOver.withLock({ $0 }) {} })) }
        let gate = Gate(isOpen: true)
        #expect(pool.submit(Job { gate.pass() }))
        gate.waitForBegun(1)
        #expect(pool.statistics.threadsGrown >= 1)
        isOver.withLock { $0 = true }
        #expect(pool.stop(deadline: Self.soon).isClean)
    }

    @Test(arguments: [1, .max]) func blockedThreadsAreJoinedByOthersUpToTheMaximum(processors: Int) throws {
        let pool = try Self.pool(processors: processors)
        let gate = Gate()
        for _ in 0..<6 { #expect(pool.submit(Job { gate.pass() })) }
        // Two threads block; only the supervisor can notice, and it does, twice.
        gate.waitForBegun(4)
        #expect(pool.statistics.threads == 4)
        #expect(pool.statistics.threadsGrown == 2)
        #expect(pool.statistics.jobsQueued == 2)
        gate.open()
        #expect(pool.stop(deadline: Self.soon).isClean)
        #expect(pool.statistics.jobsRun == 6)
    }

    @Test func aFullQueueShedsUntilThereIsRoom() throws {
        let pool = try Self.pool(min: 1, max: 1, queue: 2)
        let gate = Gate()
        #expect(pool.submit(Job { gate.pass() }))
        gate.waitForBegun(1)
        #expect(pool.submit(Job {}))
        #expect(pool.submit(contentsOf: [Job {}, Job {}]) == [1])
        #expect(!pool.submit(Job {}))
        #expect(pool.statistics.jobsShed == 2)
        gate.open()
        #expect(pool.stop(deadline: Self.soon).isClean)
    }

    @Test func aStopThatIsInTimeRunsWhatWaited() throws {
        let pool = try Self.pool(min: 1, max: 1)
        let gate = Gate()
        #expect(pool.submit(Job { gate.pass() }))
        for _ in 0..<10 { #expect(pool.submit(Job { gate.pass() })) }
        gate.waitForBegun(1)
        let opener = try NamedThread(name: "opener") { gate.open() }
        #expect(pool.stop(deadline: Self.soon).isClean)
        opener.join()
        gate.waitForBegun(11)
        #expect(!pool.submit(Job {}))
    }

    @Test func aStopThatIsTooLateNamesTheStuckJob() throws {
        let pool = try Self.pool(min: 1, max: 1)
        let gate = Gate()
        let stuck = Job { gate.pass() }
        let waiting = Job {}
        #expect(pool.submit(stuck))
        gate.waitForBegun(1)
        #expect(pool.submit(waiting))
        let report = pool.stop(deadline: .now.advanced(by: .milliseconds(1)))
        #expect(report.stuck.map(\.thread) == ["pool-1"])
        #expect(report.stuck.first?.job === stuck)
        #expect(report.abandoned.first === waiting)
        gate.open()
        #expect(pool.stop(deadline: Self.soon).isClean)
    }

    @Test func anIdlePoolStops() throws {
        let pool = try Self.pool()
        #expect(pool.stop(deadline: Self.soon).isClean)
    }
}
