/// RFC 9112 §9: connections, and several requests on one. Pure, any thread.

extension RFC9112 {
    static let connections: [Case] = persistence + oldVersion + pipelining + errorsBetween

    private static let persistence: [Case] = [
        Case("RFC 9112 §9.3", "HTTP/1.1 goes on by itself", get("/text.txt", "X: goes on"), .ok(text)),
        Case(
            "RFC 9112 §9.6",
            "close ends the connection, and the answer says so",
            get("/text.txt", "Connection: close"),
            Expected.ok(text).listing("Connection", "close").closing
        ),
        Case(
            "RFC 9112 §9.6",
            "close is read in any case",
            get("/text.txt", "Connection: CLOSE"),
            Expected.ok(text).closing
        ),
        Case(
            "RFC 9112 §9.6",
            "close counts among other options",
            get("/text.txt", "Connection: x-a, close , x-b"),
            Expected.ok(text).closing
        ),
        Case(
            "RFC 9112 §9.6",
            "close counts in a second line",
            get("/text.txt", "Connection: x-a", "Connection: close"),
            Expected.ok(text).closing
        ),
        Case(
            "RFC 9112 §9.3",
            "close wins over keep-alive",
            get("/text.txt", "Connection: keep-alive, close"),
            Expected.ok(text).closing
        ),
        Case(
            "RFC 9112 §9.3",
            "close in a line before keep-alive wins",
            get("/text.txt", "Connection: close", "Connection: keep-alive"),
            Expected.ok(text).closing
        ),
        Case(
            "RFC 9112 §9.3",
            "keep-alive changes nothing in HTTP/1.1",
            get("/text.txt", "Connection: keep-alive"),
            .ok(text)
        ),
        Case(
            "RFC 9112 §9.1",
            "An option that is unknown changes nothing",
            get("/text.txt", "Connection: x-closed"),
            .ok(text)
        ),
        Case("RFC 9112 §9.1", "An empty Connection changes nothing", get("/text.txt", "Connection:"), .ok(text)),
        Case(
            "RFC 9112 §9.1",
            "Empty members of Connection change nothing",
            get("/text.txt", "Connection: , ,"),
            .ok(text)
        ),
        Case(
            "RFC 9112 §9.6",
            "close behind empty members counts",
            get("/text.txt", "Connection: , ,close"),
            Expected.ok(text).closing
        ),
        Case(
            "RFC 9112 §9.6",
            "close is not a part of a longer word",
            get("/text.txt", "Connection: not-close"),
            .ok(text)
        ),
        Case(
            "RFC 9112 §9.6",
            "close with HEAD ends the connection",
            head("/text.txt", "Connection: close"),
            Expected.status(200).closing
        ),
        Case(
            "RFC 9112 §9.6",
            "close with what is not there ends the connection",
            get("/nowhere", "Connection: close"),
            Expected.status(404).closing
        ),
        Case(
            "RFC 9112 §9.6",
            "close with 304 ends the connection",
            get("/text.txt", "Connection: close", "If-None-Match: {tag /text.txt}"),
            Expected.status(304).closing
        ),
        Case(
            "RFC 9112 §9.3",
            "304 leaves the connection as it is",
            get("/text.txt", "X: goes on", "If-None-Match: {tag /text.txt}"),
            .status(304)
        ),
        Case("RFC 9112 §9.3", "404 leaves the connection as it is", get("/nowhere"), .status(404)),
    ]

    private static func old(_ fields: String..., target: String = "/text.txt") -> String {
        "GET \(target) HTTP/1.0\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
    }

    private static let oldVersion: [Case] = [
        Case("RFC 9112 §9.3", "HTTP/1.0 ends by itself", old("X: ends"), Expected.ok(text).closing),
        Case(
            "RFC 9112 §9.3",
            "HTTP/1.0 may be kept alive, and the answer says so",
            old("Connection: keep-alive"),
            Expected.ok(text).listing("Connection", "keep-alive").or(Expected.ok(text).closing)
        ),
        Case(
            "RFC 9112 §9.3",
            "keep-alive is read in any case",
            old("Connection: Keep-Alive"),
            Expected.ok(text).or(Expected.ok(text).closing)
        ),
        Case(
            "RFC 9112 §9.3",
            "close wins in HTTP/1.0 too",
            old("Connection: keep-alive, close"),
            Expected.ok(text).closing
        ),
        Case("RFC 9112 §9.3", "HTTP/1.0 with Host ends by itself", old("Host: localhost"), Expected.ok(text).closing),
        Case(
            "RFC 9112 §9.3",
            "An answer to HTTP/1.0 has no transfer coding",
            old("Accept: */*"),
            Expected.ok(text).without("Transfer-Encoding").closing
        ),
        Case(
            "RFC 9112 §9.3",
            "404 to HTTP/1.0 ends the connection",
            old(target: "/nowhere"),
            Expected.status(404).without("Transfer-Encoding").closing
        ),
        Case(
            "RFC 9112 §9.3",
            "A range is given to HTTP/1.0 too, or passed over",
            old("Range: bytes=0-0"),
            Expected.status(206).body("a").closing.or(Expected.ok(text).closing)
        ),
        Case(
            "RFC 9112 §9.3",
            "HEAD of HTTP/1.0 ends the connection",
            "HEAD /text.txt HTTP/1.0\r\n\r\n",
            Expected.status(200).closing
        ),
        Case(
            "RFC 9112 §9.3",
            "Two kept-alive requests of HTTP/1.0 have two answers, or the first ends the connection",
            old("Connection: keep-alive") + old("Connection: keep-alive", target: "/one.txt"),
            .answers(.ok(text), .ok("1")).or(Expected.ok(text).closing),
            methods: ["GET", "GET"]
        ),
    ]

    private static let pipelining: [Case] = [
        Case(
            "RFC 9112 §9.3.2",
            "Two requests have two answers in their order",
            get("/text.txt") + get("/one.txt"),
            .answers(.ok(text), .ok("1")),
            methods: ["GET", "GET"]
        ),
        Case(
            "RFC 9112 §9.3.2",
            "A large answer stays before a small one",
            get("/large.bin") + get("/one.txt"),
            .answers(Expected.status(200), .ok("1")),
            methods: ["GET", "GET"]
        ),
        Case(
            "RFC 9112 §9.3.2",
            "HEAD and GET have one body",
            head("/text.txt") + get("/one.txt"),
            .answers(.status(200), .ok("1")),
            methods: ["HEAD", "GET"]
        ),
        Case(
            "RFC 9112 §9.3.2",
            "GET and HEAD have one body",
            get("/one.txt") + head("/text.txt"),
            .answers(.ok("1"), .status(200)),
            methods: ["GET", "HEAD"]
        ),
        Case(
            "RFC 9112 §9.3.2",
            "Twenty requests have twenty answers",
            String(repeating: get("/one.txt"), count: 20),
            Expected(ways: [Expected.Way(answers: Array(repeating: Answer([200]), count: 20), ending: .goesOn)]),
            methods: Array(repeating: "GET", count: 20)
        ),
        Case(
            "RFC 9112 §9.3.2",
            "What is not there stands in its place",
            get("/nowhere") + get("/one.txt"),
            .answers(.status(404), .ok("1")),
            methods: ["GET", "GET"]
        ),
        Case(
            "RFC 9112 §9.3.2",
            "304 stands in its place",
            get("/text.txt", "If-None-Match: {tag /text.txt}") + get("/one.txt"),
            .answers(.status(304), .ok("1")),
            methods: ["GET", "GET"]
        ),
        Case(
            "RFC 9112 §9.3.2",
            "A range stands in its place",
            get("/text.txt", "Range: bytes=1-2") + get("/one.txt"),
            .answers(Expected.status(206).body("bc"), .ok("1")),
            methods: ["GET", "GET"]
        ),
        Case(
            "RFC 9112 §9.3.2",
            "A content between two requests is nobody's request",
            ask("POST", "/text.txt", content: "GET /") + get("/one.txt"),
            .answers(.status(405, 200, 403, 404, 501), .ok("1")).or(.status(405, 200, 403, 404, 411, 501).closing),
            methods: ["POST", "GET"]
        ),
        Case(
            "RFC 9112 §9.3.2",
            "Chunks between two requests are nobody's request",
            chunked("5\r\nGET /\r\n0\r\n\r\n") + get("/one.txt"),
            .answers(.status(405, 200, 403, 404, 501), .ok("1")).or(.status(405, 200, 403, 404, 411, 501).closing),
            methods: ["POST", "GET"]
        ),
    ]

    private static let errorsBetween: [Case] = [
        Case(
            "RFC 9112 §9.6",
            "Nothing behind close is answered",
            get("/text.txt", "Connection: close") + get("/one.txt"),
            Expected.ok(text).closing
        ),
        Case(
            "RFC 9112 §9.6",
            "Nothing behind an old request is answered",
            old() + get("/one.txt"),
            Expected.ok(text).closing
        ),
        Case(
            "RFC 9112 §9.3.2",
            "A faulty second request is refused after the first was answered",
            get("/one.txt") + "GET\r\n\r\n",
            .answers(.ok("1"), .refused(400)).or(Expected.ok("1").closing),
            methods: ["GET", "GET"]
        ),
        Case(
            "RFC 9112 §9.3.2",
            "Nothing behind a faulty request is answered",
            get("/one.txt") + "GET /text.txt HTTP/1.1\r\n\r\n" + get("/text.txt"),
            .answers(.ok("1"), .refused(400)).or(Expected.ok("1").closing),
            methods: ["GET", "GET", "GET"]
        ),
        Case(
            "RFC 9112 §9.3.2",
            "Nothing behind faulty chunks is answered",
            chunked("x\r\n") + get("/one.txt"),
            badFraming,
            methods: ["POST", "GET"]
        ),
        Case(
            "RFC 9112 §9.3.2",
            "Nothing behind a faulty length is answered",
            ask("POST", "/text.txt", "Content-Length: -1") + get("/one.txt"),
            badFraming,
            methods: ["POST", "GET"]
        ),
        Case(
            "RFC 9112 §9.6",
            "Nothing behind a version that is not supported is answered",
            "GET / HTTP/5.0\r\n\r\n" + get("/one.txt"),
            Expected.refused(505, 400).or(.closed)
        ),
    ]

    private static let badFraming = Expected.refused(400, 405, 200, 403, 404, 411, 413, 501).or(.closed)
}
