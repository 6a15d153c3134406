/// Where one thread sleeps. Parked on by its thread, unparked by any.

internal import Platform

/// A place for one thread to sleep until it is wanted.
///
/// A wake-up that comes before the sleep is not lost.
final class Parker: Sendable {
    private let isWanted = Monitor(false)

    /// Sleeps until `unpark`.
    ///
    /// - Returns: false when the deadline came first.
    func park(until deadline: Instant) -> Bool {
        isWanted.waitUntil(deadline) { isWanted -> Bool? in
            guard isWanted else { return nil }
            isWanted = false
            return true
        } ?? false
    }

    /// Wakes the thread, or lets its next `park` return at once.
    func unpark() {
        isWanted.withLock { $0 = true }
        isWanted.signal()
    }
}
