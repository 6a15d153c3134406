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

    /// True when digits fill the range, at least one.
    func isDecimal(_ lower: Int, _ upper: Int) -> Bool {
        guard lower < upper else { return false }
        for index in lower..<upper where !self[index].isDigit { return false }
        return true
    }

    /// The length of the UTF-8 sequence at a place (RFC 3629 §4); 0 when none begins there or it is cut short.
    package func utf8Length(at place: Int) -> Int {
        let lead = self[place]
        let length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0
        guard place + length <= count else { return 0 }
        if length < 2 { return length }
        // The second byte excludes overlong forms, surrogates, and what lies beyond U+10FFFF.
        let second: ClosedRange<UInt8> =
            switch lead {
            case 0xe0: 0xa0...0xbf
            case 0xed: 0x80...0x9f
            case 0xf0: 0x90...0xbf
            case 0xf4: 0x80...0x8f
            default: 0x80...0xbf
            }
        guard second.contains(self[place + 1]) else { return 0 }
        for index in place + 2..<place + length where self[index] & 0xc0 != 0x80 { return 0 }
        return length
    }

    /// True when all bytes are UTF-8.
    package var isUTF8: Bool {
        var index = 0
        while index < count {
            let length = utf8Length(at: index)
            guard length > 0 else { return false }
            index &+= length
        }
        return true
    }
}
