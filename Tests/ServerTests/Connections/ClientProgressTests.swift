/// The time when a client last took something, by what TCP tells. Test threads.

import Platform
import Testing

@testable import Server

@Suite struct ClientProgressTests {
    private static let now = Instant(nanoseconds: 1_000_000_000_000)

    /// Milliseconds from when the client took 100 bytes until now, where it had taken so many at the last look.
    private func age(
        beyond seen: UInt64 = 0,
        isAwaited: Bool,
        sinceData: Int,
        sinceAcknowledgement: Int,
        roundTrip: Int = 0
    ) -> Int64? {
        let progress = ClientProgress(
            taken: 100,
            isAwaited: isAwaited,
            sinceData: .milliseconds(sinceData),
            sinceAcknowledgement: .milliseconds(sinceAcknowledgement),
            roundTrip: .milliseconds(roundTrip)
        )
        return progress.lastTaken(beyond: seen, now: Self.now).map { Self.now.since($0).nanoseconds / 1_000_000 }
    }

    @Test func whoHasTakenNoMoreTookNothing() {
        #expect(age(beyond: 100, isAwaited: true, sinceData: 0, sinceAcknowledgement: 0) == nil)
        #expect(age(beyond: 100, isAwaited: false, sinceData: 0, sinceAcknowledgement: 0) == nil)
        #expect(age(beyond: 99, isAwaited: false, sinceData: 0, sinceAcknowledgement: 0) == 0)
    }

    /// The last acknowledgement is the best that is known while something is on its way.
    @Test func whileSomethingIsOnItsWayTheLastAcknowledgementCounts() {
        #expect(age(isAwaited: true, sinceData: 900, sinceAcknowledgement: 400) == 400)
        #expect(age(isAwaited: true, sinceData: 400, sinceAcknowledgement: 900) == 900)
    }

    /// A closed window is probed again and again, and each answer is an acknowledgement that takes nothing.
    @Test func theAnswersToProbesTakeNothing() {
        #expect(age(isAwaited: false, sinceData: 9_000, sinceAcknowledgement: 400) == 9_000)
    }

    @Test func dataIsTakenARoundTripAfterItHasLeft() {
        #expect(age(isAwaited: false, sinceData: 9_000, sinceAcknowledgement: 8_400, roundTrip: 500) == 8_500)
        #expect(age(isAwaited: false, sinceData: 9_000, sinceAcknowledgement: 8_600, roundTrip: 500) == 8_600)
        #expect(age(isAwaited: false, sinceData: 100, sinceAcknowledgement: 0, roundTrip: 500) == 0)
    }

    @Test func aTimeBeforeTheClocksFirstMomentIsThatMoment() {
        let progress = ClientProgress(
            taken: 1,
            isAwaited: true,
            sinceData: .zero,
            sinceAcknowledgement: .seconds(2_000),
            roundTrip: .zero
        )
        #expect(progress.lastTaken(beyond: 0, now: Self.now) == Instant(nanoseconds: 0))
    }

    @Test func whereTheKernelDoesNotTellNothingWasTaken() {
        #expect(ClientProgress(of: -1).taken == 0)
        #expect(ClientProgress(of: -1).lastTaken(beyond: 0, now: Self.now) == nil)
    }
}
