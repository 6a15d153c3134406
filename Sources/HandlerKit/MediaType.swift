/// Media types and what a client prefers among them (RFC 9110, sections 8.3.1 and 12.5.1). On the pool thread that handles
/// the request.

internal import HTTP

/// Places of media types within field values.
enum MediaType {
    /// Whether a value is this type, whatever its parameters.
    static func isType(_ value: Span<UInt8>, _ lowercase: StaticString) -> Bool {
        let end = firstIndex(of: UInt8(ascii: ";"), in: value, from: 0, to: value.count)
        return equals(value.extracting(trimmed(value, 0..<end)), lowercase)
    }

    static func equals(_ bytes: Span<UInt8>, _ lowercase: StaticString) -> Bool {
        // The text of a StaticString is as long as it says.
        let expected = unsafe UnsafeBufferPointer(start: lowercase.utf8Start, count: lowercase.utf8CodeUnitCount)
        guard bytes.count == expected.count else { return false }
        for index in bytes.indices where unsafe bytes[index].asciiLowercased != expected[index] { return false }
        return true
    }

    /// The first place of a byte, or `end`.
    static func firstIndex(of byte: UInt8, in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        var index = start
        while index < end, bytes[index] != byte { index += 1 }
        return index
    }

    /// A range without the spaces and tabs around it.
    static func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }
}

extension Request {
    /// True when the client, by its `Accept` fields, prefers one media type over another.
    ///
    /// The fields are read as the server reads them for its own answers.
    ///
    /// - Parameters:
    ///   - type: in lower case.
    ///   - other: in lower case.
    /// - Returns: false without such a field, and when neither is preferred.
    public func prefers(_ type: StaticString, over other: StaticString) -> Bool {
        var preference = MediaPreference(type, over: other)
        forEachValue(of: "accept") { value in
            preference.read(value)
        }
        return preference.isPreferred
    }
}
