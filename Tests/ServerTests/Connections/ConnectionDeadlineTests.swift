/// The deadline that runs in each state, and the name of its passing. Test threads.

import Platform
import Testing

@testable import Server

@Suite struct ConnectionDeadlineTests {
    typealias Event = ConnectionEvent

    /// The state of a connection, the seconds that it has for it, and the reason when they are over.
    struct Row: Sendable {
        let history: [Event]
        /// `nil`: this may take as long as it likes; others watch over it.
        let seconds: Int?
        let expiry: ConnectionState.Expiry
    }

    // The durations of `Deadlines.forTests`: head 1, body 2, idle 3, send 4, linger 5.
    static let rows: [Row] = [
        Row(history: [], seconds: 3, expiry: .idle),
        Row(history: [.headBegan], seconds: 1, expiry: .head),
        Row(history: Event.requestWithBody, seconds: 2, expiry: .body),
        Row(history: Event.requestWithBody + [.bodyEnded(keepsAlive: true)], seconds: nil, expiry: .none),
        Row(history: Event.request, seconds: nil, expiry: .none),
        Row(history: Event.request + [.answered, .sendBegan], seconds: 4, expiry: .send),
        Row(history: Event.request + Event.response, seconds: 3, expiry: .idle),
        // A head that arrives while a response leaves has its own deadline, which is the nearer one.
        Row(history: Event.request + [.answered, .sendBegan, .headBegan], seconds: 1, expiry: .head),
        // One response has left, another is being made: nothing of ours is awaited from the client.
        Row(history: Event.request + Event.request + Event.response, seconds: nil, expiry: .none),
        Row(history: Event.lastRequest, seconds: nil, expiry: .none),
        Row(history: [.headBegan, .refused], seconds: nil, expiry: .none),
        Row(history: [.headBegan, .refused, .answered, .sendBegan], seconds: 4, expiry: .send),
        Row(history: Event.lastRequest + Event.response + [.lingerBegan], seconds: 5, expiry: .linger),
        Row(history: [.failed], seconds: nil, expiry: .none),
        Row(history: Event.request + [.answered, .sendBegan, .failed], seconds: nil, expiry: .none),
    ]

    @Test(arguments: rows.indices)
    func aStepHasItsOwnTime(number: Int) {
        let row = Self.rows[number]
        let state = ConnectionState(after: row.history)
        guard let seconds = row.seconds else {
            #expect(state.deadline == .distantFuture)
            #expect(state.expiry(now: ConnectionState.at(1_000_000)) == .none)
            return
        }
        let deadline = ConnectionState.at(seconds)
        #expect(state.deadline == deadline)
        #expect(state.expiry(now: Instant(nanoseconds: deadline.nanoseconds - 1)) == .none)
        #expect(state.expiry(now: deadline) == row.expiry)
    }

    /// A client that sends a byte a second does not get more time by it.
    @Test func aHeadsTimeCountsFromItsFirstByte() {
        var state = ConnectionState()
        state.perform(.headBegan, now: ConnectionState.at(10))
        state.perform(.headBegan, now: ConnectionState.at(11))
        #expect(state.deadline == ConnectionState.at(11))
    }

    // MARK: Contents, which have 2 seconds and one more for each 10 bytes

    /// A connection whose content has begun to arrive.
    private func receiving() -> ConnectionState { ConnectionState(after: Event.requestWithBody) }

    /// Expects that a content of which so many bytes have come has time left, or has none.
    private func expectTime(
        _ isLeft: Bool,
        _ state: inout ConnectionState,
        received: Int,
        at seconds: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let hasEarned = state.contentEarnedTime(received: received, now: ConnectionState.at(seconds), .forTests)
        #expect(hasEarned == isLeft, sourceLocation: sourceLocation)
    }

    @Test func aContentThatComesAtTheRateHasAllTheTimeItNeeds() {
        var state = receiving()
        for second in 2..<500 {
            #expect(state.expiry(now: ConnectionState.at(second)) == .body)
            let received = 10 * (second - 1)
            expectTime(true, &state, received: received, at: second)
            #expect(state.deadline == ConnectionState.at(second + 1))
        }
        #expect(state.expiry(now: ConnectionState.at(500)) == .body)
        expectTime(false, &state, received: 10 * 498, at: 500)
    }

    @Test func aContentThatComesMoreSlowlyHasNoMore() {
        var state = receiving()
        expectTime(true, &state, received: 9, at: 2)
        expectTime(false, &state, received: 9, at: 3)
        var silent = receiving()
        expectTime(false, &silent, received: 0, at: 2)
    }

    /// While a password is compared the client can't do anything: its time begins behind that.
    @Test func aContentThatIsNotReadYetHasNoDeadline() {
        var state = receiving()
        state.readingPaused()
        #expect(state.deadline == .distantFuture && state.expiry(now: ConnectionState.at(1_000_000)) == .none)
        state.readingResumed(now: ConnectionState.at(100), .forTests)
        #expect(state.deadline == .distantFuture, "a content is awaited, not a head")
        state.contentAwaited(now: ConnectionState.at(100), .forTests)
        #expect(state.deadline == ConnectionState.at(102) && state.expiry(now: ConnectionState.at(102)) == .body)
        expectTime(true, &state, received: 10, at: 102)
    }

    /// It is the average that counts: what came quickly is time for later.
    @Test func whatCameQuicklyIsTimeForLater() {
        var state = receiving()
        expectTime(true, &state, received: 1000, at: 2)
        #expect(state.deadline == ConnectionState.at(102))
        #expect(state.expiry(now: Instant(nanoseconds: ConnectionState.at(102).nanoseconds - 1)) == .none)
        expectTime(false, &state, received: 1000, at: 102)
    }

    /// However often it is looked at: no byte earns its time twice.
    @Test func aContentOfSoManyBytesHasABound() {
        var state = receiving()
        var received = 0
        for _ in 0..<50 {
            received += 10
            _ = state.contentEarnedTime(received: received, now: ConnectionState.at(2), .forTests)
        }
        #expect(state.deadline == ConnectionState.at(52))
        _ = state.contentEarnedTime(received: received, now: ConnectionState.at(2), .forTests)
        #expect(state.deadline == ConnectionState.at(52))
    }

    @Test func theNextContentBeginsAnew() {
        var state = receiving()
        _ = state.contentEarnedTime(received: 1000, now: ConnectionState.at(2), .forTests)
        state.perform(.bodyEnded(keepsAlive: true), now: ConnectionState.at(3))
        #expect(state.deadline == .distantFuture)
        for event in Event.requestWithBody { state.perform(event, now: ConnectionState.at(10)) }
        #expect(state.deadline == ConnectionState.at(12))
        expectTime(true, &state, received: 20, at: 12)
        #expect(state.deadline == ConnectionState.at(14))
    }

    /// Until the client is told to send its content its time has not begun.
    @Test func aClientThatWasNotToldToSendHasItsTimeLater() {
        var state = receiving()
        state.contentAwaited(now: ConnectionState.at(40), .forTests)
        #expect(state.deadline == ConnectionState.at(42))
        expectTime(true, &state, received: 15, at: 42)
        expectTime(false, &state, received: 15, at: 44)
    }

    /// A server that stops waits for a content that has begun; main ends it when the drain's own deadline passes.
    @Test func aContentGoesOnWhileTheServerDrains() {
        var state = receiving()
        let action = state.perform(.drain)
        #expect(action == .nothing)
        expectTime(true, &state, received: 20, at: 2)
        #expect(state.deadline == ConnectionState.at(4))
    }

    /// It may be about to ask; a client that was answered before knows that the connection may end.
    @Test func aNewClientHasAMomentToAskWhenTheServerStops() {
        var state = ConnectionState()
        #expect(state.perform(.drain, now: ConnectionState.start) == .nothing)
        #expect(state.deadline == ConnectionState.at(1), "it counts from the accept")
        #expect(state.expiry(now: ConnectionState.at(1)) == .idle)
        #expect(state.perform(.drain, now: ConnectionState.at(1)) == .finish, "no more than once")
        var silent = ConnectionState()
        #expect(silent.perform(.drain, now: ConnectionState.at(1)) == .finish, "it had its moment")
    }

    /// A reload may have changed them between the accept and the stop.
    @Test(arguments: [1, 600])
    func aNewClientsMomentIsNoOtherByAllowancesThatChanged(idle: Int) {
        var deadlines = Deadlines()
        deadlines.idle = .seconds(idle)
        let allowances = Allowances(deadlines, bodyRateMin: 10)
        var state = ConnectionState()
        #expect(state.drain(now: ConnectionState.start, allowances) == .nothing)
        #expect(state.deadline == ConnectionState.at(1))
        var silent = ConnectionState()
        #expect(silent.drain(now: ConnectionState.at(1), allowances) == .finish)
    }

    @Test func idleTimeCountsFromTheEndOfTheLastResponse() {
        var state = ConnectionState(after: Event.request + [.answered, .sendBegan])
        state.perform(.sendEnded, now: ConnectionState.at(100))
        #expect(state.deadline == ConnectionState.at(103))
    }

    // MARK: Clients that take something meanwhile

    /// Expects that a client which last took something at one second has time left at another, or has none.
    private func expectTimeToTake(
        _ isLeft: Bool,
        _ state: inout ConnectionState,
        tookAt taken: Int,
        at seconds: Int,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let taken = ConnectionState.at(taken)
        let now = ConnectionState.at(seconds)
        let goesOn =
            state.phase == .lingering
            ? state.lingerGoesOn(lastTaken: taken, now: now, .forTests)
            : state.sendGoesOn(lastTaken: taken, now: now, .forTests)
        #expect(goesOn == isLeft, sourceLocation: sourceLocation)
    }

    @Test func aSlowClientsTimeToTakeCountsFromWhenItTookSomething() {
        var state = ConnectionState(after: Event.request + [.answered, .sendBegan])
        #expect(state.expiry(now: ConnectionState.at(4)) == .send)
        expectTimeToTake(true, &state, tookAt: 3, at: 4)
        #expect(state.expiry(now: ConnectionState.at(4)) == .none)
        #expect(state.deadline == ConnectionState.at(7))
        expectTimeToTake(true, &state, tookAt: 7, at: 7)
        #expect(state.deadline == ConnectionState.at(11))
        expectTimeToTake(false, &state, tookAt: 7, at: 11)
    }

    /// All that it took it took when the bytes had only just been sent.
    @Test func aClientThatTookNothingSinceHasNoMoreTimeToTake() {
        var state = ConnectionState(after: Event.request + [.answered, .sendBegan])
        expectTimeToTake(false, &state, tookAt: 0, at: 4)
        var late = ConnectionState(after: Event.request + [.answered, .sendBegan])
        expectTimeToTake(false, &late, tookAt: 1, at: 9)
    }

    @Test func aLingeringClientsTimeCountsFromWhenItTookSomething() {
        let lingering = Event.lastRequest + Event.response + [.lingerBegan]
        var state = ConnectionState(after: lingering)
        expectTimeToTake(true, &state, tookAt: 2, at: 5)
        #expect(state.deadline == ConnectionState.at(7) && state.expiry(now: ConnectionState.at(7)) == .linger)
        expectTimeToTake(false, &state, tookAt: 2, at: 7)
        var silent = ConnectionState(after: lingering)
        expectTimeToTake(false, &silent, tookAt: 0, at: 5)
        #expect(silent.lingerEnded() == .close(reset: false))
    }

    @Test func aSendsDeadlineIsNamedBeforeAReadsThatPassedToo() {
        let state = ConnectionState(after: Event.request + [.answered, .sendBegan, .headBegan])
        #expect(state.expiry(now: ConnectionState.at(9)) == .send)
    }

    /// A closing connection waits for packets, and the kernel brings those: no deadline of the client's is left.
    @Test func aClosingConnectionHasNoDeadline() {
        let lingering = Event.lastRequest + Event.response + [.lingerBegan]
        for history in [[.peerFinished], [.failed], lingering + [.peerFinished], lingering + [.failed]] {
            let state = ConnectionState(after: history)
            #expect(state.phase == .closing)
            #expect(state.deadline == .distantFuture)
        }
    }
}
