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
            ([("", "1"), ("b", "2"), ("", "3"), ("b", "")], #"{"":["1","3"],"b":["2",""]}"#),
            ([("q", "say \"hi\"\\")], #"{"q":"say \"hi\"\\"}"#),
            ([("t", "one\r\ntwo\tthree\u{1}\u{1f}")], #"{"t":"one\r\ntwo\tthree\u0001\u001f"}"#),
            ([("naïve", "é😀")], #"{"naïve":"é😀"}"#),
            ([("_next", "/a"), ("_other", "x"), ("b", "2")], #"{"b":"2"}"#),
        ] as [([(String, String)], String)]
    )
    func fieldsBecomeAnObject(pairs: [(String, String)], json: String) {
        #expect(Self.json(pairs) == json)
    }

    @Test func longNamesThatBeginAlikeAreToldApart() {
        let prefix = String(repeating: "x", count: 4000)
        let pairs = (100..<350).map { ("\(prefix)\($0)", "\($0)") }
        let expected = pairs.map { "\"\($0.0)\":\"\($0.1)\"" }.joined(separator: ",")
        #expect(Self.json(pairs) == "{" + expected + "}")
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

    // MARK: JSON bodies

    private static func submitted(json text: String) throws -> SubmittedFields {
        let bytes = Array(text.utf8)
        return try SubmittedFields(JSONField.fields(of: bytes.span))
    }

    @Test(
        arguments: [
            ("{}", "{}"), (#"{"name":"Ada","age":36}"#, #"{"name":"Ada","age":36}"#),
            (" { \"a\" : [ 1, 2 ] }\n", #"{"a":[1,2]}"#), ("\u{feff}{\"a\":1}", #"{"a":1}"#),
            (
                #"{"n":123456789012345678901234567890.10,"e":1E+400}"#,
                #"{"n":123456789012345678901234567890.10,"e":1E+400}"#
            ),
            (#"{"a":"before\u0000after"}"#, #"{"a":"before\u0000after"}"#),
            (#"{"_next":"/a","\u005fother":{"b":1},"b":2,"_":3}"#, #"{"b":2}"#),
            (#"{"user":{"_id":1}}"#, #"{"user":{"_id":1}}"#), (#"{"a\u0000b":null}"#, #"{"a\u0000b":null}"#),
        ]
    )
    func aJSONObjectIsStoredWithEveryDigitAndEscape(sent: String, stored: String) throws {
        #expect(String(decoding: try Self.submitted(json: sent).json, as: UTF8.self) == stored)
    }

    @Test func aNULIsStoredAlikeHoweverItWasSent() throws {
        let urlEncoded = SubmittedFields([FormField(name: [0x61], value: [0x62, 0, 0x63])])
        #expect(try Self.submitted(json: #"{"a":"b\u0000c"}"#).json == urlEncoded.json)
    }

    @Test func instructionsInJSONAreFollowed() throws {
        let fields = try Self.submitted(json: #"{"_next":"\/sent.html","\u005fgotcha":["x"]}"#)
        #expect(fields.next == "/sent.html")
        #expect(fields.isFromRobot)
        #expect(try Self.submitted(json: #"{"_next":["/a"],"_gotcha":""}"#).next == nil)
        #expect(try !Self.submitted(json: #"{"_gotcha":null}"#).isFromRobot)
        #expect(try Self.submitted(json: #"{"_next":"//evil.example"}"#).next == nil)
    }

    @Test(arguments: [
        #"{"cv":{"file":"../ringport.db","name":"cv.pdf","type":"application/pdf","size":48211}}"#,
        #"{"cv":{"size":1,"type":2,"name":3,"file":4}}"#,
        #"{"cv":{"\u0066ile":"","name":"","type":"","size":0,"x":1}}"#,
        #"{"cv":[{"file":"","name":"","type":"","size":0}]}"#,
        #"{"cv":["a",{},{"file":{},"name":[],"type":"","size":0}]}"#,
        #"{"a":1,"cv":{"x":{"y":{}},"file":"","name":"","type":"","size":0}}"#,
    ])
    func noJSONIsAnUploadedFile(sent: String) throws {
        let error = try #require(throws: FormError.self) { try Self.submitted(json: sent) }
        #expect("\(error)".hasPrefix("The field cv has an object with file, name, type, size, "), "\(error)")
    }

    @Test(arguments: [
        #"{"cv":{"file":"a","name":"b","type":"c"}}"#, #"{"file":"a","name":"b","type":"c","size":1}"#,
        #"{"cv":{"File":"a","name":"b","type":"c","size":1}}"#, #"{"cv":[{"file":1,"name":2},{"type":3,"size":4}]}"#,
        #"{"cv":{"a":{"file":1,"name":2,"type":3,"size":4}}}"#, #"{"cv":[[{"file":1,"name":2,"type":3,"size":4}]]}"#,
        #"{"cv":{"file":1,"name":2,"type":3,"a":{"size":4}}}"#,
    ])
    func anotherObjectIsStored(sent: String) throws {
        #expect(String(decoding: try Self.submitted(json: sent).json, as: UTF8.self) == sent)
    }

    @Test func theFieldIsNamedSafely() throws {
        let object = #"{"file":1,"name":2,"type":3,"size":4}"#
        let error = try #require(throws: FormError.self) {
            try Self.submitted(json: #"{"\u0000<b>é\#(String(repeating: "x", count: 100))":\#(object)}"#)
        }
        #expect("\(error)".hasPrefix("The field ?<b>??xxx"), "\(error)")
        #expect("\(error)".utf8.count < 250)
    }
}
