/// The values of a request's fields, whatever bytes they hold and however many lines. Test threads.

import Testing

@testable import HandlerKit

@Suite struct FieldValuesTests {
    /// Reads one field of a request; each value is given as Latin-1.
    private static func field(_ values: [String]) throws -> (joined: String?, each: [String]) {
        try PostedForm.withRequest([], values.map { ("User-Agent", $0) }) { request in
            (request.field("user-agent"), request.headerFields.map(\.value))
        }
    }

    @Test(arguments: [
        (["curl/8"], "curl/8"), ([""], ""), (["caf\u{e9}"], "café"), (["caf\u{c3}\u{a9}"], "café"),
        (["\u{80}\u{ff}"], "\u{80}ÿ"), (["\u{c3}"], "Ã"), (["a", "b"], "a, b"),
        (["a", "", "\u{e9}", "\u{c3}\u{a9}"], "a, , é, é"),
        (["\u{ed}\u{a0}\u{80}"], "í\u{a0}\u{80}"),
    ])
    func aFieldIsUTF8OrLatin1AndItsLinesAreJoined(values: [String], expected: String) throws {
        #expect(try Self.field(values).joined == expected)
    }

    @Test func aFieldThatIsNotThereHasNoValue() throws {
        #expect(try Self.field([]).joined == nil)
    }

    @Test func noLineIsDamagedAmongAllFields() throws {
        #expect(try Self.field(["caf\u{e9}", "caf\u{c3}\u{a9}"]).each == ["café", "café"])
    }
}
