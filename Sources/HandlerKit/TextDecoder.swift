/// Text of any encoding of the web to UTF-8 (encoding.spec.whatwg.org). On the pool thread that handles the request.

package import HTTP

/// Decodes as browsers do, but that it refuses where they put U+FFFD.
package enum TextDecoder {
    /// Why a text can't be decoded.
    package enum Failure: Error, Equatable {
        /// Bytes that are no character of the encoding.
        case damaged
        /// The C library of this machine has no converter for the encoding.
        case noConverter
    }

    /// Bytes of UTF-8 for one byte of text, at most.
    package static var growthMax: Int { 3 }

    /// GB18030's characters of four bytes within the basic plane, and the number of the first beyond it.
    static var gb18030BasicCount: Int { 39_420 }
    static var gb18030PlanesStart: Int { 189_000 }

    /// True when bytes are the same text in each encoding that begins with ASCII: no byte from 0x80 on, and none of the
    /// controls that choose another set of characters.
    package static func isPlain(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices {
            switch bytes[index] {
            case 0x80..., 0x0e, 0x0f, 0x1b: return false
            default: continue
            }
        }
        return true
    }

    /// True when bytes are UTF-8.
    package static func isUTF8(_ bytes: Span<UInt8>) -> Bool {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes)
            return true
        } catch {
            return false
        }
    }

    /// Decodes a whole text.
    ///
    /// A byte order mark is a character of the text, as in the forms of the URL Standard, but in UTF-16, where it says
    /// the order of the bytes.
    ///
    /// - Returns: UTF-8, of at most `growthMax` times the size.
    package static func decode(_ bytes: Span<UInt8>, from encoding: TextEncoding) throws(Failure) -> [UInt8] {
        switch encoding {
        case .utf8:
            guard isUTF8(bytes) else { throw .damaged }
            return Array(copying: bytes)
        case .replacement: throw .damaged
        case .utf16BE: return try utf16(bytes, isBigEndian: true)
        case .utf16LE: return try utf16(bytes, isBigEndian: false)
        case .userDefined: return userDefined(bytes)
        case .iso2022JP: return try iso2022JP(bytes)
        default:
            // The standard decodes both alike, since pages that say GBK hold more.
            let read = encoding == .gbk ? TextEncoding.gb18030 : encoding
            guard let table = CharacterTable.of(read) else { throw .noConverter }
            return try decode(bytes, table)
        }
    }

    /// Decodes bytes that are ASCII below 0x80, and from there on the first of one to four.
    private static func decode(_ bytes: Span<UInt8>, _ table: CharacterTable) throws(Failure) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count + bytes.count / 2)
        var index = 0
        while index < bytes.count {
            let lead = Int(bytes[index])
            if lead < 0x80 {
                text.append(bytes[index])
                index += 1
                continue
            }
            let single = table.singles[lead - 0x80]
            if single != 0 {
                text.append(packed: single)
                index += 1
                continue
            }
            guard !table.pairs.isEmpty, index + 1 < bytes.count else { throw .damaged }
            let trail = Int(bytes[index + 1])
            let pair = table.pairs[(lead - 0x80) << 8 | trail]
            if pair != 0 {
                text.append(packed: pair)
                index += 2
            } else if lead == 0x8f, !table.triples.isEmpty, trail >= 0x80, index + 2 < bytes.count,
                bytes[index + 2] >= 0x80
            {
                let triple = table.triples[(trail - 0x80) << 7 | Int(bytes[index + 2] - 0x80)]
                guard triple != 0 else { throw .damaged }
                text.append(packed: triple)
                index += 3
            } else {
                guard !table.quadruples.isEmpty, index + 3 < bytes.count else { throw .damaged }
                try gb18030(bytes.extracting(index..<index + 4), table, into: &text)
                index += 4
            }
        }
        return text
    }

    /// Decodes a character of four bytes: the second and the fourth are digits.
    private static func gb18030(
        _ bytes: Span<UInt8>,
        _ table: CharacterTable,
        into text: inout [UInt8]
    ) throws(Failure) {
        guard (0x81...0xfe).contains(bytes[0]), (0x30...0x39).contains(bytes[1]), (0x81...0xfe).contains(bytes[2]),
            (0x30...0x39).contains(bytes[3])
        else { throw .damaged }
        let high = Int(bytes[0] - 0x81) * 10 + Int(bytes[1] - 0x30)
        let number = (high * 126 + Int(bytes[2] - 0x81)) * 10 + Int(bytes[3] - 0x30)
        if number < gb18030BasicCount {
            let character = table.quadruples[number]
            guard character != 0 else { throw .damaged }
            text.append(packed: character)
        } else {
            guard number >= gb18030PlanesStart, number - gb18030PlanesStart < 0x10_0000,
                let scalar = Unicode.Scalar(UInt32(number - gb18030PlanesStart + 0x1_0000))
            else { throw .damaged }
            text.append(scalar)
        }
    }

    /// Decodes units of two bytes; a byte order mark at the beginning comes before the order that the label says.
    private static func utf16(_ bytes: Span<UInt8>, isBigEndian: Bool) throws(Failure) -> [UInt8] {
        guard bytes.count.isMultiple(of: 2) else { throw .damaged }
        let isMarkedBig = !bytes.isEmpty && bytes[0] == 0xfe && bytes[1] == 0xff
        let isMarkedLittle = !bytes.isEmpty && bytes[0] == 0xff && bytes[1] == 0xfe
        let high = isMarkedBig || (isBigEndian && !isMarkedLittle) ? 0 : 1
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        func unit(_ index: Int) -> UInt32 { UInt32(bytes[index + high]) << 8 | UInt32(bytes[index + 1 - high]) }
        var index = isMarkedBig || isMarkedLittle ? 2 : 0
        while index < bytes.count {
            var value = unit(index)
            index += 2
            if (0xd800..<0xdc00).contains(value), index < bytes.count {
                let low = unit(index)
                guard (0xdc00..<0xe000).contains(low) else { throw .damaged }
                value = 0x1_0000 + (value - 0xd800) << 10 + (low - 0xdc00)
                index += 2
            }
            // A surrogate without its other half is none.
            guard let scalar = Unicode.Scalar(value) else { throw .damaged }
            text.append(scalar)
        }
        return text
    }

    /// Decodes bytes that each stand for themselves, from 0x80 on in the private use area.
    private static func userDefined(_ bytes: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        for index in bytes.indices {
            if let scalar = Unicode.Scalar(bytes[index] < 0x80 ? UInt32(bytes[index]) : 0xf700 + UInt32(bytes[index])) {
                text.append(scalar)
            }
        }
        return text
    }
}

extension [UInt8] {
    /// Appends UTF-8 of one to four bytes, the first in the lowest bits; a zero byte ends it.
    mutating func append(packed: UInt32) {
        var rest = packed
        while rest != 0 {
            append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        }
    }

    mutating func append(_ scalar: Unicode.Scalar) {
        append(contentsOf: scalar.utf8)
    }
}
