/// What a file's content is recognised by. Pure values; any thread.

internal import Glibc

/// What a representation is recognised by (RFC 9110 §8.8), of the very descriptor whose bytes are sent.
struct Validators {
    /// The entity tag as it is sent, quotes included; empty for a file that has none yet.
    private var tag = InlineArray<72, UInt8>(repeating: 0)
    private var tagCount = 0
    /// Whole seconds since 1970.
    private(set) var lastModified: Int64 = 0
    /// The file can't change any more without another modification time.
    private(set) var hasRested = true

    init() {}

    /// Makes the tag from what changes whenever the content does: inode, size, modification time in nanoseconds.
    ///
    /// A file that was modified a moment ago may be modified again within the same tick of the kernel's clock, without
    /// a visible difference: two contents would have one tag. So it has none until it has rested (RFC 9110 §8.8.1), and is
    /// not kept until then. A time to come is not named to clients: they are told the present one (§8.8.2.1).
    ///
    /// - Parameters:
    ///   - inode: the file's number.
    ///   - size: its bytes.
    ///   - modified: when its content changed last.
    ///   - now: nanoseconds since 1970.
    init(inode: UInt64, size: UInt64, modified: timespec, now: Int64) {
        lastModified = min(Int64(modified.tv_sec), now / 1_000_000_000)
        let modifiedNanoseconds = Int64(modified.tv_sec) &* 1_000_000_000 &+ Int64(modified.tv_nsec)
        let age = now &- modifiedNanoseconds
        hasRested = age < 0 || age >= Self.restingTime
        guard hasRested else { return }
        append("\"")
        append(hexadecimal: UInt64(bitPattern: modifiedNanoseconds))
        append("-")
        append(hexadecimal: size)
        append("-")
        append(hexadecimal: inode)
        append("\"")
    }

    /// Makes the tag that of another representation of the same file (RFC 9110 §8.8.3.3).
    ///
    /// - Parameters:
    ///   - coding: the name of its content coding.
    ///   - digest: what tells its bytes from those that another release of the coder would make.
    mutating func mark(_ coding: StaticString, digest: UInt64?) {
        guard tagCount > 0 else { return }
        tagCount -= 1
        append("-")
        append(coding)
        if let digest {
            append("-")
            append(hexadecimal: digest & 0xFFFF_FFFF)
        }
        append("\"")
    }

    /// Longer than the coarsest tick that file systems stamp times with on Linux (10 ms at HZ=100).
    private static let restingTime: Int64 = 20_000_000

    /// Calls `body` with the tag's bytes.
    func withTag<Result, Failure: Error>(_ body: (Span<UInt8>) throws(Failure) -> Result) throws(Failure) -> Result {
        try body(tag.span.extracting(0..<tagCount))
    }

    private mutating func append(_ text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount {
            // In bounds by the loop.
            tag[tagCount] = unsafe text.utf8Start[index]
            tagCount += 1
        }
    }

    private mutating func append(hexadecimal value: UInt64) {
        var digits = max(1, (64 - value.leadingZeroBitCount + 3) / 4)
        while digits > 0 {
            digits -= 1
            let nibble = UInt8(truncatingIfNeeded: value >> UInt64(4 * digits)) & 15
            tag[tagCount] = nibble < 10 ? 48 + nibble : 87 + nibble
            tagCount += 1
        }
    }
}
