/// Tokens: used once, told apart by their generation, never taken on trust.

import Testing

@testable import HandlerHost

@Suite struct TokenTests {
    private let calls = PendingCalls(callsMax: 2)
    private let handler: LoadedHandler
    private let client = FakeClient()

    init() throws {
        let host = HandlerHost(services: FakeServices(), callsMax: 1)
        handler = try host.load(name: "trial", path: "\(buildFolder())/libtrial.so")
    }

    private func open() -> UInt64 {
        let call = HandlerCall.make(handler, client: client, path: "/")
        guard case .opened(let token) = calls.open(call) else { return 0 }
        return token
    }

    @Test func noTokenIsZero() {
        #expect(open() != 0)
        #expect(calls.complete(0) == nil)
    }

    @Test func aTokenCompletesOneCallOnce() {
        let token = open()
        #expect(calls.complete(token) != nil)
        #expect(calls.complete(token) == nil)
        #expect(calls.statistics.completionsLate == 1)
    }

    @Test func aSlotThatIsUsedAgainHasAnotherToken() {
        let first = open()
        _ = calls.complete(first)
        let second = open()
        #expect(first != second)
        #expect(first & 0xffff_ffff == second & 0xffff_ffff)
        #expect(calls.complete(first) == nil)
        #expect(calls.complete(second) != nil)
    }

    @Test(arguments: [0, 1, 2, 1 << 32, 2 << 32 | 1, 1 << 32 | 2, .max] as [UInt64])
    func anInventedTokenNamesNothing(token: UInt64) {
        #expect(calls.complete(token) == nil)
        #expect(!calls.isOpen(token))
    }

    @Test func aFullTableOpensNothingMore() {
        _ = open()
        let second = open()
        #expect(open() == 0)
        _ = calls.complete(second)
        #expect(open() != 0)
    }
}
