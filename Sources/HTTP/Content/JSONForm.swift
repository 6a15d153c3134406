/// A form sent as application/json: an object whose members are the fields. Pure; any thread.

/// The fields of a JSON object, held to what forms of other types are held to.
///
/// Beyond the grammar it refuses what two readers would read differently: a name that an object has twice, at any
/// depth, and half of a surrogate pair (RFC 7493 §2.1, §2.3).
package enum JSONForm {
    /// Arrays and objects in each other, the form's own object among them.
    package static let depthMax = 64

    /// One member of the object.
    package struct Field: Hashable, Sendable {
        /// Decoded.
        package let name: [UInt8]
        /// The place of the value, with its quotes or brackets.
        package let value: Range<Int>
        /// The place of the inside of a value that is a string; `nil` for another.
        package let string: Range<Int>?
        /// True when a string that is not empty, a number or `true` is in the value.
        package let isFilledIn: Bool
        /// The names of the members of a value that is an object, or of each object that is an item of a value that is an
        /// array.
        package let objects: [Set<JSONName>]
    }

    /// - Throws: the first reason for which the body is no form, with its place.
    package static func fields(of body: Span<UInt8>, fieldCountMax: Int) throws(JSONRejection) -> [Field] {
        var reader = JSONReader(depthMax: depthMax, allowsLoneSurrogates: false)
        let first = reader.next(in: body)
        if case .rejected(let rejection) = first { throw rejection }
        guard first == .beginObject else { throw JSONRejection(reason: .notAnObject, position: reader.start) }
        var fields: [Field] = []
        var names: Set<JSONName> = []
        while true {
            switch reader.next(in: body) {
            case .name(let range):
                guard fields.count < fieldCountMax else {
                    throw JSONRejection(reason: .tooManyFields(max: fieldCountMax), position: reader.start)
                }
                let name = try insert(range, of: body, into: &names)
                fields.append(try readField(name, &reader, body))
            case .endObject: continue
            case .end: return fields
            case .rejected(let rejection): throw rejection
            case .beginObject, .beginArray, .endArray, .string, .number, .true, .false, .null:
                preconditionFailure("a member of an object begins with its name")
            }
        }
    }

    /// Reads a member's value to its end.
    private static func readField(
        _ name: [UInt8],
        _ reader: inout JSONReader,
        _ body: Span<UInt8>
    ) throws(JSONRejection) -> Field {
        var start: Int?
        var string: Range<Int>?
        var isFilledIn = false
        // The names of each object that is open; those of an array stay empty.
        var names: [Set<JSONName>] = []
        var objects: [Set<JSONName>] = []
        var isArray = false
        repeat {
            let event = reader.next(in: body)
            if start == nil {
                start = reader.start
                if case .string(let range) = event { string = range }
                isArray = event == .beginArray
            }
            switch event {
            case .beginObject, .beginArray: names.append([])
            case .endObject:
                let members = names.removeLast()
                if names.count == (isArray ? 1 : 0) { objects.append(members) }
            case .endArray: names.removeLast()
            case .name(let range): _ = try insert(range, of: body, into: &names[names.count - 1])
            case .string(let range): isFilledIn = isFilledIn || !range.isEmpty
            case .number, .true: isFilledIn = true
            case .false, .null: break
            case .rejected(let rejection): throw rejection
            case .end: preconditionFailure("a name has a value")
            }
        } while !names.isEmpty
        return Field(
            name: name,
            value: (start ?? reader.position)..<reader.position,
            string: string,
            isFilledIn: isFilledIn,
            objects: objects
        )
    }

    /// Decodes a name and notes it among those of its object.
    private static func insert(
        _ range: Range<Int>,
        of body: Span<UInt8>,
        into names: inout Set<JSONName>
    ) throws(JSONRejection) -> [UInt8] {
        var name: [UInt8] = []
        _ = JSONText.decode(body.extracting(range), into: &name)
        guard names.insert(JSONName(name)).inserted else {
            throw JSONRejection(reason: .repeatedName, position: range.lowerBound - 1)
        }
        return name
    }
}
