/// Response heads as bytes. Pure but for the clock that it is given; any thread.
///
/// Every head has a Date (RFC 9110 §6.6.1), and frames its content by Content-Length or has none.
///
/// Next: LogRecord.swift in FileLog

internal import HandlerHost
internal import HTTP

/// An answer that the server gives in its own words.
struct Refusal {
    let reason: Reason
    /// Methods for the Allow field, as the router has them.
    let allow: UInt16
    let sendsBody: Bool
    let keepsAlive: Bool
    let version: Version
}

enum ResponseEncoder {
    // MARK: Files

    /// Writes the head of a file's response.
    ///
    /// - Returns: where the Date field's value begins.
    @discardableResult
    @unsafe
    static func write(
        _ answer: FileAnswer,
        of file: CachedFile,
        keepsAlive: Bool,
        _ version: Version,
        _ clock: WorkerClock,
        into span: inout OutputSpan<UInt8>
    ) -> Int {
        let date = begin(answer.status, keepsAlive: keepsAlive, version, clock, into: &span)
        let validators = file.validators
        switch answer.status {
        case 304:
            break
        case 416:
            span.append("Content-Range: bytes */")
            span.append(decimal: file.size)
            span.append("\r\nContent-Length: 0\r\n")
        case 412:
            span.append("Content-Length: 0\r\n")
        default:
            span.append("Content-Type: ")
            span.append(file.mediaType)
            span.append("\r\nContent-Length: ")
            span.append(decimal: UInt64(answer.range.count))
            span.append("\r\n")
            if answer.status == 206 {
                span.append("Content-Range: bytes ")
                span.append(decimal: answer.range.lowerBound)
                span.append("-")
                span.append(decimal: answer.range.upperBound - 1)
                span.append("/")
                span.append(decimal: file.size)
                span.append("\r\n")
            }
        }
        if answer.status == 200 || answer.status == 206 || answer.status == 304 {
            span.append("Last-Modified: ")
            HTTPDate.write(validators.lastModified, into: &span)
            span.append("\r\nETag: ")
            validators.withTag { span.append($0) }
            span.append("\r\nAccept-Ranges: bytes\r\n")
        }
        span.append("X-Content-Type-Options: nosniff\r\n\r\n")
        return date
    }

    /// Sends a client that named a folder to the same address with a slash behind it.
    ///
    /// The address is made of the path alone: what else the target held (a scheme and a host) must not lead away.
    static func writeFolder(
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        keepsAlive: Bool,
        _ clock: WorkerClock,
        into span: inout OutputSpan<UInt8>
    ) {
        begin(308, keepsAlive: keepsAlive, head.version, clock, into: &span)
        span.append("Location: ")
        span.append(bytes.extracting(head.path))
        span.append("/")
        if !head.query.isEmpty {
            span.append("?")
            span.append(bytes.extracting(head.query))
        }
        span.append("\r\nContent-Length: 0\r\n\r\n")
    }

    // MARK: The server's own words

    /// Writes a refusal, head and content.
    ///
    /// - Returns: bytes of content.
    static func write(_ refusal: Refusal, _ clock: WorkerClock, into span: inout OutputSpan<UInt8>) -> Int {
        let status = refusal.reason.status
        begin(status, keepsAlive: refusal.keepsAlive, refusal.version, clock, into: &span)
        if status == 405 { writeAllow(refusal.allow, into: &span) }
        if status == 503 { span.append("Retry-After: 1\r\n") }
        let phrase = Status.phrase(status)
        let explanation = refusal.reason.explanation
        // A page, since it is a person who sees it, in as few bytes as that takes.
        let count = pageStart.utf8CodeUnitCount + 2 * (4 + phrase.utf8CodeUnitCount) + pageMiddle.utf8CodeUnitCount
            + pageText.utf8CodeUnitCount + explanation.utf8CodeUnitCount + pageEnd.utf8CodeUnitCount
        span.append("Content-Type: text/html; charset=utf-8\r\nContent-Length: ")
        span.append(decimal: UInt64(count))
        span.append("\r\nX-Content-Type-Options: nosniff\r\n\r\n")
        guard refusal.sendsBody else { return 0 }
        span.append(pageStart)
        appendTitle(status, phrase, into: &span)
        span.append(pageMiddle)
        appendTitle(status, phrase, into: &span)
        span.append(pageText)
        span.append(explanation)
        span.append(pageEnd)
        return count
    }

    private static let pageStart: StaticString = "<!doctype html><meta charset=utf-8><title>"
    private static let pageMiddle: StaticString = "</title><h1>"
    private static let pageText: StaticString = "</h1><p>"
    private static let pageEnd: StaticString = "</p>\n"

    private static func appendTitle(_ status: UInt16, _ phrase: StaticString, into span: inout OutputSpan<UInt8>) {
        span.append(decimal: UInt64(status))
        span.append(" ")
        span.append(phrase)
    }

    static func writeOptions(
        allow: UInt16,
        keepsAlive: Bool,
        _ version: Version,
        _ clock: WorkerClock,
        into span: inout OutputSpan<UInt8>
    ) {
        begin(204, keepsAlive: keepsAlive, version, clock, into: &span)
        writeAllow(allow, into: &span)
        span.append("\r\n")
    }

    /// The interim response that asks for the content.
    static func writeContinue(into span: inout OutputSpan<UInt8>) {
        span.append("HTTP/1.1 100 Continue\r\n\r\n")
    }

    /// The methods of an address (RFC 9110 §10.2.1); OPTIONS is answered everywhere.
    private static func writeAllow(_ methods: UInt16, into span: inout OutputSpan<UInt8>) {
        span.append("Allow: OPTIONS")
        for method in Method.allCases where methods & Router.bit(method) != 0 && method != .options && method != .other {
            span.append(", ")
            span.append(method.name)
        }
        span.append("\r\n")
    }

    // MARK: Handlers

    /// Whether a response of this status has content at all (RFC 9110 §6.4.1).
    static func mayHaveBody(_ status: UInt16) -> Bool {
        status >= 200 && status != 204 && status != 304
    }

    /// Writes the head of a handler's response: its own fields, and those that frame the message.
    static func writeHead(
        of response: HandlerResponse,
        keepsAlive: Bool,
        _ version: Version,
        _ clock: WorkerClock,
        into span: inout OutputSpan<UInt8>
    ) {
        begin(response.status, keepsAlive: keepsAlive, version, clock, into: &span)
        span.append(response.bytes.span.extracting(0..<response.bodyStart))
        if mayHaveBody(response.status) {
            span.append("Content-Length: ")
            span.append(decimal: UInt64(response.bodyLength))
            span.append("\r\n")
        }
        span.append("\r\n")
    }

    // MARK: What all have

    /// Writes the status line and the fields of every response.
    ///
    /// - Returns: where the Date field's value begins.
    @discardableResult
    private static func begin(
        _ status: UInt16,
        keepsAlive: Bool,
        _ version: Version,
        _ clock: WorkerClock,
        into span: inout OutputSpan<UInt8>
    ) -> Int {
        span.append("HTTP/1.1 ")
        span.append(decimal: UInt64(status))
        span.append(" ")
        span.append(Status.phrase(status))
        span.append("\r\nServer: ringport\r\nDate: ")
        let date = span.count
        span.append(clock.date.span)
        span.append("\r\n")
        // RFC 9112 §9.3: 1.1 goes on unless it says otherwise, 1.0 ends unless it does.
        if !keepsAlive {
            span.append("Connection: close\r\n")
        } else if version == .http10 {
            span.append("Connection: keep-alive\r\n")
        }
        return date
    }
}
