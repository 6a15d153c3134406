/// Sixteen bytes at a time: search, compare and copy. Any thread; the only file of `HTTP` that says `unsafe`.
///
/// Every load goes through `RawSpan`, which checks its bounds, and the few that do not are guarded two lines above.
/// What is unsafe about the others is their type alone, and every bit pattern is a valid integer or integer vector.
/// Lanes are numbered from the lowest address, which is right on the little-endian machines Swift on Linux runs on.

enum ByteScan {
    typealias Block = SIMD16<UInt8>
    typealias Mask = SIMDMask<SIMD16<Int8>>

    /// The first byte from `start` that no line of text may hold: a control other than TAB, or DEL.
    ///
    /// - Returns: Its index, or `end` when there is none before `end`.
    @inline(__always)
    static func firstControl(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        first(in: bytes, from: start, to: end) { block in
            (block .< all(0x09)) .| ((block &- all(0x0a)) .< all(0x16)) .| (block .== all(0x7f))
        }
    }

    /// The first `byte` from `start`, or `end`.
    @inline(__always)
    static func firstIndex(of byte: UInt8, in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        first(in: bytes, from: start, to: end) { block in block .== all(byte) }
    }

    /// The first byte a request target may not simply contain: what `TargetBytes` decides upon one by one, or `end`.
    @inline(__always)
    static func firstNotableTargetByte(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        first(in: bytes, from: start, to: end) { block in
            // Up to '#'; '<' '=' '>' '?'; '\' '^' '`'; from '{' on.
            let edges = (block .< all(0x24)) .| (block .> all(0x7a))
            let middle = (block &- all(0x3c)) .< all(0x04)
            let rest = (block .== all(0x5c)) .| (block .== all(0x5e)) .| (block .== all(0x60))
            return edges .| middle .| rest
        }
    }

    /// The first byte that a JSON string does not simply contain: a quote, a backslash, a control, or one outside ASCII; or `end`.
    @inline(__always)
    static func firstNotableJSONByte(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        first(in: bytes, from: start, to: end) { block in
            (block .== all(0x22)) .| (block .== all(0x5c)) .| ((block &- all(0x20)) .> all(0x5f))
        }
    }

    /// The first '%' or '.' or byte outside visible ASCII, or `end`: where a path stops being its own decoding.
    @inline(__always)
    static func firstEscapeOrDot(in bytes: Span<UInt8>, from start: Int, to end: Int) -> Int {
        first(in: bytes, from: start, to: end) { block in
            (block .== all(0x25)) .| (block .== all(0x2e)) .| (block .< all(0x21)) .| (block .> all(0x7e))
        }
    }

    /// Whether the bytes at `start` are `literal`, letters compared without case.
    ///
    /// The literal must consist of lower-case letters, digits and `-./+=` : for these, setting bit 5 of a byte that
    /// is no control changes nothing but the case.
    @inline(__always)
    static func matches(_ bytes: Span<UInt8>, at start: Int, ignoringCase literal: StaticString) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard start >= 0, start <= bytes.count, count <= bytes.count - start else { return false }
        var index = 0
        while index &+ 8 <= count {
            guard word(bytes, start &+ index) | caseBits == word(literal, index) else { return false }
            index &+= 8
        }
        if index == count { return true }
        if count >= 8 {  // the last eight bytes, some of them for the second time
            return word(bytes, start &+ count &- 8) | caseBits == word(literal, count &- 8)
        }
        while index < count {
            guard bytes[start &+ index] | 0x20 == byte(literal, index) else { return false }
            index &+= 1
        }
        return true
    }

    /// Whether all of `bytes` is `literal`, letters compared without case.
    @inline(__always)
    static func equals(_ bytes: Span<UInt8>, ignoringCase literal: StaticString) -> Bool {
        bytes.count == literal.utf8CodeUnitCount && matches(bytes, at: 0, ignoringCase: literal)
    }

    /// Whether `literal` stands at `start`, letter by letter: for cold paths.
    static func isPrefix(_ literal: StaticString, of bytes: Span<UInt8>, at start: Int) -> Bool {
        let count = literal.utf8CodeUnitCount
        guard start >= 0, start <= bytes.count, count <= bytes.count - start else { return false }
        for index in 0..<count where bytes[start + index] != byte(literal, index) { return false }
        return true
    }

    /// Whether a lower-case literal begins with `bytes`, without case: for cold paths.
    static func begins(_ literal: StaticString, with bytes: Span<UInt8>) -> Bool {
        guard bytes.count <= literal.utf8CodeUnitCount else { return false }
        for index in 0..<bytes.count where bytes[index] | 0x20 != byte(literal, index) { return false }
        return true
    }

    /// Eight bytes, the lowest address in the lowest bits.
    @inline(__always)
    static func word(_ bytes: Span<UInt8>, _ start: Int) -> UInt64 {
        unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)
    }

    /// Four bytes, the lowest address in the lowest bits.
    @inline(__always)
    static func halfWord(_ bytes: Span<UInt8>, _ start: Int) -> UInt32 {
        unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt32.self)
    }

    /// Appends a span in one move.
    ///
    /// - Returns: False, with nothing appended, when it does not fit.
    @inline(__always)
    static func append(_ source: Span<UInt8>, to output: inout OutputSpan<UInt8>) -> Bool {
        guard source.count <= output.freeCapacity else { return false }
        unsafe source.withUnsafeBufferPointer { from in
            unsafe output.withUnsafeMutableBufferPointer { into, count in
                // In bounds by the guard above; the two cannot overlap, since the output is borrowed exclusively.
                let tail = unsafe UnsafeMutableBufferPointer(rebasing: into[count...])
                _ = unsafe tail.update(fromContentsOf: from)
                count += from.count
            }
        }
        return true
    }

    /// Appends a literal in one move.
    ///
    /// - Returns: False, with nothing appended, when it does not fit.
    @inline(__always)
    static func append(_ literal: StaticString, to output: inout OutputSpan<UInt8>) -> Bool {
        // A string literal's bytes live as long as the program.
        unsafe append(Span(_unsafeStart: literal.utf8Start, count: literal.utf8CodeUnitCount), to: &output)
    }

    /// Appends a span to an array in one move.
    @inline(__always)
    static func append(_ source: Span<UInt8>, to output: inout [UInt8]) {
        unsafe source.withUnsafeBufferPointer { unsafe output.append(contentsOf: $0) }
    }

    /// A hash of bytes, keyed by a number that each process draws at its start.
    static func hash(of bytes: Span<UInt8>) -> Int {
        var hasher = Hasher()
        unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return hasher.finalize()
    }

    // MARK: -

    /// A vector of one byte, sixteen times.
    ///
    /// The operators between two vectors compile to one instruction each, those between a vector and a scalar do not.
    @inline(__always)
    private static func all(_ byte: UInt8) -> Block { Block(repeating: byte) }

    private static var caseBits: UInt64 { 0x2020_2020_2020_2020 }

    @inline(__always)
    private static func first(
        in bytes: Span<UInt8>,
        from start: Int,
        to end: Int,
        where test: (Block) -> Mask
    ) -> Int {
        var index = start
        while index < end {
            let room = bytes.count &- index
            if room >= 16 {
                let block = unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: index, as: Block.self)
                let lane = firstLane(test(block))
                if lane < 16 { return min(index &+ lane, end) }
                index &+= 16
            } else if bytes.count >= 16 {
                // The last sixteen bytes of the span, without the lanes that lie before `index`.
                let block = unsafe bytes.bytes.unsafeLoadUnaligned(fromByteOffset: bytes.count &- 16, as: Block.self)
                let wanted = laneNumbers .> all(UInt8(truncatingIfNeeded: 15 &- room))
                let lane = firstLane(test(block) .& wanted)
                return min(bytes.count &- 16 &+ lane, end)
            } else {
                return firstOfFew(in: bytes, from: index, to: end, where: test)
            }
        }
        return end
    }

    /// The search in a span of fewer than sixteen bytes.
    @inline(never)
    private static func firstOfFew(
        in bytes: Span<UInt8>,
        from start: Int,
        to end: Int,
        where test: (Block) -> Mask
    ) -> Int {
        var block = Block(repeating: 0)
        var lane = 0
        while lane < 16, start &+ lane < end {
            block[lane] = bytes[start &+ lane]
            lane &+= 1
        }
        return min(start &+ firstLane(test(block)), end)
    }

    private static var laneNumbers: Block { Block(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) }

    /// The first lane that is set, or 16.
    ///
    /// A mask's lanes are all ones or all zeros.
    @inline(__always)
    private static func firstLane(_ mask: Mask) -> Int {
        let halves = unsafe unsafeBitCast(mask, to: SIMD2<UInt64>.self)
        if halves[0] != 0 { return halves[0].trailingZeroBitCount &>> 3 }
        return 8 &+ halves[1].trailingZeroBitCount &>> 3
    }

    @inline(__always)
    private static func word(_ literal: StaticString, _ start: Int) -> UInt64 {
        // Callers keep `start + 8` within the literal.
        unsafe UnsafeRawPointer(literal.utf8Start).loadUnaligned(fromByteOffset: start, as: UInt64.self)
    }

    @inline(__always)
    static func byte(_ literal: StaticString, _ index: Int) -> UInt8 {
        // Callers keep `index` within the literal.
        unsafe literal.utf8Start[index]
    }
}
