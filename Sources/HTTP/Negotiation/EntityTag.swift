/// Entity tags and lists of them (RFC 9110 §8.8.3). Pure; any thread.

/// An entity tag found in a field value: where it stands, and whether it is weak.
struct EntityTag {
    let isWeak: Bool
    /// The opaque tag, its quotation marks included.
    let opaque: Range<Int>

    /// Reads the tag at `start`; nil when there is none.
    init?(_ span: Span<UInt8>, at start: Int) {
        var index = start
        isWeak = ByteScan.isPrefix("W/", of: span, at: start)
        if isWeak { index += 2 }
        guard index < span.count, span[index] == Ascii.quote else { return nil }
        let open = index
        index += 1
        while index < span.count, span[index] != Ascii.quote {
            // etagc: %x21 / %x23-7E / obs-text
            guard span[index] > 0x20, span[index] != 0x7f else { return nil }
            index += 1
        }
        guard index < span.count else { return nil }
        opaque = open..<index + 1
    }

    /// The comparisons of RFC 9110 §8.8.3.2.
    enum Comparison { case weak, strong }

    /// Whether a list (`*`, or tags between commas) has a tag that matches `etag`, itself as the ETag field holds it.
    ///
    /// A list is read up to the first thing that is no tag: what follows cannot be trusted to mean anything.
    static func list(_ list: Span<UInt8>, has etag: Span<UInt8>, _ comparison: Comparison) -> Bool {
        if list.count == 1, list[0] == Ascii.asterisk { return true }
        guard let own = EntityTag(etag, at: 0), own.opaque.upperBound == etag.count else { return false }
        var index = 0
        while true {
            while index < list.count, list[index].isBlank || list[index] == Ascii.comma { index += 1 }
            guard let tag = EntityTag(list, at: index) else { return false }
            let isAllowed = comparison == .weak || !(tag.isWeak || own.isWeak)
            if isAllowed, list.extracting(tag.opaque).isEqual(to: etag.extracting(own.opaque)) { return true }
            index = tag.opaque.upperBound
            while index < list.count, list[index].isBlank { index += 1 }
            guard index < list.count, list[index] == Ascii.comma else { return false }
        }
    }
}
