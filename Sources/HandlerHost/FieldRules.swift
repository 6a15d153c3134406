/// What a handler's response field may look like. Pure; any thread.

/// The grammar of RFC 9110, section 5, and the fields that are the host's.
enum FieldRules {
    /// A token (section 5.6.2).
    static func isName(_ bytes: Span<UInt8>) -> Bool {
        guard !bytes.isEmpty else { return false }
        for index in bytes.indices where !isTokenByte(bytes[index]) { return false }
        return true
    }

    /// Visible characters, spaces, tabs and bytes above ASCII (section 5.5): no line end, no NUL, no other control.
    static func isValue(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices {
            let byte = bytes[index]
            if (byte < 0x20 && byte != 0x09) || byte == 0x7f { return false }
        }
        return true
    }

    /// Whether the host makes this field itself: it frames the message or belongs to the connection (section 7.6.1).
    static func isHosts(_ name: Span<UInt8>) -> Bool {
        switch name.count {
        case 4: equals(name, "date")
        case 7: equals(name, "trailer") || equals(name, "upgrade")
        case 10: equals(name, "connection") || equals(name, "keep-alive")
        case 14: equals(name, "content-length")
        case 16: equals(name, "proxy-connection")
        case 17: equals(name, "transfer-encoding")
        default: false
        }
    }

    /// Compares without regard to ASCII case; the lengths are equal.
    private static func equals(_ name: Span<UInt8>, _ lowercase: StaticString) -> Bool {
        // A name that is a token has no byte but letters that this OR turns into a letter or a hyphen. The text of a
        // StaticString is as long as it says.
        let expected = unsafe UnsafeBufferPointer(start: lowercase.utf8Start, count: lowercase.utf8CodeUnitCount)
        for index in name.indices where unsafe name[index] | 0x20 != expected[index] { return false }
        return true
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "!"),
            UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
            UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "^"), UInt8(ascii: "`"),
            UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
