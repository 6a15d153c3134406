/// The way from a worker to the handlers and back.
///
/// `submitJobs` and `handlerAnswered` run on the completion worker, `finish` on whichever thread ends a call: it posts
/// to the worker's port, which is all that other threads may do with a worker.
///
/// Next: ResponseEncoder.swift

internal import CompletionPort
internal import FileLog
internal import HandlerHost
internal import HandlerPool
internal import HTTP
internal import Platform

/// The means by which all workers have requests handled.
final class HandlerDispatch: Sendable {
    let host: HandlerHost
    let pool: HandlerPool
    /// By the index that their routes have.
    let handlers: [LoadedHandler]

    init(host: HandlerHost, pool: HandlerPool, handlers: [LoadedHandler]) {
        self.host = host
        self.pool = pool
        self.handlers = handlers
    }

    /// Nobody waits for this call any more; its handler may still complete it, too late.
    func cancel(_ call: HandlerCall) {
        _ = host.cancel(call)
    }

    /// Takes a call back that has not begun; false when it has.
    func withdraw(_ call: HandlerCall) -> Bool {
        host.withdraw(call)
    }
}

extension HandlerCall: PoolJob {
    var jobOwner: JobOwner { network.map(JobOwner.client) ?? .clients }
}

extension HandlerJob: PoolJob {
    /// The program's: what it tells of is stored, so that it never loses its place.
    var jobOwner: JobOwner { .writeEnds }
}

extension JobOwner {
    /// The program's own jobs, in lanes by their kind, so that short ones are not behind long ones.
    static let writeEnds = JobOwner.program(kind: 1)
    static let fileNames = JobOwner.program(kind: 2)
    static let folderReadings = JobOwner.program(kind: 3)
    static let variants = JobOwner.program(kind: 4)
    static let rootLookups = JobOwner.program(kind: 5)
}

/// The place where a worker's calls end: a packet for its port.
final class WorkerMailbox: HandlerClient {
    private let posts: PostQueue<WorkerMessage>
    /// Memory of calls that is free again: the worker looks when it wants some, so that nobody wakes it for that.
    let releases = MessageStack<ReleasedCall>()

    init(posts: PostQueue<WorkerMessage>) {
        self.posts = posts
    }

    func finish(_ call: HandlerCall, _ result: consuming HandlerResult) {
        posts.post(.handlerAnswered(CompletionKey(bits: call.key), result))
    }

    func released(_ call: ReleasedCall) {
        releases.push(call)
    }
}

extension CompletionKey {
    /// A key as one number, for those who may not know what it is.
    var bits: UInt64 { UInt64(generation) << 32 | UInt64(slot) }

    init(bits: UInt64) {
        self.init(slot: UInt32(truncatingIfNeeded: bits), generation: UInt32(truncatingIfNeeded: bits >> 32))
    }
}

extension CompletionWorker {
    /// Makes a call of the exchange; it is handed to the pool at the end of the turn, with all others of that turn.
    func callHandler(_ exchange: ExchangeSlot) {
        guard makeRoomForCall(exchange) else { return reply(exchange, .refusal(.handlersFull)) }
        let head = exchanges[exchange].head
        let call = withPath(exchange) { makeCall(exchange, head, $0) }
        charge(exchange, call)
        // The call has its copy of the content.
        exchanges[exchange].content.free()
        exchanges[exchange].call = call
        recount(exchange)
        exchanges[exchange].state = .waitingForHandler(until: clock.now.advanced(by: site.allowances.handler))
        wheel.arm(exchanges[exchange].connection, at: exchanges[exchange].state.deadline)
        jobs.append(call)
    }

    private func makeCall(_ exchange: ExchangeSlot, _ head: RequestHead, _ path: Span<UInt8>) -> HandlerCall {
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        let body = unsafe exchanges[exchange].content.kept.bytes
        var fields = FieldIterator(head)
        let remote = exchanges[exchange].remote.description
        return unsafe HandlerCall(
            handler: site.dispatch.handlers[exchanges[exchange].route],
            client: mailbox,
            key: exchanges.key(exchange).bits,
            network: network(of: exchange)?.number,
            owner: exchanges[exchange].account.slot,
            receivedAt: exchanges[exchange].startedWall,
            head: bytes.span,
            method: HandlerCall.Slice(head.methodRange),
            target: HandlerCall.Slice(head.target),
            query: HandlerCall.Slice(head.query),
            path: path,
            remote: remote.utf8.span,
            fieldCount: head.fieldCount,
            field: { _ in
                guard let line = unsafe fields.next(in: bytes.span) else {
                    preconditionFailure("an accepted head has as many lines as it was counted with")
                }
                return (HandlerCall.Slice(line.name), HandlerCall.Slice(line.value))
            },
            smallBody: body.span
        )
    }

    /// Hands the calls of this turn to the pool under one lock; those for which there is no place are shed.
    ///
    /// A call that loses its place later is told by the pool, and ends as `handlerAnswered`.
    func submitJobs() {
        guard !jobs.isEmpty else { return }
        for index in site.dispatch.pool.submit(contentsOf: jobs) {
            let key = CompletionKey(bits: jobs[index].key)
            guard let exchange = exchanges.slot(of: key), exchanges[exchange].call === jobs[index] else { continue }
            endCall(exchange)
            reply(exchange, .refusal(.poolFull))
        }
        jobs.removeAll(keepingCapacity: true)
    }

    /// A call has ended.
    ///
    /// Its exchange may have ended before: then nobody waits for the answer.
    func handlerAnswered(_ key: CompletionKey, _ result: HandlerResult) {
        guard let exchange = exchanges.slot(of: key), exchanges[exchange].state.isForHandler,
            exchanges[exchange].connection != .null
        else { return }
        endCall(exchange)
        switch result {
        case .response(let response):
            let fits = response.bodyStart <= site.limits.answerFieldsSizeMax
            reply(exchange, fits ? .handler(response) : .refusal(.handlerFailed))
            trimContents()
        case .declined:
            findFile(exchange)
        case .failed(let failure):
            reply(exchange, .refusal(Reason(failure)))
        }
    }

    /// The exchange waits for its call no longer.
    func endCall(_ exchange: ExchangeSlot) {
        exchanges[exchange].call = nil
        recount(exchange)
    }
}

extension Reason {
    /// The refusal of a request whose handler gave no answer.
    init(_ failure: HandlerFailure) {
        switch failure {
        case .filesTooLarge: self = .uploadTooLarge
        case .filesFull: self = .uploadsFull
        case .poolFull: self = .poolFull
        default: self = failure.isOverload ? .handlersFull : .handlerFailed
        }
    }
}

extension HandlerCall.Slice {
    init(_ range: ByteRange) {
        self.init(offset: range.lowerBound, length: range.count)
    }
}
