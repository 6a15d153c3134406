/// RFC 9112 §3: the request line, the forms of a target, and Host. Pure, any thread.

extension RFC9112 {
    static let requestLine: [Case] = lines + lengths + forms + hosts + badHosts

    private static let lines: [Case] = [
        Case("RFC 9112 §3", "A request line has three words with one space between", get("/text.txt"), .ok(text)),
        Case("RFC 9112 §3", "A method alone is refused", "GET\r\nHost: localhost\r\n\r\n", bad),
        Case(
            "RFC 9112 §3",
            "A request line without a version is refused",
            "GET /text.txt\r\nHost: localhost\r\n\r\n",
            bad,
            onlyRingport: "a server may still know HTTP/0.9"
        ),
        Case("RFC 9112 §3", "A request line without a target is refused", get(""), bad),
        Case(
            "RFC 9112 §3",
            "Two spaces before the target are refused, or taken for one",
            "GET  /text.txt HTTP/1.1\r\nHost: localhost\r\n\r\n",
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §3",
            "Two spaces before the version are refused, or taken for one",
            "GET /text.txt  HTTP/1.1\r\nHost: localhost\r\n\r\n",
            bad.or(.ok(text)).or(.status(404))
        ),
        Case(
            "RFC 9112 §3",
            "A tab instead of a space is refused, or taken for one",
            "GET\t/text.txt HTTP/1.1\r\nHost: localhost\r\n\r\n",
            bad.or(.ok(text)).or(noMethod)
        ),
        Case(
            "RFC 9112 §3",
            "A space behind the version is refused, or passed over",
            "GET /text.txt HTTP/1.1 \r\nHost: localhost\r\n\r\n",
            bad.or(.ok(text))
        ),
        Case("RFC 9112 §3.2", "A space within the target is refused", get("/a b.txt"), bad.or(.status(301, 308))),
        Case(
            "RFC 9112 §3.1",
            "A method is a token: no parenthesis",
            ask("G(T", "/text.txt"),
            bad.or(.status(405, 501)).or(noMethod)
        ),
        Case("RFC 9112 §3.1", "A method is a token: no control", ask("G{byte 01}T", "/text.txt"), bad.or(noMethod)),
        Case(
            "RFC 9112 §3.1",
            "A method is a token: no byte beyond ASCII",
            ask("G{byte e9}T", "/text.txt"),
            bad.or(noMethod)
        ),
        Case(
            "RFC 9112 §3.1",
            "A method is case-sensitive: get is not GET",
            ask("get", "/text.txt"),
            Expected.status(405, 501).or(.status(400, 405, 501).thenEither)
        ),
        Case(
            "RFC 9112 §3.1",
            "A method of no letters is refused",
            " /text.txt HTTP/1.1\r\nHost: localhost\r\n\r\n",
            bad.or(noMethod)
        ),
    ]

    private static let lengths: [Case] = [
        Case(
            "RFC 9112 §3",
            "A request line of 8,000 bytes is understood",
            get("/text.txt?{repeat 7976 a}"),
            .ok(text)
        ),
        Case(
            "RFC 9112 §3",
            "A target longer than any that is wanted is answered with 414",
            get("/text.txt?{repeat 70000 a}"),
            .refused(414).or(.ok(text))
        ),
        Case(
            "RFC 9112 §3",
            "A path longer than any that is wanted is answered with 414",
            get("/{repeat 70000 a}"),
            .refused(414).or(.status(404, 403))
        ),
        Case(
            "RFC 9112 §3",
            "A target a little over 8 KiB is too long, or understood",
            get("/text.txt?{repeat 8200 a}"),
            .refused(414).or(.ok(text))
        ),
        Case(
            "RFC 9112 §3",
            "A method longer than any that is known is not implemented",
            ask("{repeat 100 X}", "/text.txt"),
            .refused(501, 400, 405).or(.status(501, 400, 405))
        ),
    ]

    private static let forms: [Case] = [
        Case("RFC 9112 §3.2.1", "Origin-form: a path and a query", get("/text.txt?a=b&c=/d?e"), .ok(text)),
        Case("RFC 9112 §3.2.1", "Origin-form begins with a slash", get("text.txt"), bad.or(.status(404))),
        Case("RFC 9112 §3.2.1", "A target that is only a query is refused", get("?a=b"), bad.or(.status(404))),
        Case(
            "RFC 9112 §3.2.1",
            "A fragment is not part of a target",
            get("/text.txt#part"),
            bad.or(.ok(text)).or(.status(404))
        ),
        Case("RFC 9112 §3.2.2", "Absolute-form is understood", get("http://localhost/text.txt"), .ok(text)),
        Case(
            "RFC 9112 §3.2.2",
            "Absolute-form with a port is understood",
            "GET http://localhost:80/text.txt HTTP/1.1\r\nHost: localhost:80\r\n\r\n",
            .ok(text)
        ),
        Case(
            "RFC 9112 §3.2.2",
            "Absolute-form's scheme is read in any case",
            get("HTTP://localhost/text.txt"),
            .ok(text)
        ),
        Case(
            "RFC 9112 §3.2.2",
            "Absolute-form's authority counts, not that of Host",
            "GET http://localhost/text.txt HTTP/1.1\r\nHost: other.example\r\n\r\n",
            .ok(text)
        ),
        Case(
            "RFC 9112 §3.2.2",
            "Absolute-form without a path is that of the root",
            get("http://localhost"),
            Expected.status(200).body("<!doctype html><title>index</title>\n")
        ),
        Case(
            "RFC 9112 §3.2.2",
            "Absolute-form without a path may have a query",
            get("http://localhost?a=b"),
            Expected.status(200).body("<!doctype html><title>index</title>\n")
        ),
        Case(
            "RFC 9112 §3.2.2",
            "Absolute-form needs a Host field nevertheless",
            "GET http://localhost/text.txt HTTP/1.1\r\n\r\n",
            bad
        ),
        Case(
            "RFC 9112 §3.2.2",
            "Absolute-form without a host is refused (RFC 9110 §4.2.1)",
            get("http:///text.txt"),
            bad
        ),
        Case(
            "RFC 9112 §3.2.2",
            "Absolute-form with user information is refused, or it is passed over (RFC 9110 §4.2.4)",
            get("http://user:pass@localhost/text.txt"),
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §3.2.2",
            "A scheme that the server does not speak is refused, or passed over",
            get("ftp://localhost/text.txt"),
            bad.or(.status(404, 421)).or(.ok(text))
        ),
        Case(
            "RFC 9112 §3.2.3",
            "Authority-form is for CONNECT only",
            get("localhost:80"),
            bad.or(.status(404))
        ),
        Case(
            "RFC 9112 §3.2.3",
            "CONNECT is not for an origin server",
            ask("CONNECT", "localhost:80"),
            Expected.status(501, 405).thenEither.or(.status(400, 403, 404).thenEither).or(.closed)
        ),
        Case(
            "RFC 9112 §3.2.3",
            "CONNECT names a port",
            ask("CONNECT", "localhost"),
            Expected.refused(400).or(.status(405, 400, 403, 404, 501).thenEither).or(.closed)
        ),
        Case(
            "RFC 9112 §3.2.3",
            "CONNECT does not name a path",
            ask("CONNECT", "/text.txt"),
            Expected.refused(400).or(.status(405, 400, 403, 404, 501).thenEither).or(.closed)
        ),
        Case(
            "RFC 9112 §3.2.4",
            "Asterisk-form is for OPTIONS only",
            get("*"),
            bad.or(.status(404))
        ),
        Case(
            "RFC 9112 §3.2.4",
            "OPTIONS of an asterisk is about the server",
            ask("OPTIONS", "*"),
            .status(204, 200, 405, 501)
        ),
        Case(
            "RFC 9112 §3.2.4",
            "An asterisk with a path is no target",
            ask("OPTIONS", "*/text.txt"),
            bad.or(.status(404, 405))
        ),
    ]

    private static let hosts: [Case] = [
        Case("RFC 9112 §3.2", "Host may have a port", host("Host: localhost:8080"), .ok(text)),
        Case("RFC 9112 §3.2", "Host may have an empty port (RFC 3986 §3.2.3)", host("Host: localhost:"), .ok(text)),
        Case("RFC 9112 §3.2", "Host may be an IPv4 address", host("Host: 127.0.0.1"), .ok(text)),
        Case("RFC 9112 §3.2", "Host may be an IPv6 address", host("Host: [::1]"), .ok(text)),
        Case("RFC 9112 §3.2", "Host may be an IPv6 address with a port", host("Host: [::1]:80"), .ok(text)),
        Case("RFC 9112 §3.2", "Host may be of capitals", host("HOST: LOCALHOST"), .ok(text)),
        Case("RFC 9112 §3.2", "Host may have whitespace around it", host("Host: \t localhost\t "), .ok(text)),
        Case("RFC 9112 §3.2", "Host may have no space before it", host("Host:localhost"), .ok(text)),
        Case("RFC 9112 §3.2", "Host may stand last", host("X: a\r\nHost: localhost"), .ok(text)),
        Case(
            "RFC 9112 §3.2",
            "A host no site is named after is answered, or misdirected",
            host("Host: nobody.example"),
            Expected.ok(text).or(.status(404, 421))
        ),
        Case("RFC 9112 §3.2", "HTTP/1.0 needs no Host", "GET /one.txt HTTP/1.0\r\n\r\n", Expected.ok("1").closing),
    ]

    private static let badHosts: [Case] = [
        Case("RFC 9112 §3.2", "A request of HTTP/1.1 without Host is refused", "GET /text.txt HTTP/1.1\r\n\r\n", bad),
        Case("RFC 9112 §3.2", "Host twice is refused", host("Host: localhost\r\nHost: other.example"), bad),
        Case(
            "RFC 9112 §3.2",
            "Host twice is refused though both are equal",
            host("Host: localhost\r\nHost: localhost"),
            bad
        ),
        Case("RFC 9112 §3.2", "Host twice is refused, the second empty", host("Host: localhost\r\nHost:"), bad),
        Case(
            "RFC 9112 §3.2",
            "An empty Host is refused, or taken for a missing authority",
            host("Host:"),
            bad.or(.ok(text))
        ),
        Case("RFC 9112 §3.2", "Host with user information is invalid", host("Host: u@h"), bad),
        Case("RFC 9112 §3.2", "Host in angle brackets is invalid", host("Host: <a>"), bad),
        Case("RFC 9112 §3.2", "Host with a space is invalid", host("Host: a b"), bad),
        Case("RFC 9112 §3.2", "Host with a slash is invalid", host("Host: localhost/text.txt"), bad),
        Case("RFC 9112 §3.2", "Host with a query is invalid", host("Host: localhost?a"), bad),
        Case("RFC 9112 §3.2", "Host with a fragment is invalid", host("Host: localhost#a"), bad),
        Case("RFC 9112 §3.2", "Host with a backslash is invalid", host("Host: a\\b"), bad),
        Case("RFC 9112 §3.2", "Host with a quotation mark is invalid", host("Host: \"localhost\""), bad),
        Case("RFC 9112 §3.2", "Host with a scheme is invalid", host("Host: http://localhost"), bad),
        Case("RFC 9112 §3.2", "Host with a port of letters is invalid", host("Host: localhost:http"), bad),
        Case("RFC 9112 §3.2", "Host with two ports is invalid", host("Host: localhost:80:80"), bad),
        Case("RFC 9112 §3.2", "Host with a negative port is invalid", host("Host: localhost:-80"), bad),
        Case(
            "RFC 9112 §3.2",
            "Host that is a port alone is invalid, or taken for a missing authority",
            host("Host: :80"),
            bad.or(.ok(text))
        ),
        Case("RFC 9112 §3.2", "Host with an open bracket is invalid", host("Host: [::1"), bad),
        Case("RFC 9112 §3.2", "Host with text behind the bracket is invalid", host("Host: [::1]x"), bad),
        Case("RFC 9112 §3.2", "Host with a NUL is invalid", host("Host: local{byte 00}host"), bad),
        Case("RFC 9112 §3.2", "Host with a byte beyond ASCII is invalid", host("Host: l{byte f6}calhost"), bad),
        Case("RFC 9112 §3.2", "Host with an unfinished percent-encoding is invalid", host("Host: a%2"), bad),
        Case("RFC 9112 §3.2", "A list of hosts is invalid", host("Host: localhost, other.example"), bad),
        Case(
            "RFC 9112 §3.2",
            "Two Host fields are refused in HTTP/1.0 too",
            "GET /text.txt HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
            bad
        ),
    ]

    private static func host(_ line: String) -> String {
        "GET /text.txt HTTP/1.1\r\n\(line)\r\n\r\n"
    }
}
