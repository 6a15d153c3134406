/// The forms handler's fields: what is stored of them, and as which JSON.

import HandlerKit
import Testing

@testable import forms

@Suite struct SubmittedFieldsTests {
    private static func fields(_ pairs: [(String, String)]) -> SubmittedFields {
        SubmittedFields(pairs.map { FormField(name: Array($0.0.utf8), value: Array($0.1.utf8)) })
    }

    private static func json(_ pairs: [(String, String)]) -> String {
        String(decoding: fields(pairs).json, as: UTF8.self)
    }

    @Test(
        arguments: [
            ([], "{}"),
            ([("name", "Ada")], #"{"name":"Ada"}"#),
            ([("a", "1"), ("b", "2"), ("a", "3")], #"{"a":["1","3"],"b":"2"}"#),
            ([("", "")], #"{"":""}"#),
            ([("q", "say \"hi\"\\")], #"{"q":"say \"hi\"\\"}"#),
            ([("t", "one\r\ntwo\tthree\u{1}\u{1f}")], #"{"t":"one\r\ntwo\tthree\u0001\u001f"}"#),
            ([("naïve", "é😀")], #"{"naïve":"é😀"}"#),
            ([("_next", "/a"), ("_other", "x"), ("b", "2")], #"{"b":"2"}"#),
        ] as [([(String, String)], String)]
    )
    func fieldsBecomeAnObject(pairs: [(String, String)], json: String) {
        #expect(Self.json(pairs) == json)
    }

    @Test func whatIsNotUTF8IsReplaced() {
        let fields = SubmittedFields([FormField(name: [0x61], value: [0x62, 0xff, 0x63])])
        #expect(String(decoding: fields.json, as: UTF8.self) == "{\"a\":\"b\u{fffd}c\"}")
    }

    @Test func anEmptyFileIsNoField() {
        let file = FormField.File(name: [], type: Array("application/octet-stream".utf8))
        let fields = SubmittedFields([FormField(name: [0x61], value: [], file: file)])
        #expect(String(decoding: fields.json, as: UTF8.self) == "{}")
    }

    @Test func theTrapCatchesWhoFillsItIn() {
        #expect(Self.fields([("_gotcha", "x")]).isFromRobot)
        #expect(!Self.fields([("_gotcha", "")]).isFromRobot)
    }

    @Test(arguments: ["/", "/sent.html", "/a/b?c=d#e", "/%2f%2fevil"])
    func aPathOnThisSiteIsFollowed(next: String) {
        #expect(Self.fields([("_next", next)]).next == next)
    }

    @Test(arguments: [
        "", "sent.html", "//evil.example", "/\\evil.example", "/a\\b", "https://evil.example", "/a\r\nset-cookie: x",
        "/a b",
        "/é", "\t/a",
    ])
    func aWayOffThisSiteIsNot(next: String) {
        #expect(Self.fields([("_next", next)]).next == nil)
    }

    @Test(arguments: ["contact", "A", "9-_x"]) func aFormMayHaveThisName(name: String) {
        let bytes = Array(name.utf8)
        let isName = Forms.isFormName(bytes.span)
        #expect(isName)
    }

    @Test(arguments: ["", "-a", "_a", "a.b", "a/b", "é", String(repeating: "a", count: 65)])
    func aFormMayNotHaveThisName(name: String) {
        let bytes = Array(name.utf8)
        let isName = Forms.isFormName(bytes.span)
        #expect(!isName)
    }
}
