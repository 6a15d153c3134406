/// Files that are not kept: shared by those who are sent them, and given back when there is no room. On the completion worker.

internal import CompletionPort
internal import HTTP
internal import Platform

extension CompletionWorker {
    // MARK: Sharing

    /// Has those who wait for a file that is not kept share the bytes of those who are sent it already.
    ///
    /// - Returns: true when nothing is to be read.
    func shareContent(_ file: FileSlot) -> Bool {
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
    private func join(_ file: FileSlot, _ other: FileSlot) {
        var last = ExchangeSlot.null
        var exchange = files[file].waiters
        while exchange != .null {
            exchanges[exchange].state = .waitingForFile(other)
            last = exchange
            exchange = exchanges[exchange].nextWaiter
        }
        if last != .null {
            exchanges[last].nextWaiter = files[other].waiters
            files[other].waiters = files[file].waiters
            files[file].waiters = .null
        }
        endShared(file)
    }

    /// Loading a file has ended without a read: those who wait for it are sent what another entry holds.
    func handOver(_ file: FileSlot, to other: FileSlot) {
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
    private func endShared(_ file: FileSlot) {
        if files[file].descriptor >= 0 { closeDescriptor(file) }
        files[file].setRoot(nil)
        let original = files[file].pinsSource ? files[file].source : nil
        files.unpin(file)
        if let original { files.unpin(FileSlot(original)) }
    }

    /// The exchanges that wait for a file, in the order in which they came; none does any longer.
    func takeWaiters(_ file: FileSlot) -> [ExchangeSlot] {
        var waiters: [ExchangeSlot] = []
        while files[file].waiters != .null {
            let exchange = files[file].waiters
            waiters.append(exchange)
            files[file].waiters = exchanges[exchange].nextWaiter
        }
        return waiters.reversed()
    }

    // MARK: Turns

    /// Lets the exchange wait until it is first in line: what is loaded for it then leaves at once.
    func awaitTurn(_ exchange: ExchangeSlot) {
        exchanges[exchange].state = .waitingForTurn
    }

    /// The exchange is first in line, or there may be room for its file: that is found now.
    func findInTurn(_ exchange: ExchangeSlot) {
        if exchanges[exchange].awaitedStatus != 200, let reason = exchanges[exchange].reason {
            return awaitErrorPage(exchange, reason)
        }
        let fallback = policy(exchange).fallback
        guard !exchanges[exchange].fellBack else { return awaitFile(exchange, fallback.span, status: 200) }
        withPath(exchange) { awaitFile(exchange, $0, status: 200) }
    }

    // MARK: Room

    /// Counts the bytes of a file that is not kept; ends its loading when there is no room for them.
    ///
    /// A variant gives way to its original, which is in memory.
    func takeUnkept(_ file: FileSlot, _ size: Int) -> Bool {
        guard !files.unkept.hasRoom(for: size - files[file].unkeptCount) else {
            files.countUnkept(file, bytes: size)
            return true
        }
        let waiter = files[file].waiters
        let isMade = files[file].key.isPlain && waiter != .null && endReaders(.unkept, for: waiter, wants: size)
        loadEnded(file, isMade ? .crowded : .refused(.filesFull))
        return false
    }
}
