/// Content codings of requests (RFC 9110, section 8.4), of which the kit undoes none. On the pool thread that handles the
/// request.

internal import CHandlerABI

extension Request {
    /// Checks that the body is as it was before any coding: `formFields` does it itself.
    ///
    /// - Throws: `FormError.coded` when a `Content-Encoding` field names a coding other than `identity`.
    public func requireUncodedBody() throws(FormError) {
        let fields = unsafe UnsafeBufferPointer(start: raw.pointee.fields, count: Int(raw.pointee.fields_count))
        for index in fields.indices {
            let name = unsafe UnsafeBufferPointer(fields[index].name)
            guard unsafe MediaType.equals(name.span, "content-encoding") else { continue }
            let value = unsafe UnsafeBufferPointer(fields[index].value)
            try Self.requireIdentity(unsafe value.span)
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
