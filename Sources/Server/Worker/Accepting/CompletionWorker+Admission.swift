/// Clients that come when there is no place left. On the completion worker.
///
/// `ConnectionAdmission` decides whether they are served, `ConnectionGivers` whose connection makes room.

internal import CompletionPort
internal import HTTP
internal import Platform

extension CompletionWorker {
    // MARK: Places

    /// Takes a place for a client.
    ///
    /// - Parameters:
    ///   - socket: the client's; another worker knows nothing of a place in this one's table.
    ///   - newcomers: 1 when it has a descriptor and is no connection yet.
    /// - Returns: a place of this worker, or else of the one that serves fewest.
    private func takePlace(for socket: Socket, besides newcomers: Int) -> ConnectionAdmission.Place {
        guard socket.isDirect || site.descriptors.hasRoom(besides: newcomers) else { return .none }
        let max = site.limits.connectionsMax
        if peers[index].load.take(below: max, isOwn: true) { return .own }
        guard !socket.isDirect, !isStopped else { return .none }
        while true {
            let others = peers.indices.filter { $0 != index && peers[$0].load.hasPlace(below: max) }
            guard let least = others.min(by: { peers[$0].load.count < peers[$1].load.count }) else { return .none }
            if peers[least].load.take(below: max, isOwn: false) { return .peer(least) }
        }
    }

    /// True when as many clients wait for a place as there is room for.
    var isWaitingFull: Bool {
        admission.waiting.count >= site.limits.waitingConnectionsMax
            || !site.descriptors.hasSpare(besides: 0) && directSockets >= port.directSocketsMax
    }

    /// The room for a newcomer that would wait for a place.
    private func roomToWait(_ socket: Socket) -> ConnectionAdmission.Room {
        guard socket.isDirect || site.descriptors.hasSpare(besides: 1) else { return .none }
        return admission.waiting.count >= site.limits.waitingConnectionsMax ? .full : .some
    }

    /// Decides about a client that has been accepted, and is not among the connections yet.
    func admission(of client: ClientNetwork?, _ socket: Socket) -> ConnectionAdmission.Decision {
        // Those that came first have their turn first.
        serveWaiting(besides: 1)
        let place = takePlace(for: socket, besides: 1)
        guard place == .none else { return admission.decide(place, .take, room: .some, now: clock.now) }
        let account = shares.account(of: client)
        let places = share(of: account, in: .connections)
        return admission.decide(
            .none,
            places,
            room: roomToWait(socket),
            line: share(of: account, in: .waiting),
            elsewhere: places == .refuse ? workerToAsk(for: account, socket) : nil,
            now: clock.now
        )
    }

    /// Decides about a client for which another worker had no descriptor and has taken a place here.
    func admission(ofForwarded client: ClientNetwork?, _ socket: Socket) -> ConnectionAdmission.Decision {
        guard !site.descriptors.hasRoom(besides: 1) else { return .serve }
        // Whoever gives a descriptor back gives its place too.
        peers[index].load.remove()
        let account = shares.account(of: client)
        let places = share(of: account, in: .connections)
        return admission.decide(.none, places, room: roomToWait(socket), now: clock.now)
    }

    /// Takes a place of a worker that serves more, for a client that lacks a descriptor only.
    ///
    /// Descriptors are the process's: those who hold most of them may all be another worker's clients. One of an address of
    /// which this worker has clients stays, so that an address that floods is not passed on and on.
    private func workerToAsk(for account: Shares.Account, _ socket: Socket) -> Int? {
        guard account == .none, !socket.isDirect, !isStopped, !site.descriptors.hasRoom(besides: 1) else { return nil }
        let others = peers.indices.filter { peers[$0].load.count > peers[index].load.count }
        guard let most = others.max(by: { peers[$0].load.count < peers[$1].load.count }) else { return nil }
        return peers[most].load.take(below: site.limits.connectionsMax, isOwn: false) ? most : nil
    }

    /// Decides about a client for which nobody gives a place.
    private func decideToWait(_ account: Shares.Account, _ socket: Socket) -> ConnectionAdmission.Decision {
        admission.decide(
            .none,
            .refuse,
            room: roomToWait(socket),
            line: share(of: account, in: .waiting),
            now: clock.now
        )
    }

    /// The decision about one more of what is all taken.
    private func share(of account: Shares.Account, in resource: SharedResource) -> Shares.Decision {
        shares.decide(account, wants: 1, of: resource, limit: shares.total(resource), largest: 1)
    }

    /// Serves the connection, or has it wait.
    ///
    /// - Precondition: the place of one that is served has been taken.
    func perform(_ decision: ConnectionAdmission.Decision, _ slot: ConnectionSlot) {
        switch decision {
        case .serve:
            serve(slot)
        case .handOver(let peer):
            handOver(slot, to: peer)
        case .forward:
            preconditionFailure("a client is forwarded before it is among the connections")
        case .replace(let holder):
            let giving = endConnection(of: holder, sparing: slot, among: ConnectionGivers.Standing.allCases)
            guard giving != .nothing else {
                return perform(decideToWait(connections[slot].account, connections[slot].socket), slot)
            }
            peers[index].load.add()
            serve(slot)
        case .wait:
            wait(slot)
        case .takeTurn(let holder):
            let newest = admission.waiting.last { connections[ConnectionSlot($0)].account == holder }
            guard let newest = newest.map(ConnectionSlot.init) else { return perform(.shed, slot) }
            act(connections[newest].state.placeGivenBack(), newest)
            wait(slot)
        case .shed:
            let account = connections[slot].account
            guard endConnection(of: account, sparing: slot, among: [.lingering, .idle]) == .now else {
                return act(connections[slot].state.placeGivenBack(), slot)
            }
            wait(slot)
        }
    }

    private func serve(_ slot: ConnectionSlot) {
        notePlace(slot)
        receive(slot, once: true)
    }

    private func wait(_ slot: ConnectionSlot) {
        connections[slot].place = .awaited
        admission.append(connections.key(slot))
        if !connections[slot].socket.isDirect { site.descriptors.beginWaiting() }
        serveWaiting()
    }

    /// Has the worker whose place was taken for the client serve it.
    private func handOver(_ slot: ConnectionSlot, to peer: Int) {
        precondition(connections[slot].inFlight == 0, "a client that waits is not read")
        let (socket, remote) = (connections[slot].socket, connections[slot].remote)
        wheel.disarm(slot)
        closeAccount(slot)
        connections.remove(slot)
        peers[peer].posts.post(.handedOver(socket, remote))
    }

    /// Serves those that wait, as far as there are places.
    ///
    /// - Parameter newcomers: 1 when a client has a descriptor and is no connection yet.
    func serveWaiting(besides newcomers: Int = 0) {
        guard !admission.waiting.isEmpty else { return }
        takePlaces(besides: newcomers)
        guard !admission.waiting.isEmpty else { return }
        peers[index].load.wantPlace()
        // Whoever gave a place back before this flag was seen did not tell.
        takePlaces(besides: newcomers)
        guard !admission.waiting.isEmpty else { return }
        // Descriptors may come back from files, which tell nobody.
        wheel.arm(acceptSlot, at: clock.now.advanced(by: ConnectionAdmission.patience))
    }

    private func takePlaces(besides newcomers: Int) {
        // One of the port's own table can't be handed over, and another wants a descriptor: where the one kind finds no place
        // the other may.
        var lacksDirect = false
        var lacksDescriptor = false
        for key in waitingInTurn {
            let slot = ConnectionSlot(key)
            let socket = connections[slot].socket
            if socket.isDirect ? lacksDirect : lacksDescriptor { continue }
            let place = takePlace(for: socket, besides: newcomers)
            guard place != .none else {
                if socket.isDirect { lacksDirect = true } else { lacksDescriptor = true }
                continue
            }
            stopWaitingForPlace(slot)
            perform(admission.decide(place, .take, room: .some, now: clock.now), slot)
        }
    }

    /// Clients that wait: those of the address that has fewest places first, and of one address the first to come.
    private var waitingInTurn: [CompletionKey] {
        let held = admission.waiting.map { shares.held(.connections, by: connections[ConnectionSlot($0)].account) }
        let order = held.indices.sorted { held[$0] == held[$1] ? $0 < $1 : held[$0] < held[$1] }
        return order.map { admission.waiting[$0] }
    }

    /// A connection ends, and with it the wait for a place.
    func stopWaitingForPlace(_ slot: ConnectionSlot) {
        guard connections[slot].place == .awaited else { return }
        connections[slot].place = .none
        admission.remove(connections.key(slot))
        if !connections[slot].socket.isDirect { site.descriptors.endWaiting() }
    }

    // MARK: Giving back

    /// Connections of an account that are looked at for one that gives back; the others have their turn the next time.
    private static let looksMax = 64

    /// Has a connection of an account give its place back.
    ///
    /// - Returns: now when one does, soon when one of those that were looked at is ending already.
    private func endConnection(
        of account: Shares.Account,
        sparing newcomer: ConnectionSlot,
        among standings: [ConnectionGivers.Standing]
    ) -> Return {
        var givers = ConnectionGivers()
        var first: ConnectionSlot?
        var isEnding = false
        // Those that wait have no place to give.
        for _ in 0..<Self.looksMax + admission.waiting.count {
            guard let slot = connectionMembers.next(account), slot != first else { break }
            first = first ?? slot
            guard slot != newcomer, connections[slot].place == .taken else { continue }
            let standing = standing(slot)
            isEnding = isEnding || standing == nil
            guard let standing, standings.contains(standing) else { continue }
            givers.consider(slot, standing, deadline: connections[slot].state.deadline)
        }
        guard let (slot, standing) = givers.best else { return isEnding ? .soon : .nothing }
        switch standing {
        case .idle: act(connections[slot].state.placeGivenBack(), slot)
        case .lingering: act(connections[slot].state.lingerEnded(), slot)
        case .busy: fail(slot, .connectionsFull)
        }
        return .now
    }

    /// Ends the connection of an account that holds most bytes of heads, of those that are looked at.
    ///
    /// - Returns: false when none of them holds any. One that is ending already has not given its own back yet.
    func endConnection(ofHeads account: Shares.Account) -> Bool {
        var most: (slot: ConnectionSlot, size: Int)?
        var hasEnding = false
        var first: ConnectionSlot?
        for _ in 0..<Self.looksMax {
            guard let slot = connectionMembers.next(account), slot != first else { break }
            first = first ?? slot
            let size = headsSize(slot)
            if connections[slot].state.phase == .closing {
                hasEnding = hasEnding || size > 0
            } else if size > most?.size ?? 0 {
                most = (slot, size)
            }
        }
        guard let most else { return hasEnding }
        fail(most.slot, .headsFull)
        return true
    }

    /// Bytes that a connection holds of heads: of its requests, and of what it has not read.
    private func headsSize(_ slot: ConnectionSlot) -> Int {
        var size = connections[slot].input.capacity
        var exchange = connections[slot].firstExchange
        while exchange != .null {
            size += Int(exchanges[exchange].headSize)
            exchange = exchanges[exchange].next
        }
        return size
    }

    /// The standing of a connection; `nil` when it is being closed.
    private func standing(_ slot: ConnectionSlot) -> ConnectionGivers.Standing? {
        switch connections[slot].state.phase {
        case .closing: return nil
        case .lingering: return .lingering
        case .answering: return .busy
        case .open: return connections[slot].isIdle ? .idle : .busy
        }
    }
}
