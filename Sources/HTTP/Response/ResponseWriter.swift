/// A response's head, written byte by byte into memory of the caller's. Pure; a completion worker or a pool thread.
///
/// Each function appends all of its part or nothing. What comes from a handler is checked: a line break in a value
/// would let whoever chose the value write the rest of the response (RFC 9110 §5.5).

/// Why a part of a response was not written.
package enum ResponseError: Error, Hashable, Sendable {
    case outputFull, badFieldName, badFieldValue
}

extension OutputSpan<UInt8> {
    /// Appends "HTTP/1.1 200 OK" and CRLF.
    ///
    /// The version is always our own (RFC 9110 §2.5).
    package mutating func appendStatusLine(_ status: Status) throws(ResponseError) {
        let phrase = status.reasonPhrase
        try reserve(9 + 3 + 1 + phrase.utf8CodeUnitCount + 2)
        _ = ByteScan.append("HTTP/1.1 ", to: &self)
        appendDigits(UInt64(status.code), count: 3)
        append(Ascii.space)
        _ = ByteScan.append(phrase, to: &self)
        appendLineEnd()
    }

    /// Appends a field that is known to be sound.
    package mutating func appendField(_ name: StaticString, _ value: StaticString) throws(ResponseError) {
        try reserve(name.utf8CodeUnitCount + 2 + value.utf8CodeUnitCount + 2)
        appendName(name)
        _ = ByteScan.append(value, to: &self)
        appendLineEnd()
    }

    /// Appends a field whose value comes from elsewhere.
    package mutating func appendField(_ name: StaticString, _ value: Span<UInt8>) throws(ResponseError) {
        guard Self.isFieldValue(value) else { throw .badFieldValue }
        try reserve(name.utf8CodeUnitCount + 2 + value.count + 2)
        appendName(name)
        _ = ByteScan.append(value, to: &self)
        appendLineEnd()
    }

    /// Appends a field that comes from elsewhere altogether.
    package mutating func appendField(_ name: Span<UInt8>, _ value: Span<UInt8>) throws(ResponseError) {
        guard Self.isFieldName(name) else { throw .badFieldName }
        guard Self.isFieldValue(value) else { throw .badFieldValue }
        try reserve(name.count + 2 + value.count + 2)
        _ = ByteScan.append(name, to: &self)
        _ = ByteScan.append(": ", to: &self)
        _ = ByteScan.append(value, to: &self)
        appendLineEnd()
    }

    /// Appends a field whose value is a number.
    package mutating func appendField(_ name: StaticString, decimal: UInt64) throws(ResponseError) {
        let digits = decimal.decimalDigitCount
        try reserve(name.utf8CodeUnitCount + 2 + digits + 2)
        appendName(name)
        appendDigits(decimal, count: digits)
        appendLineEnd()
    }

    /// Appends a field whose value is a date, in seconds since 1970.
    package mutating func appendField(_ name: StaticString, date: Int64) throws(ResponseError) {
        try reserve(name.utf8CodeUnitCount + 2 + HTTPDate.size + 2)
        appendName(name)
        HTTPDate.write(date, into: &self)
        appendLineEnd()
    }

    /// Appends the Content-Range of a 206: "bytes 0-499/1234" (RFC 9110 §14.4).
    ///
    /// An empty range cannot be said, and is refused as a bad value.
    package mutating func appendContentRange(_ range: Range<UInt64>, of length: UInt64) throws(ResponseError) {
        guard !range.isEmpty else { throw .badFieldValue }
        let last = range.upperBound - 1
        let digits = range.lowerBound.decimalDigitCount + last.decimalDigitCount + length.decimalDigitCount
        try reserve(21 + digits + 4)  // "Content-Range: bytes ", the digits, "-", "/" and the line's end
        _ = ByteScan.append("Content-Range: bytes ", to: &self)
        appendDigits(range.lowerBound, count: range.lowerBound.decimalDigitCount)
        append(Ascii.dash)
        appendDigits(last, count: last.decimalDigitCount)
        append(Ascii.slash)
        appendDigits(length, count: length.decimalDigitCount)
        appendLineEnd()
    }

    /// Appends the Content-Range of a 416: "bytes */1234" (RFC 9110 §14.4).
    package mutating func appendContentRange(unsatisfiedOf length: UInt64) throws(ResponseError) {
        let digits = length.decimalDigitCount
        try reserve(23 + digits + 2)
        _ = ByteScan.append("Content-Range: bytes */", to: &self)
        appendDigits(length, count: digits)
        appendLineEnd()
    }

    /// Appends the empty line that ends a head.
    package mutating func appendEmptyLine() throws(ResponseError) {
        try reserve(2)
        appendLineEnd()
    }

    /// Appends bytes as they are.
    package mutating func appendBytes(_ bytes: Span<UInt8>) throws(ResponseError) {
        guard ByteScan.append(bytes, to: &self) else { throw .outputFull }
    }

    /// Appends a literal as it is.
    package mutating func appendBytes(_ literal: StaticString) throws(ResponseError) {
        guard ByteScan.append(literal, to: &self) else { throw .outputFull }
    }

    /// Appends a number in decimal digits.
    package mutating func appendDecimal(_ number: UInt64) throws(ResponseError) {
        let digits = number.decimalDigitCount
        try reserve(digits)
        appendDigits(number, count: digits)
    }

    /// Appends a number in lower-case hexadecimal digits, without leading zeros.
    package mutating func appendHexadecimal(_ number: UInt64) throws(ResponseError) {
        let digits = max(1, (64 - number.leadingZeroBitCount + 3) / 4)
        try reserve(digits)
        for place in (0..<digits).reversed() {
            let digit = UInt8(truncatingIfNeeded: number >> UInt64(4 * place)) & 0xf
            append(digit < 10 ? Ascii.zero + digit : 0x57 + digit)
        }
    }

    // MARK: -

    private func reserve(_ count: Int) throws(ResponseError) {
        guard count <= freeCapacity else { throw .outputFull }
    }

    private mutating func appendName(_ name: StaticString) {
        _ = ByteScan.append(name, to: &self)
        _ = ByteScan.append(": ", to: &self)
    }

    private mutating func appendLineEnd() {
        append(Ascii.carriageReturn)
        append(Ascii.lineFeed)
    }

    /// Writes the lowest `count` digits, highest first; room was made.
    private mutating func appendDigits(_ number: UInt64, count: Int) {
        var divisor: UInt64 = 1
        for _ in 1..<max(count, 1) { divisor &*= 10 }
        var rest = number
        while divisor > 0 {
            append(Ascii.zero &+ UInt8(truncatingIfNeeded: rest / divisor % 10))
            rest %= divisor
            divisor /= 10
        }
    }

    private static func isFieldName(_ name: Span<UInt8>) -> Bool {
        guard !name.isEmpty else { return false }
        for index in 0..<name.count where !name[index].isToken { return false }
        return true
    }

    private static func isFieldValue(_ value: Span<UInt8>) -> Bool {
        ByteScan.firstControl(in: value, from: 0, to: value.count) == value.count
    }
}
