/// The request fields that an answer depends on (RFC 9110 §12.5.5). A value; any thread.

/// The names in a `Vary` field.
struct Varying: OptionSet {
    let rawValue: UInt8

    static let accept = Varying(rawValue: 1)
    static let acceptEncoding = Varying(rawValue: 2)
    static let origin = Varying(rawValue: 4)

    /// The field's value; `nil` when the answer is the same for all.
    var value: StaticString? {
        switch (contains(.accept), contains(.acceptEncoding), contains(.origin)) {
        case (false, false, false): nil
        case (false, false, true): "Origin"
        case (false, true, false): "Accept-Encoding"
        case (false, true, true): "Accept-Encoding, Origin"
        case (true, false, false): "Accept"
        case (true, false, true): "Accept, Origin"
        case (true, true, false): "Accept, Accept-Encoding"
        case (true, true, true): "Accept, Accept-Encoding, Origin"
        }
    }

    /// A handler's field lines with one Vary that names Origin as well as what they name.
    ///
    /// Several lines are one list (RFC 9110 §5.3), but there are caches that read one of them alone.
    static func addingOrigin(to lines: Span<UInt8>) -> [UInt8] {
        var others: [UInt8] = []
        var names: [UInt8] = []
        FieldLines.forEach(lines) { name, value, line in
            if FieldLines.equal(name, "vary") {
                for index in value.indices { names.append(value[index]) }
                if !value.isEmpty { names += Array(", ".utf8) }
            } else {
                for index in line.indices { others.append(line[index]) }
            }
        }
        // A star says that no other request may have the answer, and caches look for it alone.
        if names.contains(UInt8(ascii: "*")) { return others + Array("Vary: *\r\n".utf8) }
        return others + Array("Vary: ".utf8) + names + Array("Origin\r\n".utf8)
    }
}
