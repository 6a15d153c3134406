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
            ? isFuture(bytes, from: start + 1, to: close)
            : NetworkAddress.ipv6(bytes.extracting(start..<close)) != nil
        return isAddress ? close + 1 : nil
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
