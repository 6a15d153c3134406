/// Places for requests and for calls, and the memory of heads, shared by address. On the completion worker.
///
/// Next: CompletionWorker+GivingBack.swift

internal import CompletionPort
internal import FileLog
internal import HTTP

extension CompletionWorker {
    // MARK: Requests

    /// Makes room for one more request.
    ///
    /// - Parameters:
    ///   - slot: its connection.
    ///   - remote: its client.
    ///   - headSize: bytes of memory of its head.
    /// - Returns: why there is none; `nil` when there is room.
    func refusalOfExchange(_ slot: ConnectionSlot, _ remote: RemoteAddress, headSize: Int) -> Reason? {
        let account = account(slot, remote)
        if exchanges.count >= site.limits.exchangesMax {
            guard case .giveBack(let holder) = decide(account, .exchanges, within: site.limits.exchangesMax - 1),
                giveBackExchange(of: holder, .exchangesFull)
            else { return .exchangesFull }
        }
        guard takesHead(account, headSize) else { return .headsFull }
        return exchanges.count < exchanges.capacity ? nil : .exchangesFull
    }

    /// The account of a request's client: the connection's, or that of the visitor whom a trusted proxy names.
    private func account(_ slot: ConnectionSlot, _ remote: RemoteAddress) -> Shares.Account {
        let own = connections[slot].account
        return own == .none || connections[slot].isFromProxy ? shares.account(of: network(remote, on: slot)) : own
    }

    /// Decides about one more of what there is no more of than `limit`.
    private func decide(_ client: Shares.Account, _ resource: SharedResource, within limit: Int) -> Shares.Decision {
        shares.decide(client, wants: 1, of: resource, limit: min(limit, shares.total(resource)), largest: 1)
    }

    /// Has a request of an account end; false when none could.
    private func giveBackExchange(of holder: Shares.Account, _ reason: Reason) -> Bool {
        let before = exchanges.count
        return giveBack(
            [.arriving, .waitingCall, .leaving, .runningCall],
            reason,
            next: { exchangeMembers.next(holder) },
            isFree: { exchanges.count < before }
        ) != .nothing
    }

    // MARK: Calls

    /// Has a call of an address that has more of them end, where as many are open as may be.
    ///
    /// Each worker has its part of the table of open calls, so that one address can't fill it for the clients of another worker.
    ///
    /// - Returns: false when as many are open and nobody has more of them.
    func makeRoomForCall(_ exchange: ExchangeSlot) -> Bool {
        let limit = max(1, site.limits.callsMax / peers.count)
        guard shares.total(.calls) >= limit else { return true }
        takeReleases()
        guard shares.total(.calls) >= limit else { return true }
        guard case .giveBack(let holder) = decide(exchanges[exchange].account, .calls, within: limit) else {
            return false
        }
        let next = { self.exchangeMembers.next(holder) }
        return giveBack([.waitingCall, .runningCall], .handlersFull, next: next, isFree: { true }) != .nothing
    }

    // MARK: Heads

    /// True when there is memory for more bytes of heads, maybe because an address that holds more has given some back.
    func takesHead(_ account: Shares.Account, _ size: Int) -> Bool {
        while true {
            let decision = shares.decide(
                account,
                wants: size,
                of: .heads,
                limit: site.limits.headsSizeMax,
                largest: 2 * site.limits.headSizeMax
            )
            if decision == .take { return true }
            if takeReleases() { continue }
            guard case .giveBack(let holder) = decision else { return false }
            let before = shares.total(.heads)
            guard !endConnection(ofHeads: holder) else { return true }
            // Behind a proxy: its connection has requests of others too.
            let result = giveBack(
                [.arriving, .waitingCall, .runningCall],
                .headsFull,
                next: { exchangeMembers.next(holder) },
                isFree: { shares.total(.heads) < before }
            )
            guard result == .now else { return result == .soon }
        }
    }

    /// Counts a change of what the connection keeps of bytes that were not read.
    func countInput(_ slot: ConnectionSlot, from old: Int) {
        let change = connections[slot].input.capacity - old
        let account = connections[slot].account
        if change > 0 { shares.charge(account, .heads, change) } else { shares.release(account, .heads, -change) }
    }

    /// Gives back what the connection keeps of bytes that were not read.
    func freeInput(_ slot: ConnectionSlot) {
        let old = connections[slot].input.capacity
        connections[slot].input.free()
        countInput(slot, from: old)
    }

    /// Counts what the exchange holds of its head.
    func recountHead(_ exchange: ExchangeSlot) {
        let account = exchanges[exchange].account
        let size = exchanges[exchange].headBytes.capacity
        let change = size - Int(exchanges[exchange].headSize)
        if change > 0 { shares.charge(account, .heads, change) } else { shares.release(account, .heads, -change) }
        exchanges[exchange].headSize = UInt32(size)
    }
}
