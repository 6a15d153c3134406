/// The life of connections: operations in flight, ending, closing. On the completion worker.

internal import CompletionPort
internal import FileLog
internal import Glibc
internal import HTTP
internal import Platform

extension CompletionWorker {
    // MARK: Operations of a connection

    /// An operation has been handed to the port with the connection's key.
    func beginOperation(_ slot: ConnectionSlot) {
        connections[slot].inFlight += 1
    }

    /// An operation's last packet has come.
    ///
    /// The last of a connection that ends lets it be closed; the last of one that is being closed frees its slot.
    func endOperation(_ slot: ConnectionSlot) {
        let inFlight = connections[slot].inFlight
        precondition(inFlight > 0, "a packet came for which nothing was in flight")
        connections[slot].inFlight = inFlight - 1
        guard inFlight == 1 else { return }
        if connections[slot].isClosing {
            remove(slot)
        } else if connections[slot].state.phase == .closing {
            close(slot)
        }
    }

    // MARK: Ending

    /// Performs what the connection's state has decided.
    func act(_ action: ConnectionState.Action, _ slot: ConnectionSlot) {
        if action != .nothing { stopWaitingForPlace(slot) }
        switch action {
        case .nothing: return
        case .finish: finish(slot)
        case .close(let reset): end(slot, reset: reset)
        }
    }

    /// Says FIN and waits for the client's, throwing away what still comes (RFC 9112 §9.6).
    private func finish(_ slot: ConnectionSlot) {
        connections[slot].state.lingerBegan(now: clock.now, site.allowances)
        if port.finishSending(connections[slot].socket, connections.key(slot)) { beginOperation(slot) }
        freeInput(slot)
        wheel.arm(slot, at: connections[slot].state.deadline)
        if !connections[slot].isReceiving { receive(slot) }
    }

    /// The connection is broken or its client can't be waited for.
    func fail(_ slot: ConnectionSlot, _ reason: Reason) {
        let action = connections[slot].state.failed()
        guard action != .nothing else { return }
        connections[slot].endReason = reason
        act(action, slot)
    }

    /// Ends all operations of a connection, and closes it.
    private func end(_ slot: ConnectionSlot, reset: Bool) {
        // It would hold the socket open.
        stopAwaitingHangUp(slot)
        beginOperation(slot)
        if reset {
            // A client that never reads must not keep memory in the kernel after we have let go. What is in flight ends by
            // it, and then the connection is closed.
            port.reset(connections[slot].socket, connections.key(slot))
        } else if connections[slot].isReceiving {
            // Everything has been sent: only the receive is in flight, and it holds the socket open.
            port.cancel(.receive, of: connections.key(slot), on: connections[slot].socket, connections.key(slot))
            close(slot)
        } else {
            endOperation(slot)
        }
    }

    /// Gives back what the connection has and closes its socket; no send is in flight.
    private func close(_ slot: ConnectionSlot) {
        connections[slot].isClosing = true
        forgetPartialHead(slot)
        abandonExchanges(slot)
        if let output = connections[slot].output {
            output.removeAll { release($0) }
            connections[slot].output = nil
            returnOutput(output)
        }
        freeInput(slot)
        wheel.disarm(slot)
        beginOperation(slot)
        port.close(connections[slot].socket, connections.key(slot))
        resumeRoomWaiters()
    }

    /// A descriptor was closed: a file's, or the socket of a connection.
    func closed(_ packet: CompletionPacket) {
        guard let slot = connections.slot(of: packet.key) else { return }
        endOperation(slot)
    }

    /// A connection is closed and nothing of it is in flight.
    private func remove(_ slot: ConnectionSlot) {
        giveBack(connections[slot].socket.isDirect ? .direct : .descriptor)
        closeAccount(slot)
        if connections[slot].place == .taken { peers[index].load.remove() }
        connections.remove(slot)
        resumeAccepting()
        reportDrained()
    }

    // MARK: Stopping

    /// Ends every connection when what it was asked is answered.
    ///
    /// Clients who were in time are still accepted, until main has shut the listening sockets (`ListenerTable.close`).
    func drain() {
        guard !isDraining else { return }
        isDraining = true
        peers[index].load.close()
        giveUpPasswords()
        // A paused connection is told when what it has sent already has been read.
        for slot in connections.occupiedSlots where !connections[slot].isPaused { drain(slot) }
        reportDrained()
    }

    /// Ends a connection when what it was asked is answered.
    func drain(_ slot: ConnectionSlot) {
        act(connections[slot].state.drain(now: clock.now, site.allowances), slot)
        if connections[slot].state.phase == .open { wheel.arm(slot, at: connections[slot].state.deadline) }
    }

    /// Tells main when no connection is left and none can come.
    func reportDrained() {
        guard isDraining, connections.count == 0, accepts.isEmpty, !acceptPaused else { return }
        // Another worker has taken a place for a client that is on its way.
        guard peers[index].load.count == 0 else { return }
        peers[index].report(.drained)
    }

    /// Ends the connections that are left when the time for draining is over.
    ///
    /// - Returns: true when no answer is lost by it.
    func endAllConnections() -> Bool {
        var isClean = true
        for slot in connections.occupiedSlots where connections[slot].state.phase != .closing {
            if connections[slot].state.owesAnswer || mayHoldUnread(slot) {
                isClean = false
                fail(slot, .stopping)
            } else {
                act(connections[slot].state.drainEnded(), slot)
            }
        }
        return isClean
    }

    /// True when a request of the connection may be there that was not read yet.
    private func mayHoldUnread(_ slot: ConnectionSlot) -> Bool {
        connections[slot].state.phase == .open
            && (connections[slot].isPaused || connections[slot].isStarved || connections[slot].place == .awaited)
    }
}
