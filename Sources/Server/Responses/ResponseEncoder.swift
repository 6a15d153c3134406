/// Response heads as bytes. Pure but for the clock that it is given; any thread.
///
/// Every head has a Date (RFC 9110 §6.6.1), and frames its content by Content-Length or has none.
///
/// Next: LogRecord.swift in FileLog

internal import HandlerHost
internal import HTTP

/// The persistence of a connection after a response, and the words that tell its client.
struct Persistence {
    let keepsAlive: Bool
    let version: Version
}

/// Writes heads into memory that has room for them; `Output.write` traps when it has not, as `Limits` says how much.
enum ResponseEncoder {
    // MARK: Files

    /// Writes the head of a file's response.
    ///
    /// - Parameters:
    ///   - answer: what is sent of the file.
    ///   - file: the file.
    ///   - ranges: what is sent when it is several ranges.
    ///   - lines: configured lines in place of the file's own, as an answer with an error's status has them.
    ///   - moreLines: lines that depend on the request.
    ///   - persistence: of the connection.
    ///   - clock: for the Date field.
    ///   - span: where to.
    /// - Returns: where the Date field's value begins.
    /// - Throws: when there is no room.
    @discardableResult
    static func write(
        _ answer: FileAnswer,
        of file: borrowing CachedFile,
        ranges: ByteRangesContent? = nil,
        lines: [UInt8]? = nil,
        moreLines: [UInt8] = [],
        _ persistence: Persistence,
        _ clock: WorkerClock,
        into span: inout OutputSpan<UInt8>
    ) throws(ResponseError) -> Int {
        let date = try begin(answer.status, persistence, clock, into: &span)
        switch answer.status {
        case 304:
            break
        case 416:
            try span.appendContentRange(unsatisfiedOf: file.size)
            try span.appendField("Content-Length", decimal: 0)
        case 412:
            try span.appendField("Content-Length", decimal: 0)
        default:
            if let ranges {
                let size = file.withLines { content, _ in ranges.size(typeLine: content) }
                try ranges.appendType(to: &span)
                try span.appendField("Content-Length", decimal: size)
            } else {
                try file.withLines { (content, _) throws(ResponseError) in try span.appendBytes(content) }
                try span.appendField("Content-Length", decimal: UInt64(answer.range.count))
                if answer.status == 206 { try span.appendContentRange(answer.range, of: file.size) }
            }
            if answer.status == 503 { try span.appendField("Retry-After", decimal: 1) }
        }
        if answer.status == 200 || answer.status == 206 || answer.status == 304 {
            if let modified = file.validators.lastModified(now: clock.wall) {
                try span.appendField("Last-Modified", date: modified)
            }
            try file.validators.withTag { (tag) throws(ResponseError) in
                if !tag.isEmpty { try span.appendField("ETag", tag) }
            }
            try span.appendField("Accept-Ranges", "bytes")
        }
        // A client that prefers JSON gets problem details in place of a failure's page.
        let varying = answer.status >= 400 ? file.varying.union(.accept) : file.varying
        if let value = varying.value { try span.appendField("Vary", value) }
        if let lines {
            try span.appendBytes(lines.span)
        } else {
            try file.withLines { (_, others) throws(ResponseError) in try span.appendBytes(others) }
        }
        try span.appendBytes(moreLines.span)
        try span.appendEmptyLine()
        return date
    }

    // MARK: Other addresses

    /// Sends a client to another address.
    static func writeRedirect(
        _ status: UInt16,
        _ location: [UInt8],
        _ lines: [UInt8],
        _ persistence: Persistence,
        _ clock: WorkerClock,
        into span: inout OutputSpan<UInt8>
    ) throws(ResponseError) {
        try begin(status, persistence, clock, into: &span)
        try span.appendField("Location", location.span)
        try span.appendField("Content-Length", decimal: 0)
        try span.appendBytes(lines.span)
        try span.appendEmptyLine()
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
        let content = refusal.content
        let status = Self.status(content.reason.status)
        try begin(status.code, refusal.persistence, clock, into: &span)
        if status == .methodNotAllowed { try appendAllow(refusal.allow, into: &span) }
        if status == .unauthorized, let realm = refusal.realm {
            // RFC 7617 §2: the realm is a quoted string, which the configuration has seen to; names and passwords are UTF-8.
            try span.appendBytes("WWW-Authenticate: Basic realm=\"")
            try span.appendBytes(realm.span)
            try span.appendBytes("\", charset=\"UTF-8\"\r\n")
        }
        // 503 is over in a moment, or another server can be asked.
        if let seconds = refusal.retryAfter ?? (status == .serviceUnavailable ? 1 : nil) {
            try span.appendField("Retry-After", decimal: UInt64(seconds))
        }
        if let size = refusal.sizeOfFile { try span.appendContentRange(unsatisfiedOf: size) }
        try span.appendField("Content-Type", content.shape.mediaType)
        try span.appendField("Content-Length", decimal: UInt64(content.count))
        if let value = refusal.varying.union(.accept).value { try span.appendField("Vary", value) }
        try span.appendBytes(refusal.lines.span)
        try span.appendEmptyLine()
        guard refusal.sendsBody else { return 0 }
        try content.write(to: &span)
        return content.count
    }

    static func writeOptions(
        allow: UInt16,
        _ lines: [UInt8],
        _ persistence: Persistence,
        _ clock: WorkerClock,
        into span: inout OutputSpan<UInt8>
    ) throws(ResponseError) {
        try begin(204, persistence, clock, into: &span)
        try appendAllow(allow, into: &span)
        try span.appendBytes(lines.span)
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

    /// Writes the head of a handler's response, whose content has `count` bytes: its own fields or those in their place, and those
    /// that frame the message.
    static func writeHead(
        of response: HandlerResponse,
        count: Int,
        ownLines: [UInt8]? = nil,
        _ lines: [UInt8],
        _ persistence: Persistence,
        _ clock: WorkerClock,
        into span: inout OutputSpan<UInt8>
    ) throws(ResponseError) {
        try begin(response.status, persistence, clock, into: &span)
        if let ownLines {
            try span.appendBytes(ownLines.span)
        } else {
            try span.appendBytes(response.bytes.span.extracting(0..<response.bodyStart))
        }
        try span.appendBytes(lines.span)
        if status(response.status).allowsBody {
            try span.appendField("Content-Length", decimal: UInt64(count))
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
        _ persistence: Persistence,
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
        if !persistence.keepsAlive {
            try span.appendField("Connection", "close")
        } else if persistence.version == .http10 {
            try span.appendField("Connection", "keep-alive")
        }
        return date
    }
}
