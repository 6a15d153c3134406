/// Media types and what a client prefers among them (RFC 9110, sections 8.3.1 and 12.5.1). On the pool thread that handles
/// the request.

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

/// What the `Accept` fields of a request say of one media type.
struct Acceptance: Comparable {
    private let type: StaticString
    /// `text/*` for `text/html`, as the length of what comes before the asterisk.
    private let groupLength: Int
    /// 3 for a range that is the type, 2 for `type/*`, 1 for `*/*`, 0 before any range covered the type.
    private var precision = 0
    /// In thousandths.
    private var weight = 0

    init(of type: StaticString) {
        self.type = type
        let text = unsafe UnsafeBufferPointer(start: type.utf8Start, count: type.utf8CodeUnitCount)
        groupLength = unsafe (text.firstIndex(of: UInt8(ascii: "/")) ?? text.count) + 1
    }

    var isAcceptable: Bool { weight > 0 }

    static func == (left: Acceptance, right: Acceptance) -> Bool {
        (left.weight, left.precision) == (right.weight, right.precision)
    }

    /// Between equal weights the type that is named more precisely is preferred.
    static func < (left: Acceptance, right: Acceptance) -> Bool {
        (left.weight, left.precision) < (right.weight, right.precision)
    }

    /// Reads one field line.
    mutating func read(_ value: Span<UInt8>) {
        var start = 0
        while start < value.count {
            let end = MediaType.firstIndex(of: UInt8(ascii: ","), in: value, from: start, to: value.count)
            readMember(value, start..<end)
            start = end + 1
        }
    }

    private mutating func readMember(_ value: Span<UInt8>, _ member: Range<Int>) {
        let semicolon = UInt8(ascii: ";")
        let typeEnd = MediaType.firstIndex(of: semicolon, in: value, from: member.lowerBound, to: member.upperBound)
        let range = value.extracting(MediaType.trimmed(value, member.lowerBound..<typeEnd))
        let precision = precision(of: range)
        // Of several ranges the most precise one decides.
        guard precision > 0, precision >= self.precision else { return }
        var weight = 1000
        var start = typeEnd + 1
        while start < member.upperBound {
            let end = MediaType.firstIndex(of: semicolon, in: value, from: start, to: member.upperBound)
            let parameter = MediaType.trimmed(value, start..<end)
            if parameter.count >= 2, value[parameter.lowerBound].asciiLowercased == UInt8(ascii: "q"),
                value[parameter.lowerBound + 1] == UInt8(ascii: "=")
            {
                weight = Self.thousandths(value.extracting(parameter.dropFirst(2)))
            }
            start = end + 1
        }
        self.precision = precision
        self.weight = weight
    }

    private func precision(of range: Span<UInt8>) -> Int {
        if MediaType.equals(range, type) { return 3 }
        if MediaType.equals(range, "*/*") { return 1 }
        guard range.count == groupLength + 1, range[groupLength] == UInt8(ascii: "*") else { return 0 }
        for index in 0..<groupLength where unsafe range[index].asciiLowercased != type.utf8Start[index] { return 0 }
        return 2
    }

    /// A weight (RFC 9110, section 12.4.2): 0 to 1 with up to three decimals; 0 for anything else.
    private static func thousandths(_ text: Span<UInt8>) -> Int {
        var value = 0
        var unit = 1000
        for index in text.indices {
            if index == 1, text[index] == UInt8(ascii: ".") { continue }
            guard unit > 0, index != 1, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) else { return 0 }
            value += Int(text[index] - UInt8(ascii: "0")) * unit
            unit /= 10
        }
        return value <= 1000 ? value : 0
    }
}

extension Request {
    /// Whether the client, by its `Accept` fields, prefers one media type over another.
    ///
    /// - Parameters:
    ///   - type: in lower case.
    ///   - other: in lower case.
    /// - Returns: false without such a field, and when neither is preferred.
    public func prefers(_ type: StaticString, over other: StaticString) -> Bool {
        var ours = Acceptance(of: type)
        var theirs = Acceptance(of: other)
        forEachValue(of: "accept") { value in
            ours.read(value)
            theirs.read(value)
        }
        return ours.isAcceptable && ours > theirs
    }
}
