/// Output blocks when they run out: the reserve, and those that slow readers give back. On the completion worker.

internal import CompletionPort
internal import Platform

extension CompletionWorker {
    /// A block where none of those is left that were lent before; `nil` when the connection has to wait.
    ///
    /// The last ones are a reserve, for all but the address that has most blocks.
    func lendFurther(_ slot: ConnectionSlot) -> Output? {
        if let output = outputs.lendFurther() {
            if outputs.hasBeenBusy { awaitReaders() }
            return output
        }
        guard outputs.hasReserve else { return nil }
        if clock.now.nanoseconds >= slowReaders.due.nanoseconds { lookAtReaders() }
        let network = network(slot)
        guard network == nil || network != slowReaders.greediest else { return nil }
        return outputs.lendReserved()
    }

    /// Has slow readers looked at in a while, also when nothing else happens until then.
    private func awaitReaders() {
        searchesDue = Instant.earlier(searchesDue, clock.now.advanced(by: SlowReaders.interval))
    }

    /// The address that a connection's block counts for; `nil` where one connection speaks for many clients.
    private func network(_ slot: ConnectionSlot) -> ClientNetwork? {
        connections[slot].isFromProxy ? nil : ClientNetwork(connections[slot].remote)
    }

    /// Looks who has blocks, once a second while most are lent, and ends the slowest when only the reserve is left.
    func watchReaders() {
        guard outputs.hasBeenBusy else { return }
        awaitReaders()
        guard outputs.isBusy else { return slowReaders.forget() }
        if clock.now.nanoseconds >= slowReaders.due.nanoseconds { lookAtReaders() }
    }

    private func lookAtReaders() {
        var readers: [SlowReaders.Reader] = []
        for slot in connections.occupiedSlots {
            guard connections[slot].state.phase != .closing, let output = connections[slot].output, output.hasBlock
            else { continue }
            readers.append(
                SlowReaders.Reader(connection: connections.key(slot), network: network(slot), taken: taken(slot))
            )
        }
        let wanted = outputs.hasFree ? 0 : max(1, min(outputWaiters.count, site.limits.outputsReserve))
        for key in slowReaders.look(readers, wanted: wanted, now: clock.now) {
            fail(ConnectionSlot(key), .readerTooSlow)
        }
    }

    /// Bytes that a connection's client has acknowledged (tcp_info, Linux 4.1); 0 where the kernel does not say.
    private func taken(_ slot: ConnectionSlot) -> UInt64 {
        guard let descriptor = connections[slot].socket.descriptor, !connections[slot].socket.isUnix else { return 0 }
        return ClientProgress(of: descriptor).taken
    }
}
