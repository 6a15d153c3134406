/// The head of a request, understood: places in the caller's bytes and decisions taken from them. A value; any thread.

/// How the body after a head is delimited (RFC 9112 §6.3).
package enum BodyFraming: BitwiseCopyable, Hashable, Sendable {
    /// Neither Content-Length nor Transfer-Encoding: there is no body.
    case none
    /// Content-Length, at most `Int64.max`. Zero is told from `none` for those who require a length.
    case length(UInt64)
    case chunked
}

/// The form of a request target (RFC 9112 §3.2).
package enum TargetForm: UInt8, BitwiseCopyable, Sendable {
    case origin, absolute, authority, asterisk
}

/// An accepted request head.
///
/// Holds no reference: its ranges are places in the bytes it was parsed from.
package struct RequestHead: BitwiseCopyable, Sendable {
    package internal(set) var method = Method.other
    package internal(set) var form = TargetForm.origin
    package internal(set) var version = Version.http11
    /// Whether the connection may carry another request (RFC 9112 §9.3).
    package internal(set) var keepsAlive = true
    /// Whether the client waits for `100 Continue` before it sends a body (RFC 9110 §10.1.1).
    package internal(set) var expectsContinue = false
    package internal(set) var framing = BodyFraming.none
    /// Bytes of the head, the empty line and what preceded the request line included: the body begins here.
    package internal(set) var length = 0
    /// How many field lines there are.
    package internal(set) var fieldCount = 0

    package internal(set) var methodRange = ByteRange()
    package internal(set) var target = ByteRange()
    /// The path as sent, from its slash up to the query.
    ///
    /// Of an absolute target without one it is a slash of "http://", since an empty path means "/" (RFC 9110 §4.2.3).
    /// Of the asterisk form it is the asterisk, of the authority form empty.
    package internal(set) var path = ByteRange()
    /// What follows the first '?' of the target, as sent; empty when there is none.
    package internal(set) var query = ByteRange()
    /// Host and port: the target's where it has them, the Host field's otherwise (RFC 9112 §3.2.2).
    package internal(set) var authority = ByteRange()
    /// The field lines, from the first one's name up to the empty line.
    package internal(set) var fieldsRange = ByteRange()

    var present: UInt32 = 0
    var repeated: UInt32 = 0
    var fields = InlineArray<32, ByteRange>(repeating: ByteRange())

    /// The head of a request of which nothing is known: what a refusal of bytes that are no request answers.
    package init() {}

    /// The value of a field's first line, without the whitespace around it; nil when the head has no such line.
    @inline(__always)
    package subscript(field: KnownField) -> ByteRange? {
        present & field.bit == 0 ? nil : fields[Int(field.rawValue)]
    }

    /// Whether the head has a line of this field.
    package func has(_ field: KnownField) -> Bool { present & field.bit != 0 }

    /// Whether the head has several lines of this field; all of them are reached with `FieldIterator`.
    package func isRepeated(_ field: KnownField) -> Bool { repeated & field.bit != 0 }

    /// Whether any field asks for less than the plain representation: If-Match and its kin, or Range.
    package var hasConditions: Bool { present & Self.conditionBits != 0 }

    private static var conditionBits: UInt32 {
        KnownField.range.bit | KnownField.ifRange.bit | KnownField.ifMatch.bit | KnownField.ifNoneMatch.bit
            | KnownField.ifModifiedSince.bit | KnownField.ifUnmodifiedSince.bit
    }
}
