/// Time that only goes forward, for deadlines; and the time of day, for people. Any thread.

internal import CPlatform

/// A point on `CLOCK_MONOTONIC`, in nanoseconds.
///
/// Deadlines are instants, so setting the clock moves none.
package struct Instant: Comparable, Sendable {
    package let nanoseconds: UInt64

    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// The time now: about 25 ns, no system call (vDSO).
    package static var now: Instant {
        Instant(nanoseconds: UInt64(bitPattern: ringport_monotonic_nanoseconds()))
    }

    /// Later than every deadline that anybody sets.
    package static let distantFuture = Instant(nanoseconds: .max)

    package static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// This instant moved by a duration of at most 292 years; saturates at both ends.
    package func advanced(by duration: Duration) -> Instant {
        advanced(by: Nanoseconds(duration))
    }

    /// The same by a number of nanoseconds.
    package func advanced(by duration: Nanoseconds) -> Instant {
        let (sum, overflow) = nanoseconds.addingReportingOverflow(duration.count)
        return overflow ? .distantFuture : Instant(nanoseconds: sum)
    }

    /// The earlier of two.
    package static func earlier(_ one: Instant, _ other: Instant) -> Instant {
        one.nanoseconds < other.nanoseconds ? one : other
    }

    /// The time from another instant until this one; nothing when that is not earlier.
    package func remaining(from other: Instant) -> Nanoseconds {
        Nanoseconds(count: nanoseconds > other.nanoseconds ? nanoseconds - other.nanoseconds : 0)
    }

    /// The time from an earlier instant to this one; zero when it is not earlier.
    package func since(_ earlier: Instant) -> Duration {
        .nanoseconds(Int64(clamping: nanoseconds > earlier.nanoseconds ? nanoseconds - earlier.nanoseconds : 0))
    }
}

/// A duration that is ready to be added to an instant.
package struct Nanoseconds: Sendable {
    package let count: UInt64

    package static let zero = Nanoseconds(.zero)
    package static func seconds(_ count: Int) -> Nanoseconds { Nanoseconds(.seconds(count)) }

    fileprivate init(count: UInt64) { self.count = count }

    /// A duration of at most 292 years; a negative one is none.
    package init(_ duration: Duration) {
        count = UInt64(clamping: duration.nanoseconds)
    }
}

extension Duration {
    /// This duration in whole nanoseconds, clamped to what fits.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds < 0 ? .min : .max) : product &+ attoseconds / 1_000_000_000
    }
}

/// The time of day in nanoseconds since 1970 UTC (`CLOCK_REALTIME`), which people may set.
package func wallClockNanoseconds() -> Int64 {
    ringport_realtime_nanoseconds()
}
