/// Requests that give back what they hold, for others. On the completion worker.
///
/// `Shares` has named the address that holds most, `RequestGivers` says which of its requests give back.

internal import CompletionPort
internal import HandlerHost
internal import HTTP

extension CompletionWorker {
    /// The time at which something that was asked for is free.
    enum Return: Equatable { case now, soon, nothing }

    /// Requests of an account that are looked at for one that gives back; the others have their turn the next time.
    private static let looksMax = 64

    /// Has requests of an account give back, until one has.
    ///
    /// - Parameters:
    ///   - standings: those that would give back what is wanted.
    ///   - reason: what their clients are told.
    ///   - taker: the exchange that wants some, which is not asked.
    ///   - next: the next of the account's exchanges that may be asked.
    ///   - isFree: true when some is free.
    /// - Returns: when it is.
    func giveBack(
        _ standings: [RequestGivers.Standing],
        _ reason: Reason,
        for taker: ExchangeSlot = .null,
        next: () -> ExchangeSlot?,
        isFree: () -> Bool
    ) -> Return {
        var givers = RequestGivers()
        var hasEnding = false
        var first: ExchangeSlot?
        for _ in 0..<Self.looksMax {
            guard let exchange = next(), exchange != first else { break }
            first = first ?? exchange
            if exchange == taker { continue }
            if isEnding(exchange) { hasEnding = true } else { consider(exchange, &givers) }
        }
        for giver in givers.inOrder where standings.contains(giver.standing) && exchanges.isCurrent(giver.exchange) {
            let result = giveBack(giver, reason)
            takeReleases()
            if result != .nothing, isFree() { return .now }
            if result == .soon { return .soon }
        }
        return hasEnding ? .soon : .nothing
    }

    /// True when what the exchange holds is free as soon as its connection, which is being closed, has nothing in flight.
    private func isEnding(_ exchange: ExchangeSlot) -> Bool {
        let slot = exchanges[exchange].connection
        return slot == .null || connections[slot].state.phase == .closing
    }

    private func consider(_ exchange: ExchangeSlot, _ givers: inout RequestGivers) {
        let slot = exchanges[exchange].connection
        let isFirst = connections[slot].firstExchange == exchange
        let (key, since) = (exchanges.key(exchange), exchanges[exchange].startedAt)
        switch exchanges[exchange].state {
        case .receiving:
            givers.consider(key, isFirst ? .arriving : .arrivingBehind, since: since)
        case .waitingForList, .waitingForPassword, .waitingForTurn, .waitingForRoom:
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

    /// True when a request is as far as it was when it was considered.
    private func isStill(_ giver: RequestGivers.Giver) -> Bool {
        let exchange = ExchangeSlot(giver.exchange)
        let slot = exchanges[exchange].connection
        guard slot != .null, connections[slot].state.phase != .closing else { return false }
        let state = exchanges[exchange].state
        switch giver.standing {
        case .arrivingBehind, .arriving:
            return state == .receiving || state.isForPassword || state.isForSearch || state.isForList
        case .waitingCall, .runningCall:
            return state.isForHandler && exchanges[exchange].call != nil
        case .answerBehind:
            guard state == .ready, case .handler = exchanges[exchange].reply else { return false }
            return true
        case .leaving:
            return state == .ready || state == .streaming
        }
    }

    /// Has a request give back what it holds.
    private func giveBack(_ giver: RequestGivers.Giver, _ reason: Reason) -> Return {
        let exchange = ExchangeSlot(giver.exchange)
        // What another one gave back may have let this one go on.
        guard isStill(giver) else { return .nothing }
        switch giver.standing {
        case .arrivingBehind, .arriving:
            switch exchanges[exchange].state {
            case .receiving:
                giveUpBody(exchange, reason)
            case .waitingForPassword:
                giveUpPassword(exchange, reason)
            default:
                exchanges[exchange].content.free()
                endCall(exchange)
                reply(exchange, .refusal(reason))
            }
        case .waitingCall:
            guard let call = exchanges[exchange].call, site.dispatch.withdraw(call) else { return .nothing }
            endCall(exchange)
            reply(exchange, .refusal(reason))
        case .answerBehind:
            exchanges[exchange].reply = .refusal(reason)
            recount(exchange)
        case .leaving:
            // What it holds is free when the reset has ended what is in flight.
            fail(exchanges[exchange].connection, reason)
            return .soon
        case .runningCall:
            // Its memory is free when its handler has returned; whoever waits for another thread to answer has returned.
            giveUpWait(exchange, .handlerExpired)
            return .soon
        }
        return .now
    }
}
