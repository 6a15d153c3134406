/// RFC 9110, section 14: a part of a file. Test threads.

import Harness
import Testing

@Suite struct RangeTests {
    private static let text = "0123456789"

    private func get(_ server: ServerProcess, _ fields: String) throws -> Response {
        try Client(server).exchange("GET /digits.txt HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n")
    }

    @Test(arguments: [
        ("bytes=0-0", "0", "bytes 0-0/10"), ("bytes=2-5", "2345", "bytes 2-5/10"), ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"), ("bytes=-99", "0123456789", "bytes 0-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"), ("bytes=9-9", "9", "bytes 9-9/10"),
    ])
    func aRangeIsPartialContent(range: String, part: String, contentRange: String) throws {
        try serving(["digits.txt": Self.text]) { server in
            let response = try get(server, "Range: \(range)")
            #expect(response.status == 206)
            #expect(response.text == part)
            #expect(response["Content-Range"] == contentRange)
            #expect(response["Content-Length"] == "\(part.utf8.count)")
        }
    }

    @Test(arguments: ["bytes=10-", "bytes=99-100", "bytes=-0"])
    func aRangeBeyondTheEndCannotBeSatisfied(range: String) throws {
        try serving(["digits.txt": Self.text]) { server in
            let response = try get(server, "Range: \(range)")
            #expect(response.status == 416)
            #expect(response["Content-Range"] == "bytes */10")
        }
    }

    @Test(arguments: ["bytes=5-2", "bytes=x-y", "lines=1-2", "bytes", "bytes=", "bytes=1"])
    func whatIsNoRangeIsIgnored(range: String) throws {
        try serving(["digits.txt": Self.text]) { server in
            let response = try get(server, "Range: \(range)")
            #expect(response.status == 200)
            #expect(response.text == Self.text)
        }
    }

    @Test func ifRangeSendsThePartOnlyOfTheSameFile() throws {
        try serving(["digits.txt": Self.text]) { server in
            let tag = try #require(try get(server, "X: y")["ETag"])
            try #expect(get(server, "Range: bytes=1-2\r\nIf-Range: \(tag)").status == 206)
            let other = try get(server, "Range: bytes=1-2\r\nIf-Range: \"other\"")
            #expect(other.status == 200)
            #expect(other.text == Self.text)
        }
    }

    @Test func aDownloadThatBrokeOffIsResumed() throws {
        let site = try TestSite()
        let bytes = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        try site.write("www/data.bin", bytes)
        try site.write("part.bin", Array(bytes[..<123_456]))
        try serving(site) { server in
            let outcome = try Program.curl("-C", "-", "-o", site.root + "/part.bin", server.url("/data.bin"))
            #expect(outcome.succeeded, "\(outcome)")
            try #expect(site.read("part.bin") == bytes)
        }
    }
}
