/// Files that are not kept: shared by those who are sent them, and given back when there is no room. On the completion worker.

internal import CompletionPort
internal import HTTP
internal import Platform

extension CompletionWorker {
    // MARK: Sharing

    /// Has those who wait for a file that is not kept share the bytes of those who are sent it already.
    ///
    /// - Returns: true when nothing is to be read.
    func shareContent(_ file: UInt32) -> Bool {
        guard !files[file].isListed, files[file].validators.hasRested, let content = files[file].content else {
            return false
        }
        let holding = UnkeptFiles.Holding(
            name: files[file].withName { name in name.indices.map { name[$0] } },
            path: files[file].pathBytes,
            key: files[file].key,
            version: ObjectIdentifier(files[file].version),
            source: files[file].source?.bits,
            content: content
        )
        guard let other = files.unkept.slot(holding), other != file else {
            files.unkept.note(file, holding)
            return false
        }
        // It may have been moved behind a guard, or out of one, since the other was opened.
        guard files[other].realm == files[file].realm else { return false }
        switch files[other].stage {
        case .reading:
            join(file, other)
        case .looking, .ready:
            files[file].twin = files.key(other)
            files.pin(other)
            // What lies beside the file is looked for each time.
            contentLoaded(file)
        case .opening, .naming, .making, .absent:
            return false
        }
        return true
    }

    /// Has those who wait for one entry wait for another, which is being read.
    private func join(_ file: UInt32, _ other: UInt32) {
        var last = noSlot
        var exchange = files[file].waiters
        while exchange != noSlot {
            exchanges[exchange].awaitedFile = other
            last = exchange
            exchange = exchanges[exchange].nextWaiter
        }
        if last != noSlot {
            exchanges[last].nextWaiter = files[other].waiters
            files[other].waiters = files[file].waiters
            files[file].waiters = noSlot
        }
        endShared(file)
    }

    /// Loading a file has ended without a read: those who wait for it are sent what another entry holds.
    func handOver(_ file: UInt32, to other: UInt32) {
        if files[file].key.isPlain {
            files[other].variants = files[file].variants
            if files[other].variesByCoding != files[file].variesByCoding {
                files[other].variesByCoding = files[file].variesByCoding
                if files[other].stage == .ready { files[other].encodeHead(clock) }
            }
        }
        if files[other].stage == .looking {
            join(file, other)
        } else {
            let waiters = takeWaiters(file)
            endShared(file)
            for exchange in waiters { deliver(exchange, other) }
        }
        files.unpin(other)
    }

    /// Ends an entry whose bytes another one has.
    private func endShared(_ file: UInt32) {
        if files[file].descriptor >= 0 { closeDescriptor(file) }
        files[file].setRoot(nil)
        let original = files[file].pinsSource ? files[file].source : nil
        files.unpin(file)
        if let original { files.unpin(original.slot) }
    }

    /// The exchanges that wait for a file, in the order in which they came; none does any longer.
    func takeWaiters(_ file: UInt32) -> [UInt32] {
        var waiters: [UInt32] = []
        while files[file].waiters != noSlot {
            let exchange = files[file].waiters
            waiters.append(exchange)
            files[file].waiters = exchanges[exchange].nextWaiter
        }
        return waiters.reversed()
    }

    // MARK: Turns

    /// Lets the exchange wait until it is first in line: what is loaded for it then leaves at once.
    func awaitTurn(_ exchange: UInt32) {
        exchanges[exchange].stage = .waitingForTurn
        exchanges[exchange].awaitedFile = noSlot
    }

    /// The exchange is first in line, or there may be room for its file: that is found now.
    func findInTurn(_ exchange: UInt32) {
        exchanges[exchange].deadline = .distantFuture
        if exchanges[exchange].awaitedStatus != 200, let reason = exchanges[exchange].reason {
            return awaitErrorPage(exchange, reason)
        }
        let fallback = policy(exchange).fallback
        guard !exchanges[exchange].fellBack else { return awaitFile(exchange, fallback.span, status: 200) }
        withPath(exchange) { awaitFile(exchange, $0, status: 200) }
    }

    // MARK: Room

    /// All entries are in use: the address that has most of them in use gives one back, for any other.
    func awaitEntry(_ exchange: UInt32) {
        guard endReader(for: exchange) else { return reply(exchange, .refusal(.filesFull)) }
        awaitTurn(exchange)
        exchanges[exchange].deadline = clock.now.advanced(by: site.allowances.handler)
        wheel.arm(exchanges[exchange].connection, at: exchanges[exchange].deadline)
        entryWaiters.append(exchanges.key(exchange))
    }

    /// A connection has ended, and the entries that it had in use may be free.
    func resumeEntryWaiters() {
        guard !entryWaiters.isEmpty else { return }
        let waiting = entryWaiters
        entryWaiters.removeAll()
        for (index, key) in waiting.enumerated() {
            guard exchanges.isCurrent(key), exchanges[key.slot].stage == .waitingForTurn,
                exchanges[key.slot].connection != noSlot
            else { continue }
            findInTurn(key.slot)
            guard entryWaiters.isEmpty else {
                // There is none left: the others wait on, in their order.
                entryWaiters += waiting[(index + 1)...]
                return
            }
        }
    }

    /// The entries that a connection has in use: files that are being sent to it, or are about to be.
    private func filesInUse(by slot: UInt32) -> [FileHolders.Holder] {
        guard connections[slot].state.phase != .closing else { return [] }
        var held = connections[slot].output?.files ?? []
        var exchange = connections[slot].firstExchange
        while exchange != noSlot {
            if case .file(let file, _) = exchanges[exchange].reply { held.append(file) }
            exchange = exchanges[exchange].next
        }
        let network = connections[slot].isFromProxy ? nil : ClientNetwork(connections[slot].remote)
        return held.map {
            FileHolders.Holder(
                connection: connections.key(slot),
                network: network,
                file: $0,
                due: connections[slot].state.sendDeadline
            )
        }
    }

    /// Ends the connection that has taken nothing for the longest time, of the address that has most files in use.
    ///
    /// - Returns: false when that is the exchange's own address, or nobody has any.
    private func endReader(for wanting: UInt32) -> Bool {
        let client = network(of: wanting)
        // A flood of its own requests looks through all exchanges now and then only.
        if clock.now.nanoseconds < entryHolderUntil.nanoseconds, client == entryHolder { return false }
        let holders = connections.occupiedSlots.flatMap { filesInUse(by: $0) }
        entryHolder = FileHolders.most(holders)?.network
        entryHolderUntil = clock.now.advanced(by: .milliseconds(100))
        guard let key = FileHolders.choose(holders, for: client) else { return false }
        fail(key.slot, .readerTooSlow)
        return true
    }
}

/// The choice of the connection that gives back the file that it is sent.
enum FileHolders {
    /// A connection that is sent a file, or is about to be.
    struct Holder {
        let connection: CompletionKey
        let network: ClientNetwork?
        /// The entry's slot.
        let file: UInt32
        /// The time by which its client must have taken something: the earlier, the longer it has taken nothing.
        let due: Instant
    }

    /// Chooses a connection to be ended.
    ///
    /// - Parameters:
    ///   - holders: all who have entries in use.
    ///   - wanting: the client that wants one; `nil` for one that has no share.
    /// - Returns: of the address that has most entries in use, the connection that has taken nothing for the longest
    ///   time; `nil` when no address has more than the one that wants an entry would have.
    static func choose(_ holders: [Holder], for wanting: ClientNetwork?) -> CompletionKey? {
        guard let most = most(holders), most.network != wanting else { return nil }
        let own = Set(holders.filter { $0.network != nil && $0.network == wanting }.map(\.file)).count
        guard most.count > own + 1 else { return nil }
        return holders.filter { $0.network == most.network }.min { $0.due.nanoseconds < $1.due.nanoseconds }?
            .connection
    }

    /// The address that has most entries in use, and how many.
    static func most(_ holders: [Holder]) -> (network: ClientNetwork, count: Int)? {
        var files: [ClientNetwork: Set<UInt32>] = [:]
        for holder in holders {
            guard let network = holder.network else { continue }
            files[network, default: []].insert(holder.file)
        }
        return files.max { $0.value.count < $1.value.count }.map { ($0.key, $0.value.count) }
    }
}
