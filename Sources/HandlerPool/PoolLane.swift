/// A way into the pool that takes only a few of its threads. Any thread submits, pool threads run.

internal import Platform

/// Jobs of one kind, of which at most a few run at a time, however many threads are idle.
///
/// For what needs a processor rather than waits: without it, such jobs would take all threads from those that wait.
package final class PoolLane: Sendable {
    private struct State {
        var queue: [any PoolJob] = []
        var running = 0
        var isStopped = false
    }

    private let pool: HandlerPool
    fileprivate let owner: JobOwner
    private let runningMax: Int
    private let queueMax: Int
    private let state = Monitor(State())

    /// - Parameters:
    ///   - pool: whose threads run the jobs.
    ///   - owner: whose turns and places in the pool's queue they have.
    ///   - runningMax: jobs that run at a time.
    ///   - queueMax: jobs that wait for their turn.
    package init(pool: HandlerPool, owner: JobOwner = .program(kind: 0), runningMax: Int, queueMax: Int) {
        self.pool = pool
        self.owner = owner
        self.runningMax = runningMax
        self.queueMax = queueMax
    }

    /// Has a job run.
    ///
    /// - Returns: false when too many wait, the pool is full or the lane has stopped: the job will not run.
    package func submit(_ job: any PoolJob) -> Bool {
        // The pool's lock within this one, which no pool thread holds while it waits for this: between the two locks, a job
        // could come to wait for a thread that the pool then refuses. Jobs that are told that they are displaced know no lane.
        state.withLock { state in
            guard !state.isStopped else { return false }
            if state.running < runningMax, pool.submit(LaneRun(job, lane: self)) {
                state.running += 1
                return true
            }
            // Whoever runs takes what waits.
            guard state.running > 0, state.queue.count < queueMax else { return false }
            state.queue.append(job)
            return true
        }
    }

    /// Forgets what waits; what runs is finished.
    package func stop() {
        state.withLock { state in
            state.isStopped = true
            state.queue.removeAll()
        }
    }

    /// Puts a job whose turn it is behind what waits in the pool; false when the pool has no room.
    fileprivate func requeue(_ job: any PoolJob) -> Bool { pool.submit(LaneRun(job, lane: self)) }

    /// The job whose turn it is; a thread that gets none leaves the lane.
    fileprivate func next() -> (any PoolJob)? {
        state.withLock { state in
            if state.queue.isEmpty {
                state.running -= 1
                return nil
            }
            return state.queue.removeFirst()
        }
    }
}

/// A pool thread on the lane.
///
/// After each job it goes behind what else waits in the pool, and takes the next at once where there is no room: so none of
/// the lane's jobs is refused late, and all other jobs have their turn on few threads.
private final class LaneRun: PoolJob {
    private let first: any PoolJob
    private let lane: PoolLane

    init(_ first: any PoolJob, lane: PoolLane) {
        self.first = first
        self.lane = lane
    }

    var jobOwner: JobOwner { lane.owner }

    func run() {
        first.run()
        while let job = lane.next() {
            if lane.requeue(job) { return }
            job.run()
        }
    }
}
