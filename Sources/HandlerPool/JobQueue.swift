/// The jobs that wait. Used with the pool's lock held.

internal import Platform

/// A ring of jobs with the time at which each came, allocated once at its largest.
struct JobQueue {
    private struct Entry {
        let job: any PoolJob
        let submitted: Instant
    }

    private var entries: [Entry?]
    private var first = 0
    private(set) var count = 0

    init(countMax: Int) {
        entries = Array(repeating: nil, count: countMax)
    }

    /// The time at which the oldest job came.
    var oldest: Instant? { count == 0 ? nil : entries[first]?.submitted }

    mutating func append(_ job: any PoolJob, at now: Instant) {
        precondition(count < entries.count, "the queue holds at most \(entries.count) jobs")
        var index = first + count
        if index >= entries.count { index -= entries.count }
        entries[index] = Entry(job: job, submitted: now)
        count += 1
    }

    mutating func takeFirst() -> any PoolJob {
        guard let entry = entries[first].take() else { preconditionFailure("a job is taken from an empty queue") }
        first = first + 1 == entries.count ? 0 : first + 1
        count -= 1
        return entry.job
    }

    /// Takes out what need not be run any more; the order of the others stays.
    mutating func removeObsolete() -> [any PoolJob] {
        var removed: [any PoolJob] = []
        for _ in 0..<count {
            guard let entry = entries[first].take() else { preconditionFailure("a queue has no gaps") }
            first = first + 1 == entries.count ? 0 : first + 1
            count -= 1
            if entry.job.isObsolete {
                removed.append(entry.job)
            } else {
                append(entry.job, at: entry.submitted)
            }
        }
        return removed
    }

    /// Empties the queue, oldest first.
    mutating func takeAll() -> [any PoolJob] {
        (0..<count).map { _ in takeFirst() }
    }
}
