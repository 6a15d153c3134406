/// RFC 9110 §12: what a client would rather have. Pure, any thread.

extension RFC9110 {
    static let negotiation: [Case] = [
        Case(
            "RFC 9110 §12.5.3",
            "Without Accept-Encoding a file comes as it is",
            get("/text.txt", "X: negotiation"),
            plain
        ),
        Case(
            "RFC 9110 §12.5.3",
            "An empty Accept-Encoding wants the file as it is",
            get("/text.txt", "Accept-Encoding:"),
            plain
        ),
        Case(
            "RFC 9110 §12.5.3",
            "identity wants the file as it is",
            get("/text.txt", "Accept-Encoding: identity"),
            plain
        ),
        Case(
            "RFC 9110 §12.5.3",
            "A coding that nobody knows is passed over",
            get("/text.txt", "Accept-Encoding: unheard"),
            plain
        ),
        Case("RFC 9110 §12.5.3", "gzip;q=0 is not wanted", get("/text.txt", "Accept-Encoding: gzip;q=0"), plain),
        Case(
            "RFC 9110 §12.5.3",
            "gzip;q=0.000 is not wanted",
            get("/text.txt", "Accept-Encoding: gzip;q=0.000"),
            plain
        ),
        Case(
            "RFC 9110 §12.5.3",
            "*;q=0 leaves identity, or nothing",
            get("/picture.png", "Accept-Encoding: *;q=0"),
            Expected.status(406, 200)
        ),
        Case(
            "RFC 9110 §12.5.1",
            "A type that is not accepted is sent all the same, or 406",
            get("/picture.png", "Accept: text/html"),
            .status(200, 406)
        ),
        Case(
            "RFC 9110 §12.5.1",
            "Accept with faulty weights does no harm",
            get("/text.txt", "Accept: text/plain;q=x, */*;q="),
            Expected.ok(text).or(.status(406, 400))
        ),
        Case(
            "RFC 9110 §12.5.2",
            "Accept-Charset is passed over",
            get("/text.txt", "Accept-Charset: utf-16"),
            .ok(text)
        ),
        Case(
            "RFC 9110 §12.5.4",
            "Accept-Language is passed over where there is one language",
            get("/text.txt", "Accept-Language: tlh"),
            .ok(text)
        ),
    ]

    private static let plain = Expected.ok(text).without("Content-Encoding")
}
