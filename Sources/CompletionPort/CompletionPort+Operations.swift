/// The operations of a completion port, one function each. The worker that owns the port.

internal import CLiburing
internal import CPlatform
internal import Glibc
internal import Platform

extension CompletionPort {
    /// Accepts connections until cancelled: a packet each, whose result is the socket.
    ///
    /// Sockets stay blocking: with O_NONBLOCK an operation that can't finish at once would fail instead of wait.
    package mutating func accept(_ listener: Int32, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_multishot_accept(entry, listener, nil, nil, Int32(SOCK_CLOEXEC.rawValue))
        unsafe finish(entry, .accept, key)
    }

    /// Receives until the peer has finished, the buffers have run out or somebody cancels: a lent buffer a packet.
    package mutating func receive(_ socket: Int32, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_recv_multishot(entry, socket, nil, 0, 0)
        unsafe entry.pointee.flags |= RINGPORT_SQE_BUFFER_SELECT
        unsafe entry.pointee.buf_group = ReceiveBuffers.group
        unsafe finish(entry, .receive, key)
    }

    /// Sends bytes, all of them if the kernel can (`MSG_WAITALL`); a short result is still possible.
    ///
    /// - Parameters:
    ///   - socket: where to.
    ///   - bytes: what to send.
    ///   - more: more bytes follow at once, so a last partial segment may wait for them (`MSG_MORE`).
    ///   - key: what the packet will carry.
    /// - Important: the bytes stay in place until the packet is dequeued. One send at a time for each socket: two in
    ///   flight may leave in either order.
    @unsafe
    package mutating func send(_ socket: Int32, _ bytes: UnsafeRawBufferPointer, more: Bool, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        let flags = Int32(MSG_WAITALL | MSG_NOSIGNAL | (more ? MSG_MORE : 0))
        unsafe io_uring_prep_send(entry, socket, bytes.baseAddress, bytes.count, flags)
        unsafe finish(entry, .send, key)
    }

    /// Sends bytes that lie in several places, as `send` does.
    ///
    /// - Important: the vector and all its bytes stay in place until the packet is dequeued.
    package mutating func send(_ socket: Int32, _ vector: borrowing SendVector, more: Bool, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        let flags = UInt32(MSG_WAITALL | MSG_NOSIGNAL | (more ? MSG_MORE : 0))
        unsafe io_uring_prep_sendmsg(entry, socket, vector.message, flags)
        unsafe finish(entry, .send, key)
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

    /// Closes a descriptor.
    ///
    /// A socket with an armed receive must have that cancelled first: the receive holds the file open, and the peer
    /// would see no FIN.
    package mutating func close(_ descriptor: Int32, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_close(entry, descriptor)
        unsafe finish(entry, .close, key)
    }

    /// Watches a descriptor for something to read until cancelled; a packet each time there is.
    package mutating func notice(_ descriptor: Int32, _ key: CompletionKey) {
        let entry = unsafe nextEntry()
        unsafe io_uring_prep_poll_multishot(entry, descriptor, UInt32(POLLIN))
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

    /// How often the kernel is asked to take submissions when it has no memory for them.
    ///
    /// It looks for memory itself each time, and waits for it.
    private static var submitAttemptsMax: Int { 1000 }

    private func finish(_ entry: UnsafeMutablePointer<io_uring_sqe>, _ operation: Operation, _ key: CompletionKey) {
        unsafe entry.pointee.user_data = key.userData(operation)
    }
}
