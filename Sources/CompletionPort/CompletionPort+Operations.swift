/// The operations of a completion port, one function each. The worker that owns the port.

internal import CLiburing
internal import CPlatform
internal import Glibc
internal import Platform

extension CompletionPort {
    /// Accepts one connection: the packet's result is its descriptor, or its place in the port's table.
    ///
    /// Posted one by one, as AcceptEx is, so that each brings the peer's address: a multishot accept has nowhere to write it.
    /// A kernel wakes one of the accepts that wait on a listener, whichever port they are of, in the order in which they
    /// were posted. Sockets stay blocking: with O_NONBLOCK an operation that can't finish at once would fail instead of wait.
    ///
    /// - Parameters:
    ///   - listener: a listening socket.
    ///   - direct: into the port's own table, where the kernel chooses a place. When there is none left the client is lost
    ///     (ENFILE): whoever posts reckons with it.
    ///   - addresses: where the peer's address is written.
    ///   - index: at which place of these.
    ///   - key: what the packet will carry.
    /// - Important: `addresses` stay in place until the packet is dequeued.
    package mutating func accept(
        _ listener: Int32,
        direct: Bool,
        _ addresses: borrowing PeerAddresses,
        at index: Int,
        _ key: CompletionKey
    ) {
        let (address, length) = unsafe addresses.prepare(index)
        let entry = unsafe nextEntry()
        // A direct descriptor is closed by exec(2) with its ring; the kernel refuses to be told so.
        let flags = direct ? 0 : Int32(SOCK_CLOEXEC.rawValue)
        unsafe io_uring_prep_accept(entry, listener, address, length, flags)
        // IORING_FILE_INDEX_ALLOC, which liburing 2.3's own function for direct accepts gets wrong.
        if direct { unsafe entry.pointee.file_index = .max }
        unsafe finish(entry, .accept, key)
    }

    /// Receives until the peer has finished, the buffers have run out or somebody cancels: a lent buffer a packet.
    ///
    /// - Parameters:
    ///   - socket: where from.
    ///   - once: until something was received.
    ///   - key: what each packet will carry.
    package mutating func receive(_ socket: Socket, once: Bool = false, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        if once {
            unsafe io_uring_prep_recv(entry, socket.number, nil, 0, 0)
        } else {
            unsafe io_uring_prep_recv_multishot(entry, socket.number, nil, 0, 0)
        }
        unsafe entry.pointee.flags |= RINGPORT_SQE_BUFFER_SELECT
        unsafe entry.pointee.buf_group = ReceiveBuffers.group
        unsafe finish(entry, .receive, on: socket, key)
    }

    /// Sends bytes, all of them if the kernel can (`MSG_WAITALL`); a short result is still possible.
    ///
    /// On a direct descriptor, and on a Unix socket, what the kernel takes at once is a result: nothing else would tell that a
    /// slow client takes something.
    ///
    /// - Parameters:
    ///   - socket: where to.
    ///   - bytes: what to send.
    ///   - more: more bytes, or FIN, follow at once, so a last partial segment may wait for them (`MSG_MORE`).
    ///   - key: what the packet will carry.
    /// - Important: the bytes stay in place until the packet is dequeued. One send at a time for each socket: two in
    ///   flight may leave in either order.
    @unsafe
    package mutating func send(_ socket: Socket, _ bytes: UnsafeRawBufferPointer, more: Bool, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_send(entry, socket.number, bytes.baseAddress, bytes.count, sendFlags(socket, more: more))
        unsafe finish(entry, .send, on: socket, key)
    }

    /// Sends bytes that lie in several places, as `send` does.
    ///
    /// - Important: the vector and all its bytes stay in place until the packet is dequeued.
    package mutating func send(_ socket: Socket, _ vector: borrowing SendVector, more: Bool, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        let flags = UInt32(bitPattern: sendFlags(socket, more: more))
        unsafe io_uring_prep_sendmsg(entry, socket.number, vector.message, flags)
        unsafe finish(entry, .send, on: socket, key)
    }

    /// Sends bytes that find room in the socket as it is; none is waited for.
    ///
    /// It is over when the submission is, and when all bytes have left there is no packet (IOSQE_CQE_SKIP_SUCCESS): to wait
    /// for the next packet is then to wait for the next request. Otherwise a packet has the bytes that left, or EAGAIN, or
    /// what is wrong (`nextWaiting`, `isCaughtUp`).
    ///
    /// - Important: as for `send`; the bytes stay in place until the submission is over.
    @unsafe
    package mutating func sendAtOnce(_ socket: Socket, _ bytes: UnsafeRawBufferPointer, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        // MSG_WAITALL makes a short send a failure, which brings a packet; MSG_DONTWAIT keeps it from waiting for room.
        let flags = Int32(MSG_WAITALL | MSG_NOSIGNAL | MSG_DONTWAIT)
        unsafe io_uring_prep_send(entry, socket.number, bytes.baseAddress, bytes.count, flags)
        unsafe entry.pointee.flags |= RINGPORT_SQE_CQE_SKIP_SUCCESS
        unsafe finish(entry, .sendAtOnce, on: socket, key)
    }

    private func sendFlags(_ socket: Socket, more: Bool) -> Int32 {
        Int32(MSG_NOSIGNAL | (socket.isDirect || socket.isUnix ? 0 : MSG_WAITALL) | (more ? MSG_MORE : 0))
    }

    /// Sends bytes of a file as the kernel has them in its page cache, as many as find room, without a copy (sendfile(2)).
    ///
    /// A call and no operation: a ring gives splices to a kernel thread, which a client that takes nothing would keep. What is
    /// not in memory is waited for, so the bytes are populated before. No flag keeps SIGPIPE away: threads that call this block it,
    /// as all of `NamedThread` do.
    ///
    /// - Parameters:
    ///   - socket: where to; no direct one, as no call reaches those.
    ///   - file: a regular file.
    ///   - offset: of the first byte.
    ///   - count: at most so many.
    /// - Returns: how many the socket has taken, 0 at the end of the file; EAGAIN, negative, when there was no room, or what
    ///   is wrong.
    package func sendPages(_ socket: Socket, of file: Int32, at offset: UInt64, count: Int) -> Int {
        guard let descriptor = socket.descriptor else { preconditionFailure("no call reaches a direct descriptor") }
        return Int(ringport_send_file(descriptor, file, Int64(clamping: offset), count))
    }

    /// Waits until there is room in a socket, or it is broken.
    package mutating func awaitRoom(_ socket: Socket, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_poll_add(entry, socket.number, UInt32(POLLOUT))
        unsafe finish(entry, .room, on: socket, key)
    }

    /// Waits until the peer has ended a connection, whether something is received of it or not: no byte of it is taken.
    ///
    /// The packet's result says how, in the words of poll(2): POLLERR or POLLHUP after a reset, POLLRDHUP alone after a FIN,
    /// which a client may send and still read.
    ///
    /// - Parameters:
    ///   - socket: whose peer.
    ///   - afterFinish: its FIN is known: it is told once more, and then each further change, until cancelled. Without this
    ///     whoever asks again is told again, at once.
    ///   - key: what the packet will carry.
    package mutating func awaitHangUp(_ socket: Socket, afterFinish: Bool = false, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        // Linux reports all three whatever is asked for. The last is POLLRDHUP, which Swift's Glibc lacks. A poll that goes on
        // can miss an end that comes with bytes; behind a FIN there are no bytes any more.
        let events = UInt32(POLLERR | POLLHUP | 0x2000)
        if afterFinish {
            unsafe io_uring_prep_poll_multishot(entry, socket.number, events)
        } else {
            unsafe io_uring_prep_poll_add(entry, socket.number, events)
        }
        unsafe finish(entry, .hangUp, on: socket, key)
    }

    /// Opens a file beneath a directory for reading; the packet's result is the descriptor.
    ///
    /// - Parameters:
    ///   - directory: where the path begins.
    ///   - path: relative, without `..`.
    ///   - rule: what is done about symbolic links.
    ///   - key: what the packet will carry.
    /// - Important: `path` stays in place until the packet is dequeued.
    @unsafe
    package mutating func open(
        beneath directory: Int32,
        _ path: UnsafePointer<CChar>,
        _ rule: OpenRule,
        _ key: CompletionKey
    ) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_openat2(entry, directory, path, openRules + rule.rawValue)
        unsafe finish(entry, .open, key)
    }

    /// Reads from a place in a file.
    ///
    /// - Important: the buffer stays in place until the packet is dequeued.
    @unsafe
    package mutating func read(
        _ file: Int32,
        into: UnsafeMutableRawBufferPointer,
        at offset: UInt64,
        _ key: CompletionKey
    ) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_read(entry, file, into.baseAddress, UInt32(clamping: into.count), offset)
        unsafe finish(entry, .read, key)
    }

    /// Brings a part of a mapping into memory on a kernel thread (`MADV_POPULATE_READ`, Linux 5.14), so that sending it
    /// finds every page there and the worker never waits for a disk.
    ///
    /// - Important: the mapping stays until the packet is dequeued.
    @unsafe
    package mutating func populate(_ part: UnsafeRawBufferPointer, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        let populateRead: Int32 = 22
        unsafe io_uring_prep_madvise(
            entry,
            UnsafeMutableRawPointer(mutating: part.baseAddress),
            part.count,
            populateRead
        )
        unsafe finish(entry, .populate, key)
    }

    /// Says that nothing more will be sent (FIN), behind what is being sent.
    ///
    /// - Returns: whether a packet will come; a descriptor of the process is told at once. The ring gives this operation to
    ///   a kernel thread each time, which is no price for what only a lingering direct descriptor needs.
    package mutating func finishSending(_ socket: Socket, _ key: CompletionKey) -> Bool {
        if let descriptor = socket.descriptor {
            // shutdown(2) never waits. A peer that has gone already needs no FIN.
            _ = shutdown(descriptor, Int32(SHUT_WR))
            return false
        }
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_shutdown(entry, socket.number, Int32(SHUT_WR))
        unsafe finish(entry, .finishSending, on: socket, key)
        return true
    }

    /// Ends a connection at once: bytes that have not left are dropped, the peer is told by RST, and operations in flight
    /// end with an error (connect(2) with AF_UNSPEC).
    ///
    /// A Unix socket has no such end: it is shut, operations end by that, and bytes that the peer has not read are its own.
    package mutating func reset(_ socket: Socket, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        if socket.isUnix {
            unsafe io_uring_prep_shutdown(entry, socket.number, Int32(SHUT_RDWR))
            return unsafe finish(entry, .reset, on: socket, key)
        }
        unsafe io_uring_prep_connect(entry, socket.number, nowhere, socklen_t(MemoryLayout<sockaddr>.size))
        unsafe finish(entry, .reset, on: socket, key)
    }

    /// Closes a socket.
    ///
    /// An armed receive must have been cancelled: it holds the socket open, and the peer would see no FIN. It may be so in
    /// the same turn.
    package mutating func close(_ socket: Socket, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        if socket.isDirect {
            unsafe io_uring_prep_close_direct(entry, UInt32(socket.number))
        } else {
            unsafe io_uring_prep_close(entry, socket.number)
        }
        unsafe finish(entry, .close, key)
    }

    /// Closes a file's descriptor.
    package mutating func close(_ file: Int32, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_close(entry, file)
        unsafe finish(entry, .close, key)
    }

    /// Watches a descriptor for something to read until cancelled; a packet each time there is.
    package mutating func notice(_ descriptor: Int32, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_poll_multishot(entry, descriptor, UInt32(POLLIN))
        unsafe finish(entry, .notice, key)
    }

    /// Watches an open `/proc/self/mountinfo` until cancelled; a packet each time that something is mounted or unmounted.
    ///
    /// There is always something to read; what is news is urgent (POLLPRI, proc_pid_mounts(5)).
    package mutating func noticeMounts(_ descriptor: Int32, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_poll_multishot(entry, descriptor, UInt32(POLLPRI))
        unsafe finish(entry, .notice, key)
    }

    /// Gives up an operation.
    ///
    /// Its own packet still comes, with ECANCELED when this was in time; so does the cancel's.
    package mutating func cancel(_ operation: Operation, of target: CompletionKey, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_cancel64(entry, target.userData(operation), 0)
        unsafe finish(entry, .cancel, key)
    }

    /// A free submission entry; hands the queued ones to the kernel first when there is none.
    private mutating func nextEntry() -> UnsafeMutablePointer<io_uring_sqe> {
        if let entry = unsafe io_uring_get_sqe(ring) { return unsafe entry }
        var status: Int32 = 0
        // Once is enough unless memory is exhausted: the kernel takes all submissions (SUBMIT_ALL), and does so as well
        // while packets wait aside because the completion queue is full (Linux before 5.12 answered EBUSY then).
        for _ in 0..<Self.submitAttemptsMax {
            entries &+= 1
            status = unsafe io_uring_submit(ring)
            if let entry = unsafe io_uring_get_sqe(ring) { return unsafe entry }
            // EAGAIN: no memory for a request. What has finished meanwhile gives its own back when its packet is made.
            entries &+= 1
            _ = unsafe io_uring_get_events(ring)
        }
        preconditionFailure("the submission queue stays full: \(SystemError.reason(-status))")
    }

    /// Attempts to have the kernel take submissions when it has no memory for them.
    ///
    /// It looks for memory itself each time, and waits for it.
    private static var submitAttemptsMax: Int { 1000 }

    private func finish(_ entry: UnsafeMutablePointer<io_uring_sqe>, _ operation: Operation, _ key: CompletionKey) {
        unsafe entry.pointee.user_data = key.userData(operation)
    }

    /// The same for an operation on a socket, whose number is one of the port's table when it is direct.
    private func finish(
        _ entry: UnsafeMutablePointer<io_uring_sqe>,
        _ operation: Operation,
        on socket: Socket,
        _ key: CompletionKey
    ) {
        if socket.isDirect { unsafe entry.pointee.flags |= RINGPORT_SQE_FIXED_FILE }
        unsafe finish(entry, operation, key)
    }
}
