/// JSON strings decoded and written, and JSON without its whitespace. Test threads.

import HTTP
import Testing

@Suite struct JSONTextTests {
    private static func decode(_ text: String) -> (bytes: [UInt8], isText: Bool) {
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        let isText = JSONText.decode(bytes.span, into: &output)
        return (output, isText)
    }

    private static func written(_ bytes: [UInt8]) -> String {
        var output: [UInt8] = []
        output.append(jsonStringOf: bytes.span)
        return String(decoding: output, as: UTF8.self)
    }

    @Test(
        arguments: [
            ("", ""), ("plain é😀", "plain é😀"), (#"\"\\\/\b\f\n\r\t"#, "\"\\/\u{8}\u{c}\n\r\t"),
            (#"before\u0000after"#, "before\0after"), (#"\u0041\u00e9\u20AC"#, "Aé€"), (#"\ud83d\uDE00!"#, "😀!"),
            (#"\\u0041"#, #"\u0041"#), (#"\udbff\udfff"#, "\u{10ffff}"), (#"\ud7ff\ue000"#, "\u{d7ff}\u{e000}"),
        ]
    )
    func escapesAreDecoded(text: String, expected: String) {
        let decoded = Self.decode(text)
        #expect(decoded.isText)
        #expect(decoded.bytes == Array(expected.utf8))
    }

    @Test(
        arguments: [
            (#"\ud800"#, [0xed, 0xa0, 0x80]), (#"a\udc00b"#, [0x61, 0xed, 0xb0, 0x80, 0x62]),
            (#"\ud800\ud83d\ude00"#, [0xed, 0xa0, 0x80, 0xf0, 0x9f, 0x98, 0x80]),
        ] as [(String, [UInt8])]
    )
    func halfOfASurrogatePairIsToldApart(text: String, expected: [UInt8]) {
        let decoded = Self.decode(text)
        #expect(!decoded.isText)
        #expect(decoded.bytes == expected)
    }

    @Test(
        arguments: [
            ([], #""""#), (Array("a\"b\\c/".utf8), #""a\"b\\c/""#), ([9, 10, 13], #""\t\n\r""#),
            ([0, 1, 0x1f, 0x7f], #""\u0000\u0001\u001f\u007f""#), (Array("é😀\u{85}".utf8), "\"é😀\u{85}\""),
            ([0x61, 0xff, 0x62], "\"a\u{fffd}b\""),
        ] as [([UInt8], String)]
    )
    func aStringIsWritten(bytes: [UInt8], expected: String) {
        #expect(Self.written(bytes) == expected)
    }

    @Test func everyCharacterComesBack() {
        for value in UInt32(0)...0x10ffff where value < 0x3000 || value % 251 == 0 {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let bytes = Array(String(Character(scalar)).utf8)
            let literal = Array(Self.written(bytes).utf8)
            let decoded = Self.decode(String(decoding: literal.dropFirst().dropLast(), as: UTF8.self))
            guard decoded.isText, decoded.bytes == bytes else {
                Issue.record("U+\(String(value, radix: 16)) came back as \(decoded)")
                continue
            }
        }
    }

    @Test(
        arguments: [
            (" { \"a b\" : [ 1 ,\r\n\t2 ] } ", #"{"a b":[1,2]}"#), (#"{"q":"\" , \\"}"#, #"{"q":"\" , \\"}"#),
            ("\u{feff}{}", "{}"), (#" "\\" "#, #""\\""#),
        ]
    )
    func whitespaceBetweenPartsIsLeftOut(text: String, expected: String) {
        let bytes = Array(text.utf8)
        var output: [UInt8] = []
        JSONText.appendCompact(bytes.span, to: &output)
        #expect(String(decoding: output, as: UTF8.self) == expected)
    }
}
