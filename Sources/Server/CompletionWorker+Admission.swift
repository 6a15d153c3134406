/// Clients that come when there is no place left. On the completion worker.
///
/// `ConnectionAdmission` decides whether they are served, `ConnectionGivers` whose connection makes room.

internal import CompletionPort
internal import HTTP
internal import Platform

extension CompletionWorker {
    /// True when one more client can be served; `newcomers` is 1 when it has a descriptor and is no connection yet.
    private func hasPlace(_ newcomers: Int) -> Bool {
        let waiting = admission.waiting.count
        return connections.count - waiting < site.limits.connectionsMax
            && site.descriptors.hasRoom(besides: waiting + newcomers)
    }

    /// True when as many clients wait for a place as there is room for.
    var isWaitingFull: Bool {
        let count = admission.waiting.count
        return count >= site.limits.waitingConnectionsMax || count > 0 && site.descriptors.isSpent
    }

    /// Decides about a client that has been accepted, and is not among the connections yet.
    func admission(of client: ClientNetwork?) -> ConnectionAdmission.Decision {
        guard !hasPlace(1) else { return .serve }
        let decision = shares.decide(
            shares.account(of: client),
            wants: 1,
            of: .connections,
            limit: shares.total(.connections),
            largest: 1
        )
        return admission.decide(hasPlace: false, decision, isFull: isWaitingFull)
    }

    /// Serves the connection, or has it wait.
    func perform(_ decision: ConnectionAdmission.Decision, _ slot: UInt32) {
        switch decision {
        case .serve:
            receive(slot, once: true)
        case .replace(let holder):
            // Where nobody can be asked, all of the holder's are ending.
            endConnection(of: holder, sparing: slot, among: ConnectionGivers.Standing.allCases)
            receive(slot, once: true)
        case .wait:
            wait(slot)
        case .shed:
            let account = connections[slot].account
            guard endConnection(of: account, sparing: slot, among: [.lingering, .idle]) else {
                return act(connections[slot].state.placeGivenBack(), slot)
            }
            wait(slot)
        }
    }

    private func wait(_ slot: UInt32) {
        connections[slot].waitsForPlace = true
        admission.append(connections.key(slot))
        // Descriptors may come back from other workers, which tell nobody.
        wheel.arm(acceptSlot, at: clock.now.advanced(by: ConnectionAdmission.patience))
    }

    /// Serves those that wait, as far as there are places.
    func serveWaiting() {
        while hasPlace(0), let key = admission.takeFirst() {
            connections[key.slot].waitsForPlace = false
            receive(key.slot, once: true)
        }
        if let key = admission.waiting.first, connections.isCurrent(key) {
            wheel.arm(acceptSlot, at: clock.now.advanced(by: ConnectionAdmission.patience))
        }
    }

    /// A connection ends, and with it the wait for a place.
    func stopWaitingForPlace(_ slot: UInt32) {
        guard connections[slot].waitsForPlace else { return }
        connections[slot].waitsForPlace = false
        admission.remove(connections.key(slot))
    }

    // MARK: Giving back

    /// Connections of an account that are looked at for one that gives back; the others have their turn the next time.
    private static let looksMax = 64

    /// Has a connection of an account give its place back.
    ///
    /// - Returns: false when none of those that were looked at could.
    @discardableResult
    private func endConnection(
        of account: Shares.Account,
        sparing newcomer: UInt32,
        among standings: [ConnectionGivers.Standing]
    ) -> Bool {
        var givers = ConnectionGivers()
        var first: UInt32?
        for _ in 0..<Self.looksMax {
            guard let slot = connectionMembers.next(account), slot != first else { break }
            first = first ?? slot
            guard slot != newcomer, let standing = standing(slot), standings.contains(standing) else { continue }
            givers.consider(slot, standing, deadline: connections[slot].state.deadline)
        }
        guard let (slot, standing) = givers.best else { return false }
        switch standing {
        case .waiting, .idle: act(connections[slot].state.placeGivenBack(), slot)
        case .lingering: act(connections[slot].state.lingerEnded(), slot)
        case .busy: fail(slot, .connectionsFull)
        }
        return true
    }

    /// Ends the connection of an account that holds most bytes of heads, of those that are looked at.
    ///
    /// - Returns: false when none of them holds any.
    func endConnection(ofHeads account: Shares.Account) -> Bool {
        var most: (slot: UInt32, size: Int)?
        var first: UInt32?
        for _ in 0..<Self.looksMax {
            guard let slot = connectionMembers.next(account), slot != first else { break }
            first = first ?? slot
            let size = headsSize(slot)
            if connections[slot].state.phase != .closing, size > most?.size ?? 0 { most = (slot, size) }
        }
        guard let most else { return false }
        fail(most.slot, .headsFull)
        return true
    }

    /// Bytes that a connection holds of heads: of its requests, and of what it has not read.
    private func headsSize(_ slot: UInt32) -> Int {
        var size = connections[slot].input.capacity
        var exchange = connections[slot].firstExchange
        while exchange != noSlot {
            size += Int(exchanges[exchange].headSize)
            exchange = exchanges[exchange].next
        }
        return size
    }

    /// The standing of a connection; `nil` when it is being closed.
    private func standing(_ slot: UInt32) -> ConnectionGivers.Standing? {
        if connections[slot].waitsForPlace { return .waiting }
        switch connections[slot].state.phase {
        case .closing: return nil
        case .lingering: return .lingering
        case .answering: return .busy
        case .open: return connections[slot].isIdle ? .idle : .busy
        }
    }
}
