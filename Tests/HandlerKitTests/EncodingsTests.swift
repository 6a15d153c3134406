/// Every character of every encoding of the web is decoded as browsers decode it. Test threads.

import HTTP
import Harness
import Testing

@testable import HandlerKit

@Suite struct EncodingsTests {
    /// UTF-8 of a whole text; nil when it is refused as damaged.
    static func decoded(_ bytes: [UInt8], _ encoding: TextEncoding) throws -> [UInt8]? {
        do throws(TextDecoder.Failure) {
            return try TextDecoder.decode(bytes.span, from: encoding)
        } catch {
            try #require(error == .damaged, "\(encoding) has a converter")
            return nil
        }
    }

    static func text(_ bytes: [UInt8], _ encoding: TextEncoding) throws -> String? {
        try decoded(bytes, encoding).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The encodings that have a table, by a label that Python's script understands.
    static let tabled = [
        "ibm866", "iso-8859-2", "iso-8859-3", "iso-8859-4", "iso-8859-5", "iso-8859-6", "iso-8859-7", "iso-8859-8",
        "iso-8859-8-i", "iso-8859-10", "iso-8859-13", "iso-8859-14", "iso-8859-15", "iso-8859-16", "koi8-r", "koi8-u",
        "macintosh", "windows-874", "windows-1250", "windows-1251", "windows-1252", "windows-1253", "windows-1254",
        "windows-1255", "windows-1256", "windows-1257", "windows-1258", "x-mac-cyrillic", "gbk", "gb18030", "big5",
        "euc-jp", "shift_jis", "euc-kr",
    ]

    private static func named(_ label: String) -> TextEncoding? {
        let bytes = Array(label.utf8)
        return TextEncoding.named(bytes.span)
    }

    private static func bytes(_ hexadecimal: Substring) -> [UInt8] {
        let digits = hexadecimal.utf8.map { $0 < 0x3a ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    @Test(arguments: tabled) func everyCharacterIsThatOfTheStandard(label: String) throws {
        let encoding = try #require(Self.named(label))
        let outcome = try Program.python("encodings.py", importing: ["codecs"], label)
        try #require(outcome.succeeded, "\(outcome)")
        var expected: [[UInt8]: [UInt8]?] = [:]
        for line in outcome.output.split(separator: "\n") {
            let words = line.split(separator: " ")
            expected[Self.bytes(words[0])] = .some(words[1] == "?" ? nil : Self.bytes(words[1]))
        }
        #expect(expected.count >= 32, "the script tells of many characters")
        for (sequence, character) in expected {
            guard let character else { continue }
            let decoded = try Self.decoded(sequence, encoding)
            if decoded != character { Issue.record("\(label) \(sequence): \(decoded ?? []) and not \(character)") }
        }
        // What the script does not tell of is no character; a pair whose first byte is one is two.
        for lead in UInt8(0x80)...0xff where expected[[lead]] == nil {
            if let decoded = try Self.decoded([lead], encoding) { Issue.record("\(label) \([lead]): \(decoded)") }
            for trail in UInt8(0)...0xff where expected[[lead, trail]] == nil {
                let decoded = try Self.decoded([lead, trail], encoding)
                if let decoded { Issue.record("\(label) \([lead, trail]): \(decoded)") }
            }
        }
    }

    @Test(arguments: TextEncoding.allCases) func asciiIsItself(encoding: TextEncoding) throws {
        guard encoding.isASCIICompatible else { return }
        #expect(try Self.decoded(Array(0..<0x80), encoding) == Array(0..<0x80))
    }

    /// The C library composes `e` and the combining acute accent of windows-1258, and Hebrew points of windows-1255.
    @Test func nothingIsComposed() throws {
        #expect(try Self.text([0x65, 0xec], .windows1258)?.unicodeScalars.map(\.value) == [0x65, 0x301])
        #expect(try Self.text([0xf9, 0xd1], .windows1255)?.unicodeScalars.map(\.value) == [0x5e9, 0x5c1])
        #expect(try Self.text([0x88, 0x62, 0x88, 0x66], .big5)?.unicodeScalars.map(\.value) == [0xca, 0x304, 0xca])
    }

    @Test func textsOfSeveralCharactersAreDecoded() throws {
        #expect(try Self.text([0x63, 0x61, 0x66, 0xe9, 0x80, 0x81], .windows1252) == "café€\u{81}")
        #expect(try Self.text([0x93, 0xfa, 0x96, 0x7b, 0x5c, 0xb1, 0x95, 0x5c], .shiftJIS) == "日本\\ｱ表")
        #expect(try Self.text([0xc6, 0xfc, 0xcb, 0xdc, 0x8e, 0xb1, 0x8f, 0xb0, 0xa1, 0x61], .eucJP) == "日本ｱ丂a")
        #expect(try Self.text([0x81, 0x30, 0x81, 0x30, 0x61, 0x94, 0x39, 0xda, 0x33], .gb18030) == "\u{80}a💩")
        #expect(
            try Self.text([0x80, 0x7f, 0xff], .userDefined)?.unicodeScalars.map(\.value) == [0xf780, 0x7f, 0xf7ff]
        )
    }

    @Test func utf16HasPairsOfSurrogates() throws {
        #expect(try Self.text([0x61, 0, 0x3d, 0xd8, 0xa9, 0xdc], .utf16LE) == "a💩")
        #expect(try Self.text([0, 0x61, 0xd8, 0x3d, 0xdc, 0xa9], .utf16BE) == "a💩")
        for broken: [UInt8] in [
            [0x61], [0x3d, 0xd8], [0x3d, 0xd8, 0x61, 0], [0xa9, 0xdc], [0xa9, 0xdc, 0x3d, 0xd8],
        ] {
            #expect(try Self.text(broken, .utf16LE) == nil, "\(broken)")
        }
    }

    @Test(arguments: [TextEncoding.utf16LE, .utf16BE]) func aMarkSaysTheOrderOfTheBytes(encoding: TextEncoding) throws {
        #expect(try Self.text([0xfe, 0xff, 0, 0x61, 0xfe, 0xff], encoding) == "a\u{feff}")
        #expect(try Self.text([0xff, 0xfe, 0x61, 0], encoding) == "a")
        #expect(try Self.text([0xff, 0xfe], encoding) == "")
        #expect(try Self.text([], encoding) == "")
    }

    @Test func iso2022JPChoosesItsCharactersByEscapeSequences() throws {
        func text(_ text: String) throws -> String? { try Self.text(Array(text.utf8), .iso2022JP) }
        #expect(try text("a\u{1b}$BF|K\\\u{1b}(Bb\r\n") == "a日本b\r\n")
        #expect(try text("\u{1b}$@F|\u{1b}(J\\~a\u{1b}(I1\u{1b}(B\\") == "日¥‾aｱ\\")
        #expect(try text("plain \\ ~") == "plain \\ ~")
        for broken in [
            "\u{1b}$BF", "\u{1b}", "\u{1b}(", "\u{1b}(X", "\u{1b}$B\u{1b}(B", "\u{e}a", "\u{f}", "\u{1b}$BF\n|",
            "\u{1b}$B~~", "\u{1b}(I`", "é",
        ] {
            #expect(try text(broken) == nil, "\(broken.debugDescription)")
        }
    }

    @Test func whatIsNoCharacterIsDamaged() throws {
        let texts: [([UInt8], TextEncoding)] = [
            ([0xff], .gbk), ([0x81], .gbk), ([0x81, 0x30], .gb18030), ([0x81, 0x30, 0x81], .gb18030),
            ([0x84, 0x31, 0xa5, 0x30], .gb18030), ([0xe3, 0x32, 0x9a, 0x36], .gb18030), ([0xa1], .eucJP),
            ([0x8f, 0xb0], .eucJP), ([0x8f, 0xb0, 0x41], .eucJP), ([0x81], .shiftJIS), ([0xa5], .iso8859_3),
            ([0x61], .replacement), ([0xc3], .utf8), ([0xed, 0xa0, 0x80], .utf8), ([0xc0, 0xaf], .utf8),
        ]
        for (text, encoding) in texts { #expect(try Self.decoded(text, encoding) == nil, "\(encoding) \(text)") }
    }

    @Test func aMachineWithoutTheConverterHasNoTable() {
        #expect(CharacterTable(.windows1252, converter: "no-such-converter") == nil)
        #expect(CharacterTable(.windows1252, converter: "CP1252") != nil)
    }
}
