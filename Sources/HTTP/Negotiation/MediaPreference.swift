/// The choice between two media types by a request's Accept fields (RFC 9110 §12.5.1). A value; any thread.

/// The preference of the Accept fields that were read among two media types.
package struct MediaPreference {
    private let type: StaticString
    private let other: StaticString
    private var ours = MediaMatch()
    private var theirs = MediaMatch()

    /// - Parameters:
    ///   - type: in lower case, as "application/json".
    ///   - other: in lower case.
    package init(_ type: StaticString, over other: StaticString) {
        self.type = type
        self.other = other
    }

    /// Reads the value of one field line; several lines are one list.
    package mutating func read(_ value: Span<UInt8>) {
        let (type, other) = (type, other)
        QualityList.forEachMember(of: value) { item, quality, hasParameters in
            ours.take(item, quality, hasParameters, for: type)
            theirs.take(item, quality, hasParameters, for: other)
        }
    }

    /// True when the first type is acceptable and preferred to the other.
    ///
    /// Between equal weights the type that is named more precisely wins: `application/json, */*` comes from a client
    /// of an API. Without Accept, or when neither is preferred, the answer is false.
    package var isPreferred: Bool {
        guard ours.quality > 0 else { return false }
        return (ours.quality, ours.precision) > (theirs.quality, theirs.precision)
    }
}
