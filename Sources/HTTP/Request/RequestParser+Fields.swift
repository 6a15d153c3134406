/// The field lines, one after the other (RFC 9112 §5). Part of `RequestParser`; a completion worker.

extension RequestParser {
    mutating func startFields(at start: Int) {
        lineStart = start
        scanned = start
        head.fieldsRange = ByteRange(start, start)
    }

    /// Reads field lines up to the empty one.
    mutating func readFieldLines(_ bytes: Span<UInt8>) -> Step {
        while true {
            let end: Int
            switch findLineEnd(bytes, limit: limits.headSizeMax) {
            case .found(let index): end = index
            case .starved: return .starved
            case .tooLong: return .refused(.headTooLarge)
            case .control(let index): return .refused(reasonForControl(bytes, at: index))
            case .refused(let reason): return .refused(reason)
            }
            if end == lineStart {
                head.fieldsRange = ByteRange(head.fieldsRange.lowerBound, end)
                head.length = end &+ 2
                if let reason = finish(bytes) { return .refused(reason) }
                return .finished
            }
            if let reason = readFieldLine(bytes, to: end) { return .refused(reason) }
            lineStart = end &+ 2
            scanned = lineStart
        }
    }

    /// One field line, complete and without its CRLF.
    @inline(__always)
    private mutating func readFieldLine(_ bytes: Span<UInt8>, to end: Int) -> RejectReason? {
        guard head.fieldCount < limits.fieldCountMax else { return .tooManyFields }
        head.fieldCount &+= 1
        let start = lineStart
        let colon = ByteScan.firstIndex(of: Ascii.colon, in: bytes, from: start, to: end)
        let known = KnownField.recognise(bytes, at: start, length: colon &- start)
        guard let known, colon < end else { return reasonForName(bytes, from: start, to: colon, end: end) }
        let value = bytes.trimmed(colon &+ 1, end)
        let range = ByteRange(value.lowerBound, value.upperBound)
        if head.present & known.bit == 0 {
            head.present |= known.bit
            head.fields[Int(known.rawValue)] = range
        } else {
            head.repeated |= known.bit
        }
        return understand(known, bytes, range)
    }

    /// What the parser itself must know of a field.
    @inline(__always)
    private mutating func understand(_ field: KnownField, _ bytes: Span<UInt8>, _ value: ByteRange) -> RejectReason? {
        switch field {
        case .host:
            // RFC 9112 §3.2: more than one, or an invalid one, is answered with 400.
            guard !head.isRepeated(.host) else { return .repeatedHost }
            return Authority.isValid(bytes, from: value.lowerBound, to: value.upperBound) ? nil : .badHost
        case .connection:
            readConnection(bytes, value)
            return nil
        case .contentLength: return readContentLength(bytes, value)
        case .transferEncoding: return readTransferEncoding(bytes, value)
        case .expect:
            readExpect(bytes, value)
            return nil
        default: return nil
        }
    }

    /// Checks the name of a line whose field is not known, and says what is wrong with it.
    @inline(__always)
    private func reasonForName(_ bytes: Span<UInt8>, from start: Int, to colon: Int, end: Int) -> RejectReason? {
        var index = start
        while index < colon, bytes[index].isToken { index &+= 1 }
        if index == colon, start < colon, colon < end { return nil }
        if index == start, index < end, bytes[index].isBlank { return .lineFolding }
        guard colon < end else { return .badFieldName }
        // RFC 9112 §5.1: whitespace between name and colon has led to smuggling and must be refused.
        return index > start && bytes.trimmed(index, colon).isEmpty ? .whitespaceBeforeColon : .badFieldName
    }

    private func reasonForControl(_ bytes: Span<UInt8>, at index: Int) -> RejectReason {
        let colon = ByteScan.firstIndex(of: Ascii.colon, in: bytes, from: lineStart, to: index)
        return colon < index ? .badFieldValue : .badFieldName
    }
}
