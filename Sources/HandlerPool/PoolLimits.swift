/// The handler pool's named maxima. A value, made on the main thread.

/// How many threads and waiting jobs the pool may have, and when it changes its size.
package struct PoolLimits: Sendable, Equatable {
    /// Threads that are always there.
    package var threadsMin = 2
    /// Threads at most: each costs a stack and, while it reads, a database connection.
    package var threadsMax = 64
    /// Jobs that may wait; one that comes after them has the place of another owner's, or is shed (`JobQueue`).
    package var queueMax = 8192
    /// A thread is added when the oldest job has waited this long while every thread was busy: handlers take
    /// microseconds, so a job that waits for milliseconds waits behind something that blocks.
    package var growWait = Duration.milliseconds(5)
    /// No thread is added while as many compute as there are processors, unless each has computed for this long: one more
    /// would take from those that are there, and a job that never ends must not hold up the rest.
    package var computeMax = Duration.milliseconds(100)
    /// A thread beyond `threadsMin` ends when it had nothing to do for this long: what the allocator keeps for a thread
    /// goes back with it, half a megabyte after large forms, and a new one costs some fifty microseconds.
    package var idleMax = Duration.seconds(5)
    /// The niceness of the threads (nice(2)), 0 to 19: how far jobs that compute stand back for the program's other threads.
    ///
    /// A job that blocks needs little of a processor, and has it at once. One that computes would hold up every completion
    /// worker: at 0 on all processors, static files wait ten times as long as at 10.
    package var niceness = 10

    package init() {}

    /// - Precondition: the relations below.
    func check() {
        precondition(threadsMin >= 1, "a pool without threads runs nothing")
        precondition(threadsMax >= threadsMin, "threadsMax is at least threadsMin")
        precondition(threadsMax <= 999, "the name of thread pool-1000 and its like would be cut by the kernel")
        precondition(queueMax >= threadsMax, "a queue shorter than the pool would shed while threads idle")
        precondition((0...19).contains(niceness), "a niceness is 0 to 19")
        precondition(growWait > .zero && idleMax > growWait, "a thread lives longer than it takes to add it")
        precondition(computeMax >= growWait, "a job that computes is looked at more than once")
    }
}
