/// RFC 9112 §7: contents in chunks. Pure, any thread.

extension RFC9112 {
    static let chunks: [Case] = goodChunks + sizes + endings + extensions + trailers + forms

    private static let badChunk = Expected.refused(400).or(.refused(400, 405, 200, 403, 404, 411, 413, 501)).or(.closed)

    private static let goodChunks: [Case] = [
        Case("RFC 9112 §7.1", "An empty content is the last chunk alone", chunked("0\r\n\r\n"), dropped),
        Case("RFC 9112 §7.1", "A content may be one chunk", chunked("5\r\nhello\r\n0\r\n\r\n"), dropped),
        Case(
            "RFC 9112 §7.1",
            "A content may be many chunks",
            chunked("1\r\nh\r\n2\r\nel\r\n2\r\nlo\r\n0\r\n\r\n"),
            dropped
        ),
        Case(
            "RFC 9112 §7.1",
            "A size is hexadecimal in small letters",
            chunked("a\r\n0123456789\r\n0\r\n\r\n"),
            dropped
        ),
        Case("RFC 9112 §7.1", "A size is hexadecimal in capitals", chunked("A\r\n0123456789\r\n0\r\n\r\n"), dropped),
        Case("RFC 9112 §7.1", "A size may have leading zeros", chunked("0005\r\nhello\r\n0\r\n\r\n"), dropped),
        Case("RFC 9112 §7.1", "The last chunk may have several zeros", chunked("5\r\nhello\r\n000\r\n\r\n"), dropped),
        Case(
            "RFC 9112 §7.1",
            "A chunk may hold what looks like the last one",
            chunked("5\r\n0\r\n\r\n\r\n0\r\n\r\n"),
            dropped
        ),
        Case(
            "RFC 9112 §7.1",
            "A chunk may hold what looks like a request",
            chunked("2b\r\nGET /one.txt HTTP/1.1\r\nHost: localhost\r\n\r\na\r\n0\r\n\r\n"),
            dropped
        ),
        Case(
            "RFC 9112 §7.1",
            "GET may have a content in chunks, which is read, or refused",
            chunked("5\r\nhello\r\n0\r\n\r\n", method: "GET"),
            Expected.ok(text).or(.status(200, 400, 411, 413).thenEither)
        ),
    ]

    private static let sizes: [Case] = [
        Case(
            "RFC 9112 §7.1",
            "A size that overflows 64 bits is refused",
            chunked("10000000000000005\r\nhello\r\n0\r\n\r\n"),
            badChunk
        ),
        Case(
            "RFC 9112 §7.1",
            "A size of sixteen Fs is refused",
            chunked("FFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n"),
            badChunk,
            onlyRingport: "a server may wait for so many bytes"
        ),
        Case(
            "RFC 9112 §7.1",
            "A size of a hundred digits is refused",
            chunked("{repeat 100 F}\r\nhello\r\n0\r\n\r\n"),
            badChunk
        ),
        Case(
            "RFC 9112 §7.1",
            "A size that overflows 32 bits is not taken for what is left",
            chunked("100000005\r\nhello\r\n0\r\n\r\n", "/forms/conformance"),
            .refused(413),
            onlyRingport: "a server may wait for the four gigabytes, and where there are no forms it may read them"
        ),
        Case("RFC 9112 §7.1", "A size with a minus is refused", chunked("-5\r\nhello\r\n0\r\n\r\n"), badChunk),
        Case("RFC 9112 §7.1", "A size with a plus is refused", chunked("+5\r\nhello\r\n0\r\n\r\n"), badChunk),
        Case("RFC 9112 §7.1", "A size with 0x is refused", chunked("0x5\r\nhello\r\n0\r\n\r\n"), badChunk),
        Case("RFC 9112 §7.1", "A size of other letters is refused", chunked("g\r\nhello\r\n0\r\n\r\n"), badChunk),
        Case(
            "RFC 9112 §7.1",
            "A size with a letter behind it is refused",
            chunked("5g\r\nhello\r\n0\r\n\r\n"),
            badChunk
        ),
        Case("RFC 9112 §7.1", "A missing size is refused", chunked("\r\nhello\r\n0\r\n\r\n"), badChunk),
        Case("RFC 9112 §7.1", "A size with a fraction is refused", chunked("5.0\r\nhello\r\n0\r\n\r\n"), badChunk),
        Case("RFC 9112 §7.1", "A size with an underscore is refused", chunked("0_5\r\nhello\r\n0\r\n\r\n"), badChunk),
        Case("RFC 9112 §7.1", "A space before a size is refused", chunked(" 5\r\nhello\r\n0\r\n\r\n"), badChunk),
        Case(
            "RFC 9112 §7.1",
            "A space behind a size is refused, or passed over",
            chunked("5 \r\nhello\r\n0\r\n\r\n"),
            badChunk.or(dropped)
        ),
        Case(
            "RFC 9112 §7.1",
            "A tab behind a size is refused, or passed over",
            chunked("5\t\r\nhello\r\n0\r\n\r\n"),
            badChunk.or(dropped)
        ),
        Case("RFC 9112 §7.1", "A NUL behind a size is refused", chunked("5{byte 00}\r\nhello\r\n0\r\n\r\n"), badChunk),
        Case(
            "RFC 9112 §7.1",
            "A vertical tab behind a size is refused",
            chunked("5{byte 0b}\r\nhello\r\n0\r\n\r\n"),
            badChunk
        ),
    ]

    private static let endings: [Case] = [
        Case(
            "RFC 9112 §7.1",
            "A line feed alone behind a size is refused, or ends it",
            chunked("5\nhello\r\n0\r\n\r\n"),
            badChunk.or(dropped)
        ),
        Case(
            "RFC 9112 §7.1",
            "A line feed alone behind a chunk is refused, or ends it",
            chunked("5\r\nhello\n0\r\n\r\n"),
            badChunk.or(dropped)
        ),
        Case(
            "RFC 9112 §7.1",
            "A carriage return alone behind a size is refused",
            chunked("5\rhello\r\n0\r\n\r\n"),
            badChunk
        ),
        Case("RFC 9112 §7.1", "A chunk longer than its size is refused", chunked("4\r\nhello\r\n0\r\n\r\n"), badChunk),
        Case("RFC 9112 §7.1", "A chunk shorter than its size is refused", chunked("6\r\nhello\r\n0\r\n\r\n"), badChunk),
        Case("RFC 9112 §7.1", "A chunk without its end is refused", chunked("5\r\nhello0\r\n\r\n"), badChunk),
        Case(
            "RFC 9112 §7.1",
            "Two bytes instead of a chunk's end are refused",
            chunked("5\r\nhelloXX0\r\n\r\n"),
            badChunk
        ),
        Case(
            "RFC 9112 §7.1",
            "A line feed alone as the end of all is refused, or ends it",
            chunked("5\r\nhello\r\n0\r\n\n"),
            badChunk.or(dropped)
        ),
        Case(
            "RFC 9112 §7.1",
            "Two carriage returns behind a size are refused",
            chunked("5\r\r\nhello\r\n0\r\n\r\n"),
            badChunk
        ),
    ]

    private static let extensions: [Case] = [
        Case("RFC 9112 §7.1.1", "An extension is passed over", chunked("5;a\r\nhello\r\n0\r\n\r\n"), dropped),
        Case(
            "RFC 9112 §7.1.1",
            "An extension with a value is passed over",
            chunked("5;a=b\r\nhello\r\n0;c=d\r\n\r\n"),
            dropped
        ),
        Case(
            "RFC 9112 §7.1.1",
            "An extension with a quoted value is passed over",
            chunked("5;a=\"b c\"\r\nhello\r\n0\r\n\r\n"),
            dropped
        ),
        Case(
            "RFC 9112 §7.1.1",
            "Several extensions are passed over",
            chunked("5;a=b;c;d=\"e\"\r\nhello\r\n0\r\n\r\n"),
            dropped
        ),
        Case(
            "RFC 9112 §7.1.1",
            "Whitespace around an extension is passed over (RFC 9110 §5.6.3), or refused",
            chunked("5 ; a = b\r\nhello\r\n0\r\n\r\n"),
            dropped.or(badChunk)
        ),
        Case(
            "RFC 9112 §7.1.1",
            "An extension does not go on behind a line feed",
            chunked("5;a\nhello\r\n0\r\n\r\n"),
            badChunk.or(dropped)
        ),
        Case(
            "RFC 9112 §7.1.1",
            "A carriage return in an extension is refused, or taken for a space",
            chunked("5;a\rb\r\nhello\r\n0\r\n\r\n"),
            badChunk.or(dropped)
        ),
        Case(
            "RFC 9112 §7.1.1",
            "A NUL in an extension is refused, or passed over",
            chunked("5;a={byte 00}\r\nhello\r\n0\r\n\r\n"),
            badChunk.or(dropped)
        ),
        Case(
            "RFC 9112 §7.1.1",
            "Extensions are bounded",
            chunked("{repeat 300 1;aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff\r\na\r\n}0\r\n\r\n"),
            badChunk.or(dropped)
        ),
        Case(
            "RFC 9112 §7.1.1",
            "A long extension is bounded",
            chunked("5;{repeat 20000 a}\r\nhello\r\n0\r\n\r\n"),
            badChunk.or(dropped)
        ),
    ]

    private static let trailers: [Case] = [
        Case("RFC 9112 §7.1.2", "A trailer field is passed over", chunked("5\r\nhello\r\n0\r\nX: a\r\n\r\n"), dropped),
        Case(
            "RFC 9112 §7.1.2",
            "Several trailer fields are passed over",
            chunked("5\r\nhello\r\n0\r\nX: a\r\nY: b\r\n\r\n"),
            dropped
        ),
        Case(
            "RFC 9112 §7.1.2",
            "A Content-Length in the trailer counts for nothing",
            chunked("5\r\nhello\r\n0\r\nContent-Length: 50\r\n\r\n"),
            dropped.or(badChunk)
        ),
        Case(
            "RFC 9112 §7.1.2",
            "A Host in the trailer counts for nothing",
            chunked("0\r\nHost: a@b\r\n\r\n"),
            dropped.or(badChunk)
        ),
        Case(
            "RFC 9112 §7.1.2",
            "A trailer without a colon is refused, or passed over",
            chunked("5\r\nhello\r\n0\r\nno colon\r\n\r\n"),
            badChunk.or(dropped)
        ),
        Case(
            "RFC 9112 §7.1.2",
            "A trailer that looks like a request is none",
            chunked("0\r\nGET /one.txt HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            badChunk.or(dropped)
        ),
        Case(
            "RFC 9112 §7.1.2",
            "A trailer is bounded",
            chunked("0\r\nX: {repeat 70000 a}\r\n\r\n"),
            Expected.refused(431, 400, 413).or(badChunk).or(dropped)
        ),
    ]

    private static let forms: [Case] = [
        Case(
            "RFC 9112 §7.1.3",
            "A form in chunks is put together",
            chunked("5\r\nname=\r\n3\r\nada\r\n0\r\n\r\n", "/forms/conformance"),
            .status(303),
            onlyRingport: "it stores forms"
        ),
        Case(
            "RFC 9112 §7.1.3",
            "A form whose chunks are faulty is refused and not stored",
            chunked("5\r\nname=\r\n3\r\nadaX\r\n0\r\n\r\n", "/forms/conformance"),
            .refused(400),
            onlyRingport: "it stores forms"
        ),
    ]
}
