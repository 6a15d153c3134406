/// Reads forms that programs send as JSON, and writes JSON strings. On the pool thread that handles the request.

internal import HTTP

/// A member of the JSON object that a form was sent as.
public struct JSONField: Sendable {
    /// The name, decoded: UTF-8.
    public let name: [UInt8]
    /// The value as JSON, with every digit and escape as sent, without the whitespace between its parts.
    public let value: [UInt8]
    /// The characters of a value that is a string, decoded: UTF-8; `nil` for another.
    public let text: [UInt8]?
    /// True when a string that is not empty, a number or `true` is in the value.
    public let isFilledIn: Bool
    /// The names of the members of a value that is an object, or of each object that is an item of a value that is an array.
    private let objects: [Set<JSONName>]

    public init(name: [UInt8], value: [UInt8], text: [UInt8]?, isFilledIn: Bool) {
        self.name = name
        self.value = value
        self.text = text
        self.isFilledIn = isFilledIn
        objects = []
    }

    fileprivate init(_ field: JSONForm.Field, of body: Span<UInt8>) {
        name = field.name
        var value: [UInt8] = []
        value.reserveCapacity(field.value.count)
        JSONText.appendCompact(body.extracting(field.value), to: &value)
        self.value = value
        text = field.string.map { string in
            var text: [UInt8] = []
            _ = JSONText.decode(body.extracting(string), into: &text)
            return text
        }
        isFilledIn = field.isFilledIn
        objects = field.objects
    }

    /// True when the value is an object that has all of these members and maybe others, or an array with such an object as an item:
    /// the places in which a form of another type has what the server made.
    public func hasObject(with members: [String]) -> Bool {
        let names = members.map { JSONName(Array($0.utf8)) }
        return objects.contains { object in names.allSatisfy { object.contains($0) } }
    }

    /// Reads a JSON object strictly by RFC 8259, with at most `Request.formFieldsMax` members.
    ///
    /// A name that an object has twice, half of a surrogate pair, and nesting of more than 64 are refused as well.
    ///
    /// - Throws: `FormError.malformed`, which names the byte.
    public static func fields(of body: Span<UInt8>) throws(FormError) -> [JSONField] {
        do throws(JSONRejection) {
            return try JSONForm.fields(of: body, fieldCountMax: Request.formFieldsMax)
                .map { JSONField($0, of: body) }
        } catch {
            throw .malformed(error.explanation)
        }
    }
}

extension Request {
    /// Reads the body as a form that was sent as `application/json`.
    ///
    /// - Returns: its fields in the order sent.
    /// - Throws: `FormError` when the body is of another type, or coded, or no JSON object that can be stored.
    public func jsonFields() throws(FormError) -> [JSONField] {
        guard bodyKind == .json else { throw .notAForm }
        try requireUncodedBody()
        try requireOneContentType()
        return try withBody { body throws(FormError) in try JSONField.fields(of: body) }
    }
}

extension [UInt8] {
    /// Appends text as a JSON string, with its quotes (RFC 8259, section 7).
    ///
    /// Bytes that are not UTF-8 become U+FFFD.
    public mutating func append(jsonString text: [UInt8]) {
        // Most texts are letters of ASCII and need no escape: they are appended in one move.
        guard text.allSatisfy({ (0x20...0x7e).contains($0) && $0 != 0x22 && $0 != 0x5c }) else {
            return append(jsonStringOf: text.span)
        }
        append(0x22)
        append(contentsOf: text)
        append(0x22)
    }
}
