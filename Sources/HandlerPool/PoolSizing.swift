/// Every decision about the pool's threads, and no thread: events in, actions out. Used with the pool's lock held.

internal import Platform

/// The choice of the thread that wakes, starts, sleeps or ends, by counts and by the time given with each event.
///
/// Idle threads form a stack, and the last to go idle is the first to wake, as a completion port does it: its stack and
/// its processor's cache are warm, and the threads at the bottom stay idle long enough to be retired.
///
/// When every thread is blocked, nobody in the pool can notice that a job waits too long. The supervisor, a thread of
/// its own, does: a submission that finds no idle thread asks for it (once, until it has looked), and it sleeps until
/// the oldest job would have waited for `growWait`. As long as submissions find idle threads it is never woken. It adds a
/// thread where threads are blocked, and not where they compute: more of these than processors would get no more done, and
/// share what they have with each job that comes.
struct PoolSizing {
    private let limits: PoolLimits
    /// Threads that can compute at a time.
    private let processors: Int
    private var slots: [Slot]
    /// Idle threads, the most recently idle last.
    private var idle: [Int] = []
    /// Threads that were woken and have not yet come for a job: jobs that need no further wake-up.
    private var waking = 0
    /// Jobs in the queue.
    private(set) var queued = 0
    /// Threads that run or are being started.
    private(set) var threads = 0
    private(set) var isStopping = false
    /// The time at which the supervisor looks next; `nil` while it sleeps until it is asked.
    private var supervision: Instant?
    private(set) var statistics = PoolStatistics()

    private enum Slot {
        case free, starting, busy, idle, woken
        /// Ended, and to be joined.
        case ended
    }

    /// The action of the performer when the state has been decided and the lock is free.
    enum Action: Equatable {
        /// Wake this idle thread.
        case wake(Int)
        /// Wake the supervisor, which then asks `supervise` what to do.
        case wakeSupervisor
        /// Start the thread with this number; then `started` or `notStarted`.
        case start(Int)
        /// Join the thread with this number, which has ended or is about to.
        case join(Int)
    }

    /// The next step of a thread that has nothing to do.
    enum Next: Equatable {
        /// Take the job whose turn it is from the queue and run it.
        case run
        /// Sleep until woken, or until the instant; then `woke`.
        case park(until: Instant)
        /// Return from the thread.
        case end
    }

    init(limits: PoolLimits, processors: Int = .max) {
        limits.check()
        self.limits = limits
        self.processors = processors
        slots = Array(repeating: .free, count: limits.threadsMax)
        idle.reserveCapacity(limits.threadsMax)
    }

    var idleThreads: Int { idle.count }

    // MARK: Submitting

    /// Jobs have been added to the queue; `wake` follows when all of a batch have.
    mutating func added(_ count: Int) {
        precondition(!isStopping && count <= limits.queueMax - queued, "at most \(limits.queueMax) jobs wait")
        queued += count
    }

    /// Jobs found no place in the queue, or have lost theirs to others.
    mutating func shed(_ count: Int) {
        statistics.jobsShed += count
    }

    /// Finds threads for the jobs that have been added.
    mutating func wake(at now: Instant) -> [Action] {
        var actions: [Action] = []
        while queued > waking, let thread = idle.popLast() {
            slots[thread] = .woken
            waking += 1
            actions.append(.wake(thread))
        }
        if queued > waking, threads < limits.threadsMax, supervision == nil {
            supervision = now.advanced(by: limits.growWait)
            actions.append(.wakeSupervisor)
        }
        return actions
    }

    /// Jobs were taken out of the queue that need not be run.
    mutating func removed(_ count: Int) {
        precondition(count <= queued, "what was not queued is not taken out")
        queued -= count
    }

    // MARK: Threads

    /// A thread has no job: it has just started, finished one, or been woken.
    mutating func next(_ thread: Int, at now: Instant) -> Next {
        switch slots[thread] {
        case .woken: waking -= 1
        // A wake-up that crossed its deadline was counted then, and ends the next sleep too early.
        case .idle: idle.removeAll { $0 == thread }
        case .free, .starting, .busy, .ended: break
        }
        if queued > 0 {
            queued -= 1
            slots[thread] = .busy
            statistics.jobsRun += 1
            return .run
        }
        if isStopping { return end(thread) }
        slots[thread] = .idle
        idle.append(thread)
        return .park(until: parkingDeadline(now))
    }

    /// A parked thread's deadline came before anybody woke it.
    mutating func idledOut(_ thread: Int, at now: Instant) -> Next {
        // Woken between its deadline and this call: it goes on to `next` as if the deadline had not been.
        guard slots[thread] == .idle else { return next(thread, at: now) }
        guard threads > limits.threadsMin || isStopping else { return .park(until: .distantFuture) }
        idle.removeAll { $0 == thread }
        statistics.threadsRetired += 1
        return end(thread)
    }

    /// Those within the minimum sleep without a deadline: a quiet server wakes for nothing.
    private func parkingDeadline(_ now: Instant) -> Instant {
        threads > limits.threadsMin ? now.advanced(by: limits.idleMax) : .distantFuture
    }

    private mutating func end(_ thread: Int) -> Next {
        slots[thread] = .ended
        threads -= 1
        return .end
    }

    // MARK: Supervising

    /// The threads that are there from the beginning.
    mutating func start() -> [Action] {
        (0..<limits.threadsMin).map { _ in startOne() }
    }

    /// Looks whether a job has waited for so long that another thread is added where that helps.
    ///
    /// - Parameters:
    ///   - oldest: when the oldest waiting job was submitted; `nil` when none waits.
    ///   - now: the time of this look.
    /// - Returns: true when it has, and the pool may have another.
    func wantsThread(oldest: Instant?, at now: Instant) -> Bool {
        guard let oldest, queued > waking, threads < limits.threadsMax else { return false }
        return oldest.advanced(by: limits.growWait) <= now
    }

    /// The supervisor looks: because it was asked, because its time came, or because a thread ended.
    ///
    /// - Parameters:
    ///   - oldest: when the oldest waiting job was submitted; `nil` when none waits.
    ///   - load: what the threads do; looked at when `wantsThread` is true.
    ///   - now: the time of this look.
    /// - Returns: threads to join and to start, and when to look again.
    mutating func supervise(
        oldest: Instant?,
        load: PoolLoad = .waiting,
        at now: Instant
    ) -> (actions: [Action], until: Instant) {
        var actions = joinEnded()
        supervision = nil
        guard let oldest, queued > waking, threads < limits.threadsMax else { return (actions, .distantFuture) }
        var lookAgain = oldest.advanced(by: limits.growWait)
        if wantsThread(oldest: oldest, at: now) {
            if !load.isFull(processors: processors, computeMax: limits.computeMax, at: now) {
                actions.append(startOne())
                statistics.threadsGrown += 1
            }
            // One at a time: the new thread may be all that was needed, and it needs a moment to show it.
            lookAgain = now.advanced(by: limits.growWait)
        }
        supervision = lookAgain
        return (actions, lookAgain)
    }

    /// The kernel refused a thread.
    mutating func notStarted(_ thread: Int) {
        precondition(slots[thread] == .starting, "thread \(thread) was not being started")
        slots[thread] = .free
        threads -= 1
        statistics.threadsRefused += 1
    }

    private mutating func startOne() -> Action {
        guard let thread = slots.firstIndex(of: .free) else { preconditionFailure("more threads than slots") }
        slots[thread] = .starting
        threads += 1
        statistics.threadsPeak = max(statistics.threadsPeak, threads)
        return .start(thread)
    }

    private mutating func joinEnded() -> [Action] {
        var actions: [Action] = []
        for thread in slots.indices where slots[thread] == .ended {
            slots[thread] = .free
            actions.append(.join(thread))
        }
        return actions
    }

    // MARK: Stopping

    /// No job is taken from now on.
    ///
    /// Those that wait are still run; then the threads end.
    mutating func stop() -> [Action] {
        isStopping = true
        let woken = idle
        for thread in woken { slots[thread] = .woken }
        waking += woken.count
        idle.removeAll()
        return woken.map(Action.wake) + [.wakeSupervisor]
    }

    /// The time for stopping is over: what waits is taken out of the queue and never run.
    mutating func abandon() {
        queued = 0
    }
}
