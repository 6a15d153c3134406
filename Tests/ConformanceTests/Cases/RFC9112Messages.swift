/// RFC 9112 §2: what a message is made of. Pure, any thread.

extension RFC9112 {
    static let messages: [Case] = emptyLines + bareControls + versions

    private static let emptyLines: [Case] = [
        Case("RFC 9112 §2.2", "An empty line before a request is passed over", "\r\n" + get("/text.txt"), .ok(text)),
        Case(
            "RFC 9112 §2.2",
            "Two empty lines before a request are passed over or refused",
            "\r\n\r\n" + get("/text.txt"),
            .ok(text).or(bad)
        ),
        Case(
            "RFC 9112 §2.2",
            "A flood of empty lines is bounded",
            "{repeat 50 \r\n}" + get("/text.txt"),
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §2.2",
            "An empty line behind a content is passed over",
            ask("POST", "/text.txt", content: "a=b") + "\r\n" + get("/one.txt"),
            .answers(.status(405, 200, 403, 404, 501), .ok("1")).or(.status(405, 200, 403, 404, 411, 501).closing),
            methods: ["POST", "GET"]
        ),
        Case(
            "RFC 9112 §2.2",
            "Whitespace before the request line is refused",
            " " + get("/text.txt"),
            bad.or(noMethod)
        ),
        Case("RFC 9112 §2.2", "A tab before the request line is refused", "\t" + get("/text.txt"), bad.or(noMethod)),
        Case(
            "RFC 9112 §2.2",
            "Whitespace before the first field is refused, or its line passed over",
            "GET /text.txt HTTP/1.1\r\n X: a\r\nHost: localhost\r\n\r\n",
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §2.2",
            "A Host field behind whitespace does not count as one",
            "GET /text.txt HTTP/1.1\r\n Host: localhost\r\n\r\n",
            bad
        ),
        Case(
            "RFC 9112 §2.2",
            "A tab before the first field is refused, or its line passed over",
            "GET /text.txt HTTP/1.1\r\n\tX: a\r\nHost: localhost\r\n\r\n",
            bad.or(.ok(text))
        ),
    ]

    private static let bareControls: [Case] = [
        Case(
            "RFC 9112 §2.2",
            "A line feed alone may end lines, or is refused",
            "GET /text.txt HTTP/1.1\nHost: localhost\n\n",
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §2.2",
            "A line feed alone behind the request line may end it, or is refused",
            "GET /text.txt HTTP/1.1\nHost: localhost\r\n\r\n",
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §2.2",
            "A line feed alone behind a field may end it, or is refused",
            "GET /text.txt HTTP/1.1\r\nHost: localhost\nX: a\r\n\r\n",
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §2.2",
            "A line feed alone as the empty line may end the head, or is refused",
            "GET /text.txt HTTP/1.1\r\nHost: localhost\r\n\n",
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §2.2",
            "A carriage return alone ends no line of a head",
            "GET /text.txt HTTP/1.1\rHost: localhost\r\n\r\n",
            bad
        ),
        Case(
            "RFC 9112 §2.2",
            "A carriage return alone in a value is refused or taken for a space",
            get("/text.txt", "X: a\rb"),
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §2.2",
            "A carriage return alone before the field's end is refused or taken for a space",
            get("/text.txt", "X: a\r"),
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §2.2",
            "A field behind a carriage return alone is no field",
            "GET /text.txt HTTP/1.1\r\nX: a\rHost: localhost\r\n\r\n",
            bad
        ),
        Case(
            "RFC 9112 §2.2",
            "A carriage return alone in a field's name is refused",
            get("/text.txt", "X\rY: a"),
            bad
        ),
        Case(
            "RFC 9112 §2.2",
            "A carriage return alone before a request is refused",
            "\r" + get("/text.txt"),
            bad.or(.ok(text)).or(noMethod)
        ),
        Case(
            "RFC 9112 §2.2",
            "A carriage return alone in the target is refused",
            get("/te\rxt.txt"),
            bad
        ),
    ]

    private static let versions: [Case] = [
        Case("RFC 9112 §2.3", "HTTP/1.0 is understood", "GET /text.txt HTTP/1.0\r\n\r\n", Expected.ok(text).closing),
        Case(
            "RFC 9112 §2.3",
            "A higher minor version is answered as the highest that is known",
            "GET /text.txt HTTP/1.2\r\nHost: localhost\r\n\r\n",
            .ok(text).or(.status(400, 505).thenEither)
        ),
        Case(
            "RFC 9112 §2.3",
            "HTTP/1.9 is answered as HTTP/1.1",
            "GET /text.txt HTTP/1.9\r\nHost: localhost\r\n\r\n",
            .ok(text).or(.status(400, 505).thenEither)
        ),
        Case(
            "RFC 9112 §2.3",
            "HTTP/2.0 in a request line is not supported",
            "GET /text.txt HTTP/2.0\r\nHost: localhost\r\n\r\n",
            Expected.refused(505, 400).or(.closed)
        ),
        Case(
            "RFC 9112 §2.3",
            "HTTP/3.0 in a request line is not supported",
            "GET /text.txt HTTP/3.0\r\nHost: localhost\r\n\r\n",
            Expected.refused(505, 400).or(.closed)
        ),
        Case(
            "RFC 9112 §2.3",
            "HTTP/0.9 with a version is no version",
            "GET /text.txt HTTP/0.9\r\nHost: localhost\r\n\r\n",
            Expected.refused(505, 400).or(.closed)
        ),
        Case(
            "RFC 9112 §2.3",
            "The name of the protocol is written in capitals",
            "GET /text.txt http/1.1\r\nHost: localhost\r\n\r\n",
            Expected.refused(400, 505).or(.closed)
        ),
        Case(
            "RFC 9112 §2.3",
            "Another protocol's name is refused",
            "GET /text.txt HTTX/1.1\r\nHost: localhost\r\n\r\n",
            Expected.refused(400, 505).or(.closed)
        ),
        Case(
            "RFC 9112 §2.3",
            "A version has one digit before and one behind the dot",
            "GET /text.txt HTTP/1.10\r\nHost: localhost\r\n\r\n",
            Expected.refused(400, 505).or(.closed)
        ),
        Case(
            "RFC 9112 §2.3",
            "A version with a leading zero is refused",
            "GET /text.txt HTTP/01.1\r\nHost: localhost\r\n\r\n",
            Expected.refused(400, 505).or(.closed)
        ),
        Case(
            "RFC 9112 §2.3",
            "A version without its minor digit is refused",
            "GET /text.txt HTTP/1\r\nHost: localhost\r\n\r\n",
            Expected.refused(400, 505).or(.closed)
        ),
        Case(
            "RFC 9112 §2.3",
            "A version that is no number is refused",
            "GET /text.txt HTTP/x.y\r\nHost: localhost\r\n\r\n",
            Expected.refused(400, 505).or(.closed)
        ),
    ]
}
