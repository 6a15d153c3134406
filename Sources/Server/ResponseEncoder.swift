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

/// Writes heads into memory that has room for them; `Output.write` traps when it has not, as `Limits` says how much.
enum ResponseEncoder {
    // MARK: Files

    /// Writes the head of a file's response.
    ///
    /// - Returns: where the Date field's value begins.
    @discardableResult
    static func write(
        _ answer: FileAnswer,
        of file: CachedFile,
        keepsAlive: Bool,
        _ version: Version,
        _ clock: WorkerClock,
        into span: inout OutputSpan<UInt8>
    ) throws(ResponseError) -> Int {
        let date = try begin(answer.status, keepsAlive: keepsAlive, version, clock, into: &span)
        switch answer.status {
        case 304:
            break
        case 416:
            try span.appendContentRange(unsatisfiedOf: file.size)
            try span.appendField("Content-Length", decimal: 0)
        case 412:
            try span.appendField("Content-Length", decimal: 0)
        default:
            try span.appendField("Content-Type", file.mediaType)
            try span.appendField("Content-Length", decimal: UInt64(answer.range.count))
            if answer.status == 206 { try span.appendContentRange(answer.range, of: file.size) }
        }
        if answer.status == 200 || answer.status == 206 || answer.status == 304 {
            try span.appendField("Last-Modified", date: file.validators.lastModified)
            try file.validators.withTag { (tag) throws(ResponseError) in try span.appendField("ETag", tag) }
            try span.appendField("Accept-Ranges", "bytes")
        }
        try span.appendField("X-Content-Type-Options", "nosniff")
        try span.appendEmptyLine()
        return date
    }

    /// Sends a client that named a folder to the same address with a slash behind it.
    ///
    /// The address is made anew from the decoded path, and not of what was sent: a scheme and host, or a path that begins
    /// with two slashes before its dot segments are resolved, would lead the client to another site.
    static func writeFolder(
        _ path: Span<UInt8>,
        query: Span<UInt8>,
        keepsAlive: Bool,
        _ version: Version,
        _ clock: WorkerClock,
        into span: inout OutputSpan<UInt8>
    ) throws(ResponseError) {
        try begin(308, keepsAlive: keepsAlive, version, clock, into: &span)
        try span.appendBytes("Location: ")
        try appendEncoded(path, into: &span)
        try span.appendBytes("/")
        if !query.isEmpty {
            try span.appendBytes("?")
            try span.appendBytes(query)
        }
        try span.appendBytes("\r\n")
        try span.appendField("Content-Length", decimal: 0)
        try span.appendEmptyLine()
    }

    /// Percent-encodes what may not stand in a path as it is (RFC 3986 §3.3).
    private static func appendEncoded(
        _ path: Span<UInt8>,
        into span: inout OutputSpan<UInt8>
    ) throws(ResponseError) {
        for index in path.indices {
            switch path[index] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                guard span.freeCapacity > 0 else { throw .outputFull }
                span.append(path[index])
            default:
                try span.appendBytes("%")
                if path[index] < 16 { try span.appendBytes("0") }
                try span.appendHexadecimal(UInt64(path[index]))
            }
        }
    }

    // MARK: The server's own words

    /// Writes a refusal, head and content.
    ///
    /// - Returns: bytes of content.
    static func write(
        _ refusal: Refusal,
        _ clock: WorkerClock,
        into span: inout OutputSpan<UInt8>
    ) throws(ResponseError) -> Int {
        let status = Self.status(refusal.reason.status)
        try begin(status.code, keepsAlive: refusal.keepsAlive, refusal.version, clock, into: &span)
        if status == .methodNotAllowed { try appendAllow(refusal.allow, into: &span) }
        // It is over in a moment, or another server can be asked.
        if status == .serviceUnavailable { try span.appendField("Retry-After", decimal: 1) }
        let phrase = status.reasonPhrase
        let explanation = refusal.reason.explanation
        // A page, since it is a person who sees it, in as few bytes as that takes.
        let count =
            pageStart.utf8CodeUnitCount + 2 * (4 + phrase.utf8CodeUnitCount) + pageMiddle.utf8CodeUnitCount
            + pageText.utf8CodeUnitCount + explanation.utf8CodeUnitCount + pageEnd.utf8CodeUnitCount
        try span.appendField("Content-Type", "text/html; charset=utf-8")
        try span.appendField("Content-Length", decimal: UInt64(count))
        try span.appendField("X-Content-Type-Options", "nosniff")
        try span.appendEmptyLine()
        guard refusal.sendsBody else { return 0 }
        try span.appendBytes(pageStart)
        try appendTitle(status, into: &span)
        try span.appendBytes(pageMiddle)
        try appendTitle(status, into: &span)
        try span.appendBytes(pageText)
        try span.appendBytes(explanation)
        try span.appendBytes(pageEnd)
        return count
    }

    private static let pageStart: StaticString = "<!doctype html><meta charset=utf-8><title>"
    private static let pageMiddle: StaticString = "</title><h1>"
    private static let pageText: StaticString = "</h1><p>"
    private static let pageEnd: StaticString = "</p>\n"

    private static func appendTitle(_ status: Status, into span: inout OutputSpan<UInt8>) throws(ResponseError) {
        try span.appendDecimal(UInt64(status.code))
        try span.appendBytes(" ")
        try span.appendBytes(status.reasonPhrase)
    }

    static func writeOptions(
        allow: UInt16,
        keepsAlive: Bool,
        _ version: Version,
        _ clock: WorkerClock,
        into span: inout OutputSpan<UInt8>
    ) throws(ResponseError) {
        try begin(204, keepsAlive: keepsAlive, version, clock, into: &span)
        try appendAllow(allow, into: &span)
        try span.appendEmptyLine()
    }

    /// The interim response that asks for the content.
    static func writeContinue(into span: inout OutputSpan<UInt8>) throws(ResponseError) {
        try span.appendStatusLine(.continue)
        try span.appendEmptyLine()
    }

    /// The methods of an address (RFC 9110 §10.2.1); OPTIONS is answered everywhere.
    private static func appendAllow(_ methods: UInt16, into span: inout OutputSpan<UInt8>) throws(ResponseError) {
        try span.appendBytes("Allow: OPTIONS")
        for method in Method.allCases where methods & Router.bit(method) != 0 && method != .options && method != .other
        {
            try span.appendBytes(", ")
            try span.appendBytes(method.name)
        }
        try span.appendBytes("\r\n")
    }

    // MARK: Handlers

    /// Writes the head of a handler's response: its own fields, and those that frame the message.
    static func writeHead(
        of response: HandlerResponse,
        keepsAlive: Bool,
        _ version: Version,
        _ clock: WorkerClock,
        into span: inout OutputSpan<UInt8>
    ) throws(ResponseError) {
        try begin(response.status, keepsAlive: keepsAlive, version, clock, into: &span)
        try span.appendBytes(response.bytes.span.extracting(0..<response.bodyStart))
        if status(response.status).allowsBody {
            try span.appendField("Content-Length", decimal: UInt64(response.bodyLength))
        }
        try span.appendEmptyLine()
    }

    /// A status that the server or the host has chosen: the host lets a handler choose from 200 to 599.
    static func status(_ code: UInt16) -> Status {
        guard let status = Status(code) else { preconditionFailure("no response has the status \(code)") }
        return status
    }

    // MARK: What all have

    /// Writes the status line and the fields of every response.
    ///
    /// - Returns: where the Date field's value begins.
    @discardableResult
    private static func begin(
        _ code: UInt16,
        keepsAlive: Bool,
        _ version: Version,
        _ clock: WorkerClock,
        into span: inout OutputSpan<UInt8>
    ) throws(ResponseError) -> Int {
        try span.appendStatusLine(status(code))
        try span.appendField("Server", "ringport")
        try span.appendBytes("Date: ")
        let date = span.count
        try span.appendBytes(clock.date.span)
        try span.appendBytes("\r\n")
        // RFC 9112 §9.3: 1.1 goes on unless it says otherwise, 1.0 ends unless it does.
        if !keepsAlive {
            try span.appendField("Connection", "close")
        } else if version == .http10 {
            try span.appendField("Connection", "keep-alive")
        }
        return date
    }
}
