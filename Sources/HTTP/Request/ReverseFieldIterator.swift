/// The field lines of an accepted head, the last one first. A value; any thread.

/// Steps back through field lines.
///
/// The span is passed to each step; it must be the one the head was parsed from.
struct ReverseFieldIterator: Sendable {
    private let start: Int
    /// Behind the line end of the line that comes next.
    private var position: Int

    init(_ head: RequestHead) {
        start = head.fieldsRange.lowerBound
        position = head.fieldsRange.upperBound
    }

    /// One that has no lines.
    init() {
        start = 0
        position = 0
    }

    /// The value of the line of one field before; nil before the first.
    mutating func previousValue(of field: KnownField, in bytes: Span<UInt8>) -> ByteRange? {
        while position > start {
            let lineEnd = position &- 2
            var lineStart = lineEnd
            while lineStart > start, bytes[lineStart &- 1] != Ascii.lineFeed { lineStart &-= 1 }
            position = lineStart
            let colon = ByteScan.firstIndex(of: Ascii.colon, in: bytes, from: lineStart, to: lineEnd)
            guard KnownField.recognise(bytes, at: lineStart, length: colon &- lineStart) == field else { continue }
            let value = bytes.trimmed(min(colon &+ 1, lineEnd), lineEnd)
            return ByteRange(value.lowerBound, value.upperBound)
        }
        return nil
    }
}
