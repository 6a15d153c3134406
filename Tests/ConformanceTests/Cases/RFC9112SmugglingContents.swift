/// RFC 9112 §11.2, the second part: requests hidden in chunks, in contents nobody wants, in trailers. Pure, any thread.

import Harness

extension RFC9112 {
    static let lineEnds: [Case] = [
        Case(
            "RFC 9112 §11.2",
            "A chunk's size ended by a line feed hides a request from who wants both",
            smuggle("Transfer-Encoding: chunked\r\n", "2a;\n" + hidden + "\r\n0\r\n\r\n"),
            oneAnswer
        ),
        Case(
            "RFC 9112 §11.2",
            "An extension with a line feed, as in CVE-2025-22871",
            smuggle("Transfer-Encoding: chunked\r\n", "2;a\nxx\r\n2d\r\n0\r\n\r\n" + hidden + "\r\n0\r\n\r\n"),
            oneAnswer
        ),
        Case(
            "RFC 9112 §11.2",
            "An extension with a carriage return alone",
            smuggle("Transfer-Encoding: chunked\r\n", "2a;\r" + hidden + "\r\n0\r\n\r\n"),
            oneAnswer
        ),
        Case(
            "RFC 9112 §11.2",
            "A chunk that ends with other bytes than CRLF",
            smuggle("Transfer-Encoding: chunked\r\n", "2\r\nabXX2a\r\n" + hidden + "\r\n0\r\n\r\n"),
            refused.or(bad).or(.refused(405, 200, 403, 404, 411))
        ),
        Case(
            "RFC 9112 §11.2",
            "A chunk that ends with a line feed and a byte",
            smuggle("Transfer-Encoding: chunked\r\n", "2\r\nab\n\n2a\r\n" + hidden + "\r\n0\r\n\r\n"),
            refused.or(bad).or(.refused(405, 200, 403, 404, 411))
        ),
        Case(
            "RFC 9112 §11.2",
            "A head that ends with a line feed and a carriage return",
            smuggle("Content-Length: 42\r\nX: a\n\r", hidden),
            oneAnswer,
            onlyRingport: "what a bare line feed ends is the server's choice"
        ),
        Case(
            "RFC 9112 §11.2",
            "A field's line ended by two carriage returns",
            smuggle("Content-Length: 42\r\r\n", hidden),
            refused.or(dropped)
        ),
        Case(
            "RFC 9112 §11.2",
            "A request line with a request in it",
            "GET /text.txt\rGET /one.txt HTTP/1.1\r\nHost: localhost\r\n\r\n",
            bad
        ),
    ]

    static let zeroLengths: [Case] = [
        Case(
            "RFC 9112 §11.2",
            "CL.0: a GET with a content that is a request",
            get("/text.txt", "Content-Length: 42") + hidden,
            Expected.ok(text).or(.status(200, 400, 411, 413).closing).or(.ok(text))
        ),
        Case(
            "RFC 9112 §11.2",
            "CL.0: a HEAD with a content that is a request",
            head("/text.txt", "Content-Length: 42") + hidden,
            Expected.status(200).or(.status(200, 400, 411, 413).closing)
        ),
        Case(
            "RFC 9112 §11.2",
            "CL.0: what is not there with a content that is a request",
            ask("POST", "/nowhere", "Content-Length: 42") + hidden,
            Expected.status(405).or(.status(404, 405, 403, 411, 501).thenEither)
        ),
        Case(
            "RFC 9112 §11.2",
            "CL.0: a folder with a content that is a request",
            ask("POST", "/sub", "Content-Length: 42") + hidden,
            Expected.status(405).or(.status(405, 301, 302, 307, 308, 403, 404, 411, 501).thenEither)
        ),
        Case(
            "RFC 9112 §11.2",
            "CL.0: a bad path with a content that is a request",
            ask("POST", "/%00", "Content-Length: 42") + hidden,
            Expected.status(400).or(.status(400, 200, 301, 302, 403, 404, 405, 411, 501).thenEither).or(.closed)
        ),
        Case(
            "RFC 9112 §11.2",
            "CL.0: a 304 with a content that is a request",
            get("/text.txt", "If-None-Match: {tag /text.txt}", "Content-Length: 42") + hidden,
            Expected.status(304).or(.status(304, 400, 411, 413).closing)
        ),
        Case(
            "RFC 9112 §11.2",
            "CL.0: a 416 with a content that is a request",
            get("/text.txt", "Range: bytes=99-", "Content-Length: 42") + hidden,
            Expected.status(416).or(.status(416, 400, 411, 413).closing)
        ),
        Case(
            "RFC 9112 §11.2",
            "TE.0: a GET whose chunk is a request",
            "GET /text.txt HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + inChunk,
            Expected.ok(text).or(.status(200, 400, 411, 413).closing)
        ),
        Case(
            "RFC 9112 §11.2",
            "TE.0: OPTIONS whose chunk is a request",
            "OPTIONS /text.txt HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + inChunk,
            Expected.status(204).or(.status(204, 200, 400, 405, 411, 413, 501).thenEither)
        ),
        Case(
            "RFC 9112 §11.2",
            "0.CL: an expectation and a length, the content sent at once",
            ask("POST", "/text.txt", "Expect: 100-continue", "Content-Length: 42") + hidden,
            Expected.refused(405, 200, 403, 404, 411, 413, 417, 501).or(
                .status(405, 200, 403, 404, 411, 413, 417, 501)
            )
        ),
        Case(
            "RFC 9112 §11.2",
            "0.CL: an expectation that is obfuscated",
            ask("POST", "/text.txt", "Expect: y 100-continue", "Content-Length: 42") + hidden,
            Expected.refused(417).or(.status(417, 400, 405, 200, 403, 404, 411, 413, 501).thenEither)
        ),
        Case(
            "RFC 9112 §11.2",
            "Upgrade and a content that is a request",
            ask("POST", "/text.txt", "Connection: Upgrade", "Upgrade: h2c", "Content-Length: 42") + hidden,
            dropped
        ),
        Case(
            "RFC 9112 §11.2",
            "A WebSocket's handshake, and a request behind it",
            get(
                "/text.txt",
                "Connection: Upgrade",
                "Upgrade: websocket",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                "Sec-WebSocket-Version: 13"
            ),
            .ok(text)
        ),
    ]

    static let extensionsAndTrailers: [Case] = [
        Case(
            "RFC 9112 §11.2",
            "A size that a short integer takes for 0",
            chunked("100000000\r\n\r\n" + hidden, "/forms/conformance"),
            .refused(413),
            onlyRingport: "a server may wait for the four gigabytes, and where there are no forms it may read them"
        ),
        Case(
            "RFC 9112 §11.2",
            "A size that a long integer takes for 0",
            smuggle("Transfer-Encoding: chunked\r\n", "10000000000000000\r\n\r\n" + hidden),
            oneAnswer
        ),
        Case(
            "RFC 9112 §11.2",
            "A size that ends at 0x",
            smuggle("Transfer-Encoding: chunked\r\n", "0x2a\r\n" + hidden + "\r\n0\r\n\r\n"),
            refused.or(bad).or(.refused(405, 200, 403, 404, 411, 413))
        ),
        Case(
            "RFC 9112 §11.2",
            "A trailer that ends before the hidden request",
            smuggle("Transfer-Encoding: chunked\r\n", "0\r\nX: a\r\nContent-Length: 42\r\n\r\n"),
            dropped.or(bad)
        ),
        Case(
            "RFC 9112 §11.2",
            "A trailer whose line is folded",
            smuggle("Transfer-Encoding: chunked\r\n", "0\r\nX: a\r\n GET /one.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            bad.or(dropped)
        ),
        Case(
            "RFC 9112 §11.2",
            "A negative size",
            smuggle("Transfer-Encoding: chunked\r\n", "-2a\r\n" + hidden + "\r\n0\r\n\r\n"),
            refused.or(bad).or(.refused(405, 200, 403, 404, 411, 413))
        ),
    ]
}
