/// From bytes to requests, and from requests to answers in their order. On the completion worker.
///
/// Next: Router.swift

internal import CompletionPort
internal import FileLog
internal import HandlerHost
internal import HTTP
internal import Platform

extension CompletionWorker {
    /// Reads requests and contents from bytes that arrived.
    ///
    /// - Returns: how many bytes were used; the rest is kept for later.
    @unsafe
    func read(_ slot: UInt32, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var used = 0
        while used < bytes.count {
            let rest = unsafe UnsafeBufferPointer(rebasing: bytes[used...])
            if connections[slot].bodyExchange != noSlot {
                used += unsafe readBody(connections[slot].bodyExchange, rest)
                continue
            }
            // What follows a last request is nobody's: it is thrown away as if the connection lingered already.
            guard connections[slot].state.mayRead else { return bytes.count }
            guard hasRoomForAnswer(slot) else {
                connections[slot].isPaused = true
                return used
            }
            switch unsafe connections[slot].parser.parse(rest.span) {
            case .incomplete:
                connections[slot].state.headBegan(now: clock.now, site.deadlines)
                wheel.arm(slot, at: connections[slot].state.deadline)
                return used
            case .rejected(let reason):
                unsafe refuse(slot, .rejected(reason), request: rest)
                return bytes.count
            case .complete(let head):
                connections[slot].parser.reset()
                used += head.length
                unsafe take(slot, head, UnsafeBufferPointer(rebasing: rest[..<head.length]))
            }
        }
        return used
    }

    /// Whether the next request's answer can be written or queued.
    private func hasRoomForAnswer(_ slot: UInt32) -> Bool {
        guard connections[slot].exchangeCount < site.limits.pipelinedMax, lendOutput(slot) else { return false }
        return connections[slot].output?.hasRoom(site.limits.responseHeadSizeMax + site.limits.inlineBodySizeMax)
            ?? false
    }

    /// A request's head is complete.
    @unsafe
    private func take(_ slot: UInt32, _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>) {
        let hasBody = head.hasBody
        connections[slot].state.headEnded(
            hasBody: hasBody,
            keepsAlive: head.keepsAlive && !isDraining,
            now: clock.now,
            site.deadlines
        )
        connections[slot].requestCount += 1
        if !hasBody, connections[slot].firstExchange == noSlot, unsafe answerFromCache(slot, head, bytes) {
            return
        }
        guard let exchange = unsafe beginExchange(slot, head, bytes) else {
            connections[slot].state.stopReading()
            return unsafe answerRefusal(slot, .exchangesFull, head: head, request: bytes)
        }
        route(exchange)
    }

    // MARK: Exchanges

    @unsafe
    private func beginExchange(
        _ slot: UInt32,
        _ head: RequestHead,
        _ bytes: UnsafeBufferPointer<UInt8>
    ) -> UInt32? {
        var exchange = Exchange(
            connection: slot,
            sequence: connections[slot].requestCount,
            head: head,
            startedAt: clock.now,
            startedWall: clock.wall
        )
        unsafe exchange.headBytes.append(bytes)
        guard let key = exchanges.insert(exchange) else {
            exchange.headBytes.free()
            return nil
        }
        enqueue(key.slot, slot)
        return key.slot
    }

    func enqueue(_ exchange: UInt32, _ slot: UInt32) {
        let last = connections[slot].lastExchange
        if last == noSlot { connections[slot].firstExchange = exchange } else { exchanges[last].next = exchange }
        connections[slot].lastExchange = exchange
        connections[slot].exchangeCount += 1
    }

    /// Finds who answers, and whether the content is wanted.
    private func route(_ exchange: UInt32) {
        let head = exchanges[exchange].head
        if head.form == .asterisk { return settleBody(exchange, wanted: false, .options) }
        var rejection: RejectReason?
        var decision = RouteDecision.file
        withDecodedPath(exchange) { result, path in
            rejection = result
            if result == nil { decision = site.router.decide(head.method, path) }
        }
        if let rejection { return settleBody(exchange, wanted: false, .refusal(.rejected(rejection))) }
        switch decision {
        case .handler(let route):
            exchanges[exchange].route = route
            // A client that sends content says how much; one that sends none says that (RFC 9110 §8.6, §15.5.12).
            let lacksLength = head.method.anticipatesContent && head.framing == .none
            settleBody(exchange, wanted: true, lacksLength ? .refusal(.rejected(.lengthRequired)) : .none)
        case .file:
            settleBody(exchange, wanted: false, .none)
        case .options(let allow):
            exchanges[exchange].allow = allow
            settleBody(exchange, wanted: false, .options)
        case .methodNotAllowed(let allow):
            exchanges[exchange].allow = allow
            settleBody(exchange, wanted: false, .refusal(.methodNotAllowed))
        }
    }

    /// Calls `body` with the request's path, decoded.
    func withDecodedPath(_ exchange: UInt32, _ body: (RejectReason?, Span<UInt8>) -> Void) {
        let head = exchanges[exchange].head
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(head.path.count, 1)) { buffer in
            var rejection: RejectReason?
            let count = unsafe buffer.fill {
                rejection = unsafe TargetDecoder.decodePath(bytes.span.extracting(head.path), into: &$0)
            }
            unsafe body(rejection, UnsafeBufferPointer(rebasing: buffer[..<count]).span)
        }
    }

    // MARK: Contents

    /// Decides what becomes of the request's content, and goes on when there is none.
    private func settleBody(_ exchange: UInt32, wanted: Bool, _ reply: Exchange.Reply) {
        let slot = exchanges[exchange].connection
        let head = exchanges[exchange].head
        exchanges[exchange].reply = reply
        guard head.hasBody else { return contentEnded(exchange) }
        exchanges[exchange].stage = .receivingBody
        exchanges[exchange].discardsBody = !wanted
        var sizeMax = UInt64(wanted ? site.limits.bodySizeMax : site.limits.discardSizeMax)
        if case .length(let length) = head.framing {
            exchanges[exchange].bodyRemaining = length
            if length > sizeMax {
                return wanted ? giveUpBody(exchange, .rejected(.bodyTooLarge)) : giveUpBody(exchange, nil)
            }
            sizeMax = length
        }
        if wanted {
            guard bodiesSize + Int(sizeMax) <= site.limits.bodiesSizeMax else {
                return giveUpBody(exchange, .bodiesFull)
            }
            if case .length(let length) = head.framing { exchanges[exchange].body.reserve(Int(length)) }
            account(exchange)
        } else if head.expectsContinue {
            // The final answer takes the place of 100 (RFC 9110 §10.1.1); the client sends nothing or goes on anyway.
            return giveUpBody(exchange, nil)
        }
        connections[slot].bodyExchange = exchange
        wheel.arm(slot, at: connections[slot].state.deadline)
        exchanges[exchange].owesContinue = head.expectsContinue
        payContinue(slot)
    }

    /// Tells the client to send its content, when nothing is to be answered before (RFC 9110 §10.1.1).
    private func payContinue(_ slot: UInt32) {
        let exchange = connections[slot].firstExchange
        guard exchange != noSlot, exchanges[exchange].owesContinue, lendOutput(slot),
            let output = connections[slot].output
        else { return }
        exchanges[exchange].owesContinue = false
        output.write(site.limits.responseHeadSizeMax) { (span) throws(ResponseError) in
            try ResponseEncoder.writeContinue(into: &span)
        }
        markDirty(slot)
    }

    /// The content won't be read: the answer is the connection's last.
    func giveUpBody(_ exchange: UInt32, _ reason: Reason?) {
        let slot = exchanges[exchange].connection
        if let reason { exchanges[exchange].reply = .refusal(reason) }
        connections[slot].state.stopReading()
        connections[slot].bodyExchange = noSlot
        unaccount(exchange)
        exchanges[exchange].body.free()
        proceed(exchange)
    }

    /// Takes what belongs to the content.
    ///
    /// - Returns: how many bytes were used, at least one.
    @unsafe
    private func readBody(_ exchange: UInt32, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        switch exchanges[exchange].head.framing {
        case .chunked:
            return unsafe readChunks(exchange, bytes)
        case .length, .none:
            let count = Int(min(UInt64(bytes.count), exchanges[exchange].bodyRemaining))
            exchanges[exchange].bodyRemaining -= UInt64(count)
            unsafe keepBody(exchange, UnsafeBufferPointer(rebasing: bytes[..<count]))
            if exchanges[exchange].bodyRemaining == 0 { contentEnded(exchange) }
            return count
        }
    }

    @unsafe
    private func readChunks(_ exchange: UInt32, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        var used = 0
        while used < bytes.count {
            switch unsafe exchanges[exchange].chunks.next(bytes.span, from: used) {
            case .needsMore:
                return bytes.count
            case .data(let range):
                let sizeMax = exchanges[exchange].discardsBody ? site.limits.discardSizeMax : site.limits.bodySizeMax
                guard exchanges[exchange].received + range.count <= sizeMax else {
                    giveUpBody(exchange, exchanges[exchange].discardsBody ? nil : .rejected(.bodyTooLarge))
                    return bytes.count
                }
                unsafe keepBody(exchange, UnsafeBufferPointer(rebasing: bytes[range]))
                used = range.upperBound
            case .complete(let end):
                contentEnded(exchange)
                return end
            case .rejected(let reason):
                giveUpBody(exchange, .rejected(reason))
                return bytes.count
            }
        }
        return used
    }

    private func keepBody(_ exchange: UInt32, _ bytes: UnsafeBufferPointer<UInt8>) {
        exchanges[exchange].received += bytes.count
        guard !exchanges[exchange].discardsBody else { return }
        unsafe exchanges[exchange].body.append(bytes)
        account(exchange)
    }

    /// Counts the memory that the exchange's content has.
    private func account(_ exchange: UInt32) {
        let capacity = exchanges[exchange].body.capacity
        bodiesSize += capacity - exchanges[exchange].accounted
        exchanges[exchange].accounted = capacity
    }

    private func unaccount(_ exchange: UInt32) {
        bodiesSize -= exchanges[exchange].accounted
        exchanges[exchange].accounted = 0
    }

    /// The request is complete.
    private func contentEnded(_ exchange: UInt32) {
        let slot = exchanges[exchange].connection
        if exchanges[exchange].head.hasBody {
            connections[slot].bodyExchange = noSlot
            connections[slot].state.bodyEnded(keepsAlive: exchanges[exchange].head.keepsAlive && !isDraining)
        }
        proceed(exchange)
    }

    /// Has the request answered by whoever it is routed to.
    private func proceed(_ exchange: UInt32) {
        exchanges[exchange].stage = .ready
        exchanges[exchange].owesContinue = false
        guard case .none = exchanges[exchange].reply else { return advance(exchanges[exchange].connection) }
        if exchanges[exchange].route >= 0 {
            callHandler(exchange)
        } else {
            findFile(exchange)
        }
    }

    // MARK: Answering in order

    /// Writes the answers that are ready, as far as they are first in line and there is room.
    func advance(_ slot: UInt32) {
        while connections[slot].state.phase == .open || connections[slot].state.phase == .answering {
            let exchange = connections[slot].firstExchange
            guard exchange != noSlot else { return }
            switch exchanges[exchange].stage {
            case .receivingBody:
                return payContinue(slot)
            case .waitingForFile, .waitingForHandler:
                return
            case .streaming:
                pump(exchange)
                return
            case .ready:
                guard lendOutput(slot), let output = connections[slot].output,
                    output.hasRoom(roomNeeded(exchange))
                else { return }
                answer(exchange, output)
                markDirty(slot)
                // A body that leaves in parts ends the exchange when its last part has left.
                if exchanges[exchange].stage == .streaming {
                    pump(exchange)
                    return
                }
                endExchange(exchange)
            }
        }
    }

    /// Bytes of an output block that the exchange's answer may take at most.
    private func roomNeeded(_ exchange: UInt32) -> Int {
        var fields = 0
        if case .handler(let response) = exchanges[exchange].reply { fields = response.bodyStart }
        return site.limits.responseHeadSizeMax + fields + site.limits.inlineBodySizeMax
    }

    /// The first exchange in line is answered completely: its log record is made, the next one's turn comes.
    func endExchange(_ exchange: UInt32) {
        let slot = exchanges[exchange].connection
        precondition(connections[slot].firstExchange == exchange, "answers leave in the order of their requests")
        logExchange(exchange)
        connections[slot].firstExchange = exchanges[exchange].next
        if connections[slot].firstExchange == noSlot { connections[slot].lastExchange = noSlot }
        connections[slot].exchangeCount -= 1
        connections[slot].state.answered()
        freeExchange(exchange)
    }

    /// Gives back everything an exchange holds.
    func freeExchange(_ exchange: UInt32) {
        unaccount(exchange)
        if case .file(let file, _) = exchanges[exchange].reply { files.unpin(file) }
        exchanges[exchange].headBytes.free()
        exchanges[exchange].body.free()
        exchanges.remove(exchange)
    }

    /// The connection ends: nobody waits for its answers any more, and no send of it is in flight.
    func abandonExchanges(_ slot: UInt32) {
        var exchange = connections[slot].firstExchange
        while exchange != noSlot {
            let next = exchanges[exchange].next
            logAbandoned(exchange)
            exchanges[exchange].connection = noSlot
            if let call = exchanges[exchange].call { site.dispatch.cancel(call) }
            if exchanges[exchange].stage == .waitingForFile { stopWaiting(exchange) }
            // A mapping stays until the kernel has finished populating it; the packet frees the exchange.
            if !exchanges[exchange].isPopulating { freeExchange(exchange) }
            exchange = next
        }
        connections[slot].firstExchange = noSlot
        connections[slot].lastExchange = noSlot
        connections[slot].bodyExchange = noSlot
        connections[slot].exchangeCount = 0
    }
}
