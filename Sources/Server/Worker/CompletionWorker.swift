/// A completion worker: one thread, one port, the connections that were given to it. It never blocks but on its port.
///
/// DESIGN. A turn of the worker is: send what was queued, submit and wait, then perform every packet in the order in
/// which it comes out of the port, then what other threads have posted, then the deadlines that have passed. One loop, one switch;
/// no callback runs another callback. What a connection does next is decided by `ConnectionState`; the extensions of this
/// class, one file for each subject, perform it.
///
/// Next: ConnectionState.swift

internal import CompletionPort
internal import FileLog
internal import HandlerHost
internal import HandlerPool
internal import HTTP
internal import Platform

/// The parts that all workers share: read by every worker, and replaced as a whole by a reload.
struct Site: Sendable {
    var limits: Limits
    let engine: PortEngine
    var allowances: Allowances
    var headLimits: HeadLimits
    var hosts: HostTable
    var proxies: TrustedProxies
    /// The realms that ask for passwords, by the index that policies have.
    var realms: [Realm]
    let passwords: PasswordDesk
    var codings: CodingPolicy
    let variants: VariantMaker
    let folderReader: FolderReader
    var mediaTypes: MediaTypes
    let router: Router
    let thanks: ThanksPage
    let dispatch: HandlerDispatch
    let traces: Bool
    let logsAccess: Bool
    let descriptors: DescriptorBudget
    let untrustedPeers: UntrustedPeers
    /// True when connections may go where descriptors of the process can't.
    let usesDirectSockets: Bool
}

final class CompletionWorker {
    let index: Int
    /// The rules for requests that begin now; every listed file is of this version.
    private(set) var version: SiteVersion
    /// The version's site, in place: a hit follows no further reference.
    private(set) var site: Site
    /// Every name leads to the default site, so that a hit looks at no table and counts no reference.
    private(set) var hasOneSite: Bool
    let posts: PostQueue<WorkerMessage>
    /// The signs of the turn that the watchdog reads.
    let pulse: WorkerPulse
    let counts: WorkerCounts
    /// The other workers' queues and loads and this one's, by index: connections go where there are few.
    let peers: [WorkerHandle]
    let log: AccessRing
    let errors: FileLog

    /// The paths that lead to the folders that are served.
    var rootPaths: [RootPath]
    /// The folders that are read for lists, by the numbers of their readings.
    var listedFolders: [UInt64: ListedFolder] = [:]
    var lists: FolderLists
    /// Files whose site has no folder at the moment.
    var searches: [FileSlot] = []
    /// The time at which these are looked at again, and slow readers.
    var searchesDue = Instant.distantFuture

    var port: CompletionPort
    var clock = WorkerClock()
    var connections: Slab<Connection>
    /// Reads the heads of all connections, and has the one that was read last.
    var parser: RequestParser
    /// Parsers of heads of which a part has arrived.
    var partialHeads: Slab<RequestParser>
    var exchanges: Slab<Exchange>
    var files: FileCache
    var watch: SiteWatch
    var wheel: DeadlineWheel
    var outputs: OutputPool

    /// Listening sockets, which all workers share.
    let listeners: [Int32]
    var accepts: PostedAccepts
    /// Places of the port's own table that connections have, or accepts that are posted will.
    var directSockets = 0
    /// Accepting waits for a connection to close, or for the next turn of the clock.
    var acceptPaused = false
    /// The time at which a pause is worth a line in the log again.
    var acceptComplaintAt = Instant(nanoseconds: 0)

    /// Connections with something to send at the end of the turn.
    var dirty: [ConnectionSlot] = []
    /// Connections whose answers were to leave without waiting for room.
    var atOnce: [CompletionKey] = []
    /// The time at which the first of these was submitted.
    var atOnceSince = Instant(nanoseconds: 0)
    /// Connections whose receive ended for want of buffers, in that order.
    var starved: [ConnectionSlot] = []
    /// Bytes of heads that were read in this turn.
    var turnHeadsSize = 0
    var turnShares: TurnShares
    /// Connections whose next heads are read in the next turn, in this order.
    var deferred: [ConnectionSlot] = []
    /// Connections of which the kernel holds as much as it likes.
    var freeSenders = 0
    /// Connections that wait for an output block.
    var outputWaiters: [ConnectionSlot] = []
    var slowReaders = SlowReaders()
    /// Exchanges that wait until others are no longer sent a file or a list.
    var roomWaiters = RoomWaiters<CompletionKey>()
    /// By the number of the budget.
    var readerLooks = ReaderBudget.allCases.map { _ in ReaderLook() }
    var dueSlots: [ConnectionSlot] = []
    /// The result of the Accept-Encoding that was read last: clients of a kind all send the same.
    var codingMemo = CodingMemo()
    var passwordMemo: PasswordMemo
    /// Calls of handlers that are handed to the pool at the end of the turn.
    var jobs: [HandlerCall] = []
    let mailbox: WorkerMailbox
    /// Receives that this turn has performed.
    var receives = 0
    private var gathering = Gathering()
    /// True when the changes in the sites' folders up to this turn are known.
    var hasLookedAtSites = false
    /// It was said that there are no watches left.
    var hasComplainedOfWatches = false
    /// A receive was armed: it may be over before the packet that tells of an earlier change.
    var hasArmedReceive = false
    /// The accounts of clients, by what they hold of shared resources.
    var shares: Shares
    /// Clients that come when there is no place left.
    var admission = ConnectionAdmission()
    /// Connections by the account that they are charged to.
    var connectionMembers = AccountMembers<Connection>()
    /// Exchanges by the account that they are charged to.
    var exchangeMembers = AccountMembers<Exchange>()
    /// Those of them that hold a content or an answer, or whose call does.
    var contentHolders = AccountMembers<Exchange>()
    /// Peers that are named in the log, or were passed over, because they speak for others and are not trusted.
    var untrustedPeers: Set<ClientNetwork?> = []

    /// Bytes and results that `--trace` has counted.
    var traced: UInt64 = 0
    var isDraining = false
    var isStopped = false

    /// Slots of `notice` packets.
    static let bellSlot: UInt32 = 0
    static let watchSlot: UInt32 = 1
    static let mountsSlot: UInt32 = 2

    /// Makes the worker's port and tables on the thread that will run it.
    init(
        index: Int,
        site: Site,
        folders: [SiteFolder],
        peers: [WorkerHandle],
        log: AccessRing,
        errors: FileLog,
        listeners: [Int32]
    ) throws(StartError) {
        self.index = index
        version = SiteVersion(site, roots: folders.map(\.descriptor))
        self.site = site
        hasOneSite = site.hosts.policies.count == 1
        rootPaths = folders.map(RootPath.init)
        self.peers = peers
        posts = peers[index].posts
        pulse = peers[index].pulse
        counts = peers[index].counts
        mailbox = WorkerMailbox(posts: peers[index].posts)
        self.log = log
        self.errors = errors
        self.listeners = listeners
        let limits = site.limits
        passwordMemo = PasswordMemo(limits)
        lists = FolderLists(sizeMax: limits.listsSizeMax, countMax: limits.listsKeptMax)
        parser = RequestParser(limits: site.headLimits)
        accepts = PostedAccepts(listeners: listeners.count, perListener: limits.acceptsMax)
        // Each listener may bring what was posted on it before there was no room for more.
        let connectionsMax =
            limits.connectionsMax + limits.waitingConnectionsMax + listeners.count * limits.acceptsMax
        do {
            let portLimits = limits.port(usesDirectSockets: site.usesDirectSockets)
            port = try CompletionPort(limits: portLimits, engine: site.engine)
        } catch {
            throw .port(error)
        }
        do {
            connections = try Slab(capacity: connectionsMax)
            partialHeads = try Slab(capacity: connectionsMax)
            // One that makes another end may be there before the other has ended.
            exchanges = try Slab(capacity: limits.exchangesMax + limits.waitingConnectionsMax)
            watch = SiteWatch(roots: version.roots.map(Self.watchPath), foldersMax: limits.watchedFoldersMax)
            files = try FileCache(limits: limits, descriptors: site.descriptors, notifier: watch.notifier)
            outputs = try OutputPool(limits: limits)
        } catch {
            throw .system(error)
        }
        shares = Shares(clients: min(connectionsMax, 1024))
        turnShares = TurnShares(shareSize: limits.turnShareSize)
        wheel = DeadlineWheel(capacity: connectionsMax, now: clock.now)
        dirty.reserveCapacity(connectionsMax)
        atOnce.reserveCapacity(connectionsMax)
        // No request pays for the first deadline that passes.
        dueSlots.reserveCapacity(64)
        peers[index].report(watch.failure)
        followRoots(Array(rootPaths.indices))
    }

    // MARK: The loop

    /// Takes turns until it is told to stop.
    ///
    /// - Returns: false when answers that were under way had to be cut off then.
    func run() -> Bool {
        port.notice(posts.bellDescriptor, CompletionKey(slot: Self.bellSlot, generation: 0))
        noticeSites()
        postAccepts()
        while !isStopped { turn() }
        pulse.begin(WorkerStep(.ending))
        let isClean = endAllConnections()
        // Their operations are ended by their sockets' end; what does not end in time is cancelled with the ring.
        let deadline = clock.now.advanced(by: .seconds(1))
        while connections.count > 0, clock.now < deadline { turn(until: deadline) }
        // Their descriptors are the process's, which may go on.
        files.unlistAll()
        pulse.endTurn()
        return isClean
    }

    /// Takes a turn that waits until something happens, a deadline passes, or `until`.
    private func turn(until end: Instant = .distantFuture) {
        pulse.begin(WorkerStep(.resumingWaiters))
        resumeWaiters()
        pulse.begin(WorkerStep(.submittingJobs))
        submitJobs()
        pulse.begin(WorkerStep(.sending))
        sendDirty()
        pulse.begin(WorkerStep(.armingReceives))
        armStarved()
        pulse.endTurn()
        // Receives that are still to be armed, heads or reports that are still to be read, may be all that anybody waits for.
        if starved.isEmpty, deferred.isEmpty, !watch.hasUnread, posts.prepareToSleep() {
            let next = Instant.earlier(Instant.earlier(wheel.next ?? .distantFuture, searchesDue), end)
            // By the number, as below.
            let isNever = next.nanoseconds == Instant.distantFuture.nanoseconds
            let duration = isNever ? nil : next.remaining(from: clock.now)
            port.submitAndWait(atMost: duration, for: gathering.wait(after: receives))
        } else {
            port.submitAndWait(atMost: .zero)
        }
        posts.finishSleep()
        clock.sample()
        pulse.beginTurn(clock.now)
        hasLookedAtSites = false
        pulse.begin(WorkerStep(.lookingAtSites))
        if hasArmedReceive || watch.hasUnread || hasUnorderedReceive { lookAtSites() }
        hasArmedReceive = false
        receives = 0
        endSendsAtOnce()
        if turnHeadsSize > site.limits.turnHeadsSize { turnShares.beginTurn() }
        turnHeadsSize = 0
        // Before what has come since, or the same client's later requests would always go first.
        if !deferred.isEmpty { resumeDeferred() }
        while let packet = port.dequeue() { perform(packet) }
        posts.takeAll { perform($0) }
        pulse.begin(WorkerStep(.passingDeadlines))
        if wheel.isDue(clock.now) { passDeadlines() }
        // By the number: the operator would go through the witness table here, in each turn.
        if clock.now.nanoseconds >= searchesDue.nanoseconds {
            passSearches()
            watchReaders()
            resumeRoomWaiters()
        }
    }

    /// True when something was received that may have been sent after a change which is not noticed yet.
    private var hasUnorderedReceive: Bool {
        var position: UInt32 = 0
        return !port.noticesInOrder && port.nextWaiting(.receive, from: &position) != nil
    }

    private func perform(_ packet: CompletionPacket) {
        pulse.begin(WorkerStep(performing: packet.operation, slot: packet.key.slot))
        if site.traces { trace(packet) }
        switch packet.operation {
        case .receive: received(packet)
        case .send, .sendAtOnce: sent(packet)
        case .room: roomFound(packet)
        case .hangUp: hungUp(packet)
        case .accept: accepted(packet)
        case .open: opened(packet)
        case .read: readFile(packet)
        case .populate: populated(packet)
        case .close: closed(packet)
        case .notice: noticed(packet)
        case .finishSending, .reset, .cancel: operationEnded(packet)
        }
    }

    private func noticed(_ packet: CompletionPacket) {
        switch packet.key.slot {
        case Self.bellSlot: posts.silence()
        case Self.mountsSlot: mountsChanged()
        default: siteChanged()
        }
        guard !packet.hasMore else { return }
        guard packet.result >= 0 else {
            return errors.error(.error, SystemError(-packet.result, "watch a descriptor for news").description)
        }
        // A multishot poll ends when the completion queue overflowed: it is armed again.
        switch packet.key.slot {
        case Self.bellSlot: port.notice(posts.bellDescriptor, packet.key)
        case Self.mountsSlot: if let mounts = watch.mounts { port.noticeMounts(mounts.rawValue, packet.key) }
        default: if let notifier = watch.notifier { port.notice(notifier.rawValue, packet.key) }
        }
    }

    /// A packet that only says that an operation of a connection is over.
    private func operationEnded(_ packet: CompletionPacket) {
        guard let slot = connections.slot(of: packet.key) else { return }
        endOperation(slot)
    }

    // MARK: What other threads post

    private func perform(_ message: WorkerMessage) {
        pulse.begin(WorkerStep(performing: message))
        switch message {
        case .resumeAccepting: resumeAccepting(tellsPeers: false)
        case .handedOver(let socket, let remote): takeOver(socket, remote)
        case .forwarded(let socket, let remote): takeForwarded(socket, remote)
        case .handlerAnswered(let exchange, let result): handlerAnswered(exchange, result)
        case .variantMade(let file, let answer): variantMade(file, answer)
        case .passwordChecked(let exchange, let outcome): passwordChecked(exchange, outcome)
        case .passwordRemembered(let entry): passwordMemo.insert(entry, now: clock.now)
        case .folderRead(let reading, let answer): folderRead(reading, answer)
        case .fileNamed(let file, let names): fileNamed(file, names)
        case .absenceNamed(let file, let outcome, let names): absenceNamed(file, outcome, names)
        case .rootLookedUp(let root, let old, let outcome): rootLookedUp(root, from: old, outcome)
        case .reload(let site, let folders, let progress):
            take(site, folders)
            progress.workerFollowed()
        case .releaseMemory(let first): releaseMemory(firstOutput: first)
        case .drain: drain()
        case .stop: isStopped = true
        }
    }

    /// Has requests that begin from here on answered by another configuration of the site.
    ///
    /// Requests under way, and files that are being loaded for them, hold the version that they began with.
    private func take(_ new: Site, _ folders: [SiteFolder]) {
        let unfinished = searches
        searches = []
        version = SiteVersion(new, roots: folders.map(\.descriptor))
        site = new
        hasOneSite = site.hosts.policies.count == 1
        rootPaths = folders.map(RootPath.init)
        unlistAll()
        files.sizeMax = site.limits.fileCacheSizeMax
        parser = RequestParser(limits: site.headLimits)
        // Users and realms may be others.
        passwordMemo = PasswordMemo(site.limits)
        for slot in connections.occupiedSlots {
            let isFromProxy = site.proxies.trusts(connections[slot].remote)
            if isFromProxy != connections[slot].isFromProxy { moveAccount(slot, isFromProxy: isFromProxy) }
        }
        rootsMoved()
        // Their names are of the earlier version, whose folders do not change any more.
        for file in unfinished { startOver(file) }
    }
}
