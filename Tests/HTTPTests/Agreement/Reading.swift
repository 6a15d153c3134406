/// What a parser makes of the bytes of one request, in words that any parser of requests can use. Pure; any thread.

/// A request as a parser understood it.
struct Message: Equatable {
    struct Field: Equatable {
        var name: [UInt8]
        var value: [UInt8]
    }

    enum Framing: Equatable {
        case none
        case length(UInt64)
        case chunked
    }

    var method: [UInt8] = []
    var target: [UInt8] = []
    /// Whether it is to be understood as HTTP/1.1, and not as HTTP/1.0.
    var isHTTP11 = false
    var fields: [Field] = []
    var framing = Framing.none
    var keepsAlive = false
    /// The content as far as it has come, without what frames it.
    var body: [UInt8] = []
}

/// What became of the bytes.
enum Reading {
    case accepted(Message, consumed: Int)
    /// More is needed; with a message when the head was whole.
    case incomplete(Message?)
    /// Refused, and why, in the parser's own words.
    case rejected(String)

    /// Whether two parsers mean the same.
    ///
    /// Why they refuse is their own affair: whoever looks at the first of two faults finds another than who looks at
    /// the second.
    func agrees(with other: Reading) -> Bool {
        switch (self, other) {
        case (.accepted(let message, let consumed), .accepted(let others, let othersConsumed)):
            consumed == othersConsumed && message == others
        case (.incomplete(let message), .incomplete(let others)): message == others
        case (.rejected, .rejected): true
        default: false
        }
    }

    var isRejected: Bool {
        if case .rejected = self { true } else { false }
    }

    /// The message, where the head was understood.
    var message: Message? {
        switch self {
        case .accepted(let message, _): message
        case .incomplete(let message): message
        case .rejected: nil
        }
    }
}

extension Reading: CustomStringConvertible {
    var description: String {
        switch self {
        case .accepted(let message, let consumed): "accepted \(consumed) bytes: \(message)"
        case .incomplete(let message): message.map { "incomplete: \($0)" } ?? "incomplete"
        case .rejected(let reason): "rejected: \(reason)"
        }
    }
}

extension Message: CustomStringConvertible {
    var description: String {
        let lines = fields.map { "\(quoted($0.name)): \(quoted($0.value))" }.joined(separator: ", ")
        return "\(quoted(method)) \(quoted(target)) \(isHTTP11 ? "1.1" : "1.0") [\(lines)] \(framing)"
            + " \(keepsAlive ? "keep-alive" : "close") body \(quoted(body))"
    }
}

/// Bytes as a text that shows each of them.
func quoted(_ bytes: [UInt8]) -> String {
    var text = "\""
    for byte in bytes {
        switch byte {
        case 0x0a: text += "\\n"
        case 0x0d: text += "\\r"
        case 0x09: text += "\\t"
        case 0x20...0x7e: text.unicodeScalars.append(Unicode.Scalar(byte))
        default: text += "\\x" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
    }
    return text + "\""
}
