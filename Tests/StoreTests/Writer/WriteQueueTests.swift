/// Writes from several threads on their way to one. Test threads.

import Platform
import Testing

@testable import Store

@Suite struct WriteQueueTests {
    private static func queue(writesMax: Int) -> WriteQueue {
        var limits = StoreLimits()
        limits.writesQueuedMax = writesMax
        return WriteQueue(limits)
    }

    private static func write(
        _ owner: UInt64,
        _ completion: @escaping @Sendable (Result<StoreOutcome, StoreError>) -> Void
    ) -> StoreWrite {
        StoreWrite(statements: [StoreStatement(sql: "")], owner: .client(owner), size: 1, completion: completion)
    }

    @Test func aWriteThatLosesItsPlaceFailsOnceAndOutsideTheLock() {
        let queue = Self.queue(writesMax: 2)
        let told = Monitor<[Result<StoreOutcome, StoreError>]>([])
        for _ in 0..<2 {
            #expect(
                queue.submit(
                    Self.write(1) { result in
                        // Would wait for itself under the lock.
                        _ = queue.hasPending
                        told.withLock { $0.append(result) }
                    }
                )
            )
        }
        #expect(queue.submit(Self.write(2) { _ in }))
        #expect(told.withLock { $0 } == [.failure(.displaced)])
        #expect(!queue.submit(Self.write(2) { _ in Issue.record("it was refused") }))
        #expect(queue.refused == 2)
    }

    @Test func aQueueThatStopsIsTakenToItsEnd() {
        let queue = Self.queue(writesMax: 2000)
        for _ in 0..<1000 { #expect(queue.submit(Self.write(1) { _ in })) }
        queue.stop()
        #expect(!queue.submit(Self.write(1) { _ in Issue.record("it was refused") }))
        var left = 1000
        while true {
            var writes: [StoreWrite] = []
            let wakeup = queue.take(into: &writes, until: .now)
            left -= writes.count
            queue.finish(writes[...])
            if wakeup.isEnded { break }
        }
        #expect(left == 0)
    }

    /// Each is stored, displaced or refused, and that once.
    @Test func everyWriteOfManyThreadsEndsOnce() throws {
        let queue = Self.queue(writesMax: 16)
        let count = 4000
        let ends = Monitor([UInt8](repeating: 0, count: 4 * count))
        let threads = try (0..<4).map { owner in
            try NamedThread(name: "submitter") {
                for number in 0..<count {
                    let place = owner * count + number
                    // The first thread is as many as all others, each of which is one.
                    let isTaken = queue.submit(
                        Self.write(UInt64(owner == 0 ? 0 : number)) { _ in ends.withLock { $0[place] += 1 } }
                    )
                    if !isTaken { ends.withLock { $0[place] += 1 } }
                }
            }
        }
        let writer = try NamedThread(name: "taker") {
            var writes: [StoreWrite] = []
            while true {
                let wakeup = queue.take(into: &writes, until: .distantFuture)
                queue.finish(writes[...])
                let outcome = StoreOutcome(lastInsertRowID: 0, changes: 0)
                for write in writes { write.completion(.success(outcome)) }
                writes.removeAll(keepingCapacity: true)
                if wakeup.isEnded { return }
            }
        }
        for thread in threads { thread.join() }
        queue.stop()
        writer.join()
        #expect(ends.withLock { $0.allSatisfy { $0 == 1 } })
    }
}
