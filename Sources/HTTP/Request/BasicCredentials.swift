/// A user and a password in an Authorization field (RFC 7617). Pure; a completion worker.

/// What a client says of its user.
package struct BasicCredentials: Sendable, Equatable {
    package let user: [UInt8]
    package let password: [UInt8]

    /// Reads the field's value; `nil` when it is not of the scheme Basic, or breaks a rule of it.
    package init?(_ value: Span<UInt8>) {
        guard ByteScan.matches(value, at: 0, ignoringCase: "basic "), value.count > 6 else { return nil }
        var start = 6
        while start < value.count, value[start] == Ascii.space { start += 1 }
        guard let bytes = Self.decode(value.extracting(start..<value.count)),
            let colon = bytes.firstIndex(of: Ascii.colon),
            // RFC 7617 §2: neither may hold a control character.
            !bytes.contains(where: { $0 < 0x20 || $0 == 0x7F })
        else { return nil }
        user = Array(bytes[..<colon])
        password = Array(bytes[(colon + 1)...])
    }

    /// Base64 of RFC 4648 §4, with its padding and without anything else.
    private static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        guard text.count > 0, text.count % 4 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var index = 0
        while index < text.count {
            let isLast = index + 4 == text.count
            var group: UInt32 = 0
            var count = 3
            for place in 0..<4 {
                let byte = text[index + place]
                if isLast, byte == UInt8(ascii: "="), place >= 2, place == 3 || text[index + 3] == UInt8(ascii: "=") {
                    count = min(count, place - 1)
                    group <<= 6
                } else {
                    guard let value = sextet(byte) else { return nil }
                    group = group << 6 | value
                }
            }
            // Bits that stand for no byte are zero, so that a value has one form.
            guard group & (1 << UInt32(8 * (3 - count)) - 1) == 0 else { return nil }
            for place in 0..<count { bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * place))) }
            index += 4
        }
        return bytes
    }

    private static func sextet(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
