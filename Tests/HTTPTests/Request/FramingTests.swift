/// Host, the length of the body, and the life of the connection (RFC 9112 §3.2, §6, §9.3).

import HTTP
import Testing

@Suite struct FramingTests {
    private func post(_ lines: String..., version: String = "1.1") -> String {
        "POST / HTTP/\(version)\r\nHost: a\r\n" + lines.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    @Test(arguments: [
        "example.org", "example.org:8080", "EXAMPLE", "127.0.0.1", "127.0.0.1:80", "[::1]", "[::1]:8080",
        "[2001:db8::1.2.3.4]", "[::]", "[::ffff:1.2.3.4]", "[1:2:3:4:5:6:7:8]", "[1:2:3:4:5:6:1.2.3.4]", "[1::]",
        "[1:2:3:4:5:6:7::]", "[::2:3:4:5:6:7:8]", "[1::3:4:5:6:7:8]", "[ABCD:ef01::0001]", "[v1.x]", "[vF.a:b!]:80",
        "[V0a.~]",
        "a:", "a:0", "a:65535", "a:00080", "a_b", "a%20b", "xn--bcher-kva.example", "a.", "!$&'()*+,;=~-._",
    ])
    func aHostIsAccepted(_ host: String) throws {
        let head = try #require(parse("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").head)
        #expect(head.authority == host)
    }

    @Test(arguments: [
        "", "u@h", "<a>", "a b", "a/b", "a?b", "a#b", ":80", "a:b", "a:65536", "a:99999999999999999999", "a:80:80",
        "[4712::abcd::]", "[::1::]", "[1:2:3:4:5:6:7]", "[1:2:3:4:5:6:7:8:9]", "[1:2:3:4:5:6:7:8::]",
        "[::1:2:3:4:5:6:7:8]",
        "[12345::]", "[:1::2]", "[1::2:]", "[1:]", "[:]", "[:::]", "[1.2.3.4]", "[::1.2.3]", "[::1.2.3.4.5]",
        "[::256.1.1.1]",
        "[::01.2.3.4]", "[::1.2.3.4:5]", "[1:2:3:4:5:6:7:1.2.3.4]", "[::1%25eth0]", "[fe80::1%eth0]", "[v.x]", "[v1]",
        "[v1.]", "[vg.x]", "[v1.a/b]", "[::1]]", "[[::1]]", "[::1", "[", "[]:80", "[::1]80",
        "[::1]x", "[]", "[a]", "[::g]", "::1", "a%2", "a%zz", "a\\b", "a\"", "é", "[::1]:x", "a, b",
    ])
    func aHostIsRefused(_ host: String) {
        #expect(parse("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n").reason == .badHost)
    }

    @Test func exactlyOneHostIsNeeded() {
        #expect(parse("GET / HTTP/1.1\r\n\r\n").reason == .missingHost)
        #expect(parse("GET http://a/ HTTP/1.1\r\n\r\n").reason == .missingHost)
        #expect(parse("GET / HTTP/1.0\r\n\r\n").head?.authority.isEmpty == true)
        #expect(parse("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n").reason == .repeatedHost)
        #expect(parse("GET / HTTP/1.0\r\nHost: a\r\nhost: b\r\n\r\n").reason == .repeatedHost)
    }

    @Test(arguments: [
        Case("0", BodyFraming.length(0)), Case("1", .length(1)), Case("00012", .length(12)),
        Case("9223372036854775807", .length(9_223_372_036_854_775_807)), Case(" 42 ", .length(42)),
    ])
    func aContentLengthIsOneNumber(_ line: Case<BodyFraming>) throws {
        #expect(try #require(parse(post("Content-Length: \(line.input)")).head).framing == line.expected)
    }

    @Test(arguments: [
        "", "+1", "-1", "1,1", "1, 1", "1 1", "0x1", "1.0", "a", "9223372036854775808x",
        "9999999999999999999999 9", "١", "1;", "\"1\"",
    ])
    func anotherContentLengthIsRefused(_ value: String) {
        #expect(parse(post("Content-Length: \(value)")).reason == .badContentLength)
    }

    @Test(arguments: [
        "9223372036854775808", "18446744073709551615", "18446744073709551616", "99999999999999999999999",
        "0000000000000000000099999999999999999999",
    ])
    func aNumberThatDoesNotFitIsALengthTooLarge(_ value: String) {
        #expect(parse(post("Content-Length: \(value)")).reason == .bodyTooLarge)
        #expect(parse(post("Content-Length: \(value)", "Content-Length: \(value)")).reason == .badContentLength)
        #expect(parse(post("Content-Length: \(value)", "Transfer-Encoding: chunked")).reason == .conflictingLength)
        #expect(parse(post("Transfer-Encoding: chunked", "Content-Length: \(value)")).reason == .conflictingLength)
    }

    @Test func zerosInFrontDoNotCount() throws {
        let zeros = String(repeating: "0", count: 40)
        #expect(try #require(parse(post("Content-Length: \(zeros)7")).head).framing == .length(7))
    }

    @Test func aLengthSaidTwiceIsRefusedEvenWhenEqual() {
        #expect(parse(post("Content-Length: 1", "Content-Length: 1")).reason == .badContentLength)
        #expect(parse(post("Content-Length: 1", "content-length: 2")).reason == .badContentLength)
    }

    @Test func lengthAndCodingExcludeEachOther() {
        #expect(parse(post("Content-Length: 1", "Transfer-Encoding: chunked")).reason == .conflictingLength)
        #expect(parse(post("Transfer-Encoding: chunked", "Content-Length: 1")).reason == .conflictingLength)
    }

    @Test(arguments: ["chunked", "Chunked", "CHUNKED", " chunked\t"])
    func chunkedIsUnderstood(_ value: String) throws {
        #expect(try #require(parse(post("Transfer-Encoding: \(value)")).head).framing == .chunked)
    }

    @Test(arguments: [
        Case("", RejectReason.badTransferCoding), Case("gzip", .badTransferCoding),
        Case("identity", .badTransferCoding),
        Case("chunked, gzip", .badTransferCoding), Case("chunked, chunked", .badTransferCoding),
        Case("xchunked", .badTransferCoding), Case("chunked;a=b", .badTransferCoding),
        Case("chunkedx", .badTransferCoding), Case("\"chunked\"", .badTransferCoding),
        Case("gzip, chunked", .unknownTransferCoding), Case("foo , chunked", .unknownTransferCoding),
        Case("gzip;q=1, Chunked", .unknownTransferCoding), Case("chunked,", .badTransferCoding),
    ])
    func anotherCodingIsRefused(_ line: Case<RejectReason>) {
        #expect(parse(post("Transfer-Encoding: \(line.input)")).reason == line.expected)
    }

    @Test func codingsAreRefusedWhenRepeatedOrOld() {
        #expect(parse(post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked")).reason == .badTransferCoding)
        #expect(parse(post("Transfer-Encoding: chunked", version: "1.0")).reason == .transferCodingInOldVersion)
    }

    @Test func withoutEitherThereIsNoBody() {
        #expect(parse(post()).head?.framing == BodyFraming.none)
    }

    @Test(arguments: [
        Case("1.1|", true), Case("1.0|", false), Case("1.1|close", false), Case("1.1|Close", false),
        Case("1.1|keep-alive", true), Case("1.0|keep-alive", true), Case("1.0|Keep-Alive", true),
        Case("1.0|close", false), Case("1.1|keep-alive, close", false), Case("1.0|close, keep-alive", false),
        Case("1.1|upgrade, close", false), Case("1.1|x-close", true), Case("1.0|x-keep-alive", false),
        Case("1.1|,close", false), Case("1.1| , close ,", false), Case("1.0|TE, keep-alive", true), Case("1.1|,", true),
        // Options are tokens: a quotation mark hides no comma.
        Case("1.1|\"a, close", false), Case("1.0|x=\"a, keep-alive", true), Case("1.1|\"close\"", true),
    ])
    func aConnectionPersistsByVersionAndOption(_ line: Case<Bool>) throws {
        let parts = line.input.split(separator: "|", omittingEmptySubsequences: false)
        let field = parts[1].isEmpty ? "" : "Connection: \(parts[1])\r\n"
        let head = try #require(parse("GET / HTTP/\(parts[0])\r\nHost: a\r\n\(field)\r\n").head)
        #expect(head.keepsAlive == line.expected)
    }

    @Test func anyOfSeveralConnectionLinesCloses() {
        #expect(parse(get("Connection: keep-alive", "Connection: close")).head?.keepsAlive == false)
        #expect(parse(get("Connection: close", "Connection: keep-alive")).head?.keepsAlive == false)
    }

    @Test func oneRequestDoesNotColourTheNext() throws {
        let first = Array("POST /1?q HTTP/1.0\r\nHost: a\r\nConnection: close\r\nContent-Length: 3\r\n\r\n".utf8)
        let second = Array("GET /2 HTTP/1.1\r\nHost: b\r\n\r\n".utf8)
        var parser = RequestParser()
        guard case .complete = parser.parse(first.span) else { throw NotAccepted(text: "first") }
        guard case .complete(let head) = parser.parse(second.span) else { throw NotAccepted(text: "second") }
        #expect(HeadText(head, second.span) == parse(second).head)
    }

    @Test func continueIsExpectedOnlyWithABody() throws {
        #expect(parse(post("Expect: 100-continue", "Content-Length: 5")).head?.expectsContinue == true)
        #expect(parse(post("Expect: 100-Continue", "Transfer-Encoding: chunked")).head?.expectsContinue == true)
        #expect(parse(post("Expect: 100-continue")).head?.expectsContinue == false)
        #expect(parse(post("Expect: 100-continue", "Content-Length: 0")).head?.expectsContinue == false)
        #expect(parse(post("Expect: 100-continue", "Content-Length: 5", version: "1.0")).head?.expectsContinue == false)
        #expect(parse(post("Expect: gzip", "Content-Length: 5")).reason == .unknownExpectation)
        #expect(parse(post("Expect: 100-continue, x", "Content-Length: 5")).reason == .unknownExpectation)
        // RFC 9110 §5.6.1: empty members of a list mean nothing.
        #expect(parse(post("Expect:", "Content-Length: 5")).head?.expectsContinue == false)
        #expect(parse(post("Expect: ,100-continue,", "Content-Length: 5")).head?.expectsContinue == true)
    }
}
