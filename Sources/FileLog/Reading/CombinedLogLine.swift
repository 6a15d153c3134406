/// A line of `access.log` taken apart. Pure; used by `ringport tail`.

/// The fields of a line in Combined Log Format, as ranges of its bytes.
///
/// Common Log Format is taken too.
package struct CombinedLogLine: Equatable, Sendable {
    package private(set) var remote = 0..<0
    /// The user who was let in, still escaped; a dash for none.
    package private(set) var user = 0..<0
    /// The text between the brackets.
    package private(set) var time = 0..<0
    /// The quoted texts, still escaped, without their quotes.
    package private(set) var requestLine = 0..<0
    package private(set) var referer = 0..<0
    package private(set) var userAgent = 0..<0
    package private(set) var status = 0
    /// The place of the status.
    package private(set) var statusText = 0..<0
    package private(set) var bytes: UInt64 = 0

    /// Parses a line without its line feed; `nil` when it has another form.
    package init?(_ line: Span<UInt8>) {
        var scanner = Scanner()
        guard
            let remote = scanner.word(line), let _ = scanner.word(line), let user = scanner.word(line),
            let time = scanner.enclosed(line, UInt8(ascii: "["), UInt8(ascii: "]")),
            let requestLine = scanner.enclosed(line, UInt8(ascii: "\""), UInt8(ascii: "\"")),
            let statusText = scanner.word(line), statusText.count == 3,
            let status = Scanner.number(line.extracting(statusText)),
            let bytesText = scanner.word(line)
        else { return nil }
        self.remote = remote
        self.user = user
        self.time = time
        self.requestLine = requestLine
        self.status = Int(status)
        self.statusText = statusText
        if !Self.isDash(line.extracting(bytesText)) {
            guard let bytes = Scanner.number(line.extracting(bytesText)) else { return nil }
            self.bytes = bytes
        }
        guard let referer = scanner.enclosed(line, UInt8(ascii: "\""), UInt8(ascii: "\"")) else {
            if scanner.isAtEnd(of: line) { return }
            return nil
        }
        guard let userAgent = scanner.enclosed(line, UInt8(ascii: "\""), UInt8(ascii: "\"")) else { return nil }
        self.referer = referer
        self.userAgent = userAgent
    }

    /// The request line's three parts; the last two are empty when it has only one.
    package func requestParts(of line: Span<UInt8>) -> (method: Range<Int>, target: Range<Int>, version: Range<Int>) {
        let start = requestLine.lowerBound
        var end = requestLine.upperBound
        var methodEnd = start
        while methodEnd < end, line[methodEnd] != Scanner.space { methodEnd += 1 }
        let target = min(methodEnd + 1, end)
        var version = end
        while version > target, line[version - 1] != Scanner.space { version -= 1 }
        let versionRange = version > target ? version..<end : end..<end
        if version > target { end = version - 1 }
        return (start..<methodEnd, target..<end, versionRange)
    }

    /// True when a field says that there is nothing.
    static func isDash(_ bytes: Span<UInt8>) -> Bool {
        bytes.count == 1 && bytes[0] == UInt8(ascii: "-")
    }

    /// A field's bytes as they were before they were escaped: nginx's `\xHH` and Apache's `\"`, `\\`, `\n`, `\r`, `\t`.
    package static func unescaped(_ field: Span<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(field.count)
        var index = 0
        while index < field.count {
            let byte = field[index]
            index += 1
            guard byte == UInt8(ascii: "\\"), index < field.count else {
                bytes.append(byte)
                continue
            }
            let kind = field[index]
            index += 1
            switch kind {
            case UInt8(ascii: "n"): bytes.append(10)
            case UInt8(ascii: "r"): bytes.append(13)
            case UInt8(ascii: "t"): bytes.append(9)
            case UInt8(ascii: "x"):
                guard
                    index + 1 < field.count,
                    let high = Scanner.hexDigit(field[index]), let low = Scanner.hexDigit(field[index + 1])
                else {
                    bytes.append(byte)
                    bytes.append(kind)
                    continue
                }
                bytes.append(high << 4 | low)
                index += 2
            default: bytes.append(kind)
            }
        }
        return bytes
    }
}

/// Reads the fields of a line in turn, each followed by a space or the end.
private struct Scanner {
    static let space = UInt8(ascii: " ")
    private var index = 0

    func isAtEnd(of line: Span<UInt8>) -> Bool { index >= line.count }

    /// The bytes up to a space; at least one.
    mutating func word(_ line: Span<UInt8>) -> Range<Int>? {
        let start = index
        while index < line.count, line[index] != Self.space { index += 1 }
        guard index > start else { return nil }
        defer { index += 1 }
        return start..<index
    }

    /// The bytes between two marks, where a backslash takes the meaning from the byte after it.
    mutating func enclosed(_ line: Span<UInt8>, _ opening: UInt8, _ closing: UInt8) -> Range<Int>? {
        guard index < line.count, line[index] == opening else { return nil }
        var end = index + 1
        while end < line.count, line[end] != closing {
            end += line[end] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard end < line.count, end + 1 == line.count || line[end + 1] == Self.space else { return nil }
        defer { index = end + 2 }
        return index + 1..<end
    }

    static func number(_ digits: Span<UInt8>) -> UInt64? {
        guard (1...19).contains(digits.count) else { return nil }
        var value: UInt64 = 0
        for index in digits.indices {
            guard case let digit = digits[index] &- UInt8(ascii: "0"), digit < 10 else { return nil }
            value = value * 10 + UInt64(digit)
        }
        return value
    }

    static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
