/// A descriptor that a readiness engine watches, and what is wanted of it. Values; the worker that owns the port.

/// The operations that wait for one descriptor, and what is known of it.
@safe
struct Watch {
    let descriptor: Int32
    /// Tells this use of the number from earlier ones: an event may come late, of a descriptor that a child process still has.
    let life: UInt32
    /// The events that are asked for (epoll_ctl(2)).
    var events: ReadyEvents

    var receive: CompletionKey?
    var receivesOnce = false
    var send: CompletionKey?
    /// The rest of the send that waits.
    @unsafe var sending: SendInProgress?
    var room: CompletionKey?
    var hangUp: CompletionKey?
    var hangUpGoesOn = false
    /// The ends that `hangUp` has told of.
    var toldEnds: ReadyEvents = []
    var notice: CompletionKey?

    /// There may be bytes, or an end, that nobody has received.
    var hasBytes = false
    /// A short receive is not the last of what is there: the end stands behind it, what follows an urgent byte, or what follows
    /// descriptors on a Unix socket.
    var isNearEnd = false
    /// It is among those that are received from in the next turn.
    var isListed = false
    /// The ways in which the peer has ended the connection so far, in the words of poll(2).
    var ends: ReadyEvents = []
}

/// The watches of an engine, by descriptor: eight bytes for each number of the process, the rest for its own.
@safe
struct WatchList: ~Copyable {
    private var watches: [UnsafeMutablePointer<Watch>?] = unsafe []
    private var lives: UInt32 = 0

    deinit {
        for index in unsafe watches.indices { unsafe watches[index]?.deallocate() }
    }

    /// The watch of a descriptor; `nil` when it is not watched.
    func find(_ descriptor: Int32) -> UnsafeMutablePointer<Watch>? {
        guard descriptor >= 0, unsafe descriptor < watches.count else { return nil }
        return unsafe watches[Int(descriptor)]
    }

    mutating func insert(_ descriptor: Int32, _ events: ReadyEvents) -> UnsafeMutablePointer<Watch> {
        precondition(unsafe find(descriptor) == nil, "a descriptor has one watch")
        while unsafe descriptor >= watches.count {
            unsafe watches.append(contentsOf: repeatElement(nil, count: unsafe max(64, watches.count)))
        }
        lives &+= 1
        let watch = UnsafeMutablePointer<Watch>.allocate(capacity: 1)
        unsafe watch.initialize(to: Watch(descriptor: descriptor, life: lives, events: events))
        unsafe watches[Int(descriptor)] = watch
        return unsafe watch
    }

    mutating func remove(_ descriptor: Int32) {
        guard let watch = unsafe find(descriptor) else { return }
        unsafe watches[Int(descriptor)] = nil
        unsafe watch.deallocate()
    }
}
