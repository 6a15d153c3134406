/// Host and port, as the Host field and some targets hold them (RFC 9110 §7.2, RFC 3986 §3.2). Pure; any thread.

enum Authority {
    /// Whether the bytes are `uri-host [ ":" port ]` with a host that is not empty (RFC 9110 §4.2.1).
    ///
    /// User information is refused: RFC 9110 §4.2.4 calls it an error in a target that was received.
    static func isValid(_ bytes: Span<UInt8>, from start: Int, to end: Int, needsPort: Bool = false) -> Bool {
        guard start < end else { return false }
        var index = start
        if bytes[start] == 0x5b {  // [
            guard let after = AddressLiteral.end(bytes, from: start &+ 1, to: end) else { return false }
            index = after
        } else {
            while index < end, bytes[index].isHostName { index &+= 1 }
            while index < end, bytes[index] == Ascii.percent {
                guard index + 2 < end, bytes[index + 1].hexValue != nil, bytes[index + 2].hexValue != nil else {
                    return false
                }
                index += 3
                while index < end, bytes[index].isHostName { index += 1 }
            }
            guard index > start else { return false }
        }
        if index == end { return !needsPort }
        guard bytes[index] == Ascii.colon else { return false }
        return isPort(bytes, from: index &+ 1, to: end, mayBeEmpty: !needsPort)
    }

    /// A port may be empty in a URI (RFC 3986 §3.2.3), and is sixteen bits wide in TCP.
    private static func isPort(_ bytes: Span<UInt8>, from start: Int, to end: Int, mayBeEmpty: Bool) -> Bool {
        var port = 0
        var index = start
        while index < end {
            guard bytes[index].isDigit else { return false }
            port = port &* 10 &+ Int(bytes[index] &- Ascii.zero)
            guard port <= 0xffff else { return false }
            index &+= 1
        }
        return mayBeEmpty || end > start
    }
}
