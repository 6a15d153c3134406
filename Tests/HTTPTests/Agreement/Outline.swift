/// A request cut into its lines without judging them, for those who say why two parsers disagree. Pure; any thread.

/// The lines of a request and what follows them, by the LFs alone.
struct Outline {
    struct Line {
        /// Without the CR and LF at its end.
        var text: [UInt8]
        var end: End

        enum End { case crlf, lf, none }

        /// What stands before the first colon, and what after it without blanks around; nil without a colon.
        var field: (name: [UInt8], value: [UInt8])? {
            guard let colon = text.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            return (Array(text[..<colon]), trimmed(text[(colon + 1)...]))
        }
    }

    /// CRs and LFs before the request line.
    let leading: [UInt8]
    let requestLine: Line
    let fieldLines: [Line]
    /// The empty line after the fields; nil where it is not there yet.
    let emptyLine: Line?
    let rest: [UInt8]

    init(_ input: [UInt8]) {
        leading = Array(input.prefix { $0 == 0x0a || $0 == 0x0d })
        var lines: [Line] = []
        var position = leading.count
        var emptyLine: Line?
        while emptyLine == nil, position < input.count {
            let line = Self.line(input, &position)
            if line.text.isEmpty, line.end != .none, !lines.isEmpty { emptyLine = line } else { lines.append(line) }
        }
        requestLine = lines.first ?? Line(text: [], end: .none)
        fieldLines = Array(lines.dropFirst())
        self.emptyLine = emptyLine
        rest = Array(input[position...])
    }

    /// The line at a place of some bytes; the place moves behind it.
    static func line(_ bytes: [UInt8], _ position: inout Int) -> Line {
        let start = position
        guard let feed = bytes[start...].firstIndex(of: 0x0a) else {
            position = bytes.count
            return Line(text: Array(bytes[start...]), end: .none)
        }
        position = feed + 1
        let isWhole = feed > start && bytes[feed - 1] == 0x0d
        return Line(text: Array(bytes[start..<(isWhole ? feed - 1 : feed)]), end: isWhole ? .crlf : .lf)
    }

    /// All lines of the head.
    var lines: [Line] { [requestLine] + fieldLines + (emptyLine.map { [$0] } ?? []) }

    var method: [UInt8] { Array(requestLine.text.prefix { $0 != 0x20 }) }

    /// What stands between the first space and the last one.
    var target: [UInt8] {
        let words = requestLine.text.dropFirst(method.count + 1)
        return Array(words[..<(words.lastIndex(of: 0x20) ?? words.endIndex)])
    }

    /// What stands behind the last space.
    var version: [UInt8] {
        guard let space = requestLine.text.lastIndex(of: 0x20) else { return [] }
        return Array(requestLine.text[(space + 1)...])
    }

    /// The two digits of a version that is one.
    var versionNumber: (major: UInt8, minor: UInt8)? {
        guard version.count == 8, version.starts(with: "HTTP/".utf8), version[6] == UInt8(ascii: "."),
            isDigit(version[5]), isDigit(version[7])
        else { return nil }
        return (version[5] - 0x30, version[7] - 0x30)
    }

    /// The values of the lines of one field, its name in lower case.
    func values(_ name: String) -> [[UInt8]] {
        fieldLines.compactMap(\.field).filter { lowercased($0.name) == Array(name.utf8) }.map(\.value)
    }
}

// MARK: - Bytes

func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7f }

func isToken(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7f && !"\"(),/:;<=>?@[\\]{}".utf8.contains(byte)
}

func isHex(_ byte: UInt8) -> Bool { isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20) }

func lowercased(_ bytes: [UInt8]) -> [UInt8] {
    bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }
}

func trimmed(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    Array(bytes.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
}

/// The members of a list, without the empty ones.
func members(_ value: [UInt8]) -> [[UInt8]] {
    value.split(separator: UInt8(ascii: ",")).map { trimmed($0) }.filter { !$0.isEmpty }
}
