/// The jobs that wait, in their order. Test threads.

import Platform
import Synchronization
import Testing

@testable import HandlerPool

@Suite(.timeLimit(.minutes(15))) struct JobQueueTests {
    private final class Job: PoolJob {
        let number: Int
        private let wasWithdrawn = Atomic<Bool>(false)
        private let body: @Sendable () -> Void

        init(_ number: Int, _ body: @escaping @Sendable () -> Void = {}) {
            self.number = number
            self.body = body
        }

        var isObsolete: Bool { wasWithdrawn.load(ordering: .relaxed) }
        func withdraw() { wasWithdrawn.store(true, ordering: .relaxed) }
        func run() { body() }
    }

    private func numbers(_ jobs: [any PoolJob]) -> [Int] { jobs.compactMap { ($0 as? Job)?.number } }

    @Test func whatIsObsoleteLeavesAndTheOthersKeepTheirOrderAndTime() {
        for start in 0..<5 {
            var queue = JobQueue(countMax: 5)
            // From wherever in the ring the queue begins.
            for number in 0..<start { queue.append(Job(number), at: Instant(nanoseconds: 1)) }
            for _ in 0..<start { _ = queue.takeFirst() }
            let jobs = (0..<5).map { Job($0) }
            for job in jobs { queue.append(job, at: Instant(nanoseconds: UInt64(10 + job.number))) }
            for number in [0, 3] { jobs[number].withdraw() }
            #expect(numbers(queue.removeObsolete()) == [0, 3])
            #expect(queue.count == 3)
            #expect(queue.oldest == Instant(nanoseconds: 11))
            #expect(queue.removeObsolete().isEmpty)
            queue.append(Job(9), at: Instant(nanoseconds: 20))
            #expect(numbers(queue.takeAll()) == [1, 2, 4, 9])
        }
    }

    @Test func aPoolGivesPlacesOfObsoleteJobsToOthers() throws {
        var limits = PoolLimits()
        (limits.threadsMin, limits.threadsMax, limits.queueMax) = (1, 1, 3)
        let pool = HandlerPool(limits: limits)
        try pool.start()
        let state = Monitor<(hasBegun: Bool, isOpen: Bool, ran: [Int])>((false, false, []))
        let blocker = Job(0) {
            state.withLock { $0.hasBegun = true }
            state.broadcast()
            _ = state.waitUntil { $0.isOpen ? true : nil }
        }
        #expect(pool.submit(blocker))
        _ = state.waitUntil { $0.hasBegun ? true : nil }
        let jobs = (1...5).map { number in Job(number) { state.withLock { $0.ran.append(number) } } }
        #expect(pool.submit(contentsOf: jobs) == 3)
        #expect(pool.removeObsolete() == 0)
        for job in jobs[..<2] { job.withdraw() }
        #expect(pool.removeObsolete() == 2)
        #expect(pool.statistics.jobsQueued == 1)
        #expect(pool.submit(contentsOf: Array(jobs[3...])) == 2)
        #expect(!pool.submit(jobs[0]))
        state.withLock { $0.isOpen = true }
        state.broadcast()
        #expect(pool.stop(deadline: .now.advanced(by: .seconds(30))).isClean)
        #expect(state.withLock { $0.ran } == [3, 4, 5])
    }
}
