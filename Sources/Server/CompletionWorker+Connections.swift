/// The life of connections: accepting, ending, closing. On the completion worker.

internal import CompletionPort
internal import CPlatform
internal import FileLog
internal import Glibc
internal import HTTP
internal import Platform

extension CompletionWorker {
    // MARK: Accepting

    /// Accepts while a worker has room for a connection; otherwise clients wait in the kernel's backlog.
    func startAccepting() {
        guard !isDraining else { return }
        placeSurplus()
        acceptPaused = workerWithRoom == nil
        guard !acceptPaused else { return }
        for index in listeners.indices where !isAccepting[index] {
            isAccepting[index] = true
            port.accept(listeners[index], CompletionKey(slot: UInt32(index), generation: 0))
        }
    }

    private func stopAccepting() {
        for index in listeners.indices where isAccepting[index] {
            let key = CompletionKey(slot: UInt32(index), generation: 0)
            port.cancel(.accept, of: key, CompletionKey(slot: noSlot, generation: 0))
        }
    }

    func accepted(_ packet: CompletionPacket) {
        if !packet.hasMore { isAccepting[Int(packet.key.slot)] = false }
        switch packet.result {
        case 0...:
            place(packet.result)
        case -ECANCELED:
            // Stopped for want of room; there may have been some again before this packet came.
            if !acceptPaused { startAccepting() }
            return
        case -EMFILE, -ENFILE, -ENOBUFS, -ENOMEM:
            // Out of descriptors or memory: arming again at once would spin. The next connection that closes, or the
            // next deadline that is looked at, arms again; clients wait in the backlog meanwhile.
            pauseAccepting(.descriptorsExhausted)
            return
        default:
            // ECONNABORTED and what accept(2) passes on from the network: that client is gone, the next may be well.
            break
        }
        if !packet.hasMore, !acceptPaused { startAccepting() }
    }

    private func pauseAccepting(_ reason: Reason) {
        guard !acceptPaused else { return }
        acceptPaused = true
        // Said once a minute, however often it happens.
        if clock.now >= acceptComplaintAt {
            acceptComplaintAt = clock.now.advanced(by: .seconds(60))
            errors.error(.warning, "accepting pauses: \(reason.name); \(connections.count) connections are open")
        }
        wheel.arm(acceptSlot, at: clock.now.advanced(by: .milliseconds(100)))
    }

    /// A place in the deadline wheel behind those of the connections.
    var acceptSlot: UInt32 { UInt32(connections.capacity) }

    /// Gives an accepted socket to a worker, or keeps it until one has room.
    ///
    /// One accept brings many sockets, and some more before it is stopped: those are the surplus.
    private func place(_ socket: Int32) {
        guard surplus.isEmpty, let worker = workerWithRoom else { return surplus.append(socket) }
        give(socket, to: worker)
        guard workerWithRoom == nil else { return }
        stopAccepting()
        acceptPaused = true
    }

    private func placeSurplus() {
        while let socket = surplus.first, let worker = workerWithRoom {
            surplus.removeFirst()
            give(socket, to: worker)
        }
    }

    private func give(_ socket: Int32, to worker: Int) {
        peers[worker].load.add()
        if worker == index {
            adopt(socket)
        } else {
            peers[worker].posts.post(.adopt(socket))
        }
    }

    /// The worker with the fewest connections, this one in case of doubt; `nil` when all have as many as they may.
    private var workerWithRoom: Int? {
        var best = index
        for other in peers.indices where peers[other].load.count < peers[best].load.count { best = other }
        return peers[best].load.count < site.limits.connectionsMax ? best : nil
    }

    /// A connection of this worker has been closed: the worker that accepts may have been waiting for that.
    private func roomReturned() {
        let wasFull = peers[index].load.remove() >= site.limits.connectionsMax
        if acceptPaused {
            startAccepting()
        } else if wasFull, index != Self.acceptingWorker {
            peers[Self.acceptingWorker].posts.post(.resumeAccepting)
        }
    }

    /// Makes an accepted socket a connection of this worker.
    func adopt(_ socket: Int32) {
        let remote = RemoteAddress(peerOf: socket)
        let connection = Connection(
            socket: socket,
            remote: remote,
            state: ConnectionState(now: clock.now, site.deadlines),
            parser: RequestParser(limits: site.headLimits)
        )
        guard !isStopped, let key = connections.insert(connection) else {
            _ = close(socket)
            _ = peers[index].load.remove()
            return
        }
        receive(key.slot)
        wheel.arm(key.slot, at: connections[key.slot].state.deadline)
        // Accepted before accepting stopped: it may be told so at once, which arms its own deadline.
        if isDraining { act(connections[key.slot].state.drain(), key.slot) }
    }

    // MARK: Operations of a connection

    /// An operation has been handed to the port with the connection's key.
    func beginOperation(_ slot: UInt32) {
        connections[slot].inFlight += 1
    }

    /// An operation's last packet has come.
    ///
    /// The last of a closing connection lets it be closed.
    func endOperation(_ slot: UInt32) {
        precondition(connections[slot].inFlight > 0, "a packet came for which nothing was in flight")
        connections[slot].inFlight -= 1
        closeIfQuiet(slot)
    }

    // MARK: Ending

    /// Performs what the connection's state has decided.
    func act(_ action: ConnectionState.Action, _ slot: UInt32) {
        switch action {
        case .nothing: return
        case .finish: finish(slot)
        case .close(let reset): end(slot, reset: reset)
        }
    }

    /// Says FIN and waits for the client's, throwing away what still comes (RFC 9112 §9.6).
    private func finish(_ slot: UInt32) {
        connections[slot].state.lingerBegan(now: clock.now, site.deadlines)
        // shutdown(2) and not the ring's: that one always goes to a kernel thread. It never waits.
        _ = shutdown(connections[slot].socket, Int32(SHUT_WR))
        connections[slot].input.free()
        wheel.arm(slot, at: connections[slot].state.deadline)
        if !connections[slot].isReceiving { receive(slot) }
    }

    /// The connection is broken or its client can't be waited for.
    func fail(_ slot: UInt32, _ reason: Reason) {
        let action = connections[slot].state.failed()
        guard action != .nothing else { return }
        connections[slot].endReason = reason
        act(action, slot)
    }

    /// Ends all operations of a connection; it is closed when their packets have come.
    private func end(_ slot: UInt32, reset: Bool) {
        if reset {
            // Unsent bytes are dropped and the client is told so by RST: one that never reads must not keep memory in
            // the kernel after we have let go.
            var option = linger(l_onoff: 1, l_linger: 0)
            unsafe _ = setsockopt(
                connections[slot].socket,
                SOL_SOCKET,
                SO_LINGER,
                &option,
                socklen_t(MemoryLayout<linger>.size)
            )
        }
        if connections[slot].inFlight > 0 {
            // Ends an armed receive with 0 and a waiting send with EPIPE; close(2) alone would end neither.
            _ = shutdown(connections[slot].socket, Int32(SHUT_RDWR))
        }
        closeIfQuiet(slot)
    }

    /// Closes the socket when no operation of a closing connection is in flight.
    private func closeIfQuiet(_ slot: UInt32) {
        guard connections[slot].state.phase == .closing, connections[slot].inFlight == 0,
            !connections[slot].isClosing
        else { return }
        connections[slot].isClosing = true
        abandonExchanges(slot)
        if let output = connections[slot].output {
            output.removeAll { release($0) }
            connections[slot].output = nil
            returnOutput(output)
        }
        connections[slot].input.free()
        wheel.disarm(slot)
        beginOperation(slot)
        port.close(connections[slot].socket, connections.key(slot))
    }

    /// A descriptor was closed: a file's, or the socket of a connection, whose slot is free now.
    func closed(_ packet: CompletionPacket) {
        guard packet.key.slot != noSlot, connections.isCurrent(packet.key) else { return }
        connections.remove(packet.key.slot)
        roomReturned()
        if isDraining, connections.count == 0 { drained() }
    }

    // MARK: Stopping

    /// Accepts nothing more; every connection ends when what it was asked is answered.
    func drain() {
        guard !isDraining else { return }
        isDraining = true
        stopAccepting()
        for socket in surplus { _ = close(socket) }
        surplus.removeAll()
        // A paused connection is told when what it has sent already has been read.
        for slot in connections.occupiedSlots where !connections[slot].isPaused {
            act(connections[slot].state.drain(), slot)
        }
        if connections.count == 0 { drained() }
    }

    private func drained() {
        peers[index].report(.drained)
    }

    /// What is left when the time for draining is over.
    func endAllConnections() {
        for slot in connections.occupiedSlots where connections[slot].state.phase != .closing {
            fail(slot, .stopping)
        }
    }
}
