/// The bytes that a connection has to send, in order. The worker that owns the connection.
///
/// DESIGN. A block of its own takes whole small responses and the heads of larger ones; bodies that are in memory anyway
/// (a cached file, a mapped slice, a handler's answer) are sent from where they are. One send is in flight at a time and
/// takes everything there is: pipelined responses leave together. What is in flight is not touched until its packet is
/// dequeued; new bytes go behind it.
///
/// A large body closes the block: nothing is written behind it. It is sent by itself when what is before it has left, and the
/// block is taken back then. So a client that takes a large body slowly has a list of segments and no block.
///
/// An `Output` is a handle: a connection has one while it has something to send, and copying it counts no references.

internal import CompletionPort
internal import HTTP
internal import Platform

/// A lent output block with its list of segments.
@safe
struct Output: Equatable {
    /// The owner that keeps a segment's bytes in place until they are sent.
    enum Owner: Equatable {
        /// The block itself.
        case block
        /// A cached file, pinned for this segment: its slot.
        case file(FileSlot)
        /// The exchange that is being answered; it goes on when the segment has left.
        case exchange
    }

    /// The pool that the block belongs to.
    enum Kind: Equatable {
        /// One that any client may have.
        case general
        /// One of the reserve.
        case reserved
        /// There is no block.
        case bare
    }

    @safe
    private struct Segment {
        let start: UnsafeRawPointer
        var offset: Int
        var count: Int
        let owner: Owner
    }

    /// The state that there is once for each block, at one address for life.
    @safe
    private struct State: ~Copyable {
        /// Not touched while the kind is `bare`.
        var block: UnsafeMutableRawPointer
        var kind: Kind
        var filled: Int
        /// `filled` when there is nothing to send: with no block there is no room.
        var filledWhenEmpty: Int
        /// A body of more bytes closes the block.
        let largeSize: Int
        /// Room for as many segments as one send may have.
        let segments: UnsafeMutablePointer<Segment>
        var count = 0
        /// Segments that the send in flight covers.
        var inFlight = 0
        var vector: SendVector

        deinit { unsafe segments.deallocate() }
    }

    // Whoever holds a handle was lent the block by the pool, which frees the state only at its own end.
    private let state: UnsafeMutablePointer<State>
    let blockSize: Int
    private let segmentsMax: Int

    /// Makes a list of segments with a block.
    ///
    /// - Parameters:
    ///   - block: in the pool's memory, whatever the kind.
    ///   - kind: of the block, or `bare`.
    ///   - limits: sizes.
    init(block: UnsafeMutableRawPointer, kind: Kind = .general, limits: Limits) {
        blockSize = limits.outputBlockSize
        segmentsMax = limits.outputSegmentsMax
        let filled = kind == .bare ? limits.outputBlockSize : 0
        unsafe state = .allocate(capacity: 1)
        unsafe state.initialize(
            to: State(
                block: block,
                kind: kind,
                filled: filled,
                filledWhenEmpty: filled,
                largeSize: limits.residentFileSizeMax,
                segments: .allocate(capacity: limits.outputSegmentsMax),
                vector: SendVector(capacity: limits.outputSegmentsMax)
            )
        )
    }

    /// Ends the block's life; no handle of it may be used afterwards.
    func free() {
        unsafe state.deinitialize(count: 1)
        unsafe state.deallocate()
    }

    /// The address of the block.
    ///
    /// - Precondition: there is one.
    var block: UnsafeMutableRawPointer { unsafe state.pointee.block }

    /// True when two handles are of one block.
    static func == (one: Output, other: Output) -> Bool { unsafe one.state == other.state }

    var kind: Kind { unsafe state.pointee.kind }
    var hasBlock: Bool { kind != .bare }

    /// Takes the block away.
    ///
    /// - Precondition: nothing of the block is to be sent.
    func takeBlock() -> UnsafeMutableRawPointer {
        precondition(hasBlock && !isSending, "nothing that is in flight is touched")
        for index in unsafe 0..<state.pointee.count {
            precondition(unsafe state.pointee.segments[index].owner != .block, "a block that is needed stays")
        }
        unsafe state.pointee.kind = .bare
        unsafe state.pointee.filled = blockSize
        unsafe state.pointee.filledWhenEmpty = blockSize
        return unsafe state.pointee.block
    }

    /// Gives a block.
    func give(_ block: UnsafeMutableRawPointer, _ kind: Kind) {
        precondition(!hasBlock, "a connection has one block")
        unsafe state.pointee.block = block
        unsafe state.pointee.kind = kind
        unsafe state.pointee.filled = 0
        unsafe state.pointee.filledWhenEmpty = 0
    }

    /// Segments that are still to be sent.
    var count: Int { unsafe state.pointee.count }
    var isEmpty: Bool { count == 0 }
    var isSending: Bool { unsafe state.pointee.inFlight > 0 }

    /// True when what there is finds room in the socket of any client that takes what it is sent.
    var isSmall: Bool {
        guard unsafe state.pointee.count == 1 else { return false }
        return unsafe state.pointee.segments[0].owner == .block
    }

    /// Bytes that the send in flight has to send.
    var inFlightSize: Int {
        var size = 0
        for index in unsafe 0..<state.pointee.inFlight { unsafe size += bytes(index).count }
        return size
    }

    /// True when a response of `count` bytes in the block, with a body elsewhere, fits.
    func hasRoom(_ count: Int) -> Bool {
        unsafe blockSize - state.pointee.filled >= count && state.pointee.count + 2 <= segmentsMax
    }

    // MARK: Filling

    /// Writes into the block behind what is there.
    ///
    /// - Parameters:
    ///   - capacity: at most so many bytes; `hasRoom` has said that they fit.
    ///   - body: writes them.
    func write(_ capacity: Int, _ body: (inout OutputSpan<UInt8>) throws(ResponseError) -> Void) {
        let filled = unsafe state.pointee.filled
        precondition(blockSize - filled >= capacity, "nobody asked whether there is room")
        // The bytes from `filled` on are in no segment: nobody reads them.
        let place = unsafe UnsafeMutableBufferPointer(
            start: (state.pointee.block + filled).assumingMemoryBound(to: UInt8.self),
            count: capacity
        )
        do {
            extend(by: try unsafe place.fill(body))
        } catch {
            preconditionFailure("a response did not fit into the room that was asked for: \(error)")
        }
    }

    /// Copies bytes into the block behind what is there.
    @unsafe
    func copy(_ bytes: UnsafeRawBufferPointer) {
        let filled = unsafe state.pointee.filled
        precondition(blockSize - filled >= bytes.count, "nobody asked whether there is room")
        guard let source = bytes.baseAddress else { return }
        unsafe (state.pointee.block + filled).copyMemory(from: source, byteCount: bytes.count)
        extend(by: bytes.count)
    }

    /// Adds bytes that stay where they are; their owner is told when they have left.
    @unsafe
    func append(_ bytes: UnsafeRawBufferPointer, owner: Owner) {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return }
        unsafe add(Segment(start: start, offset: 0, count: bytes.count, owner: owner))
        if unsafe bytes.count > state.pointee.largeSize { unsafe state.pointee.filled = blockSize }
    }

    private func extend(by count: Int) {
        guard count > 0 else { return }
        let last = unsafe state.pointee.count - 1
        if unsafe last >= state.pointee.inFlight, case .block = unsafe state.pointee.segments[last].owner {
            unsafe state.pointee.segments[last].count += count
        } else {
            let start = unsafe state.pointee.block + state.pointee.filled
            unsafe add(Segment(start: start, offset: 0, count: count, owner: .block))
        }
        unsafe state.pointee.filled += count
    }

    private func add(_ segment: Segment) {
        let count = unsafe state.pointee.count
        precondition(count < segmentsMax, "nobody asked whether there is room")
        unsafe (state.pointee.segments + count).initialize(to: segment)
        unsafe state.pointee.count = count + 1
    }

    // MARK: Sending

    /// Hands what there is to the kernel as one send.
    ///
    /// - Precondition: there is something, and no send is in flight.
    ///
    /// - Parameters:
    ///   - port: where to.
    ///   - socket: whose output this is.
    ///   - count: so many segments.
    ///   - more: see `CompletionPort.send`.
    ///   - key: what the packet will carry.
    func send(on port: inout CompletionPort, socket: Socket, _ count: Int, more: Bool, _ key: CompletionKey) {
        precondition(!isSending && count > 0 && count <= self.count, "one send at a time, of something")
        unsafe state.pointee.inFlight = count
        // The bytes stay in place: the block's because `filled` only moves back when nothing is in flight, the others'
        // because their owners are only told when the segment has left.
        if count == 1 {
            unsafe port.send(socket, bytes(0), more: more, key)
        } else {
            unsafe state.pointee.vector.removeAll()
            for index in 0..<count { unsafe state.pointee.vector.append(bytes(index)) }
            unsafe port.send(socket, state.pointee.vector, more: more, key)
        }
    }

    /// The segments before the first one that belongs to an exchange.
    var countBeforePart: Int {
        for index in unsafe 0..<state.pointee.count where unsafe state.pointee.segments[index].owner == .exchange {
            return index
        }
        return count
    }

    /// The segments before the first large one, which leaves by itself.
    var countBeforeLarge: Int {
        // Only a block that is full may have one behind it.
        guard unsafe state.pointee.filled == blockSize else { return count }
        for index in unsafe 0..<state.pointee.count where unsafe bytes(index).count > state.pointee.largeSize {
            return index
        }
        return count
    }

    /// Bytes of the first segment that are still to be sent.
    ///
    /// - Precondition: there is something.
    var firstSize: Int { unsafe bytes(0).count }

    /// Sends of the first segment, which is a part of a file, as many bytes as find room, as the kernel has them.
    ///
    /// - Returns: as `CompletionPort.sendPages` does; the caller then says what was `sent`.
    func sendPages(on port: borrowing CompletionPort, socket: Socket, of file: Int32, at offset: UInt64) -> Int {
        precondition(!isSending && !isEmpty, "one send at a time, of something")
        unsafe state.pointee.inFlight = 1
        return port.sendPages(socket, of: file, at: offset, count: firstSize)
    }

    /// Waits until there is room for more of the first segment.
    func awaitRoom(on port: inout CompletionPort, socket: Socket, _ key: CompletionKey) {
        precondition(!isSending && !isEmpty, "one send at a time, of something")
        unsafe state.pointee.inFlight = 1
        port.awaitRoom(socket, key)
    }

    /// Hands the one segment that there is to the kernel as a send that does not wait for room.
    func sendAtOnce(on port: inout CompletionPort, socket: Socket, _ key: CompletionKey) {
        precondition(!isSending && isSmall, "one send at a time, of one segment")
        unsafe state.pointee.inFlight = 1
        unsafe port.sendAtOnce(socket, bytes(0), key)
    }

    /// The bytes of a segment that are still to be sent.
    private func bytes(_ index: Int) -> UnsafeRawBufferPointer {
        let segment = unsafe state.pointee.segments[index]
        let start = unsafe segment.start + segment.offset
        return unsafe UnsafeRawBufferPointer(start: start, count: segment.count - segment.offset)
    }

    /// The send in flight has ended after `count` bytes; calls `body` with each owner whose bytes have left.
    func sent(_ count: Int, _ body: (Owner, Int) -> Void) {
        let segments = unsafe state.pointee.segments
        var rest = count
        var left = 0
        for index in unsafe 0..<state.pointee.inFlight {
            let missing = unsafe segments[index].count - segments[index].offset
            guard rest >= missing else {
                unsafe segments[index].offset += rest
                break
            }
            rest -= missing
            left += 1
        }
        unsafe state.pointee.inFlight = 0
        for index in 0..<left { unsafe body(segments[index].owner, segments[index].count) }
        let remaining = unsafe state.pointee.count - left
        if remaining > 0, left > 0 { unsafe segments.update(from: segments + left, count: remaining) }
        unsafe state.pointee.count = remaining
        if remaining == 0 { unsafe state.pointee.filled = state.pointee.filledWhenEmpty }
    }

    /// The cached files of which something is still to be sent.
    var files: [FileSlot] {
        unsafe (0..<state.pointee.count).compactMap { index in
            guard case .file(let file) = unsafe state.pointee.segments[index].owner else { return nil }
            return file
        }
    }

    /// Forgets everything: the connection is being closed.
    ///
    /// Calls `body` with each owner.
    ///
    /// - Precondition: no send is in flight.
    func removeAll(_ body: (Owner) -> Void) {
        for index in unsafe 0..<state.pointee.count { unsafe body(state.pointee.segments[index].owner) }
        unsafe state.pointee.inFlight = 0
        unsafe state.pointee.count = 0
        unsafe state.pointee.filled = state.pointee.filledWhenEmpty
    }
}
