/// Strangers' text on a terminal. Pure; any thread.

internal import HTTP

/// Text in which every character is shown as itself or as an escape that nothing else is shown as.
///
/// Control characters could move the cursor or retitle the window; others turn the direction of text, or show nothing.
enum TerminalText {
    /// The way to write a character that is not shown as itself.
    enum Escapes {
        /// `\n`, `\r`, `\t`, `\\`, `\u{85}`, and `\x{ff}` for a byte that is not UTF-8.
        case ofText
        /// Those of JSON, of which the text is: a backslash in it is one of its own escapes.
        case ofJSON
        /// `\x1b` for a byte, as a log has it: a backslash in it is one of its own escapes, a tab parts its columns.
        case ofLog
    }

    /// Makes text of one line.
    ///
    /// - Parameters:
    ///   - bytes: UTF-8, but for halves of surrogate pairs as `JSONText.decode` leaves them, and bytes that are no text.
    ///   - escapes: the way to write the others.
    ///   - isEscaped: true for the place of an ASCII character that is to be escaped as well.
    /// - Returns: the text; different for different bytes.
    static func escaped(
        _ bytes: Span<UInt8>,
        _ escapes: Escapes = .ofText,
        also isEscaped: (Int) -> Bool = { _ in false }
    ) -> String {
        var result = ""
        result.reserveCapacity(bytes.count)
        var previous: Unicode.Scalar = " "
        var index = 0
        while index < bytes.count {
            let length = bytes.utf8Length(at: index)
            guard length > 0, let scalar = scalar(at: index, length, of: bytes) else {
                index += appendUnreadable(at: index, of: bytes, escapes, to: &result)
                continue
            }
            let isItself = isShown(scalar, after: previous) || (escapes == .ofLog && scalar == "\t")
            if isItself, !(escapes == .ofText && scalar == "\\"), !isEscaped(index) {
                result.unicodeScalars.append(scalar)
            } else {
                append(scalar, escapes, to: &result)
            }
            previous = scalar
            index += length
        }
        return result
    }

    // MARK: Characters

    /// True for a character that a terminal shows, and shows as no other.
    private static func isShown(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return (0x20..<0x7f).contains(scalar.value) }
        switch scalar.value {
        // Joiners and the two forms of symbols are part of how the character before them is written.
        case 0x200d where previous.isJoined, 0x200c where previous.isOfJoiningScript: return true
        case 0xfe0e...0xfe0f where previous.isSymbol: return true
        default: break
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned: return false
        default: return !scalar.properties.isDefaultIgnorableCodePoint
        }
    }

    private static func append(_ scalar: Unicode.Scalar, _ escapes: Escapes, to result: inout String) {
        if escapes == .ofLog {
            for byte in String(scalar).utf8 { result += "\\x" + hexadecimal(UInt32(byte), digits: 2) }
            return
        }
        guard escapes == .ofText else {
            for unit in String(scalar).utf16 { result += "\\u" + hexadecimal(UInt32(unit), digits: 4) }
            return
        }
        switch scalar {
        case "\n": result += "\\n"
        case "\r": result += "\\r"
        case "\t": result += "\\t"
        case "\\": result += "\\\\"
        default: result += "\\u{\(hexadecimal(scalar.value, digits: 1))}"
        }
    }

    // MARK: Bytes

    /// The character of a sequence that is well formed.
    private static func scalar(at place: Int, _ length: Int, of bytes: Span<UInt8>) -> Unicode.Scalar? {
        let lead = UInt32(bytes[place])
        var code = length == 1 ? lead : lead & (0x7f >> UInt32(length))
        for index in place + 1..<place + length { code = code << 6 | UInt32(bytes[index] & 0x3f) }
        return Unicode.Scalar(code)
    }

    /// Appends half of a surrogate pair, or a byte that is no text.
    ///
    /// - Returns: the number of bytes that it takes.
    private static func appendUnreadable(
        at place: Int,
        of bytes: Span<UInt8>,
        _ escapes: Escapes,
        to result: inout String
    ) -> Int {
        if escapes == .ofLog {
            result += "\\x" + hexadecimal(UInt32(bytes[place]), digits: 2)
            return 1
        }
        if bytes[place] == 0xed, place + 2 < bytes.count, (0xa0...0xbf).contains(bytes[place + 1]),
            (0x80...0xbf).contains(bytes[place + 2])
        {
            let unit = 0xd000 | UInt32(bytes[place + 1] & 0x3f) << 6 | UInt32(bytes[place + 2] & 0x3f)
            let digits = hexadecimal(unit, digits: 4)
            result += escapes == .ofText ? "\\u{\(digits)}" : "\\u" + digits
            return 3
        }
        result += "\\x{\(hexadecimal(UInt32(bytes[place]), digits: 2))}"
        return 1
    }

    private static func hexadecimal(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}

extension Unicode.Scalar {
    /// True for a symbol that has a coloured and a plain form, digits not counted.
    fileprivate var isSymbol: Bool { !isASCII && properties.isEmoji }

    /// True for letters of the scripts that write joiners, Arabic to Sinhala in the order of Unicode.
    fileprivate var isOfJoiningScript: Bool { (0x600..<0xe00).contains(value) }

    /// True for a character behind which a joiner makes one sign of it and the next.
    fileprivate var isJoined: Bool {
        isSymbol || isOfJoiningScript || value == 0xfe0f || properties.isEmojiModifier
    }
}
