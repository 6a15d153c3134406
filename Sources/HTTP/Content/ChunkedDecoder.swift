/// A chunked body, taken apart where it lies (RFC 9112 §7.1). A value of whoever owns the connection; a completion worker.
///
/// The decoder reads the lines between the chunks byte by byte and says where the data is; it copies nothing and keeps
/// no byte, so the input may be cut anywhere.

/// What comes next in a chunked body.
package enum ChunkedEvent: Hashable, Sendable {
    /// Data of the body at this place of the input; the next call goes on from its upper bound.
    case data(Range<Int>)
    /// The input is used up; the next call begins a new input.
    case needsMore
    /// The body has ended before this index, where the next request begins.
    case complete(end: Int)
    case rejected(RejectReason)
}

/// Decodes one chunked body.
package struct ChunkedDecoder: Sendable {
    /// The line of a chunk's size, with its extensions.
    static var lineSizeMax: Int { 1024 }
    /// The extensions of all chunks together: a body of one-byte chunks with long extensions would cost a server dear.
    static var extensionsSizeMax: Int { 8 << 10 }
    /// The trailer section, which is read and dropped.
    static var trailerSizeMax: Int { 8 << 10 }

    /// Bytes of data announced so far.
    package private(set) var bodySize: UInt64 = 0
    private let bodySizeMax: UInt64
    private var state = State.size
    /// Of the chunk being read: its size while the line is read, then what is still to come.
    private var remaining: UInt64 = 0
    private var lineSize = 0
    private var extensionsSize = 0
    private var trailerSize = 0

    private enum State: Equatable {
        case size, blank, extensions, sizeEnd
        case data, dataEnd, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed, lastLineFeed
        case complete
        case rejected(RejectReason)
    }

    /// A decoder for a body of at most `bodySizeMax` bytes, what is beyond them being refused when it is announced.
    package init(bodySizeMax: UInt64 = UInt64(Int64.max)) {
        self.bodySizeMax = min(bodySizeMax, UInt64(Int64.max))
    }

    /// Goes on at `offset` of the input.
    ///
    /// - Complexity: Linear in the bytes between chunks; data is stepped over.
    package mutating func next(_ input: Span<UInt8>, from offset: Int) -> ChunkedEvent {
        var index = max(offset, 0)
        if state == .complete { return .complete(end: index) }
        while index < input.count {
            if case .data = state {
                let count = Int(min(remaining, UInt64(input.count - index)))
                remaining -= UInt64(count)
                if remaining == 0 { state = .dataEnd }
                return .data(index..<index + count)
            }
            state = following(input[index])
            index += 1
            if state == .complete { return .complete(end: index) }
            if case .rejected = state { break }
        }
        if case .rejected(let reason) = state { return .rejected(reason) }
        return .needsMore
    }

    private mutating func following(_ byte: UInt8) -> State {
        switch state {
        case .size: afterSize(byte)
        case .blank: afterBlank(byte)
        case .extensions: afterExtensions(byte)
        case .sizeEnd: afterSizeLine(byte)
        case .dataEnd: byte == Ascii.carriageReturn ? .dataLineFeed : .rejected(.badChunkEnding)
        case .dataLineFeed: byte == Ascii.lineFeed ? beginLine() : .rejected(.badChunkEnding)
        case .trailerStart, .trailerName, .trailerValue: afterTrailer(byte)
        case .trailerLineFeed: byte == Ascii.lineFeed ? .trailerStart : .rejected(.bareCarriageReturn)
        case .lastLineFeed: byte == Ascii.lineFeed ? .complete : .rejected(.bareCarriageReturn)
        case .data, .complete, .rejected: state
        }
    }

    // MARK: - The line of a size

    private mutating func beginLine() -> State {
        lineSize = 0
        remaining = 0
        return .size
    }

    private mutating func afterSize(_ byte: UInt8) -> State {
        if let digit = byte.hexValue {
            lineSize += 1
            // Zeros may lead; what does not fit in sixty-three bits is nobody's body.
            guard lineSize <= Self.lineSizeMax else { return .rejected(.chunkLineTooLong) }
            guard remaining < 1 << 59 else { return .rejected(.badChunkSize) }
            remaining = remaining << 4 | UInt64(digit)
            return .size
        }
        guard lineSize > 0 else { return .rejected(.badChunkSize) }
        switch byte {
        case Ascii.carriageReturn: return .sizeEnd
        case Ascii.semicolon: return countExtension(.extensions)
        case Ascii.space, Ascii.tab: return countExtension(.blank)
        case Ascii.lineFeed: return .rejected(.bareLineFeed)
        default: return .rejected(.badChunkSize)
        }
    }

    /// RFC 9112 §7.1.1 tolerates whitespace before an extension's semicolon, and nowhere else.
    private mutating func afterBlank(_ byte: UInt8) -> State {
        switch byte {
        case Ascii.space, Ascii.tab: countExtension(.blank)
        case Ascii.semicolon: countExtension(.extensions)
        default: .rejected(.badChunkSize)
        }
    }

    private mutating func afterExtensions(_ byte: UInt8) -> State {
        switch byte {
        case Ascii.carriageReturn: .sizeEnd
        case Ascii.lineFeed: .rejected(.bareLineFeed)
        case let byte where byte.isFieldText: countExtension(.extensions)
        default: .rejected(.badChunkSize)
        }
    }

    private mutating func countExtension(_ state: State) -> State {
        lineSize += 1
        extensionsSize += 1
        guard lineSize <= Self.lineSizeMax else { return .rejected(.chunkLineTooLong) }
        guard extensionsSize <= Self.extensionsSizeMax else { return .rejected(.chunkExtensionsTooLarge) }
        return state
    }

    private mutating func afterSizeLine(_ byte: UInt8) -> State {
        guard byte == Ascii.lineFeed else { return .rejected(.bareCarriageReturn) }
        guard remaining > 0 else { return .trailerStart }
        guard remaining <= bodySizeMax - bodySize else { return .rejected(.bodyTooLarge) }
        bodySize += remaining
        return .data
    }

    // MARK: - The trailer section

    /// The fields after the last chunk: held to the same grammar as a head's, then dropped (RFC 9112 §7.1.2).
    private mutating func afterTrailer(_ byte: UInt8) -> State {
        trailerSize += 1
        guard trailerSize <= Self.trailerSizeMax else { return .rejected(.trailerTooLarge) }
        if byte == Ascii.lineFeed { return .rejected(.bareLineFeed) }
        switch (state, byte) {
        case (.trailerStart, Ascii.carriageReturn): return .lastLineFeed
        case (.trailerStart, _) where byte.isBlank: return .rejected(.lineFolding)
        case (.trailerStart, _), (.trailerName, _):
            if byte == Ascii.colon, state == .trailerName { return .trailerValue }
            if byte.isBlank { return .rejected(.whitespaceBeforeColon) }
            return byte.isToken ? .trailerName : .rejected(.badFieldName)
        case (_, Ascii.carriageReturn): return .trailerLineFeed
        default: return byte.isFieldText ? .trailerValue : .rejected(.badFieldValue)
        }
    }
}
