/// The lane with real threads: what it takes, it runs. Test threads.

import Platform
import Testing

@testable import HandlerPool

@Suite(.timeLimit(.minutes(15))) struct PoolLaneTests {
    private final class Job: PoolJob {
        private let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        func run() { body() }
    }

    /// A pool that refuses again and again, and several threads that submit: a job that was taken while another was
    /// refused waits for nobody.
    @Test func whatWasTakenRunsThoughThePoolIsFull() throws {
        var limits = PoolLimits()
        limits.threadsMin = 1
        limits.threadsMax = 1
        limits.queueMax = 1
        let pool = HandlerPool(limits: limits)
        try pool.start()
        let lane = PoolLane(pool: pool, runningMax: 1, queueMax: 4)
        let ran = Monitor(0)
        for _ in 0..<300 {
            let taken = Monitor(0)
            let before = ran.withLock { $0 }
            let threads = try (0..<4).map { _ in
                try NamedThread(name: "submitter") {
                    for _ in 0..<50 {
                        // Fills the pool's queue.
                        _ = pool.submit(Job {})
                        let job = Job {
                            ran.withLock { $0 += 1 }
                            ran.broadcast()
                        }
                        if lane.submit(job) { taken.withLock { $0 += 1 } }
                    }
                }
            }
            for thread in threads { thread.join() }
            let wanted = before + taken.withLock { $0 }
            let isDone = ran.waitUntil(.now.advanced(by: .seconds(10))) { $0 == wanted ? true : nil } ?? false
            guard isDone else {
                Issue.record("a job that was taken does not run")
                break
            }
        }
        lane.stop()
        #expect(pool.stop(deadline: .now.advanced(by: .seconds(30))).isClean)
    }

    @Test func otherJobsHaveTheirTurn() throws {
        var limits = PoolLimits()
        limits.threadsMin = 1
        limits.threadsMax = 1
        let pool = HandlerPool(limits: limits)
        try pool.start()
        let lane = PoolLane(pool: pool, runningMax: 1, queueMax: 10)
        let isOpen = Monitor(false)
        let order = Monitor<[String]>([])
        let gate = Job { _ = isOpen.waitUntil { $0 ? true : nil } }
        #expect(lane.submit(gate))
        func job(_ name: String) -> Job {
            Job {
                order.withLock { $0.append(name) }
                order.broadcast()
            }
        }
        for _ in 0..<3 { #expect(lane.submit(job("lane"))) }
        #expect(pool.submit(job("other")))
        isOpen.withLock { $0 = true }
        isOpen.broadcast()
        #expect(order.waitUntil { $0.count == 4 ? $0 : nil } == ["other", "lane", "lane", "lane"])
        #expect(pool.stop(deadline: .now.advanced(by: .seconds(30))).isClean)
    }

    @Test func fewRunAtATime() throws {
        var limits = PoolLimits()
        limits.threadsMin = 4
        limits.threadsMax = 4
        let pool = HandlerPool(limits: limits)
        try pool.start()
        let lane = PoolLane(pool: pool, runningMax: 2, queueMax: 1000)
        let state = Monitor((running: 0, most: 0, done: 0))
        for _ in 0..<1000 {
            let isTaken = lane.submit(
                Job {
                    state.withLock { state in
                        state.running += 1
                        state.most = max(state.most, state.running)
                    }
                    state.withLock { state in
                        state.running -= 1
                        state.done += 1
                    }
                    state.broadcast()
                }
            )
            #expect(isTaken)
        }
        _ = state.waitUntil { $0.done == 1000 ? true : nil }
        #expect(state.withLock { $0.most } <= 2)
        #expect(pool.stop(deadline: .now.advanced(by: .seconds(30))).isClean)
    }
}
