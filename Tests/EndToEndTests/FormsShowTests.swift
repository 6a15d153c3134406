/// What `ringport forms show` prints: every value exactly, in bounded space, and nothing that a terminal obeys. Test threads.

import Harness
import Testing

@Suite struct FormsShowTests {
    private static func show(_ site: TestSite) throws -> String {
        let outcome = try Program.run("forms", "show", "f", "--root", site.root)
        #expect(outcome.succeeded, "\(outcome.ending) \(outcome.errors)")
        return outcome.output
    }

    private static func shown(_ fields: String) throws -> String {
        let text = try show(FormsExportTests.site(fields))
        let heading = "#1  2026-01-02T03:04:05Z  from ::1\n"
        #expect(text.hasPrefix(heading), "\(text)")
        return String(text.dropFirst(heading.count))
    }

    @Test func aLongNameIsNoIndentOfManyLines() throws {
        let (name, lines) = (String(repeating: "n", count: 20_000), String(repeating: "\\n", count: 20_000))
        let text = try Self.shown("{\"\(name)\":\"\(lines)\"}")
        #expect(text.utf8.count < 20_000 * 16)
        // The widest aligned name.
        let aligned = String(repeating: "n", count: 24)
        let indent = String(repeating: " ", count: 30)
        #expect(try Self.shown("{\"\(aligned)\":\"a\\r\\nb\"}") == "    \(aligned): a\n\(indent)b\n")
        #expect(try Self.shown("{\"\(aligned)n\":\"a\\r\\nb\"}") == "    \(aligned)n: a\n        b\n")
    }

    @Test func everyLineEndIsTold() throws {
        #expect(
            try Self.shown(#"{"a":"one\r\ntwo\nthree\rfour\n\r\n"}"#)
                == "    a: one\n       two\\n\n       three\\rfour\\n\n       \n       \n"
        )
    }

    @Test(arguments: [
        (#"{"a":"x\u0000y\\n␀\u0085\ufffd\t"}"#, "    a: x\\u{0}y\\\\n␀\\u{85}\u{fffd}\\t\n"),
        (
            #"{"a":"\u061c\u200b\u200e\u200f\u2028\u2029\u202e"}"#,
            "    a: \\u{61c}\\u{200b}\\u{200e}\\u{200f}\\u{2028}\\u{2029}\\u{202e}\n"
        ),
        (#"{"a":["\u202e","‮","\\"]}"#, #"    a: ["\u202e","\u202e","\\"]"# + "\n"),
        (#"{"a":"x\ud800","\udc00":1}"#, "    a: x\\u{d800}\n    \\u{dc00}: 1\n"),
        (#"{"a":null,"b":"","c":true,"d":1.10}"#, "    a: null\n    b: \n    c: true\n    d: 1.10\n"),
        // A text is no object.
        (
            #"{"a":{"file":1},"b":"{\"file\":1}","c":"[1]","d":" {}","e":"x\r\n{}"}"#,
            "    a: {\"file\":1}\n    b: \\u{7b}\"file\":1}\n    c: \\u{5b}1]\n    d:  {}\n    e: x\n       {}\n"
        ),
        // The name ends where it seems to.
        (
            #"{"a: b":"c","a":"b: c","a:":":","x:y":"z"," s":1,"\"q":2,"\n":3,"":4}"#,
            "    a\\u{3a} b: c\n    a: b: c\n    a:: :\n    x:y: z\n    \\u{20}s: 1\n    \\u{22}q: 2\n    \\n: 3\n    : 4\n"
        ),
    ])
    func eachCharacterIsShownAsItselfOrAsItsEscape(fields: String, text: String) throws {
        #expect(try Self.shown(fields) == text)
    }

    @Test func theNamesOfOtherFormsAreSafeToo() throws {
        let site = try FormsExportTests.site(
            "{}",
            more: "UPDATE submissions SET form = CAST(x'1b5b33316d' AS TEXT), received_at = CAST(x'ff0a' AS TEXT);"
        )
        let list = try Program.run("forms", "list", "--root", site.root)
        #expect(list.succeeded && list.output.contains(#"\u{1b}[31m"#) && list.output.contains(#"\x{ff}\n"#), "\(list)")
        let refused = try Program.run("forms", "show", "f", "--root", site.root)
        #expect(refused.ending == .exited(1) && refused.errors.contains(#"\u{1b}[31m"#), "\(refused)")
    }
}
