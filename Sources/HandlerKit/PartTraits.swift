/// How the texts of a part were sent. A value; any thread.

/// Properties of a field's texts that the part has which it came as.
struct PartTraits: OptionSet, Sendable {
    let rawValue: UInt8

    /// The name is UTF-8 whatever the form's encoding is.
    static let decodedName = PartTraits(rawValue: 1)
    static let decodedValue = PartTraits(rawValue: 2)
    static let decodedFileName = PartTraits(rawValue: 4)
    /// What was escaped in the names, and by what, is undone once the form's encoding is known.
    static let escapedNames = PartTraits(rawValue: 8)
    static let quotedPairs = PartTraits(rawValue: 16)
    /// A text whose part has a type that is none of text.
    static let isNoText = PartTraits(rawValue: 32)
}
