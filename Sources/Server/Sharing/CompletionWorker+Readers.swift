/// Readers of files and lists who give room to others, and exchanges that wait for it. On the completion worker.
///
/// `ReaderHoldings` says whose readers end for them.

internal import CompletionPort
internal import HTTP
internal import Platform

extension CompletionWorker {
    // MARK: Waiting

    /// All entries are in use: the address that has most of them in use gives one back, for any other.
    func awaitEntry(_ exchange: ExchangeSlot) {
        guard endReaders(.entries, for: exchange, wants: 1) else { return reply(exchange, .refusal(.filesFull)) }
        awaitRoom(exchange, .entries)
    }

    /// Lets the exchange wait until connections that are being closed have given back what they hold.
    func awaitRoom(_ exchange: ExchangeSlot, _ budget: ReaderBudget) {
        exchanges[exchange].state = .waitingForRoom(until: clock.now.advanced(by: site.allowances.handler))
        wheel.arm(exchanges[exchange].connection, at: exchanges[exchange].state.deadline)
        let held = readerLooks[budget.rawValue].held(by: network(of: exchange))
        roomWaiters.insert(exchanges.key(exchange), rank: held)
    }

    /// There may be room for those who wait for it: a connection has ended, or it is time to look who gives some back.
    func resumeRoomWaiters() {
        guard !roomWaiters.isEmpty, !roomWaiters.isResuming else { return }
        roomWaiters.isResuming = true
        defer { roomWaiters.isResuming = false }
        for _ in 0..<roomWaiters.count {
            guard let key = roomWaiters.takeFirst() else { return }
            guard let exchange = exchanges.slot(of: key), exchanges[exchange].state.isForSearch,
                exchanges[exchange].connection != .null
            else { continue }
            let others = roomWaiters.count
            findInTurn(exchange)
            // It waits again: there is no room for the others either.
            if roomWaiters.count > others { return }
        }
    }

    // MARK: Giving back

    /// Ends readers of the address that is sent most, so that there is room when they have gone.
    ///
    /// A look goes through all connections. So there is one now and then. Between two of them the address that was sent most is
    /// refused, and others wait for the next.
    ///
    /// - Parameters:
    ///   - budget: of what there is none left.
    ///   - wanting: the exchange that wants some.
    ///   - count: so much.
    /// - Returns: false when that address is the exchange's own, or is not sent more than the exchange's would be.
    func endReaders(_ budget: ReaderBudget, for wanting: ExchangeSlot, wants count: Int) -> Bool {
        let client = network(of: wanting)
        let last = readerLooks[budget.rawValue]
        guard clock.now >= last.next else {
            guard !last.isMost(client) else { return false }
            searchesDue = Instant.earlier(searchesDue, last.next)
            return true
        }
        let began = Instant.now
        let holdings = ReaderHoldings(connections.occupiedSlots.flatMap { readers(on: $0, budget) })
        let givers = holdings.givers(for: client, wants: count)
        readerLooks[budget.rawValue] = ReaderLook(holdings.sizes, took: Instant.now.since(began), now: clock.now)
        guard let givers else { return false }
        for key in givers { fail(ConnectionSlot(key), .readerTooSlow) }
        return true
    }

    /// The copies that are being sent on a connection, or are about to be.
    private func readers(on slot: ConnectionSlot, _ budget: ReaderBudget) -> [ReaderHoldings.Reader] {
        var held: [(copy: UInt, size: Int)] = []
        if budget != .lists { for file in connections[slot].output?.files ?? [] { hold(file, budget, in: &held) } }
        var exchange = connections[slot].firstExchange
        while exchange != .null {
            switch exchanges[exchange].reply {
            case .file(let file, _) where budget != .lists: hold(file, budget, in: &held)
            case .list(let list) where budget == .lists:
                held.append((UInt(bitPattern: ObjectIdentifier(list)), list.content.count))
            default: break
            }
            exchange = exchanges[exchange].next
        }
        guard !held.isEmpty else { return [] }
        let network = connections[slot].isFromProxy ? nil : ClientNetwork(connections[slot].remote)
        return held.map {
            ReaderHoldings.Reader(
                connection: connections.key(slot),
                network: network,
                copy: $0.copy,
                size: $0.size,
                due: connections[slot].state.sendDeadline,
                isEnding: connections[slot].state.phase == .closing
            )
        }
    }

    private func hold(_ file: FileSlot, _ budget: ReaderBudget, in held: inout [(copy: UInt, size: Int)]) {
        let size = budget == .entries ? 1 : files[file].unkeptCount
        if size > 0 { held.append((UInt(file.index), size)) }
    }
}
