/// Arithmetic of deadlines, at the ends of its range too.

import Platform
import Testing

@Suite struct InstantTests {
    @Test func anInstantMovesByADuration() {
        #expect(Instant(nanoseconds: 5).advanced(by: .microseconds(2)) == Instant(nanoseconds: 2_005))
    }

    @Test func aDeadlineTooFarAwayIsTheDistantFuture() {
        #expect(Instant(nanoseconds: .max - 1).advanced(by: .seconds(1)) == .distantFuture)
    }

    @Test func timeSinceALaterInstantIsZero() {
        #expect(Instant(nanoseconds: 1).since(Instant(nanoseconds: 9)) == .zero)
        #expect(Instant(nanoseconds: 9).since(Instant(nanoseconds: 1)) == .nanoseconds(8))
    }

    @Test func aDurationThatDoesNotFitIsClamped() {
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
        #expect(Duration.milliseconds(-3).nanoseconds == -3_000_000)
    }
}
