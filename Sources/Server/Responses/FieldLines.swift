/// Reading the field lines of an answer that is about to leave. Pure; any thread.

/// Field lines as they stand in a head: `name: value`, each ended by CRLF.
enum FieldLines {
    /// Calls `body` with the name of each line, its value without the blanks around it, and the line with its end.
    static func forEach(
        _ lines: Span<UInt8>,
        _ body: (_ name: Span<UInt8>, _ value: Span<UInt8>, _ line: Span<UInt8>) -> Void
    ) {
        var start = 0
        while start < lines.count {
            var colon = start
            while colon < lines.count, lines[colon] != UInt8(ascii: ":") { colon += 1 }
            var end = colon
            while end < lines.count, lines[end] != UInt8(ascii: "\n") { end += 1 }
            end = min(end + 1, lines.count)
            let value = trimmed(lines, min(colon + 1, end)..<end)
            body(lines.extracting(start..<colon), lines.extracting(value), lines.extracting(start..<end))
            start = end
        }
    }

    /// A part of some bytes without blanks and line ends at its ends.
    static func trimmed(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Range<Int> {
        var start = range.lowerBound
        var end = range.upperBound
        while start < end, isBlank(bytes[start]) { start += 1 }
        while end > start, isBlank(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): true
        default: false
        }
    }

    /// True when bytes are a name, letters without case (RFC 9110 §5.1).
    ///
    /// - Parameters:
    ///   - bytes: the bytes.
    ///   - name: in small letters.
    /// - Returns: false also when the lengths differ.
    static func equal(_ bytes: Span<UInt8>, _ name: StaticString) -> Bool {
        guard bytes.count == name.utf8CodeUnitCount else { return false }
        return bytes.indices.allSatisfy { index in
            let byte = bytes[index]
            let small = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
            // In bounds of the name by its count.
            return unsafe small == name.utf8Start[index]
        }
    }
}
