/// Steps through a JSON text, strictly by RFC 8259. Pure; any thread.
///
/// Next: JSONForm.swift

/// A reader of one JSON text that lies in memory whole.
///
/// It makes no values: strings and numbers are places in the text, so nothing is lost by reading. Nesting costs a byte a
/// level and no recursion. A byte order mark before the value is skipped (RFC 8259 §8.1).
package struct JSONReader: Sendable {
    /// The state: which part of the grammar may come next.
    private enum Expected {
        case value, valueOrEnd, name, nameOrEnd, colon, commaOrEnd, nothing
    }

    private let depthMax: Int
    private let allowsLoneSurrogates: Bool
    /// The beginning of the part that was reported last, with its quote or bracket.
    package private(set) var start = 0
    /// The end of the part that was reported last.
    package private(set) var position = 0
    /// The arrays and objects around `position`; true for an object.
    private var open: [Bool] = []
    private var expected = Expected.value
    private var ending: JSONEvent?

    /// - Parameters:
    ///   - depthMax: arrays and objects that may be open at once.
    ///   - allowsLoneSurrogates: true to take `\ud800` without its other half, which the grammar has and which no
    ///     UTF-8 can express (RFC 8259 §8.2).
    package init(depthMax: Int, allowsLoneSurrogates: Bool) {
        self.depthMax = depthMax
        self.allowsLoneSurrogates = allowsLoneSurrogates
    }

    /// Reads the next part of `text`, which is the same text at each call.
    ///
    /// After `.end` or `.rejected` each call gives the same again.
    package mutating func next(in text: Span<UInt8>) -> JSONEvent {
        if let ending { return ending }
        do throws(JSONRejection) {
            return try step(in: text)
        } catch {
            let event = JSONEvent.rejected(error)
            ending = event
            return event
        }
    }

    private mutating func step(in text: Span<UInt8>) throws(JSONRejection) -> JSONEvent {
        if position == 0, text.count >= 3, text[0] == 0xef, text[1] == 0xbb, text[2] == 0xbf { position = 3 }
        while true {
            while position < text.count, text[position].isJSONSpace { position += 1 }
            start = position
            guard position < text.count else { return try endOfText() }
            let byte = text[position]
            switch expected {
            case .nothing: throw unexpected(.trailing, in: text)
            case .colon:
                guard byte == Ascii.colon else { throw unexpected(.colonExpected, in: text) }
                position += 1
                expected = .value
            case .commaOrEnd:
                if byte == closingBracket { return close() }
                guard byte == Ascii.comma else { throw unexpected(.commaExpected, in: text) }
                position += 1
                expected = open.last == true ? .name : .value
            case .nameOrEnd where byte == Ascii.closingBrace: return close()
            case .name, .nameOrEnd:
                guard byte == Ascii.quote else { throw unexpected(.nameExpected, in: text) }
                let name = try readString(in: text)
                expected = .colon
                return .name(name)
            case .valueOrEnd where byte == Ascii.closingSquare: return close()
            case .value, .valueOrEnd: return try readValue(byte, in: text)
            }
        }
    }

    private mutating func endOfText() throws(JSONRejection) -> JSONEvent {
        guard expected == .nothing else {
            let isEmpty = open.isEmpty && expected == .value
            throw JSONRejection(reason: isEmpty ? .empty : .unterminated, position: position)
        }
        ending = .end
        return .end
    }

    // MARK: Values

    private mutating func readValue(_ byte: UInt8, in text: Span<UInt8>) throws(JSONRejection) -> JSONEvent {
        switch byte {
        case Ascii.openingBrace: return try enter(isObject: true)
        case Ascii.openingSquare: return try enter(isObject: false)
        case Ascii.quote:
            let string = try readString(in: text)
            leaveValue()
            return .string(string)
        case Ascii.dash, Ascii.zero...Ascii.nine:
            let number = try readNumber(in: text)
            leaveValue()
            return .number(number)
        case UInt8(ascii: "t"): return try readWord("true", .true, in: text)
        case UInt8(ascii: "f"): return try readWord("false", .false, in: text)
        case UInt8(ascii: "n"): return try readWord("null", .null, in: text)
        default: throw unexpected(.valueExpected, in: text)
        }
    }

    private mutating func enter(isObject: Bool) throws(JSONRejection) -> JSONEvent {
        guard open.count < depthMax else { throw JSONRejection(reason: .tooDeep(max: depthMax), position: position) }
        open.append(isObject)
        position += 1
        expected = isObject ? .nameOrEnd : .valueOrEnd
        return isObject ? .beginObject : .beginArray
    }

    private var closingBracket: UInt8 { open.last == true ? Ascii.closingBrace : Ascii.closingSquare }

    private mutating func close() -> JSONEvent {
        let isObject = open.removeLast()
        position += 1
        leaveValue()
        return isObject ? .endObject : .endArray
    }

    private mutating func leaveValue() {
        expected = open.isEmpty ? .nothing : .commaOrEnd
    }

    private mutating func readWord(
        _ word: StaticString,
        _ event: JSONEvent,
        in text: Span<UInt8>
    ) throws(JSONRejection) -> JSONEvent {
        guard ByteScan.isPrefix(word, of: text, at: position) else { throw unexpected(.valueExpected, in: text) }
        position += word.utf8CodeUnitCount
        leaveValue()
        return event
    }

    /// RFC 8259 §6: an optional minus, digits without a leading zero, an optional fraction, an optional exponent.
    private mutating func readNumber(in text: Span<UInt8>) throws(JSONRejection) -> Range<Int> {
        if text[position] == Ascii.dash { position += 1 }
        if position < text.count, text[position] == Ascii.zero {
            position += 1
            if position < text.count, text[position].isDigit { throw unexpected(.badNumber, in: text) }
        } else {
            try readDigits(in: text)
        }
        if position < text.count, text[position] == Ascii.dot {
            position += 1
            try readDigits(in: text)
        }
        if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            if position < text.count, text[position] == Ascii.plus || text[position] == Ascii.dash { position += 1 }
            try readDigits(in: text)
        }
        return start..<position
    }

    /// One digit or more.
    private mutating func readDigits(in text: Span<UInt8>) throws(JSONRejection) {
        guard position < text.count else { throw JSONRejection(reason: .unterminated, position: position) }
        guard text[position].isDigit else { throw unexpected(.badNumber, in: text) }
        while position < text.count, text[position].isDigit { position += 1 }
    }

    // MARK: Strings

    /// RFC 8259 §7, and UTF-8 (RFC 3629): the place of what is between the quotes.
    private mutating func readString(in text: Span<UInt8>) throws(JSONRejection) -> Range<Int> {
        position += 1
        let first = position
        while true {
            position = ByteScan.firstNotableJSONByte(in: text, from: position, to: text.count)
            guard position < text.count else { break }
            switch text[position] {
            case Ascii.quote:
                position += 1
                return first..<position - 1
            case Ascii.backslash: try readEscape(in: text)
            case 0: throw JSONRejection(reason: .nullInString, position: position)
            case 0..<0x20: throw JSONRejection(reason: .controlInString, position: position)
            default:
                let length = text.utf8Length(at: position)
                guard length > 0 else { throw JSONRejection(reason: .notUTF8, position: position) }
                position += length
            }
        }
        throw JSONRejection(reason: .unterminated, position: position)
    }

    private mutating func readEscape(in text: Span<UInt8>) throws(JSONRejection) {
        guard position + 1 < text.count else { throw JSONRejection(reason: .unterminated, position: text.count) }
        guard text[position + 1] == UInt8(ascii: "u") else {
            guard JSONText.character(ofEscape: text[position + 1]) != nil else {
                throw JSONRejection(reason: .badEscape, position: position)
            }
            position += 2
            return
        }
        guard let unit = JSONText.codeUnit(ofEscapeAt: position, in: text) else {
            throw JSONRejection(reason: .badEscape, position: position)
        }
        if UTF16.isLeadSurrogate(unit), let next = JSONText.codeUnit(ofEscapeAt: position + 6, in: text),
            UTF16.isTrailSurrogate(next)
        {
            position += 12
            return
        }
        guard allowsLoneSurrogates || !UTF16.isSurrogate(unit) else {
            throw JSONRejection(reason: .loneSurrogate, position: position)
        }
        position += 6
    }

    /// The reason for a byte that fits nowhere: a NUL, and what is not UTF-8, are called what they are.
    private func unexpected(_ reason: JSONRejection.Reason, in text: Span<UInt8>) -> JSONRejection {
        let byte = text[position]
        if byte == 0 { return JSONRejection(reason: .rawNull, position: position) }
        if text.utf8Length(at: position) == 0 { return JSONRejection(reason: .notUTF8, position: position) }
        return JSONRejection(reason: reason, position: position)
    }
}

extension UInt8 {
    /// RFC 8259 §2.
    fileprivate var isJSONSpace: Bool {
        self == Ascii.space || self == Ascii.lineFeed || self == Ascii.carriageReturn || self == Ascii.tab
    }
}
