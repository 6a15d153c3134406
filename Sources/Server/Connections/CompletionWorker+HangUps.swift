/// Clients that end a connection of which no packet tells. On the completion worker.
///
/// DESIGN. A receive that goes on can miss the end: where bytes and the end come close together, an engine may take the bytes
/// and then wait for a wake-up that has been (the port's README). The next send finds the end out. A client that is still
/// sending is sent nothing: its connection would last as long as its content may take. A poll of its own is not woken by bytes,
/// and tells of an end that was there before it. It is asked for once the rest of a request is awaited, and where nothing is
/// received while answers are awaited: nothing is to be begun for a client that is gone. It stays as long as the connection.
///
/// Next: CompletionWorker+Receiving.swift

internal import CompletionPort
internal import Glibc

extension CompletionWorker {
    /// Has the port tell when the client ends the connection.
    func awaitHangUp(_ slot: ConnectionSlot) {
        // The socket of one that is closing may be closed already: its number may be another's.
        guard !connections[slot].awaitsHangUp, connections[slot].state.phase != .closing else { return }
        awaitHangUp(slot, afterFinish: false)
    }

    private func awaitHangUp(_ slot: ConnectionSlot, afterFinish: Bool) {
        connections[slot].awaitsHangUp = true
        beginOperation(slot)
        port.awaitHangUp(connections[slot].socket, afterFinish: afterFinish, connections.key(slot))
    }

    /// Has the port tell of a reset where no receive does, while something is done for the client.
    func awaitReset(_ slot: ConnectionSlot) {
        if awaitsAnswerUnread(slot) { awaitHangUp(slot) }
    }

    /// True when answers are awaited and nothing is received meanwhile.
    private func awaitsAnswerUnread(_ slot: ConnectionSlot) -> Bool {
        let isRead = connections[slot].isReceiving || connections[slot].isStarved
        guard !isRead, connections[slot].firstExchange != .null else { return false }
        return connections[slot].state.phase == .open || connections[slot].state.phase == .answering
    }

    /// The connection is about to be closed.
    func stopAwaitingHangUp(_ slot: ConnectionSlot) {
        guard connections[slot].awaitsHangUp else { return }
        beginOperation(slot)
        port.cancel(.hangUp, of: connections.key(slot), on: connections[slot].socket, connections.key(slot))
    }

    /// The client has ended the connection, or finished.
    func hungUp(_ packet: CompletionPacket) {
        let slot = ConnectionSlot(packet.key)
        precondition(connections.isCurrent(packet.key), "a slot is reused only when nothing is in flight")
        if !packet.hasMore { connections[slot].awaitsHangUp = false }
        defer { if !packet.hasMore { endOperation(slot) } }
        guard packet.result > 0, connections[slot].state.phase != .closing else { return }
        let isGone = packet.result & Int32(POLLERR | POLLHUP) != 0
        // Nobody waits for the answer any longer, so the password is not compared.
        if isGone, awaitsPassword(slot) { return fail(slot, .peerReset) }
        // A Unix socket tells of an end in good order by POLLHUP too; what was sent before that is done, as after a FIN.
        let isReset = packet.result & (connections[slot].socket.isUnix ? Int32(POLLERR) : Int32(POLLERR | POLLHUP)) != 0
        if isReset, awaitsAnswerUnread(slot) { return fail(slot, .peerReset) }
        // What came before the end is still read: the receive that takes this one's place begins by looking.
        if connections[slot].isReceiving { cancelReceive(slot) }
        // One that has only finished still wants its answer, and may yet be gone before.
        if !isGone, !packet.hasMore { awaitHangUp(slot, afterFinish: true) }
    }
}
