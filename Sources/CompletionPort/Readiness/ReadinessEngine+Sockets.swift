/// Operations on sockets that are tried, and wait where they must. The worker that owns the port.

internal import CPlatform
internal import Glibc

extension ReadinessEngine {
    /// Performs what waited for a descriptor that is ready.
    func socketReady(_ watch: UnsafeMutablePointer<Watch>, _ found: ReadyEvents) {
        if let key = unsafe watch.pointee.notice {
            return packets.append(CompletionPacket(.notice, key, result: found.result, hasMore: true))
        }
        if !found.isDisjoint(with: .arrivals) {
            unsafe watch.pointee.hasBytes = true
            if !found.isDisjoint(with: .shortening) { unsafe watch.pointee.isNearEnd = true }
            unsafe watch.pointee.ends.formUnion(found.intersection(.peerEnds))
            unsafe receiveSome(watch)
        }
        if !found.isDisjoint(with: .departures) {
            unsafe sendAgain(watch)
            if let key = unsafe watch.pointee.room.take() {
                packets.append(CompletionPacket(.room, key, result: found.result))
            }
        }
        unsafe tellEnd(watch)
    }

    // MARK: Receiving

    func receive(_ socket: Socket, once: Bool, _ key: CompletionKey) {
        // What a ring does: the receive could not go on, whatever arrives.
        guard !buffers.areAllLent else { return fail(.receive, key, -ENOBUFS) }
        let isWatched = unsafe watches.find(socket.number) != nil
        if once, !isWatched, receiveAtOnce(socket.number, key) { return }
        do {
            let watch = try unsafe watch(socket.number)
            // What brings descriptors along cuts receives short (unix(7), SCM_RIGHTS).
            if socket.isUnix { unsafe watch.pointee.isNearEnd = true }
            precondition(unsafe watch.pointee.receive == nil, "one receive at a time")
            unsafe watch.pointee.receive = key
            unsafe watch.pointee.receivesOnce = once
            unsafe receiveSome(watch)
        } catch {
            fail(.receive, key, error.result)
        }
    }

    /// Receives from a socket that is not watched yet; false when nothing is there.
    private func receiveAtOnce(_ socket: Int32, _ key: CompletionKey) -> Bool {
        guard let buffer = buffers.take() else { return false }
        let count = receive(socket, buffer)
        if count > 0 {
            packets.append(CompletionPacket(.receive, key, result: count, bufferID: buffer))
            return true
        }
        buffers.return(buffer)
        guard count != -EAGAIN else { return false }
        packets.append(CompletionPacket(.receive, key, result: count))
        return true
    }

    /// Receives what there is, at most a turn's share.
    func receiveSome(_ watch: UnsafeMutablePointer<Watch>) {
        var rest = Self.receivesMax
        while unsafe watch.pointee.hasBytes, rest > 0, let key = unsafe watch.pointee.receive {
            rest -= 1
            guard let buffer = buffers.take() else {
                unsafe watch.pointee.receive = nil
                return fail(.receive, key, -ENOBUFS)
            }
            let count = unsafe receive(watch.pointee.descriptor, buffer)
            if count > 0 {
                if unsafe watch.pointee.receivesOnce { unsafe watch.pointee.receive = nil }
                let hasMore = unsafe !watch.pointee.receivesOnce
                packets.append(CompletionPacket(.receive, key, result: count, hasMore: hasMore, bufferID: buffer))
                unsafe watch.pointee.hasBytes = count == buffers.size || watch.pointee.isNearEnd
                continue
            }
            buffers.return(buffer)
            if count == -EAGAIN {
                unsafe watch.pointee.hasBytes = false
            } else {
                // The end stays there, for whoever receives once more.
                unsafe watch.pointee.receive = nil
                packets.append(CompletionPacket(.receive, key, result: count))
            }
        }
        guard unsafe watch.pointee.hasBytes && watch.pointee.receive != nil && !watch.pointee.isListed else { return }
        unsafe watch.pointee.isListed = true
        unsafe listed.append(watch.pointee.descriptor)
    }

    /// Receives into a buffer: bytes, 0 at the end, or a negative errno.
    private func receive(_ socket: Int32, _ buffer: UInt16) -> Int32 {
        let bytes = unsafe buffers.bytes(buffer)
        while true {
            let count = unsafe recv(socket, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT))
            if count >= 0 { return Int32(count) }
            if errno != EINTR { return -errno }
        }
    }

    // MARK: Sending

    @unsafe
    func send(_ socket: Socket, _ source: SendInProgress.Source, more: Bool, _ key: CompletionKey) {
        var sending = unsafe SendInProgress(source: source, more: more, takesShort: socket.isUnix)
        if let result = unsafe goOn(&sending, socket.number) {
            return packets.append(CompletionPacket(.send, key, result: result))
        }
        do {
            let watch = try unsafe watch(socket.number, .room)
            precondition(unsafe watch.pointee.send == nil, "one send at a time")
            unsafe watch.pointee.send = key
            unsafe watch.pointee.sending = sending
        } catch {
            fail(.send, key, error.result)
        }
    }

    private func sendAgain(_ watch: UnsafeMutablePointer<Watch>) {
        guard let key = unsafe watch.pointee.send, var sending = unsafe watch.pointee.sending else { return }
        let result = unsafe goOn(&sending, watch.pointee.descriptor)
        unsafe watch.pointee.sending = sending
        guard let result else { return }
        unsafe watch.pointee.send = nil
        packets.append(CompletionPacket(.send, key, result: result))
    }

    /// Sends what finds room; `nil` when more is to be sent, and there is none.
    @unsafe
    private func goOn(_ sending: inout SendInProgress, _ socket: Int32) -> Int32? {
        while true {
            let left = unsafe send(socket, sending.source, more: sending.more)
            if left == -EAGAIN { return nil }
            // What has left before counts; what is wrong shows again.
            guard left > 0 else { return unsafe sending.sent > 0 ? Int32(clamping: sending.sent) : left }
            unsafe sending.advance(Int(left))
            if unsafe sending.takesShort || sending.count == 0 { return unsafe Int32(clamping: sending.sent) }
        }
    }

    @unsafe
    func sendAtOnce(_ socket: Int32, _ bytes: UnsafeRawBufferPointer, _ key: CompletionKey) {
        let count = unsafe send(socket, .bytes(bytes), more: false)
        guard count != bytes.count else { return }
        packets.append(CompletionPacket(.sendAtOnce, key, result: count))
    }

    /// Sends what finds room: bytes, or a negative errno.
    @unsafe
    private func send(_ socket: Int32, _ source: SendInProgress.Source, more: Bool) -> Int32 {
        let flags = Int32(MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0))
        while true {
            let count =
                switch unsafe source {
                case .bytes(let bytes): unsafe Glibc.send(socket, bytes.baseAddress, bytes.count, flags)
                case .vector(let message): unsafe sendmsg(socket, message, flags)
                }
            if count >= 0 { return Int32(clamping: count) }
            if errno != EINTR { return -errno }
        }
    }

    func awaitRoom(_ socket: Int32, _ key: CompletionKey) {
        do {
            let watch = try unsafe watch(socket, .room)
            precondition(unsafe watch.pointee.room == nil, "one wait for room at a time")
            unsafe watch.pointee.room = key
        } catch {
            fail(.room, key, error.result)
        }
    }

    // MARK: Ending

    func awaitHangUp(_ socket: Int32, afterFinish: Bool, _ key: CompletionKey) {
        do {
            let watch = try unsafe watch(socket)
            precondition(unsafe watch.pointee.hangUp == nil, "one wait for the end at a time")
            unsafe watch.pointee.hangUp = key
            unsafe watch.pointee.hangUpGoesOn = afterFinish
            unsafe watch.pointee.toldEnds = []
            unsafe tellEnd(watch)
        } catch {
            fail(.hangUp, key, error.result)
        }
    }

    private func tellEnd(_ watch: UnsafeMutablePointer<Watch>) {
        guard let key = unsafe watch.pointee.hangUp, unsafe watch.pointee.ends != watch.pointee.toldEnds else { return }
        let ends = unsafe watch.pointee.ends
        let goesOn = unsafe watch.pointee.hangUpGoesOn
        unsafe watch.pointee.toldEnds = ends
        if !goesOn { unsafe watch.pointee.hangUp = nil }
        packets.append(CompletionPacket(.hangUp, key, result: ends.result, hasMore: goesOn))
    }

    func reset(_ socket: Socket, _ key: CompletionKey) {
        let status = socket.isUnix ? shutdown(socket.number, Int32(SHUT_RDWR)) : ringport_disconnect(socket.number)
        packets.append(CompletionPacket(.reset, key, result: status < 0 ? -errno : 0))
    }

    func closeSocket(_ socket: Int32, _ key: CompletionKey) {
        if let watch = unsafe watches.find(socket) {
            for (operation, key) in unsafe watch.pointee.waiting { fail(operation, key, -ECANCELED) }
            // Closing it ends the kernel's watch.
            watches.remove(socket)
        }
        // Linux frees the number even when it reports an error.
        let status = Glibc.close(socket)
        packets.append(CompletionPacket(.close, key, result: status < 0 ? -errno : 0))
    }

    func notice(_ descriptor: Int32, isUrgent: Bool, _ key: CompletionKey) {
        do {
            let watch = try unsafe watch(descriptor)
            unsafe watch.pointee.notice = key
            if isUrgent { unsafe watch.pointee.events = [.urgent, .edges] }
            unsafe try look(watch, [])
            guard isUrgent else { return }
            // Each look at it takes the news: what was mounted before is told so.
            packets.append(CompletionPacket(.notice, key, result: ReadyEvents.urgent.result, hasMore: true))
        } catch {
            fail(.notice, key, error.result)
        }
    }

    /// Gives up what waits.
    func cancel(_ operation: Operation, of target: CompletionKey, on socket: Int32, _ key: CompletionKey) {
        let isFound: Bool
        if operation == .accept {
            isFound = cancelAccept(target, on: socket)
        } else if let watch = unsafe watches.find(socket) {
            isFound = unsafe watch.pointee.cancel(operation, target)
        } else {
            isFound = false
        }
        if isFound { fail(operation, target, -ECANCELED) }
        packets.append(CompletionPacket(.cancel, key, result: isFound ? 0 : -ENOENT))
    }

    func fail(_ operation: Operation, _ key: CompletionKey, _ result: Int32) {
        packets.append(CompletionPacket(operation, key, result: result))
    }
}

extension Watch {
    /// The operations that wait.
    fileprivate var waiting: [(Operation, CompletionKey)] {
        let all: [(Operation, CompletionKey?)] = [
            (.receive, receive), (.send, send), (.room, room), (.hangUp, hangUp), (.notice, notice),
        ]
        return all.compactMap { operation, key in key.map { (operation, $0) } }
    }

    /// Forgets an operation that waits under a key; false when there is none.
    fileprivate mutating func cancel(_ operation: Operation, _ key: CompletionKey) -> Bool {
        switch operation {
        case .receive: Self.forget(&receive, key)
        case .send: Self.forget(&send, key)
        case .room: Self.forget(&room, key)
        case .hangUp: Self.forget(&hangUp, key)
        case .notice: Self.forget(&notice, key)
        default: false
        }
    }

    private static func forget(_ waiting: inout CompletionKey?, _ key: CompletionKey) -> Bool {
        guard waiting == key else { return false }
        waiting = nil
        return true
    }
}
