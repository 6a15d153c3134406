/// Text that is shown on a terminal: exact, and without what a terminal would obey. Test threads.

import Testing

@testable import ringport

@Suite struct TerminalTextTests {
    private static func escaped(_ bytes: [UInt8], _ escapes: TerminalText.Escapes = .ofText) -> String {
        TerminalText.escaped(bytes.span, escapes)
    }

    private static func escaped(_ text: String, _ escapes: TerminalText.Escapes = .ofText) -> String {
        escaped(Array(text.utf8), escapes)
    }

    @Test(arguments: [
        ("a\0b", #"a\u{0}b"#), ("a␀b", "a␀b"), ("\u{85}", #"\u{85}"#), ("\u{fffd}", "\u{fffd}"), ("\r", #"\r"#),
        ("\t", #"\t"#), ("\n", #"\n"#), ("\r\n", #"\r\n"#), ("\\", #"\\"#), (#"\u{0}"#, #"\\u{0}"#), (#"\n"#, #"\\n"#),
        ("\u{1b}[31m", #"\u{1b}[31m"#), ("\u{7f}", #"\u{7f}"#), ("\u{9b}", #"\u{9b}"#), ("\u{61c}", #"\u{61c}"#),
        ("\u{200b}", #"\u{200b}"#), ("\u{200e}\u{200f}", #"\u{200e}\u{200f}"#),
        ("\u{2028}\u{2029}", #"\u{2028}\u{2029}"#),
        ("\u{202e}", #"\u{202e}"#), ("\u{2066}", #"\u{2066}"#), ("\u{feff}", #"\u{feff}"#), ("\u{ad}", #"\u{ad}"#),
        ("\u{3164}", #"\u{3164}"#), ("\u{e0041}", #"\u{e0041}"#), ("\u{e000}", #"\u{e000}"#),
        ("\u{ffff}", #"\u{ffff}"#), ("\u{10ffff}", #"\u{10ffff}"#), ("a\u{200d}b", #"a\u{200d}b"#),
        ("1\u{fe0f}", #"1\u{fe0f}"#), ("\u{378}", #"\u{378}"#),
    ])
    func whatIsNotShownAsItselfIsEscaped(text: String, shown: String) {
        #expect(Self.escaped(text) == shown)
    }

    @Test(arguments: [
        "", "Ada Lovelace", "é", "e\u{301}", "naïve “quotes”", "中文", "שלום", "مرحبا", "😀", "❤\u{fe0f}", "👩\u{200d}🚀",
        "👍🏽", "👩🏽\u{200d}🚀", "می\u{200c}خواهم", "ක්\u{200d}ෂ", "a\u{a0}b", "\u{fffd}", "{}[]\"'",
    ])
    func textIsShownAsItIs(text: String) {
        #expect(Self.escaped(text) == text)
    }

    @Test func bytesThatAreNoTextAreTold() {
        #expect(Self.escaped([0x61, 0xff, 0x62]) == #"a\x{ff}b"#)
        #expect(Self.escaped([0xc3]) == #"\x{c3}"#)
        #expect(Self.escaped([0xed, 0xa0, 0x80]) == #"\u{d800}"#)
        #expect(Self.escaped([0xed, 0xbf, 0xbf, 0xed]) == #"\u{dfff}\x{ed}"#)
        #expect(Self.escaped([0xc0, 0x80]) == #"\x{c0}\x{80}"#)
    }

    @Test func jsonStaysJSON() {
        #expect(Self.escaped(#"["a\nb","\\"]"#, .ofJSON) == #"["a\nb","\\"]"#)
        #expect(Self.escaped("\"\u{85}\u{202e}\u{e0041}\u{7f}\"", .ofJSON) == #""\u0085\u202e\udb40\udc41\u007f""#)
    }

    /// Characters of the first plane and of two parts of others, and texts of what escapes are made of.
    @Test func differentBytesAreShownDifferently() {
        var seen: Set<[UInt8]> = []
        var count = 0
        for value in [Array(UInt32(0)...0xffff), Array(0x1f000...0x1ffff), Array(0xe0000...0xe01ff)].joined() {
            guard let scalar = Unicode.Scalar(value) else { continue }
            seen.insert(Array(Self.escaped(String(scalar)).utf8))
            count += 1
        }
        #expect(seen.count == count)
        let pieces = ["\\", "u", "{", "0", "}", "n", "\n", "\0", "x", "ff", "\u{ff}"]
        var shown: Set<String> = []
        var sent: Set<String> = []
        for a in pieces {
            for b in pieces {
                for c in pieces {
                    for d in pieces {
                        sent.insert(a + b + c + d)
                        shown.insert(Self.escaped(a + b + c + d))
                    }
                }
            }
        }
        #expect(shown.count == sent.count)
    }
}
