/// JSON strings, written and decoded, and JSON without its whitespace. Pure; any thread.

/// Readings of JSON that `JSONReader` has accepted.
package enum JSONText {
    /// Decodes the inside of a string, and appends its UTF-8.
    ///
    /// Half of a surrogate pair is appended as if it were a character, in three bytes that are no UTF-8: so two strings
    /// are the same bytes only if they are the same string.
    ///
    /// - Returns: true when what was appended is UTF-8.
    package static func decode(_ string: Span<UInt8>, into output: inout [UInt8]) -> Bool {
        var isText = true
        var index = 0
        while index < string.count {
            let end = ByteScan.firstIndex(of: Ascii.backslash, in: string, from: index, to: string.count)
            ByteScan.append(string.extracting(index..<end), to: &output)
            index = end
            guard index < string.count else { break }
            guard index + 1 < string.count else {
                output.append(Ascii.backslash)
                break
            }
            guard let unit = codeUnit(ofEscapeAt: index, in: string) else {
                output.append(character(ofEscape: string[index + 1]) ?? string[index + 1])
                index += 2
                continue
            }
            index += 6
            var code = UInt32(unit)
            if UTF16.isLeadSurrogate(unit), let next = codeUnit(ofEscapeAt: index, in: string),
                UTF16.isTrailSurrogate(next)
            {
                code = 0x10000 + (code - 0xd800) << 10 + (UInt32(next) - 0xdc00)
                index += 6
            } else if UTF16.isSurrogate(unit) {
                isText = false
            }
            append(code, to: &output)
        }
        return isText
    }

    /// Appends JSON without the whitespace between its parts, and without a byte order mark.
    package static func appendCompact(_ text: Span<UInt8>, to output: inout [UInt8]) {
        var index = text.count >= 3 && text[0] == 0xef && text[1] == 0xbb && text[2] == 0xbf ? 3 : 0
        // The beginning of what is not appended yet.
        var start = index
        var isInString = false
        while index < text.count {
            let byte = text[index]
            if byte == Ascii.quote {
                isInString.toggle()
            } else if isInString {
                // An escaped character ends no string.
                if byte == Ascii.backslash { index += 1 }
            } else if byte <= Ascii.space {
                ByteScan.append(text.extracting(start..<index), to: &output)
                start = index + 1
            }
            index += 1
        }
        if start < text.count { ByteScan.append(text.extracting(start...), to: &output) }
    }

    /// The character of an escape of two characters; `nil` when there is no such escape.
    static func character(ofEscape letter: UInt8) -> UInt8? {
        switch letter {
        case Ascii.quote, Ascii.backslash, Ascii.slash: letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0c
        case UInt8(ascii: "n"): Ascii.lineFeed
        case UInt8(ascii: "r"): Ascii.carriageReturn
        case UInt8(ascii: "t"): Ascii.tab
        default: nil
        }
    }

    /// The UTF-16 code unit of `\uXXXX` at a place; `nil` when something else stands there.
    static func codeUnit(ofEscapeAt place: Int, in text: Span<UInt8>) -> UInt16? {
        guard place + 6 <= text.count, text[place] == Ascii.backslash, text[place + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var unit: UInt16 = 0
        for index in place + 2..<place + 6 {
            guard let digit = text[index].hexValue else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }

    /// UTF-8 of a code point, by the pattern of its length.
    private static func append(_ code: UInt32, to output: inout [UInt8]) {
        func continuation(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(truncatingIfNeeded: code >> shift & 0x3f) }
        switch code {
        case 0..<0x80: output.append(UInt8(truncatingIfNeeded: code))
        case 0x80..<0x800:
            output.append(0xc0 | UInt8(truncatingIfNeeded: code >> 6))
            output.append(continuation(0))
        case 0x800..<0x10000:
            output.append(0xe0 | UInt8(truncatingIfNeeded: code >> 12))
            output.append(continuation(6))
            output.append(continuation(0))
        default:
            output.append(0xf0 | UInt8(truncatingIfNeeded: code >> 18))
            output.append(continuation(12))
            output.append(continuation(6))
            output.append(continuation(0))
        }
    }
}

extension [UInt8] {
    /// Appends bytes as a JSON string, with its quotes (RFC 8259 §7): control characters, DEL too, are escaped.
    ///
    /// Bytes that are not UTF-8 become U+FFFD, as the Encoding Standard has it.
    ///
    /// - Parameters:
    ///   - text: UTF-8, or what should be.
    ///   - escapingUnseen: true to escape as well what steers a terminal or isn't seen in another way: C1 controls,
    ///     marks of direction, separators of lines, characters without width.
    package mutating func append(jsonStringOf text: Span<UInt8>, escapingUnseen: Bool = false) {
        append(Ascii.quote)
        if escapingUnseen, text.indices.contains(where: { text[$0] >= 0x80 }) {
            var bytes: [UInt8] = []
            for index in text.indices { bytes.append(text[index]) }
            for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars { append(jsonEscapedUnseen: scalar) }
        } else if text.isUTF8 {
            for index in text.indices { append(jsonEscaped: text[index]) }
        } else {
            var bytes: [UInt8] = []
            for index in text.indices { bytes.append(text[index]) }
            for byte in String(decoding: bytes, as: UTF8.self).utf8 { append(jsonEscaped: byte) }
        }
        append(Ascii.quote)
    }

    /// Appends a character; as the escape of its one or two UTF-16 code units if it isn't seen.
    private mutating func append(jsonEscapedUnseen scalar: Unicode.Scalar) {
        if scalar.isASCII { return append(jsonEscaped: UInt8(truncatingIfNeeded: scalar.value)) }
        guard scalar.isUnseen else { return append(contentsOf: String(scalar).utf8) }
        for unit in String(scalar).utf16 {
            append(contentsOf: "\\u".utf8)
            append(hexadecimal: UInt8(truncatingIfNeeded: unit >> 8))
            append(hexadecimal: UInt8(truncatingIfNeeded: unit))
        }
    }

    private mutating func append(jsonEscaped byte: UInt8) {
        switch byte {
        case Ascii.quote, Ascii.backslash:
            append(Ascii.backslash)
            append(byte)
        case Ascii.lineFeed: append(contentsOf: "\\n".utf8)
        case Ascii.carriageReturn: append(contentsOf: "\\r".utf8)
        case Ascii.tab: append(contentsOf: "\\t".utf8)
        case 0..<0x20, 0x7f:
            append(contentsOf: "\\u00".utf8)
            append(hexadecimal: byte)
        default: append(byte)
        }
    }

    /// Appends a byte as two hexadecimal digits.
    package mutating func append(hexadecimal byte: UInt8) {
        for digit in [byte >> 4, byte & 0xf] {
            append(digit < 10 ? Ascii.zero + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}

extension Unicode.Scalar {
    /// True for controls, marks of direction, separators of lines, characters without width, and noncharacters.
    fileprivate var isUnseen: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: properties.isDefaultIgnorableCodePoint || properties.isNoncharacterCodePoint
        }
    }
}
