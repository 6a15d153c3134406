/// What the pool's busy threads do at one moment. A value; made by the supervisor.

internal import Platform

/// Threads that compute and threads that wait, for the choice whether another would help.
struct PoolLoad {
    /// Threads that run a job and want a processor, now.
    var computing: Int
    /// When the youngest of the jobs that run began.
    var youngest: Instant

    /// Every thread waits for something.
    static let waiting = PoolLoad(computing: 0, youngest: .distantFuture)
}
