/// What a client prefers (RFC 9110 §12.5), and what a file is.

import HTTP
import Testing

@Suite struct PreferenceTests {
    private func codings(_ lines: String...) throws -> [UInt16] {
        let request = "GET / HTTP/1.1\r\nHost: a\r\n" + lines.map { "Accept-Encoding: \($0)\r\n" }.joined() + "\r\n"
        return try withHead(request) { head, bytes in
            let found = QualityList.codings(head, in: bytes)
            return [found.br, found.zstd, found.gzip, found.identity]
        }
    }

    @Test(arguments: [
        Case("gzip", [UInt16(0), 0, 1000, 1]), Case("gzip, deflate, br, zstd", [1000, 1000, 1000, 1]),
        Case("GZIP;Q=0.5", [0, 0, 500, 1]), Case("br;q=0.123, gzip;q=1.000", [123, 0, 1000, 1]),
        Case("x-gzip", [0, 0, 1000, 1]), Case("*", [1000, 1000, 1000, 1000]), Case("*;q=0", [0, 0, 0, 0]),
        Case("gzip, *;q=0", [0, 0, 1000, 0]), Case("identity;q=0", [0, 0, 0, 0]), Case("identity", [0, 0, 0, 1000]),
        Case("gzip;q=0", [0, 0, 0, 1]), Case("", [0, 0, 0, 1]), Case("gzip ; q=0.5", [0, 0, 500, 1]),
        Case("gzip;q=2", [0, 0, 0, 1]), Case("gzip;q=0.1234", [0, 0, 0, 1]), Case("gzip;q=1.001", [0, 0, 0, 1]),
        Case("gzip;q=", [0, 0, 0, 1]), Case("gzip;q=.5", [0, 0, 0, 1]), Case("gzip;q=1.", [0, 0, 1000, 1]),
        Case("gzipx", [0, 0, 0, 1]), Case("*;q=0.5, br;q=1", [1000, 500, 500, 500]),
    ])
    func codingsHaveTheirWeights(_ line: Case<[UInt16]>) throws {
        #expect(try codings(line.input) == line.expected)
    }

    @Test func severalLinesAreOneListAndNoneMeansIdentity() throws {
        #expect(try codings("gzip;q=0.5", "br") == [1000, 0, 500, 1])
        #expect(try codings() == [0, 0, 0, 1000])
    }

    @Test(arguments: [
        Case("application/json", true), Case("APPLICATION/JSON", true), Case("application/json, */*", true),
        Case("application/json, text/plain, */*", true), Case("application/*", true),
        Case("application/json;charset=utf-8", true), Case("text/html;q=0.5, application/json", true),
        Case("*/*", false), Case("text/html", false), Case("application/json;q=0", false), Case("", false),
        Case("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false),
        Case("application/json;q=0.5, text/html", false), Case("application/json, text/html", false),
        Case("text/*, application/json;q=0.9", false), Case("application/json;q=x", false), Case("json", false),
        Case("*/*;q=0.1, application/json;q=0.2", true), Case("application/jsonx", false), Case("/", false),
        Case("*/json", false), Case("a/*, */", false),
    ])
    func jsonIsPreferredToHTMLOrNot(_ line: Case<Bool>) throws {
        try withHead(get("Accept: \(line.input)")) { head, bytes in
            let isPreferred = QualityList.prefers("application/json", over: "text/html", head, in: bytes)
            #expect(isPreferred == line.expected)
        }
    }

    @Test func theMostPreciseRangeGivesTheWeight() throws {
        try withHead(get("Accept: text/*;q=0.3, text/html;q=0.7, text/html;level=1, */*;q=0.5")) { head, bytes in
            let types: [StaticString] = ["text/html", "text/plain", "image/png"]
            let qualities = types.map { QualityList.quality(of: $0, head, in: bytes) }
            #expect(qualities == [700, 300, 500])
        }
        try withHead(get("X: y")) { head, bytes in
            let quality = QualityList.quality(of: "image/png", head, in: bytes)
            let isPreferred = QualityList.prefers("application/json", over: "text/html", head, in: bytes)
            #expect(quality == 1000)
            #expect(!isPreferred)
        }
    }

    @Test(arguments: [
        Case("html", "text/html; charset=utf-8"), Case("HTML", "text/html; charset=utf-8"),
        Case("js", "text/javascript; charset=utf-8"),
        Case("css", "text/css; charset=utf-8"), Case("png", "image/png"), Case("woff2", "font/woff2"),
        Case("webmanifest", "application/manifest+json"), Case("7z", "application/x-7z-compressed"),
        Case("ts", "video/mp2t"), Case("", "application/octet-stream"), Case("htmlx", "application/octet-stream"),
        Case("c", "application/octet-stream"), Case("svg", "image/svg+xml"), Case("mp4", "video/mp4"),
    ])
    func aFileHasTheTypeOfItsExtension(_ line: Case<String>) {
        let type = MediaType.forExtension(Array(line.input.utf8).span)
        #expect("\(type)" == line.expected)
    }
}
