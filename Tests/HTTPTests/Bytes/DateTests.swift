/// HTTP dates (RFC 9110 §5.6.7).

import HTTP
import Testing

@Suite struct DateTests {
    private func write(_ seconds: Int64) -> String {
        let bytes = [UInt8](capacity: HTTPDate.size) { HTTPDate.write(seconds, into: &$0) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func read(_ text: String) -> Int64? { HTTPDate.parse(Array(text.utf8).span) }

    @Test(arguments: [
        Case("Sun, 06 Nov 1994 08:49:37 GMT", Int64(784_111_777)), Case("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        Case("Wed, 31 Dec 1969 23:59:59 GMT", -1), Case("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600),
        Case("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199), Case("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
        Case("Tue, 19 Jan 2038 03:14:08 GMT", 2_147_483_648), Case("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
        Case("Sat, 01 Jan 0000 00:00:00 GMT", -62_167_219_200),
    ])
    func aDateIsWrittenAndReadBack(_ line: Case<Int64>) {
        #expect(write(line.expected) == line.input)
        #expect(read(line.input) == line.expected)
    }

    @Test func everyDayOfFourHundredYearsComesBack() {
        for day in stride(from: Int64(0), to: 146_097, by: 1) {
            let seconds = day * 86_400 + day % 86_400
            if read(write(seconds)) != seconds { Issue.record("day \(day)") }
        }
    }

    @Test func momentsBeyondTheCalendarAreMovedIntoIt() {
        #expect(write(.max) == "Fri, 31 Dec 9999 23:59:59 GMT")
        #expect(write(.min) == "Sat, 01 Jan 0000 00:00:00 GMT")
    }

    @Test(arguments: [
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun Nov 06 08:49:37 1994",
    ])
    func theOldFormsAreRead(_ text: String) {
        #expect(read(text) == 784_111_777)
    }

    @Test func twoDigitsOfAYearAreOfThisCenturyBelowSeventy() {
        #expect(read("Thursday, 01-Jan-70 00:00:00 GMT") == 0)
        #expect(read("Tuesday, 19-Jan-38 03:14:08 GMT") == 2_147_483_648)
    }

    @Test(arguments: [
        "", "0", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC", "sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 nov 1994 08:49:37 GMT", "Xxx, 06 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1994 08:49:37 GMT", "Sun, 29 Feb 2100 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT", "Sun, 06 Nov 1994 08-49-37 GMT", "Sun, 06 Nov +994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ", " Sun, 06 Nov 1994 08:49:37 GMT", "Sun Nov   6 08:49:37 1994",
        "Sun Nov  6 08:49:37 94xx", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sunday, 06-Nov-9x 08:49:37 GMT",
        "S1nday, 06-Nov-94 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT+01", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ])
    func whatIsNoDateIsNil(_ text: String) {
        #expect(read(text) == nil)
    }

    @Test func aDateWithoutRoomIsNotWritten() {
        var wasWritten = true
        let bytes = [UInt8](capacity: HTTPDate.size) { output in
            output.append(0)
            while output.freeCapacity >= HTTPDate.size { output.append(0) }
            wasWritten = HTTPDate.write(0, into: &output)
        }
        #expect(!wasWritten)
        #expect(bytes.allSatisfy { $0 == 0 })
    }
}
