/// RFC 9112 §11.2: request smuggling, in the forms that were published. One request in, one answer out. Pure, any thread.
///
/// The request for `/one.txt` that stands in each of them must never be answered. What the answer is counts for little
/// here; §6 and §7 have the statuses. Ringport refuses all that two readers could understand differently.

extension RFC9112 {
    static let smuggling: [Case] =
        twoLengths + codingNames + obfuscations + lineEnds + zeroLengths + extensionsAndTrailers

    static let hidden = "GET /one.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"

    /// A POST whose framing fields are these, each ending as it says, with the hidden request as its content.
    static func smuggle(_ lines: String, _ content: String) -> String {
        "POST /text.txt HTTP/1.1\r\nHost: localhost\r\n\(lines)\r\n\(content)"
    }

    static let inChunk = "2a\r\n" + hidden + "\r\n0\r\n\r\n"

    private static let twoLengths: [Case] = [
        Case(
            "RFC 9112 §11.2",
            "CL.TE: the content by its length ends with the last chunk, and the hidden request lies within",
            smuggle("Content-Length: 47\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + hidden),
            Expected.refused(400).or(.refused(400, 405, 200, 403, 404, 411, 501))
        ),
        Case(
            "RFC 9112 §11.2",
            "TE.CL: the length ends before the hidden request, which lies in a chunk",
            smuggle("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", inChunk),
            Expected.refused(400).or(.refused(400, 405, 200, 403, 404, 411, 501))
        ),
        Case(
            "RFC 9112 §11.2",
            "The same with the fields the other way round",
            smuggle("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", inChunk),
            Expected.refused(400).or(.refused(400, 405, 200, 403, 404, 411, 501))
        ),
        Case(
            "RFC 9112 §11.2",
            "CL.CL: two lengths, the first ends before the hidden request",
            smuggle("Content-Length: 0\r\nContent-Length: 42\r\n", hidden),
            refused
        ),
        Case(
            "RFC 9112 §11.2",
            "CL.CL: two lengths, the second ends before the hidden request",
            smuggle("Content-Length: 42\r\nContent-Length: 0\r\n", hidden),
            refused
        ),
        Case(
            "RFC 9112 §11.2",
            "CL.CL: the first of two lines is a list",
            smuggle("Content-Length: 42, 0\r\nContent-Length: 42\r\n", hidden),
            refused
        ),
        Case(
            "RFC 9112 §11.2",
            "A length with a control before it",
            smuggle("Content-Length: {byte 0b}42\r\n", hidden),
            refused
        ),
        Case(
            "RFC 9112 §11.2",
            "A length with a form feed behind it",
            smuggle("Content-Length: 42{byte 0c}\r\n", hidden),
            refused
        ),
        Case(
            "RFC 9112 §11.2",
            "A length with a NUL behind it",
            smuggle("Content-Length: 42{byte 00}\r\n", hidden),
            refused
        ),
        Case(
            "RFC 9112 §11.2",
            "A length with a no-break space before it",
            smuggle("Content-Length: {byte a0}42\r\n", hidden),
            refused
        ),
        Case(
            "RFC 9112 §11.2",
            "A length written with an underscore",
            smuggle("Content-Length: 4_2\r\n", hidden),
            refused
        ),
    ]

    private static let codingNames: [Case] = [
        "xchunked", "chunkedx", "chunked,", ",chunked", "x, chunked", "chunked, x", "chunked;q=1", "'chunked'", "chunk",
        "{byte 0b}chunked", "chunked{byte 0b}", "{byte 0c}chunked", "{byte 00}chunked", "chunked{byte 00}",
        "chun\u{212a}ed",
        "{byte ff}chunked", "identity, chunked", "chunked, identity", "cow", "chunked chunked", "compress, chunked",
    ].map { (name: String) -> Case in
        Case(
            "RFC 9112 §11.2",
            "TE.TE: a length, and Transfer-Encoding: \(name)",
            smuggle("Content-Length: 4\r\nTransfer-Encoding: \(name)\r\n", inChunk),
            Expected.refused(
                400,
                501,
                405,
                200,
                403,
                404,
                411
            ).or(.closed)
        )
    }

    private static let obfuscations: [Case] = [
        Case(
            "RFC 9112 §11.2",
            "TE.TE: a space before the colon",
            smuggle("Content-Length: 4\r\nTransfer-Encoding : chunked\r\n", inChunk),
            refused
        ),
        Case(
            "RFC 9112 §11.2",
            "TE.TE: a tab before the colon",
            smuggle("Content-Length: 4\r\nTransfer-Encoding\t: chunked\r\n", inChunk),
            refused
        ),
        Case(
            "RFC 9112 §11.2",
            "TE.TE: a space before the name",
            smuggle("Content-Length: 4\r\n Transfer-Encoding: chunked\r\n", inChunk),
            oneAnswer,
            onlyRingport: unfolded
        ),
        Case(
            "RFC 9112 §11.2",
            "TE.TE: the coding on a folded line",
            smuggle("Content-Length: 4\r\nTransfer-Encoding:\r\n chunked\r\n", inChunk),
            Expected.refused(400).or(.refused(400, 405, 200, 403, 404, 411, 501))
        ),
        Case(
            "RFC 9112 §11.2",
            "TE.TE: the coding folded by a tab",
            smuggle("Content-Length: 4\r\nTransfer-Encoding:\r\n\tchunked\r\n", inChunk),
            Expected.refused(400).or(.refused(400, 405, 200, 403, 404, 411, 501))
        ),
        Case(
            "RFC 9112 §11.2",
            "TE.TE: the field behind a bare carriage return",
            smuggle("Content-Length: 4\r\nX: a\rTransfer-Encoding: chunked\r\n", inChunk),
            refused,
            onlyRingport: unfolded
        ),
        Case(
            "RFC 9112 §11.2",
            "TE.TE: the field behind a bare line feed",
            smuggle("Content-Length: 4\r\nX: a\nTransfer-Encoding: chunked\r\n", inChunk),
            Expected.refused(400).or(.refused(400, 405, 200, 403, 404, 411, 501))
        ),
        Case(
            "RFC 9112 §11.2",
            "TE.TE: two fields, the second unknown",
            smuggle("Content-Length: 4\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n", inChunk),
            Expected.refused(400).or(.refused(400, 501, 405, 200, 403, 404, 411))
        ),
        Case(
            "RFC 9112 §11.2",
            "TE.TE: two fields, the first unknown",
            smuggle("Content-Length: 4\r\nTransfer-Encoding: cow\r\nTransfer-Encoding: chunked\r\n", inChunk),
            Expected.refused(400).or(.refused(400, 501, 405, 200, 403, 404, 411))
        ),
        Case(
            "RFC 9112 §11.2",
            "TE.TE: a name with a control in it",
            smuggle("Content-Length: 4\r\nTransfer{byte 01}-Encoding: chunked\r\n", inChunk),
            refused
        ),
        Case(
            "RFC 9112 §11.2",
            "TE.TE: a name with a NUL behind it",
            smuggle("Content-Length: 4\r\nTransfer-Encoding{byte 00}: chunked\r\n", inChunk),
            refused
        ),
        Case(
            "RFC 9112 §11.2",
            "TE.TE: a name with a byte beyond ASCII before it",
            smuggle("Content-Length: 4\r\n{byte ef bb bf}Transfer-Encoding: chunked\r\n", inChunk),
            refused
        ),
        Case(
            "RFC 9112 §11.2",
            "TE.TE: two colons",
            smuggle("Content-Length: 4\r\nTransfer-Encoding:: chunked\r\n", inChunk),
            Expected.refused(400, 501).or(.refused(400, 501, 405, 200, 403, 404, 411))
        ),
        Case(
            "RFC 9112 §11.2",
            "TE.TE: the field in the request line's place",
            "POST /text.txt HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + inChunk,
            bad
        ),
        Case(
            "RFC 9112 §11.2",
            "An underscore makes another field: the length counts",
            smuggle("Content-Length: 42\r\nTransfer_Encoding: chunked\r\n", hidden),
            dropped
        ),
        Case(
            "RFC 9112 §11.2",
            "Content_Length is another field: the chunks count",
            smuggle("Content_Length: 4\r\nTransfer-Encoding: chunked\r\n", inChunk),
            dropped
        ),
        Case(
            "RFC 9112 §11.2",
            "X-Transfer-Encoding is another field: the length counts",
            smuggle("Content-Length: 42\r\nX-Transfer-Encoding: chunked\r\n", hidden),
            dropped
        ),
        Case(
            "RFC 9112 §11.2",
            "Connection does not take Content-Length away",
            smuggle("Content-Length: 42\r\nConnection: content-length\r\n", hidden),
            dropped
        ),
        Case(
            "RFC 9112 §11.2",
            "Connection does not take Transfer-Encoding away",
            smuggle("Transfer-Encoding: chunked\r\nConnection: transfer-encoding\r\n", inChunk),
            dropped
        ),
        Case(
            "RFC 9112 §11.2",
            "TE is another field: the length counts",
            smuggle("Content-Length: 42\r\nTE: chunked\r\n", hidden),
            dropped
        ),
    ]

    private static let unfolded = "a server that unfolds the line, or takes the byte for a space, may answer the rest"
}
