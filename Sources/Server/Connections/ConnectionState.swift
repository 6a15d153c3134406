/// Decides a connection's next step. Pure: no descriptor, no clock, no memory; the worker that owns the connection.
///
/// DESIGN. The worker tells this value what happened and performs the action it returns; no decision about the life of a
/// connection is taken anywhere else.
///
///     reading requests ──last one read──► answering ──all sent──► lingering ──peer done or deadline──► closing
///          │  ▲                               │                       ▲                                  ▲
///          └──┘ keep-alive                    │     refusal ──────────┘                                  │
///                                             └──── the client asked for the end, and sent no more ──────┘
///
/// Lingering (RFC 9112 §9.6): the server says that it has finished (FIN), goes on reading and throws away what it
/// reads, so that what the client still sends does not make the kernel answer with a reset that would destroy the last
/// response before the client has read it. A client that asked for the end itself sends nothing more.
///
/// Next: RequestParser.swift

internal import Platform

/// The state of a connection and the rules by which it changes.
struct ConnectionState: Equatable {
    /// The phase of the connection's life.
    enum Phase: Equatable {
        /// Requests are read and answered.
        case open
        /// No further request is read; the connection ends when everything is sent.
        case answering
        /// Everything is sent and the client told so; what still arrives is thrown away.
        case lingering
        /// Operations in flight are being ended; the slot is free when the last one is.
        case closing
    }

    /// The action that the worker takes.
    enum Action: Equatable {
        case nothing
        /// Say FIN, keep reading to throw away.
        case finish
        /// End all operations and close. Unsent bytes are dropped when `reset` is set.
        case close(reset: Bool)
    }

    /// The part of the next request that is being read.
    enum Reading: Equatable { case nothing, head, body }

    private(set) var phase = Phase.open
    private(set) var reading = Reading.nothing
    /// True until the first head is complete.
    private(set) var isNew = true
    /// Responses that are not completely in the output yet; narrow, so that a state stays as small as it is.
    private(set) var unanswered: UInt32 = 0
    /// Bytes are in the output, or a send is in flight.
    private(set) var isSending = false
    /// The client has sent FIN.
    private(set) var peerFinished = false
    /// Nothing more is read after the current request: it asked for that, the server refused something, or it stops.
    private(set) var isLast = false
    /// The client has asked for the end, and kept to it: it must send nothing after such a request (RFC 9112 §9.6).
    private(set) var clientEnds = false
    /// Bytes of the content being read that have earned their time.
    private var credited: UInt32 = 0

    private let acceptedAt: Instant
    /// The time by which the step of reading that is under way must be over.
    private(set) var readDeadline: Instant
    /// The time by which the client must have taken something of what is being sent.
    private(set) var sendDeadline = Instant.distantFuture

    init(now: Instant, _ allowances: Allowances) {
        acceptedAt = now
        readDeadline = now.advanced(by: allowances.idle)
    }

    // MARK: What may be done

    /// True when bytes that arrived are looked at for a request.
    var mayRead: Bool { phase == .open && !isLast }

    /// True when FIN follows what is in the output by now: no more is asked, and all that was asked is answered there.
    var endsWhenSent: Bool { isLast && unanswered == 0 }

    /// True when the connection is closed when what is in the output has been sent: the client has nothing more to say.
    var closesWhenSent: Bool { endsWhenSent && (clientEnds || peerFinished) }

    var deadline: Instant { .earlier(readDeadline, sendDeadline) }

    // MARK: Reading

    /// A head has begun to arrive; its deadline counts from its first byte, whatever follows.
    mutating func headBegan(now: Instant, _ allowances: Allowances) {
        guard reading == .nothing else { return }
        reading = .head
        readDeadline = now.advanced(by: allowances.head)
    }

    /// A head is complete and its request will be answered.
    ///
    /// - Parameters:
    ///   - hasBody: its content follows.
    ///   - clientEnds: it asks for the connection to end.
    ///   - keepsAlive: another request may follow; not when the client ends, or the server does.
    ///   - now: the time.
    ///   - allowances: what is configured.
    mutating func headEnded(
        hasBody: Bool,
        clientEnds: Bool,
        keepsAlive: Bool,
        now: Instant,
        _ allowances: Allowances
    ) {
        precondition(phase == .open, "a request is only read from an open connection")
        unanswered += 1
        isNew = false
        self.clientEnds = clientEnds
        if !keepsAlive { isLast = !hasBody }
        reading = hasBody ? .body : .nothing
        readDeadline = hasBody ? now.advanced(by: allowances.content.grace) : .distantFuture
    }

    /// The content is complete; `isLast` says that its request asked for the connection to end.
    mutating func bodyEnded(keepsAlive: Bool) {
        precondition(reading == .body, "no content was being read")
        reading = .nothing
        readDeadline = .distantFuture
        credited = 0
        if !keepsAlive { isLast = true }
    }

    /// The client waits until it is told to send its content, or was told so: its grace begins.
    mutating func contentAwaited(now: Instant, _ allowances: Allowances) {
        precondition(reading == .body, "no content is being read")
        readDeadline = now.advanced(by: allowances.content.grace)
    }

    /// The content's deadline passed: the bytes that have come since it was set move it.
    ///
    /// The deadline is looked at only when it passes, so that content as it arrives costs nothing.
    ///
    /// - Parameters:
    ///   - received: bytes of the content that have come in all.
    ///   - now: the time.
    ///   - allowances: what is configured.
    /// - Returns: true when there is time again; false when the content came too slowly.
    mutating func contentEarnedTime(received: Int, now: Instant, _ allowances: Allowances) -> Bool {
        precondition(reading == .body, "no content is being read")
        readDeadline = readDeadline.advanced(by: allowances.content.earned(by: received - Int(credited)))
        credited = UInt32(received)
        return now < readDeadline
    }

    /// Notes that the bytes that follow can't be read: the request was refused, or its content won't be.
    ///
    /// Its answer is the last.
    mutating func stopReading() {
        reading = .nothing
        readDeadline = .distantFuture
        isLast = true
        clientEnds = false
    }

    /// Bytes came that nobody will read: those of a client that has more to say than it was asked for.
    mutating func unreadArrived() {
        clientEnds = false
    }

    /// A response is being made for something that never became a request.
    mutating func refused() {
        unanswered += 1
        stopReading()
    }

    /// The client has sent FIN.
    ///
    /// What it asked before is still answered (half-close).
    mutating func peerHasFinished() -> Action {
        peerFinished = true
        switch phase {
        case .open:
            stopReading()
            return settle()
        case .answering:
            return .nothing
        case .lingering:
            phase = .closing
            readDeadline = .distantFuture
            return .close(reset: false)
        case .closing:
            return .nothing
        }
    }

    /// Notes that bytes that came wait for room on our side: that is not the client's time.
    mutating func readingPaused() {
        readDeadline = .distantFuture
    }

    /// There is room again; a head that has begun has its whole time once more.
    mutating func readingResumed(now: Instant, _ allowances: Allowances) {
        guard phase == .open, reading == .head else { return }
        readDeadline = now.advanced(by: allowances.head)
    }

    // MARK: Answering

    /// A response is completely in the output.
    mutating func answered() {
        precondition(unanswered > 0, "nobody asked")
        unanswered -= 1
    }

    /// Bytes were put into the output; they leave at the end of the turn.
    mutating func outputFilled() {
        isSending = true
    }

    /// A send has been handed to the kernel.
    mutating func sendBegan(now: Instant, _ allowances: Allowances) {
        isSending = true
        sendDeadline = now.advanced(by: allowances.send)
    }

    /// The output is empty and no send is in flight.
    mutating func sendEnded(now: Instant, _ allowances: Allowances) -> Action {
        isSending = false
        sendDeadline = .distantFuture
        if phase == .open, unanswered == 0, reading == .nothing, !isLast {
            readDeadline = now.advanced(by: allowances.idle)
            return .nothing
        }
        return settle()
    }

    /// The connection reads no more and everything may be sent: then it ends.
    private mutating func settle() -> Action {
        guard isLast, phase == .open || phase == .answering else { return .nothing }
        phase = .answering
        guard unanswered == 0, !isSending else { return .nothing }
        // Nothing more comes of a client that has finished, or ended as it should: there is nothing to linger for.
        guard !closesWhenSent else {
            phase = .closing
            return .close(reset: false)
        }
        return .finish
    }

    /// FIN was sent: the client has this long to read the last answer and finish too.
    mutating func lingerBegan(now: Instant, _ allowances: Allowances) {
        phase = .lingering
        sendDeadline = .distantFuture
        readDeadline = now.advanced(by: allowances.linger)
    }

    /// The client had its time, and whatever it has not taken yet is the kernel's to deliver.
    mutating func lingerEnded() -> Action {
        precondition(phase == .lingering, "only a lingering connection has such a deadline")
        phase = .closing
        readDeadline = .distantFuture
        return .close(reset: false)
    }

    /// True while an answer would be lost if the connection ended.
    ///
    /// A head that has come in part is no request yet, and whoever lingers was sent all that it asked for.
    var owesAnswer: Bool {
        switch phase {
        case .open: unanswered > 0 || isSending
        case .answering: true
        case .lingering, .closing: false
        }
    }

    // MARK: Ending early

    /// The connection is broken, or the client does what can't be waited for.
    mutating func failed() -> Action {
        guard phase != .closing else { return .nothing }
        phase = .closing
        readDeadline = .distantFuture
        sendDeadline = .distantFuture
        return .close(reset: true)
    }

    /// Another client takes the connection's place: nothing is under way on it.
    mutating func placeGivenBack() -> Action {
        precondition(phase == .open && reading == .nothing && unanswered == 0, "only an idle connection ends so")
        phase = .closing
        readDeadline = .distantFuture
        return .close(reset: false)
    }

    /// The server stops: what was asked is answered, nothing more is read.
    ///
    /// A request whose head has begun is still read; the client has sent it in good faith. A client that has just connected
    /// has a moment to send one.
    mutating func drain(now: Instant, _ allowances: Allowances) -> Action {
        guard phase == .open else { return .nothing }
        guard reading == .nothing else { return .nothing }
        if isNew {
            let deadline = acceptedAt.advanced(by: allowances.firstHead)
            if now < deadline {
                readDeadline = .earlier(readDeadline, deadline)
                return .nothing
            }
        }
        stopReading()
        return settle()
    }

    /// The time for draining is over, and no answer is owed: nobody waits longer for what may come.
    mutating func drainEnded() -> Action {
        precondition(!owesAnswer, "an answer that is cut off makes the client know")
        guard phase != .closing else { return .nothing }
        phase = .closing
        readDeadline = .distantFuture
        return .close(reset: false)
    }

    /// The deadline that passed.
    enum Expiry: Equatable { case none, idle, head, body, send, linger }

    /// Looks which deadline has passed, if any has.
    func expiry(now: Instant) -> Expiry {
        if now >= sendDeadline { return .send }
        guard now >= readDeadline else { return .none }
        switch (phase, reading) {
        case (.lingering, _): return .linger
        case (_, .head): return .head
        case (_, .body): return .body
        case (_, .nothing): return .idle
        }
    }

    /// The send deadline passed, but the client has taken something since it was set: its time counts from then.
    ///
    /// - Returns: true when there is some left: the client is slow, not gone.
    mutating func sendGoesOn(lastTaken: Instant, now: Instant, _ allowances: Allowances) -> Bool {
        sendDeadline = lastTaken.advanced(by: allowances.send)
        return now < sendDeadline
    }

    /// The same for a client that lingers.
    mutating func lingerGoesOn(lastTaken: Instant, now: Instant, _ allowances: Allowances) -> Bool {
        precondition(phase == .lingering, "only a lingering connection has such a deadline")
        readDeadline = lastTaken.advanced(by: allowances.linger)
        return now < readDeadline
    }

    /// An idle connection's time is over.
    mutating func idleEnded() -> Action {
        stopReading()
        return settle()
    }
}
