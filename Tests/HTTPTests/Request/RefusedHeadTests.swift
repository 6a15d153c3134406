/// A refused head, of which only the part before the fault is known. Test threads.

@testable import HTTP
import Testing

@Suite struct RefusedHeadTests {
    /// The reason, the method, and the Accept lines that were read.
    private func refused(_ text: String, byteByByte: Bool = false) -> (RejectReason?, Method, [String]) {
        let bytes = Array(text.utf8)
        var parser = RequestParser()
        // Something of an earlier request to be forgotten.
        let before = Array("HEAD / HTTP/1.1\r\nHost: a\r\nAccept: before/this\r\n\r\n".utf8)
        _ = parser.advance(before.span)
        parser.reset()
        var status = ParseStatus.incomplete
        for count in byteByByte ? Array(1...bytes.count) : [bytes.count] {
            status = parser.advance(bytes.span.extracting(0..<count))
            guard case .incomplete = status else { break }
        }
        guard case .rejected(let reason) = status else { return (nil, .other, []) }
        var lines = FieldIterator(parser.head)
        var values: [String] = []
        while let value = lines.nextValue(of: .accept, in: bytes.span) {
            values.append(String(decoding: value.bounds.map { bytes[$0] }, as: UTF8.self))
        }
        #expect(parser.head.has(.accept) == !values.isEmpty)
        return (reason, parser.head.method, values)
    }

    @Test(arguments: [false, true])
    func theLinesBeforeTheFaultWereRead(byteByByte: Bool) {
        let start = "HEAD / HTTP/1.1\r\nHost: a\r\nAccept: a/b\r\nAccept: c/d\r\n"
        for (fault, reason) in [
            ("Host: b", RejectReason.repeatedHost), ("X : y", .whitespaceBeforeColon), ("no colon", .badFieldName),
            ("Content-Length: x", .badContentLength), ("X: a\u{1}", .badFieldValue),
            ("Transfer-Encoding: gzip, chunked", .unknownTransferCoding),
        ] {
            let found = refused(start + fault + "\r\nAccept: e/f\r\n\r\n", byteByByte: byteByByte)
            #expect(found.0 == reason && found.1 == .head && found.2 == ["a/b", "c/d"], "\(fault): \(found)")
        }
    }

    @Test(arguments: [false, true])
    func whatOnlyTheWholeHeadTellsIsSaidWithAllOfIt(byteByByte: Bool) {
        let expectation = "GET / HTTP/1.1\r\nExpect: tea\r\nHost: a\r\nAccept: a/b\r\n\r\n"
        #expect(refused(expectation, byteByByte: byteByByte) == (.unknownExpectation, .get, ["a/b"]))
        let hostless = "GET / HTTP/1.1\r\nAccept: a/b\r\n\r\n"
        #expect(refused(hostless, byteByByte: byteByByte) == (.missingHost, .get, ["a/b"]))
    }

    @Test func theLimitsOfAHeadKeepWhatCameBefore() {
        let start = "HEAD / HTTP/1.1\r\nHost: a\r\nAccept: a/b\r\n"
        let many = start + (0..<100).map { "X-\($0): v\r\n" }.joined() + "\r\n"
        #expect(refused(many) == (.tooManyFields, .head, ["a/b"]))
        let long = start + "X: " + String(repeating: "v", count: HeadLimits().headSizeMax) + "\r\n\r\n"
        #expect(refused(long) == (.headTooLarge, .head, ["a/b"]))
    }

    @Test func nothingIsKnownBeforeTheFirstLineIs() {
        for text in ["\u{16}\u{3}\u{1}", "HEAD\r\n\r\n", "HE\u{1}D / HTTP/1.1\r\n\r\n"] {
            let found = refused(text)
            #expect(found.0 != nil && found.1 == .other && found.2.isEmpty, "\(text.debugDescription)")
        }
    }

    /// An answer to HEAD has no content, whatever else is wrong (RFC 9110 §9.3.2).
    @Test(arguments: [false, true])
    func theMethodIsKnownThoughTheFirstLineIsRefused(byteByByte: Bool) {
        let long = "HEAD /" + String(repeating: "a", count: 10_000) + " HTTP/1.1\r\n\r\n"
        for (text, reason) in [
            ("HEAD /\u{7f} HTTP/1.1\r\n\r\n", RejectReason.badRequestLine),
            ("HEAD / HTTP/3.0\r\n\r\n", .versionNotSupported),
            ("HEAD / HTTP/2.0\r\n\r\n", .versionNotSupported), ("HEAD /< HTTP/1.1\r\n\r\n", .badTarget),
            ("HEAD http://[1::2::3]/ HTTP/1.1\r\n\r\n", .badTarget), ("HEAD /\n", .bareLineFeed),
            ("HEAD /\rx", .bareCarriageReturn),
            ("HEAD  HTTP/1.1\r\n\r\n", .badRequestLine), (long, .targetTooLong),
        ] {
            let found = refused(text, byteByByte: byteByByte)
            #expect(
                found.0 == reason && found.1 == .head && found.2.isEmpty,
                "\(text.prefix(30).debugDescription) \(found)"
            )
        }
    }

    @Test func ofAHeadThatIsNotCompleteTheMethodIsKnownOnceItIsRead() {
        let text = "HEAD / HTTP/1.1\r\nHost: a\r\nAccept: a/b\r\nX: y"
        let bytes = Array(text.utf8)
        var parser = RequestParser()
        let before = Array("DELETE / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        _ = parser.advance(before.span)
        parser.reset()
        for count in 1...bytes.count {
            #expect(parser.advance(bytes.span.extracting(0..<count)) == .incomplete)
            #expect(parser.headSoFar.method == (count > 4 ? .head : .other), "\(count)")
        }
        #expect(parser.headSoFar.has(.accept))
    }

    @Test func theNextHeadHasNothingOfARefusedOne() throws {
        var parser = RequestParser()
        let refused = Array("GET / HTTP/1.1\r\nExpect: tea\r\nHost: a\r\n\r\n".utf8)
        #expect(parser.advance(refused.span) == .rejected(.unknownExpectation))
        parser.reset()
        let next = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        #expect(parser.advance(next.span) == .complete)
    }
}
