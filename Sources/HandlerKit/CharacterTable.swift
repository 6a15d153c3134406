/// The characters of a legacy encoding, asked of the C library once. Immutable; any thread.

internal import HTTP
import Synchronization

/// UTF-8 for each character of an encoding, the first byte in the lowest bits; 0 where the bytes are no character.
///
/// A converter that is fed a text composes letters with the marks behind them in some encodings, which browsers do not,
/// and keeps a state. So it is asked for one character at a time, and the answers are kept.
struct CharacterTable: Sendable {
    /// By the byte, from 0x80 on.
    private(set) var singles: [UInt32]
    /// By the first byte from 0x80 on, and the second; empty where no character has two bytes.
    private(set) var pairs: [UInt32] = []
    /// EUC-JP's characters of three bytes, by the second and third from 0x80 on; empty elsewhere.
    private(set) var triples: [UInt32] = []
    /// GB18030's characters of four bytes within the basic plane, by their number in the standard; empty elsewhere.
    private(set) var quadruples: [UInt32] = []

    private static let kept = Mutex<[TextEncoding: CharacterTable]>([:])

    /// The table of an encoding; nil when this machine has no converter for it, which is looked at again next time.
    ///
    /// - Complexity: the first time up to 70,000 calls of the converter, some milliseconds, in which others wait.
    static func of(_ encoding: TextEncoding) -> CharacterTable? {
        kept.withLock { kept in
            if let table = kept[encoding] { return table }
            guard let table = CharacterTable(encoding, converter: encoding.converter) else { return nil }
            kept[encoding] = table
            return table
        }
    }

    /// Asks a converter for all characters; nil when there is no such converter.
    init?(_ encoding: TextEncoding, converter name: StaticString) {
        guard let converter = Converter(from: name) else { return nil }
        singles = [UInt32](repeating: 0, count: 0x80)
        switch encoding {
        case .gbk, .gb18030:
            readPairs(converter)
            readQuadruples(converter)
        case .big5:
            // Where the two disagree the standard is with Big5 in its first three rows, the symbols.
            guard let symbols = Converter(from: "BIG5") else { return nil }
            readPairs(converter)
            readPairs(symbols, leads: 0xa1...0xa3)
        case .shiftJIS:
            readSingles(converter)
            readPairs(converter)
        case .eucKR: readPairs(converter)
        case .eucJP:
            guard let supplement = Converter(from: "EUC-JP") else { return nil }
            readJapanese(converter)
            readTriples(supplement)
        default:
            readSingles(converter)
            if encoding.hasControlsInHoles {
                for byte in 0x80..<0xa0 where singles[byte - 0x80] == 0 { set(byte, UInt32(byte)) }
            }
        }
        for correction in encoding.corrections { set(Int(correction >> 16), correction & 0xffff) }
    }

    private mutating func set(_ bytes: Int, _ codePoint: UInt32) {
        let character = Self.packed(codePoint)
        if bytes < 0x100 { singles[bytes - 0x80] = character } else { pairs[bytes - 0x8000] = character }
    }

    /// The UTF-8 of a code point, the first byte in the lowest bits.
    private static func packed(_ codePoint: UInt32) -> UInt32 {
        guard let scalar = Unicode.Scalar(codePoint) else { return 0 }
        return scalar.utf8.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private mutating func readSingles(_ converter: borrowing Converter) {
        for byte in 0x80...0xff { singles[byte - 0x80] = converter.character(UInt32(byte), count: 1) }
    }

    private mutating func readPairs(_ converter: borrowing Converter, leads: ClosedRange<Int> = 0x81...0xfe) {
        if pairs.isEmpty { pairs = [UInt32](repeating: 0, count: 0x80 << 8) }
        for lead in leads {
            for trail in 0x30...0xfe {
                let character = converter.character(UInt32(trail << 8 | lead), count: 2)
                // A byte that is a character by itself makes two of a pair.
                let isPair = singles[lead - 0x80] == 0
                if isPair, character != 0 { pairs[(lead - 0x80) << 8 | trail] = character }
            }
        }
    }

    /// Takes EUC-JP's pairs out of Shift_JIS: both number the characters of JIS X 0208, and browsers have the same
    /// ones in both.
    private mutating func readJapanese(_ converter: borrowing Converter) {
        pairs = [UInt32](repeating: 0, count: 0x80 << 8)
        for lead in 0xa1...0xfe {
            for trail in 0xa1...0xfe {
                let number = (lead - 0xa1) * 94 + trail - 0xa1
                let (row, cell) = (number / 188, number % 188)
                let first = row + (row < 0x1f ? 0x81 : 0xc1)
                let second = cell + (cell < 0x3f ? 0x40 : 0x41)
                pairs[(lead - 0x80) << 8 | trail] = converter.character(UInt32(second << 8 | first), count: 2)
            }
        }
        // Half-width katakana follow a byte of their own.
        for trail in 0xa1...0xdf { pairs[0x0e << 8 | trail] = converter.character(UInt32(trail), count: 1) }
    }

    private mutating func readTriples(_ converter: borrowing Converter) {
        triples = [UInt32](repeating: 0, count: 0x80 << 7)
        for second in 0xa1...0xfe {
            for third in 0xa1...0xfe {
                let bytes = UInt32(third << 16 | second << 8 | 0x8f)
                triples[(second - 0x80) << 7 | (third - 0x80)] = converter.character(bytes, count: 3)
            }
        }
    }

    private mutating func readQuadruples(_ converter: borrowing Converter) {
        quadruples = [UInt32](repeating: 0, count: TextDecoder.gb18030BasicCount)
        for number in quadruples.indices {
            let high = UInt32(number / 12600 + 0x81) | UInt32(number / 1260 % 10 + 0x30) << 8
            let low = UInt32(number / 10 % 126 + 0x81) | UInt32(number % 10 + 0x30) << 8
            quadruples[number] = converter.character(high | low << 16, count: 4)
        }
        // What the standard of 2022 moved to two bytes keeps its four as well.
        for offset in 0..<8 { quadruples[19_057 + offset] = Self.packed(0x9fb4 + UInt32(offset)) }
        for offset in 0..<10 { quadruples[39_076 + offset] = Self.packed(0xfe10 + UInt32(offset)) }
    }
}
