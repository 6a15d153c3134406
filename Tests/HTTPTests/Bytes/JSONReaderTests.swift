/// JSON by RFC 8259: what is taken, what is refused and at which byte. Test threads.

import HTTP
import Testing

@Suite struct JSONReaderTests {
    struct Refusal: Sendable, CustomTestStringConvertible {
        let text: [UInt8]
        let reason: JSONRejection.Reason
        let position: Int

        init(_ text: String, _ reason: JSONRejection.Reason, _ position: Int) {
            self.init(Array(text.utf8), reason, position)
        }

        init(_ text: [UInt8], _ reason: JSONRejection.Reason, _ position: Int) {
            self.text = text
            self.reason = reason
            self.position = position
        }

        var testDescription: String { "\(String(decoding: text, as: UTF8.self)): \(reason)" }
    }

    static func rejection(_ text: [UInt8], depthMax: Int = 64, lenient: Bool = false) -> JSONRejection? {
        var reader = JSONReader(depthMax: depthMax, allowsLoneSurrogates: lenient)
        while true {
            switch reader.next(in: text.span) {
            case .end: return nil
            case .rejected(let rejection): return rejection
            default: continue
            }
        }
    }

    /// The parts of a text, each as it stands there.
    private static func parts(_ text: String) -> [String] {
        let bytes = Array(text.utf8)
        func part(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }
        var reader = JSONReader(depthMax: 64, allowsLoneSurrogates: false)
        var parts: [String] = []
        while true {
            switch reader.next(in: bytes.span) {
            case .beginObject: parts.append("{")
            case .endObject: parts.append("}")
            case .beginArray: parts.append("[")
            case .endArray: parts.append("]")
            case .name(let range): parts.append("name " + part(range))
            case .string(let range): parts.append("string " + part(range))
            case .number(let range): parts.append("number " + part(range))
            case .true: parts.append("true")
            case .false: parts.append("false")
            case .null: parts.append("null")
            case .end: return parts
            case .rejected(let rejection): return parts + ["\(rejection)"]
            }
        }
    }

    static let accepted = [
        "{}", "[]", "\"\"", "0", "-0", "1", "-1", "10", "1.0", "0.5", "-0.0", "1e5", "1E5", "1e+5", "1E-5", "1.25e05",
        "123456789012345678901234567890.123456789012345678901234567890e-4000", "true", "false", "null",
        " \t\r\n1 \t\r\n",
        "[1,2]", "[[],{}]", "[null,true,false]", "{\"a\":1}", "{\"\":0}", "{\"a\":{\"b\":[{}]}}",
        "{ \"a\" : 1 , \"b\" : 2 }",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\u0000\"", "\"\\u00e9\\uABCD\\uabcd\"", "\"\\ud83d\\ude00\"", "\"é😀\"",
        "\"\u{7f}\"",
        "\"\u{2028}\u{ffff}\u{10ffff}\"", "\u{feff}{}", "\u{feff} 1", "{\"a\":1,\"a\":2}", "\"/\"",
    ]

    static let refused = [
        Refusal("", .empty, 0), Refusal("  \n", .empty, 3), Refusal("\u{feff}", .empty, 3),
        Refusal("{", .unterminated, 1), Refusal("[1", .unterminated, 2), Refusal("[1,", .unterminated, 3),
        Refusal("{\"a\"", .unterminated, 4), Refusal("{\"a\":", .unterminated, 5),
        Refusal("{\"a\":1", .unterminated, 6),
        Refusal("{\"a\":1,", .unterminated, 7), Refusal("\"abc", .unterminated, 4), Refusal("\"a\\", .unterminated, 3),
        Refusal("-", .unterminated, 1), Refusal("1.", .unterminated, 2), Refusal("1e", .unterminated, 2),
        Refusal("1e+", .unterminated, 3),
        Refusal("{}x", .trailing, 2), Refusal("1 2", .trailing, 2), Refusal("{} {}", .trailing, 3),
        Refusal("{}]", .trailing, 2), Refusal("1,", .trailing, 1), Refusal("{}//", .trailing, 2),
        Refusal("{}\u{feff}", .trailing, 2), Refusal("nullx", .trailing, 4),
        Refusal("{}\0", .rawNull, 2), Refusal("\0", .rawNull, 0), Refusal("[\0]", .rawNull, 1),
        Refusal("\"a\0b\"", .nullInString, 2), Refusal("{\"a\0\":1}", .nullInString, 3),
        Refusal("{\0\"a\":1}", .rawNull, 1),
        Refusal("[1\0]", .rawNull, 2), Refusal("[-\0]", .rawNull, 2), Refusal("tr\0e", .valueExpected, 0),
        Refusal("\"\u{1}\"", .controlInString, 1), Refusal("\"a\n\"", .controlInString, 2),
        Refusal("\"\t\"", .controlInString, 1), Refusal("\"\u{1f}\"", .controlInString, 1),
        Refusal("{\"\r\":1}", .controlInString, 2),
        Refusal([0x22, 0xff, 0x22], .notUTF8, 1), Refusal([0x22, 0x61, 0xc3, 0x22], .notUTF8, 2),
        Refusal([0x22, 0xc0, 0x80, 0x22], .notUTF8, 1), Refusal([0x22, 0xe0, 0x80, 0x80, 0x22], .notUTF8, 1),
        Refusal([0x22, 0xed, 0xa0, 0x80, 0x22], .notUTF8, 1),
        Refusal([0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], .notUTF8, 1),
        Refusal([0x22, 0xf0, 0x8f, 0xbf, 0xbf, 0x22], .notUTF8, 1), Refusal([0x22, 0xe2, 0x82], .notUTF8, 1),
        Refusal([0xff, 0xfe, 0x7b, 0, 0x7d, 0], .notUTF8, 0), Refusal([0x7b, 0, 0x7d, 0], .rawNull, 1),
        Refusal([0x5b, 0x80, 0x5d], .notUTF8, 1),
        Refusal("\"\\x\"", .badEscape, 1), Refusal("\"\\'\"", .badEscape, 1), Refusal("\"\\u12\"", .badEscape, 1),
        Refusal("\"\\u12g4\"", .badEscape, 1), Refusal("\"\\U0041\"", .badEscape, 1),
        Refusal("\"\\\u{0}\"", .badEscape, 1),
        Refusal("\"\\ud800\"", .loneSurrogate, 1), Refusal("\"a\\udc00\"", .loneSurrogate, 2),
        Refusal("\"\\ud800\\u0041\"", .loneSurrogate, 1), Refusal("\"\\ud800\\ud800\"", .loneSurrogate, 1),
        Refusal("{\"\\uDFFF\":1}", .loneSurrogate, 2),
        Refusal("[,]", .valueExpected, 1), Refusal("[1,]", .valueExpected, 3), Refusal("{\"a\":}", .valueExpected, 5),
        Refusal("nul", .valueExpected, 0), Refusal("True", .valueExpected, 0), Refusal("NaN", .valueExpected, 0),
        Refusal("Infinity", .valueExpected, 0), Refusal("'a'", .valueExpected, 0), Refusal("+1", .valueExpected, 0),
        Refusal(".5", .valueExpected, 0), Refusal("]", .valueExpected, 0), Refusal("}", .valueExpected, 0),
        Refusal("\u{c}1", .valueExpected, 0), Refusal("\u{a0}1", .valueExpected, 0), Refusal("“a”", .valueExpected, 0),
        Refusal("{a:1}", .nameExpected, 1), Refusal("{1:2}", .nameExpected, 1), Refusal("{,}", .nameExpected, 1),
        Refusal("{\"a\":1,}", .nameExpected, 7), Refusal("{'a':1}", .nameExpected, 1), Refusal("{]", .nameExpected, 1),
        Refusal("{\"a\" 1}", .colonExpected, 5), Refusal("{\"a\"}", .colonExpected, 4),
        Refusal("{\"a\"=1}", .colonExpected, 4),
        Refusal("[1 2]", .commaExpected, 3), Refusal("[1}", .commaExpected, 2), Refusal("{\"a\":1]", .commaExpected, 6),
        Refusal("{\"a\":1 \"b\":2}", .commaExpected, 7), Refusal("[0x1]", .commaExpected, 2),
        Refusal("01", .badNumber, 1), Refusal("-01", .badNumber, 2), Refusal("-a", .badNumber, 1),
        Refusal("[1.]", .badNumber, 3), Refusal("[1.e5]", .badNumber, 3), Refusal("[1e]", .badNumber, 3),
        Refusal("[- 1]", .badNumber, 2), Refusal("[-Infinity]", .badNumber, 2),
        Refusal(String(repeating: "[", count: 65), .tooDeep(max: 64), 64),
        Refusal(String(repeating: "{\"a\":", count: 65), .tooDeep(max: 64), 320),
    ]

    @Test(arguments: accepted) func whatTheGrammarHasIsTaken(text: String) {
        #expect(Self.rejection(Array(text.utf8)) == nil)
    }

    @Test(arguments: refused) func whatTheGrammarHasNotIsRefusedWhereItStands(refusal: Refusal) {
        let rejection = Self.rejection(refusal.text)
        #expect(rejection == JSONRejection(reason: refusal.reason, position: refusal.position))
    }

    @Test(arguments: refused) func aBeginningOfWhatIsRefusedLaterIsNeverTakenForTheWhole(refusal: Refusal) {
        for count in 1..<max(1, refusal.text.count) {
            // A prefix may be a text of its own, `{}` of `{}x`; then it ends where the fault begins.
            guard Self.rejection(Array(refusal.text[..<count])) == nil else { continue }
            #expect(count <= refusal.position)
        }
    }

    @Test func thePartsComeInTheirOrder() {
        #expect(
            Self.parts(#" {"a":[1.50,"x\u0041",null],"b":{"":true},"c":false} "#) == [
                "{", "name a", "[", "number 1.50", #"string x\u0041"#, "null", "]", "name b", "{", "name ", "true", "}",
                "name c", "false", "}",
            ]
        )
    }

    @Test func nestingIsTakenUpToTheLimitAndNeedsNoStack() {
        func nested(_ depth: Int) -> [UInt8] {
            Array(repeating: UInt8(ascii: "["), count: depth) + Array(repeating: UInt8(ascii: "]"), count: depth)
        }
        #expect(Self.rejection(nested(64)) == nil)
        #expect(Self.rejection(nested(65))?.reason == .tooDeep(max: 64))
        #expect(Self.rejection(nested(1_000_000), depthMax: 1_000_000) == nil)
    }

    @Test func halfOfASurrogatePairIsTakenWhereItIsAllowed() {
        for text in [#""\ud800""#, #""\udc00\ud800""#, #"{"\ud800\u0041":1}"#] {
            #expect(Self.rejection(Array(text.utf8), lenient: true) == nil)
        }
    }
}
