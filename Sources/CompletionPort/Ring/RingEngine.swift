/// The engine on io_uring: one ring, owned by one completion worker, which alone may touch it.
///
/// DESIGN. The ring is set up with SINGLE_ISSUER and DEFER_TASKRUN (completions are made by the worker itself when it waits,
/// never by interrupting it), an oversized completion queue, SUBMIT_ALL (a bad submission fails alone) and CLAMP. What is
/// submitted is handed to the kernel by the next wait, in its order.

internal import CLiburing
internal import CPlatform
internal import Glibc
internal import Platform

/// A completion port's work done by the kernel.
@safe
struct RingEngine: ~Copyable {
    let ring: UnsafeMutablePointer<io_uring>
    let buffers: RingBuffers
    /// The arguments of openat2(2), one for each `OpenRule`.
    ///
    /// The kernel reads it when the submission is made, so it lives as the ring.
    let openRules: UnsafeMutablePointer<open_how>
    /// The address without a family to which a connection is ended (connect(2)); read at submission, like the above.
    let nowhere: UnsafeMutablePointer<sockaddr>
    /// True when a wait can be for several packets and yet end in time.
    private let gathers: Bool
    /// Places in the ring's own table of sockets; 0 when it has none.
    let directSocketsMax: Int
    /// True where the kernel has such tables that a socket may leave again (Linux 6.14).
    let hasSocketTables: Bool
    /// `io_uring_enter` calls made.
    let entries: UnsafeMutablePointer<UInt64>

    /// Sets the ring up on the calling thread, which becomes its only user.
    ///
    /// - Throws: `PortUnavailable`, which names the remedy.
    init(limits: CompletionPortLimits) throws(PortUnavailable) {
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
        let hasSocketTables = parameters.features & RINGPORT_FEAT_RW_ATTR != 0
        let directSocketsMax = hasSocketTables ? limits.directSocketsMax : 0
        do {
            try unsafe Self.register(ring, limits, directSocketsMax: directSocketsMax)
            buffers = try unsafe RingBuffers(
                count: limits.receiveBufferCount,
                size: limits.receiveBufferSize,
                port: ring
            )
        } catch {
            unsafe io_uring_queue_exit(ring)
            unsafe ring.deallocate()
            switch PortUnavailable.diagnose(error) {
            case .filtered: throw .filtered(SystemError(error.code, "io_uring_register"))
            case let reason: throw reason
            }
        }
        unsafe self.ring = ring
        gathers = parameters.features & RINGPORT_FEAT_MIN_TIMEOUT != 0
        self.hasSocketTables = hasSocketTables
        self.directSocketsMax = directSocketsMax
        unsafe openRules = .allocate(capacity: OpenRule.allCases.count)
        for rule in OpenRule.allCases { unsafe (openRules + rule.rawValue).initialize(to: rule.how) }
        unsafe nowhere = .allocate(capacity: 1)
        var unspecified = sockaddr()
        unspecified.sa_family = sa_family_t(AF_UNSPEC)
        unsafe nowhere.initialize(to: unspecified)
        unsafe entries = .allocate(capacity: 1)
        unsafe entries.initialize(to: 0)
    }

    deinit {
        // Closing the ring cancels what is in flight. A worker ends its operations first; one that a kernel thread is still
        // at may end a moment later, which is why nothing that was lent to the kernel is used again for something else.
        unsafe io_uring_queue_exit(ring)
        unsafe ring.deallocate()
        unsafe openRules.deallocate()
        unsafe nowhere.deallocate()
        unsafe entries.deallocate()
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

    /// Sends a submission through the ring and waits for its packet: a filter may let a ring be set up and not be used.
    func roundTrip() throws(PortUnavailable) {
        let key = CompletionKey(slot: 0, generation: 0)
        // A closed number: the packet says so, and nothing else happens.
        close(-1, key)
        let duration = __kernel_timespec(tv_sec: 1, tv_nsec: 0)
        let status = unsafe withUnsafePointer(to: duration) { time in
            unsafe ringport_submit_and_wait(ring, 1, 0, UnsafeMutablePointer(mutating: time))
        }
        guard status >= 0 else { throw PortUnavailable.diagnose(SystemError(-status, "io_uring_enter")) }
        guard dequeue() != nil else { throw .refused(SystemError(ETIME, "io_uring_enter")) }
    }

    // MARK: The worker's turn

    @inline(__always)
    func submitAndWait(atMost duration: Nanoseconds?, for wait: Gathering.Wait) {
        unsafe entries.pointee &+= 1
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

    @inline(__always)
    func dequeue() -> CompletionPacket? {
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

    @inline(__always)
    var isCaughtUp: Bool { unsafe ringport_is_caught_up(ring) != 0 }

    @inline(__always)
    func nextWaiting(_ operation: Operation, from position: inout UInt32) -> CompletionKey? {
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
}
