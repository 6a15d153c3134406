/// Where something stands in the bytes of a request head. A value in four bytes; any thread.

/// A place in a head: offset and length, sixteen bits each, which is why a head is at most 65,535 bytes.
///
/// It conforms to `RangeExpression` so that `bytes.extracting(head.path)` is the standard library's own, bounds-checked
/// `extracting`.
package struct ByteRange: BitwiseCopyable, Hashable, Sendable {
    package let offset: UInt16
    package let length: UInt16

    package init(offset: UInt16 = 0, length: UInt16 = 0) {
        self.offset = offset
        self.length = length
    }

    /// From `lower` up to, but not including, `upper`; both within a head, and so within sixteen bits.
    @inline(__always)
    init(_ lower: Int, _ upper: Int) {
        offset = UInt16(truncatingIfNeeded: lower)
        length = UInt16(truncatingIfNeeded: upper &- lower)
    }

    package var lowerBound: Int { Int(offset) }
    package var upperBound: Int { Int(offset) &+ Int(length) }
    package var count: Int { Int(length) }
    package var isEmpty: Bool { length == 0 }
    package var bounds: Range<Int> { lowerBound..<upperBound }
}

extension ByteRange: RangeExpression {
    package func relative<C: Collection>(to collection: C) -> Range<Int> where C.Index == Int { bounds }
    package func contains(_ element: Int) -> Bool { bounds.contains(element) }
}
