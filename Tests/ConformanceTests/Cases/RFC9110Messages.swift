/// RFC 9110 §6, §7, §10: dates, routing, Upgrade, expectations. Pure, any thread.

import Harness

extension RFC9110 {
    static let messages: [Case] = [
        dated("An answer of 200 has a Date", get("/text.txt", "X: date"), 200),
        dated("An answer of 206 has a Date", get("/text.txt", "X: date", "Range: bytes=0-1"), 206),
        dated("An answer of 304 has a Date", get("/text.txt", "X: date", "If-None-Match: {tag /text.txt}"), 304),
        dated("An answer of 404 has a Date", get("/nowhere", "X: date"), 404),
        dated("An answer of 416 has a Date", get("/text.txt", "X: date", "Range: bytes=99-"), 416),
        dated("An answer to HEAD has a Date", head("/text.txt", "X: date"), 200),
    ]

    private static func dated(_ claim: String, _ request: String, _ status: Int) -> Case {
        Case(
            "RFC 9110 §6.6.1",
            claim,
            request,
            Expected.status(status).holding("no Date in IMF-fixdate") { isDate($0["Date"]) }
        )
    }

    static let routing: [Case] = [
        Case(
            "RFC 9110 §7.2",
            "Host does not count where the target names an authority",
            get("http://localhost/one.txt", "X: a"),
            .ok("1")
        ),
        Case(
            "RFC 9110 §7.2",
            "Host's port does not count",
            "GET /text.txt HTTP/1.1\r\nHost: localhost:65535\r\n\r\n",
            .ok(text)
        ),
        Case(
            "RFC 9110 §7.6.1",
            "A field that Connection names is passed over",
            get("/text.txt", "Connection: x-hop", "X-Hop: a"),
            .ok(text)
        ),
        Case(
            "RFC 9110 §7.6.2",
            "Max-Forwards counts for TRACE and OPTIONS only",
            get("/text.txt", "Max-Forwards: 0"),
            .ok(text)
        ),
        Case("RFC 9110 §7.6.3", "Via is passed over", get("/text.txt", "Via: 1.1 a, 1.0 b (comment)"), .ok(text)),
        Case(
            "RFC 9110 §7.8",
            "Upgrade to HTTP/2 is passed over",
            get(
                "/text.txt",
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA"
            ),
            Expected.ok(text).or(.status(101).closing),
            onlyRingport: "a server may take up the offer"
        ),
        Case(
            "RFC 9110 §7.8",
            "Upgrade to WebSocket is passed over",
            get("/text.txt", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x"),
            .ok(text)
        ),
        Case(
            "RFC 9110 §7.8",
            "Upgrade to TLS is passed over",
            get("/text.txt", "Connection: Upgrade", "Upgrade: TLS/1.0"),
            .ok(text)
        ),
        Case(
            "RFC 9110 §7.8",
            "Upgrade to what nobody knows is passed over",
            get("/text.txt", "Connection: Upgrade", "Upgrade: a/1, b"),
            .ok(text)
        ),
        Case(
            "RFC 9110 §7.8",
            "Upgrade without Connection is passed over",
            get("/text.txt", "Upgrade: websocket"),
            .ok(text)
        ),
        Case(
            "RFC 9110 §7.8",
            "Upgrade in HTTP/1.0 is passed over",
            "GET /text.txt HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
            Expected.ok(text).closing
        ),
    ]

    private static let answered = Expected.refused(405, 200, 403, 404, 411, 413, 417, 501)
        .or(.status(405, 200, 403, 404, 411, 413, 417, 501))

    static let context: [Case] = [
        Case(
            "RFC 9110 §10.1.1",
            "The content that follows an expectation at once is read",
            ask("POST", "/text.txt", "Expect: 100-continue", content: "a=b"),
            answered
        ),
        Case(
            "RFC 9110 §10.1.1",
            "A form's content is asked for with 100, then taken",
            "POST /forms/conformance HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n",
            .status(303),
            onlyRingport: "it stores forms",
            held: "a=b"
        ),
        Case(
            "RFC 9110 §10.1.1",
            "A form in chunks is asked for with 100, then taken",
            "POST /forms/conformance HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n",
            .status(303),
            onlyRingport: "it stores forms",
            held: "3\r\na=b\r\n0\r\n\r\n"
        ),
        Case(
            "RFC 9110 §10.1.1",
            "A content that is too large is not asked for",
            "POST /forms/conformance HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Expect: 100-continue\r\nContent-Length: 5000\r\n\r\n",
            .refused(413),
            onlyRingport: "it stores forms"
        ),
        Case(
            "RFC 9110 §10.1.1",
            "The expectation is read in any case",
            ask("POST", "/text.txt", "Expect: 100-Continue", content: "a=b"),
            answered
        ),
        Case(
            "RFC 9110 §10.1.1",
            "An expectation without a content is passed over",
            get("/text.txt", "Expect: 100-continue"),
            .ok(text)
        ),
        Case(
            "RFC 9110 §10.1.1",
            "An expectation of an empty content is passed over",
            ask("GET", "/text.txt", "Expect: 100-continue", "Content-Length: 0"),
            .ok(text)
        ),
        Case(
            "RFC 9110 §10.1.1",
            "An expectation in HTTP/1.0 is passed over",
            "GET /text.txt HTTP/1.0\r\nExpect: 100-continue\r\n\r\n",
            Expected.ok(text).closing
        ),
        Case(
            "RFC 9110 §10.1.1",
            "An expectation that nobody knows is answered with 417, or passed over",
            get("/text.txt", "Expect: a-miracle"),
            Expected.refused(417).or(.status(417)).or(.ok(text))
        ),
        Case("RFC 9110 §10.1.3", "A Referer that is no URI does no harm", get("/text.txt", "Referer: <>"), .ok(text)),
        Case(
            "RFC 9110 §10.1.5",
            "An unbalanced comment in User-Agent does no harm",
            get("/text.txt", "User-Agent: a (b"),
            .ok(text)
        ),
    ]
}
