/// What clients hold of the memory of contents, and who gives some back. On the completion worker.
///
/// DESIGN. A content is counted until its memory is free: while it arrives with its exchange, then with the call that took
/// it, until that call has gone, also when its client has left. Then the answer is counted with the exchange. `Shares` decides
/// who gives back, `ContentGivers` which of its requests.
///
/// Next: HandlerDispatch.swift

internal import CompletionPort
internal import HandlerHost
internal import HTTP

extension CompletionWorker {
    // MARK: Accounts

    /// Charges a connection to its client's address.
    func openAccount(_ slot: UInt32) {
        let client = connections[slot].isFromProxy ? nil : ClientNetwork(connections[slot].remote)
        connections[slot].account = shares.charge(client, .connections, 1)
    }

    /// The connection is closed.
    func closeAccount(_ slot: UInt32) {
        shares.release(connections[slot].account, .connections, 1)
    }

    /// Charges an exchange to the address of its client: the connection's, or the one that a trusted proxy names.
    func openAccount(_ exchange: UInt32, of slot: UInt32) {
        let own = connections[slot].account
        guard own == .none || connections[slot].isFromProxy else {
            exchanges[exchange].account = own
            return shares.charge(own, .exchanges, 1)
        }
        exchanges[exchange].account = shares.charge(ClientNetwork(exchanges[exchange].remote), .exchanges, 1)
    }

    /// The exchange holds nothing any longer.
    func closeAccount(ofExchange exchange: UInt32) {
        recount(exchange)
        shares.release(exchanges[exchange].account, .exchanges, 1)
    }

    // MARK: Contents

    /// Charges a call with what it has copied, until it has gone.
    func charge(_ exchange: UInt32, _ call: HandlerCall) {
        // Here as well as where something is wanted, so that no more of these wait than calls were made since.
        takeReleases()
        let account = exchanges[exchange].account
        shares.charge(account, .contents, call.contentSize)
        shares.charge(account, .heads, call.headSize)
        shares.charge(account, .calls, 1)
    }

    /// Counts what the exchange holds now of its content, or of its answer.
    func recount(_ exchange: UInt32) {
        var count = exchanges[exchange].body.capacity
        if case .handler(let response) = exchanges[exchange].reply { count += response.bytes.count }
        let account = exchanges[exchange].account
        let change = count - exchanges[exchange].accounted
        if change > 0 { shares.charge(account, .contents, change) } else { shares.release(account, .contents, -change) }
        exchanges[exchange].accounted = count
        list(exchange)
    }

    /// Lists the exchange where those are looked for who may give something back.
    private func list(_ exchange: UInt32) {
        let holds = exchanges[exchange].accounted > 0 || exchanges[exchange].call.map { $0.contentSize > 0 } ?? false
        guard holds != contentHolders.contains(exchange) else { return }
        let account = exchanges[exchange].account
        if holds { contentHolders.insert(exchange, account) } else { contentHolders.remove(exchange, account) }
    }

    /// Counts memory that the exchange is about to take for its content or its answer.
    ///
    /// - Returns: false when there is none left, and no other address holds more.
    func takeContents(_ exchange: UInt32, _ count: Int) -> Bool {
        guard count > 0 else { return true }
        let account = exchanges[exchange].account
        search: while true {
            let decision = decideContents(account, wants: count)
            if decision == .take { break }
            if takeReleases() { continue }
            guard case .giveBack(let holder) = decision else { return false }
            switch giveBackContents(holder, for: exchange) {
            case .now: continue
            case .soon: break search
            case .nothing: return false
            }
        }
        shares.charge(account, .contents, count)
        exchanges[exchange].accounted += count
        list(exchange)
        return true
    }

    /// Answers have brought more than there is room for: who holds most gives some back.
    func trimContents() {
        while case .giveBack(let holder) = decideContents(.none, wants: 0) {
            if takeReleases() { continue }
            guard giveBackContents(holder, for: noSlot) == .now else { return }
        }
    }

    private func decideContents(_ client: Shares.Account, wants count: Int) -> Shares.Decision {
        shares.decide(
            client,
            wants: count,
            of: .contents,
            limit: site.limits.bodiesSizeMax,
            largest: site.limits.bodySizeMax
        )
    }

    /// Counts off the memory of calls that is free by now; false when there was none.
    @discardableResult
    private func takeReleases() -> Bool {
        var hasTaken = false
        mailbox.releases.takeAll { call in
            hasTaken = true
            let account = Shares.Account(slot: call.owner)
            shares.release(account, .contents, call.contentSize)
            shares.release(account, .heads, call.headSize)
            if call.isGone { shares.release(account, .calls, 1) }
        }
        return hasTaken
    }

    // MARK: Giving back

    /// When memory that was asked for is free.
    private enum Return: Equatable { case now, soon, nothing }

    /// Requests of an account that are looked at for one that gives back; the others have their turn the next time.
    private static let looksMax = 64

    /// Has one request of an account give back its memory.
    private func giveBackContents(_ holder: Shares.Account, for taker: UInt32) -> Return {
        let before = shares.total(.contents)
        var givers = ContentGivers()
        var first: UInt32?
        for _ in 0..<Self.looksMax {
            guard let exchange = contentHolders.next(holder), exchange != first else { break }
            first = first ?? exchange
            if exchange != taker { consider(exchange, &givers) }
        }
        for giver in givers.inOrder where exchanges.isCurrent(giver.exchange) {
            let isSoon = giveBack(giver)
            takeReleases()
            if shares.total(.contents) < before { return .now }
            if isSoon { return .soon }
        }
        return .nothing
    }

    private func consider(_ exchange: UInt32, _ givers: inout ContentGivers) {
        let slot = exchanges[exchange].connection
        guard slot != noSlot, connections[slot].state.phase != .closing else { return }
        let isFirst = connections[slot].firstExchange == exchange
        let (key, since) = (exchanges.key(exchange), exchanges[exchange].startedAt)
        switch exchanges[exchange].stage {
        case .receivingBody:
            givers.consider(key, isFirst ? .arriving : .arrivingBehind, since: since)
        case .waitingForHandler where exchanges[exchange].call == nil:
            givers.consider(key, .arriving, since: since)
        case .waitingForHandler:
            givers.consider(key, .waitingCall, since: since)
            givers.consider(key, .runningCall, since: since)
        case .ready where !isFirst && [.get, .head].contains(exchanges[exchange].head.method):
            givers.consider(key, .answerBehind, since: since)
        case .ready, .streaming:
            // The connection of a proxy has answers for others too.
            if !connections[slot].isFromProxy { givers.consider(key, .leaving, since: since) }
        case .waitingForFile:
            // Its content was dropped when it was read.
            break
        }
    }

    /// Has a request give back its memory; true when it is free soon, though not yet.
    private func giveBack(_ giver: ContentGivers.Giver) -> Bool {
        let exchange = giver.exchange.slot
        switch giver.standing {
        case .arrivingBehind, .arriving:
            if exchanges[exchange].stage == .receivingBody {
                giveUpBody(exchange, .bodiesFull)
            } else {
                exchanges[exchange].body.free()
                endCall(exchange)
                reply(exchange, .refusal(.bodiesFull))
            }
        case .waitingCall:
            guard let call = exchanges[exchange].call, site.dispatch.withdraw(call) else { return false }
            endCall(exchange)
            reply(exchange, .refusal(.bodiesFull))
        case .answerBehind:
            exchanges[exchange].reply = .refusal(.bodiesFull)
            recount(exchange)
        case .leaving:
            // Its memory is free when the reset has ended what is in flight.
            fail(exchanges[exchange].connection, .bodiesFull)
            return true
        case .runningCall:
            // Its memory is free when its handler has returned; whoever waits for another thread to answer has returned.
            handlerExpired(exchange)
            return true
        }
        return false
    }
}
