/// The time as a worker sees it: read once a turn, the same for everything in that turn. The worker that owns it.

internal import HTTP
internal import Platform

struct WorkerClock {
    private(set) var now = Instant.now
    /// Nanoseconds since 1970 UTC.
    private(set) var wall = wallClockNanoseconds()
    /// Whole seconds since 1970 UTC: the one that `date` names.
    private(set) var second: Int64 = 0
    /// The value of the Date field (RFC 9110 §6.6.1), written once a second.
    private(set) var date = InlineArray<29, UInt8>(repeating: 32)

    init() { nameSecond() }

    /// Reads both clocks: two calls into the vDSO, no system call.
    mutating func sample() {
        now = .now
        wall = wallClockNanoseconds()
        if wall / 1_000_000_000 != second { nameSecond() }
    }

    private mutating func nameSecond() {
        second = wall / 1_000_000_000
        var place = date.mutableSpan
        unsafe place.withUnsafeMutableBufferPointer { buffer in
            _ = unsafe buffer.fill { HTTPDate.write(second, into: &$0) }
        }
    }
}
