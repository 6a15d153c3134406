/// Deadlines that come up in time, never early, whatever was moved. Test threads.

import Platform
import Testing

@testable import Server

@Suite struct DeadlineWheelTests {
    /// Any instant will do for a start; this one lies within a bucket.
    private static let start = Instant(nanoseconds: 1_000_000_000_000 + 1234)
    private static let width = Duration.nanoseconds(Int64(DeadlineWheel.bucketWidth))

    private func after(_ duration: Duration) -> Instant { Self.start.advanced(by: duration) }

    private func due(_ wheel: inout DeadlineWheel, _ now: Instant) -> [ConnectionSlot] {
        var slots: [ConnectionSlot] = []
        wheel.collect(until: now, into: &slots)
        return slots.sorted()
    }

    @Test func aSlotComesUpAfterItsDeadlineAndSoon() {
        for milliseconds in [0, 1, 124, 125, 126, 1000, 60_000] {
            let deadline = after(.milliseconds(milliseconds))
            var wheel = DeadlineWheel(capacity: 4, now: Self.start)
            wheel.arm(3, at: deadline)
            // A nanosecond before the deadline nothing comes up, and a bucket's width after it everything has.
            #expect(due(&wheel, Instant(nanoseconds: deadline.nanoseconds - 1)) == [])
            #expect(due(&wheel, deadline) == [])
            #expect(due(&wheel, deadline.advanced(by: Self.width)) == [3])
            #expect(due(&wheel, deadline.advanced(by: .seconds(1000))) == [])
        }
    }

    @Test func aDeadlineThatHasPassedComesUpAtOnceOrNearly() {
        var wheel = DeadlineWheel(capacity: 4, now: Self.start)
        wheel.arm(0, at: Instant(nanoseconds: 5))
        #expect(due(&wheel, after(Self.width)) == [0])
    }

    @Test func movingADeadlineBackLeavesTheSlotWhereItIs() {
        var wheel = DeadlineWheel(capacity: 4, now: Self.start)
        wheel.arm(1, at: after(.seconds(1)))
        wheel.arm(1, at: after(.seconds(10)))
        // It comes up by the first deadline; its owner says when the next is.
        #expect(due(&wheel, after(.seconds(2))) == [1])
        wheel.arm(1, at: after(.seconds(10)))
        #expect(due(&wheel, after(.seconds(10))) == [])
        #expect(due(&wheel, after(.seconds(11))) == [1])
    }

    @Test func movingADeadlineForwardMovesTheSlot() {
        var wheel = DeadlineWheel(capacity: 4, now: Self.start)
        for slot in 0..<4 as Range<UInt32> { wheel.arm(ConnectionSlot(index: slot), at: after(.seconds(30))) }
        wheel.arm(2, at: after(.seconds(1)))
        #expect(due(&wheel, after(.seconds(2))) == [2])
        #expect(due(&wheel, after(.seconds(31))) == [0, 1, 3])
    }

    @Test func aDeadlineBeyondTheHorizonComesUpAtTheHorizon() {
        var wheel = DeadlineWheel(capacity: 4, now: Self.start)
        wheel.arm(0, at: .distantFuture)
        let horizon = Duration.nanoseconds(Int64(DeadlineWheel.bucketWidth) * Int64(DeadlineWheel.bucketCount))
        #expect(due(&wheel, after(horizon - Self.width * 2)) == [])
        #expect(due(&wheel, after(horizon + Self.width)) == [0])
    }

    @Test func aDisarmedSlotDoesNotComeUp() {
        var wheel = DeadlineWheel(capacity: 4, now: Self.start)
        wheel.disarm(3)
        for slot in 0..<4 as Range<UInt32> { wheel.arm(ConnectionSlot(index: slot), at: after(.seconds(1))) }
        wheel.disarm(0)
        wheel.disarm(2)
        wheel.disarm(2)
        #expect(due(&wheel, after(.seconds(2))) == [1, 3])
        wheel.arm(0, at: after(.seconds(3)))
        #expect(due(&wheel, after(.seconds(4))) == [0])
    }

    @Test func aLongSleepBringsUpEverything() {
        var wheel = DeadlineWheel(capacity: 100, now: Self.start)
        let slots = (0..<100).map { ConnectionSlot(index: $0) }
        for slot in slots { wheel.arm(slot, at: after(.milliseconds(600 * Int(slot.index)))) }
        #expect(due(&wheel, after(.seconds(100_000))) == slots)
        #expect(wheel.next == nil)
    }

    @Test func nextIsNeverLateAndNilWhenNothingIsArmed() {
        var wheel = DeadlineWheel(capacity: 4, now: Self.start)
        #expect(wheel.next == nil)
        wheel.arm(0, at: after(.seconds(5)))
        wheel.arm(1, at: after(.seconds(2)))
        let next = wheel.next ?? .distantFuture
        #expect(next >= after(.seconds(2)))
        #expect(next <= after(.seconds(2) + Self.width))
        #expect(due(&wheel, Instant(nanoseconds: next.nanoseconds - 1)) == [])
        #expect(wheel.isDue(next) == true)
        #expect(due(&wheel, next) == [1])
        let later = wheel.next ?? .distantFuture
        #expect(later >= after(.seconds(5)))
        #expect(later <= after(.seconds(5) + Self.width))
    }

    /// The monotonic clock begins with the machine, and in a time namespace wherever it was told to.
    @Test func theFirstMomentsOfTheClockAreLikeAnyOther() {
        let zero = Instant(nanoseconds: 0)
        var wheel = DeadlineWheel(capacity: 4, now: zero)
        for _ in 0..<2 {
            for slot in 0..<3 as Range<UInt32> { wheel.arm(ConnectionSlot(index: slot), at: zero) }
        }
        wheel.disarm(1)
        #expect(due(&wheel, zero.advanced(by: Self.width * 2)) == [0, 2])
    }

    /// Against a list of what was armed: each slot has the earliest deadline it was given since it last came up.
    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func itBehavesLikeAListOfDeadlines(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var now = Self.start
        var wheel = DeadlineWheel(capacity: 64, now: now)
        var model: [ConnectionSlot: Instant] = [:]
        var count = 0
        for _ in 0..<30_000 {
            let slot = ConnectionSlot(index: UInt32(random.below(64)))
            switch random.below(10) {
            case 0..<6:
                let deadline = now.advanced(by: .milliseconds(random.below(90_000)))
                wheel.arm(slot, at: deadline)
                model[slot] = min(model[slot] ?? .distantFuture, deadline, Self.horizon(now))
            case 6:
                wheel.disarm(slot)
                model[slot] = nil
            default:
                let pause = Duration.milliseconds(random.below(random.below(50) == 0 ? 80_000 : 400))
                now = random.below(2) == 0 ? max(now, wheel.next ?? now) : now.advanced(by: pause)
                for slot in due(&wheel, now) {
                    count += 1
                    // `nil`: a slot that was not armed, or came up twice.
                    let deadline = model.removeValue(forKey: slot) ?? .distantFuture
                    #expect(deadline <= now, "slot \(slot) is early")
                }
                #expect(model.values.allSatisfy { $0.advanced(by: Self.width) > now }, "a slot is late")
            }
            // Whoever looks again at `next` is late for nobody.
            let earliest = model.values.min() ?? .distantFuture
            #expect(wheel.next ?? .distantFuture <= earliest.advanced(by: Self.width))
        }
        #expect(count > 1000)
    }

    /// When a slot comes up at the latest that is armed now: the wheel reaches no further.
    private static func horizon(_ now: Instant) -> Instant {
        let current = now.nanoseconds / DeadlineWheel.bucketWidth
        return Instant(nanoseconds: (current + UInt64(DeadlineWheel.bucketCount) - 1) * DeadlineWheel.bucketWidth)
    }
}
