/// A request's head, read from bytes as they arrive. A value of whoever owns the connection; a completion worker.
///
/// Strict by RFC 9112: whatever two readers could understand differently is refused. The parser goes line by line and
/// remembers how far it looked for a line's end, so that no byte is searched twice however small the pieces are.
/// The files beside this one hold its parts: `RequestParser+RequestLine`, `+Fields` and `+Framing`.
///
/// Next: Router.swift

/// What is known of a head after some bytes of it.
package enum ParseResult: Sendable {
    case complete(RequestHead)
    case incomplete
    case rejected(RejectReason)
}

/// `ParseResult` without the head.
package enum ParseStatus: Hashable, Sendable {
    case complete, incomplete
    case rejected(RejectReason)
}

/// Reads one request head, then another.
package struct RequestParser: Sendable {
    let limits: HeadLimits
    /// The head being read; whole once `advance` has said `complete`.
    ///
    /// After `rejected` it has what was read of it: the method alone before the first line was understood, then that line and
    /// the field lines before the faulty one.
    package internal(set) var head = RequestHead()
    private var phase = Phase.beforeRequestLine
    /// Where the line being read begins.
    var lineStart = 0
    /// Where the search for that line's end goes on.
    var scanned = 0
    /// What the Connection lines said so far.
    var closes = false
    var persists = false
    /// An Expect line named what nobody here understands.
    var expectsUnknown = false
    /// The Content-Length is a number beyond 63 bits.
    var isTooLong = false

    private enum Phase {
        case beforeRequestLine, method, requestLine, fields, done
        case rejected(RejectReason)
    }

    /// The outcome of reading one line, or one part of it.
    enum Step {
        case advanced, starved, finished
        case refused(RejectReason)
    }

    package init(limits: HeadLimits = HeadLimits()) {
        self.limits = limits
    }

    /// Reads on.
    ///
    /// `bytes` begin with the request; called again after `incomplete`, they are the same bytes and more behind them.
    /// After `complete` the parser is ready for the next request, after `rejected` it answers the same until `reset`.
    /// What follows the head is not looked at.
    ///
    /// - Complexity: Linear in the bytes that are new. Allocates nothing.
    package mutating func parse(_ bytes: Span<UInt8>) -> ParseResult {
        switch advance(bytes) {
        case .complete: .complete(head)
        case .incomplete: .incomplete
        case .rejected(let reason): .rejected(reason)
        }
    }

    /// What `parse` does, with the head left in `head`, where it stays until the next call.
    ///
    /// A head is some two hundred bytes, and copying it costs as much as reading a short request: it stays in place.
    package mutating func advance(_ bytes: Span<UInt8>) -> ParseStatus {
        if case .done = phase { reset() }
        guard bytes.count >= scanned else { return .incomplete }
        while true {
            let step: Step
            switch phase {
            case .beforeRequestLine, .done: step = skipEmptyLines(bytes)
            case .method: step = readMethod(bytes)
            case .requestLine: step = readRequestLine(bytes)
            case .fields: step = readFieldLines(bytes)
            case .rejected(let reason): return .rejected(reason)
            }
            switch step {
            case .advanced: phase = following(phase)
            case .starved: return .incomplete
            case .refused(let reason):
                head = headSoFar
                phase = .rejected(reason)
            case .finished:
                phase = .done
                return .complete
            }
        }
    }

    /// Forgets the request being read.
    package mutating func reset() {
        head.present = 0
        head.repeated = 0
        head.fieldCount = 0
        head.expectsContinue = false
        head.framing = .none
        head.query = ByteRange()
        head.authority = ByteRange()
        phase = .beforeRequestLine
        lineStart = 0
        scanned = 0
        closes = false
        persists = false
        expectsUnknown = false
        isTooLong = false
    }

    /// The known part of a head that is not complete: its method once that was read, and, when the first line was
    /// understood, that and the field lines that ended.
    package var headSoFar: RequestHead {
        switch phase {
        case .fields:
            var known = head
            known.fieldsRange = ByteRange(head.fieldsRange.lowerBound, lineStart)
            return known
        case .requestLine:
            // An answer to HEAD has no content, whatever else is wrong with the request (RFC 9110 §9.3.2).
            var known = RequestHead()
            known.method = head.method
            return known
        case .beforeRequestLine, .method: return RequestHead()
        case .done, .rejected: return head
        }
    }

    private func following(_ phase: Phase) -> Phase {
        switch phase {
        case .beforeRequestLine: .method
        case .method: .requestLine
        case .requestLine, .fields: .fields
        case .done, .rejected: phase
        }
    }

    // MARK: - Lines

    /// Where a line ends, or why that is not known.
    enum LineEnd {
        /// The index of its CR, which an LF follows.
        case found(Int)
        case starved
        /// No end within the limit.
        case tooLong
        /// A control character that is neither CR nor LF.
        case control(Int)
        case refused(RejectReason)
    }

    /// Looks on for the CRLF of the current line, which must have ended at `limit`.
    @inline(__always)
    mutating func findLineEnd(_ bytes: Span<UInt8>, limit: Int) -> LineEnd {
        let window = min(bytes.count, limit)
        let stop = ByteScan.firstControl(in: bytes, from: scanned, to: window)
        scanned = max(scanned, min(stop, window))
        guard stop < window else { return bytes.count >= limit ? .tooLong : .starved }
        switch bytes[stop] {
        case Ascii.carriageReturn:
            guard stop &+ 1 < window else { return bytes.count >= limit ? .tooLong : .starved }
            return bytes[stop &+ 1] == Ascii.lineFeed ? .found(stop) : .refused(.bareCarriageReturn)
        case Ascii.lineFeed: return .refused(.bareLineFeed)
        default: return .control(stop)
        }
    }

    /// Passes over the empty lines that some clients send after a body (RFC 9112 §2.2).
    private mutating func skipEmptyLines(_ bytes: Span<UInt8>) -> Step {
        while lineStart < bytes.count {
            switch bytes[lineStart] {
            case Ascii.carriageReturn:
                guard lineStart < 2 * HeadLimits.leadingEmptyLinesMax else { return .refused(.badRequestLine) }
                guard lineStart + 1 < bytes.count else { return .starved }
                guard bytes[lineStart + 1] == Ascii.lineFeed else { return .refused(.bareCarriageReturn) }
                lineStart += 2
            case Ascii.lineFeed: return .refused(.bareLineFeed)
            // The first byte of a TLS record that holds a handshake (RFC 8446 §5.1).
            case 0x16: return .refused(.tlsOnPlainPort)
            default:
                scanned = lineStart
                return .advanced
            }
        }
        return .starved
    }
}
