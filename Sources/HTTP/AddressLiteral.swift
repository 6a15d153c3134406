/// An address in brackets, as the host of a URI (RFC 3986 §3.2.2). Pure; any thread.

/// `"[" ( IPv6address / IPvFuture ) "]"`.
///
/// A zone (`fe80::1%25eth0`) is none: RFC 9844 took it out of URIs again, as it means something on one machine only.
enum AddressLiteral {
    /// The index after the bracket that ends the address; nil when there is no address before it.
    ///
    /// - Parameters:
    ///   - bytes: what the literal is in.
    ///   - start: the index after the bracket that begins it.
    ///   - end: where the bytes to look at end.
    /// - Returns: nil also when the bracket that ends it is missing.
    static func end(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int? {
        let close = ByteScan.firstIndex(of: 0x5d, in: bytes, from: start, to: end)  // ]
        guard start < close, close < end else { return nil }
        let isAddress =
            bytes[start] | 0x20 == UInt8(ascii: "v")
            ? isFuture(bytes, from: start + 1, to: close) : isIPv6(bytes, from: start, to: close)
        return isAddress ? close + 1 : nil
    }

    /// Eight groups of sixteen bits, the last two perhaps as IPv4; `::` stands once for one group or more.
    private static func isIPv6(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        var groups = 0
        var isShortened = false
        var index = start
        if bytes[index] == Ascii.colon {
            guard index + 1 < end, bytes[index + 1] == Ascii.colon else { return false }
            isShortened = true
            index += 2
        }
        while index < end {
            guard groups < 8 else { return false }
            let group = index
            while index < end, bytes[index].hexValue != nil { index += 1 }
            if index < end, bytes[index] == Ascii.dot {
                // It takes the place of the last two groups.
                guard isIPv4(bytes, from: group, to: end) else { return false }
                groups += 2
                break
            }
            guard (1...4).contains(index - group) else { return false }
            groups += 1
            guard index < end else { break }
            guard bytes[index] == Ascii.colon else { return false }
            index += 1
            // A colon alone ends no address.
            guard index < end else { return false }
            if bytes[index] == Ascii.colon {
                guard !isShortened else { return false }
                isShortened = true
                index += 1
            }
        }
        return isShortened ? groups < 8 : groups == 8
    }

    /// Four numbers of eight bits, without zeros before them.
    private static func isIPv4(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        var numbers = 0
        var index = start
        while numbers < 4 {
            let first = index
            while index < end, bytes[index].isDigit { index += 1 }
            guard (1...3).contains(index - first), let number = bytes.decimal(first, index), number <= 255,
                index - first == 1 || bytes[first] != Ascii.zero
            else { return false }
            numbers += 1
            guard numbers < 4 else { break }
            guard index < end, bytes[index] == Ascii.dot else { return false }
            index += 1
        }
        return index == end
    }

    /// A version in hexadecimal digits, a dot, and whatever that version makes of the rest.
    private static func isFuture(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Bool {
        var index = start
        while index < end, bytes[index].hexValue != nil { index += 1 }
        guard index > start, index < end, bytes[index] == Ascii.dot else { return false }
        let address = index + 1
        index = address
        while index < end, bytes[index].isHostName || bytes[index] == Ascii.colon { index += 1 }
        return index > address && index == end
    }
}
