/// Bytes that arrive. On the completion worker.

internal import CompletionPort
internal import Glibc
internal import HTTP

extension CompletionWorker {
    /// Arms the connection's receive.
    ///
    /// - Parameters:
    ///   - slot: the connection.
    ///   - once: it ends with the first bytes. Many a connection sends no second ones, and a receive that goes on would be
    ///     waiting for those and have to be cancelled.
    func receive(_ slot: ConnectionSlot, once: Bool = false) {
        precondition(!connections[slot].isReceiving, "one receive at a time")
        connections[slot].isReceiving = true
        hasArmedReceive = true
        beginOperation(slot)
        port.receive(connections[slot].socket, once: once, connections.key(slot))
    }

    func received(_ packet: CompletionPacket) {
        let slot = ConnectionSlot(packet.key)
        precondition(connections.isCurrent(packet.key), "a slot is reused only when nothing is in flight")
        if packet.result > 0, let buffer = packet.bufferID {
            receives += 1
            // The buffer is ours until it is returned, which is after its last use here.
            let bytes = unsafe port.received(buffer, count: Int(packet.result))
            unsafe arrived(slot, bytes)
            port.returnBuffer(buffer)
        }
        if !packet.hasMore {
            receiveEnded(slot, packet.result)
        } else if connections[slot].mayMissEnd {
            awaitHangUp(slot)
        }
    }

    private func receiveEnded(_ slot: ConnectionSlot, _ result: Int32) {
        connections[slot].isReceiving = false
        switch result {
        case 1...:
            // It was the first one, or the completion queue overflowed.
            receiveAgain(slot)
        case 0:
            peerFinished(slot)
            // It may be gone before it has its answer.
            awaitReset(slot)
        case -ENOBUFS:
            // All buffers were lent out at that moment. Those of this turn are back by its end.
            if !connections[slot].isStarved {
                connections[slot].isStarved = true
                starved.append(slot)
            }
        case -ECANCELED:
            // Paused for want of room, and `resume` may have run in between; or it may have missed the end.
            receiveAgain(slot)
        default:
            fail(slot, .peerReset)
        }
        endOperation(slot)
    }

    /// A receive has ended: another takes its place, or a poll where nothing more is read for now.
    private func receiveAgain(_ slot: ConnectionSlot) {
        if wantsToReceive(slot) { receive(slot) } else { awaitReset(slot) }
    }

    private func wantsToReceive(_ slot: ConnectionSlot) -> Bool {
        switch connections[slot].state.phase {
        case .open: !connections[slot].isPaused && !connections[slot].state.closesWhenSent
        case .answering: !connections[slot].state.closesWhenSent
        case .lingering: true
        case .closing: false
        }
    }

    /// Arms receives that had ended for want of buffers, the first to end first: by now the buffers of this turn have been
    /// returned.
    ///
    /// No more in a turn than there are buffers. If all were armed, all but a few would end for want of buffers again, and
    /// each buffer's worth would cost as many packets as clients wait.
    func armStarved() {
        guard !starved.isEmpty else { return }
        let count = min(starved.count, site.limits.receiveBufferCount)
        for slot in starved[..<count] where connections.contains(slot) && connections[slot].isStarved {
            connections[slot].isStarved = false
            if !connections[slot].isReceiving { receiveAgain(slot) }
        }
        starved.removeFirst(count)
    }

    /// Reads the bytes where they are, and keeps what is not a whole request yet.
    private func arrived(_ slot: ConnectionSlot, _ bytes: UnsafeBufferPointer<UInt8>) {
        let connection = unsafe connections.place(slot)
        switch unsafe connection.pointee.state.phase {
        case .open: break
        case .answering: return unsafe connection.pointee.state.unreadArrived()
        case .lingering: return discarded(slot, bytes.count)
        case .closing: return
        }
        defer { returnUnusedOutput(slot) }
        if unsafe connection.pointee.input.isEmpty {
            let used = unsafe read(slot, bytes)
            guard used < bytes.count, unsafe connection.pointee.state.phase != .closing else { return }
            unsafe keep(slot, UnsafeBufferPointer(rebasing: bytes[used...]))
        } else {
            unsafe keep(slot, bytes)
            if connections[slot].state.phase == .open { readInput(slot) }
        }
    }

    private func keep(_ slot: ConnectionSlot, _ bytes: UnsafeBufferPointer<UInt8>) {
        let old = connections[slot].input.capacity
        let new = connections[slot].input.capacity(for: connections[slot].input.count + bytes.count)
        if new > old, !takesHead(connections[slot].account, new - old) { return fail(slot, .headsFull) }
        unsafe connections[slot].input.append(bytes)
        countInput(slot, from: old)
        // A paused connection is not read from once a head's worth is waiting: TCP makes the client wait.
        if connections[slot].isPaused, connections[slot].isReceiving,
            connections[slot].input.count >= site.limits.headSizeMax
        {
            cancelReceive(slot)
        }
    }

    func cancelReceive(_ slot: ConnectionSlot) {
        beginOperation(slot)
        port.cancel(.receive, of: connections.key(slot), on: connections[slot].socket, connections.key(slot))
    }

    /// Reads what was kept; what is left is kept on.
    ///
    /// The buffer is taken out meanwhile: reading may end the connection, which frees what it has.
    func readInput(_ slot: ConnectionSlot) {
        guard !connections[slot].input.isEmpty else { return }
        var input = connections[slot].input.take()
        let held = input.capacity
        defer { countInput(slot, from: held) }
        let used = unsafe read(slot, input.bytes)
        guard used < input.count, connections[slot].state.phase == .open else { return }
        input.removeFirst(used)
        connections[slot].input = input
    }

    /// There is room again for answers.
    func resume(_ slot: ConnectionSlot) {
        guard connections[slot].isPaused, connections[slot].state.phase == .open, !awaitsPassword(slot) else { return }
        connections[slot].isPaused = false
        connections[slot].state.readingResumed(now: clock.now, site.allowances)
        readInput(slot)
        guard !connections[slot].isPaused else { return }
        if connections[slot].finishedWhilePaused { return peerFinished(slot) }
        if isDraining { act(connections[slot].state.drain(now: clock.now, site.allowances), slot) }
        wheel.arm(slot, at: connections[slot].state.deadline)
        if !connections[slot].isReceiving, !connections[slot].isStarved {
            receive(slot)
        }
    }

    /// Goes on with those whose heads were too many for the last turn, as many as receives could have come in.
    func resumeDeferred() {
        pulse.begin(WorkerStep(.resumingWaiters))
        // What is read now may have been sent after a change.
        lookAtSites()
        let count = min(deferred.count, site.limits.receiveBufferCount)
        let waiting = deferred[..<count]
        deferred.removeFirst(count)
        for slot in waiting where connections.contains(slot) && connections[slot].isDeferred {
            connections[slot].isDeferred = false
            resume(slot)
            returnUnusedOutput(slot)
        }
    }

    private func discarded(_ slot: ConnectionSlot, _ count: Int) {
        connections[slot].discarded += count
        guard connections[slot].discarded > site.limits.lingerSizeMax else { return }
        // A client that goes on and on after FIN has had the chance to read its answer.
        act(connections[slot].state.lingerEnded(), slot)
    }

    private func peerFinished(_ slot: ConnectionSlot) {
        guard connections[slot].state.phase != .closing else { return }
        if connections[slot].bodyExchange != .null {
            // The content will never be complete: nothing of it may be stored.
            return fail(slot, .peerFinishedEarly)
        }
        if connections[slot].isPaused, connections[slot].state.phase == .open {
            // Requests that came before the FIN still wait to be read.
            connections[slot].finishedWhilePaused = true
        } else {
            act(connections[slot].state.peerHasFinished(), slot)
        }
    }
}
