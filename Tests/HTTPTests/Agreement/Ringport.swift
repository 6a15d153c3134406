/// Ringport's parser and chunked decoder, asked for their reading of a request. Pure; any thread.

import HTTP

/// The parser under test.
enum Ringport {
    /// Small, so that requests beyond them need not be long.
    static let limits = HeadLimits(headSizeMax: 1024, requestLineSizeMax: 256, fieldCountMax: 16)

    static func read(_ bytes: [UInt8]) -> Reading {
        var parser = RequestParser(limits: limits)
        let head: RequestHead
        switch parser.parse(bytes.span) {
        case .complete(let complete): head = complete
        case .incomplete: return .incomplete(nil)
        case .rejected(let reason): return .rejected("\(reason)")
        }
        var message = message(head, bytes)
        switch head.framing {
        case .none:
            return .accepted(message, consumed: head.length)
        case .length(let length):
            let available = bytes.count - head.length
            guard length <= UInt64(available) else {
                message.body = Array(bytes[head.length...])
                return .incomplete(message)
            }
            message.body = Array(bytes[head.length..<head.length + Int(length)])
            return .accepted(message, consumed: head.length + Int(length))
        case .chunked:
            return readChunks(message, bytes, from: head.length)
        }
    }

    /// Whether the head alone is complete and good.
    static func isHeadAccepted(_ bytes: [UInt8]) -> Bool {
        var parser = RequestParser(limits: limits)
        guard case .complete = parser.parse(bytes.span) else { return false }
        return true
    }

    private static func readChunks(_ head: Message, _ bytes: [UInt8], from start: Int) -> Reading {
        var message = head
        var decoder = ChunkedDecoder()
        var index = start
        while true {
            switch decoder.next(bytes.span, from: index) {
            case .data(let range):
                message.body += bytes[range]
                index = range.upperBound
            case .needsMore: return .incomplete(message)
            case .complete(let end): return .accepted(message, consumed: end)
            case .rejected(let reason): return .rejected("\(reason)")
            }
        }
    }

    private static func message(_ head: RequestHead, _ bytes: [UInt8]) -> Message {
        func part(_ range: ByteRange) -> [UInt8] { Array(bytes[range.lowerBound..<range.upperBound]) }
        var message = Message(
            method: part(head.methodRange),
            target: part(head.target),
            isHTTP11: head.version == .http11,
            keepsAlive: head.keepsAlive
        )
        switch head.framing {
        case .none: message.framing = .none
        case .length(let length): message.framing = .length(length)
        case .chunked: message.framing = .chunked
        }
        var lines = FieldIterator(head)
        while let line = lines.next(in: bytes.span) {
            message.fields.append(Message.Field(name: part(line.name), value: part(line.value)))
        }
        return message
    }
}
