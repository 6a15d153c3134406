/// What a request says of its body: content codings (RFC 9110, section 8.4), of which the kit undoes none, and one type. On
/// the pool thread that handles the request.

extension Request {
    /// Checks that the body is as it was before any coding: `formFields` does it itself.
    ///
    /// - Throws: `FormError.coded` when a `Content-Encoding` field names a coding other than `identity`.
    public func requireUncodedBody() throws(FormError) {
        try forEachValue(of: "content-encoding") { value throws(FormError) in try Self.requireIdentity(value) }
    }

    /// Checks that the request does not say two things of its body: `formFields` and `jsonFields` do it themselves.
    ///
    /// - Throws: `FormError.malformed` when two `Content-Type` fields differ.
    public func requireOneContentType() throws(FormError) {
        var first: [UInt8]?
        try forEachValue(of: "content-type") { value throws(FormError) in
            let type = Array(copying: value)
            guard first == nil || first == type else {
                throw .malformed("The request has two Content-Type fields that differ: send one.")
            }
            first = type
        }
    }

    /// Checks the members of one field line; empty ones are passed over (section 5.6.1).
    private static func requireIdentity(_ value: Span<UInt8>) throws(FormError) {
        var start = 0
        while start < value.count {
            let end = MediaType.firstIndex(of: UInt8(ascii: ","), in: value, from: start, to: value.count)
            let member = value.extracting(MediaType.trimmed(value, start..<end))
            guard member.isEmpty || MediaType.equals(member, "identity") else {
                let coding = FormCharset.shown(member)
                throw .coded("The body has the content coding \(coding), and none is understood: send it as it is.")
            }
            start = end + 1
        }
    }
}
