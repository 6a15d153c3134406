/// Decides when memory that was needed for a while goes back to the system. A pure value; the watchdog thread.
///
/// DESIGN. Allocators and tables keep what they have had, as they may need it again. After a flood that is much and for
/// nothing. So memory that is well above the least that the process has had is looked at again and again, and given back
/// while that helps. What stays is in use; it is tried less often then, and at once when memory has grown since.

internal import Platform

struct MemoryRelease {
    /// Bytes above the least at which nothing is done.
    static let slack: Int64 = 16 << 20
    /// Bytes that a release has to gain to be tried again soon.
    static let gainMin: Int64 = 1 << 20
    static let shortInterval = Duration.seconds(1)
    static let longInterval = Duration.seconds(4)

    private var least = Int64.max
    /// The memory at the last look.
    private var last: Int64 = 0
    /// The memory before the release at the last look.
    private var before: Int64?
    private var interval = Self.shortInterval
    /// The time before which nothing is released.
    private var releaseDue = Instant(nanoseconds: 0)
    private(set) var lookDue = Instant(nanoseconds: 0)

    /// Looks at the memory that the process has.
    ///
    /// - Parameters:
    ///   - memory: in bytes.
    ///   - now: the time.
    /// - Returns: true when memory is to be given back now.
    mutating func look(_ memory: Int64, now: Instant) -> Bool {
        lookDue = now.advanced(by: Self.shortInterval)
        defer { last = memory }
        least = min(least, memory)
        if let before {
            interval = before - memory >= Self.gainMin ? Self.shortInterval : Self.longInterval
            releaseDue = now.advanced(by: interval - Self.shortInterval)
            self.before = nil
        }
        if memory > last + Self.gainMin {
            // It grows: what is needed now is given back when that is over.
            releaseDue = now.advanced(by: Self.shortInterval)
            return false
        }
        guard memory > least + Self.slack, now.nanoseconds >= releaseDue.nanoseconds else { return false }
        before = memory
        return true
    }
}
