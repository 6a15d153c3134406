/// ISO-2022-JP, whose escape sequences choose the set of characters. On the pool thread that handles the request.

internal import HTTP

extension TextDecoder {
    /// The sets of characters that an escape sequence chooses.
    private enum Characters { case ascii, roman, katakana, kanji }

    /// Decodes as section 12.2 of the Encoding Standard says; the characters themselves are those of EUC-JP.
    static func iso2022JP(_ bytes: Span<UInt8>) throws(Failure) -> [UInt8] {
        guard let table = CharacterTable.of(.eucJP) else { throw .noConverter }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var characters = Characters.ascii
        // A second escape sequence with nothing between is refused: it hides where a text ends.
        var hasEscaped = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x1b {
                guard !hasEscaped, let chosen = escape(bytes, at: index) else { throw .damaged }
                characters = chosen
                hasEscaped = true
                index += 3
                continue
            }
            hasEscaped = false
            switch characters {
            case .ascii, .roman:
                guard byte < 0x80, byte != 0x0e, byte != 0x0f else { throw .damaged }
                switch (characters, byte) {
                case (.roman, 0x5c): text.append(contentsOf: "\u{a5}".utf8)
                case (.roman, 0x7e): text.append(contentsOf: "\u{203e}".utf8)
                default: text.append(byte)
                }
                index += 1
            case .katakana:
                guard (0x21...0x5f).contains(byte) else { throw .damaged }
                text.append(packed: table.pairs[0x0e << 8 | Int(byte | 0x80)])
                index += 1
            case .kanji:
                guard (0x21...0x7e).contains(byte), index + 1 < bytes.count, (0x21...0x7e).contains(bytes[index + 1])
                else { throw .damaged }
                let pair = table.pairs[Int(byte) << 8 | Int(bytes[index + 1] | 0x80)]
                guard pair != 0 else { throw .damaged }
                text.append(packed: pair)
                index += 2
            }
        }
        return text
    }

    private static func escape(_ bytes: Span<UInt8>, at index: Int) -> Characters? {
        guard index + 2 < bytes.count else { return nil }
        return switch (bytes[index + 1], bytes[index + 2]) {
        case (0x28, 0x42): .ascii
        case (0x28, 0x4a): .roman
        case (0x28, 0x49): .katakana
        case (0x24, 0x40), (0x24, 0x42): .kanji
        default: nil
        }
    }
}
