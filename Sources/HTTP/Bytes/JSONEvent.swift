/// The parts of a JSON text, as `JSONReader` reports them. Pure; any thread.
///
/// Next: JSONReader.swift

/// One step through a JSON text.
///
/// Ranges are places in the text that was read.
package enum JSONEvent: Hashable, Sendable {
    case beginObject, endObject, beginArray, endArray
    /// A member's name, without its quotes; its escapes are as sent.
    case name(Range<Int>)
    /// A string, without its quotes; its escapes are as sent.
    case string(Range<Int>)
    /// A number, with every digit as sent.
    case number(Range<Int>)
    case `true`, `false`, null
    /// The text is read, and was one value.
    case end
    case rejected(JSONRejection)
}

/// The reason for which a text is no JSON (RFC 8259), or no form, and the place.
package struct JSONRejection: Error, Hashable, Sendable {
    package enum Reason: Hashable, Sendable {
        case empty, unterminated, trailing
        case rawNull, nullInString, controlInString, notUTF8, badEscape, loneSurrogate
        case valueExpected, nameExpected, colonExpected, commaExpected, badNumber
        case tooDeep(max: Int)
        // Of forms only: see JSONForm.
        case notAnObject, repeatedName
        case tooManyFields(max: Int)
    }

    package let reason: Reason
    /// The byte that is wrong, counted from 0; the text's length where something is missing at its end.
    package let position: Int

    package init(reason: Reason, position: Int) {
        self.reason = reason
        self.position = position
    }

    /// One sentence for whoever sent the text.
    package var explanation: String {
        "The JSON body is not understood at byte \(position), counted from 0: \(reason.explanation)."
    }
}

extension JSONRejection.Reason {
    /// The end of a sentence.
    var explanation: String {
        switch self {
        case .empty: "there is no value"
        case .unterminated: "the body ends before its value does"
        case .trailing: "something stands behind the value"
        case .rawNull: "a NUL byte, which may stand nowhere in JSON"
        case .nullInString: "a NUL byte in a string; it is written \\u0000"
        case .controlInString: "a control character in a string; it is written \\n or \\u000a"
        case .notUTF8: "this is not UTF-8"
        case .badEscape: "no escape begins like this; a backslash is written \\\\"
        case .loneSurrogate: "half of a surrogate pair, which is no character"
        case .valueExpected: "a value is expected, an object, array, string, number, true, false or null"
        case .nameExpected: "a name in double quotes is expected"
        case .colonExpected: "a colon is expected"
        case .commaExpected: "a comma or the closing bracket is expected"
        case .badNumber: "this is no number of JSON"
        case .tooDeep(let max): "arrays and objects are nested more than \(max) deep"
        case .notAnObject: "a form is an object, and this is another value"
        case .repeatedName: "a name that the object has already; several values of one name are sent as an array"
        case .tooManyFields(let max): "the object has more than \(max) fields"
        }
    }
}
