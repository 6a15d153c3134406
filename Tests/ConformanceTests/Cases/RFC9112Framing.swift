/// RFC 9112 §6: where a message's content begins and ends. Pure, any thread.
///
/// Behind each content stands the runner's probe: a server that counts otherwise takes a part of the content for a
/// request, or a part of the probe for content.

extension RFC9112 {
    static let framing: [Case] = lengths + badLengths + codings + bothFields + limits

    private static func post(_ fields: String..., content: String = "a=b") -> String {
        "POST /text.txt HTTP/1.1\r\nHost: localhost\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n" + content
    }

    private static let lengths: [Case] = [
        Case("RFC 9112 §6.2", "Content-Length counts the bytes of the content", post("Content-Length: 3"), dropped),
        Case("RFC 9112 §6.2", "A Content-Length of 0 is no content", post("Content-Length: 0", content: ""), dropped),
        Case(
            "RFC 9112 §6.3",
            "A request without Content-Length and Transfer-Encoding has no content",
            ask("POST", "/text.txt"),
            dropped
        ),
        Case("RFC 9112 §6.2", "Content-Length may have leading zeros", post("Content-Length: 0003"), dropped.or(bad)),
        Case("RFC 9112 §6.2", "Content-Length may have whitespace around it", post("Content-Length: \t 3 \t"), dropped),
        Case(
            "RFC 9112 §6.2",
            "GET may have a content, which is read, or refused",
            ask("GET", "/text.txt", content: "a=b"),
            Expected.ok(text).or(.status(200, 400, 413, 411).thenEither)
        ),
        Case(
            "RFC 9112 §6.2",
            "HEAD may have a content, which is read, or refused",
            ask("HEAD", "/text.txt", content: "a=b"),
            Expected.status(200).or(.status(200, 400, 413, 411).thenEither)
        ),
        Case(
            "RFC 9112 §6.2",
            "DELETE may have a content, which is read, or refused",
            ask("DELETE", "/text.txt", content: "a=b"),
            Expected.status(405).or(.status(405, 400, 403, 404, 501).thenEither)
        ),
        Case(
            "RFC 9112 §6.2",
            "OPTIONS may have a content, which is read, or refused",
            ask("OPTIONS", "/text.txt", content: "a=b"),
            Expected.status(204).or(.status(204, 200, 400, 405, 501).thenEither)
        ),
        Case(
            "RFC 9112 §6.2",
            "A content that looks like a request is none",
            ask("POST", "/text.txt", content: "GET /one.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            dropped
        ),
        Case(
            "RFC 9112 §6.2",
            "A content of binary bytes is read whole",
            post("Content-Length: 6", content: "{byte 00 0d 0a 0d 0a ff}"),
            dropped
        ),
    ]

    private static let badLengths: [Case] = [
        Case(
            "RFC 9112 §6.3",
            "Two different Content-Lengths are refused",
            post("Content-Length: 3", "Content-Length: 4"),
            bad
        ),
        Case(
            "RFC 9112 §6.3",
            "Two equal Content-Lengths are refused, or taken for one",
            post("Content-Length: 3", "Content-Length: 3"),
            bad.or(dropped)
        ),
        Case("RFC 9112 §6.3", "A list of different lengths is refused", post("Content-Length: 3, 4"), bad),
        Case(
            "RFC 9112 §6.3",
            "A list of equal lengths is refused, or taken for one",
            post("Content-Length: 3, 3"),
            bad.or(dropped)
        ),
        Case("RFC 9112 §6.3", "A list with an empty member is refused", post("Content-Length: 3,"), bad.or(dropped)),
        Case("RFC 9112 §6.3", "An empty Content-Length is refused", post("Content-Length:"), bad.or(.refused(411))),
        Case("RFC 9112 §6.3", "A negative Content-Length is refused", post("Content-Length: -3"), bad),
        Case("RFC 9112 §6.3", "A Content-Length with a plus is refused", post("Content-Length: +3"), bad),
        Case("RFC 9112 §6.3", "A Content-Length of letters is refused", post("Content-Length: three"), bad),
        Case("RFC 9112 §6.3", "A Content-Length with text behind it is refused", post("Content-Length: 3x"), bad),
        Case("RFC 9112 §6.3", "A hexadecimal Content-Length is refused", post("Content-Length: 0x3"), bad),
        Case("RFC 9112 §6.3", "A Content-Length with a fraction is refused", post("Content-Length: 3.0"), bad),
        Case("RFC 9112 §6.3", "A Content-Length with an exponent is refused", post("Content-Length: 3e0"), bad),
        Case("RFC 9112 §6.3", "A Content-Length with a space within is refused", post("Content-Length: 3 3"), bad),
        Case("RFC 9112 §6.3", "A Content-Length in quotation marks is refused", post("Content-Length: \"3\""), bad),
        Case(
            "RFC 9112 §6.3",
            "A Content-Length in digits of another script is refused",
            post("Content-Length: {byte d9 a3}"),
            bad
        ),
        Case(
            "RFC 9112 §6.3",
            "A Content-Length beyond 64 bits is refused",
            post("Content-Length: 18446744073709551619"),
            Expected.refused(413, 400).or(.closed)
        ),
        Case(
            "RFC 9112 §6.3",
            "A Content-Length of a hundred digits is refused",
            post("Content-Length: {repeat 100 9}"),
            Expected.refused(413, 400).or(.closed)
        ),
        Case(
            "RFC 9112 §6.3",
            "A bad Content-Length is refused with GET as well",
            get("/text.txt", "Content-Length: -1"),
            bad
        ),
    ]

    private static let empty = "0\r\n\r\n"

    private static let codings: [Case] = [
        Case(
            "RFC 9112 §6.1",
            "chunked is understood",
            post("Transfer-Encoding: chunked", content: "3\r\na=b\r\n0\r\n\r\n"),
            dropped
        ),
        Case(
            "RFC 9112 §6.1",
            "The name of a coding is read in any case",
            post("Transfer-Encoding: CHUNKED", content: empty),
            dropped
        ),
        Case(
            "RFC 9112 §6.1",
            "A coding that is not understood is not implemented",
            post("Transfer-Encoding: unheard", content: empty),
            Expected.refused(400, 501).or(.closed)
        ),
        Case(
            "RFC 9112 §6.1",
            "gzip before chunked is not implemented",
            post("Transfer-Encoding: gzip, chunked", content: empty),
            Expected.refused(501, 400).or(.closed)
        ),
        Case(
            "RFC 9112 §6.3",
            "A coding behind chunked is refused",
            post("Transfer-Encoding: chunked, gzip", content: empty),
            Expected.refused(400, 501).or(.closed)
        ),
        Case(
            "RFC 9112 §6.1",
            "chunked twice is refused, or taken for once",
            post("Transfer-Encoding: chunked, chunked", content: empty),
            Expected.refused(400, 501).or(.closed).or(dropped)
        ),
        Case(
            "RFC 9112 §6.1",
            "chunked twice in two lines is refused, or taken for once",
            post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", content: empty),
            Expected.refused(400, 501).or(.closed).or(dropped)
        ),
        Case(
            "RFC 9112 §6.1",
            "identity is no coding any more",
            post("Transfer-Encoding: identity", content: empty),
            Expected.refused(400, 501).or(.closed)
        ),
        Case(
            "RFC 9112 §6.1",
            "identity in a line after chunked is refused",
            post("Transfer-Encoding: chunked", "Transfer-Encoding: identity", content: empty),
            Expected.refused(400, 501).or(.closed)
        ),
        Case(
            "RFC 9112 §6.1",
            "An empty Transfer-Encoding is refused",
            post("Transfer-Encoding:", content: empty),
            Expected.refused(400, 501, 411).or(.closed)
        ),
        Case(
            "RFC 9112 §6.1",
            "chunked with a parameter is refused",
            post("Transfer-Encoding: chunked;a=b", content: empty),
            Expected.refused(400, 501).or(.closed)
        ),
        Case(
            "RFC 9112 §6.1",
            "chunked in quotation marks is refused",
            post("Transfer-Encoding: \"chunked\"", content: empty),
            Expected.refused(400, 501).or(.closed)
        ),
        Case(
            "RFC 9112 §6.1",
            "Transfer-Encoding in HTTP/1.0 makes the framing faulty: the connection ends",
            "POST /text.txt HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + empty,
            Expected.refused(400, 405, 403, 404, 411, 501, 200)
        ),
        Case(
            "RFC 9112 §6.1",
            "So it does where HTTP/1.0 asks to be kept alive",
            "POST /text.txt HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + empty,
            Expected.refused(400, 405, 403, 404, 411, 501, 200)
        ),
    ]

    /// §6.3: the server may refuse, or read by Transfer-Encoding alone; either way it closes.
    private static let both = Expected.refused(400, 405, 200, 403, 404, 411, 501)

    private static let bothFields: [Case] = [
        Case(
            "RFC 9112 §6.3",
            "With Transfer-Encoding and Content-Length the connection ends",
            post("Transfer-Encoding: chunked", "Content-Length: 5", content: empty),
            both
        ),
        Case(
            "RFC 9112 §6.3",
            "With Content-Length and Transfer-Encoding the connection ends",
            post("Content-Length: 5", "Transfer-Encoding: chunked", content: empty),
            both
        ),
        Case(
            "RFC 9112 §6.3",
            "With Content-Length 0 and Transfer-Encoding the connection ends",
            post("Content-Length: 0", "Transfer-Encoding: chunked", content: empty),
            both
        ),
        Case(
            "RFC 9112 §6.3",
            "With a bad Content-Length and Transfer-Encoding the connection ends",
            post("Content-Length: x", "Transfer-Encoding: chunked", content: empty),
            both
        ),
        Case(
            "RFC 9112 §6.3",
            "With both fields and GET the connection ends",
            "GET /text.txt HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
                + empty,
            both
        ),
    ]

    /// RFC 9110 §15.5.14; a server may look at the method first.
    private static let tooLarge = Expected.status(405).or(.status(413, 405, 403, 404, 200).thenEither)

    private static let limits: [Case] = [
        Case(
            "RFC 9112 §6",
            "A content over the limit is answered with 413, or as the method deserves",
            ask("POST", "/text.txt", content: "{repeat 5000 a}"),
            tooLarge
        ),
        Case(
            "RFC 9112 §6",
            "A form over the limit is answered with 413, and the connection ends",
            "POST /forms/conformance HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Content-Length: 5000\r\n\r\na={repeat 4998 a}",
            .refused(413),
            onlyRingport: "it stores forms"
        ),
        Case(
            "RFC 9112 §6",
            "A form in chunks over the limit is answered with 413, and the connection ends",
            chunked("1388\r\na={repeat 4998 a}\r\n0\r\n\r\n", "/forms/conformance"),
            .refused(413),
            onlyRingport: "it stores forms"
        ),
        Case(
            "RFC 9112 §6",
            "A form in many small chunks over the limit is answered with 413",
            chunked("{repeat 420 a\r\na123456789\r\n}0\r\n\r\n", "/forms/conformance"),
            .refused(413),
            onlyRingport: "it stores forms"
        ),
        Case(
            "RFC 9112 §6",
            "A form just within the limit is taken",
            "POST /forms/conformance HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                + "Content-Length: 4096\r\n\r\na={repeat 4094 a}",
            .status(303),
            onlyRingport: "it stores forms"
        ),
    ]
}
