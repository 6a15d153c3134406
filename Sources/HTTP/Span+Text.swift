/// Small readings of bytes that several files share. Pure; any thread.

extension Span<UInt8> {
    /// Whether two runs of bytes are the same.
    func isEqual(to other: borrowing Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        var index = 0
        while index < count {
            guard self[index] == other[index] else { return false }
            index &+= 1
        }
        return true
    }

    /// The decimal number that fills the range: digits alone, at least one, no more than fits.
    func decimal(_ lower: Int, _ upper: Int) -> UInt64? {
        guard lower < upper else { return nil }
        var number: UInt64 = 0
        var index = lower
        while index < upper {
            guard self[index].isDigit else { return nil }
            let (product, isTooLarge) = number.multipliedReportingOverflow(by: 10)
            let (sum, isTooLargeToo) = product.addingReportingOverflow(UInt64(self[index] &- Ascii.zero))
            guard !isTooLarge, !isTooLargeToo else { return nil }
            number = sum
            index &+= 1
        }
        return number
    }
}
