/// Large bodies, which leave in parts: from the page cache, or copied from a mapping. On the completion worker.
///
/// Next: CompletionWorker+Ranges.swift

internal import CompletionPort
internal import Glibc
internal import HTTP
internal import Platform

extension CompletionWorker {
    // MARK: Bodies that leave in parts

    /// Begins to send a range of a file.
    func beginRange(_ exchange: ExchangeSlot, _ range: Range<UInt64>, of file: FileSlot) {
        let isMapped = files[file].isMapped
        let residentEnd = isMapped ? files[file].resident(range, second: clock.second) : range.upperBound
        exchanges[exchange].stream.begin(range, residentEnd: residentEnd)
        exchanges[exchange].stream.sendsPages = maySendPages(exchange, file)
    }

    /// Goes on with a body as far as that can be: queues what is in memory, and has what follows brought there.
    func pump(_ exchange: ExchangeSlot) {
        let slot = exchanges[exchange].connection
        let step = exchanges[exchange].stream.next(streamSizes)
        guard step != .none else { return }
        let output = lendList(slot)
        switch step {
        case .none: break
        case .end: streamEnded(exchange)
        case .nextRange: beginNextRange(exchange, output)
        case .prefault: prefault(exchange)
        case .queue(let range):
            guard output.hasRoom(0) else { return }
            unsafe output.append(bodyBytes(exchange, range), owner: .exchange)
            exchanges[exchange].stream.queued(range)
            markDirty(slot)
            prefault(exchange)
        }
    }

    private var streamSizes: BodyStream.Sizes {
        BodyStream.Sizes(slice: site.limits.sliceSize, part: site.limits.partSizeMax)
    }

    /// The bytes of the exchange's body, which its reply keeps in place.
    private func bodyBytes(_ exchange: ExchangeSlot, _ range: Range<UInt64>) -> UnsafeRawBufferPointer {
        let whole: UnsafeRawBufferPointer
        switch exchanges[exchange].reply {
        case .file(let file, _): unsafe whole = files[file].body
        case .handler: unsafe whole = UnsafeRawBufferPointer(exchanges[exchange].handlerBody.bytes)
        case .list(let list): unsafe whole = list.content.bytes
        default: preconditionFailure("only files, handlers and lists have bodies that leave in parts")
        }
        return unsafe UnsafeRawBufferPointer(rebasing: whole[Int(range.lowerBound)..<Int(range.upperBound)])
    }

    /// Has the next slice of a mapped file brought into memory, if there is one.
    private func prefault(_ exchange: ExchangeSlot) {
        guard let slice = exchanges[exchange].stream.beginPrefault(streamSizes) else { return }
        // madvise(2) wants whole pages; a mapping begins at one and its last page is whole.
        let pageStart = slice.lowerBound & ~4095
        let pageEnd = (slice.upperBound + 4095) & ~4095
        guard case .file(let file, _) = exchanges[exchange].reply, let base = unsafe files[file].body.baseAddress else {
            preconditionFailure("only mapped files are prefaulted")
        }
        let part = unsafe UnsafeRawBufferPointer(start: base + Int(pageStart), count: Int(pageEnd - pageStart))
        unsafe port.populate(part, exchanges.key(exchange))
    }

    func populated(_ packet: CompletionPacket) {
        guard let exchange = exchanges.slot(of: packet.key) else {
            preconditionFailure("an exchange stays until its mapping is prefaulted")
        }
        let slice = exchanges[exchange].stream.endPrefault(streamSizes, isResident: packet.result >= 0)
        guard exchanges[exchange].connection != .null else {
            freeExchange(exchange)
            return resumeRoomWaiters()
        }
        guard packet.result >= 0 else {
            // The file was truncated, or its disk fails: the length was promised, so the connection ends.
            return fail(exchanges[exchange].connection, .fileChanged)
        }
        if case .file(let file, _) = exchanges[exchange].reply {
            files[file].notePopulated(slice, second: clock.second)
        }
        pump(exchange)
    }

    /// A part of the first exchange's body has left.
    func partLeft(_ slot: ConnectionSlot, _ count: Int) {
        let exchange = connections[slot].firstExchange
        guard exchange != .null, exchanges[exchange].state == .streaming else { return }
        exchanges[exchange].stream.partLeft()
        exchanges[exchange].sent += UInt64(count)
        if count >= site.limits.sliceSize {
            connections[slot].hasTakenPart = true
            beginFreeSending(slot)
        }
    }

    func streamEnded(_ exchange: ExchangeSlot) {
        let slot = exchanges[exchange].connection
        endFreeSending(slot)
        // What comes next is written into a block.
        if let output = connections[slot].output { _ = regainBlock(slot, output) }
        endExchange(exchange)
        advance(slot)
    }

    // MARK: From the page cache

    /// The file of which the connection sends a part, if the kernel is to send its pages.
    func descriptorOfPart(_ slot: ConnectionSlot) -> Int32? {
        let exchange = connections[slot].firstExchange
        guard exchange != .null, exchanges[exchange].stream.sendsPages,
            case .file(let file, _) = exchanges[exchange].reply
        else { return nil }
        return files[file].descriptor
    }

    /// Sends of a part of a file what finds room now, and waits for room for the rest.
    func sendPages(_ slot: ConnectionSlot, _ output: Output, of file: Int32, hasRoom: Bool) {
        let exchange = connections[slot].firstExchange
        // What is queued of the body ends at `position`.
        let offset = exchanges[exchange].stream.position - UInt64(output.firstSize)
        let socket = connections[slot].socket
        let result = output.sendPages(on: port, socket: socket, of: file, at: offset)
        let key = connections.key(slot)
        if site.traces { trace(.send, key, result: result) }
        output.sent(max(0, result)) { _, count in partLeft(slot, count) }
        guard result > 0 || result == -Int(EAGAIN) else {
            // Nothing more is there: the file was truncated; its length was promised, so the connection ends.
            return fail(slot, result == 0 ? .fileChanged : .peerReset)
        }
        guard result > 0 || !hasRoom else {
            // There is room, but TCP has no memory left (`tcp_mem`): waiting for room would be over at once, again and again. The
            // ring's sends wait for memory.
            exchanges[exchange].stream.sendsPages = false
            return send(slot, output, mayWait: true)
        }
        advance(slot)
        resume(slot)
        guard connections[slot].state.phase != .closing else { return }
        guard !output.isEmpty else { return sendEnded(slot, output, now: clock.now) }
        // Also when all has left and more is there by now: others have their turn before.
        awaitRoom(slot, output)
    }

    func awaitRoom(_ slot: ConnectionSlot, _ output: Output) {
        beginOperation(slot)
        output.awaitRoom(on: &port, socket: connections[slot].socket, connections.key(slot))
        connections[slot].state.sendBegan(now: clock.now, site.allowances)
        wheel.arm(slot, at: connections[slot].state.deadline)
    }

    /// There is room for more, or the connection is broken, which the next send finds out.
    func roomFound(_ packet: CompletionPacket) {
        precondition(connections.isCurrent(packet.key), "a slot is reused only when nothing is in flight")
        let slot = ConnectionSlot(packet.key)
        defer { endOperation(slot) }
        guard let output = connections[slot].output else {
            preconditionFailure("a send was in flight, so its block is lent")
        }
        output.sent(0) { _, _ in }
        guard connections[slot].state.phase != .closing else { return }
        if output.countBeforePart == 0, let file = descriptorOfPart(slot) {
            sendPages(slot, output, of: file, hasRoom: true)
        } else {
            send(slot, output, mayWait: true)
        }
    }

    // MARK: What the kernel holds

    /// Lets the kernel hold more than `unsentSizeMax` for a client that has taken a whole part, since that is quicker.
    ///
    /// With the bound each part of a fast client's body is sent in many steps. Only so many may go without, since who has been
    /// fast may become slow.
    func beginFreeSending(_ slot: ConnectionSlot) {
        guard connections[slot].hasTakenPart, !connections[slot].isFreeSender, freeSenders < site.limits.freeSendersMax
        else { return }
        connections[slot].isFreeSender = true
        freeSenders += 1
        // 0: as the system has it.
        setUnsentSizeMax(slot, 0)
    }

    func endFreeSending(_ slot: ConnectionSlot) {
        guard connections[slot].isFreeSender else { return }
        connections[slot].isFreeSender = false
        freeSenders -= 1
        setUnsentSizeMax(slot, site.limits.unsentSizeMax)
    }

    private func setUnsentSizeMax(_ slot: ConnectionSlot, _ size: Int) {
        // No system call reaches a direct descriptor: what holds for its listener holds for it as long as it lives.
        // A Unix socket holds no more than its buffer, which does not grow.
        guard let descriptor = connections[slot].socket.descriptor, !connections[slot].socket.isUnix else { return }
        var size = Int32(clamping: size)
        // It can fail on a connection that is broken, which the next send finds out.
        unsafe _ = setsockopt(
            descriptor,
            Int32(IPPROTO_TCP),
            TCP_NOTSENT_LOWAT,
            &size,
            socklen_t(MemoryLayout<Int32>.size)
        )
    }
}
