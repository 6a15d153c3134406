/// The engine on epoll: operations that finish when their descriptor is ready. The worker that owns the port.
///
/// DESIGN. An operation is tried when it is submitted; what can't be done at once waits for its descriptor. Descriptors are
/// watched edge by edge (EPOLLET), for arrivals as long as they live, and for room from the first send on that found none: so an
/// answer to a request on a kept connection takes a receive, a send and a share of a wait, and no change of a watch. A receive
/// that brings less than a buffer has emptied the socket, and the next edge comes with the next bytes; not so near the end of a
/// connection and on Unix sockets, where it is tried until nothing comes. A connection whose first bytes are there when it is
/// accepted, and which is closed after their answer, is never watched.
///
/// Sockets stay blocking, as the other engine needs them: each call says that it does not wait (MSG_DONTWAIT). Files that are not
/// in memory are opened and read, and all files are closed, by threads of the engine's own (`FileThreads`).
///
/// Next: ReadinessEngine+Sockets.swift, ReadinessEngine+Accepting.swift, ReadinessEngine+Files.swift

internal import CPlatform
internal import Glibc
internal import Platform

/// A completion port's work done by calls that do not wait, when there is something to do.
@safe
final class ReadinessEngine {
    var packets = PacketQueue()
    let buffers: PortBuffers
    var watches = WatchList()
    /// Descriptors that still have bytes after their share of a turn.
    var listed: [Int32] = []
    var listeners: [WatchedListener] = []
    /// Listeners on which accepts were posted or ended since the last wait.
    var hasChangedListeners = false
    let files: FileThreads
    /// File operations that no packet has told of yet, by their numbers.
    var fileOperations = FileOperations()
    /// Waits so far.
    private(set) var entries: UInt64 = 0

    let epoll: Descriptor
    private let events: UnsafeMutableRawPointer
    private let eventsMax: Int32

    /// Receives of one connection in a turn.
    static var receivesMax: Int { 16 }
    /// Listeners are watched under their descriptor with this bit.
    static var listenerBit: UInt64 { 1 << 63 }
    /// The bell of the files' threads is watched under this.
    static var bellData: UInt64 { .max }

    init(limits: CompletionPortLimits) throws(PortUnavailable) {
        let number = ringport_epoll_create()
        guard number >= 0 else { throw .refused(SystemError(-number, "epoll_create1")) }
        epoll = Descriptor(owning: number)
        do {
            buffers = try PortBuffers(count: limits.receiveBufferCount, size: limits.receiveBufferSize)
            files = try FileThreads(threadsMax: limits.fileThreadsMax)
        } catch {
            throw .refused(error)
        }
        eventsMax = Int32(clamping: min(limits.packetsMax, 512))
        unsafe events = .allocate(byteCount: Int(eventsMax) * Int(RINGPORT_EPOLL_EVENT_SIZE), alignment: 8)
        let status = ringport_epoll_add(epoll.rawValue, files.bellDescriptor, ReadyEvents.input.rawValue, Self.bellData)
        guard status == 0 else { throw .refused(SystemError(-status, "epoll_ctl")) }
    }

    deinit {
        files.end()
        unsafe events.deallocate()
    }

    // MARK: The worker's turn

    /// As `CompletionPort.submitAndWait`; one packet is enough.
    func wait(atMost duration: Nanoseconds?) {
        entries &+= 1
        if hasChangedListeners { watchListeners() }
        let again = listed
        listed.removeAll(keepingCapacity: true)
        let mustNotWait = packets.hasNews || !again.isEmpty || !prepareFilesToSleep()
        let count = unsafe ringport_epoll_wait(epoll.rawValue, events, eventsMax, mustNotWait ? 0 : time(duration))
        precondition(count >= 0 || count == -EINTR, "epoll_wait: \(SystemError.reason(-count))")
        finishFilesSleep()
        // A range would be allocated in debug builds, which are held to no allocation a request.
        var index: Int32 = 0
        while index < count {
            var data: UInt64 = 0
            let found = unsafe ringport_epoll_event(events, index, &data)
            ready(data, ReadyEvents(rawValue: found))
            index += 1
        }
        for descriptor in again {
            guard let watch = unsafe watches.find(descriptor) else { continue }
            unsafe watch.pointee.isListed = false
            unsafe receiveSome(watch)
        }
        takeFileResults()
        packets.show()
    }

    /// The time to wait in nanoseconds, negative for ever.
    private func time(_ duration: Nanoseconds?) -> Int64 {
        let own = fileOperations.nextDeadline.map { $0.remaining(from: .now) }
        switch (duration, own) {
        case (nil, nil): return -1
        case (let one?, nil), (nil, let one?): return Int64(clamping: one.count)
        case (let one?, let other?): return Int64(clamping: min(one.count, other.count))
        }
    }

    private func ready(_ data: UInt64, _ found: ReadyEvents) {
        if data == Self.bellData { return files.silence() }
        let descriptor = Int32(truncatingIfNeeded: data & 0x7fff_ffff)
        if data & Self.listenerBit != 0 { return listenerReady(descriptor, found) }
        // A child process may have a descriptor that is closed here, under whose number there is another now.
        guard let watch = unsafe watches.find(descriptor), unsafe Self.data(watch) == data else { return }
        unsafe socketReady(watch, found)
    }

    // MARK: Watching

    /// The bits under which a descriptor is watched: its life, and its number.
    private static func data(_ watch: UnsafeMutablePointer<Watch>) -> UInt64 {
        unsafe UInt64(watch.pointee.life & 0x7fff_ffff) << 32 | UInt64(watch.pointee.descriptor)
    }

    /// Watches a descriptor from now on, unless it is watched: then the next wait tells how it is.
    ///
    /// - Parameters:
    ///   - descriptor: not a listener's.
    ///   - more: events beside those that are always asked for.
    /// - Returns: the watch, which lasts until the descriptor is closed.
    /// - Throws: the negative errno of the kernel, which does not watch it.
    func watch(_ descriptor: Int32, _ more: ReadyEvents = []) throws(WatchRefused) -> UnsafeMutablePointer<Watch> {
        if let watch = unsafe watches.find(descriptor) {
            if !more.isEmpty { unsafe try look(watch, more) }
            return unsafe watch
        }
        let watch = unsafe watches.insert(descriptor, Self.watched.union(more))
        let events = unsafe watch.pointee.events.rawValue
        let status = unsafe ringport_epoll_add(epoll.rawValue, descriptor, events, Self.data(watch))
        guard status == 0 else {
            watches.remove(descriptor)
            throw WatchRefused(result: status)
        }
        return unsafe watch
    }

    /// Has the next wait tell how the descriptor is now, whether or not that has changed.
    func look(_ watch: UnsafeMutablePointer<Watch>, _ more: ReadyEvents) throws(WatchRefused) {
        unsafe watch.pointee.events.formUnion(more)
        let status = unsafe ringport_epoll_change(
            epoll.rawValue,
            watch.pointee.descriptor,
            watch.pointee.events.rawValue,
            Self.data(watch)
        )
        guard status == 0 else { throw WatchRefused(result: status) }
    }

    /// Everything that arrives, the end included, edge by edge.
    ///
    /// An urgent byte cuts receives short, so it is asked for too.
    private static let watched: ReadyEvents = [.input, .finish, .urgent, .edges]
}

/// The kernel does not watch a descriptor: it is none that can be, or memory or watches are used up.
struct WatchRefused: Error {
    /// A negative errno.
    let result: Int32
}
