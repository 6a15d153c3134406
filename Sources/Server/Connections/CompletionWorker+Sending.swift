/// Bytes that leave. On the completion worker.

internal import CompletionPort
internal import Glibc
internal import HTTP
internal import Platform

extension CompletionWorker {
    // MARK: Output blocks

    /// Sees to it that the connection has an output block; false when it has to wait for one.
    func lendOutput(_ slot: ConnectionSlot) -> Bool {
        let connection = unsafe connections.place(slot)
        guard unsafe connection.pointee.output == nil else { return true }
        guard let output = outputs.lend() ?? lendFurther(slot) else {
            awaitOutput(slot)
            return false
        }
        unsafe connection.pointee.output = output
        return true
    }

    private func awaitOutput(_ slot: ConnectionSlot) {
        guard !connections[slot].isWaiting else { return }
        connections[slot].isWaiting = true
        outputWaiters.append(slot)
    }

    /// Sees to it that a connection that has sent a large body without a block has one again; false when it has to wait.
    func regainBlock(_ slot: ConnectionSlot, _ output: Output) -> Bool {
        guard !output.hasBlock else { return true }
        // What is written behind a large body would leave before it; the end of that body lets the connection go on.
        guard output.isEmpty else { return false }
        guard !outputs.giveBlock(to: output) else { return true }
        awaitOutput(slot)
        return false
    }

    /// The connection's list of segments, with or without a block: for bytes that are elsewhere.
    func lendList(_ slot: ConnectionSlot) -> Output {
        if let output = connections[slot].output { return output }
        let output = outputs.lendBare()
        connections[slot].output = output
        return output
    }

    /// Takes back a block into which nothing was written: a client whose request is not complete, or whose handler takes
    /// its time, keeps none.
    func returnUnusedOutput(_ slot: ConnectionSlot) {
        let connection = unsafe connections.place(slot)
        guard let output = unsafe connection.pointee.output, output.isEmpty, !output.isSending else { return }
        unsafe connection.pointee.output = nil
        returnOutput(output)
    }

    /// Takes a block back; who waits for one goes on at the end of the turn.
    func returnOutput(_ output: Output) {
        outputs.return(output)
    }

    /// Lets connections that waited for an output block go on, as many as there are blocks now.
    func resumeWaiters() {
        guard !outputWaiters.isEmpty else { return }
        guard outputs.hasFree || outputs.hasReserve else { return }
        let waiting = outputWaiters
        outputWaiters.removeAll(keepingCapacity: true)
        for slot in waiting where connections.contains(slot) && connections[slot].isWaiting {
            connections[slot].isWaiting = false
            advance(slot)
            resume(slot)
            returnUnusedOutput(slot)
        }
    }

    /// The connection has something to send at the end of this turn.
    func markDirty(_ slot: ConnectionSlot) {
        let connection = unsafe connections.place(slot)
        unsafe connection.pointee.state.outputFilled()
        guard unsafe !connection.pointee.isDirty else { return }
        unsafe connection.pointee.isDirty = true
        dirty.append(slot)
    }

    // MARK: Sends

    /// Starts a send for every connection that has something to send and none in flight.
    func sendDirty() {
        guard !dirty.isEmpty else { return }
        for position in dirty.indices {
            let slot = dirty[position]
            guard connections.contains(slot) else { continue }
            let connection = unsafe connections.place(slot)
            guard unsafe connection.pointee.isDirty else { continue }
            unsafe connection.pointee.isDirty = false
            guard unsafe connection.pointee.state.phase == .open || connection.pointee.state.phase == .answering,
                let output = unsafe connection.pointee.output, !output.isSending
            else { continue }
            if output.isEmpty { sendEnded(slot, output, now: clock.now) } else { send(slot, output) }
        }
        dirty.empty()
    }

    /// Starts a send; a small answer's is tried without waiting for room, which it finds, where the worker may sleep on it:
    /// when it has left nobody tells.
    ///
    /// - Parameters:
    ///   - slot: whose.
    ///   - output: has something, and nothing in flight.
    ///   - mayWait: packets are being performed: there may be more to send by the end of the turn.
    func send(_ slot: ConnectionSlot, _ output: Output, mayWait: Bool = false) {
        let file = descriptorOfPart(slot)
        var count = file == nil ? output.countBeforeLarge : output.countBeforePart
        if count == 0 {
            // What is before a large body has left, and its client may take its time.
            if output.hasBlock { outputs.takeBlock(of: output) }
            if let file {
                // What has left lets the connection go on, and that belongs where packets are performed.
                return mayWait ? sendPages(slot, output, of: file, hasRoom: false) : awaitRoom(slot, output)
            }
            count = output.count
        }
        beginOperation(slot)
        let key = connections.key(slot)
        let connection = unsafe connections.place(slot)
        if unsafe !mayWait && output.isSmall && connection.pointee.awaitsNothingButRequests && outputWaiters.isEmpty {
            unsafe connection.pointee.isSendingAtOnce = true
            if atOnce.isEmpty { atOnceSince = clock.now }
            atOnce.append(key)
            unsafe output.sendAtOnce(on: &port, socket: connection.pointee.socket, key)
        } else {
            // The last bytes leave with FIN in one segment, when the send has ended; a head with the first of its body.
            let more = unsafe connection.pointee.state.endsWhenSent || count < output.count
            unsafe output.send(on: &port, socket: connection.pointee.socket, count, more: more, key)
        }
        unsafe connection.pointee.state.sendBegan(now: clock.now, site.allowances)
        var deadline = unsafe connection.pointee.state.deadline
        if unsafe connection.pointee.isSendingAtOnce {
            // When all has left the connection is idle from now on, though the worker learns that only when it wakes.
            deadline = Instant.earlier(deadline, clock.now.advanced(by: site.allowances.idle))
        }
        wheel.arm(slot, at: deadline)
    }

    /// Ends the sends of which no packet will come, as they have ended well.
    ///
    /// Before the packets are performed: the next request of a client may be among those.
    func endSendsAtOnce() {
        guard !atOnce.isEmpty, port.isCaughtUp else { return }
        var position: UInt32 = 0
        while let key = port.nextWaiting(.sendAtOnce, from: &position) {
            if let slot = connections.slot(of: key) { connections[slot].isSendingAtOnce = false }
        }
        for position in atOnce.indices {
            let key = atOnce[position]
            guard let slot = connections.slot(of: key) else { continue }
            let connection = unsafe connections.place(slot)
            guard unsafe connection.pointee.isSendingAtOnce else { continue }
            let count = unsafe connection.pointee.output?.inFlightSize ?? 0
            if site.traces { trace(.send, key, result: count) }
            sent(slot, result: count, mayWait: false, now: atOnceSince)
        }
        atOnce.empty()
    }

    func sent(_ packet: CompletionPacket) {
        guard let slot = connections.slot(of: packet.key) else {
            preconditionFailure("a slot is reused only when nothing is in flight")
        }
        // What did not leave at once waits for room, and so does what follows a send that had to.
        sent(slot, result: Int(packet.result), mayWait: true, now: clock.now)
    }

    private func sent(_ slot: ConnectionSlot, result: Int, mayWait: Bool, now: Instant) {
        let connection = unsafe connections.place(slot)
        unsafe connection.pointee.isSendingAtOnce = false
        defer { endOperation(slot) }
        guard let output = unsafe connection.pointee.output else {
            preconditionFailure("a send was in flight, so its block is lent")
        }
        output.sent(max(0, result)) { owner, count in
            if owner == .exchange { partLeft(slot, count) } else { release(owner) }
        }
        guard unsafe connection.pointee.state.phase != .closing else { return }
        // EAGAIN: there was no room at once.
        guard result >= 0 || result == -Int(EAGAIN) else {
            // EFAULT: a mapped file was truncated while it was sent; its length was promised, so the connection ends.
            return fail(slot, result == -Int(EFAULT) ? .fileChanged : .peerReset)
        }
        // A large body has left: what follows it is written into a block.
        if !output.hasBlock, output.isEmpty { _ = regainBlock(slot, output) }
        advance(slot)
        resume(slot)
        guard unsafe connection.pointee.state.phase != .closing else { return }
        if !output.isEmpty {
            send(slot, output, mayWait: mayWait)
        } else {
            sendEnded(slot, output, now: now)
        }
    }

    func sendEnded(_ slot: ConnectionSlot, _ output: Output, now: Instant) {
        let connection = unsafe connections.place(slot)
        unsafe connection.pointee.output = nil
        returnOutput(output)
        guard unsafe connection.pointee.state.phase != .closing else { return }
        unsafe act(connection.pointee.state.sendEnded(now: now, site.allowances), slot)
        if unsafe connection.pointee.state.phase == .open {
            unsafe wheel.arm(slot, at: connection.pointee.state.deadline)
        }
    }

    /// The bytes of a segment have left, or never will: their owner may let go.
    func release(_ owner: Output.Owner) {
        if case .file(let file) = owner { files.unpin(file) }
    }
}
