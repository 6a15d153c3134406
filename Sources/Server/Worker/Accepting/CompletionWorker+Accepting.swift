/// Connections that come. On the completion worker.
///
/// DESIGN. Every worker has accepts posted on every listening socket, and the kernel hands a connection to the one that was
/// posted first. So that connections go to workers by load and not by luck, a worker that has more than the others posts
/// none (`AcceptSizing`) until those have caught up. A connection is a descriptor of the process as long as there are any
/// (`DescriptorBudget`), and then a place in the port's own table. Where both end, and at the limit of connections, a few more
/// are accepted, so that no address shuts out another (`ConnectionAdmission`).
///
/// Next: CompletionWorker+Admission.swift

internal import CompletionPort
internal import FileLog
internal import Glibc
internal import HTTP
internal import Platform

extension CompletionWorker {
    /// Posts accepts as far as there is room for their connections; other clients wait in the kernel's backlog.
    func postAccepts() {
        guard !isStopped, !acceptPaused else { return }
        if postWanted() { return peers[index].load.goOn() }
        peers[index].load.holdBack()
        // Whoever changed something before this flag was seen did not tell.
        if postWanted() { peers[index].load.goOn() }
    }

    /// Posts what is to be posted; false when there is room and yet a listener without any accept, so that somebody has to
    /// tell when that changes.
    ///
    /// A worker with an accept posted looks again when that has brought its connection.
    private func postWanted() -> Bool {
        if let again = admission.pause(isFull: isWaitingFull, now: clock.now) {
            wheel.arm(acceptSlot, at: again)
            return true
        }
        let wanted = acceptsWanted(by: index)
        var isComplete = wanted > 0 || roomForMore(index) == 0
        for listener in listeners.indices where accepts.isOpen(listener) {
            while accepts.count(listener) < wanted {
                if site.descriptors.take() {
                    postAccept(listener, .descriptor)
                } else if directSockets < port.directSocketsMax {
                    postAccept(listener, .direct)
                } else {
                    // Clients wait only where no accept is posted at all: one shows who comes.
                    guard accepts.count(listener) == 0 else { break }
                    complain(.descriptorsExhausted)
                    guard site.descriptors.takeSpare() else {
                        isComplete = false
                        break
                    }
                    postAccept(listener, .spare)
                }
            }
        }
        return isComplete
    }

    private func postAccept(_ listener: Int, _ kind: PostedAccepts.Kind) {
        if kind == .direct { directSockets += 1 }
        let place = accepts.begin(listener, kind)
        let key = CompletionKey(slot: UInt32(place), generation: 0)
        // The addresses live as long as the worker, which outlives its operations.
        port.accept(listeners[listener], direct: kind == .direct, accepts.addresses, at: place, key)
    }

    /// Clients that a worker may accept, however many of its places other workers take for those that they hand over.
    private func roomForMore(_ worker: Int) -> Int {
        let spare = admission.isShedding(now: clock.now) ? site.limits.acceptsMax : 0
        let beyond = worker == index ? shares.total(.waiting) : 0
        let overdrawn = max(0, peers[worker].load.count - site.limits.connectionsMax)
        return max(0, site.limits.waitingConnectionsMax + spare - beyond - overdrawn)
    }

    private func acceptsWanted(by worker: Int) -> Int {
        var least: Int?
        for other in peers.indices where other != worker {
            let count = peers[other].load.count
            if count < site.limits.connectionsMax, count < least ?? .max { least = count }
        }
        return AcceptSizing.posts(
            own: peers[worker].load.count,
            least: least,
            room: roomForMore(worker),
            postsMax: accepts.perListener
        )
    }

    /// There is room again, or what this worker held back for is over.
    ///
    /// - Parameter tellsPeers: others may have held back for the same; not where one of them has just told this worker, or
    ///   they would tell each other for ever.
    func resumeAccepting(tellsPeers: Bool = true) {
        acceptPaused = false
        serveWaiting()
        postAccepts()
        if tellsPeers { tellPeers() }
        reportDrained()
    }

    /// Lets those go on accepting that had more connections than the others, and have not any longer.
    ///
    /// Those whose clients wait for a place are told of one here, or of its descriptor.
    private func tellPeers() {
        for other in peers.indices where other != index {
            let load = peers[other].load
            let mayGoOn = load.isHeldBack && acceptsWanted(by: other) > 0 && load.takeHeldBack()
            let hasPlace = peers[index].load.hasPlace(below: site.limits.connectionsMax)
            let mayServe = hasPlace || site.descriptors.hasRoom(besides: 0)
            let mayHandOver = mayServe && load.takeWantsPlace()
            if mayGoOn || mayHandOver { peers[other].posts.post(.resumeAccepting) }
        }
    }

    func accepted(_ packet: CompletionPacket) {
        let place = Int(packet.key.slot)
        let kind = accepts.end(place)
        if kind == .spare { site.descriptors.endWaiting() }
        if packet.result >= 0 {
            let remote = RemoteAddress(accepts.addresses[place]) ?? .unix
            let isUnix = remote.isUnix
            let socket =
                kind == .direct
                ? Socket(place: packet.result, isUnix: isUnix) : Socket(descriptor: packet.result, isUnix: isUnix)
            adopt(socket, remote)
        } else {
            giveBack(kind)
            switch packet.result {
            case -EMFILE where kind != .direct && directSockets < port.directSocketsMax:
                // Somebody else has the descriptors that were reckoned with.
                return postAccept(accepts.listener(place), .direct)
            case -EINVAL:
                // Nobody waits there any longer, and the socket is shut.
                accepts.end(listener: accepts.listener(place))
            case -EMFILE, -ENFILE, -ENOBUFS, -ENOMEM:
                return pauseAccepting(.descriptorsExhausted)
            default:
                // ECONNABORTED and what accept(2) passes on from the network: that client is gone, the next may be well.
                break
            }
        }
        postAccepts()
        tellPeers()
        reportDrained()
    }

    /// Frees the means that an accept was posted with.
    func giveBack(_ kind: PostedAccepts.Kind) {
        switch kind {
        case .descriptor, .spare: site.descriptors.giveBack()
        case .direct: directSockets -= 1
        }
    }

    /// Out of descriptors or memory: posting again at once would spin.
    ///
    /// The next connection that closes, or the next deadline that is looked at, posts again; clients wait in the backlog
    /// meanwhile.
    private func pauseAccepting(_ reason: Reason) {
        guard !acceptPaused else { return }
        acceptPaused = true
        complain(reason)
        wheel.arm(acceptSlot, at: clock.now.advanced(by: .milliseconds(100)))
    }

    /// Says that clients wait: once a minute, however often it happens.
    private func complain(_ reason: Reason) {
        guard clock.now >= acceptComplaintAt else { return }
        acceptComplaintAt = clock.now.advanced(by: .seconds(60))
        let open = connections.count.counted("connection is", "connections are")
        errors.error(.warning, "accepting pauses: \(reason.name); \(open) open")
    }

    /// A place in the deadline wheel behind those of the connections.
    var acceptSlot: ConnectionSlot { ConnectionSlot(index: UInt32(connections.capacity)) }

    /// Makes an accepted socket a connection of this worker, or of one that has a place for it.
    private func adopt(_ socket: Socket, _ remote: RemoteAddress) {
        let client = site.proxies.trusts(remote) ? nil : ClientNetwork(remote)
        let decision = admission(of: client, socket)
        switch decision {
        case .handOver(let peer): peers[peer].posts.post(.handedOver(socket, remote))
        case .forward(let peer): peers[peer].posts.post(.forwarded(socket, remote))
        default: insert(socket, remote, decision)
        }
    }

    /// Serves a client that another worker has accepted, and taken a place for.
    func takeOver(_ socket: Socket, _ remote: RemoteAddress) {
        insert(socket, remote, .serve)
        tellPeers()
    }

    /// Decides about a client that another worker has accepted, and lacked a descriptor for.
    func takeForwarded(_ socket: Socket, _ remote: RemoteAddress) {
        let client = site.proxies.trusts(remote) ? nil : ClientNetwork(remote)
        let decision = admission(ofForwarded: client, socket)
        if decision == .shed {
            // It was never among the connections, whose number is reckoned with where accepts are posted.
            port.close(socket, .unclaimed)
            giveBack(.descriptor)
        } else {
            insert(socket, remote, decision)
        }
        tellPeers()
        reportDrained()
    }

    private func insert(_ socket: Socket, _ remote: RemoteAddress, _ decision: ConnectionAdmission.Decision) {
        let isFromProxy = site.proxies.trusts(remote)
        let connection = Connection(
            socket: socket,
            remote: remote,
            isFromProxy: isFromProxy,
            state: ConnectionState(now: clock.now, site.allowances)
        )
        guard let slot = connections.insert(connection) else {
            preconditionFailure("an accept is posted only where there is room for its connection")
        }
        let key = connections.key(slot)
        openAccount(slot, of: isFromProxy ? nil : ClientNetwork(remote))
        wheel.arm(slot, at: connections[slot].state.deadline)
        perform(decision, slot)
        guard connections.isCurrent(key), connections[slot].state.phase == .open else { return }
        // Accepted before its listener was shut.
        if isStopped {
            fail(slot, .stopping)
        } else if isDraining {
            drain(slot)
        }
    }
}
