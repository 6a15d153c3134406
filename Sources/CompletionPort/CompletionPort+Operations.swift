/// The operations of a completion port, one function each. The worker that owns the port.

internal import CPlatform
internal import Glibc
package import Platform

extension CompletionPort {
    /// Accepts one connection: the packet's result is its descriptor, or its place in the port's table.
    ///
    /// Posted one by one, as AcceptEx is, so that each brings the peer's address. Those that were posted first take the first
    /// clients. Accepted sockets block.
    ///
    /// - Parameters:
    ///   - listener: a listening socket.
    ///   - direct: into the port's own table, where there is one. When no place is left the client is lost (ENFILE): whoever
    ///     posts reckons with it.
    ///   - addresses: where the peer's address is written.
    ///   - index: at which place of these.
    ///   - key: what the packet will carry.
    /// - Important: `addresses` stay in place until the packet is dequeued. A listener is closed when none of its accepts is
    ///   in flight.
    package mutating func accept(
        _ listener: Int32,
        direct: Bool,
        _ addresses: borrowing PeerAddresses,
        at index: Int,
        _ key: CompletionKey
    ) {
        switch engine {
        case .ring(let ring): ring.accept(listener, direct: direct, addresses, at: index, key)
        case .readiness(let readiness):
            precondition(!direct, "there is no table of sockets")
            readiness.accept(listener, addresses, at: index, key)
        }
    }

    /// Receives until the peer has finished, the buffers have run out or somebody cancels: a lent buffer a packet.
    ///
    /// - Parameters:
    ///   - socket: where from.
    ///   - once: until something was received.
    ///   - key: what each packet will carry.
    package mutating func receive(_ socket: Socket, once: Bool = false, _ key: CompletionKey) {
        switch engine {
        case .ring(let ring): ring.receive(socket, once: once, key)
        case .readiness(let readiness): readiness.receive(socket, once: once, key)
        }
    }

    /// Sends bytes, all of them if nothing goes wrong; a short result is still possible.
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
        switch engine {
        case .ring(let ring): unsafe ring.send(socket, bytes, more: more, key)
        case .readiness(let readiness): unsafe readiness.send(socket, .bytes(bytes), more: more, key)
        }
    }

    /// Sends bytes that lie in several places, as `send` does.
    ///
    /// - Important: the vector and all its bytes stay in place until the packet is dequeued. The vector is the port's meanwhile:
    ///   it may be another one then.
    package mutating func send(_ socket: Socket, _ vector: borrowing SendVector, more: Bool, _ key: CompletionKey) {
        switch engine {
        case .ring(let ring): ring.send(socket, vector, more: more, key)
        case .readiness(let readiness): unsafe readiness.send(socket, .vector(vector.message), more: more, key)
        }
    }

    /// Sends bytes that find room in the socket as it is; none is waited for.
    ///
    /// It is over when the submission is, and when all bytes have left there is no packet: to wait for the next packet is then
    /// to wait for the next request. Otherwise a packet has the bytes that left, or EAGAIN, or what is wrong (`nextWaiting`,
    /// `isCaughtUp`).
    ///
    /// - Important: as for `send`; the bytes stay in place until the submission is over.
    @unsafe
    package mutating func sendAtOnce(_ socket: Socket, _ bytes: UnsafeRawBufferPointer, _ key: CompletionKey) {
        switch engine {
        case .ring(let ring): unsafe ring.sendAtOnce(socket, bytes, key)
        case .readiness(let readiness): unsafe readiness.sendAtOnce(socket.number, bytes, key)
        }
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

    /// Waits until there is room in a socket, or it is broken; the packet's result is positive, in the words of poll(2).
    package mutating func awaitRoom(_ socket: Socket, _ key: CompletionKey) {
        switch engine {
        case .ring(let ring): ring.awaitRoom(socket, key)
        case .readiness(let readiness): readiness.awaitRoom(socket.number, key)
        }
    }

    /// Waits until the peer has ended a connection, whether something is received of it or not: no byte of it is taken.
    ///
    /// The packet's result says how, in the words of poll(2): POLLRDHUP alone after a FIN, which a client may send and still read,
    /// POLLERR or POLLHUP after a reset.
    ///
    /// - Parameters:
    ///   - socket: whose peer.
    ///   - afterFinish: its FIN is known: it is told once more, and then each further change, until cancelled. Without this
    ///     whoever asks again is told again, at once.
    ///   - key: what the packet will carry.
    package mutating func awaitHangUp(_ socket: Socket, afterFinish: Bool = false, _ key: CompletionKey) {
        switch engine {
        case .ring(let ring): ring.awaitHangUp(socket, afterFinish: afterFinish, key)
        case .readiness(let readiness): readiness.awaitHangUp(socket.number, afterFinish: afterFinish, key)
        }
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
        switch engine {
        case .ring(let ring): unsafe ring.open(beneath: directory, path, rule, key)
        case .readiness(let readiness): unsafe readiness.open(beneath: directory, path, rule, key)
        }
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
        switch engine {
        case .ring(let ring): unsafe ring.read(file, into: into, at: offset, key)
        case .readiness(let readiness): unsafe readiness.read(file, into: into, at: offset, key)
        }
    }

    /// Brings a part of a mapped file into memory on another thread, so that sending it finds every page there and the
    /// worker never waits for a disk.
    ///
    /// - Parameters:
    ///   - part: whole pages of the mapping.
    ///   - key: what the packet will carry.
    /// - Important: the mapping stays until the packet is dequeued.
    @unsafe
    package mutating func populate(_ part: UnsafeRawBufferPointer, _ key: CompletionKey) {
        switch engine {
        case .ring(let ring): unsafe ring.populate(part, key)
        case .readiness(let readiness): unsafe readiness.populate(part, key)
        }
    }

    /// Says that nothing more will be sent (FIN), behind what is being sent.
    ///
    /// - Returns: whether a packet will come; a descriptor of the process is told at once. A ring gives this operation to
    ///   a kernel thread each time, which is no price for what only a lingering direct descriptor needs.
    package mutating func finishSending(_ socket: Socket, _ key: CompletionKey) -> Bool {
        if let descriptor = socket.descriptor {
            // shutdown(2) never waits. A peer that has gone already needs no FIN.
            _ = shutdown(descriptor, Int32(SHUT_WR))
            return false
        }
        switch engine {
        case .ring(let ring): ring.finishSending(socket, key)
        case .readiness: preconditionFailure("there is no table of sockets")
        }
        return true
    }

    /// Ends a connection at once: bytes that have not left are dropped, the peer is told by RST, and operations in flight
    /// end with an error (connect(2) with AF_UNSPEC).
    ///
    /// A Unix socket has no such end: it is shut, operations end by that, and bytes that the peer has not read are its own.
    package mutating func reset(_ socket: Socket, _ key: CompletionKey) {
        switch engine {
        case .ring(let ring): ring.reset(socket, key)
        case .readiness(let readiness): readiness.reset(socket, key)
        }
    }

    /// Closes a socket.
    ///
    /// An armed receive must have been cancelled: it holds the socket open, and the peer would see no FIN. It may be so in
    /// the same turn.
    package mutating func close(_ socket: Socket, _ key: CompletionKey) {
        switch engine {
        case .ring(let ring): ring.close(socket, key)
        case .readiness(let readiness): readiness.closeSocket(socket.number, key)
        }
    }

    /// Closes a file's descriptor.
    package mutating func close(_ file: Int32, _ key: CompletionKey) {
        switch engine {
        case .ring(let ring): ring.close(file, key)
        case .readiness(let readiness): readiness.closeFile(file, key)
        }
    }

    /// Watches a descriptor for something to read until cancelled; a packet each time there is.
    package mutating func notice(_ descriptor: Int32, _ key: CompletionKey) {
        switch engine {
        case .ring(let ring): ring.notice(descriptor, key)
        case .readiness(let readiness): readiness.notice(descriptor, isUrgent: false, key)
        }
    }

    /// Watches an open `/proc/self/mountinfo` until cancelled; a packet each time that something is mounted or unmounted.
    ///
    /// There is always something to read; what is news is urgent (POLLPRI, proc_pid_mounts(5)).
    package mutating func noticeMounts(_ descriptor: Int32, _ key: CompletionKey) {
        switch engine {
        case .ring(let ring): ring.noticeMounts(descriptor, key)
        case .readiness(let readiness): readiness.notice(descriptor, isUrgent: true, key)
        }
    }

    /// Gives up an operation of a socket.
    ///
    /// Its own packet still comes, with ECANCELED when this was in time; so does the cancel's, with ENOENT when there was no
    /// such operation.
    ///
    /// - Parameters:
    ///   - operation: what is given up.
    ///   - target: the operation's own key.
    ///   - socket: which it is on.
    ///   - key: what the cancel's packet will carry.
    package mutating func cancel(
        _ operation: Operation,
        of target: CompletionKey,
        on socket: Socket,
        _ key: CompletionKey
    ) {
        switch engine {
        case .ring(let ring): ring.cancel(operation, of: target, key)
        case .readiness(let readiness): readiness.cancel(operation, of: target, on: socket.number, key)
        }
    }
}
