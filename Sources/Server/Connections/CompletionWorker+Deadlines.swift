/// Deadlines that have passed. On the completion worker.

internal import CompletionPort
internal import HTTP
internal import Platform

extension CompletionWorker {
    /// Looks at every connection whose deadline may have passed.
    func passDeadlines() {
        dueSlots.removeAll(keepingCapacity: true)
        wheel.collect(until: clock.now, into: &dueSlots)
        for slot in dueSlots {
            if slot == acceptSlot {
                resumeAccepting()
            } else if connections.contains(slot) {
                lookAt(slot)
            }
        }
    }

    private func lookAt(_ slot: ConnectionSlot) {
        switch connections[slot].state.expiry(now: clock.now) {
        case .none: break
        case .idle: act(connections[slot].state.idleEnded(), slot)
        case .head: refuseLate(slot, .headExpired)
        case .body: contentExpired(slot)
        case .linger: lingerExpired(slot)
        case .send: sendExpired(slot)
        }
        let exchange = connections[slot].firstExchange
        if exchange != .null, let reason = exchanges[exchange].state.expiry(now: clock.now) {
            giveUpWait(exchange, reason)
        }
        armDeadline(slot)
    }

    private func armDeadline(_ slot: ConnectionSlot) {
        guard connections.contains(slot), !connections[slot].isClosing else { return }
        var deadline = connections[slot].state.deadline
        let exchange = connections[slot].firstExchange
        if exchange != .null { deadline = min(deadline, exchanges[exchange].state.deadline) }
        if deadline != .distantFuture { wheel.arm(slot, at: deadline) }
    }

    /// A head that takes too long (RFC 9110 §15.5.9).
    private func refuseLate(_ slot: ConnectionSlot, _ reason: Reason) {
        let partial = connections[slot].partialHead
        let head = partial == .null ? RequestHead() : partialHeads[partial].headSoFar
        unsafe refuse(slot, reason, head: head, request: connections[slot].input.bytes)
    }

    /// A content's deadline has passed; nothing is handled of one that came too slowly.
    private func contentExpired(_ slot: ConnectionSlot) {
        let exchange = connections[slot].bodyExchange
        // Answers to earlier requests hold up the word to send it, each with a deadline of its own.
        guard !exchanges[exchange].content.owesContinue else {
            return connections[slot].state.contentAwaited(now: clock.now, site.allowances)
        }
        let received = exchanges[exchange].content.received
        guard !connections[slot].state.contentEarnedTime(received: received, now: clock.now, site.allowances) else {
            return
        }
        giveUpBody(exchange, .bodyExpired)
    }

    /// A client has not finished after the server has.
    ///
    /// What the kernel still holds for it goes on being sent after the socket is closed; only a client that has not even
    /// taken that is worth waiting for, as long as it takes something.
    private func lingerExpired(_ slot: ConnectionSlot) {
        guard let taken = lastTaken(slot),
            connections[slot].state.lingerGoesOn(lastTaken: taken, now: clock.now, site.allowances)
        else { return act(connections[slot].state.lingerEnded(), slot) }
    }

    /// Nothing has been sent for a while.
    ///
    /// A client that takes its bytes slowly is left alone; one that takes none is not waited for.
    private func sendExpired(_ slot: ConnectionSlot) {
        guard let taken = lastTaken(slot),
            connections[slot].state.sendGoesOn(lastTaken: taken, now: clock.now, site.allowances)
        else { return fail(slot, .sendExpired) }
    }

    /// The time when the client's kernel last acknowledged bytes, if it has since the last look: a send of many bytes brings no
    /// packet before the last of them has found room.
    ///
    /// No system call reaches a direct descriptor, and a Unix socket knows no acknowledgements; their sends bring a packet for
    /// whatever the client has taken, and each sets the deadline anew.
    private func lastTaken(_ slot: ConnectionSlot) -> Instant? {
        guard let descriptor = connections[slot].socket.descriptor, !connections[slot].socket.isUnix
        else { return nil }
        let progress = ClientProgress(of: descriptor)
        let taken = progress.lastTaken(beyond: connections[slot].acknowledged, now: clock.now)
        connections[slot].acknowledged = progress.taken
        return taken
    }
}
