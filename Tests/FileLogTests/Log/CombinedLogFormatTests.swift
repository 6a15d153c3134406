/// What a line of access.log looks like, to the byte.

import Glibc
import Platform
import Testing

@testable import FileLog

@Suite struct CombinedLogFormatTests {
    private static let time: Int64 = 971_186_136_000_000_000  // 2000-10-10 13:55:36 UTC

    private func line(
        remote: RemoteAddress = RemoteAddress(ipv4: 0x7F00_0001, port: 4711),
        status: UInt16 = 200,
        bytes: UInt64 = 2326,
        _ requestLine: [UInt8],
        referer: [UInt8] = [],
        userAgent: [UInt8] = [],
        user: [UInt8] = [],
        isRefused: Bool = false
    ) -> String {
        let record = StoredRecord(
            wallClockNanoseconds: Self.time,
            bytesSent: bytes,
            addressHigh: remote.high,
            addressLow: remote.low,
            durationMicroseconds: 5,
            status: status,
            port: remote.port,
            requestLineCount: UInt16(requestLine.count),
            refererCount: UInt16(referer.count),
            userAgentCount: UInt16(userAgent.count),
            reason: 0,
            user: UInt8(user.count) | (isRefused ? StoredRecord.userRefused : 0)
        )
        var format = CombinedLogFormat()
        var buffer = LineBuffer(capacity: 65_536)
        format.append(
            record,
            requestLine: requestLine.span,
            referer: referer.span,
            userAgent: userAgent.span,
            user: user.span,
            to: &buffer
        )
        return buffer.text
    }

    @Test func aLineIsInCombinedLogFormat() {
        let made = line(
            Array("GET /x HTTP/1.1".utf8),
            referer: Array("http://a/b".utf8),
            userAgent: Array("curl/8.0".utf8)
        )
        let expected = #"127.0.0.1 - - [10/Oct/2000:13:55:36 +0000] "GET /x HTTP/1.1" 200 2326 "http://a/b" "curl/8.0""#
        #expect(made == expected + "\n")
    }

    @Test func whatIsMissingIsADash() {
        let made = line(status: 0, bytes: 0, [])
        #expect(made == #"127.0.0.1 - - [10/Oct/2000:13:55:36 +0000] "-" 000 0 "-" "-""# + "\n")
    }

    /// At every count of digits, and on both sides of where it grows.
    @Test func sizesHaveAllTheirDigits() {
        var sizes: [UInt64] = [0, .max, .max - 1]
        var power: UInt64 = 1
        for _ in 0..<19 {
            power *= 10
            sizes += [power - 1, power, power + 1]
        }
        for size in sizes { #expect(line(bytes: size, []).hasSuffix(" 200 \(size) \"-\" \"-\"\n")) }
    }

    @Test(arguments: [
        (#"a"b"#, #"a\x22b"#), (#"\"#, #"\x5C"#), ("\n200 \"", #"\x0A200 \x22"#), ("\u{1B}[2J", #"\x1B[2J"#),
        ("é", #"\xC3\xA9"#), ("\u{7F}~ ", #"\x7F~ "#), ("\0", #"\x00"#),
        ("0123456789abcdef0123456789\tx", #"0123456789abcdef0123456789\x09x"#),
        ("0123456789abcde\"", #"0123456789abcde\x22"#),
    ])
    func noTextCanEndItsFieldOrItsLine(text: String, escaped: String) {
        let made = line(Array(text.utf8), referer: Array(text.utf8), userAgent: Array(text.utf8))
        #expect(made.hasSuffix("\"\(escaped)\" 200 2326 \"\(escaped)\" \"\(escaped)\"\n"))
        #expect(made.utf8.count { $0 == 10 } == 1)
        #expect(made.utf8.count { $0 == UInt8(ascii: "\"") } == 6)
    }

    /// Programs that split the line at its spaces still find the status in its place.
    @Test(arguments: [
        ("ann", "ann"), ("", "-"), ("-", #"\x2D"#), ("--", "--"), (" ", #"\x20"#), ("a b  c", #"a\x20b\x20\x20c"#),
        (#"a" 200 "x"#, #"a\x22\x20200\x20\x22x"#), ("é\n[x]", #"\xC3\xA9\x0A[x]"#),
    ])
    func aUserIsOneWord(name: String, field: String) throws {
        let made = line(Array("GET / HTTP/1.1".utf8), user: Array(name.utf8))
        #expect(made.hasPrefix("127.0.0.1 - \(field) [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.1\" 200 "))
        #expect(CombinedLogLine(Array(made.utf8).span.extracting(droppingLast: 1))?.status == 200)
    }

    @Test func aUserWhoWasNotLetInIsNotNamed() {
        #expect(line([], user: Array("eve".utf8), isRefused: true).hasPrefix("127.0.0.1 - - ["))
    }

    @Test func everyByteIsEitherPlainOrEscaped() {
        for byte in UInt8.min...UInt8.max {
            for padding in [0, 7, 16, 21] {
                let made = line([UInt8](repeating: 65, count: padding) + [byte])
                let plain = byte >= 0x20 && byte < 0x7F && byte != 0x22 && byte != 0x5C
                let digits = String(byte, radix: 16, uppercase: true)
                let shown = plain ? String(UnicodeScalar(byte)) : "\\x" + (digits.count == 1 ? "0" : "") + digits
                #expect(made.contains("\"" + String(repeating: "A", count: padding) + shown + "\" 200"))
            }
        }
    }

    @Test(
        arguments: [
            (0, 0, "::"), (0, 1, "::1"), (0x2001_0DB8_0000_0000, 1, "2001:db8::1"),
            (0x2001_0DB8_0000_0001, 0x0001_0001_0001_0001, "2001:db8:0:1:1:1:1:1"),
            (0x2001_0000_0000_0001, 0x0000_0000_0000_0001, "2001:0:0:1::1"),
            (0xFE80_0000_0000_0000, 0x0202_B3FF_FE1E_8329, "fe80::202:b3ff:fe1e:8329"),
            (0x0001_0000_0000_0000, 0, "1::"), (0x0001_0002_0003_0004, 0x0005_0006_0007_0008, "1:2:3:4:5:6:7:8"),
            (0, 0xFFFF_C0A8_0001, "192.168.0.1"), (0, 0xFFFF_FFFF_FFFF, "255.255.255.255"),
        ] as [(UInt64, UInt64, String)]
    )
    func anAddressIsWrittenAsRFC5952Says(high: UInt64, low: UInt64, text: String) {
        #expect(RemoteAddress(high: high, low: low, port: 1).description == text)
    }

    @Test func aClientOfAUnixSocketHasAWordInPlaceOfAnAddress() {
        #expect(RemoteAddress.unix.isUnix)
        #expect(!RemoteAddress(high: 0, low: 1, port: 0).isUnix)
        #expect(line(remote: .unix, []).hasPrefix("unix: - - ["))
    }

    @Test func datesAgreeWithTheCLibrary() {
        var seconds = -3_000_000_000
        while seconds < 9_000_000_000 {
            var time = time_t(seconds)
            var parts = unsafe tm()
            unsafe gmtime_r(&time, &parts)
            let made = CivilTime(secondsSince1970: seconds)
            let fields = [made.year - 1900, made.month - 1, made.day, made.hour, made.minute, made.second]
            let expected = unsafe [
                parts.tm_year, parts.tm_mon, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
            ]
            #expect(fields == expected.map { Int($0) })
            seconds += 1_234_567
        }
    }

    @Test func aRecordTakesFortyEightBytesBeforeItsTexts() {
        #expect(MemoryLayout<StoredRecord>.size == StoredRecord.size)
        #expect(MemoryLayout<StoredRecord>.offset(of: \.wallClockNanoseconds) == 0)
    }
}
