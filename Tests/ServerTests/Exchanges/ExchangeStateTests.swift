/// Waits of requests, and what ends them. Pure; test threads.

import Platform
import Testing

@testable import Server

@Suite struct ExchangeStateTests {
    private static let end = Instant(nanoseconds: 5000)

    /// Each state, the reason for which it ends when its time is over, and if it has one.
    private static let states: [(ExchangeState, Reason?)] = [
        (.receiving, nil), (.waitingForTurn, nil), (.waitingForFile(3), nil), (.ready, nil), (.streaming, nil),
        (.waitingForRoom(until: end), .filesFull), (.waitingForHandler(until: end), .handlerExpired),
        (.waitingForList(until: end), .listExpired), (.waitingForPassword(until: end), .passwordCheckExpired),
    ]

    @Test func eachWaitEndsWithAReasonOfItsOwn() {
        for (state, reason) in Self.states {
            #expect(state.deadline == (reason == nil ? .distantFuture : Self.end), "\(state)")
            #expect(state.expiry(now: Self.end) == reason, "\(state)")
            #expect(state.expiry(now: Instant(nanoseconds: 4999)) == nil, "\(state)")
        }
        let reasons = Self.states.compactMap(\.1)
        #expect(Set(reasons.map(\.code)).count == reasons.count)
        #expect(reasons.allSatisfy { [503, 504].contains($0.status) })
    }

    @Test func aStateIsOneThing() {
        for (state, _) in Self.states {
            let kinds = [state.isForPassword, state.isForHandler, state.isForList, state.isForSearch]
            #expect(kinds.count { $0 } <= 1, "\(state)")
        }
        #expect(Self.states.count { $0.0.isForSearch } == 2, "in turn, and for room")
    }
}
