/// Forms sent as JSON: the fields of an object, and what no form may have. Test threads.

import HTTP
import Testing

@Suite struct JSONFormTests {
    private static func fields(_ text: String, max: Int = 256) throws(JSONRejection) -> [JSONForm.Field] {
        let bytes = Array(text.utf8)
        return try JSONForm.fields(of: bytes.span, fieldCountMax: max)
    }

    private static func rejection(_ text: String, max: Int = 256) -> JSONRejection? {
        do throws(JSONRejection) {
            _ = try fields(text, max: max)
            return nil
        } catch {
            return error
        }
    }

    /// An object with so many members.
    private static func object(_ count: Int) -> String {
        "{" + (0..<count).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
    }

    @Test func fieldsAreNamedAndTheirValuesFound() throws {
        let text = #"{ "a\u0000b" : 1.50 , "":"x", "c":[ {"d":null} ], "e":{}, "f":true }"#
        let bytes = Array(text.utf8)
        let fields = try Self.fields(text)
        #expect(fields.map { String(decoding: $0.name, as: UTF8.self) } == ["a\0b", "", "c", "e", "f"])
        #expect(
            fields.map { String(decoding: bytes[$0.value], as: UTF8.self) }
                == ["1.50", "\"x\"", "[ {\"d\":null} ]", "{}", "true"]
        )
        #expect(
            fields.map { $0.string.map { String(decoding: bytes[$0], as: UTF8.self) } } == [nil, "x", nil, nil, nil]
        )
    }

    @Test(
        arguments: [
            ("[]", 0), ("\"a\"", 0), (" 1", 1), ("null", 0), ("true", 0),
        ]
    )
    func whatIsNoObjectIsRefused(text: String, position: Int) {
        #expect(Self.rejection(text) == JSONRejection(reason: .notAnObject, position: position))
    }

    @Test func theNumberOfFieldsIsThatOfOtherForms() {
        #expect(Self.rejection(Self.object(256)) == nil)
        let rejection = Self.rejection(Self.object(257))
        #expect(rejection?.reason == .tooManyFields(max: 256))
        #expect(rejection.map { $0.explanation.contains("more than 256 fields") } == true)
    }

    @Test(
        arguments: [
            (#"{"a":1,"a":2}"#, 7), (#"{"a":1,"\u0061":2}"#, 7), (#"{"":1,"":1}"#, 6),
            (#"{"x":{"a":1,"b":2,"a":3}}"#, 18), (#"{"x":[[{"a":1,"a":1}]]}"#, 14), (#"{"é":1,"\u00e9":2}"#, 8),
            (#"{"a\u0000b":1,"a\u0000b":2}"#, 14),
        ]
    )
    func aNameThatAnObjectHasTwiceIsRefused(text: String, position: Int) {
        #expect(Self.rejection(text) == JSONRejection(reason: .repeatedName, position: position))
    }

    @Test(
        arguments: [
            #"{"a":{"a":{"a":1}},"b":{"a":1}}"#, #"{"x":[{"a":1},{"a":2}]}"#, #"{"a":1,"A":2}"#,
            #"{"a\u0000b":1,"a\u0000c":2,"a":3}"#, "{\"\u{e9}\":1,\"e\u{301}\":2}",
        ]
    )
    func aNameMayComeInSeveralObjectsAndNamesAreComparedByTheirBytes(text: String) {
        #expect(Self.rejection(text) == nil)
    }

    @Test func nestingIsBoundedAndTheFormCounts() {
        func nested(_ depth: Int) -> String {
            "{\"a\":" + String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1) + "}"
        }
        #expect(Self.rejection(nested(64)) == nil)
        #expect(Self.rejection(nested(65)) == JSONRejection(reason: .tooDeep(max: 64), position: 68))
    }

    @Test(
        arguments: [
            ("\"\"", false), ("\"x\"", true), ("null", false), ("false", false), ("true", true), ("0", true),
            ("[]", false),
            ("[\"\"]", false), ("[\"\",\"x\"]", true), ("{\"a\":\"\"}", false), ("{\"a\":[1]}", true),
            ("\"\\u0000\"", true),
        ]
    )
    func aTrapIsFilledInByAnyValueButEmptyOnes(value: String, isFilledIn: Bool) throws {
        #expect(try Self.fields("{\"a\":\(value)}").map(\.isFilledIn) == [isFilledIn])
    }

    @Test func aReasonSaysWhatAndWhere() {
        let opening = "The JSON body is not understood at byte 7, counted from 0: a NUL byte"
        #expect(Self.rejection("{\"a\":1}\0")?.explanation == opening + ", which may stand nowhere in JSON.")
        #expect(Self.rejection("{\"a\":\"b\0\"}")?.explanation == opening + " in a string; it is written \\u0000.")
    }
}
