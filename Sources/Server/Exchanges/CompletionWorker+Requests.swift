/// From bytes to requests, and from requests to answers in their order. On the completion worker.
///
/// Next: Router.swift

internal import CompletionPort
internal import FileLog
internal import HTTP

extension CompletionWorker {
    /// Reads requests and contents from bytes that arrived.
    ///
    /// - Returns: how many bytes were used; the rest is kept for later.
    @unsafe
    func read(_ slot: ConnectionSlot, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var used = 0
        let connection = unsafe connections.place(slot)
        while used < bytes.count {
            let rest = unsafe UnsafeBufferPointer(rebasing: bytes[used...])
            // A password is compared before anything that follows its request is looked at, whenever that arrives.
            if unsafe connection.pointee.isPaused { return used }
            if unsafe connection.pointee.bodyExchange != .null {
                used += unsafe readBody(connection.pointee.bodyExchange, rest)
                continue
            }
            // What follows a last request is nobody's: it is thrown away as if the connection lingered already.
            guard unsafe connection.pointee.state.mayRead else {
                unsafe connection.pointee.state.unreadArrived()
                return bytes.count
            }
            guard turnHeadsSize < site.limits.turnHeadsSize || hasShareOfTurn(slot), hasRoomForAnswer(slot) else {
                connections[slot].isPaused = true
                connections[slot].state.readingPaused()
                return used
            }
            switch unsafe readHead(slot, rest.span) {
            case .incomplete:
                connections[slot].state.headBegan(now: clock.now, site.allowances)
                wheel.arm(slot, at: connections[slot].state.deadline)
                return used
            case .rejected(let reason):
                unsafe refuse(slot, .rejected(reason), head: parser.head, request: rest)
                return bytes.count
            case .complete:
                let head = parser.head
                // It may have been sent after the one before it, and received with it.
                if used > 0 { lookAtSites() }
                used += head.length
                turnHeadsSize += head.length
                if turnHeadsSize > site.limits.turnHeadsSize { noteShareOfTurn(slot, head.length) }
                unsafe take(slot, head, UnsafeBufferPointer(rebasing: rest[..<head.length]))
            }
        }
        return used
    }

    /// Reads a head, or goes on with one that has begun: afterwards a complete one is the worker's parser's.
    ///
    /// Few heads arrive in parts. Those of the others need no memory of their own.
    private func readHead(_ slot: ConnectionSlot, _ bytes: Span<UInt8>) -> ParseStatus {
        let partial = connections[slot].partialHead
        guard partial == .null else {
            let status = partialHeads[partial].advance(bytes)
            if case .incomplete = status { return status }
            parser = partialHeads[partial]
            forgetPartialHead(slot)
            return status
        }
        parser.reset()
        let status = parser.advance(bytes)
        if case .incomplete = status {
            guard let partial = partialHeads.insert(parser) else {
                preconditionFailure("there are as many parsers as connections")
            }
            connections[slot].partialHead = partial
        }
        return status
    }

    func forgetPartialHead(_ slot: ConnectionSlot) {
        guard connections[slot].partialHead != .null else { return }
        partialHeads.remove(connections[slot].partialHead)
        connections[slot].partialHead = .null
    }

    /// True when the next request's answer can be written or queued.
    private func hasRoomForAnswer(_ slot: ConnectionSlot) -> Bool {
        let connection = unsafe connections.place(slot)
        guard unsafe connection.pointee.exchangeCount < site.limits.pipelinedMax, lendOutput(slot) else {
            return false
        }
        let size = site.limits.responseHeadSizeMax + site.limits.inlineBodySizeMax
        return unsafe connection.pointee.output?.hasRoom(size) ?? false
    }

    /// Looks whether a turn that has read much reads another head of the client; if not, the next turn does.
    @inline(never)
    private func hasShareOfTurn(_ slot: ConnectionSlot) -> Bool {
        guard !turnShares.mayRead(connections[slot].account) else { return true }
        if !connections[slot].isDeferred {
            connections[slot].isDeferred = true
            deferred.append(slot)
        }
        return false
    }

    @inline(never)
    private func noteShareOfTurn(_ slot: ConnectionSlot, _ size: Int) {
        turnShares.note(connections[slot].account, size)
    }

    /// A request's head is complete.
    @unsafe
    private func take(_ slot: ConnectionSlot, _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>) {
        let hasBody = head.hasBody
        connections[slot].state.headEnded(
            hasBody: hasBody,
            clientEnds: !head.keepsAlive,
            keepsAlive: head.keepsAlive && !isDraining,
            now: clock.now,
            site.allowances
        )
        if !hasBody, connections[slot].firstExchange == .null, unsafe answerFromCache(slot, head, bytes) {
            return
        }
        noteUntrusted(slot, head)
        let remote = unsafe client(slot, head, bytes.span)
        if let reason = refusalOfExchange(slot, remote, headSize: head.length + head.path.count) {
            // What would wait in line with its head has no memory for that.
            if reason == .headsFull, connections[slot].firstExchange != .null { return fail(slot, reason) }
            connections[slot].state.stopReading()
            return unsafe answerRefusal(slot, reason, head: head, request: bytes)
        }
        route(unsafe beginExchange(slot, head, bytes, remote))
    }

    // MARK: Exchanges

    @unsafe
    private func beginExchange(
        _ slot: ConnectionSlot,
        _ head: RequestHead,
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ remote: RemoteAddress
    ) -> ExchangeSlot {
        var exchange = unsafe Exchange(
            connection: slot,
            head: head,
            version: version,
            remote: remote,
            policy: site.hosts.policy(bytes.span.extracting(head.authority)),
            startedAt: clock.now,
            startedWall: clock.wall
        )
        // With room for the decoded path, which is no longer than it was sent.
        let size = head.length + head.path.count
        exchange.headBytes.reserve(size, largest: size)
        unsafe exchange.headBytes.append(bytes)
        guard let inserted = exchanges.insert(exchange) else { preconditionFailure("there is room for the exchange") }
        enqueue(inserted, slot)
        return inserted
    }

    func enqueue(_ exchange: ExchangeSlot, _ slot: ConnectionSlot) {
        let last = connections[slot].lastExchange
        if last == .null { connections[slot].firstExchange = exchange } else { exchanges[last].next = exchange }
        connections[slot].lastExchange = exchange
        connections[slot].exchangeCount += 1
        openAccount(exchange, of: slot)
    }

    /// The rules of the site that the exchange's request is for.
    func policy(_ exchange: ExchangeSlot) -> SitePolicy {
        exchanges[exchange].version.site.hosts.policies[Int(exchanges[exchange].policy)]
    }

    /// Finds who answers, and whether the content is wanted.
    private func route(_ exchange: ExchangeSlot) {
        let head = exchanges[exchange].head
        if head.form == .asterisk { return settleBody(exchange, wanted: false, .options) }
        // What follows is meant for the other end of a tunnel, and is no request.
        if head.form == .authority { return giveUpBody(exchange, .rejected(.noTunnel)) }
        if let rejection = decodePath(exchange) {
            return settleBody(exchange, wanted: false, .refusal(.rejected(rejection)))
        }
        if let reply = rule(exchange) { return settleBody(exchange, wanted: false, reply) }
        switch withPath(exchange, { site.router.decide(head.method, $0) }) {
        case .handler(let route):
            exchanges[exchange].route = route
            // A client that sends content says how much; one that sends none says that (RFC 9110 §8.6, §15.5.12).
            let lacksLength = head.method.anticipatesContent && head.framing == .none
            if lacksLength { return settleBody(exchange, wanted: true, .refusal(.rejected(.lengthRequired))) }
            admit(exchange)
        case .file:
            admit(exchange)
        case .options(let allow):
            exchanges[exchange].allow = allow
            settleBody(exchange, wanted: false, .options)
        case .methodNotAllowed(let allow):
            exchanges[exchange].allow = allow
            settleBody(exchange, wanted: false, .refusal(.methodNotAllowed))
        }
    }

    /// Lets a request go on whose address may be guarded, and decides what becomes of its content then.
    private func admit(_ exchange: ExchangeSlot) {
        guard exchanges[exchange].realm < 0 else { return authorise(exchange) }
        settleBody(exchange, wanted: exchanges[exchange].route >= 0, .none)
    }

    // MARK: The path

    /// Decodes the request's path and keeps it behind the head's bytes.
    private func decodePath(_ exchange: ExchangeSlot) -> RejectReason? {
        let head = exchanges[exchange].head
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(head.path.count, 1)) { buffer in
            var rejection: RejectReason?
            let raw = unsafe exchanges[exchange].headBytes.bytes.span.extracting(head.path)
            let count = unsafe buffer.fill { rejection = TargetDecoder.decodePath(raw, into: &$0) }
            guard rejection == nil else { return rejection }
            unsafe exchanges[exchange].headBytes.append(UnsafeBufferPointer(rebasing: buffer[..<count]))
            return nil
        }
    }

    /// Calls `body` with the request's path, decoded and rewritten.
    func withPath<Result>(_ exchange: ExchangeSlot, _ body: (Span<UInt8>) -> Result) -> Result {
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        return unsafe body(bytes.span.extracting(exchanges[exchange].head.length...))
    }

    /// Calls `body` with the request's path, decoded and as it was before it was rewritten.
    func withSentPath<Result>(_ exchange: ExchangeSlot, _ body: (Span<UInt8>) -> Result) -> Result {
        let raw = exchanges[exchange].head.path
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(raw.count, 1)) { buffer in
            let bytes = unsafe exchanges[exchange].headBytes.bytes
            // It was decoded before, when the request was routed.
            let path = unsafe bytes.span.extracting(raw)
            let count = unsafe buffer.fill { _ = TargetDecoder.decodePath(path, into: &$0) }
            return unsafe body(UnsafeBufferPointer(rebasing: buffer[..<count]).span)
        }
    }

    /// Has the request answered as if it had asked for another path.
    func replacePath(_ exchange: ExchangeSlot, _ path: [UInt8]) {
        let old = withPath(exchange) { $0.count }
        exchanges[exchange].headBytes.removeLast(old)
        unsafe path.withUnsafeBufferPointer { unsafe exchanges[exchange].headBytes.append($0) }
        recountHead(exchange)
    }
}
