/// Time of day. A value; any thread.

/// A point in time, in nanoseconds since 1970 UTC.
public struct Timestamp: Sendable, Comparable {
    public let nanoseconds: Int64

    public init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }

    /// This time as RFC 3339 writes it, in UTC with milliseconds, as UTF-8: `2026-11-23T22:02:21.123Z`.
    ///
    /// It sorts by time.
    public var rfc3339: [UInt8] {
        let milliseconds = nanoseconds.floorDivided(by: 1_000_000)
        let days = milliseconds.floorDivided(by: 86_400_000)
        let ofDay = Int(milliseconds - days * 86_400_000)
        let (year, month, day) = Self.date(days: Int(days))
        var text: [UInt8] = []
        text.reserveCapacity(24)
        text.append(number: year, digits: 4)
        text.append(UInt8(ascii: "-"))
        text.append(number: month, digits: 2)
        text.append(UInt8(ascii: "-"))
        text.append(number: day, digits: 2)
        text.append(UInt8(ascii: "T"))
        text.append(number: ofDay / 3_600_000, digits: 2)
        text.append(UInt8(ascii: ":"))
        text.append(number: ofDay / 60_000 % 60, digits: 2)
        text.append(UInt8(ascii: ":"))
        text.append(number: ofDay / 1000 % 60, digits: 2)
        text.append(UInt8(ascii: "."))
        text.append(number: ofDay % 1000, digits: 3)
        text.append(UInt8(ascii: "Z"))
        return text
    }

    /// The Gregorian date of a day counted from 1970-01-01.
    ///
    /// Years begin in March here, so that the leap day is a year's last, and months have lengths of a regular pattern: the
    /// first day of the n-th month after February is the (153 n + 2) / 5-th of the year.
    private static func date(days: Int) -> (year: Int, month: Int, day: Int) {
        let sinceMarch0000 = days + 719_468
        let era = sinceMarch0000.floorDivided(by: 146_097)
        let ofEra = sinceMarch0000 - era * 146_097
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let month = (5 * ofYear + 2) / 153
        let day = ofYear - (153 * month + 2) / 5 + 1
        let isNextYear = month >= 10
        return (yearOfEra + era * 400 + (isNextYear ? 1 : 0), isNextYear ? month - 9 : month + 3, day)
    }
}

extension BinaryInteger {
    /// The quotient rounded down, also below zero.
    fileprivate func floorDivided(by divisor: Self) -> Self {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

extension [UInt8] {
    /// Appends a number that is not negative in decimal, with zeros before it.
    fileprivate mutating func append(number: Int, digits: Int) {
        var divisor = 1
        for _ in 1..<digits { divisor *= 10 }
        var rest = number
        while divisor > 0 {
            append(UInt8(ascii: "0") + UInt8(rest / divisor % 10))
            rest %= divisor
            divisor /= 10
        }
    }
}
