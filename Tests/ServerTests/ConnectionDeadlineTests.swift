/// Which deadline runs when, and what its passing is called. Test threads.

import Platform
import Testing

@testable import Server

@Suite struct ConnectionDeadlineTests {
    typealias Event = ConnectionEvent

    /// What a connection was doing, how many seconds it has for it, and what is said when they are over.
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

    @Test func idleTimeCountsFromTheEndOfTheLastResponse() {
        var state = ConnectionState(after: Event.request + [.answered, .sendBegan])
        state.perform(.sendEnded, now: ConnectionState.at(100))
        #expect(state.deadline == ConnectionState.at(103))
    }

    @Test func aSlowClientsTimeBeginsAnewWhenItHasTakenSomething() {
        var state = ConnectionState(after: Event.request + [.answered, .sendBegan])
        #expect(state.expiry(now: ConnectionState.at(4)) == .send)
        state.perform(.sendProgressed, now: ConnectionState.at(4))
        #expect(state.expiry(now: ConnectionState.at(4)) == .none)
        #expect(state.deadline == ConnectionState.at(8))
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
