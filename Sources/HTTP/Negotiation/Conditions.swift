/// Conditional requests (RFC 9110 §13). Pure; a completion worker, or any other thread.

/// What the conditions of a request come to.
package enum ConditionOutcome: Hashable, Sendable {
    case proceed
    /// 304
    case notModified
    /// 412
    case preconditionFailed
}

/// Evaluates the conditions of a request upon a representation that exists.
package enum Conditions {
    /// Evaluates If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since in the order of RFC 9110 §13.2.2.
    ///
    /// `bytes` are those the head was parsed from; `etag` is the representation's, as its ETag field holds it, empty
    /// when it has none; `lastModified` is in seconds since 1970.
    package static func evaluate(
        _ head: RequestHead,
        in bytes: Span<UInt8>,
        etag: Span<UInt8>,
        lastModified: Int64?
    ) -> ConditionOutcome {
        guard head.hasConditions else { return .proceed }
        let isReading = head.method == .get || head.method == .head
        if head.has(.ifMatch) {
            guard anyLine(of: .ifMatch, head, bytes, has: etag, .strong) else { return .preconditionFailed }
        } else if let since = date(of: .ifUnmodifiedSince, head, bytes), let lastModified {
            guard lastModified <= since else { return .preconditionFailed }
        }
        if head.has(.ifNoneMatch) {
            guard anyLine(of: .ifNoneMatch, head, bytes, has: etag, .weak) else { return .proceed }
            return isReading ? .notModified : .preconditionFailed
        }
        if isReading, let since = date(of: .ifModifiedSince, head, bytes), let lastModified, lastModified <= since {
            return .notModified
        }
        return .proceed
    }

    /// Whether the Range field counts: there is no If-Range, or it names exactly this representation (RFC 9110 §13.1.5).
    ///
    /// A date counts only when it is a strong validator, which takes a modification before the current second
    /// (§8.8.2.2): `now` is in seconds since 1970.
    package static func allowRange(
        _ head: RequestHead,
        in bytes: Span<UInt8>,
        etag: Span<UInt8>,
        lastModified: Int64?,
        now: Int64
    ) -> Bool {
        guard let range = head[.ifRange] else { return true }
        guard !head.isRepeated(.ifRange) else { return false }
        let value = bytes.extracting(range)
        if let tag = EntityTag(value, at: 0) {
            return tag.opaque.upperBound == value.count && EntityTag.list(value, has: etag, .strong)
        }
        guard let lastModified, let date = HTTPDate.parse(value) else { return false }
        return date == lastModified && lastModified < now
    }

    private static func anyLine(
        of field: KnownField,
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        has etag: Span<UInt8>,
        _ comparison: EntityTag.Comparison
    ) -> Bool {
        guard let first = head[field] else { return false }
        if EntityTag.list(bytes.extracting(first), has: etag, comparison) { return true }
        guard head.isRepeated(field) else { return false }
        var lines = FieldIterator(head)
        while let value = lines.nextValue(of: field, in: bytes) {
            if EntityTag.list(bytes.extracting(value), has: etag, comparison) { return true }
        }
        return false
    }

    /// RFC 9110 §13.1.3: a date that is invalid, or one of several, is ignored.
    private static func date(of field: KnownField, _ head: RequestHead, _ bytes: Span<UInt8>) -> Int64? {
        guard let value = head[field], !head.isRepeated(field) else { return nil }
        return HTTPDate.parse(bytes.extracting(value))
    }
}
