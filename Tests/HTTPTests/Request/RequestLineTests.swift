/// The request line (RFC 9112 §3): what is read from it and what is refused.

import HTTP
import Testing

@Suite struct RequestLineTests {
    @Test(arguments: Method.allCases.filter { $0 != .other && $0 != .connect })
    func aMethodIsRecognised(_ method: Method) throws {
        let head = try #require(parse("\(method.name) /x HTTP/1.1\r\nHost: a\r\n\r\n").head)
        #expect(head.method == method)
        #expect(head.methodName == "\(method.name)")
    }

    @Test(arguments: ["get", "GETS", "GE", "PROPFIND", "M-SEARCH", "!#$%&'*+-.^_`|~", "POSTPOSTPOST", "HEADS"])
    func anotherTokenIsAMethodOfItsOwn(_ name: String) throws {
        let head = try #require(parse("\(name) /x HTTP/1.1\r\nHost: a\r\n\r\n").head)
        #expect(head.method == .other)
        #expect(head.methodName == name)
    }

    @Test(arguments: [
        Case("/", ["/", ""]),
        Case("/?", ["/", ""]),
        Case("/a/b.html", ["/a/b.html", ""]),
        Case("/a?b=c", ["/a", "b=c"]),
        Case("/a?b?c", ["/a", "b?c"]),
        Case("/a?b=/c/../d", ["/a", "b=/c/../d"]),
        Case("/%41%20", ["/%41%20", ""]),
        Case("//double", ["//double", ""]),
        Case("/a;p=1,2/@:!$&'()*+=~-._", ["/a;p=1,2/@:!$&'()*+=~-._", ""]),
        Case("/[a]|b", ["/[a]|b", ""]),
        Case("/q?a=[1]{2}|3^4`5\\6", ["/q", "a=[1]{2}|3^4`5\\6"]),
        Case(
            "/a-path-much-longer-than-sixteen-bytes/and/on?query=also-quite-long&x=1",
            [
                "/a-path-much-longer-than-sixteen-bytes/and/on", "query=also-quite-long&x=1",
            ]
        ),
    ])
    func anOriginTargetIsSplitAtItsFirstQuestionMark(_ line: Case<[String]>) throws {
        let head = try #require(parse("GET \(line.input) HTTP/1.1\r\nHost: a\r\n\r\n").head)
        #expect(head.form == .origin)
        #expect(head.target == line.input)
        #expect([head.path, head.query] == line.expected)
        #expect(head.authority == "a")
    }

    @Test(arguments: [
        Case("http://example.org/a?b", ["example.org", "/a", "b"]),
        Case("http://example.org", ["example.org", "/", ""]),
        Case("http://example.org?q", ["example.org", "/", "q"]),
        Case("HTTP://EXAMPLE.org:8080/", ["EXAMPLE.org:8080", "/", ""]),
        Case("https://example.org/x", ["example.org", "/x", ""]),
        Case("http://[::1]:80/x", ["[::1]:80", "/x", ""]),
        Case("http://h:/x", ["h:", "/x", ""]),
    ])
    func theAuthorityOfAnAbsoluteTargetReplacesHost(_ line: Case<[String]>) throws {
        let head = try #require(parse("GET \(line.input) HTTP/1.1\r\nHost: other\r\n\r\n").head)
        #expect(head.form == .absolute)
        #expect([head.authority, head.path, head.query] == line.expected)
    }

    @Test func anAsteriskIsForOptionsAlone() throws {
        let head = try #require(parse("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").head)
        #expect(head.form == .asterisk)
        #expect(head.path == "*")
        #expect(parse("GET * HTTP/1.1\r\nHost: a\r\n\r\n").reason == .badTarget)
    }

    @Test func connectTakesHostAndPort() throws {
        let head = try #require(parse("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n").head)
        #expect(head.form == .authority)
        #expect(head.authority == "example.org:443")
        #expect(head.path.isEmpty)
        for target in ["example.org", "/", "*", "example.org:", "a@b:1", "http://a:1/"] {
            #expect(parse("CONNECT \(target) HTTP/1.1\r\nHost: a\r\n\r\n").reason == .badTarget)
        }
    }

    @Test(arguments: [
        "a", "a/b", "*x", "**", "ftp://a/", "http:/a", "http://", "http:///a", "http://u@h/", "http://<a>/", "/a#b",
        "#",
        "/a?b#c", "/\"", "/<", "/>", "/?\"", "/?<", "/?>", "/a\\b", "/a^b", "/a`b", "/{", "/}", "/é",
        "http://a:99999/",
    ])
    func aBadTargetIsRefused(_ target: String) {
        #expect(parse("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n").reason == .badTarget)
    }

    @Test(arguments: [
        "GET", "GET /", " GET / HTTP/1.1", "GET / HTTP/1.1 ", "GET /\tHTTP/1.1",
        "GET\t/ HTTP/1.1", "GET / HTTP/1", "GET / HTTP/1.", "GET / HTTP/11.1", "GET / http/1.1", "GET / HTTPS/1.1",
        "GET / HTTP/1,1", "GET / HTTP/a.1", "GET / HTTP/1.a", "GET HTTP/1.1", "GET / HTTP/ 1.1", "/ HTTP/1.1",
        "G(T / HTTP/1.1", "G\u{e9}T / HTTP/1.1", ": / HTTP/1.1", "GET / \u{7f}", "GET /\u{0} HTTP/1.1", "\u{80}\u{81}",
    ])
    func whatIsNoRequestLineIsRefused(_ line: String) {
        let reason = parse("\(line)\r\nHost: a\r\n\r\n").reason
        #expect(reason == .badRequestLine)
    }

    @Test(arguments: [
        "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET /a b HTTP/1.1", "GET /a\tb HTTP/1.1", "GET / HTTP/1.1 HTTP/1.1",
    ])
    func aTargetHoldsNoWhitespace(_ line: String) {
        #expect(parse("\(line)\r\nHost: a\r\n\r\n").reason == .badTarget)
    }

    @Test(arguments: [
        Case("HTTP/1.0", Version.http10), Case("HTTP/1.1", .http11), Case("HTTP/1.2", .http11),
        Case("HTTP/1.9", .http11),
    ])
    func aMinorVersionIsReadAsTheHighestKnown(_ line: Case<Version>) throws {
        let head = try #require(parse("GET / \(line.input)\r\nHost: a\r\n\r\n").head)
        #expect(head.version == line.expected)
    }

    @Test(arguments: ["HTTP/0.9", "HTTP/2.0", "HTTP/3.0", "HTTP/9.9"])
    func anotherMajorVersionIsRefused(_ version: String) {
        #expect(parse("GET / \(version)\r\nHost: a\r\n\r\n").reason == .versionNotSupported)
    }

    @Test func whoeverSpeaksSomethingElseIsToldAtItsFirstBytes() {
        #expect(parse([0x16]).reason == .tlsOnPlainPort)
        #expect(parse("PRI * HTTP/2.0\r\n").reason == .http2Preface)
        #expect(parse("\u{0}").reason == .badRequestLine)
        #expect(parse("SSH-2.0-OpenSSH_9.2\r").reason == .badRequestLine)
        #expect(parse([0x80]).reason == .badRequestLine)
        #expect(parse("GET / HTTP/1.1\n").reason == .bareLineFeed)
        #expect(parse("GET\n").reason == .bareLineFeed)
        #expect(parse("GET /\u{1}").reason == .badRequestLine)
    }

    @Test func fourEmptyLinesAreForgivenAndCounted() throws {
        let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
        for count in 0...4 {
            let head = try #require(parse(String(repeating: "\r\n", count: count) + request).head)
            #expect(head.length == request.utf8.count + 2 * count)
            #expect(head.methodName == "GET")
        }
        #expect(parse("\r\n\r\n\r\n\r\n\r\n" + request).reason == .badRequestLine)
        #expect(parse("\n" + request).reason == .bareLineFeed)
        #expect(parse("\r" + request).reason == .bareCarriageReturn)
        #expect(parse("\r").reason == nil)
    }
}
