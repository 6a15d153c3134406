/// What other threads post to a worker: order, completeness, who wakes whom, and who owns what is left. Test threads.

@testable import CompletionPort
import Glibc
import Platform
import Synchronization
import Testing

@Suite struct PostQueueTests {
    @Test func messagesAreTakenOldestFirst() throws {
        let queue = try PostQueue<Int>()
        for number in 0..<1000 { queue.post(number) }
        #expect(taken(queue) == Array(0..<1000))
        #expect(taken(queue) == [])
    }

    @Test func whatIsPostedWhileTakingComesTheNextTime() throws {
        let queue = try PostQueue<Int>()
        queue.post(1)
        var first: [Int] = []
        queue.takeAll {
            first.append($0)
            queue.post(2)
        }
        #expect(first == [1])
        #expect(taken(queue) == [2])
    }

    @Test func aWorkerDoesNotSleepOverAMessage() throws {
        let queue = try PostQueue<Int>()
        queue.post(1)
        #expect(!queue.prepareToSleep())
        _ = taken(queue)
        #expect(queue.prepareToSleep())
    }

    @Test func theBellRingsOnceForASleepingWorkerAndNeverForAnAwakeOne() throws {
        let queue = try PostQueue<Int>()
        queue.post(1)
        #expect(rings(queue) == 0)
        _ = taken(queue)
        #expect(queue.prepareToSleep())
        for number in 0..<5 { queue.post(number) }
        #expect(rings(queue) == 1)
        queue.finishSleep()
        queue.post(5)
        #expect(rings(queue) == 0)
    }

    @Test func aSilencedBellIsSilent() throws {
        let queue = try PostQueue<Int>()
        #expect(queue.prepareToSleep())
        queue.post(1)
        queue.silence()
        #expect(rings(queue) == 0)
        queue.silence()
    }

    @Test func messagesThatNobodyTookAreReleasedWithTheQueue() throws {
        let released = Released()
        do {
            let queue = try PostQueue<Tracked>()
            for _ in 0..<100 { queue.post(Tracked(released)) }
            queue.takeAll { _ in }
            #expect(released.count == 100)
            for _ in 0..<100 { queue.post(Tracked(released)) }
            #expect(released.count == 100)
        }
        #expect(released.count == 200)
    }

    private func taken(_ queue: PostQueue<Int>) -> [Int] {
        var all: [Int] = []
        queue.takeAll { all.append($0) }
        return all
    }

    /// How often the bell was rung since it was last asked (eventfd(2)).
    private func rings(_ queue: PostQueue<Int>) -> UInt64 {
        var count: UInt64 = 0
        let size = unsafe withUnsafeMutableBytes(of: &count) { unsafe read(queue.bellDescriptor, $0.baseAddress, 8) }
        return size == 8 ? count : 0
    }
}

/// Counts messages that were released.
private final class Released: Sendable {
    private let number = Atomic<Int>(0)
    var count: Int { number.load(ordering: .relaxed) }
    func add() { number.add(1, ordering: .relaxed) }
}

private final class Tracked: Sendable {
    private let released: Released
    init(_ released: Released) { self.released = released }
    deinit { released.add() }
}
