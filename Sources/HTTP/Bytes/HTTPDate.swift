/// Dates as HTTP writes them (RFC 9110 §5.6.7). Pure: seconds since 1970 in, bytes out, and back. Any thread.

/// Writes the one form of today and reads all three forms there ever were.
package enum HTTPDate {
    /// The length of an IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT".
    package static var size: Int { 29 }

    /// Appends the IMF-fixdate of a moment; the years 0 to 9999 are those that have one, and others are moved to them.
    ///
    /// The result is false, with nothing appended, when fewer than `size` bytes are free.
    @discardableResult
    package static func write(_ unixSeconds: Int64, into output: inout OutputSpan<UInt8>) -> Bool {
        guard output.freeCapacity >= size else { return false }
        let seconds = min(max(unixSeconds, -62_167_219_200), 253_402_300_799)
        let days = floorDivide(seconds, 86_400)
        let clock = seconds - days * 86_400
        let date = CivilDate(daysSince1970: days)
        _ = ByteScan.append(name(ofDay: Int((days % 7 + 11) % 7)), to: &output)
        _ = ByteScan.append(", ", to: &output)
        writeTwo(date.day, &output)
        output.append(Ascii.space)
        _ = ByteScan.append(name(ofMonth: date.month), to: &output)
        output.append(Ascii.space)
        writeTwo(date.year / 100, &output)
        writeTwo(date.year % 100, &output)
        output.append(Ascii.space)
        writeTwo(clock / 3600, &output)
        output.append(Ascii.colon)
        writeTwo(clock / 60 % 60, &output)
        output.append(Ascii.colon)
        writeTwo(clock % 60, &output)
        _ = ByteScan.append(" GMT", to: &output)
        return true
    }

    /// Reads an IMF-fixdate, an RFC 850 date or what C's `asctime` writes; nil for anything else.
    ///
    /// The day of the week must be one, but need not be the right one. Of the two digits of an RFC 850 year, those
    /// below 70 are of this century: RFC 9110 asks for a window around now, and this module has no clock.
    package static func parse(_ span: Span<UInt8>) -> Int64? {
        var reader = DateReader(span.count)
        switch span.count {
        case size where span[3] == Ascii.comma: return reader.fixdate(span)
        case 24: return reader.asctime(span)
        case 30...33: return reader.rfc850(span)
        default: return nil
        }
    }

    static func name(ofDay day: Int) -> StaticString {
        switch day {
        case 0: "Sun"
        case 1: "Mon"
        case 2: "Tue"
        case 3: "Wed"
        case 4: "Thu"
        case 5: "Fri"
        default: "Sat"
        }
    }

    static func name(ofMonth month: Int64) -> StaticString {
        switch month {
        case 1: "Jan"
        case 2: "Feb"
        case 3: "Mar"
        case 4: "Apr"
        case 5: "May"
        case 6: "Jun"
        case 7: "Jul"
        case 8: "Aug"
        case 9: "Sep"
        case 10: "Oct"
        case 11: "Nov"
        default: "Dec"
        }
    }

    private static func writeTwo(_ number: Int64, _ output: inout OutputSpan<UInt8>) {
        output.append(Ascii.zero &+ UInt8(truncatingIfNeeded: number / 10))
        output.append(Ascii.zero &+ UInt8(truncatingIfNeeded: number % 10))
    }
}

/// Rounds down, where Swift's division rounds towards zero.
private func floorDivide(_ number: Int64, _ divisor: Int64) -> Int64 {
    let quotient = number / divisor
    return number % divisor < 0 ? quotient - 1 : quotient
}

/// A day of the Gregorian calendar, and its count of days since 1970-01-01.
struct CivilDate: Equatable {
    let year: Int64
    let month: Int64
    let day: Int64

    /// A date that exists; nil for the 30th of February.
    init?(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
        guard (1...12).contains(month), day >= 1, CivilDate(daysSince1970: daysSince1970) == self else { return nil }
    }

    /// Years are counted from March, so that the leap day is the last, in eras of four hundred years (146,097 days).
    init(daysSince1970 days: Int64) {
        let shifted = days + 719_468  // from the first of March of the year 0
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int64 {
        let yearFromMarch = month <= 2 ? year - 1 : year
        let era = floorDivide(yearFromMarch, 400)
        let yearOfEra = yearFromMarch - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}
