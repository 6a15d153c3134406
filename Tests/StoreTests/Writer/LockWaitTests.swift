/// The wait for a lock, decided without a clock.

import Platform
import Testing

@testable import Store

@Suite struct LockWaitTests {
    private static func wait() -> LockWait {
        var limits = StoreLimits()
        limits.lockDuration = .nanoseconds(100)
        limits.lockPollInterval = .nanoseconds(10)
        limits.lockRetryInterval = .nanoseconds(50)
        return LockWait(limits)
    }

    private static func at(_ time: UInt64) -> Instant { Instant(nanoseconds: time) }

    @Test func nothingIsWaitedForUntilTheLockIsFoundHeld() {
        let wait = Self.wait()
        #expect(wait.nextAttempt(now: Self.at(5)) == .distantFuture)
        #expect(!wait.isOver(now: Self.at(5000)))
    }

    @Test func theLockIsTriedOftenAtFirstAndSeldomLater() {
        var wait = Self.wait()
        #expect(wait.found(held: Self.at(1000)) == .begins)
        #expect(wait.nextAttempt(now: Self.at(1001)) == Self.at(1010))
        #expect(wait.found(held: Self.at(1010)) == .goesOn)
        #expect(!wait.isOver(now: Self.at(1099)))
        #expect(wait.isOver(now: Self.at(1100)))
        #expect(wait.found(held: Self.at(1100)) == .ends)
        #expect(wait.nextAttempt(now: Self.at(1101)) == Self.at(1150))
        #expect(wait.found(held: Self.at(1150)) == .goesOn)
    }

    @Test func anAttemptThatFailsOtherwiseIsAnAttemptToo() {
        var wait = Self.wait()
        _ = wait.found(held: Self.at(1000))
        wait.attempted(now: Self.at(1010))
        #expect(wait.nextAttempt(now: Self.at(1011)) == Self.at(1020))
    }

    @Test func theWaitEndsWithTheLock() {
        var wait = Self.wait()
        #expect(wait.taken(now: Self.at(1)) == nil)
        _ = wait.found(held: Self.at(1000))
        #expect(wait.taken(now: Self.at(1500)) == .nanoseconds(500))
        #expect(wait.nextAttempt(now: Self.at(1501)) == .distantFuture)
        #expect(wait.found(held: Self.at(2000)) == .begins)
    }
}
