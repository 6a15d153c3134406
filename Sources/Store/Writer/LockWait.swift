/// How long writes wait for a lock that another process holds. A value; the store writer.

internal import Platform

/// The wait for the site's lock: first for as long as a server may take to end, during which writes wait; then looking
/// again now and then, during which they are refused.
struct LockWait {
    private let duration: Duration
    private let pollInterval: Duration
    private let retryInterval: Duration
    /// When the lock was first found held; `nil` while nothing is waited for.
    private(set) var start: Instant?
    private var hasEnded = false
    private var lastAttempt = Instant(nanoseconds: 0)

    init(_ limits: StoreLimits) {
        duration = limits.lockDuration
        pollInterval = limits.lockPollInterval
        retryInterval = limits.lockRetryInterval
    }

    /// Notes that the lock is tried, whatever comes of it.
    mutating func attempted(now: Instant) {
        lastAttempt = now
    }

    /// The place of an attempt in the wait: its first, the first after which writes are refused, or another.
    enum Step {
        case begins, goesOn, ends
    }

    /// Notes that the lock is held.
    mutating func found(held now: Instant) -> Step {
        lastAttempt = now
        guard start != nil else {
            start = now
            return .begins
        }
        guard isOver(now: now), !hasEnded else { return .goesOn }
        hasEnded = true
        return .ends
    }

    /// Notes that the lock was taken.
    ///
    /// - Returns: how long it was waited for; `nil` when it was free at once.
    mutating func taken(now: Instant) -> Duration? {
        defer {
            start = nil
            hasEnded = false
        }
        return start.map { now.since($0) }
    }

    /// True when writes are refused and no longer kept waiting.
    func isOver(now: Instant) -> Bool {
        guard let start else { return false }
        return now >= start.advanced(by: duration)
    }

    /// When to look again; `distantFuture` when nothing is waited for.
    func nextAttempt(now: Instant) -> Instant {
        guard start != nil else { return .distantFuture }
        return lastAttempt.advanced(by: isOver(now: now) ? retryInterval : pollInterval)
    }
}
