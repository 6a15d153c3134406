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
        let sizeMax = wanted ? site.limits.bodySizeMax : site.limits.discardSizeMax
        let refused = exchanges[exchange].content.decide(head.framing, isWanted: wanted, sizeMax: sizeMax)
        guard head.hasBody else { return contentEnded(exchange) }
        exchanges[exchange].state = .receiving
        if case .refused(let reason) = refused { return giveUpBody(exchange, reason.map { .rejected($0) }) }
        if !wanted, head.expectsContinue {
            // The final answer takes the place of 100 (RFC 9110 §10.1.1); the client sends nothing or goes on anyway.
            return giveUpBody(exchange, nil)
        }
        connections[slot].bodyExchange = exchange
        wheel.arm(slot, at: connections[slot].state.deadline)
        exchanges[exchange].content.owesContinue = head.expectsContinue
        payContinue(slot)
    }

    /// Tells the client to send its content, when nothing is to be answered before (RFC 9110 §10.1.1).
    func payContinue(_ slot: ConnectionSlot) {
        let exchange = connections[slot].firstExchange
        guard exchange != .null, exchanges[exchange].content.owesContinue, lendOutput(slot),
            let output = connections[slot].output, output.hasRoom(site.limits.responseHeadSizeMax)
        else { return }
        exchanges[exchange].content.owesContinue = false
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
        exchanges[exchange].content.free()
        recount(exchange)
        proceed(exchange)
    }

    /// Takes what belongs to the content.
    ///
    /// - Returns: how many bytes were used, at least one.
    @unsafe
    func readBody(_ exchange: ExchangeSlot, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var used = 0
        while true {
            switch unsafe exchanges[exchange].content.next(bytes.span, from: used) {
            case .needsMore:
                return bytes.count
            case .data(let range):
                guard unsafe keepBody(exchange, UnsafeBufferPointer(rebasing: bytes[range])) else { return bytes.count }
                used = range.upperBound
            case .complete(let end):
                contentEnded(exchange)
                return end
            case .refused(let reason):
                giveUpBody(exchange, reason.map { .rejected($0) })
                return bytes.count
            }
        }
    }

    /// Keeps a part of the content, for which memory is taken.
    ///
    /// - Returns: false when the worker holds too much; then the request is shed.
    private func keepBody(_ exchange: ExchangeSlot, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let sizeMax = site.limits.bodySizeMax
        guard takeContents(exchange, exchanges[exchange].content.growth(for: bytes.count, sizeMax: sizeMax)) else {
            giveUpBody(exchange, .bodiesFull)
            return false
        }
        unsafe exchanges[exchange].content.keep(bytes, sizeMax: sizeMax)
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
        exchanges[exchange].state = .ready
        exchanges[exchange].content.owesContinue = false
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
