/// The three forms of an HTTP date, read field by field. A value; any thread.

/// Reads the parts of a date in turn; the first part that is wrong makes all the rest nil.
struct DateReader {
    private let count: Int
    private var position = 0
    private var isGood = true

    init(_ count: Int) {
        self.count = count
    }

    /// Reads "Sun, 06 Nov 1994 08:49:37 GMT".
    mutating func fixdate(_ span: Span<UInt8>) -> Int64? {
        readDayName(span)
        expect(", ", span)
        let day = number(span, digits: 2)
        expect(" ", span)
        let month = readMonth(span)
        expect(" ", span)
        let year = number(span, digits: 4)
        expect(" ", span)
        let clock = readClock(span)
        expect(" GMT", span)
        return moment(year, month, day, clock)
    }

    /// Reads "Sunday, 06-Nov-94 08:49:37 GMT".
    mutating func rfc850(_ span: Span<UInt8>) -> Int64? {
        readDayName(span)
        var letters = 3
        while letters < 9, position < count, span[position] != Ascii.comma {
            // The rest of the name: the three letters before have told which it is.
            isGood = isGood && (span[position] | 0x20) &- 0x61 < 26
            position += 1
            letters += 1
        }
        expect(", ", span)
        let day = number(span, digits: 2)
        expect("-", span)
        let month = readMonth(span)
        expect("-", span)
        let year = number(span, digits: 2)
        expect(" ", span)
        let clock = readClock(span)
        expect(" GMT", span)
        return moment(year < 70 ? 2000 + year : 1900 + year, month, day, clock)
    }

    /// Reads "Sun Nov  6 08:49:37 1994".
    mutating func asctime(_ span: Span<UInt8>) -> Int64? {
        readDayName(span)
        expect(" ", span)
        let month = readMonth(span)
        expect(" ", span)
        let day: Int64
        if position < count, span[position] == Ascii.space {
            position += 1
            day = number(span, digits: 1)
        } else {
            day = number(span, digits: 2)
        }
        expect(" ", span)
        let clock = readClock(span)
        expect(" ", span)
        let year = number(span, digits: 4)
        return moment(year, month, day, clock)
    }

    private func moment(_ year: Int64, _ month: Int64, _ day: Int64, _ clock: Int64) -> Int64? {
        guard isGood, position == count, let date = CivilDate(year: year, month: month, day: day) else { return nil }
        return date.daysSince1970 * 86_400 + clock
    }

    private mutating func readDayName(_ span: Span<UInt8>) {
        isGood = isGood && (0..<7).contains { isNext(HTTPDate.name(ofDay: $0), span, position) }
        position += 3
    }

    private mutating func readMonth(_ span: Span<UInt8>) -> Int64 {
        var month: Int64 = 1
        while month <= 12, !isNext(HTTPDate.name(ofMonth: month), span, position) { month += 1 }
        isGood = isGood && month <= 12
        position += 3
        return month
    }

    /// Hours, minutes and seconds, of which RFC 9110 lets there be sixty, for a leap second.
    private mutating func readClock(_ span: Span<UInt8>) -> Int64 {
        let hour = number(span, digits: 2)
        expect(":", span)
        let minute = number(span, digits: 2)
        expect(":", span)
        let second = number(span, digits: 2)
        isGood = isGood && hour < 24 && minute < 60 && second <= 60
        return hour * 3600 + minute * 60 + second
    }

    private mutating func number(_ span: Span<UInt8>, digits: Int) -> Int64 {
        defer { position += digits }
        guard isGood, position + digits <= count, let value = span.decimal(position, position + digits) else {
            isGood = false
            return 0
        }
        return Int64(value)
    }

    private mutating func expect(_ literal: StaticString, _ span: Span<UInt8>) {
        isGood = isGood && isNext(literal, span, position)
        position += literal.utf8CodeUnitCount
    }

    /// Dates are case-sensitive (RFC 9110 §5.6.7).
    private func isNext(_ literal: StaticString, _ span: Span<UInt8>, _ start: Int) -> Bool {
        ByteScan.isPrefix(literal, of: span, at: start)
    }
}
