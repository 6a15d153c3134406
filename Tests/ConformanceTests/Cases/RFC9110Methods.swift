/// RFC 9110 §9 and §15: methods, and what answers say. Pure, any thread.

import Harness

extension RFC9110 {
    static let methods: [Case] = reading + options + others

    private static let reading: [Case] = [
        Case(
            "RFC 9110 §9.3.2",
            "HEAD has the fields of GET and no body",
            head("/text.txt", "X: head"),
            Expected.status(200).with("Content-Type").with("Last-Modified")
        ),
        Case("RFC 9110 §9.3.2", "HEAD of what is not there is 404 without a body", head("/nowhere"), .status(404)),
        Case("RFC 9110 §9.3.2", "HEAD of the root", head("/"), Expected.status(200).with("Content-Type")),
        Case(
            "RFC 9110 §9.3.2",
            "HEAD of a folder without its slash is redirected without a body",
            head("/sub"),
            .status(308, 301, 302, 307)
        ),
        Case(
            "RFC 9110 §9.3.2",
            "HEAD with a condition that is met is 304",
            head("/one.txt", "If-None-Match: {tag /one.txt}"),
            .status(304)
        ),
        Case(
            "RFC 9110 §9.3.2",
            "HEAD with a condition that fails is 412 without a body",
            head("/text.txt", "If-Match: \"other\""),
            .status(412)
        ),
        Case("RFC 9110 §9.3.2", "HEAD of a large file has no body", head("/large.bin", "X: head"), .status(200)),
        Case(
            "RFC 9110 §9.2.1",
            "GET twice is the same twice",
            get("/one.txt", "X: a") + get("/one.txt", "X: a"),
            .answers(.ok("1"), .ok("1")),
            methods: ["GET", "GET"]
        ),
    ]

    private static let options: [Case] = [
        Case(
            "RFC 9110 §9.3.7",
            "OPTIONS of a file says which methods there are",
            ask("OPTIONS", "/text.txt"),
            Expected.status(204, 200).listing("Allow", "GET", "HEAD").or(.status(405, 501))
        ),
        Case(
            "RFC 9110 §9.3.7",
            "OPTIONS of what is not there",
            ask("OPTIONS", "/nowhere"),
            .status(204, 200, 404, 405, 501)
        ),
        Case(
            "RFC 9110 §9.3.7",
            "OPTIONS of the server needs no content",
            ask("OPTIONS", "*", "Content-Length: 0"),
            .status(204, 200, 405, 501)
        ),
        Case(
            "RFC 9110 §9.3.7",
            "OPTIONS with Max-Forwards: 0 is answered",
            ask("OPTIONS", "/text.txt", "Max-Forwards: 0"),
            .status(204, 200, 405, 501)
        ),
    ]

    private static let notAllowed = Expected.status(405).listing("Allow", "GET", "HEAD")
        .or(.status(501, 403, 404).thenEither)
        // §15.5.6: where 405 is said, Allow must be said too.
        .or(Expected.status(405).with("Allow").closing)

    private static let others: [Case] = [
        Case(
            "RFC 9110 §9.3.3",
            "POST of a file is not allowed, with Allow, or the resource's affair",
            ask("POST", "/text.txt", "X: allow", "Content-Length: 0"),
            notAllowed.or(.status(200, 201, 204, 411).thenEither)
        ),
        Case(
            "RFC 9110 §9.3.4",
            "PUT of a file is not allowed, with Allow",
            ask("PUT", "/text.txt", content: "a"),
            notAllowed
        ),
        Case("RFC 9110 §9.3.5", "DELETE of a file is not allowed, with Allow", ask("DELETE", "/text.txt"), notAllowed),
        Case(
            "RFC 9110 §9.3.6",
            "CONNECT is not allowed",
            ask("CONNECT", "localhost:443"),
            Expected.status(501, 405).thenEither.or(.status(400, 403, 404).thenEither).or(.closed)
        ),
        Case(
            "RFC 9110 §9.3.8",
            "TRACE is not allowed, with Allow: it would show what a proxy added",
            ask("TRACE", "/text.txt"),
            notAllowed.or(.status(400).thenEither)
        ),
        Case(
            "RFC 9110 §9.3.8",
            "TRACE with a cookie does not show it",
            ask("TRACE", "/text.txt", "Cookie: secret"),
            Expected.status(405, 501, 403, 404, 400).holding("it shows the cookie") { !$0.text.contains("secret") }.or(
                .status(405, 501, 403, 404, 400).thenEither
            )
        ),
        Case(
            "RFC 9110 §9.1",
            "PATCH of a file is not allowed, with Allow (RFC 5789)",
            ask("PATCH", "/text.txt", content: "a"),
            notAllowed
        ),
        Case(
            "RFC 9110 §9.1",
            "A method that nobody knows is not implemented, or not allowed",
            ask("FROB", "/text.txt"),
            notAllowed.or(.status(400).thenEither)
        ),
        Case(
            "RFC 9110 §9.1",
            "A method that begins like a known one is another",
            ask("GETX", "/text.txt"),
            notAllowed.or(.status(400).thenEither)
        ),
        Case("RFC 9110 §9.1", "PROPFIND of a file is not allowed", ask("PROPFIND", "/text.txt"), notAllowed),
        Case(
            "RFC 9110 §9.1",
            "A method of every character of a token is read",
            ask("!#$%&'*+-.^_`|~9", "/text.txt"),
            notAllowed.or(.status(400).thenEither).or(.closed)
        ),
    ]

    static let statuses: [Case] = [
        Case(
            "RFC 9110 §15.3.1",
            "200 for what is there",
            get("/sub/page.html"),
            Expected.status(200).with("Content-Type")
        ),
        Case(
            "RFC 9110 §15.4.9",
            "A folder without its slash is redirected to it",
            get("/sub"),
            Expected.status(308, 301, 302, 307).with("Location")
        ),
        Case(
            "RFC 9110 §15.4.9",
            "The redirection keeps the query",
            get("/sub?a=b"),
            Expected.status(308, 301, 302, 307).holding("the query is lost") {
                $0["Location"].map { $0 == "sub/?a=b" || $0.hasSuffix("/sub/?a=b") } == true
            }
        ),
        Case(
            "RFC 9110 §15.4.9",
            "The redirection never leads to another server",
            get("//evil.example/../sub"),
            Expected.status(404).or(
                .status(301, 302, 307, 308, 400, 403, 404).holding("it leads elsewhere") {
                    $0["Location"]?.hasPrefix("//evil") != true
                }.thenEither
            )
        ),
        Case(
            "RFC 9110 §15.4.9",
            "Nor with a backslash",
            get("/%5Cevil.example"),
            Expected.status(404, 400, 403).or(.refused(400))
        ),
        Case(
            "RFC 9110 §15.5.1",
            "400 says why in a body that may be read, or is empty",
            get("/", "neither name nor value"),
            bad
        ),
        Case("RFC 9110 §15.5.5", "404 for what is not there", get("/nowhere.html"), .status(404)),
        Case(
            "RFC 9110 §15.5.5",
            "404 for what lies beneath a file, or the file",
            get("/text.txt/below"),
            .status(404).or(.ok(text))
        ),
        Case(
            "RFC 9110 §15.5.5",
            "404 for a file with a slash behind it, or the file",
            get("/text.txt/"),
            .status(404).or(.ok(text))
        ),
        Case(
            "RFC 9110 §15.5.5",
            "404 for a name longer than any file's",
            get("/{repeat 300 a}.txt"),
            .status(404, 403, 414)
        ),
        Case(
            "RFC 9110 §15.5.5",
            "404 for a file whose name begins with a dot",
            get("/.env"),
            .status(404, 403),
            onlyRingport: "which files are hidden is the owner's choice"
        ),
        Case(
            "RFC 9110 §15.5.5",
            "404 for what lies in a folder whose name begins with a dot",
            get("/.git/config"),
            .status(404, 403),
            onlyRingport: "which files are hidden is the owner's choice"
        ),
        Case(
            "RFC 9110 §15.5.6",
            "405 has the methods in Allow",
            ask("PUT", "/sub/page.html", "Content-Length: 0"),
            notAllowed
        ),
        Case(
            "RFC 9110 §15.5.17",
            "416 names the size in Content-Range",
            get("/text.txt", "Range: bytes=26-"),
            Expected.status(416).with("Content-Range", "bytes */26")
        ),
        Case(
            "RFC 9110 §15.6.6",
            "505 is said to a version that is not supported",
            "GET /text.txt HTTP/4.2\r\nHost: localhost\r\n\r\n",
            Expected.refused(505, 400).or(.closed)
        ),
    ]
}
