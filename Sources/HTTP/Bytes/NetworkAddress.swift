/// Addresses of IPv4 and IPv6, as texts hold them. Pure; any thread.

/// An IPv6 address; an IPv4 address is one mapped into IPv6 (RFC 4291 §2.5.5.2).
package struct NetworkAddress: BitwiseCopyable, Hashable, Sendable {
    /// The first and the last eight bytes, as big-endian numbers.
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An IPv4 address: its four bytes as a big-endian number.
    init(ipv4: UInt32) {
        self.init(high: 0, low: 0xFFFF << 32 | UInt64(ipv4))
    }

    /// Reads `192.0.2.7` or `2001:db8::7`; nil for anything else, a zone included.
    ///
    /// - Complexity: Linear in the text. Allocates nothing.
    package init?(_ text: Span<UInt8>) {
        if let ipv4 = Self.ipv4(text, from: 0) {
            self.init(ipv4: ipv4)
        } else if let address = Self.ipv6(text) {
            self = address
        } else {
            return nil
        }
    }

    /// True for an IPv4 address, however it was written.
    package var isIPv4: Bool { high == 0 && low &>> 32 == 0xFFFF }

    /// True for `::` and `0.0.0.0`, from which nobody connects (RFC 4291 §2.5.2, RFC 1122 §3.2.1.3).
    package var isUnspecified: Bool { high == 0 && (low == 0 || low == 0xFFFF &<< 32) }

    /// Four decimal numbers that fill the text from `start`; a zero before a digit is refused, as some read it as octal.
    private static func ipv4(_ text: Span<UInt8>, from start: Int) -> UInt32? {
        var address: UInt32 = 0
        var parts = 0
        var index = start
        while true {
            let first = index
            var part: UInt32 = 0
            while index < text.count, index &- first < 3, text[index].isDigit {
                part = part &* 10 &+ UInt32(text[index] &- Ascii.zero)
                index &+= 1
            }
            guard index > first, part <= 255, index &- first == 1 || text[first] != Ascii.zero else { return nil }
            address = address &<< 8 | part
            parts &+= 1
            guard index < text.count else { return parts == 4 ? address : nil }
            guard parts < 4, text[index] == Ascii.dot else { return nil }
            index &+= 1
        }
    }

    /// Groups of hexadecimal digits, of which `::` stands for those that are zero (RFC 4291 §2.2).
    static func ipv6(_ text: Span<UInt8>) -> NetworkAddress? {
        var groups = InlineArray<8, UInt16>(repeating: 0)
        var count = 0
        /// The number of groups before the `::`; -1 without one.
        var gap = -1
        var index = 0
        if text.count >= 2, text[0] == Ascii.colon, text[1] == Ascii.colon {
            gap = 0
            index = 2
        }
        while index < text.count {
            let first = index
            var group: UInt16 = 0
            while index < text.count, index &- first < 4, let digit = text[index].hexValue {
                group = group &<< 4 | UInt16(digit)
                index &+= 1
            }
            if index < text.count, text[index] == Ascii.dot {
                guard count <= 6, let ipv4 = ipv4(text, from: first) else { return nil }
                groups[count] = UInt16(truncatingIfNeeded: ipv4 &>> 16)
                groups[count &+ 1] = UInt16(truncatingIfNeeded: ipv4)
                count &+= 2
                break
            }
            guard index > first, count < 8 else { return nil }
            groups[count] = group
            count &+= 1
            guard index < text.count else { break }
            // A colon, and another group or a second colon behind it.
            guard text[index] == Ascii.colon, index &+ 1 < text.count else { return nil }
            index &+= 1
            if text[index] == Ascii.colon {
                guard gap < 0 else { return nil }
                gap = count
                index &+= 1
            }
        }
        guard gap < 0 ? count == 8 : count < 8 else { return nil }
        return NetworkAddress(groups, count: count, gap: gap < 0 ? 8 : gap)
    }

    /// The groups before a gap, zeros, and the groups behind it.
    private init(_ groups: InlineArray<8, UInt16>, count: Int, gap: Int) {
        var halves = InlineArray<2, UInt64>(repeating: 0)
        for place in 0..<8 {
            let zeros = 8 &- count
            let group: UInt16 = place < gap ? groups[place] : place < gap &+ zeros ? 0 : groups[place &- zeros]
            halves[place / 4] = halves[place / 4] &<< 16 | UInt64(group)
        }
        self.init(high: halves[0], low: halves[1])
    }
}
