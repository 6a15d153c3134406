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
}
