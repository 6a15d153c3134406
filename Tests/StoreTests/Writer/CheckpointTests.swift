/// When the write-ahead log is copied into the database: the decision, and that it happens.

import Platform
import Testing

@testable import Store

@Suite struct CheckpointTests {
    private static func policy() -> CheckpointPolicy {
        var limits = StoreLimits()
        limits.checkpointFrames = 100
        limits.walSizeMax = 1000 * 4096
        limits.idleDuration = .nanoseconds(50)
        return CheckpointPolicy(limits: limits, pageSize: 4096)
    }

    @Test func aLogIsCopiedWhenItHasGrownByAStep() {
        var policy = Self.policy()
        #expect(policy.committed(frames: 99, now: Instant(nanoseconds: 1)) == .none)
        #expect(policy.committed(frames: 100, now: Instant(nanoseconds: 2)) == .passive)
    }

    @Test func aCopyThatAReaderBlockedIsTriedAgainOnlyAfterAnotherStep() {
        var policy = Self.policy()
        _ = policy.committed(frames: 150, now: Instant(nanoseconds: 1))
        policy.checkpointed(isComplete: false, now: Instant(nanoseconds: 2))
        #expect(policy.committed(frames: 249, now: Instant(nanoseconds: 3)) == .none)
        #expect(policy.committed(frames: 250, now: Instant(nanoseconds: 4)) == .passive)
    }

    @Test func aLogThatBeganAgainCountsFromItsBeginning() {
        var policy = Self.policy()
        _ = policy.committed(frames: 150, now: Instant(nanoseconds: 1))
        policy.checkpointed(isComplete: true, now: Instant(nanoseconds: 2))
        #expect(policy.committed(frames: 10, now: Instant(nanoseconds: 3)) == .none)
        #expect(policy.committed(frames: 100, now: Instant(nanoseconds: 4)) == .passive)
    }

    @Test func aLogThatIsTooLongIsCut() {
        var policy = Self.policy()
        #expect(policy.committed(frames: 1000, now: Instant(nanoseconds: 1)) == .truncate)
    }

    @Test func anIdleWriterCopiesWhatIsLeftOnce() {
        var policy = Self.policy()
        #expect(policy.idleDeadline == .distantFuture)
        _ = policy.committed(frames: 1, now: Instant(nanoseconds: 100))
        #expect(policy.idle(now: Instant(nanoseconds: 149)) == .none)
        #expect(policy.idleDeadline == Instant(nanoseconds: 150))
        #expect(policy.idle(now: Instant(nanoseconds: 150)) == .settle)
        policy.checkpointed(isComplete: true, now: Instant(nanoseconds: 151))
        #expect(policy.idle(now: Instant(nanoseconds: 300)) == .none)
        #expect(policy.idleDeadline == .distantFuture)
    }

    @Test func aBusyStoreCopiesItsLogAndKeepsItShort() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.checkpointFrames = 50
        let store = try site.store(limits: limits)
        let text = String(repeating: "x", count: 20_000)
        for number in 0..<100 { _ = try store.write(insertNote) { $0.text("\(number) \(text)") } }
        store.stop()
        #expect(store.statistics.checkpoints >= 5)
        #expect(store.statistics.walFrames < 150)
    }

    @Test func aReaderInTheWayDelaysTheCopyAndLosesNothing() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.checkpointFrames = 10
        limits.walSizeMax = 40 * 4096
        limits.truncateDuration = .milliseconds(1)
        let store = try site.store(limits: limits)
        let text = String(repeating: "x", count: 20_000)
        try store.read { reader throws(StoreError) in
            _ = try reader.number("SELECT count(*) FROM notes")
            let outcomes = Outcomes()
            for number in 0..<30 {
                store.submitNote("\(number) \(text)", outcomes.completion(number))
                _ = outcomes.wait(for: number + 1)
            }
        }
        #expect(try store.count() == 30)
        #expect(store.statistics.checkpointsBlocked > 0)
        store.stop()
    }
}
