/// The content codings that the server uses, and what a client wants of them (RFC 9110 §8.4, §12.5.3). Pure; any thread.

/// A content coding, in the order in which they are used when a client wants them alike: the smallest result first.
package enum ContentCoding: UInt8, CaseIterable, Sendable {
    case br, zstd, gzip

    /// Its name in Accept-Encoding and Content-Encoding.
    package var name: StaticString {
        switch self {
        case .br: "br"
        case .zstd: "zstd"
        case .gzip: "gzip"
        }
    }

    /// The suffix of a file's name, behind the original's, when it holds the coded content.
    package var suffix: StaticString {
        switch self {
        case .br: ".br"
        case .zstd: ".zst"
        case .gzip: ".gz"
        }
    }
}

/// The codings that a client wants at least as much as none, the most wanted first.
package struct CodingPreference: Sequence, IteratorProtocol, BitwiseCopyable, Sendable {
    /// Four bits each, the next one lowest: one more than the coding's raw value; 0 ends the list.
    private var rest: UInt16 = 0
    /// A bit for each coding that is acceptable at all, by its raw value.
    private let acceptable: UInt8
    /// The content may be sent as it is.
    package let allowsIdentity: Bool

    package init(_ qualities: CodingQualities) {
        allowsIdentity = qualities.identity > 0
        var left = InlineArray<3, UInt16>(repeating: 0)
        left[0] = qualities.br
        left[1] = qualities.zstd
        left[2] = qualities.gzip
        var acceptable: UInt8 = 0
        for index in left.indices where left[index] > 0 { acceptable |= 1 << UInt8(index) }
        self.acceptable = acceptable
        var shift: UInt16 = 0
        while true {
            var best: Int?
            for index in left.indices where left[index] > 0 && left[index] >= qualities.identity {
                if best.map({ left[index] > left[$0] }) ?? true { best = index }
            }
            guard let best else { break }
            left[best] = 0
            rest |= UInt16(best + 1) << shift
            shift += 4
        }
    }

    /// True when the client takes a coding, be it less than the content as it is.
    package func takes(_ coding: ContentCoding) -> Bool { acceptable & 1 << coding.rawValue != 0 }

    package mutating func next() -> ContentCoding? {
        guard rest != 0 else { return nil }
        let value = UInt8(truncatingIfNeeded: rest & 15) - 1
        rest >>= 4
        return ContentCoding(rawValue: value)
    }
}
