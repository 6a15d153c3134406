/// Heads and their fields: what reading them costs, whatever stands in them.

import Testing

@testable import Counted

@Suite struct HeadGrowthTests {
    private static let limits = HeadLimits(headSizeMax: 65_535, requestLineSizeMax: 65_535, fieldCountMax: 65_535)

    /// A text that is repeated in a head, and what stands before and behind it.
    struct Shape: CustomTestStringConvertible {
        let before: String
        let part: String
        let after: String
        var testDescription: String { String((before + part).debugDescription.prefix(60)) }

        init(_ before: String, _ part: String, _ after: String = "") {
            (self.before, self.part, self.after) = (before, part, after)
        }

        func bytes(_ size: Int) -> [UInt8] { Array(before.utf8) + repeated(part, size) + Array(after.utf8) }
    }

    private static let heads = [
        Shape("GET / HTTP/1.1\r\nHost: a\r\nX: ", "x", "\r\n\r\n"),
        Shape("GET / HTTP/1.1\r\nHost: a\r\nX:", " ", "x\r\n\r\n"),
        Shape("GET / HTTP/1.1\r\nHost: a\r\nX: x", " ", "\r\n\r\n"),
        Shape("GET / HTTP/1.1\r\nHost: a\r\n", "X: y\r\n", "\r\n"),
        Shape("GET / HTTP/1.1\r\nHost: a\r\n", "Connection: close, x\r\n", "\r\n"),
        Shape("GET / HTTP/1.1\r\nHost: a\r\n", "Expect: 100-continue\r\n", "\r\n"),
        Shape("GET / HTTP/1.1\r\nHost: a\r\nConnection: ", ",", "\r\n\r\n"),
        Shape("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ", "chunked,", "\r\n\r\n"),
        Shape("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: ", "0", "\r\n\r\n"),
        Shape("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: ", "1, ", "1\r\n\r\n"),
        Shape("GET / HTTP/1.1\r\nHost: ", "a.", "\r\n\r\n"),
        Shape("GET / HTTP/1.1\r\nHost: [", "a:", "]\r\n\r\n"),
        Shape("GET /", "%41", " HTTP/1.1\r\nHost: a\r\n\r\n"),
        Shape("GET /?", "?", " HTTP/1.1\r\nHost: a\r\n\r\n"),
        Shape("GET http://", "a", "/ HTTP/1.1\r\n\r\n"),
        Shape("GET /", " ", " HTTP/1.1\r\nHost: a\r\n\r\n"),
        Shape("GET / HTTP/1.1\r\nHost: a\r\n", "X", "\r\n\r\n"),
    ]

    @Test(arguments: heads) func aHeadIsReadInItsLength(shape: Shape) {
        expectLinear(shape.testDescription, size: 2048, stepsPerByteMax: 8) { size in
            let bytes = shape.bytes(size)
            return Steps.of {
                var parser = RequestParser(limits: Self.limits)
                _ = parser.parse(bytes.span)
            }
        }
    }

    /// Each receive brings one byte, which is looked at a few times, and none of those before it is.
    @Test(arguments: heads) func aHeadThatComesByteByByteCostsNoMoreThanItsLength(shape: Shape) {
        expectLinear(shape.testDescription, size: 2048, stepsPerByteMax: 12) { size in
            let bytes = shape.bytes(size)
            return Steps.of {
                var parser = RequestParser(limits: Self.limits)
                for count in 1...bytes.count {
                    guard case .incomplete = parser.parse(bytes.span.extracting(first: count)) else { return }
                }
            }
        }
    }

    // MARK: Fields

    private static func head(_ field: String, _ value: [UInt8]) -> (RequestHead, [UInt8])? {
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n\(field): ".utf8) + value + Array("\r\n\r\n".utf8)
        var parser = RequestParser(limits: limits)
        guard case .complete(let head) = parser.parse(bytes.span) else { return nil }
        return (head, bytes)
    }

    /// The same member in a line of its own, again and again.
    private static func lines(_ field: String, _ member: String, _ size: Int) -> (RequestHead, [UInt8])? {
        let line = "\(field): \(member)\r\n"
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\n".utf8) + repeated(line, size) + Array("\r\n".utf8)
        var parser = RequestParser(limits: limits)
        guard case .complete(let head) = parser.parse(bytes.span) else { return nil }
        return (head, bytes)
    }

    private static func expectLinearReading(
        of field: String,
        _ part: String,
        _ read: (RequestHead, Span<UInt8>) -> Void
    ) {
        for isOneLine in [true, false] {
            expectLinear("\(field): \(part)", size: 2048, stepsPerByteMax: 24) { size in
                guard let (head, bytes) = isOneLine ? head(field, repeated(part, size)) : lines(field, part, size)
                else {
                    Issue.record("\(field): \(part) makes no head")
                    return 0
                }
                return Steps.of { read(head, bytes.span) }
            }
        }
    }

    @Test(arguments: ["gzip;q=0,", "x;q=\"", "a;a;a;", ",", "*;q=0.5, identity;q=0.1,", "\\\"", "  ,  "])
    func codingsAreReadInTheirLength(part: String) {
        Self.expectLinearReading(of: "Accept-Encoding", part) { head, bytes in
            _ = QualityList.codings(head, in: bytes)
        }
    }

    @Test(arguments: ["text/html;q=0.1,", "*/*,", "a/*;q=\"", "application/json;a=b,", ";;;", "text/"])
    func mediaRangesAreReadInTheirLength(part: String) {
        Self.expectLinearReading(of: "Accept", part) { head, bytes in
            _ = QualityList.prefers("application/json", over: "text/html", head, in: bytes)
            _ = QualityList.quality(of: "text/html", head, in: bytes)
        }
    }

    @Test(arguments: ["\"a\",", "W/\"\", ", "\"0123456789abcdeg\",", ",", "\"", "W/"])
    func entityTagsAreReadInTheirLength(part: String) {
        let etag = Array("\"0123456789abcdef\"".utf8)
        for field in ["If-None-Match", "If-Match"] {
            Self.expectLinearReading(of: field, part) { head, bytes in
                _ = Conditions.evaluate(head, in: bytes, etag: etag.span, lastModified: 0)
            }
        }
    }

    @Test(arguments: [
        "for=192.0.2.7,", "for=\"[2001:db8::7]\",", "\",", "\\\",", "\"\\", "for=a;for=b,", ",", "=", "\"\"",
    ])
    func wayThroughProxiesIsReadInItsLength(part: String) {
        Self.expectLinearReading(of: "Forwarded", part) { head, bytes in
            var chain = ForwardedChain(head, .forwarded)
            while chain.next(in: bytes) != nil {}
        }
        Self.expectLinearReading(of: "X-Forwarded-For", part) { head, bytes in
            var chain = ForwardedChain(head, .xForwardedFor)
            while chain.next(in: bytes) != nil {}
        }
    }

    @Test(arguments: ["0-1,", "5-,", "-1,", "9-0,", "0", ",", "-", "1-2,1-2,"])
    func rangesAreReadInTheirLengthOrNotAtAll(part: String) {
        let value = { (size: Int) in Array("bytes=".utf8) + repeated(part, size) }
        for (length, count) in [(UInt64(10), 1), (UInt64.max, 4)] {
            let steps = [1, 2, 4].map { factor in
                let bytes = value(2048 * factor * count)
                return Steps.of { _ = RangeField.resolve(bytes.span, representationLength: length) }
            }
            // More ranges than are answered end the reading.
            #expect(steps[2] <= steps[0] * 44 / 10 + 640, "bytes=\(part): \(steps)")
        }
    }

    @Test(arguments: ["/a", "/..", "/a/..", "/./", "//", "/%2e%2e", "/%41", "%", "/%c3%a9", "/%f0%9f%98%80", "/%ff"])
    func aPathIsDecodedInItsLength(part: String) {
        for end in ["", "/", "/%"] {
            expectLinear("\(part)…\(end)", size: 2048, stepsPerByteMax: 12) { size in
                // As deep as the other half climbs, so that none of it leads above the root.
                let path = repeated("/b", size) + repeated(part, size) + Array(end.utf8)
                return Steps.of {
                    _ = [UInt8](capacity: path.count) {
                        _ = TargetDecoder.decodePath(path.span, into: &$0)
                    }
                }
            }
        }
    }

    @Test(arguments: ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, ", "Sun Nov  6", "9", " "])
    func datesEndWhereTheyMust(part: String) {
        let steps = [1, 2, 4].map { factor in
            let bytes = repeated(part, 2048 * factor)
            return Steps.of { _ = HTTPDate.parse(bytes.span) }
        }
        #expect(steps[2] <= steps[0] + 64, "\(part): \(steps)")
    }

    @Test(arguments: ["QQ==", "=", "QUFB", "Og", " "])
    func credentialsAreReadInTheirLength(part: String) {
        expectLinear("Basic \(part)", size: 2048, stepsPerByteMax: 12) { size in
            let value = Array("Basic ".utf8) + repeated(part, size)
            return Steps.of { _ = BasicCredentials(value.span) }
        }
    }
}
