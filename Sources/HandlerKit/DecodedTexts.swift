/// The texts of a field that name their own encoding. A value; any thread.

/// Texts of a field that are UTF-8 whatever the form's encoding is.
struct DecodedTexts: OptionSet, Sendable {
    let rawValue: UInt8

    static let name = DecodedTexts(rawValue: 1)
    static let value = DecodedTexts(rawValue: 2)
    static let fileName = DecodedTexts(rawValue: 4)
}
