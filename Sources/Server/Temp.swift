/// temp
internal import HTTP
extension OutputSpan<UInt8> {
    mutating func append(_ s: StaticString) { for i in 0..<s.utf8CodeUnitCount { unsafe append(s.utf8Start[i]) } }
    mutating func append(_ s: Span<UInt8>) { for i in s.indices { append(s[i]) } }
    mutating func append(decimal v: UInt64) { if v >= 10 { append(decimal: v / 10) }; append(UInt8(48 + v % 10)) }
}
enum Status { static func phrase(_ s: UInt16) -> StaticString { "OK" } }
enum MediaType { static func forExtension(_ e: Span<UInt8>) -> StaticString { "text/html" } }
enum ConditionOutcome { case notModified, preconditionFailed, proceed }
enum Conditions { static func evaluate(_ h: RequestHead, _ b: Span<UInt8>, tag: Span<UInt8>, lastModified: Int64) -> ConditionOutcome { .proceed }
 static func allowsRange(_ h: RequestHead, _ b: Span<UInt8>, tag: Span<UInt8>, lastModified: Int64) -> Bool { true } }
enum RangeOutcome { case whole, single(Range<UInt64>), multiple, unsatisfiable }
enum RangeField { static func resolve(_ v: Span<UInt8>, representationLength: UInt64) -> RangeOutcome { .whole } }
