/// An answer that the server gives in its own words. Pure values; any thread.

internal import HTTP

/// A refusal: its content, and the values of its fields.
struct Refusal {
    let content: RefusalContent
    /// Methods for the Allow field, as the router has them.
    var allow: UInt16 = 0
    /// The realm that asks for a user and a password.
    var realm: [UInt8]?
    /// Seconds for the Retry-After field; `nil` for those of the status.
    var retryAfter: UInt32?
    /// Bytes of the file that has none of those that were asked for.
    var sizeOfFile: UInt64?
    /// Request fields that the answer depends on, beside Accept.
    var varying: Varying = []
    let sendsBody: Bool
    /// Configured field lines.
    let lines: [UInt8]
    let persistence: Persistence

    /// Bytes of its head at most, without the realm and the configured lines.
    static let headSizeMax = 512
    /// Bytes at most of a refusal of what has no exchange, without the configured lines: it has no realm.
    static let sizeMax = headSizeMax + RefusalContent.sizeMax
}

/// The shapes of a refusal's content.
enum RefusalShape: CaseIterable {
    /// HTML, for people.
    case page
    /// JSON as RFC 9457 has it, for programs.
    case problem

    /// Problem details for a client that prefers JSON of either kind to HTML, a page for all others.
    ///
    /// - Parameters:
    ///   - head: the request's, or the part of it that was read.
    ///   - bytes: those that the head's positions refer to.
    init(_ head: RequestHead, in bytes: Span<UInt8>) {
        let isProgram =
            QualityList.prefers("application/json", over: "text/html", head, in: bytes)
            || QualityList.prefers("application/problem+json", over: "text/html", head, in: bytes)
        self = isProgram ? .problem : .page
    }

    var mediaType: StaticString {
        switch self {
        case .page: "text/html; charset=utf-8"
        case .problem: "application/problem+json"
        }
    }
}

/// The content of a refusal: the same few texts in either shape, none of which needs an escape.
///
/// Problem details have no Content-Language and no language to choose: programs go by `status` and `reason`.
struct RefusalContent {
    let reason: Reason
    let shape: RefusalShape
    /// Bytes a second that a content must come with, for a refusal of one that did not.
    var bodyRateMin = 0

    private enum Part {
        case text(StaticString)
        case number(UInt64)
    }

    /// Bytes of it.
    var count: Int {
        var count = 0
        forEachPart { part in
            switch part {
            case .text(let text): count += text.utf8CodeUnitCount
            case .number(let number): count += number.decimalDigitCount
            }
        }
        return count
    }

    /// Bytes of the longest.
    static let sizeMax = Reason.refusals.reduce(0) { size, reason in
        RefusalShape.allCases.reduce(size) {
            max($0, RefusalContent(reason: reason, shape: $1, bodyRateMin: .max).count)
        }
    }

    func write(to span: inout OutputSpan<UInt8>) throws(ResponseError) {
        try forEachPart { (part) throws(ResponseError) in
            switch part {
            case .text(let text): try span.appendBytes(text)
            case .number(let number): try span.appendDecimal(number)
            }
        }
    }

    private func forEachPart<Failure: Error>(_ take: (Part) throws(Failure) -> Void) throws(Failure) {
        let status = ResponseEncoder.status(reason.status)
        switch shape {
        case .page:
            // As few bytes as a page takes.
            try take(.text("<!doctype html><meta charset=utf-8><title>"))
            try takeTitle(status, take)
            try take(.text("</title><h1>"))
            try takeTitle(status, take)
            try take(.text("</h1><p>"))
            try takeDetail(take)
            try take(.text("</p>\n"))
        case .problem:
            // RFC 9457 §4.2.1: with "about:blank" the title is the status's phrase.
            try take(.text("{\"type\":\"about:blank\",\"title\":\""))
            try take(.text(status.reasonPhrase))
            try take(.text("\",\"status\":"))
            try take(.number(UInt64(status.code)))
            try take(.text(",\"detail\":\""))
            try takeDetail(take)
            try take(.text("\",\"reason\":\""))
            try take(.text(reason.name))
            try take(.text("\"}\n"))
        }
    }

    private func takeDetail<Failure: Error>(_ take: (Part) throws(Failure) -> Void) throws(Failure) {
        try take(.text(reason.explanation))
        guard reason == .bodyExpired else { return }
        try take(.text(" The least is "))
        try take(.number(UInt64(bodyRateMin)))
        try take(.text(" bytes a second on average."))
    }

    private func takeTitle<Failure: Error>(_ status: Status, _ take: (Part) throws(Failure) -> Void) throws(Failure) {
        try take(.number(UInt64(status.code)))
        try take(.text(" "))
        try take(.text(status.reasonPhrase))
    }
}
