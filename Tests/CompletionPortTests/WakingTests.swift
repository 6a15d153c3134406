/// Workers that sleep in their port and are woken by posts from other threads. Each worker is a thread with a port.

@testable import CompletionPort
import Platform
import Testing

@Suite(.needsPort, .serialized, .timeLimit(.minutes(15))) struct WakingTests {
    /// A message that says who posted it and how many it had posted before.
    private struct Numbered: Sendable {
        let producer: Int
        let number: Int
    }

    @Test func millionsOfPostsFromFourThreadsAllArriveInEachThreadsOrder() throws {
        let each = 500_000
        let queue = try PostQueue<Numbered>()
        var reader = try PostReader(queue)
        let producers = try (0..<4).map { producer in
            try NamedThread(name: "producer-\(producer)") {
                for number in 0..<each { queue.post(Numbered(producer: producer, number: number)) }
            }
        }
        var next = [0, 0, 0, 0]
        var disorders = 0
        while next.reduce(0, +) < 4 * each, !reader.hasMissedABell {
            reader.turn { message in
                if message.number != next[message.producer] { disorders += 1 }
                next[message.producer] += 1
            }
        }
        for producer in producers { producer.join() }
        #expect(next == [each, each, each, each])
        #expect(disorders == 0)
        #expect(reader.hasMissedABell == false)
    }

    /// Each post finds the other worker asleep or on its way there: where a wake-up can be lost, it is here.
    @Test func noWakeUpIsLostInAHundredThousandRounds() throws {
        let rounds = 100_000
        let there = try PostQueue<Int>()
        let back = try PostQueue<Int>()
        let missed = Monitor(false)
        let other = try NamedThread(name: "other") {
            do {
                var reader = try PostReader(there)
                var isOver = false
                while !isOver, !reader.hasMissedABell {
                    reader.turn { round in
                        back.post(round)
                        isOver = round == rounds
                    }
                }
                let hasMissed = reader.hasMissedABell
                missed.withLock { $0 = hasMissed }
            } catch {
                Issue.record(error)
                missed.withLock { $0 = true }
            }
        }
        var reader = try PostReader(back)
        var expected = 1
        there.post(1)
        while expected <= rounds, !reader.hasMissedABell {
            reader.turn { round in
                #expect(round == expected)
                expected += 1
                if expected <= rounds { there.post(expected) }
            }
        }
        #expect(expected == rounds + 1)
        #expect(reader.hasMissedABell == false)
        // A round that never came back must not keep the other thread waiting.
        if expected <= rounds { there.post(rounds) }
        other.join()
        #expect(missed.withLock { $0 } == false)
    }

    @Test func aBellHeardTwiceDoesNoHarm() throws {
        let queue = try PostQueue<Int>()
        var reader = try PostReader(queue)
        var seen: [Int] = []
        for number in 0..<100 {
            queue.post(number)
            while seen.count <= number { reader.turn { seen.append($0) } }
        }
        #expect(seen == Array(0..<100))
    }
}

/// A completion worker reduced to what it does about posts: the same calls in the same order as the server's.
private struct PostReader<Message: Sendable>: ~Copyable {
    private var port: CompletionPort
    private let queue: PostQueue<Message>
    /// It slept until its deadline although there was a message: the wake-up was lost.
    private(set) var hasMissedABell = false

    init(_ queue: PostQueue<Message>) throws {
        self.queue = queue
        port = try CompletionPort(limits: .forTests())
        port.notice(queue.bellDescriptor, key(0))
    }

    mutating func turn(_ body: (Message) -> Void) {
        let limit = Duration.seconds(20)
        let start = Instant.now
        port.submitAndWait(atMost: queue.prepareToSleep() ? Nanoseconds(limit) : .zero)
        queue.finishSleep()
        while let packet = port.dequeue() {
            queue.silence()
            if !packet.hasMore { port.notice(queue.bellDescriptor, packet.key) }
        }
        if Instant.now.since(start) >= limit { hasMissedABell = true }
        queue.takeAll(body)
    }
}
