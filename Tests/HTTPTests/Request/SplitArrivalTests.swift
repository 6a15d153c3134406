/// A head that arrives in pieces is understood as if it had come at once.

import HTTP
import Testing

@Suite struct SplitArrivalTests {
    static let samples = [
        "GET / HTTP/1.1\r\nHost: localhost:80\r\n\r\n",
        "\r\n\r\nGET /a/b?c=d HTTP/1.1\r\nHost: a\r\nAccept: */*\r\nX-Own: \t v \r\n\r\n",
        "POST http://h/p HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\nExpect: 100-continue\r\n\r\nhello world!",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n",
        "OPTIONS * HTTP/1.0\r\n\r\n", "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "GET / HTTP/1.1\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", "G\u{1}T / HTTP/1.1\r\nHost: a\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET / HTTP/2.0\r\nHost: a\r\n\r\n", "GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n", "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n", "\r\rGET",
        "GET /\u{0} HTTP/1.1\r\n\r\n",
    ]

    @Test(arguments: samples)
    func aRequestCutAnywhereInTwoIsTheSame(_ sample: String) {
        let bytes = Array(sample.utf8)
        let whole = parse(bytes)
        for cut in 0...bytes.count {
            #expect(parse(bytes, arrivingAt: [cut]) == whole, "cut at \(cut)")
        }
    }

    @Test(arguments: samples)
    func aRequestThatTricklesInIsTheSame(_ sample: String) {
        let bytes = Array(sample.utf8)
        let whole = parse(bytes)
        for step in 1...5 {
            #expect(parse(bytes, arrivingAt: stride(from: 0, to: bytes.count, by: step)) == whole, "by \(step)")
        }
    }

    @Test(arguments: samples)
    func smallLimitsAnswerAlikeHoweverTheBytesArrive(_ sample: String) {
        let bytes = Array(sample.utf8)
        for size in stride(from: 0, through: bytes.count + 1, by: 3) {
            let limits = HeadLimits(headSizeMax: size, requestLineSizeMax: size / 2, fieldCountMax: 2)
            let whole = parse(bytes, limits: limits)
            #expect(parse(bytes, arrivingAt: 0..<bytes.count, limits: limits) == whole, "limit \(size)")
        }
    }

    @Test func aFinishedHeadIsNotWaitedFor() {
        for sample in Self.samples {
            guard let head = parse(sample).head else { continue }
            #expect(parse(Array(sample.utf8.prefix(head.length - 1))) == .incomplete)
            #expect(parse(Array(sample.utf8.prefix(head.length))) == .head(head))
        }
    }

    @Test func afterARefusalTheAnswerStays() {
        let bad = Array("GET / HTTP/1.1\n".utf8)
        let good = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        var parser = RequestParser()
        let first = parser.advance(bad.span)
        let second = parser.advance(good.span)
        parser.reset()
        let third = parser.advance(good.span)
        #expect(first == .rejected(.bareLineFeed))
        #expect(second == .rejected(.bareLineFeed))
        #expect(third == .complete)
        #expect(parser.head.length == good.count)
    }
}
