/// The pool's busy threads at one moment. A value; made by the supervisor.

internal import Platform

/// The threads that compute, for the choice whether another would help.
struct PoolLoad: Equatable {
    /// Threads that run a job and want a processor, now.
    private(set) var computing = 0
    /// The start of the youngest of their jobs.
    private(set) var youngest = Instant(nanoseconds: 0)

    /// Every thread waits for something.
    static let waiting = PoolLoad()

    /// True when another thread would only take from those that are there: as many compute as there are processors, and the
    /// youngest has not for `computeMax`.
    func isFull(processors: Int, computeMax: Duration, at now: Instant) -> Bool {
        computing >= processors && youngest.advanced(by: computeMax) > now
    }

    /// A thread computes, with a job that began then.
    mutating func add(since start: Instant) {
        computing += 1
        youngest = max(youngest, start)
    }
}
