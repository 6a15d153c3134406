/// The kernel's word about a thread. Threads of the test, which meet in monitors.

import Testing

@testable import Platform

@Suite(.timeLimit(.minutes(5))) struct ThreadNumberTests {
    private struct State {
        var number: ThreadNumber?
        var isOver = false
    }

    @Test func aThreadThatComputesWantsAProcessor() throws {
        let state = Monitor(State())
        let thread = try NamedThread(name: ") R computes") {
            state.withLock { $0.number = .current }
            state.broadcast()
            while !state.withLock({ $0.isOver }) {}
        }
        let number = try #require(state.waitUntil { $0.number })
        #expect(number.wantsProcessor)
        state.withLock { $0.isOver = true }
        thread.join()
        #expect(!number.wantsProcessor, "it has ended")
    }

    @Test func aThreadThatWaitsWantsNone() throws {
        let state = Monitor(State())
        let thread = try NamedThread(name: ") R waits") {
            state.withLock { $0.number = .current }
            state.broadcast()
            _ = state.waitUntil { $0.isOver ? true : nil }
        }
        let number = try #require(state.waitUntil { $0.number })
        // It is about to wait.
        while number.wantsProcessor {}
        state.withLock { $0.isOver = true }
        state.broadcast()
        thread.join()
    }
}
