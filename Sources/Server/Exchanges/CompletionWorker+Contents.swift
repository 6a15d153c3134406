/// Request contents: whether they are wanted, taking them in, giving them up. On the completion worker.
///
/// Next: Router.swift

internal import HTTP

extension CompletionWorker {
    /// Decides what becomes of the request's content, and goes on when there is none.
    func settleBody(_ exchange: ExchangeSlot, wanted: Bool, _ reply: Exchange.Reply) {
        let slot = exchanges[exchange].connection
        let head = exchanges[exchange].head
        exchanges[exchange].reply = reply
        exchanges[exchange].isContentSettled = true
        guard head.hasBody else { return contentEnded(exchange) }
        exchanges[exchange].stage = .receivingBody
        exchanges[exchange].discardsBody = !wanted
        let sizeMax = wanted ? site.limits.bodySizeMax : site.limits.discardSizeMax
        if case .length(let length) = head.framing {
            exchanges[exchange].bodyRemaining = length
            if length > UInt64(sizeMax) { return giveUpBody(exchange, wanted ? .rejected(.bodyTooLarge) : nil) }
        } else {
            // A chunk that announces more is not waited for.
            exchanges[exchange].chunks = ChunkedDecoder(bodySizeMax: UInt64(sizeMax))
        }
        if !wanted, head.expectsContinue {
            // The final answer takes the place of 100 (RFC 9110 §10.1.1); the client sends nothing or goes on anyway.
            return giveUpBody(exchange, nil)
        }
        connections[slot].bodyExchange = exchange
        wheel.arm(slot, at: connections[slot].state.deadline)
        exchanges[exchange].owesContinue = head.expectsContinue
        payContinue(slot)
    }

    /// Tells the client to send its content, when nothing is to be answered before (RFC 9110 §10.1.1).
    func payContinue(_ slot: ConnectionSlot) {
        let exchange = connections[slot].firstExchange
        guard exchange != .null, exchanges[exchange].owesContinue, lendOutput(slot),
            let output = connections[slot].output, output.hasRoom(site.limits.responseHeadSizeMax)
        else { return }
        exchanges[exchange].owesContinue = false
        connections[slot].state.contentAwaited(now: clock.now, site.allowances)
        wheel.arm(slot, at: connections[slot].state.deadline)
        output.write(site.limits.responseHeadSizeMax) { (span) throws(ResponseError) in
            try ResponseEncoder.writeContinue(into: &span)
        }
        markDirty(slot)
    }

    /// The content won't be read: the answer is the connection's last.
    func giveUpBody(_ exchange: ExchangeSlot, _ reason: Reason?) {
        let slot = exchanges[exchange].connection
        if let reason { exchanges[exchange].reply = .refusal(reason) }
        connections[slot].state.stopReading()
        connections[slot].bodyExchange = .null
        exchanges[exchange].body.free()
        recount(exchange)
        proceed(exchange)
    }

    /// Takes what belongs to the content.
    ///
    /// - Returns: how many bytes were used, at least one.
    @unsafe
    func readBody(_ exchange: ExchangeSlot, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        switch exchanges[exchange].head.framing {
        case .chunked:
            return unsafe readChunks(exchange, bytes)
        case .length, .none:
            let count = Int(min(UInt64(bytes.count), exchanges[exchange].bodyRemaining))
            exchanges[exchange].bodyRemaining -= UInt64(count)
            guard unsafe keepBody(exchange, UnsafeBufferPointer(rebasing: bytes[..<count])) else { return bytes.count }
            if exchanges[exchange].bodyRemaining == 0 { contentEnded(exchange) }
            return count
        }
    }

    @unsafe
    private func readChunks(_ exchange: ExchangeSlot, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var used = 0
        while used < bytes.count {
            switch unsafe exchanges[exchange].chunks.next(bytes.span, from: used) {
            case .needsMore:
                return bytes.count
            case .data(let range):
                guard unsafe keepBody(exchange, UnsafeBufferPointer(rebasing: bytes[range])) else { return bytes.count }
                used = range.upperBound
            case .complete(let end):
                contentEnded(exchange)
                return end
            case .rejected(.bodyTooLarge) where exchanges[exchange].discardsBody:
                giveUpBody(exchange, nil)
                return bytes.count
            case .rejected(let reason):
                giveUpBody(exchange, .rejected(reason))
                return bytes.count
            }
        }
        return used
    }

    /// Keeps a part of the content.
    ///
    /// Memory is taken as the content arrives, not as it is announced; when the worker holds too much, the request is
    /// shed.
    ///
    /// - Returns: false when it was.
    private func keepBody(_ exchange: ExchangeSlot, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        exchanges[exchange].received += bytes.count
        guard !exchanges[exchange].discardsBody else { return true }
        let size = exchanges[exchange].body.count + bytes.count
        let old = exchanges[exchange].body.capacity
        let new = exchanges[exchange].body.capacity(for: size, largest: site.limits.bodySizeMax)
        guard takeContents(exchange, new - old) else {
            giveUpBody(exchange, .bodiesFull)
            return false
        }
        exchanges[exchange].body.reserve(size, largest: site.limits.bodySizeMax)
        unsafe exchanges[exchange].body.append(bytes)
        return true
    }

    /// The request is complete.
    private func contentEnded(_ exchange: ExchangeSlot) {
        let slot = exchanges[exchange].connection
        if exchanges[exchange].head.hasBody {
            connections[slot].bodyExchange = .null
            connections[slot].state.bodyEnded(keepsAlive: exchanges[exchange].head.keepsAlive && !isDraining)
        }
        proceed(exchange)
    }

    /// Has the request answered by whoever it is routed to.
    private func proceed(_ exchange: ExchangeSlot) {
        exchanges[exchange].stage = .ready
        exchanges[exchange].owesContinue = false
        switch exchanges[exchange].reply {
        case .none: goOn(exchange)
        case .refusal(let reason): reply(exchange, .refusal(reason))
        case .file, .list, .handler, .redirect, .options: advance(exchanges[exchange].connection)
        }
    }

    /// Has the request answered by whoever it is routed to; its user may ask for that.
    func goOn(_ exchange: ExchangeSlot) {
        precondition(exchanges[exchange].realm < 0 || exchanges[exchange].isAuthorised, "a guard is asked before")
        if exchanges[exchange].route >= 0 {
            callHandler(exchange)
        } else {
            findFile(exchange)
        }
    }
}
