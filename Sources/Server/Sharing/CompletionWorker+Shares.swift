/// Counts the memory of contents by client, and has clients give some back. On the completion worker.
///
/// DESIGN. A content is counted until its memory is free: while it arrives with its exchange, then with the call that took
/// it, until that call has gone, also when its client has left. Then the answer is counted with the exchange. `Shares` decides
/// who gives back, `RequestGivers` which of its requests.
///
/// Next: CompletionWorker+Places.swift

internal import CompletionPort
internal import HandlerHost
internal import HTTP

extension CompletionWorker {
    // MARK: Accounts

    /// The budget that a connection counts in.
    private func budget(_ slot: ConnectionSlot) -> SharedResource {
        connections[slot].place == .taken ? .connections : .waiting
    }

    /// Charges a connection to its client's address.
    func openAccount(_ slot: ConnectionSlot, of client: ClientNetwork?) {
        connections[slot].account = shares.charge(client, budget(slot), 1)
        connectionMembers.insert(slot, connections[slot].account)
    }

    /// The connection is closed.
    func closeAccount(_ slot: ConnectionSlot) {
        connectionMembers.remove(slot, connections[slot].account)
        shares.release(connections[slot].account, budget(slot), 1)
    }

    /// The connection has its place from now on.
    func notePlace(_ slot: ConnectionSlot) {
        connections[slot].place = .taken
        shares.charge(connections[slot].account, .connections, 1)
        shares.release(connections[slot].account, .waiting, 1)
    }

    /// The connection's peer is trusted from now on, and has no share, or is not any longer.
    ///
    /// Its requests under way stay with the account that they began with.
    func moveAccount(_ slot: ConnectionSlot, isFromProxy: Bool) {
        connections[slot].isFromProxy = isFromProxy
        let old = connections[slot].account
        let inputSize = connections[slot].input.capacity
        connectionMembers.remove(slot, old)
        openAccount(slot, of: isFromProxy ? nil : ClientNetwork(connections[slot].remote))
        shares.charge(connections[slot].account, .heads, inputSize)
        shares.release(old, .heads, inputSize)
        shares.release(old, budget(slot), 1)
    }

    /// Charges an exchange to the address of its client: the connection's, or the one that a trusted proxy names.
    func openAccount(_ exchange: ExchangeSlot, of slot: ConnectionSlot) {
        let own = connections[slot].account
        if own == .none || connections[slot].isFromProxy {
            exchanges[exchange].account = shares.charge(network(of: exchange), .exchanges, 1)
        } else {
            exchanges[exchange].account = own
            shares.charge(own, .exchanges, 1)
        }
        exchangeMembers.insert(exchange, exchanges[exchange].account)
        recountHead(exchange)
    }

    /// The exchange holds nothing any longer.
    func closeAccount(ofExchange exchange: ExchangeSlot) {
        let account = exchanges[exchange].account
        // What it holds is freed with it.
        shares.release(account, .contents, exchanges[exchange].accounted)
        exchanges[exchange].accounted = 0
        list(exchange)
        shares.release(account, .heads, Int(exchanges[exchange].headSize))
        exchangeMembers.remove(exchange, account)
        shares.release(account, .exchanges, 1)
    }

    // MARK: Contents

    /// Charges a call with what it has copied, until it has gone.
    func charge(_ exchange: ExchangeSlot, _ call: HandlerCall) {
        // Here as well as where something is wanted, so that no more of these wait than calls were made since.
        takeReleases()
        let account = exchanges[exchange].account
        shares.charge(account, .contents, call.contentSize)
        shares.charge(account, .heads, call.headSize)
        shares.charge(account, .calls, 1)
    }

    /// Counts what the exchange holds now of its content, or of its answer.
    func recount(_ exchange: ExchangeSlot) {
        var count = exchanges[exchange].content.kept.capacity + exchanges[exchange].handlerBody.capacity
        if case .handler(let response) = exchanges[exchange].reply { count += response.bytes.count }
        let account = exchanges[exchange].account
        let change = count - exchanges[exchange].accounted
        if change > 0 { shares.charge(account, .contents, change) } else { shares.release(account, .contents, -change) }
        exchanges[exchange].accounted = count
        list(exchange)
    }

    /// Lists the exchange where those are looked for who may give something back.
    private func list(_ exchange: ExchangeSlot) {
        let holds = exchanges[exchange].accounted > 0 || exchanges[exchange].call.map { $0.contentSize > 0 } ?? false
        guard holds != contentHolders.contains(exchange) else { return }
        let account = exchanges[exchange].account
        if holds { contentHolders.insert(exchange, account) } else { contentHolders.remove(exchange, account) }
    }

    /// Counts memory that the exchange is about to take for its content or its answer.
    ///
    /// - Returns: false when there is none left, and no other address holds more.
    func takeContents(_ exchange: ExchangeSlot, _ count: Int) -> Bool {
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
            guard giveBackContents(holder, for: .null) == .now else { return }
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
    func takeReleases() -> Bool {
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

    /// Has a request of an account give back memory of contents.
    private func giveBackContents(_ holder: Shares.Account, for taker: ExchangeSlot) -> Return {
        let before = shares.total(.contents)
        return giveBack(
            RequestGivers.Standing.allCases,
            .bodiesFull,
            for: taker,
            next: { contentHolders.next(holder) },
            isFree: { shares.total(.contents) < before }
        )
    }
}
