/// What the pool decides, event by event: no thread, no clock.

import Platform
import Testing

@testable import HandlerPool

@Suite struct PoolSizingTests {
    private static func at(_ milliseconds: UInt64) -> Instant { Instant(nanoseconds: milliseconds * 1_000_000) }

    private static func limits(min: Int = 2, max: Int = 4, queue: Int = 8) -> PoolLimits {
        var limits = PoolLimits()
        limits.threadsMin = min
        limits.threadsMax = max
        limits.queueMax = queue
        return limits
    }

    /// A pool whose first threads have all gone idle, thread 0 first.
    private static func quiet(_ limits: PoolLimits = limits(), processors: Int = .max) -> PoolSizing {
        var sizing = PoolSizing(limits: limits, processors: processors)
        for action in sizing.start() {
            guard case .start(let thread) = action else { continue }
            #expect(sizing.next(thread, at: at(0)) == .park(until: .distantFuture))
        }
        return sizing
    }

    /// Jobs that find places.
    private static func submit(_ count: Int, to sizing: inout PoolSizing, at now: UInt64) -> [PoolSizing.Action] {
        sizing.added(count)
        return sizing.wake(at: at(now))
    }

    @Test func itStartsWithTheSmallestNumberOfThreads() {
        var sizing = PoolSizing(limits: Self.limits(min: 3))
        #expect(sizing.start() == [.start(0), .start(1), .start(2)])
        #expect(sizing.threads == 3)
    }

    @Test func theThreadThatWentIdleLastWakesFirst() {
        var sizing = Self.quiet()
        #expect(Self.submit(1, to: &sizing, at: 1) == [.wake(1)])
        #expect(sizing.next(1, at: Self.at(1)) == .run)
        #expect(Self.submit(1, to: &sizing, at: 1) == [.wake(0)])
    }

    @Test func aBatchWakesOneThreadForEachJob() {
        var sizing = Self.quiet(Self.limits(min: 4))
        #expect(Self.submit(3, to: &sizing, at: 1) == [.wake(3), .wake(2), .wake(1)])
    }

    @Test func aJobThatAWakingThreadWillTakeWakesNobody() {
        var sizing = Self.quiet()
        #expect(Self.submit(1, to: &sizing, at: 1) == [.wake(1)])
        // Thread 1 has not come yet, and a busy thread took its job: the next job is thread 1's.
        #expect(Self.submit(1, to: &sizing, at: 1) == [.wake(0)])
        #expect(sizing.next(0, at: Self.at(1)) == .run)
        #expect(sizing.next(0, at: Self.at(1)) == .run)
        #expect(Self.submit(1, to: &sizing, at: 1) == [])
        #expect(sizing.next(1, at: Self.at(1)) == .run)
    }

    @Test func whatFindsNoPlaceIsCounted() {
        var sizing = Self.quiet(Self.limits(queue: 4))
        sizing.added(4)
        sizing.shed(2)
        sizing.removed(1)
        sizing.added(1)
        sizing.shed(1)
        #expect(sizing.queued == 4)
        #expect(sizing.statistics.jobsShed == 3)
    }

    @Test func theSupervisorIsWokenOnceForJobsThatFindNoIdleThread() {
        var sizing = Self.quiet()
        #expect(Self.submit(3, to: &sizing, at: 1) == [.wake(1), .wake(0), .wakeSupervisor])
        #expect(Self.submit(1, to: &sizing, at: 2) == [])
    }

    @Test func aThreadIsAddedWhenTheOldestJobHasWaited() {
        var sizing = Self.quiet()
        _ = Self.submit(3, to: &sizing, at: 1)
        #expect(sizing.next(1, at: Self.at(1)) == .run)
        #expect(sizing.next(0, at: Self.at(1)) == .run)
        let early = sizing.supervise(oldest: Self.at(1), at: Self.at(2))
        #expect(early.actions == [])
        #expect(early.until == Self.at(6))
        let late = sizing.supervise(oldest: Self.at(1), at: Self.at(6))
        #expect(late.actions == [.start(2)])
        #expect(late.until == Self.at(11))
        #expect(sizing.next(2, at: Self.at(6)) == .run)
        #expect(sizing.supervise(oldest: nil, at: Self.at(11)).until == .distantFuture)
    }

    /// Two processors, two jobs that compute since 1 ms and 3 ms, and one that waits.
    private static func computing() -> PoolSizing {
        var sizing = quiet(limits(), processors: 2)
        _ = submit(3, to: &sizing, at: 1)
        #expect(sizing.next(1, at: at(1)) == .run)
        #expect(sizing.next(0, at: at(3)) == .run)
        return sizing
    }

    /// Threads that compute, by the times at which their jobs began.
    private static func load(_ starts: [UInt64]) -> PoolLoad {
        var load = PoolLoad()
        for start in starts { load.add(since: at(start)) }
        return load
    }

    @Test func noThreadIsAddedToThoseThatCompute() {
        var sizing = Self.computing()
        let load = Self.load([1, 3])
        #expect(sizing.wantsThread(oldest: Self.at(1), at: Self.at(6)))
        let look = sizing.supervise(oldest: Self.at(1), load: load, at: Self.at(6))
        #expect(look.actions == [])
        #expect(look.until == Self.at(11))
        #expect(sizing.statistics.threadsGrown == 0)
    }

    @Test func aThreadIsAddedWhereOneOfThemWaits() {
        var sizing = Self.computing()
        let load = Self.load([3])
        #expect(sizing.supervise(oldest: Self.at(1), load: load, at: Self.at(6)).actions == [.start(2)])
    }

    @Test func aThreadIsAddedWhereAllHaveComputedForLong() {
        var sizing = Self.computing()
        let load = Self.load([3, 1])
        #expect(sizing.supervise(oldest: Self.at(1), load: load, at: Self.at(102)).actions == [])
        #expect(sizing.supervise(oldest: Self.at(1), load: load, at: Self.at(103)).actions == [.start(2)])
    }

    @Test func noThreadIsWantedBeforeAJobHasWaited() {
        let sizing = Self.computing()
        #expect(!sizing.wantsThread(oldest: Self.at(1), at: Self.at(5)))
        #expect(!sizing.wantsThread(oldest: nil, at: Self.at(100)))
    }

    @Test func aFullPoolIsNotSupervised() {
        var sizing = Self.quiet(Self.limits(min: 2, max: 2))
        #expect(Self.submit(3, to: &sizing, at: 1) == [.wake(1), .wake(0)])
        #expect(sizing.supervise(oldest: Self.at(1), at: Self.at(100)).until == .distantFuture)
    }

    @Test func aThreadBeyondTheMinimumEndsWhenIdleForLong() {
        var sizing = Self.quiet()
        _ = Self.submit(3, to: &sizing, at: 1)
        _ = sizing.next(1, at: Self.at(1))
        _ = sizing.next(0, at: Self.at(1))
        _ = sizing.supervise(oldest: Self.at(1), at: Self.at(6))
        #expect(sizing.next(2, at: Self.at(6)) == .run)
        #expect(sizing.next(2, at: Self.at(7)) == .park(until: Self.at(5007)))
        #expect(sizing.idledOut(2, at: Self.at(5007)) == .end)
        #expect(sizing.threads == 2)
        // Its number is free again once it has been joined.
        #expect(sizing.supervise(oldest: nil, at: Self.at(5008)).actions == [.join(2)])
    }

    @Test func aThreadOfTheMinimumSleepsOn() {
        var sizing = Self.quiet()
        #expect(sizing.idledOut(0, at: Self.at(30_000)) == .park(until: .distantFuture))
        #expect(sizing.idleThreads == 2)
    }

    @Test func aWakeUpThatCrossesTheDeadlineLosesNoJob() {
        var sizing = Self.quiet()
        #expect(Self.submit(1, to: &sizing, at: 1) == [.wake(1)])
        #expect(sizing.idledOut(1, at: Self.at(1)) == .run)
        #expect(sizing.next(1, at: Self.at(2)) == .park(until: .distantFuture))
        // The wake-up arrives only now: the thread looks and sleeps again, and is idle once.
        #expect(sizing.next(1, at: Self.at(2)) == .park(until: .distantFuture))
        #expect(sizing.idleThreads == 2)
    }

    @Test func aRefusedThreadIsTriedAgain() {
        var sizing = Self.quiet()
        _ = Self.submit(3, to: &sizing, at: 1)
        _ = sizing.next(1, at: Self.at(1))
        _ = sizing.next(0, at: Self.at(1))
        #expect(sizing.supervise(oldest: Self.at(1), at: Self.at(6)).actions == [.start(2)])
        sizing.notStarted(2)
        #expect(sizing.threads == 2)
        #expect(sizing.supervise(oldest: Self.at(1), at: Self.at(11)).actions == [.start(2)])
    }

    @Test func stoppingRunsWhatWaitsAndTakesNothingNew() {
        var sizing = Self.quiet()
        _ = Self.submit(2, to: &sizing, at: 1)
        #expect(sizing.next(1, at: Self.at(1)) == .run)
        #expect(sizing.stop() == [.wakeSupervisor])
        #expect(sizing.isStopping)
        #expect(sizing.next(0, at: Self.at(2)) == .run)
        #expect(sizing.next(0, at: Self.at(2)) == .end)
        #expect(sizing.next(1, at: Self.at(2)) == .end)
        #expect(sizing.threads == 0)
    }
}
