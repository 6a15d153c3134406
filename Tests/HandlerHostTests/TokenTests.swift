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

    // MARK: Memory

    private func call(_ body: String) -> HandlerCall {
        HandlerCall.make(handler, client: client, key: 7, path: "/", body: body)
    }

    @Test func aCallThatHasNotBegunIsWithdrawnWithItsMemory() {
        var waiting: HandlerCall? = call("0123456789")
        guard let size = waiting?.headSize else { return }
        #expect(waiting.map { calls.withdraw($0) } == true)
        waiting?.discard()
        #expect(client.released == [ReleasedCall(owner: 7, contentSize: 10, headSize: size, isGone: false)])
        #expect(waiting.map { calls.withdraw($0) } == false)
        #expect(waiting.map { calls.open($0) } == .cancelled)
        waiting = nil
        #expect(client.released.last == ReleasedCall(owner: 7, contentSize: 0, headSize: 0, isGone: true))
        #expect(client.released.count == 2)
    }

    @Test func aCallThatHasBegunKeepsItsMemoryUntilItEnds() {
        var running: HandlerCall? = call("0123456789")
        guard let size = running?.headSize, case .opened(let token)? = running.map({ calls.open($0) }) else { return }
        #expect(running.map { calls.withdraw($0) } == false)
        running = nil
        #expect(client.released == [], "the table has it")
        #expect(calls.complete(token) != nil)
        #expect(client.released == [ReleasedCall(owner: 7, contentSize: 10, headSize: size, isGone: true)])
    }

    @Test(arguments: [false, true]) func whatIsCancelledBeforeItBeginsNeedsNoMemory(isOpened: Bool) {
        let host = HandlerHost(services: FakeServices(), callsMax: 1)
        let waiting = call("0123456789")
        if isOpened { #expect(calls.open(waiting) != .full) }
        // Another host's table has no such token, and takes the call for one that has ended.
        #expect(host.cancel(waiting) == !isOpened)
        #expect(client.released.count == (isOpened ? 0 : 1))
    }
}
