/// Exchanges on their way out: answered in the order of their requests, then freed. On the completion worker.

internal import HandlerHost
internal import HTTP
internal import Platform

extension CompletionWorker {
    /// Writes the answers that are ready, as far as they are first in line and there is room.
    func advance(_ slot: ConnectionSlot) {
        while true {
            // First, as a cached file has no exchange.
            let exchange = connections[slot].firstExchange
            guard exchange != .null else { return }
            guard connections[slot].state.phase == .open || connections[slot].state.phase == .answering else { return }
            switch exchanges[exchange].state {
            case .receiving:
                return payContinue(slot)
            case .waitingForTurn:
                return findInTurn(exchange)
            case .waitingForFile:
                return
            case .waitingForHandler(let end), .waitingForList(let end), .waitingForPassword(let end),
                .waitingForRoom(let end):
                // Only the first one's deadline is looked at: an answer could not leave before it anyway.
                return wheel.arm(slot, at: end)
            case .streaming:
                pump(exchange)
                return
            case .ready:
                // Its turn came while it was being decided who answers it: whoever does goes on from here.
                if case .none = exchanges[exchange].reply { return }
                guard lendOutput(slot), let output = connections[slot].output, regainBlock(slot, output),
                    output.hasRoom(roomNeeded(exchange))
                else { return }
                answer(exchange, output)
                markDirty(slot)
                // A body that leaves in parts ends the exchange when its last part has left.
                if exchanges[exchange].state == .streaming {
                    pump(exchange)
                    return
                }
                endExchange(exchange)
            }
        }
    }

    /// Bytes of an output block that the exchange's answer may take at most.
    func roomNeeded(_ exchange: ExchangeSlot) -> Int {
        var fields = 0
        switch exchanges[exchange].reply {
        case .handler(let response): fields = response.bodyStart
        case .list(let list): fields = list.response.bodyStart
        case .redirect(_, let location): fields = location.count
        case .none, .file, .refusal, .options: break
        }
        // An origin that is allowed is named in the answer; what a client says more of is in none.
        fields += min(exchanges[exchange].head[.origin]?.count ?? 0, CrossOriginPolicy.originSizeMax)
        return site.limits.responseHeadSizeMax + fields + site.limits.inlineBodySizeMax
    }

    /// Refuses an exchange whose wait is over, or whose place another needs; a later completion of its call is only counted.
    func giveUpWait(_ exchange: ExchangeSlot, _ reason: Reason) {
        if exchanges[exchange].state.isForPassword { return giveUpPassword(exchange, reason) }
        if let call = exchanges[exchange].call { site.dispatch.cancel(call) }
        endCall(exchange)
        reply(exchange, .refusal(reason))
    }

    /// The first exchange in line is answered completely: its log record is made, the next one's turn comes.
    func endExchange(_ exchange: ExchangeSlot) {
        let slot = exchanges[exchange].connection
        precondition(connections[slot].firstExchange == exchange, "answers leave in the order of their requests")
        logExchange(exchange)
        connections[slot].firstExchange = exchanges[exchange].next
        if connections[slot].firstExchange == .null { connections[slot].lastExchange = .null }
        connections[slot].exchangeCount -= 1
        connections[slot].state.answered()
        freeExchange(exchange)
    }

    /// Gives back everything an exchange holds.
    func freeExchange(_ exchange: ExchangeSlot) {
        switch exchanges[exchange].reply {
        case .file(let file, _): files.unpin(file)
        case .list(let list): lists.release(list)
        case .none, .handler, .refusal, .redirect, .options: break
        }
        exchanges[exchange].reply = .none
        exchanges[exchange].call = nil
        closeAccount(ofExchange: exchange)
        exchanges.remove(exchange)
    }

    /// The connection ends: nobody waits for its answers any more, and no send of it is in flight.
    func abandonExchanges(_ slot: ConnectionSlot) {
        endFreeSending(slot)
        var exchange = connections[slot].firstExchange
        while exchange != .null {
            let next = exchanges[exchange].next
            logAbandoned(exchange)
            exchanges[exchange].connection = .null
            if let call = exchanges[exchange].call { site.dispatch.cancel(call) }
            stopWaiting(exchange)
            if exchanges[exchange].state.isForPassword { site.passwords.leave(asker(exchange)) }
            // A mapping stays until a slice of it is in memory; the packet frees the exchange.
            if !exchanges[exchange].stream.isPrefaulting { freeExchange(exchange) }
            exchange = next
        }
        connections[slot].firstExchange = .null
        connections[slot].lastExchange = .null
        connections[slot].bodyExchange = .null
        connections[slot].exchangeCount = 0
    }
}
