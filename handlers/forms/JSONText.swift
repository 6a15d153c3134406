/// Writes JSON strings. Any thread.

extension [UInt8] {
    /// Appends text as a JSON string (RFC 8259, section 7).
    ///
    /// What is not UTF-8 becomes U+FFFD, as the URL Standard has it.
    mutating func append(jsonString text: [UInt8]) {
        append(UInt8(ascii: "\""))
        if text.allSatisfy({ $0 < 0x80 }) {
            append(jsonEscaped: text)
        } else {
            append(jsonEscaped: String(decoding: text, as: UTF8.self).utf8)
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func append(jsonEscaped text: some Sequence<UInt8>) {
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case UInt8(ascii: "\n"): append(contentsOf: "\\n".utf8)
            case UInt8(ascii: "\r"): append(contentsOf: "\\r".utf8)
            case UInt8(ascii: "\t"): append(contentsOf: "\\t".utf8)
            case 0..<0x20:
                append(contentsOf: "\\u00".utf8)
                append(Self.hexadecimal(byte >> 4))
                append(Self.hexadecimal(byte & 0xf))
            default: append(byte)
            }
        }
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
    }
}
