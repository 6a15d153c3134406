/// What the log is told. On the completion worker, which only copies into its ring.
///
/// Next: LogRecord.swift in FileLog

internal import FileLog
internal import HTTP
internal import Platform

extension CompletionWorker {
    /// A request was answered in the turn in which it came.
    @unsafe
    func logAnswered(_ slot: ConnectionSlot, _ head: RequestHead, _ bytes: Span<UInt8>, status: UInt16, count: UInt64) {
        counts.note(status: status)
        let record = LogRecord(
            wallClockNanoseconds: clock.wall,
            remote: client(slot, head, bytes),
            status: status,
            bytesSent: count,
            durationMicroseconds: 0
        )
        append(record, head, bytes)
    }

    /// An exchange has been answered completely.
    func logExchange(_ exchange: ExchangeSlot) {
        logExchange(exchange, status: exchanges[exchange].status, exchanges[exchange].reason)
    }

    /// An exchange's connection ends before its answer has left; 499 as nginx has it, since nothing else fits.
    func logAbandoned(_ exchange: ExchangeSlot) {
        let reason = connections[exchanges[exchange].connection].endReason
        logExchange(exchange, status: exchanges[exchange].status == 0 ? 499 : exchanges[exchange].status, reason)
    }

    private func logExchange(_ exchange: ExchangeSlot, status: UInt16, _ reason: Reason?) {
        counts.note(status: status)
        var record = LogRecord(
            wallClockNanoseconds: exchanges[exchange].startedWall,
            remote: exchanges[exchange].remote,
            status: status,
            bytesSent: exchanges[exchange].sent,
            durationMicroseconds: UInt32(clamping: clock.now.since(exchanges[exchange].startedAt).nanoseconds / 1000),
            reason: reason?.loggedCode ?? 0
        )
        record.isUserRefused = reason == .credentialsWrong
        let bytes = unsafe exchanges[exchange].headBytes.bytes.span
        guard exchanges[exchange].isAuthorised || record.isUserRefused else {
            return append(record, exchanges[exchange].head, bytes)
        }
        let user = credentials(exchange)?.user ?? []
        append(record, exchanges[exchange].head, bytes, user: user.span)
    }

    /// Bytes that were no request were answered; their first line is what was asked, as far as it goes.
    @unsafe
    func logRefused(
        _ remote: RemoteAddress,
        _ reason: Reason,
        _ request: UnsafeBufferPointer<UInt8>,
        count: UInt64
    ) {
        let line = unsafe request.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
        let record = LogRecord(
            wallClockNanoseconds: clock.wall,
            remote: remote,
            status: reason.status,
            bytesSent: count,
            durationMicroseconds: 0,
            reason: reason.loggedCode
        )
        counts.note(status: reason.status)
        let span = unsafe UnsafeBufferPointer(rebasing: line).span
        log.append(record, requestLine: span, referer: span.extracting(0..<0), userAgent: span.extracting(0..<0))
    }

    private func append(
        _ record: LogRecord,
        _ head: RequestHead,
        _ bytes: Span<UInt8>,
        user: Span<UInt8> = Span()
    ) {
        // Without an access log only what `error.log` explains is told.
        guard site.logsAccess || record.reason != 0 else { return }
        let none = bytes.extracting(0..<0)
        // The request line begins with the method and ends eight bytes and a space after the target: " HTTP/1.1".
        let lineEnd = min(head.target.upperBound + 9, bytes.count)
        log.append(
            record,
            requestLine: bytes.isEmpty ? none : bytes.extracting(head.methodRange.lowerBound..<lineEnd),
            referer: bytes.extracting(head[.referer]?.bounds ?? 0..<0),
            userAgent: bytes.extracting(head[.userAgent]?.bounds ?? 0..<0),
            user: user
        )
    }
}

extension Reason {
    /// The code in a log record; 0 for what the status says well enough.
    var loggedCode: UInt8 {
        switch self {
        case .notFound, .methodNotAllowed, .preconditionFailed, .rangeNotSatisfiable: 0
        default: code
        }
    }
}
