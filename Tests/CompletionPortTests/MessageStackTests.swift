/// Messages that many threads leave for one: order, completeness, and the owner of the rest. Test threads.

@testable import CompletionPort
import Platform
import Synchronization
import Testing

@Suite struct MessageStackTests {
    private func taken(_ stack: MessageStack<Int>) -> [Int] {
        var messages: [Int] = []
        stack.takeAll { messages.append($0) }
        return messages
    }

    @Test func messagesAreTakenOldestFirst() {
        let stack = MessageStack<Int>()
        let before = stack.isEmpty
        for number in 0..<1000 { stack.push(number) }
        let between = stack.isEmpty
        let messages = taken(stack)
        let after = stack.isEmpty
        #expect((before, between, after) == (true, false, true))
        #expect(messages == Array(0..<1000))
    }

    /// Kept by a thread each.
    private final class Shared: Sendable {
        let stack = MessageStack<Int>()
    }

    @Test func messagesOfManyThreadsAllArriveInTheirOrder() throws {
        let shared = Shared()
        let threads = try (0..<4).map { thread in
            try NamedThread(name: "pusher") {
                for number in 0..<5000 { shared.stack.push(thread << 16 | number) }
            }
        }
        var last = [Int](repeating: -1, count: 4)
        var count = 0
        func take() {
            shared.stack.takeAll { message in
                #expect(message & 0xFFFF == last[message >> 16] + 1)
                last[message >> 16] = message & 0xFFFF
                count += 1
            }
        }
        for thread in threads {
            take()
            thread.join()
        }
        take()
        #expect(count == 20_000)
    }

    private final class Count: Sendable {
        let value = Atomic<Int>(0)
    }

    private final class Counted: Sendable {
        let count: Count
        init(_ count: Count) { self.count = count }
        deinit { count.value.wrappingAdd(1, ordering: .relaxed) }
    }

    @Test func whatNobodyTookIsReleased() {
        let count = Count()
        do {
            let stack = MessageStack<Counted>()
            for _ in 0..<3 { stack.push(Counted(count)) }
        }
        #expect(count.value.load(ordering: .relaxed) == 3)
    }
}
