/// The completion port: one io_uring, owned by one completion worker, which alone may touch it.
///
/// DESIGN. `CreateIoCompletionPort`, `GetQueuedCompletionStatus` and `PostQueuedCompletionStatus` on Linux. A worker
/// submits operations, waits, and dequeues their packets in the order in which the kernel finished them. One ring for
/// each worker and one connection on one worker for life: no lock on the way, and the packets of a connection arrive in
/// order. Other threads reach the worker by `PostQueue` alone.
///
/// The ring is set up with SINGLE_ISSUER and DEFER_TASKRUN (completions are made by the worker itself when it waits,
/// never by interrupting it), an oversized completion queue, SUBMIT_ALL (a bad submission fails alone) and CLAMP.
/// Memory of an operation in flight belongs to the kernel until its packet is dequeued: the operations here take
/// pointers, and whoever calls them says in a comment what keeps the memory in place.

internal import CLiburing
internal import CPlatform
internal import Glibc
package import Platform

/// Sizes of a completion port.
///
/// The server's `Limits` fills them in.
package struct CompletionPortLimits: Sendable {
    /// Submissions that fit before they are handed to the kernel in one call.
    package var submissionsMax: Int
    /// Packets that fit before the kernel has to queue them aside.
    package var packetsMax: Int
    package var receiveBufferCount: Int
    package var receiveBufferSize: Int
    /// Kernel threads for file work that can't be done at once.
    package var fileThreadsMax: Int
    /// Sockets that the port may hold in a table of its own; 0 for no table.
    package var directSocketsMax: Int

    package init(
        submissionsMax: Int,
        packetsMax: Int,
        receiveBufferCount: Int,
        receiveBufferSize: Int,
        fileThreadsMax: Int,
        directSocketsMax: Int = 0
    ) {
        self.submissionsMax = submissionsMax
        self.packetsMax = packetsMax
        self.receiveBufferCount = receiveBufferCount
        self.receiveBufferSize = receiveBufferSize
        self.fileThreadsMax = fileThreadsMax
        self.directSocketsMax = directSocketsMax
    }
}

/// One worker's queue of operations and of their results.
@safe
package struct CompletionPort: ~Copyable {
    let ring: UnsafeMutablePointer<io_uring>
    let buffers: ReceiveBuffers
    /// How files are opened (openat2(2)), one for each `OpenRule`.
    ///
    /// The kernel reads it when the submission is made, so it lives as the ring.
    let openRules: UnsafeMutablePointer<open_how>
    /// The address without a family to which a connection is ended (connect(2)); read at submission, like the above.
    let nowhere: UnsafeMutablePointer<sockaddr>
    /// Whether a wait can be for several packets and yet end in time.
    private let gathers: Bool
    /// Places in the port's own table of sockets; 0 when it has none.
    package let directSocketsMax: Int
    /// `io_uring_enter` calls made: the figure behind "system calls per request".
    package internal(set) var entries: UInt64 = 0

    /// Sets the ring up on the calling thread, which becomes its only user.
    ///
    /// - Throws: `PortUnavailable`, which names the remedy.
    package init(limits: CompletionPortLimits) throws(PortUnavailable) {
        let ring = UnsafeMutablePointer<io_uring>.allocate(capacity: 1)
        unsafe ring.initialize(to: io_uring())
        var parameters = io_uring_params()
        parameters.flags =
            IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE | IORING_SETUP_SUBMIT_ALL
            | IORING_SETUP_CLAMP
        parameters.cq_entries = UInt32(limits.packetsMax)
        let status = unsafe io_uring_queue_init_params(UInt32(limits.submissionsMax), ring, &parameters)
        guard status == 0 else {
            unsafe ring.deallocate()
            throw PortUnavailable.diagnose(SystemError(-status, "io_uring_setup"))
        }
        // NODROP: a full completion queue loses nothing. EXT_ARG: waiting with a deadline needs no timeout operation.
        let needed = IORING_FEAT_NODROP | IORING_FEAT_EXT_ARG
        precondition(parameters.features & needed == needed, "Linux 6.1 has NODROP and EXT_ARG")

        // Older kernels have such tables too, but let one idle connection hold up the closing of others.
        let directSocketsMax = parameters.features & RINGPORT_FEAT_RW_ATTR != 0 ? limits.directSocketsMax : 0
        do {
            try unsafe Self.register(ring, limits, directSocketsMax: directSocketsMax)
            buffers = try unsafe ReceiveBuffers(
                count: limits.receiveBufferCount,
                size: limits.receiveBufferSize,
                port: ring
            )
        } catch {
            unsafe io_uring_queue_exit(ring)
            unsafe ring.deallocate()
            throw .refused(error)
        }
        unsafe self.ring = ring
        gathers = parameters.features & RINGPORT_FEAT_MIN_TIMEOUT != 0
        self.directSocketsMax = directSocketsMax
        unsafe openRules = .allocate(capacity: OpenRule.allCases.count)
        for rule in OpenRule.allCases { unsafe (openRules + rule.rawValue).initialize(to: rule.how) }
        unsafe nowhere = .allocate(capacity: 1)
        var unspecified = sockaddr()
        unspecified.sa_family = sa_family_t(AF_UNSPEC)
        unsafe nowhere.initialize(to: unspecified)
    }

    deinit {
        // Closing the ring cancels what is in flight. A worker ends its operations first; one that a kernel thread is still
        // at may end a moment later, which is why nothing that was lent to the kernel is used again for something else.
        unsafe io_uring_queue_exit(ring)
        unsafe ring.deallocate()
        unsafe openRules.deallocate()
        unsafe nowhere.deallocate()
    }

    /// Whether this machine can give a worker its port: tried by doing, then undone.
    package static func probe(_ limits: CompletionPortLimits) throws(PortUnavailable) {
        _ = try CompletionPort(limits: limits)
    }

    private static func register(
        _ ring: UnsafeMutablePointer<io_uring>,
        _ limits: CompletionPortLimits,
        directSocketsMax: Int
    ) throws(SystemError) {
        // Saves the lookup of the ring's descriptor in every io_uring_enter(2).
        var status = unsafe io_uring_register_ring_fd(ring)
        guard status >= 0 else { throw SystemError(-status, "register the ring's descriptor") }
        // Bounded and unbounded kernel threads: opens and cold reads of files; nothing of ours waits in one for long.
        var workers: [UInt32] = [UInt32(limits.fileThreadsMax), UInt32(limits.fileThreadsMax)]
        status = unsafe io_uring_register_iowq_max_workers(ring, &workers)
        guard status == 0 else { throw SystemError(-status, "bound the ring's kernel threads") }
        // A child process must not share the rings. No handler forks, but nothing stops one.
        status = unsafe io_uring_ring_dontfork(ring)
        guard status == 0 else { throw SystemError(-status, "keep the ring from child processes") }
        guard directSocketsMax > 0 else { return }
        status = unsafe io_uring_register_files_sparse(ring, UInt32(directSocketsMax))
        guard status == 0 else { throw SystemError(-status, "register a table of sockets") }
    }

    // MARK: The worker's turn

    /// Hands all submissions to the kernel and waits until a packet is there or the deadline has passed.
    ///
    /// - Parameters:
    ///   - duration: how long to wait at most; `nil` waits for ever, zero does not wait.
    ///   - wait: for more packets than one, and how long (Linux 6.12; before that one is enough).
    /// - Important: on the port's own worker only; the kernel answers EEXIST to any other thread.
    package mutating func submitAndWait(atMost duration: Nanoseconds?, for wait: Gathering.Wait = .one) {
        entries &+= 1
        let count = gathers ? UInt32(clamping: wait.packets) : 1
        let microseconds = gathers ? wait.microseconds : 0
        let status: Int32
        if let duration {
            var time = __kernel_timespec(
                tv_sec: Int64(clamping: duration.count / 1_000_000_000),
                tv_nsec: Int64(duration.count % 1_000_000_000)
            )
            status = unsafe ringport_submit_and_wait(ring, count, microseconds, &time)
        } else {
            status = unsafe ringport_submit_and_wait(ring, count, microseconds, nil)
        }
        switch -status {
        case ...0: return
        case ETIME, EINTR: return
        // The completion queue is full, or memory is short: what is there is dequeued first, then this is tried again.
        case EAGAIN, EBUSY: return
        default: preconditionFailure("io_uring_enter: \(SystemError.reason(-status))")
        }
    }

    /// The next finished operation, oldest first, or `nil` when there is none now.
    package func dequeue() -> CompletionPacket? {
        var head: UInt32 = 0
        guard unsafe ringport_cq_ready(ring, &head) > 0 else { return nil }
        guard let entry = unsafe ringport_cqe_at(ring, head) else { return nil }
        let packet = unsafe CompletionPacket(
            userData: entry.pointee.user_data,
            result: entry.pointee.res,
            flags: entry.pointee.flags
        )
        unsafe io_uring_cq_advance(ring, 1)
        return packet
    }

    /// Whether everything submitted has begun, and every packet that there is can be dequeued.
    ///
    /// Sends at once that have no packet then have ended well.
    package var isCaughtUp: Bool { unsafe ringport_is_caught_up(ring) != 0 }

    /// The key of the next packet of an operation among those that wait to be dequeued; `nil` when there is none.
    ///
    /// - Parameters:
    ///   - operation: of which kind.
    ///   - position: where to look from, 0 for the first; moved past what was found.
    /// - Returns: whose packet it is.
    package func nextWaiting(_ operation: Operation, from position: inout UInt32) -> CompletionKey? {
        var head: UInt32 = 0
        let count = unsafe ringport_cq_ready(ring, &head)
        while position < count {
            guard let entry = unsafe ringport_cqe_at(ring, head &+ position) else { return nil }
            position += 1
            let userData = unsafe entry.pointee.user_data
            if UInt8(userData >> 56) == operation.rawValue { return CompletionKey(userData: userData) }
        }
        return nil
    }

    // MARK: Receive buffers

    /// The bytes of a receive packet, which stay as they are until `returnBuffer`.
    ///
    /// - Important: the span must not be used after the buffer was returned.
    @unsafe
    package func received(_ id: UInt16, count: Int) -> UnsafeBufferPointer<UInt8> {
        precondition(count <= buffers.size, "the kernel wrote past a receive buffer")
        let start = unsafe UnsafePointer(buffers.start(id).assumingMemoryBound(to: UInt8.self))
        return unsafe UnsafeBufferPointer(start: start, count: count)
    }

    /// Lends the buffer to the kernel again.
    package func returnBuffer(_ id: UInt16) {
        buffers.return(id)
    }
}
