/// What the pool counts. A value; any thread.

/// Counts since the start, and the sizes of this moment.
package struct PoolStatistics: Equatable, Sendable {
    /// Threads now, those that sleep among them, and the most there have been.
    package var threads = 0
    package var threadsIdle = 0
    package var threadsPeak = 0
    /// Threads added because a job waited, ended because they had nothing to do, refused by the kernel.
    package var threadsGrown = 0
    package var threadsRetired = 0
    package var threadsRefused = 0
    /// Jobs that wait now, that were taken from the queue, that found no place in it or lost theirs.
    package var jobsQueued = 0
    package var jobsRun = 0
    package var jobsShed = 0

    package init() {}
}
