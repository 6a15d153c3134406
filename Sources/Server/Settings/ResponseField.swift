/// Response fields that the configuration asks for, ready to be sent. Pure values; any thread.

internal import HTTP

/// A field of a response, as bytes.
struct ResponseField: Sendable, Equatable {
    let name: [UInt8]
    let value: [UInt8]
    /// The line on the wire, its end included.
    let line: [UInt8]

    init(_ name: String, _ value: String) {
        self.name = Array(name.utf8)
        self.value = Array(value.utf8)
        line = Array("\(name): \(value)\r\n".utf8)
    }

    /// Whether a field's name is this one's, letters without case (RFC 9110 §5.1).
    func isNamed(_ other: Span<UInt8>) -> Bool {
        guard name.count == other.count else { return false }
        for index in name.indices where Self.lowered(name[index]) != Self.lowered(other[index]) { return false }
        return true
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

/// A list of fields in which each name stands once.
struct ResponseFields: Sendable, Equatable {
    private(set) var fields: [ResponseField] = []
    /// All of them, one after the other.
    private(set) var lines: [UInt8] = []

    /// Sets a field; an empty value takes it away.
    mutating func set(_ field: ResponseField) {
        fields.removeAll { $0.isNamed(field.name.span) }
        if !field.value.isEmpty { fields.append(field) }
        lines = fields.flatMap(\.line)
    }

    /// What is to be sent beside a response's own lines.
    ///
    /// - Parameter own: field lines, each ended by CRLF.
    /// - Returns: the lines of those fields that they do not name.
    func lines(without own: Span<UInt8>) -> [UInt8] {
        // Few responses name one of them.
        guard fields.contains(where: { Self.lines(own, have: $0) }) else { return lines }
        return fields.filter { !Self.lines(own, have: $0) }.flatMap(\.line)
    }

    private static func lines(_ lines: Span<UInt8>, have field: ResponseField) -> Bool {
        var start = 0
        while start < lines.count {
            var colon = start
            while colon < lines.count, lines[colon] != UInt8(ascii: ":") { colon += 1 }
            if field.isNamed(lines.extracting(start..<colon)) { return true }
            while start < lines.count, lines[start] != UInt8(ascii: "\n") { start += 1 }
            start += 1
        }
        return false
    }
}
