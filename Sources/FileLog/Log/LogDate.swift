/// Dates of log lines, in UTC, worked out once a second. Log thread.

/// A moment split into the fields that people write.
struct CivilTime: Equatable {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int

    /// Splits seconds since 1970 UTC by the proleptic Gregorian calendar.
    ///
    /// Days are counted in eras of 400 years that begin on 1 March, so that the leap day ends a year (the reasoning of
    /// Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms").
    init(secondsSince1970 seconds: Int) {
        let days = Self.floor(seconds, by: 86_400)
        let time = seconds - days * 86_400
        let fromMarch0000 = days + 719_468
        let era = Self.floor(fromMarch0000, by: 146_097)
        let dayOfEra = fromMarch0000 - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        hour = time / 3_600
        minute = time / 60 % 60
        second = time % 60
    }

    private static func floor(_ value: Int, by divisor: Int) -> Int {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }
}

/// The two ways a date is written in the logs, kept for the second they were made in.
struct LogDate: ~Copyable {
    private var second = Int.min
    private var combined = LineBuffer(capacity: 64)

    /// Appends `[10/Oct/2000:13:55:36 +0000]`.
    mutating func appendCombined(_ wallClockNanoseconds: Int64, to buffer: inout LineBuffer) {
        let now = Self.seconds(wallClockNanoseconds)
        if now != second { remember(now) }
        buffer.append(combined)
    }

    /// Appends `2000-10-10T13:55:36.123Z`.
    static func appendTimestamp(_ wallClockNanoseconds: Int64, to buffer: inout LineBuffer) {
        let seconds = seconds(wallClockNanoseconds)
        let time = CivilTime(secondsSince1970: seconds)
        buffer.append(decimal: UInt64(time.year), width: 4)
        buffer.append(UInt8(ascii: "-"))
        buffer.append(decimal: UInt64(time.month), width: 2)
        buffer.append(UInt8(ascii: "-"))
        buffer.append(decimal: UInt64(time.day), width: 2)
        buffer.append(UInt8(ascii: "T"))
        appendClock(time, to: &buffer)
        buffer.append(UInt8(ascii: "."))
        buffer.append(decimal: UInt64((Int(wallClockNanoseconds) - seconds * 1_000_000_000) / 1_000_000), width: 3)
        buffer.append(UInt8(ascii: "Z"))
    }

    private mutating func remember(_ now: Int) {
        let time = CivilTime(secondsSince1970: now)
        combined.consume(combined.count)
        combined.append(UInt8(ascii: "["))
        combined.append(decimal: UInt64(time.day), width: 2)
        combined.append(UInt8(ascii: "/"))
        combined.append(Self.monthNames[time.month - 1])
        combined.append(UInt8(ascii: "/"))
        combined.append(decimal: UInt64(time.year), width: 4)
        combined.append(UInt8(ascii: ":"))
        Self.appendClock(time, to: &combined)
        combined.append(" +0000]")
        second = now
    }

    private static func appendClock(_ time: CivilTime, to buffer: inout LineBuffer) {
        buffer.append(decimal: UInt64(time.hour), width: 2)
        buffer.append(UInt8(ascii: ":"))
        buffer.append(decimal: UInt64(time.minute), width: 2)
        buffer.append(UInt8(ascii: ":"))
        buffer.append(decimal: UInt64(time.second), width: 2)
    }

    private static func seconds(_ nanoseconds: Int64) -> Int {
        Int(nanoseconds >= 0 ? nanoseconds / 1_000_000_000 : (nanoseconds - 999_999_999) / 1_000_000_000)
    }

    private static let monthNames: InlineArray<12, StaticString> = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
