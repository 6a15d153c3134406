/// Where the body ends, and whether the connection lasts (RFC 9112 §6 and §9). Part of `RequestParser`; a completion worker.

extension RequestParser {
    /// Content-Length: one decimal number, once.
    ///
    /// RFC 9112 §6.3 lets a recipient accept a list of equal numbers; no client needs it, so it is refused.
    ///
    /// A number that does not fit is still a number (RFC 9110 §8.6): the body is too large, which is said when the head is
    /// complete, as the refusal has the form that the client accepts.
    mutating func readContentLength(_ bytes: Span<UInt8>, _ value: ByteRange) -> RejectReason? {
        guard !head.isRepeated(.contentLength), bytes.isDecimal(value.lowerBound, value.upperBound) else {
            return .badContentLength
        }
        guard !head.has(.transferEncoding) else { return .conflictingLength }
        let length = bytes.decimal(value.lowerBound, value.upperBound) ?? .max
        isTooLong = length > UInt64(Int64.max)
        head.framing = .length(min(length, UInt64(Int64.max)))
        return nil
    }

    /// Transfer-Encoding: `chunked` and nothing else.
    mutating func readTransferEncoding(_ bytes: Span<UInt8>, _ value: ByteRange) -> RejectReason? {
        // RFC 9112 §6.1: with both, or in HTTP/1.0, the message is at best faulty and at worst smuggled.
        guard head.version == .http11 else { return .transferCodingInOldVersion }
        guard !head.has(.contentLength) else { return .conflictingLength }
        guard !head.isRepeated(.transferEncoding) else { return .badTransferCoding }
        let span = bytes.extracting(value)
        guard ByteScan.equals(span, ignoringCase: "chunked") else { return reasonForCodings(span) }
        head.framing = .chunked
        return nil
    }

    /// RFC 9112 §6.3: without a final `chunked` the length is unknown, 400; with other codings before it, 501.
    private func reasonForCodings(_ value: Span<UInt8>) -> RejectReason {
        var list = ListIterator()
        var count = 0
        var chunkedAt = 0
        while let item = list.next(in: value) {
            count += 1
            guard ByteScan.equals(value.extracting(item), ignoringCase: "chunked") else { continue }
            guard chunkedAt == 0 else { return .badTransferCoding }
            chunkedAt = count
        }
        return count > 1 && chunkedAt == count ? .unknownTransferCoding : .badTransferCoding
    }

    /// Expect: a list, of which RFC 9110 §10.1.1 defines one member; any other may be answered with 417.
    ///
    /// That is said when the head is complete: the refusal has the form that the client accepts.
    mutating func readExpect(_ bytes: Span<UInt8>, _ value: ByteRange) {
        let span = bytes.extracting(value)
        var list = ListIterator()
        while let item = list.next(in: span) {
            if ByteScan.equals(span.extracting(item), ignoringCase: "100-continue") {
                head.expectsContinue = true
            } else {
                expectsUnknown = true
            }
        }
    }

    /// Connection: a list of options, of which two are ours.
    mutating func readConnection(_ bytes: Span<UInt8>, _ value: ByteRange) {
        let span = bytes.extracting(value)
        if ByteScan.equals(span, ignoringCase: "keep-alive") {
            persists = true
            return
        }
        // RFC 9110 §7.6.1: options are tokens, so that a quotation mark hides no comma from anybody.
        var list = ListIterator(mayQuote: false)
        while let item = list.next(in: span) {
            let option = span.extracting(item)
            if ByteScan.equals(option, ignoringCase: "close") { closes = true }
            if ByteScan.equals(option, ignoringCase: "keep-alive") { persists = true }
        }
    }

    /// What only the whole head tells.
    mutating func finish(_ bytes: Span<UInt8>) -> RejectReason? {
        if head.has(.host) {
            // RFC 9112 §3.2.2: the target's authority counts where there is one.
            let isInTarget = head.form == .absolute || head.form == .authority
            if !isInTarget { head.authority = head.fields[Int(KnownField.host.rawValue)] }
        } else if head.version == .http11 {
            return .missingHost
        }
        if isTooLong { return .bodyTooLarge }
        if expectsUnknown { return .unknownExpectation }
        // RFC 9112 §9.3: close wins; HTTP/1.1 persists by itself, HTTP/1.0 when asked to.
        head.keepsAlive = !closes && (head.version == .http11 || persists)
        if head.expectsContinue {
            // RFC 9110 §10.1.1: ignored in HTTP/1.0, and there is nothing to wait for without a body.
            head.expectsContinue =
                switch head.framing {
                case .none, .length(0): false
                case .length, .chunked: head.version == .http11
                }
        }
        return nil
    }
}
