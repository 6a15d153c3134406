/// What is sent of a file. Pure; any thread.

internal import HTTP

/// The status and the part of a file that a request gets.
struct FileAnswer: Equatable {
    let status: UInt16
    /// The bytes that the response's content stands for.
    let range: Range<UInt64>
    /// False for HEAD, 304, 412 and 416.
    let sendsBody: Bool
    /// The content is several ranges, each in a part of its own; `range` says nothing then.
    let isMultipart: Bool

    init(status: UInt16, range: Range<UInt64>, sendsBody: Bool, isMultipart: Bool = false) {
        self.status = status
        self.range = range
        self.sendsBody = sendsBody
        self.isMultipart = isMultipart
    }

    /// Bytes of content that leave.
    var bodyCount: UInt64 { sendsBody ? UInt64(range.count) : 0 }

    /// The reason of an answer that says no and nothing else; `nil` for one with content, and for a failure's page.
    var refusal: Reason? {
        switch status {
        case 412: .preconditionFailed
        case 416: .rangeNotSatisfiable
        default: nil
        }
    }

    /// Decides by the request's conditions and range (RFC 9110 §13.2.2, §14.2).
    ///
    /// - Parameters:
    ///   - head: the request's.
    ///   - bytes: what the head's positions refer to.
    ///   - file: what was found.
    ///   - status: 200, or that of an error page, for which neither conditions nor ranges count.
    ///   - now: nanoseconds since 1970.
    @unsafe
    init(_ head: RequestHead, _ bytes: Span<UInt8>, _ file: borrowing CachedFile, status: UInt16, now: Int64) {
        let size = file.size
        let whole = 0..<size
        let sendsBody = head.method != .head
        guard status == 200, head.hasConditions else {
            self.init(status: status, range: whole, sendsBody: sendsBody)
            return
        }
        let validators = file.validators
        let lastModified = validators.lastModified(now: now)
        let outcome = validators.withTag {
            Conditions.evaluate(head, in: bytes, etag: $0, lastModified: lastModified)
        }
        switch outcome {
        case .notModified:
            self.init(status: 304, range: whole, sendsBody: false)
            return
        case .preconditionFailed:
            self.init(status: 412, range: whole, sendsBody: false)
            return
        case .proceed:
            break
        }
        // Ranges are defined for GET alone; a repeated Range field is no valid one and is ignored (§14.2).
        guard head.method == .get, let range = head[.range], !head.isRepeated(.range),
            validators.withTag({
                Conditions.allowRange(
                    head,
                    in: bytes,
                    etag: $0,
                    lastModified: lastModified,
                    now: now / 1_000_000_000
                )
            })
        else {
            self.init(status: 200, range: whole, sendsBody: sendsBody)
            return
        }
        switch RangeField.resolve(bytes.extracting(range), representationLength: size) {
        case .single(let part):
            self.init(status: 206, range: part, sendsBody: true)
        case .unsatisfiable:
            self.init(status: 416, range: whole, sendsBody: false)
        case .multiple where !file.hasCoding:
            self.init(status: 206, range: whole, sendsBody: true, isMultipart: true)
        case .whole, .multiple:
            // The parts of a coded content would have to say how it is coded, and have no field for that: several parts
            // at once are optional (§15.3.7.2).
            self.init(status: 200, range: whole, sendsBody: true)
        }
    }
}
