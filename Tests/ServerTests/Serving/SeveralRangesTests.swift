/// Several ranges in one answer (RFC 9110 §14.6). Test threads.

import Testing

@testable import Server

@Suite(.serialized) struct SeveralRangesTests {
    /// Resident, and mapped.
    @Test(arguments: [1000, 300_000, 3_000_000])
    func eachRangeIsAPart(size: Int) throws {
        let text = String(decoding: (0..<size).map { UInt8(ascii: "a") + UInt8($0 % 26) }, as: UTF8.self)
        let site = try ServedSite(["www/a.bin": text])
        let answer = try site.ask("/a.bin", "Range: bytes=0-4,100-199,-3")
        #expect(answer.status == 206 && answer["Content-Range"] == nil)
        let type = try #require(answer["Content-Type"])
        #expect(type.hasPrefix("multipart/byteranges; boundary="))
        let boundary = String(type.dropFirst("multipart/byteranges; boundary=".count))
        var expected = ""
        for range in [0..<5, 100..<200, size - 3..<size] {
            expected += expected.isEmpty ? "" : "\r\n"
            expected += "--\(boundary)\r\nContent-Type: application/octet-stream\r\n"
            expected += "Content-Range: bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)\r\n\r\n"
            expected += String(decoding: Array(text.utf8)[range], as: UTF8.self)
        }
        expected += "\r\n--\(boundary)--\r\n"
        #expect(answer.text == expected)
        #expect(answer["Content-Length"] == "\(expected.utf8.count)")
        #expect(answer["ETag"] != nil && answer["Last-Modified"] != nil)
    }

    @Test func aRangeLongerThanASliceIsSentWhole() throws {
        let size = 5_000_000
        let text = String(repeating: "0123456789", count: size / 10)
        let site = try ServedSite(["www/a.bin": text])
        let answer = try site.ask("/a.bin", "Range: bytes=10-3999999,4500000-")
        #expect(answer["Content-Length"] == "\(answer.body.count)")
        #expect(answer.body.count > 3_999_990 + 500_000)
        #expect(answer.text.hasSuffix("--\r\n"))
    }

    @Test func whatIsNotWorthPartsIsSentWhole() throws {
        let site = try ServedSite(["www/a.bin": String(repeating: "x", count: 1000)])
        #expect(try site.ask("/a.bin", "Range: bytes=0-9,5-19,10-29,0-0").status == 200)
        let joined = try site.ask("/a.bin", "Range: bytes=0-9,5-19")
        #expect(joined.status == 206 && joined["Content-Range"] == "bytes 0-19/1000")
        let head = try site.ask("/a.bin", "Range: bytes=0-4,100-199", method: "HEAD")
        #expect(head.status == 200 && head["Content-Length"] == "1000")
    }
}
