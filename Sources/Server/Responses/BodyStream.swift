/// A large body on its way out. Pure; the worker that owns the exchange.
///
/// DESIGN. A body leaves in parts, one in the output at a time. A part of a mapped file is sent when it is in memory, and the slice
/// behind it is brought there meanwhile. Several ranges are sent one after the other, each behind a head of its own.

/// A cursor over the ranges of one body, and the step to take next.
struct BodyStream {
    enum Step: Equatable {
        /// Something under way goes on with it: a part that leaves, or a slice that is brought into memory.
        case none
        /// These bytes are queued. Afterwards the next slice is brought into memory, if there is one.
        case queue(Range<UInt64>)
        /// The next slice is brought into memory first.
        case prefault
        /// The range has left: the next one's head is written, or the end behind the last.
        case nextRange
        /// All has left.
        case end
    }

    /// Sizes by which bodies are divided.
    struct Sizes {
        /// Bytes that are brought into memory at a time, and copied at a time.
        let slice: Int
        /// Bytes of one `sendfile`, of what is in memory.
        let part: Int
    }

    /// Bytes that are still to be queued begin here, and end before `end`; those before `residentEnd` are in memory.
    private(set) var position: UInt64 = 0
    private(set) var end: UInt64 = 0
    private var residentEnd: UInt64 = 0
    /// A slice is being brought into memory.
    private(set) var isPrefaulting = false
    /// The kernel sends the file's pages; otherwise bytes are copied from its mapping.
    var sendsPages = false
    /// A part of the body is in the output.
    private var isQueued = false
    /// The ranges that have been begun, where several are sent; `nil` where one is.
    private(set) var rangesBegun: Int?
    /// Stands between several ranges.
    private(set) var boundary: UInt64 = 0

    /// Bytes of the range that are still to be queued.
    var rest: UInt64 { end - position }

    // MARK: What is sent

    /// Several ranges are to be sent.
    mutating func beginRanges(boundary: UInt64) {
        self.boundary = boundary
        rangesBegun = 0
    }

    /// The next of several ranges begins.
    mutating func countRange() {
        rangesBegun = rangesBegun.map { $0 + 1 }
    }

    /// Sends a range.
    ///
    /// - Parameters:
    ///   - range: of the body.
    ///   - residentEnd: bytes before it are in memory.
    mutating func begin(_ range: Range<UInt64>, residentEnd: UInt64) {
        precondition(!isQueued && !isPrefaulting, "one range is sent at a time")
        position = range.lowerBound
        end = range.upperBound
        self.residentEnd = residentEnd
    }

    // MARK: Steps

    /// The step to take now.
    func next(_ sizes: Sizes) -> Step {
        guard !isQueued else { return .none }
        guard position < end else { return rangesBegun == nil ? .end : .nextRange }
        let slice = min(position + UInt64(sizes.slice), end)
        guard slice <= residentEnd else { return isPrefaulting ? .none : .prefault }
        return .queue(position..<(sendsPages ? min(position + UInt64(sizes.part), residentEnd) : slice))
    }

    /// The bytes of a step are in the output.
    mutating func queued(_ range: Range<UInt64>) {
        precondition(range.lowerBound == position && !isQueued, "parts leave one after the other")
        isQueued = true
        position = range.upperBound
    }

    /// The queued part has left.
    mutating func partLeft() {
        isQueued = false
    }

    // MARK: Memory

    /// The slice that is brought into memory next.
    private func slice(_ sizes: Sizes) -> Range<UInt64> {
        residentEnd..<min(residentEnd + UInt64(sizes.slice), end)
    }

    /// Takes the next slice that is to be brought into memory; `nil` when one is under way, or all is there.
    mutating func beginPrefault(_ sizes: Sizes) -> Range<UInt64>? {
        let slice = slice(sizes)
        guard !isPrefaulting, !slice.isEmpty else { return nil }
        isPrefaulting = true
        return slice
    }

    /// The slice has been brought into memory, or can't be; then it is not moved on.
    ///
    /// - Returns: the slice.
    mutating func endPrefault(_ sizes: Sizes, isResident: Bool) -> Range<UInt64> {
        precondition(isPrefaulting, "a slice is brought into memory once")
        isPrefaulting = false
        let slice = slice(sizes)
        if isResident { residentEnd = slice.upperBound }
        return slice
    }
}
