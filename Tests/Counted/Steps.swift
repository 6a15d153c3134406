/// The bytes that a parser looks at, counted. Test threads; the sources beside this file are the product's own, by links.
///
/// DESIGN. The product counts nothing. Its parsers and matchers are compiled once more, into this module, where what reads a
/// byte is hidden by something of the same name that counts and then does the same: Swift prefers what a module declares
/// for bytes alone to what the standard library declares for all elements. So a test sees how the cost of an input grows,
/// exactly and on any machine, and a loop that somebody adds is counted without a word in it.

/// Counts the reads of bytes that a task makes.
package enum Steps {
    private final class Tally {
        var count = 0
    }

    // The tally is changed by the one task that made it and waits for it.
    @TaskLocal private static var tally: UnsafeTally?

    /// A reference that crosses no thread: `of` makes it, and its closure runs before `of` returns.
    private struct UnsafeTally: @unchecked Sendable {
        let tally: Tally
    }

    /// The reads that a call of `body` makes; a comparison of two texts reads both as far as the shorter goes.
    package static func of(_ body: () -> Void) -> Int {
        let tally = Tally()
        $tally.withValue(UnsafeTally(tally: tally), operation: body)
        return tally.count
    }

    static func count(_ steps: Int = 1) { tally?.tally.count += steps }
}

extension Span<UInt8> {
    subscript(_ position: Int) -> UInt8 {
        Steps.count()
        return unsafe bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
    }
}

extension RawSpan {
    /// A block of bytes, which `ByteScan` looks at in one instruction: one step.
    func unsafeLoadUnaligned<T: BitwiseCopyable>(fromByteOffset offset: Int, as type: T.Type) -> T {
        Steps.count()
        return unsafe withUnsafeBytes { unsafe $0.loadUnaligned(fromByteOffset: offset, as: type) }
    }
}

extension [UInt8] {
    subscript(_ position: Int) -> UInt8 {
        get {
            Steps.count()
            return unsafe withUnsafeBufferPointer { unsafe $0[position] }
        }
        set {
            Steps.count()
            unsafe withUnsafeMutableBufferPointer { unsafe $0[position] = newValue }
        }
    }

    mutating func append(_ byte: UInt8) {
        Steps.count()
        append(contentsOf: CollectionOfOne(byte))
    }

    static func == (left: [UInt8], right: [UInt8]) -> Bool {
        Steps.count(left.count < right.count ? left.count : right.count)
        return left.elementsEqual(right)
    }
}
