/// Which content codings are used, and for what. A value; any thread.

internal import HTTP

/// The rules of content coding, compiled.
struct CodingPolicy: Sendable {
    private let isUsed: InlineArray<3, Bool>
    /// Whether variants are made; files beside the original are used in any case.
    private let makes: Bool
    private let sizes: ClosedRange<UInt64>
    let isOff: Bool

    init(_ rules: CompressionRules) {
        var used = InlineArray<3, Bool>(repeating: false)
        for coding in ContentCoding.allCases where rules.codings.contains("\(coding.name)") {
            used[Int(coding.rawValue)] = true
        }
        isUsed = used
        isOff = rules.codings.isEmpty
        makes = rules.isEnabled
        sizes = UInt64(rules.sizeMin)...UInt64(max(rules.sizeMin, rules.sizeMax))
    }

    func uses(_ coding: ContentCoding) -> Bool { isUsed[Int(coding.rawValue)] }

    /// Whether a variant is made of a file of so many bytes.
    func makesVariant(of size: UInt64) -> Bool { makes && sizes.contains(size) }
}

/// How far a variant of a file is.
enum VariantState: UInt8 {
    /// Nobody has looked.
    case unknown
    /// It has an entry of its own.
    case present
    /// No file beside the original holds it; it can be made.
    case missing
    /// There is none and will be none.
    case never
}

/// The Accept-Encoding that was read last, and what it came to.
struct CodingMemo {
    private var value = InlineArray<64, UInt8>(repeating: 0)
    private var count = -1
    private var last = CodingPreference(CodingQualities())

    /// What a request prefers; what the last one preferred, if it said the same.
    mutating func preference(_ head: RequestHead, _ bytes: Span<UInt8>) -> CodingPreference {
        guard let range = head[.acceptEncoding], !head.isRepeated(.acceptEncoding) else {
            return CodingPreference(QualityList.codings(head, in: bytes))
        }
        let field = bytes.extracting(range)
        if matches(field) { return last }
        let preference = CodingPreference(QualityList.codings(head, in: bytes))
        if field.count <= 64 {
            for index in field.indices { value[index] = field[index] }
            count = field.count
            last = preference
        }
        return preference
    }

    private func matches(_ field: Span<UInt8>) -> Bool {
        guard field.count == count else { return false }
        for index in field.indices where field[index] != value[index] { return false }
        return true
    }
}
