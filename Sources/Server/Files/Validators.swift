/// What a file's content is recognised by. Pure values; any thread.

internal import Glibc

/// What a representation is recognised by (RFC 9110 §8.8), of the very descriptor whose bytes are sent.
struct Validators {
    /// The entity tag as it is sent, quotes included; empty for a file that has none yet.
    private var tag = InlineArray<88, UInt8>(repeating: 0)
    private var tagCount = 0
    /// Whole seconds since 1970.
    private var modifiedSecond: Int64 = 0
    /// The file can't change any more without another modification or change time.
    private(set) var hasRested = true

    init() {}

    /// Makes the tag from what changes whenever the content does: modification time in nanoseconds, size, inode, and by how
    /// much the change time differs from the modification time.
    ///
    /// The change time can't be set: it tells a file that was written in place and given its old time again, or that took
    /// the inode of one that is gone, from the one before. A mode or a link that changes makes another tag as well, which
    /// costs clients one more answer.
    ///
    /// A file that was written a moment ago may be written again within the same tick of the kernel's clock, without a
    /// visible difference: two contents would have one tag. So it has none until it has rested (RFC 9110 §8.8.1), and is
    /// not kept until then.
    ///
    /// - Parameters:
    ///   - inode: the file's number.
    ///   - size: its bytes.
    ///   - modified: when its content changed last, as far as programs say.
    ///   - changed: when its content or anything else about it changed last.
    ///   - now: nanoseconds since 1970.
    init(inode: UInt64, size: UInt64, modified: timespec, changed: timespec, now: Int64) {
        modifiedSecond = Int64(modified.tv_sec)
        let modified = FileContent.nanoseconds(modified)
        let changed = FileContent.nanoseconds(changed)
        hasRested = Self.isPast(modified, now) && Self.isPast(changed, now)
        guard hasRested else { return }
        append("\"")
        append(hexadecimal: UInt64(bitPattern: modified))
        append("-")
        append(hexadecimal: size)
        append("-")
        append(hexadecimal: inode)
        append("-")
        append(hexadecimal: UInt64(bitPattern: changed &- modified))
        append("\"")
    }

    /// True when nothing that happens now gets this time: it is long enough ago, or to come.
    private static func isPast(_ time: Int64, _ now: Int64) -> Bool {
        let age = now &- time
        return age < 0 || age >= restingTime
    }

    /// The modification date to name to clients, in seconds since 1970; `nil` while there is none that they can rely on.
    ///
    /// Dates have whole seconds: until the second of the modification is over, another content may get the same date
    /// (RFC 9110 §8.8.2.2), and a time to come is none (§8.8.2.1). The first two seconds of 1970 and all before them are
    /// what reproducible builds, Nix and ostree write in place of a time: every version of a file has them.
    ///
    /// - Parameter now: nanoseconds since 1970.
    /// - Returns: the date, which comes before `now`.
    func lastModified(now: Int64) -> Int64? {
        guard tagCount > 0, modifiedSecond > 1 else { return nil }
        // Times of files come from a clock that lags by a tick.
        return modifiedSecond < (now &- Self.restingTime) / 1_000_000_000 ? modifiedSecond : nil
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
