/// Addresses as text. Log thread, and whoever else needs the text of one.

extension LineBuffer {
    /// Appends `127.0.0.1` or `2001:db8::1` (RFC 5952, section 4: no leading zeros, the longest run of zero groups
    /// shortened, lower case), and `unix:` for a client of a Unix socket, which has none.
    mutating func append(_ address: RemoteAddress) {
        if address.isUnix { return append("unix:") }
        if let ipv4 = address.ipv4 {
            append(decimal: UInt64(ipv4 >> 24))
            append(UInt8(ascii: "."))
            append(decimal: UInt64(ipv4 >> 16 & 255))
            append(UInt8(ascii: "."))
            append(decimal: UInt64(ipv4 >> 8 & 255))
            append(UInt8(ascii: "."))
            append(decimal: UInt64(ipv4 & 255))
            return
        }
        let gap = Self.longestZeroRun(address)
        var index = 0
        while index < 8 {
            if index == gap.lowerBound, !gap.isEmpty {
                append("::")
                index = gap.upperBound
                continue
            }
            if index > 0, index != gap.upperBound || gap.isEmpty { append(UInt8(ascii: ":")) }
            append(hexGroup: address.group(index))
            index += 1
        }
    }

    private mutating func append(hexGroup group: UInt16) {
        var shift: UInt16 = 12
        while shift > 0, group >> shift == 0 { shift -= 4 }
        while true {
            let digit = UInt8(truncatingIfNeeded: group >> shift & 15)
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit)
            if shift == 0 { return }
            shift -= 4
        }
    }

    /// The first of the longest runs of at least two zero groups; empty when there is none.
    private static func longestZeroRun(_ address: RemoteAddress) -> Range<Int> {
        var longest = 0..<0
        var index = 0
        while index < 8 {
            let first = index
            while index < 8, address.group(index) == 0 { index += 1 }
            if index - first >= 2, index - first > longest.count { longest = first..<index }
            index += 1
        }
        return longest
    }
}

extension RemoteAddress: CustomStringConvertible {
    /// The address as text, without its port.
    package var description: String {
        var buffer = LineBuffer(capacity: 64)
        buffer.append(self)
        return buffer.text
    }
}
