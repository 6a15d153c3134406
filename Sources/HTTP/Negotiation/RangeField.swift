/// The Range field (RFC 9110 §14.1.2 and §14.2). Pure; a completion worker.

/// A few ranges of a representation, each within it and none touching another, in the order asked for.
package struct RangeList: Hashable, Sendable {
    /// The most ranges that are answered with parts.
    package static var countMax: Int { 16 }

    package private(set) var count = 0
    private var storage = InlineArray<16, Range<UInt64>>(repeating: 0..<0)

    package subscript(index: Int) -> Range<UInt64> { storage[index] }

    /// Overlaps that are joined; with more, the ranges are not worth parts of their own.
    private static var overlapsMax: Int { 2 }
    private var overlaps = 0

    /// Appends a range; one that overlaps or continues another is joined with it, where that stands
    /// (RFC 9110 §15.3.7.2).
    ///
    /// - Returns: false when the list is full, or too many ranges overlap (§14.2, §17.15).
    mutating func append(_ range: Range<UInt64>) -> Bool {
        var joined = range
        var place: Int?
        var index = 0
        while index < count {
            let other = storage[index]
            guard joined.lowerBound <= other.upperBound, other.lowerBound <= joined.upperBound else {
                index += 1
                continue
            }
            if joined.overlaps(other) { overlaps += 1 }
            joined = min(joined.lowerBound, other.lowerBound)..<max(joined.upperBound, other.upperBound)
            if let place {
                // Joined with one before: this one's place is given up.
                storage[place] = joined
                remove(index)
            } else {
                place = index
                storage[index] = joined
                index += 1
            }
        }
        guard overlaps <= Self.overlapsMax else { return false }
        guard place == nil else { return true }
        guard count < Self.countMax else { return false }
        storage[count] = joined
        count += 1
        return true
    }

    private mutating func remove(_ index: Int) {
        for later in index + 1..<max(count, index + 1) { storage[later - 1] = storage[later] }
        count -= 1
    }

    package static func == (left: RangeList, right: RangeList) -> Bool {
        left.count == right.count && (0..<left.count).allSatisfy { left.storage[$0] == right.storage[$0] }
    }

    package func hash(into hasher: inout Hasher) {
        for index in 0..<count { hasher.combine(storage[index]) }
    }
}

/// What a Range field asks for.
package enum RangeOutcome: Hashable, Sendable {
    /// Everything, with 200: the field is to be ignored.
    case whole
    /// 206 with one range.
    case single(Range<UInt64>)
    /// 206 with multipart/byteranges.
    case multiple(RangeList)
    /// 416
    case unsatisfiable
}

/// Reads a Range field.
package enum RangeField {
    /// What `value` asks of a representation of so many bytes.
    ///
    /// A unit that is unknown and a field that is malformed are ignored (§14.2). So are more ranges than
    /// `RangeList.countMax` and more than two that overlap, as §14.2 allows a server for its own protection (§17.15): no
    /// player or download manager sends them.
    package static func resolve(_ value: Span<UInt8>, representationLength: UInt64) -> RangeOutcome {
        guard ByteScan.matches(value, at: 0, ignoringCase: "bytes=") else { return .whole }
        var list = RangeList()
        var isSatisfiable = false
        var memberCount = 0
        var members = ListIterator()
        let set = value.extracting(6..<value.count)
        while let member = members.next(in: set) {
            memberCount += 1
            switch spec(set.extracting(member), representationLength) {
            case .malformed: return .whole
            case .outside: break
            case .empty: return .whole
            case .within(let range):
                isSatisfiable = true
                guard list.append(range) else { return .whole }
            }
            guard memberCount <= 4 * RangeList.countMax else { return .whole }
        }
        guard memberCount > 0 else { return .whole }
        guard isSatisfiable else { return .unsatisfiable }
        return list.count == 1 ? .single(list[0]) : .multiple(list)
    }

    private enum Spec {
        case malformed, outside
        /// The last bytes of nothing: satisfiable (§14.1.2), but no Content-Range can say it.
        case empty
        case within(Range<UInt64>)
    }

    private static func spec(_ text: Span<UInt8>, _ length: UInt64) -> Spec {
        let dash = ByteScan.firstIndex(of: Ascii.dash, in: text, from: 0, to: text.count)
        guard dash < text.count else { return .malformed }
        if dash == 0 {
            guard let suffix = position(text, 1, text.count) else { return .malformed }
            guard suffix > 0 else { return .outside }
            guard length > 0 else { return .empty }
            return .within(length - min(suffix, length)..<length)
        }
        guard let first = position(text, 0, dash) else { return .malformed }
        var last = UInt64.max
        if dash + 1 < text.count {
            guard let given = position(text, dash + 1, text.count), given >= first else { return .malformed }
            last = given
        }
        guard first < length else { return .outside }
        return .within(first..<min(last, length - 1) + 1)
    }

    /// A position; one too large for the machine lies beyond every representation.
    private static func position(_ text: Span<UInt8>, _ lower: Int, _ upper: Int) -> UInt64? {
        guard lower < upper else { return nil }
        for index in lower..<upper where !text[index].isDigit { return nil }
        return text.decimal(lower, upper) ?? .max
    }
}
