/// What is wrong first with a chunked body, read by the letter and slowly. Pure; any thread.

/// The first fault of a chunked body (RFC 9112 §7.1).
enum ChunkFault {
    case none
    /// A line that should hold a size.
    case size(Outline.Line)
    /// A size that no sixty-three bits hold, or that makes the sum of all too large for them.
    case overflow
    /// Data that CRLF does not follow.
    case ending
    /// A line of the trailer section.
    case trailer(Outline.Line)

    /// Reads what follows a head; what is cut off has no fault.
    init(_ bytes: [UInt8]) {
        var position = 0
        var total = 0
        while true {
            let line = Outline.line(bytes, &position)
            guard line.end == .crlf, let digits = Self.size(line.text) else {
                self = .size(line)
                return
            }
            guard let size = Int(digits, radix: 16), size <= Int.max - total else {
                self = .overflow
                return
            }
            total += size
            if size == 0 { break }
            guard size <= bytes.count - position else {
                self = .none
                return
            }
            position += size
            guard Array("\r\n".utf8).starts(with: bytes[position...].prefix(2)) else {
                self = .ending
                return
            }
            position = min(position + 2, bytes.count)
        }
        self = Self.trailer(bytes, position)
    }

    /// The digits of a line that is `chunk-size [ BWS ";" … ]`.
    private static func size(_ line: [UInt8]) -> String? {
        let digits = line.prefix(while: isHex)
        let rest = line[digits.endIndex...].drop(while: isBlank)
        let isPlain = digits.count == line.count
        guard !digits.isEmpty, isPlain || rest.first == UInt8(ascii: ";"), !rest.contains(where: isForbidden) else {
            return nil
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func trailer(_ bytes: [UInt8], _ start: Int) -> ChunkFault {
        var position = start
        while position < bytes.count {
            let line = Outline.line(bytes, &position)
            if line.end == .crlf, line.text.isEmpty { return .none }
            guard line.end == .crlf, let field = line.field, !field.name.isEmpty, field.name.allSatisfy(isToken),
                !line.text.contains(where: isForbidden)
            else { return .trailer(line) }
        }
        return .none
    }

    /// A control that is no tab.
    private static func isForbidden(_ byte: UInt8) -> Bool { isControl(byte) && byte != 0x09 }
}
