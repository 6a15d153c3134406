/// Writing answers that are no file: refusals, redirections, what handlers said. On the completion worker.

internal import CompletionPort
internal import FileLog
internal import HandlerHost
internal import HTTP

extension CompletionWorker {
    /// Writes the answer of the first exchange in line into the output.
    func answer(_ exchange: ExchangeSlot, _ output: Output) {
        switch exchanges[exchange].reply {
        case .none:
            preconditionFailure("an exchange is ready when it has a reply")
        case .file(let file, let status):
            answerFile(exchange, file, status: status, output)
        case .handler(let response):
            answerHandler(exchange, response, output)
        case .list(let list):
            answerHandler(exchange, list.response, list: list.content, output)
        case .refusal(let reason):
            exchanges[exchange].reason = reason
            answerRefusal(exchange, refusal(reason, exchange), output)
        case .redirect(let status, let location):
            exchanges[exchange].status = status
            let lines = lines(exchange, status)
            let persistence = persistence(exchange)
            output.write(roomNeeded(exchange)) { (span) throws(ResponseError) in
                try ResponseEncoder.writeRedirect(status, location, lines, persistence, clock, into: &span)
            }
        case .options:
            exchanges[exchange].status = 204
            let lines = lines(exchange, 204)
            let persistence = persistence(exchange)
            let allow = exchanges[exchange].allow
            output.write(roomNeeded(exchange)) { (span) throws(ResponseError) in
                try ResponseEncoder.writeOptions(allow: allow, lines, persistence, clock, into: &span)
            }
        }
    }

    private static let variesByOriginLine = Array("Vary: Origin\r\n".utf8)

    /// The lines of an answer that is no file: the configured ones, and those about the origin that asks.
    private func lines(_ exchange: ExchangeSlot, _ status: UInt16, namesOrigin: Bool = true) -> [UInt8] {
        var lines = ownLines(exchange, status)
        if namesOrigin, policy(exchange).variesByOrigin { lines += Self.variesByOriginLine }
        let originLines = crossOriginLines(exchange)
        if !originLines.isEmpty { lines += originLines }
        return lines
    }

    /// The configured lines of an answer of the server's own, which a cache may keep or not by its status.
    func ownLines(_ exchange: ExchangeSlot, _ status: UInt16) -> [UInt8] {
        let policy = policy(exchange)
        // A refusal that no cache keeps may come before there is a path.
        guard !Caching.isUnstorable(status) else { return policy.unstoredLines }
        // OPTIONS is kept by no cache (RFC 9110 §9.3.7), and `OPTIONS *` has no path.
        guard status >= 300 else { return policy.lines }
        let isPrivate = isPrivate(exchange)
        return withPath(exchange) { policy.lines(status: status, path: $0, isPrivate: isPrivate) }
    }

    /// The persistence of the connection after this exchange, as its answer has to say.
    func persistence(_ exchange: ExchangeSlot) -> Persistence {
        Persistence(keepsAlive: keepsAlive(exchange), version: exchanges[exchange].head.version)
    }

    private func keepsAlive(_ exchange: ExchangeSlot) -> Bool {
        let slot = exchanges[exchange].connection
        guard exchanges[exchange].head.keepsAlive, !isDraining else { return false }
        // A refused content makes the last exchange in line the connection's last.
        return !(connections[slot].state.isLast && connections[slot].lastExchange == exchange)
    }

    // MARK: Refusing

    /// Answers bytes that are no request; nothing more is read.
    ///
    /// - Parameters:
    ///   - slot: the connection.
    ///   - reason: the reason.
    ///   - head: what was read of the request before the refusal.
    ///   - request: the bytes that came, to which the head's positions refer.
    @unsafe
    func refuse(_ slot: ConnectionSlot, _ reason: Reason, head: RequestHead, request: UnsafeBufferPointer<UInt8>) {
        connections[slot].state.refused()
        unsafe answerRefusal(slot, reason, head: head, request: request)
    }

    /// Answers a request that gets no exchange, or has to wait for its turn with one.
    @unsafe
    func answerRefusal(_ slot: ConnectionSlot, _ reason: Reason, head: RequestHead, request: UnsafeBufferPointer<UInt8>)
    {
        guard connections[slot].firstExchange == .null, lendOutput(slot), let output = connections[slot].output,
            output.hasRoom(site.limits.responseHeadSizeMax)
        else { return unsafe queueRefusal(slot, reason, head: head, request: request) }
        let refusal = unsafe Refusal(
            content: RefusalContent(reason: reason, shape: RefusalShape(head, in: request.span)),
            sendsBody: head.method != .head,
            lines: site.hosts.policies[0].unstoredLines,
            persistence: Persistence(keepsAlive: false, version: head.version)
        )
        let count = writeRefusal(refusal, room: site.limits.responseHeadSizeMax, output)
        connections[slot].state.answered()
        markDirty(slot)
        unsafe logRefused(refusedClient(slot, head, request.span), reason, request, count: count)
    }

    /// Gives a refusal an exchange, with which it waits for those before it.
    @unsafe
    private func queueRefusal(
        _ slot: ConnectionSlot,
        _ reason: Reason,
        head: RequestHead,
        request: UnsafeBufferPointer<UInt8>
    ) {
        var exchange = unsafe Exchange(
            connection: slot,
            head: head,
            version: version,
            remote: refusedClient(slot, head, request.span),
            policy: 0,
            startedAt: clock.now,
            startedWall: clock.wall
        )
        exchange.reply = .refusal(reason)
        // As far as the head was read: nothing behind that is looked at.
        unsafe exchange.headBytes.append(UnsafeBufferPointer(rebasing: request.prefix(head.fieldsRange.upperBound)))
        guard let inserted = exchanges.insert(exchange) else {
            return fail(slot, reason)
        }
        enqueue(inserted, slot)
        advance(slot)
    }

    /// The shape in which the exchange's client is told of a refusal.
    func refusalShape(_ exchange: ExchangeSlot) -> RefusalShape {
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        return unsafe RefusalShape(exchanges[exchange].head, in: bytes.span)
    }

    /// The refusal of an exchange's request.
    func refusal(_ reason: Reason, _ exchange: ExchangeSlot) -> Refusal {
        let realm = exchanges[exchange].realm
        let retryAfter = exchanges[exchange].retryAfter
        var varying: Varying = policy(exchange).variesByOrigin ? .origin : []
        if reason == .notAcceptable || (reason.status == 404 && refusesIdentity(exchange)) {
            varying.insert(.acceptEncoding)
        }
        return Refusal(
            content: RefusalContent(
                reason: reason,
                shape: refusalShape(exchange),
                bodyRateMin: site.limits.bodyRateMin
            ),
            allow: exchanges[exchange].allow,
            realm: realm >= 0 ? exchanges[exchange].version.site.realms[realm].name : nil,
            retryAfter: retryAfter > 0 ? retryAfter : nil,
            varying: varying,
            sendsBody: exchanges[exchange].head.method != .head,
            lines: lines(exchange, reason.status, namesOrigin: false),
            persistence: persistence(exchange)
        )
    }

    /// True when the client takes no content as it is: the site's `404.html` may have no form for it, and has one for others.
    private func refusesIdentity(_ exchange: ExchangeSlot) -> Bool {
        let head = exchanges[exchange].head
        guard head.has(.acceptEncoding) else { return false }
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        return unsafe !codingMemo.preference(head, bytes.span).allowsIdentity
    }

    /// Writes a refusal as the answer of an exchange.
    func answerRefusal(_ exchange: ExchangeSlot, _ refusal: Refusal, _ output: Output) {
        exchanges[exchange].status = refusal.content.reason.status
        exchanges[exchange].sent = writeRefusal(refusal, room: roomNeeded(exchange), output)
    }

    /// - Returns: bytes of content that were written.
    private func writeRefusal(_ refusal: Refusal, room: Int, _ output: Output) -> UInt64 {
        var count = 0
        output.write(room) { (span) throws(ResponseError) in
            count = try ResponseEncoder.write(refusal, clock, into: &span)
        }
        return UInt64(count)
    }

    // MARK: Handlers

    /// Writes a handler's response, or a list of a folder, as the answer of an exchange.
    ///
    /// - Parameters:
    ///   - exchange: which is first in line.
    ///   - response: the status and the fields.
    ///   - list: the content, where it is not the response's own but shared by all who are sent it.
    ///   - output: has room.
    private func answerHandler(
        _ exchange: ExchangeSlot,
        _ response: HandlerResponse,
        list: SharedBytes? = nil,
        _ output: Output
    ) {
        let head = exchanges[exchange].head
        let persistence = persistence(exchange)
        let policy = policy(exchange)
        // What the handler says of its own about a field counts.
        let own = response.bytes.span.extracting(..<response.bodyStart)
        let originLines = crossOriginLines(exchange)
        var lines = policy.fields.common.lines(without: own)
        var cachingLines = withPath(exchange) {
            policy.fields.cachingLines(ofHandler: response.status, own: own, path: $0)
        }
        var ownLines: [UInt8]?
        if isPrivate(exchange) {
            ownLines = Caching.madePrivate((own.indices.map { own[$0] } + cachingLines).span)
            cachingLines = []
        }
        if policy.variesByOrigin {
            let lines = ownLines ?? own.indices.map { own[$0] }
            ownLines = Varying.addingOrigin(to: lines.span)
        }
        if !cachingLines.isEmpty { lines += cachingLines }
        if let crossOrigin = policy.crossOrigin { lines += crossOrigin.constantLines }
        if !originLines.isEmpty { lines += originLines }
        let sendsBody = head.method != .head && ResponseEncoder.status(response.status).allowsBody
        exchanges[exchange].status = response.status
        let count = list?.count ?? response.bodyLength
        let inline = sendsBody && count <= site.limits.inlineBodySizeMax
        let headRoom = site.limits.responseHeadSizeMax + response.bodyStart + originLines.count
        let room = headRoom + (inline ? count : 0)
        output.write(room) { (span) throws(ResponseError) in
            try ResponseEncoder.writeHead(
                of: response,
                count: count,
                ownLines: ownLines,
                lines,
                persistence,
                clock,
                into: &span
            )
            guard inline else { return }
            if let list {
                // In place as long as the list is held.
                try unsafe span.appendBytes(list.bytes.bindMemory(to: UInt8.self).span)
            } else {
                try span.appendBytes(response.bytes.span.extracting(response.bodyStart...))
            }
        }
        guard sendsBody, !inline else {
            exchanges[exchange].sent = sendsBody ? UInt64(count) : 0
            return
        }
        if list == nil {
            // It stays in place there.
            exchanges[exchange].handlerBody.reserve(response.bodyLength, largest: response.bodyLength)
            unsafe response.bytes.withUnsafeBufferPointer { bytes in
                let body = unsafe UnsafeBufferPointer(rebasing: bytes[response.bodyStart...])
                unsafe exchanges[exchange].handlerBody.append(body)
            }
            exchanges[exchange].reply = .handler(response.withoutBody)
            recount(exchange)
        }
        exchanges[exchange].state = .streaming
        exchanges[exchange].stream.begin(0..<UInt64(count), residentEnd: UInt64(count))
    }
}
