/// The elastic pool that runs what may block: handlers, and what they wait for. Submit on any thread; jobs run on pool
/// threads; start and stop on the main thread.
///
/// DESIGN. One lock guards `JobQueue`, which decides about jobs, and `PoolSizing`, which decides about threads; this file
/// performs. No job is interrupted: where one client's jobs hold all threads, another's is next when one of them ends. Each
/// thread sleeps on a parker of its own, so that exactly the wanted one wakes and none is signalled that runs. The supervisor,
/// "pool-super", starts and joins threads; it sleeps unless a job found no idle thread, or a thread ended.

package import Platform

/// Runs jobs on between `threadsMin` and `threadsMax` threads.
package final class HandlerPool: Sendable {
    private struct State: ~Copyable {
        var sizing: PoolSizing
        var queue: JobQueue
        /// The job that each thread runs, and the time of its start: its owner is charged for it, and a stop that takes too
        /// long names it.
        var running: [(turn: JobQueue.Turn, since: Instant)?]
        /// The kernel's number of each thread, once it runs.
        var numbers: [ThreadNumber?]
    }

    /// The jobs that a submission leaves without a place.
    private struct Leftover {
        /// Indices of those that were submitted.
        var refused: [Int] = []
        /// Jobs that waited and whose places others have now.
        var displaced: [any PoolJob] = []
        /// Jobs that waited and that need not run.
        var obsolete: [any PoolJob] = []
    }

    private let limits: PoolLimits
    private let processors: Int
    /// The prefix of its threads' names.
    private let name: String
    private let state: Monitor<State>
    /// One for each thread, at the index of its number.
    private let parkers: [Parker]
    private let supervisorParker = Parker()
    /// Threads that have been started and not joined.
    ///
    /// Touched by the supervisor, and by start and stop while it is not there.
    private let threads: Monitor<[NamedThread?]>
    private let supervisor = Monitor<NamedThread?>(nil)
    /// Set when the last thread has ended after `stop`.
    private let ended = Monitor(false)

    /// - Parameters:
    ///   - limits: how many threads and jobs it may have.
    ///   - processors: those that the process may use; `.max` for jobs that never compute for long.
    ///   - name: what the names of its threads begin with, 9 bytes at most.
    /// - Precondition: the limits fit together, see `PoolLimits`.
    package init(limits: PoolLimits, processors: Int = .max, name: String = "pool") {
        self.limits = limits
        self.processors = processors
        self.name = name
        state = Monitor(
            State(
                sizing: PoolSizing(limits: limits, processors: processors),
                queue: JobQueue(countMax: limits.queueMax),
                running: Array(repeating: nil, count: limits.threadsMax),
                numbers: Array(repeating: nil, count: limits.threadsMax)
            )
        )
        parkers = (0..<limits.threadsMax).map { _ in Parker() }
        threads = Monitor(Array(repeating: nil, count: limits.threadsMax))
    }

    /// Starts the smallest number of threads.
    ///
    /// Call it once.
    ///
    /// - Throws: `SystemError` when the process may not have the threads; those that were started then end by `stop`.
    package func start() throws(SystemError) {
        for action in state.withLock({ $0.sizing.start() }) {
            guard case .start(let number) = action else { continue }
            try startThread(number)
        }
        let thread = try NamedThread(name: "\(name)-super") { self.supervise() }
        supervisor.withLock { $0 = thread }
    }

    /// Queues a job.
    ///
    /// - Returns: false when it will not run, as for the jobs of a batch.
    package func submit(_ job: any PoolJob) -> Bool {
        submit(contentsOf: [job]).isEmpty
    }

    /// Queues several jobs under one lock.
    ///
    /// In a full queue a job has the place of one of the owner who has most, if that is more than its own owner has
    /// with it; the job that waited is told (`PoolJob.displaced`) before this returns.
    ///
    /// - Returns: the indices of those that will not run, since the pool stops, or no owner has more: shed them.
    /// - Complexity: one lock, and for each job logarithmic in the number of owners; a system call only when a thread must
    ///   wake.
    package func submit(contentsOf jobs: [any PoolJob]) -> [Int] {
        guard !jobs.isEmpty else { return [] }
        let now = Instant.now
        let (leftover, actions) = state.withLock { state in
            let leftover = Self.add(jobs, to: &state, at: now)
            return (leftover, state.sizing.wake(at: now))
        }
        perform(actions)
        for job in leftover.displaced { job.displaced() }
        // The obsolete ones are released here, without the lock: what ends with a job is not this pool's to know.
        return leftover.refused
    }

    private static func add(_ jobs: [any PoolJob], to state: inout State, at now: Instant) -> Leftover {
        var leftover = Leftover()
        for (index, job) in jobs.enumerated() {
            guard !state.sizing.isStopping else {
                leftover.refused.append(index)
                continue
            }
            if state.queue.isFull {
                let removed = state.queue.removeSomeObsolete()
                state.sizing.removed(removed.count)
                leftover.obsolete += removed
            }
            switch state.queue.submit(job, at: now) {
            case .added: state.sizing.added(1)
            case .replaced(let other): leftover.displaced.append(other)
            case .refused: leftover.refused.append(index)
            }
        }
        state.sizing.shed(leftover.refused.count + leftover.displaced.count)
        return leftover
    }

    /// Takes no more jobs, runs those that wait, and ends the threads.
    ///
    /// Blocks. May be called again, to wait for what was stuck the first time.
    ///
    /// - Parameter deadline: when to give up on what still runs.
    /// - Returns: what still runs at the deadline, and what never ran.
    package func stop(deadline: Instant) -> PoolStopReport {
        perform(state.withLock { $0.sizing.stop() })
        let isSupervised = supervisor.withLock { $0 != nil }
        // Without a supervisor the start failed half-way, no job was ever taken, and the few threads end at once.
        if !isSupervised { joinAll() }
        let isDone = !isSupervised || ended.waitUntil(deadline) { $0 ? true : nil } ?? false
        if isDone { supervisor.withLock { $0.take() }?.join() }
        return state.withLock { report(&$0, at: .now) }
    }

    /// The counts of this moment.
    package var statistics: PoolStatistics {
        state.withLock { state in
            var statistics = state.sizing.statistics
            statistics.threads = state.sizing.threads
            statistics.threadsIdle = state.sizing.idleThreads
            statistics.jobsQueued = state.sizing.queued
            return statistics
        }
    }

    // MARK: A pool thread

    private func work(_ thread: Int) {
        state.withLock { $0.numbers[thread] = .current }
        var next = decide(thread, idledOut: false)
        while true {
            switch next {
            case .run(let job):
                // It may have become so while it waited; then whoever would be told the end does not wait for it.
                if !job.isObsolete { job.run() }
                next = decide(thread, idledOut: false)
            case .park(let deadline):
                let isWoken = parkers[thread].park(until: deadline)
                next = decide(thread, idledOut: !isWoken)
            case .end:
                supervisorParker.unpark()
                return
            }
        }
    }

    private enum Step {
        case run(any PoolJob)
        case park(Instant)
        case end
    }

    /// Decides the thread's next step.
    ///
    /// The job that it has finished leaves the lock before it is released, since what ends with a job is not this
    /// pool's to know.
    private func decide(_ thread: Int, idledOut: Bool) -> Step {
        let now = Instant.now
        let (step, _) = state.withLock { state -> (Step, (any PoolJob)?) in
            let running = state.running[thread].take()
            if let running { state.queue.ended(running.turn.lane, held: now.remaining(from: running.since)) }
            let finished = running?.turn.job
            switch idledOut ? state.sizing.idledOut(thread, at: now) : state.sizing.next(thread, at: now) {
            case .run:
                let turn = state.queue.takeNext()
                state.running[thread] = (turn, now)
                return (.run(turn.job), finished)
            case .park(let deadline): return (.park(deadline), finished)
            case .end: return (.end, finished)
            }
        }
        return step
    }

    // MARK: The supervisor

    private func supervise() {
        var until = Instant.distantFuture
        while true {
            _ = supervisorParker.park(until: until)
            let now = Instant.now
            let load = load(at: now)
            let (decision, isEnded) = state.withLock { state in
                let decision = state.sizing.supervise(oldest: state.queue.oldest, load: load, at: now)
                return (decision, state.sizing.isStopping && state.sizing.threads == 0)
            }
            until = decision.until
            perform(decision.actions)
            if isEnded { break }
        }
        ended.withLock { $0 = true }
        ended.broadcast()
    }

    /// Looks at the busy threads, without the lock, and only where that decides whether another is started.
    private func load(at now: Instant) -> PoolLoad {
        let busy = state.withLock { state -> [(number: ThreadNumber, since: Instant)] in
            guard state.sizing.wantsThread(oldest: state.queue.oldest, at: now) else { return [] }
            return zip(state.numbers, state.running).compactMap { number, running in
                guard let number, let running else { return nil }
                return (number, running.since)
            }
        }
        var load = PoolLoad()
        for thread in busy where thread.number.wantsProcessor {
            load.add(since: thread.since)
            // The others don't change the decision.
            if load.isFull(processors: processors, computeMax: limits.computeMax, at: now) { break }
        }
        return load
    }

    private func perform(_ actions: [PoolSizing.Action]) {
        for action in actions {
            switch action {
            case .wake(let thread): parkers[thread].unpark()
            case .wakeSupervisor: supervisorParker.unpark()
            case .join(let thread): threads.withLock { $0[thread].take() }?.join()
            case .start(let thread):
                do throws(SystemError) {
                    try startThread(thread)
                } catch {
                    // Counted as `threadsRefused`. The threads that are there go on, and the supervisor tries again
                    // as long as a job waits.
                    continue
                }
            }
        }
    }

    private func startThread(_ number: Int) throws(SystemError) {
        do throws(SystemError) {
            let thread = try NamedThread(name: name(of: number), niceness: Int32(limits.niceness)) { self.work(number) }
            threads.withLock { $0[number] = thread }
        } catch {
            state.withLock { $0.sizing.notStarted(number) }
            throw error
        }
    }

    // MARK: Stopping

    private func joinAll() {
        let left = threads.withLock { threads in
            defer { threads = Array(repeating: nil, count: threads.count) }
            return threads.compactMap { $0 }
        }
        for thread in left { thread.join() }
    }

    private func report(_ state: inout State, at now: Instant) -> PoolStopReport {
        let stuck = state.running.enumerated().compactMap { number, running in
            running.map {
                PoolStopReport.Stuck(thread: name(of: number), job: $0.turn.job, runningFor: now.since($0.since))
            }
        }
        state.sizing.abandon()
        return PoolStopReport(stuck: stuck, abandoned: state.queue.takeAll())
    }

    /// Thread 0 is "pool-1": people count from one.
    private func name(of number: Int) -> String { "\(name)-\(number + 1)" }
}
