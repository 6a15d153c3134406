/// A request's content as it arrives. Pure; the worker that owns the exchange.
///
/// DESIGN. The head says how the content is framed, and the site whether it is wanted and how large it may be. After that each
/// piece of input is placed: data, the end, or a reason to read no further. Kept bytes are in one buffer, whose memory grows as
/// the content arrives and not as it is announced. The worker asks for that memory, and tells the client.

internal import HTTP

/// The content of one request: what is kept of it, and whether it is whole.
struct RequestContent: ~Copyable {
    enum Use {
        /// Nothing is read before it is decided what becomes of the content.
        case undecided
        case kept
        /// It is read only to find the next request.
        case discarded
    }

    /// The next part of an input.
    enum Event: Equatable {
        /// Content at this place of the input; the next call goes on from its upper bound.
        case data(Range<Int>)
        /// The input is used up.
        case needsMore
        /// The content has ended before this index, where the next request begins.
        case complete(end: Int)
        /// Nothing more is read: the content is malformed or too large; `nil` for one that is discarded and too large for that.
        case refused(RejectReason?)
    }

    private(set) var use = Use.undecided
    /// The client waits for 100 (Continue) before it sends the content.
    var owesContinue = false
    /// Bytes of content that have come.
    private(set) var received = 0
    /// The kept bytes.
    private(set) var kept = ByteBuffer()

    private var isChunked = false
    private var chunks = ChunkedDecoder()
    /// Bytes still to come of a content whose length was announced.
    private var remaining: UInt64 = 0

    /// Decides what becomes of the content.
    ///
    /// - Parameters:
    ///   - framing: as the head says.
    ///   - isWanted: false for one that is discarded.
    ///   - sizeMax: bytes that are read of it at most.
    /// - Returns: nil, or the event that ends it before a byte is read.
    mutating func decide(_ framing: BodyFraming, isWanted: Bool, sizeMax: Int) -> Event? {
        use = isWanted ? .kept : .discarded
        switch framing {
        case .none:
            break
        case .length(let length):
            remaining = length
            if length > UInt64(sizeMax) { return refusal(.bodyTooLarge) }
        case .chunked:
            isChunked = true
            // A chunk that announces more is not waited for.
            chunks = ChunkedDecoder(bodySizeMax: UInt64(sizeMax))
        }
        return nil
    }

    /// Places the next part of the input.
    ///
    /// - Parameters:
    ///   - input: bytes that arrived.
    ///   - offset: where to go on.
    /// - Returns: what is there.
    mutating func next(_ input: Span<UInt8>, from offset: Int) -> Event {
        precondition(use != .undecided, "it is decided first what becomes of the content")
        let event = isChunked ? nextChunk(input, from: offset) : nextBytes(input, from: offset)
        if case .data(let range) = event { received += range.count }
        return event
    }

    private mutating func nextBytes(_ input: Span<UInt8>, from offset: Int) -> Event {
        guard remaining > 0 else { return .complete(end: offset) }
        guard offset < input.count else { return .needsMore }
        let count = Int(min(UInt64(input.count - offset), remaining))
        remaining -= UInt64(count)
        return .data(offset..<offset + count)
    }

    private mutating func nextChunk(_ input: Span<UInt8>, from offset: Int) -> Event {
        switch chunks.next(input, from: offset) {
        case .data(let range): .data(range)
        case .needsMore: .needsMore
        case .complete(let end): .complete(end: end)
        case .rejected(let reason): refusal(reason)
        }
    }

    /// One that nobody wants is not worth a reason when it is only large.
    private func refusal(_ reason: RejectReason) -> Event {
        .refused(use == .discarded && reason == .bodyTooLarge ? nil : reason)
    }

    // MARK: Keeping

    /// Computes the memory that a piece of content takes.
    ///
    /// - Parameters:
    ///   - count: its bytes.
    ///   - sizeMax: as in `decide`: memory is doubled up to there.
    /// - Returns: bytes beside those that there are; 0 for a content that is discarded.
    func growth(for count: Int, sizeMax: Int) -> Int {
        use == .kept ? kept.capacity(for: kept.count + count, largest: sizeMax) - kept.capacity : 0
    }

    /// Keeps a piece of content, unless it is discarded.
    mutating func keep(_ bytes: UnsafeBufferPointer<UInt8>, sizeMax: Int) {
        guard use == .kept else { return }
        kept.reserve(kept.count + bytes.count, largest: sizeMax)
        unsafe kept.append(bytes)
    }

    /// Gives the memory back: somebody else has the content, or nobody will.
    mutating func free() {
        kept.free()
    }
}
