/// The operations as a ring takes them, one function each. The worker that owns the port.

internal import CLiburing
internal import CPlatform
internal import Glibc
internal import Platform

extension RingEngine {
    /// Posted one by one, since a multishot accept has nowhere to write the peer's address.
    ///
    /// The kernel wakes one of the accepts that wait on a listener,
    /// whichever ring they are of, in the order in which they were posted. Sockets stay blocking: with O_NONBLOCK an operation
    /// that can't finish at once would fail instead of wait.
    func accept(
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

    func receive(_ socket: Socket, once: Bool, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        if once {
            unsafe io_uring_prep_recv(entry, socket.number, nil, 0, 0)
        } else {
            unsafe io_uring_prep_recv_multishot(entry, socket.number, nil, 0, 0)
        }
        unsafe entry.pointee.flags |= RINGPORT_SQE_BUFFER_SELECT
        unsafe entry.pointee.buf_group = RingBuffers.group
        unsafe finish(entry, .receive, on: socket, key)
    }

    /// All bytes leave if the kernel can (`MSG_WAITALL`), so that a slow client costs one operation.
    @unsafe
    func send(_ socket: Socket, _ bytes: UnsafeRawBufferPointer, more: Bool, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_send(entry, socket.number, bytes.baseAddress, bytes.count, sendFlags(socket, more: more))
        unsafe finish(entry, .send, on: socket, key)
    }

    func send(_ socket: Socket, _ vector: borrowing SendVector, more: Bool, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        let flags = UInt32(bitPattern: sendFlags(socket, more: more))
        unsafe io_uring_prep_sendmsg(entry, socket.number, vector.message, flags)
        unsafe finish(entry, .send, on: socket, key)
    }

    /// All that has left whole brings no packet (IOSQE_CQE_SKIP_SUCCESS).
    @unsafe
    @inline(__always)
    func sendAtOnce(_ socket: Socket, _ bytes: UnsafeRawBufferPointer, _ key: CompletionKey) {
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

    func awaitRoom(_ socket: Socket, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_poll_add(entry, socket.number, UInt32(POLLOUT))
        unsafe finish(entry, .room, on: socket, key)
    }

    /// A poll for once, as one that goes on can miss an end that comes with bytes; behind a FIN there are no bytes any more.
    func awaitHangUp(_ socket: Socket, afterFinish: Bool, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        // Linux reports all three whatever is asked for. The last is POLLRDHUP, which Swift's Glibc lacks.
        let events = UInt32(POLLERR | POLLHUP | 0x2000)
        if afterFinish {
            unsafe io_uring_prep_poll_multishot(entry, socket.number, events)
        } else {
            unsafe io_uring_prep_poll_add(entry, socket.number, events)
        }
        unsafe finish(entry, .hangUp, on: socket, key)
    }

    @unsafe
    func open(
        beneath directory: Int32,
        _ path: UnsafePointer<CChar>,
        _ rule: OpenRule,
        _ key: CompletionKey
    ) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_openat2(entry, directory, path, openRules + rule.rawValue)
        unsafe finish(entry, .open, key)
    }

    @unsafe
    func read(
        _ file: Int32,
        into: UnsafeMutableRawBufferPointer,
        at offset: UInt64,
        _ key: CompletionKey
    ) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_read(entry, file, into.baseAddress, UInt32(clamping: into.count), offset)
        unsafe finish(entry, .read, key)
    }

    /// MADV_POPULATE_READ, Linux 5.14, on a kernel thread.
    @unsafe
    func populate(_ part: UnsafeRawBufferPointer, _ key: CompletionKey) {
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

    /// For a direct descriptor, which no call reaches.
    func finishSending(_ socket: Socket, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_shutdown(entry, socket.number, Int32(SHUT_WR))
        unsafe finish(entry, .finishSending, on: socket, key)
    }

    func reset(_ socket: Socket, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        if socket.isUnix {
            unsafe io_uring_prep_shutdown(entry, socket.number, Int32(SHUT_RDWR))
            return unsafe finish(entry, .reset, on: socket, key)
        }
        unsafe io_uring_prep_connect(entry, socket.number, nowhere, socklen_t(MemoryLayout<sockaddr>.size))
        unsafe finish(entry, .reset, on: socket, key)
    }

    func close(_ socket: Socket, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        if socket.isDirect {
            unsafe io_uring_prep_close_direct(entry, UInt32(socket.number))
        } else {
            unsafe io_uring_prep_close(entry, socket.number)
        }
        unsafe finish(entry, .close, key)
    }

    func close(_ file: Int32, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_close(entry, file)
        unsafe finish(entry, .close, key)
    }

    func notice(_ descriptor: Int32, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_poll_multishot(entry, descriptor, UInt32(POLLIN))
        unsafe finish(entry, .notice, key)
    }

    func noticeMounts(_ descriptor: Int32, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_poll_multishot(entry, descriptor, UInt32(POLLPRI))
        unsafe finish(entry, .notice, key)
    }

    func cancel(_ operation: Operation, of target: CompletionKey, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_cancel64(entry, target.userData(operation), 0)
        unsafe finish(entry, .cancel, key)
    }

    /// A free submission entry; hands the queued ones to the kernel first when there is none.
    private func nextEntry() -> UnsafeMutablePointer<io_uring_sqe> {
        if let entry = unsafe io_uring_get_sqe(ring) { return unsafe entry }
        var status: Int32 = 0
        // Once is enough unless memory is exhausted: the kernel takes all submissions (SUBMIT_ALL), and does so as well
        // while packets wait aside because the completion queue is full (Linux before 5.12 answered EBUSY then).
        for _ in 0..<Self.submitAttemptsMax {
            unsafe entries.pointee &+= 1
            status = unsafe io_uring_submit(ring)
            if let entry = unsafe io_uring_get_sqe(ring) { return unsafe entry }
            // EAGAIN: no memory for a request. What has finished meanwhile gives its own back when its packet is made.
            unsafe entries.pointee &+= 1
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
