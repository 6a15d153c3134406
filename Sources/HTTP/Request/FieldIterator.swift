/// All field lines of an accepted head, in their order. A value; any thread.

/// A field line's name and its value without the whitespace around it.
package struct FieldLine: BitwiseCopyable, Hashable, Sendable {
    package let name: ByteRange
    package let value: ByteRange
}

/// Steps through the field lines of a head that was accepted.
///
/// The span is passed to each step, since a span cannot be stored; it must be the one the head was parsed from.
package struct FieldIterator: Sendable {
    private var position: Int
    private let end: Int

    package init(_ head: RequestHead) {
        position = head.fieldsRange.lowerBound
        end = head.fieldsRange.upperBound
    }

    /// The next field line; nil after the last.
    package mutating func next(in bytes: Span<UInt8>) -> FieldLine? {
        let end = min(end, bytes.count)
        guard position < end else { return nil }
        let start = position
        let lineEnd = ByteScan.firstIndex(of: Ascii.carriageReturn, in: bytes, from: start, to: end)
        let colon = ByteScan.firstIndex(of: Ascii.colon, in: bytes, from: start, to: lineEnd)
        position = lineEnd + 2
        let value = bytes.trimmed(min(colon + 1, lineEnd), lineEnd)
        return FieldLine(name: ByteRange(start, colon), value: ByteRange(value.lowerBound, value.upperBound))
    }

    /// The value of the next line of one field; nil after the last.
    package mutating func nextValue(of field: KnownField, in bytes: Span<UInt8>) -> ByteRange? {
        while let line = next(in: bytes) {
            if KnownField.recognise(bytes, at: line.name.lowerBound, length: line.name.count) == field {
                return line.value
            }
        }
        return nil
    }
}

extension Span<UInt8> {
    /// The range without the optional whitespace at its ends (RFC 9110 §5.6.3).
    @inline(__always)
    func trimmed(_ lower: Int, _ upper: Int) -> Range<Int> {
        var lower = lower
        var upper = upper
        while lower < upper, self[lower].isBlank { lower &+= 1 }
        while lower < upper, self[upper &- 1].isBlank { upper &-= 1 }
        return lower..<upper
    }
}
