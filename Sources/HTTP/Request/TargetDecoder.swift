/// A path as sent, made into the path that is meant (RFC 3986 §5.2.4 and §6.2.2). Pure; a completion worker.

/// Decodes the path of a request target.
package enum TargetDecoder {
    /// Whether decoding would change nothing: no escape, no segment that begins with a dot, visible ASCII throughout.
    ///
    /// One pass, sixteen bytes at a time; a path of which this is true can be looked up as it lies.
    package static func isPlain(_ raw: Span<UInt8>) -> Bool {
        guard !raw.isEmpty, raw[0] == Ascii.slash else { return false }
        var index = ByteScan.firstEscapeOrDot(in: raw, from: 1, to: raw.count)
        while index < raw.count {
            guard raw[index] == Ascii.dot, raw[index &- 1] != Ascii.slash else { return false }
            index = ByteScan.firstEscapeOrDot(in: raw, from: index &+ 1, to: raw.count)
        }
        return true
    }

    /// Appends the decoded path to `output`.
    ///
    /// Percent-encodings are decoded, then dot segments removed, so that an encoded dot is a dot (RFC 3986 §6.2.2.2).
    /// Refused are NUL and controls, an encoded slash (it separates nothing, and no file's name can hold one), what is
    /// not UTF-8, and what leads above the root: RFC 3986 would stop at the root in silence, but no honest client means
    /// that. Empty segments (`//`) stay, since by RFC 3986 §3.3 they are segments like others.
    ///
    /// The decoded path is never longer than the raw one. On refusal, what was appended has no meaning. The result is
    /// why the path is refused, nil when it was appended.
    package static func decodePath(_ raw: Span<UInt8>, into output: inout OutputSpan<UInt8>) -> RejectReason? {
        guard !raw.isEmpty, raw[0] == Ascii.slash else { return .badTarget }
        guard raw.count <= output.freeCapacity else { return .targetTooLong }
        if isPlain(raw) {
            _ = ByteScan.append(raw, to: &output)
            return nil
        }
        // The output always ends with the slash before the segment being decoded.
        let root = output.count
        output.append(Ascii.slash)
        var index = 1
        while true {
            let segment = output.count
            if let reason = decodeSegment(raw, &index, &output) { return reason }
            let isLast = index >= raw.count
            switch kind(output, from: segment) {
            case .current:
                output.removeLast(1)
            case .parent:
                output.removeLast(2)
                guard output.count > root + 1 else { return .aboveRoot }
                output.removeLast(1)
                while output.span[output.count - 1] != Ascii.slash { output.removeLast(1) }
            case .named:
                guard isUTF8(output.span, from: segment) else { return .badPathEncoding }
                if !isLast { output.append(Ascii.slash) }
            }
            if isLast { return nil }
            index += 1  // the slash
        }
    }

    private enum Segment { case current, parent, named }

    private static func kind(_ output: borrowing OutputSpan<UInt8>, from start: Int) -> Segment {
        let span = output.span
        switch span.count - start {
        case 1 where span[start] == Ascii.dot: return .current
        case 2 where span[start] == Ascii.dot && span[start + 1] == Ascii.dot: return .parent
        default: return .named
        }
    }

    /// Decodes up to the next slash or the end, where `index` then is.
    private static func decodeSegment(
        _ raw: Span<UInt8>,
        _ index: inout Int,
        _ output: inout OutputSpan<UInt8>
    ) -> RejectReason? {
        while index < raw.count, raw[index] != Ascii.slash {
            var byte = raw[index]
            if byte == Ascii.percent {
                guard index + 2 < raw.count, let high = raw[index + 1].hexValue, let low = raw[index + 2].hexValue
                else { return .badPercentEncoding }
                byte = high << 4 | low
                guard byte != Ascii.slash else { return .encodedSlash }
                index += 3
            } else {
                guard byte < 0x80 else { return .badTarget }
                index += 1
            }
            guard byte != 0 else { return .nullInPath }
            guard byte >= 0x20, byte != 0x7f else { return .controlInPath }
            output.append(byte)
        }
        return nil
    }

    /// Whether the bytes from `start` are well-formed UTF-8 (Unicode 15 table 3-7): no overlong form, no surrogate.
    private static func isUTF8(_ span: Span<UInt8>, from start: Int) -> Bool {
        var index = start
        while index < span.count {
            let lead = span[index]
            let second: ClosedRange<UInt8>
            let count: Int
            switch lead {
            case 0x00...0x7f: (count, second) = (1, 0x80...0xbf)
            case 0xc2...0xdf: (count, second) = (2, 0x80...0xbf)
            case 0xe0: (count, second) = (3, 0xa0...0xbf)
            case 0xed: (count, second) = (3, 0x80...0x9f)
            case 0xe1...0xef: (count, second) = (3, 0x80...0xbf)
            case 0xf0: (count, second) = (4, 0x90...0xbf)
            case 0xf1...0xf3: (count, second) = (4, 0x80...0xbf)
            case 0xf4: (count, second) = (4, 0x80...0x8f)
            default: return false
            }
            guard count <= span.count - index else { return false }
            if count > 1 {
                guard second.contains(span[index + 1]) else { return false }
                for place in 2..<max(count, 2) where span[index + place] & 0xc0 != 0x80 { return false }
            }
            index += count
        }
        return true
    }
}
