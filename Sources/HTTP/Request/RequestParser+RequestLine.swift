/// Method, target and version (RFC 9112 §3). Part of `RequestParser`; a completion worker.

extension RequestParser {
    /// Reads up to the space after the method.
    ///
    /// The method is looked at before the line is complete, so that a client that speaks something else is told at once.
    mutating func readMethod(_ bytes: Span<UInt8>) -> Step {
        if bytes.count &- lineStart >= 4, ByteScan.halfWord(bytes, lineStart) == 0x2054_4547 {  // "GET "
            head.method = .get
            head.methodRange = ByteRange(lineStart, lineStart &+ 3)
            scanned = lineStart &+ 3
            return .advanced
        }
        var index = scanned
        let limit = requestLineLimit
        while index < bytes.count {
            guard index < limit else { return .refused(.targetTooLong) }
            let byte = bytes[index]
            if byte == Ascii.space { break }
            guard byte.isToken else {
                switch byte {
                case Ascii.lineFeed: return .refused(.bareLineFeed)
                default: return .refused(.badRequestLine)
                }
            }
            index &+= 1
            guard index &- lineStart <= HeadLimits.methodSizeMax else { return .refused(.methodTooLong) }
        }
        scanned = index
        guard index < bytes.count else { return .starved }
        guard index > lineStart else { return .refused(.badRequestLine) }
        head.method = Method(bytes, from: lineStart, to: index)
        head.methodRange = ByteRange(lineStart, index)
        return .advanced
    }

    /// Reads the rest of the request line once it is complete.
    mutating func readRequestLine(_ bytes: Span<UInt8>) -> Step {
        let end: Int
        switch findLineEnd(bytes, limit: requestLineLimit) {
        case .found(let index): end = index
        case .starved: return .starved
        case .tooLong: return .refused(.targetTooLong)
        case .control: return .refused(.badRequestLine)
        case .refused(let reason): return .refused(reason)
        }
        let targetStart = head.methodRange.upperBound &+ 1
        let targetEnd = end &- 9  // " HTTP/1.1"
        guard targetEnd > targetStart, bytes[targetEnd] == Ascii.space else { return .refused(.badRequestLine) }
        if let reason = readVersion(bytes, at: targetEnd &+ 1) { return .refused(reason) }
        head.target = ByteRange(targetStart, targetEnd)
        if let reason = readTarget(bytes, from: targetStart, to: targetEnd) { return .refused(reason) }
        startFields(at: end &+ 2)
        return .advanced
    }

    /// Where the request line's CRLF must have ended.
    private var requestLineLimit: Int { min(lineStart &+ limits.requestLineSizeMax &+ 2, limits.headSizeMax) }

    /// The eight bytes of the version (RFC 9112 §2.3).
    @inline(__always)
    private mutating func readVersion(_ bytes: Span<UInt8>, at start: Int) -> RejectReason? {
        // "HTTP/1.1" in little-endian order.
        let word = ByteScan.word(bytes, start)
        if word == 0x312e_312f_5054_5448 {
            head.version = .http11
            return nil
        }
        // "HTTP/", and whatever digits.
        guard word & 0xff_ffff_ffff == 0x2f_5054_5448, bytes[start + 6] == Ascii.dot,
            bytes[start + 5].isDigit, bytes[start + 7].isDigit
        else { return .badRequestLine }
        let major = bytes[start + 5] &- Ascii.zero
        let minor = bytes[start + 7] &- Ascii.zero
        guard major == 1 else {
            // RFC 9113 §3.4: the client connection preface begins "PRI * HTTP/2.0".
            let isPreface = major == 2 && ByteScan.equals(bytes.extracting(head.methodRange), ignoringCase: "pri")
            return isPreface ? .http2Preface : .versionNotSupported
        }
        head.version = minor == 0 ? .http10 : .http11
        return nil
    }

    /// Which form the target has, and where its parts are (RFC 9112 §3.2).
    @inline(__always)
    private mutating func readTarget(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> RejectReason? {
        if head.method == .connect {
            head.form = .authority
            head.path = ByteRange(end, end)
            head.authority = ByteRange(start, end)
            // RFC 9112 §3.2.3: host and port, both of them.
            return Authority.isValid(bytes, from: start, to: end, needsPort: true) ? nil : .badTarget
        }
        if bytes[start] == Ascii.slash {
            head.form = .origin
            return readPathAndQuery(bytes, from: start, to: end)
        }
        if bytes[start] == Ascii.asterisk, end == start + 1 {
            head.form = .asterisk
            head.path = ByteRange(start, end)
            return head.method == .options ? nil : .badTarget
        }
        return readAbsoluteTarget(bytes, from: start, to: end)
    }

    /// "http://authority/path?query" (RFC 9112 §3.2.2).
    ///
    /// "https" too: a proxy that ends TLS may leave it.
    private mutating func readAbsoluteTarget(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> RejectReason? {
        head.form = .absolute
        let authorityStart: Int
        if end - start > 7, ByteScan.matches(bytes, at: start, ignoringCase: "http://") {
            authorityStart = start + 7
        } else if end - start > 8, ByteScan.matches(bytes, at: start, ignoringCase: "https://") {
            authorityStart = start + 8
        } else {
            return .badTarget
        }
        var authorityEnd = authorityStart
        while authorityEnd < end, bytes[authorityEnd] != Ascii.slash, bytes[authorityEnd] != Ascii.question {
            authorityEnd += 1
        }
        guard Authority.isValid(bytes, from: authorityStart, to: authorityEnd) else { return .badTarget }
        head.authority = ByteRange(authorityStart, authorityEnd)
        if let reason = readPathAndQuery(bytes, from: authorityEnd, to: end) { return reason }
        if head.path.isEmpty { head.path = ByteRange(authorityStart - 1, authorityStart) }
        return nil
    }

    /// Splits at the first '?', and refuses what a URI cannot hold.
    ///
    /// RFC 3986 §3.3 and §3.4 name the characters. Beyond them pass those that browsers leave as they are, by the
    /// percent-encode sets of the URL standard: `[`, `]` and `|` in a path, and in a query also `\`, `^`, `` ` ``,
    /// `{`, `}`. Quotation marks and angle brackets are sent by no browser and are what an injection is made of.
    @inline(__always)
    private mutating func readPathAndQuery(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> RejectReason? {
        var pathEnd = end
        var index = ByteScan.firstNotableTargetByte(in: bytes, from: start, to: end)
        while index < end {
            switch bytes[index] {
            case Ascii.question:
                pathEnd = min(pathEnd, index)
            case 0x21, Ascii.equals, 0x7c, 0x7e:  // ! = | ~
                break
            case Ascii.backslash, 0x5e, 0x60, 0x7b, 0x7d:  // \ ^ ` { }
                guard index > pathEnd else { return .badTarget }
            default:
                return .badTarget
            }
            index = ByteScan.firstNotableTargetByte(in: bytes, from: index &+ 1, to: end)
        }
        head.path = ByteRange(start, pathEnd)
        head.query = ByteRange(min(pathEnd &+ 1, end), end)
        return nil
    }
}
