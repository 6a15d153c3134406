/// What a connection has to send, in order. The worker that owns the connection.
///
/// DESIGN. A block of its own takes whole small responses and the heads of larger ones; bodies that are in memory anyway
/// (a cached file, a mapped slice, a handler's answer) are sent from where they are. One send is in flight at a time and
/// takes everything there is: pipelined responses leave together. What is in flight is not touched until its packet is
/// dequeued; new bytes go behind it.

internal import CompletionPort
internal import HTTP
internal import Platform

/// A lent output block with its list of segments.
@safe
final class Output {
    /// Who keeps a segment's bytes in place until they are sent.
    enum Owner: Equatable {
        /// The block itself.
        case block
        /// A cached file, pinned for this segment: its slot.
        case file(UInt32)
        /// The exchange that is being answered; it goes on when the segment has left.
        case exchange
    }

    @safe
    private struct Segment {
        let start: UnsafeRawPointer
        var offset: Int
        var count: Int
        let owner: Owner
    }

    let blockSize: Int
    private let block: UnsafeMutableRawPointer
    private var filled = 0
    private var segments: [Segment] = []
    private let segmentsMax: Int
    private var vector: SendVector
    /// Segments that the send in flight covers.
    private var inFlight = 0

    init(block: UnsafeMutableRawPointer, limits: Limits) {
        unsafe self.block = block
        blockSize = limits.outputBlockSize
        segmentsMax = limits.outputSegmentsMax
        vector = SendVector(capacity: limits.outputSegmentsMax)
        segments.reserveCapacity(limits.outputSegmentsMax)
    }

    var isEmpty: Bool { segments.isEmpty }
    var isSending: Bool { inFlight > 0 }

    /// Whether a response of `count` bytes in the block, with a body elsewhere, fits.
    func hasRoom(_ count: Int) -> Bool {
        blockSize - filled >= count && segments.count + 2 <= segmentsMax
    }

    // MARK: Filling

    /// Writes into the block behind what is there.
    ///
    /// - Parameters:
    ///   - capacity: at most so many bytes; `hasRoom` has said that they fit.
    ///   - body: writes them.
    func write(_ capacity: Int, _ body: (inout OutputSpan<UInt8>) throws(ResponseError) -> Void) {
        precondition(blockSize - filled >= capacity, "nobody asked whether there is room")
        // The bytes from `filled` on are in no segment: nobody reads them.
        let place = unsafe UnsafeMutableBufferPointer(
            start: (block + filled).assumingMemoryBound(to: UInt8.self),
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
        precondition(blockSize - filled >= bytes.count, "nobody asked whether there is room")
        guard let source = bytes.baseAddress else { return }
        unsafe (block + filled).copyMemory(from: source, byteCount: bytes.count)
        extend(by: bytes.count)
    }

    /// Adds bytes that stay where they are; their owner is told when they have left.
    @unsafe
    func append(_ bytes: UnsafeRawBufferPointer, owner: Owner) {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return }
        precondition(segments.count < segmentsMax, "nobody asked whether there is room")
        unsafe segments.append(Segment(start: start, offset: 0, count: bytes.count, owner: owner))
    }

    private func extend(by count: Int) {
        guard count > 0 else { return }
        let last = segments.count - 1
        if last >= inFlight, segments[last].owner == .block {
            segments[last].count += count
        } else {
            precondition(segments.count < segmentsMax, "nobody asked whether there is room")
            unsafe segments.append(Segment(start: block + filled, offset: 0, count: count, owner: .block))
        }
        filled += count
    }

    // MARK: Sending

    /// Hands everything there is to the kernel as one send.
    ///
    /// - Precondition: there is something, and no send is in flight.
    func send(on port: inout CompletionPort, socket: Int32, more: Bool, _ key: CompletionKey) {
        precondition(inFlight == 0 && !segments.isEmpty, "one send at a time, of something")
        inFlight = segments.count
        // The bytes stay in place: the block's because `filled` only moves back when nothing is in flight, the others'
        // because their owners are only told when the segment has left.
        if inFlight == 1 {
            unsafe port.send(socket, bytes(segments[0]), more: more, key)
        } else {
            vector.removeAll()
            for segment in segments { unsafe vector.append(bytes(segment)) }
            port.send(socket, vector, more: more, key)
        }
    }

    private func bytes(_ segment: Segment) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: segment.start + segment.offset, count: segment.count - segment.offset)
    }

    /// The send in flight has ended after `count` bytes; calls `body` with each owner whose bytes have left.
    func sent(_ count: Int, _ body: (Owner, Int) -> Void) {
        var rest = count
        var left = 0
        for index in 0..<inFlight {
            let missing = segments[index].count - segments[index].offset
            guard rest >= missing else {
                segments[index].offset += rest
                break
            }
            rest -= missing
            left += 1
        }
        inFlight = 0
        for index in 0..<left { body(segments[index].owner, segments[index].count) }
        segments.removeFirst(left)
        if segments.isEmpty { filled = 0 }
    }

    /// Forgets everything: the connection is being closed.
    ///
    /// Calls `body` with each owner.
    ///
    /// - Precondition: no send is in flight.
    func removeAll(_ body: (Owner) -> Void) {
        inFlight = 0
        for segment in segments { body(segment.owner) }
        segments.removeAll(keepingCapacity: true)
        filled = 0
    }
}

/// The output blocks of a worker, lent to connections that have something to send.
@safe
struct OutputPool: ~Copyable {
    private let memory: MappedMemory
    private let limits: Limits
    private var free: [Output] = []
    /// Blocks that were lent at some time: the rest has no object yet and no memory.
    private var made = 0

    /// Prepares `outputsMax` blocks in one mapping; a block that is never lent costs no memory.
    init(limits: Limits) throws(SystemError) {
        memory = try MappedMemory(count: limits.outputsMax * limits.outputBlockSize, isSparse: true)
        self.limits = limits
    }

    var hasFree: Bool { !free.isEmpty || made < limits.outputsMax }

    /// The block that was returned last: its memory is the warmest.
    ///
    /// `nil` when all are lent.
    mutating func lend() -> Output? {
        if let output = free.popLast() { return output }
        guard made < limits.outputsMax else { return nil }
        made += 1
        return unsafe Output(block: memory.base + (made - 1) * limits.outputBlockSize, limits: limits)
    }

    mutating func `return`(_ output: Output) {
        precondition(output.isEmpty && !output.isSending, "a block comes back empty")
        free.append(output)
    }
}
