/// RFC 9112 §5: field lines. Pure, any thread.

extension RFC9112 {
    static let fields: [Case] = names + values + foldings + sizes

    private static let tooLarge = Expected.refused(431, 400, 413).or(.status(431, 400, 413)).or(.ok(text)).or(.closed)

    private static let names: [Case] = [
        Case(
            "RFC 9112 §5",
            "A field's name is read in any case",
            get("/text.txt", "rAnGe: bytes=0-0"),
            Expected.status(206).body("a")
        ),
        Case(
            "RFC 9112 §5",
            "A field's name may hold every character of a token",
            get("/text.txt", "!#$%&'*+-.^_`|~9aZ: a"),
            .ok(text)
        ),
        Case("RFC 9112 §5", "A field that nobody knows is passed over", get("/text.txt", "X-Unknown: a"), .ok(text)),
        Case("RFC 9112 §5", "A line without a colon is refused", get("/text.txt", "no colon"), bad),
        Case("RFC 9112 §5", "A field without a name is refused", get("/text.txt", ": a"), bad),
        Case("RFC 9112 §5.1", "Whitespace before the colon is refused", get("/text.txt", "X : a"), bad),
        Case("RFC 9112 §5.1", "A tab before the colon is refused", get("/text.txt", "X\t: a"), bad),
        Case(
            "RFC 9112 §5.1",
            "Whitespace before Host's colon is refused",
            "GET /text.txt HTTP/1.1\r\nHost : localhost\r\n\r\n",
            bad
        ),
        Case(
            "RFC 9112 §5.1",
            "Whitespace before Content-Length's colon is refused",
            ask("POST", "/text.txt", "Content-Length : 3") + "a=b",
            bad
        ),
        Case("RFC 9112 §5", "A name with a space is refused", get("/text.txt", "X Y: a"), bad),
        Case("RFC 9112 §5", "A name with a parenthesis is refused", get("/text.txt", "X(Y): a"), bad),
        Case("RFC 9112 §5", "A name with a slash is refused", get("/text.txt", "X/Y: a"), bad),
        Case("RFC 9112 §5", "A name in quotation marks is refused", get("/text.txt", "\"X\": a"), bad),
        Case("RFC 9112 §5", "A name with an at sign is refused", get("/text.txt", "X@Y: a"), bad),
        Case("RFC 9112 §5", "A name with a NUL is refused", get("/text.txt", "X{byte 00}Y: a"), bad),
        Case("RFC 9112 §5", "A name with a control is refused", get("/text.txt", "X{byte 01}Y: a"), bad),
        Case("RFC 9112 §5", "A name with a DEL is refused", get("/text.txt", "X{byte 7f}Y: a"), bad),
        Case("RFC 9112 §5", "A name with a byte beyond ASCII is refused", get("/text.txt", "X{byte e9}Y: a"), bad),
    ]

    private static let values: [Case] = [
        Case(
            "RFC 9112 §5.1",
            "A value may have no whitespace before it",
            get("/text.txt", "Range:bytes=0-0"),
            Expected.status(206).body("a")
        ),
        Case(
            "RFC 9112 §5.1",
            "A value may have several spaces before and behind it",
            get("/text.txt", "Range:   bytes=0-0   "),
            Expected.status(206).body("a")
        ),
        Case(
            "RFC 9112 §5.1",
            "A tab before a value is whitespace",
            get("/text.txt", "Range:\tbytes=0-0"),
            Expected.status(206).body("a")
        ),
        Case(
            "RFC 9112 §5.1",
            "A tab behind a value is whitespace",
            get("/text.txt", "Range: bytes=0-0\t"),
            Expected.status(206).body("a")
        ),
        Case(
            "RFC 9112 §5.1",
            "Tabs and spaces around a value are whitespace",
            get("/text.txt", "Range: \t bytes=0-0 \t "),
            Expected.status(206).body("a")
        ),
        Case("RFC 9112 §5", "A value may be empty", get("/text.txt", "X:"), .ok(text)),
        Case("RFC 9112 §5", "A value may be of whitespace only", get("/text.txt", "X: \t "), .ok(text)),
        Case("RFC 9112 §5", "A value may have tabs within", get("/text.txt", "X: a\tb"), .ok(text)),
        Case(
            "RFC 9112 §5",
            "A value may hold bytes beyond ASCII (obs-text)",
            get("/text.txt", "X: {byte e9 ff 80}"),
            .ok(text)
        ),
        Case("RFC 9112 §5", "A value may hold colons", get("/text.txt", "X: a: b:c"), .ok(text)),
        // RFC 9110 §5.5: CR, LF and NUL must be refused or replaced by a space; other controls may be kept.
        Case(
            "RFC 9112 §5",
            "A NUL in a value is refused, or taken for a space",
            get("/text.txt", "X: a{byte 00}b"),
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §5",
            "A control in a value is refused, or kept where it does no harm",
            get("/text.txt", "X: a{byte 01}b"),
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §5",
            "A DEL in a value is refused, or kept where it does no harm",
            get("/text.txt", "X: a{byte 7f}b"),
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §5",
            "A vertical tab in a value is refused, or kept where it does no harm",
            get("/text.txt", "X: a{byte 0b}b"),
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §5",
            "A field may stand in several lines of one name",
            get("/text.txt", "If-None-Match: \"a\"", "If-None-Match: {tag /text.txt}"),
            Expected.status(304)
        ),
    ]

    private static let foldings: [Case] = [
        Case(
            "RFC 9112 §5.2",
            "A folded line is refused, or unfolded",
            get("/text.txt", "X: a\r\n b"),
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §5.2",
            "A line folded by a tab is refused, or unfolded",
            get("/text.txt", "X: a\r\n\tb"),
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §5.2",
            "A line folded to nothing is refused, or unfolded",
            get("/text.txt", "X: a\r\n "),
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §5.2",
            "A folded Host is refused, or unfolded and invalid",
            "GET /text.txt HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
            bad
        ),
        Case(
            "RFC 9112 §5.2",
            "A folded Host whose first line is empty is refused, or unfolded",
            "GET /text.txt HTTP/1.1\r\nHost:\r\n localhost\r\n\r\n",
            bad.or(.ok(text))
        ),
        Case(
            "RFC 9112 §5.2",
            "A folded Content-Length is refused, or unfolded",
            ask("POST", "/text.txt", "Content-Length:\r\n 3") + "a=b",
            bad.or(dropped)
        ),
        Case(
            "RFC 9112 §5.2",
            "A folded line that looks like a field is none",
            ask("POST", "/text.txt", "X: a\r\n Content-Length: 3"),
            bad.or(dropped)
        ),
    ]

    private static let sizes: [Case] = [
        Case("RFC 9112 §5", "A field of 4,000 bytes is taken", get("/text.txt", "X: {repeat 4000 a}"), .ok(text)),
        Case("RFC 9112 §5", "Thirty fields are taken", get("/text.txt", "{repeat 29 X-Many:a\r\n}X: a"), .ok(text)),
        Case(
            "RFC 9112 §5",
            "A field larger than is wanted is answered with a 4xx status (RFC 6585 §5: 431)",
            get("/text.txt", "X: {repeat 90000 a}"),
            tooLarge
        ),
        Case(
            "RFC 9112 §5",
            "A field's name larger than is wanted is answered with a 4xx status",
            get("/text.txt", "X{repeat 90000 a}: a"),
            tooLarge
        ),
        Case(
            "RFC 9112 §5",
            "More fields than are wanted are answered with a 4xx status",
            get("/text.txt", "{repeat 5000 X:a\r\n}X: a"),
            tooLarge
        ),
        Case(
            "RFC 9112 §5",
            "Many fields that make a large head are answered with a 4xx status",
            get(
                "/text.txt",
                "{repeat 90 X-Some:aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggghhhhhhhhhhiiiiiiiiiijjjjjjjjjjkkkkkkkkkkllllllllllmmmmmmmmmmnnnnnnnnnnooooooooooppppppppppqqqqqqqqqqrrrrrrrrrr\r\n}X: a"
            ),
            tooLarge
        ),
    ]
}
