/// RFC 3986: what a path says, and what it can't say. Pure, any thread.

enum RFC3986 {
    static let cases: [Case] = encodings + faulty + dots + characters

    private static let bad = RFC9112.bad
    private static let text = Site.text
    /// Nothing is there, or nothing can be; a server may say either, and close.
    private static let nothing = Expected.status(404).or(.status(404, 400, 403).thenEither).or(.closed)
    private static let faultyPath = Expected.status(400).or(.status(400, 403, 404).thenEither).or(.closed)

    private static let encodings: [Case] = [
        Case("RFC 3986 §2.1", "A space is encoded", get("/a%20b.txt"), .ok("blank")),
        Case("RFC 3986 §2.1", "A plus is a plus in a path", get("/a+b.txt"), nothing),
        Case("RFC 3986 §2.1", "A plus in a name stands for itself", get("/plus+.txt"), .ok("plus")),
        Case("RFC 3986 §2.1", "A plus in a name may be encoded", get("/plus%2B.txt"), .ok("plus")),
        Case("RFC 3986 §2.1", "An encoded letter is the letter", get("/%74ext.txt"), .ok(text)),
        Case("RFC 3986 §2.1", "A name that is all encoded is the name", get("/%74%65%78%74%2E%74%78%74"), .ok(text)),
        Case("RFC 3986 §2.1", "Hexadecimal digits are read in any case", get("/gr%c3%B6%C3%9fe.txt"), .ok("umlaut")),
        Case("RFC 3986 §2.5", "A name beyond ASCII is encoded UTF-8", get("/gr%C3%B6%C3%9Fe.txt"), .ok("umlaut")),
        Case("RFC 3986 §2.4", "A percent sign is encoded once", get("/100%25.txt"), .ok("percent")),
        Case("RFC 3986 §2.4", "What was decoded is not decoded again", get("/%2574ext.txt"), nothing),
        Case("RFC 3986 §2.4", "A doubly encoded slash is no slash", get("/sub%252Fpage.html"), nothing),
        Case("RFC 3986 §2.2", "An encoded question mark begins no query", get("/q%3F.txt"), .ok("question")),
        Case("RFC 3986 §2.2", "Sub-delimiters stand for themselves", get("/(paren)'s!.txt"), .ok("paren")),
        Case("RFC 3986 §2.2", "Sub-delimiters may be encoded", get("/%28paren%29%27s%21.txt"), .ok("paren")),
        Case(
            "RFC 3986 §3.4",
            "A query does not change the file",
            get("/text.txt?/../a%00?b"),
            Expected.ok(text).or(faultyPath)
        ),
        Case("RFC 3986 §3.4", "An empty query does not change the file", get("/text.txt?"), .ok(text)),
        Case(
            "RFC 3986 §3.4",
            "A query with faulty encodings does not change the file",
            get("/text.txt?%zz&%"),
            Expected.ok(text).or(faultyPath)
        ),
        Case("RFC 3986 §6.2.2.1", "A name's case counts", get("/TEXT.TXT"), nothing),
    ]

    private static let faulty: [Case] = [
        Case("RFC 3986 §2.1", "A percent sign without digits is faulty", get("/text.txt%"), faultyPath),
        Case("RFC 3986 §2.1", "A percent sign with one digit is faulty", get("/text.txt%2"), faultyPath),
        Case("RFC 3986 §2.1", "A percent sign with other letters is faulty", get("/text.txt%zz"), faultyPath),
        Case("RFC 3986 §2.1", "A percent sign before a slash is faulty", get("/sub%/page.html"), faultyPath),
        Case("RFC 3986 §2.1", "%u is nobody's encoding", get("/%u0074ext.txt"), faultyPath),
        Case("RFC 3986 §2.1", "An encoded NUL names nothing", get("/text.txt%00"), faultyPath),
        Case("RFC 3986 §2.1", "An encoded NUL does not end a name", get("/text.txt%00.html"), faultyPath),
        Case("RFC 3986 §2.1", "An encoded line end names nothing", get("/text.txt%0d%0aX:%20a"), faultyPath),
        Case("RFC 3986 §2.1", "An encoded DEL names nothing", get("/text.txt%7f"), faultyPath),
        Case("RFC 3986 §2.5", "An overlong slash is no UTF-8 (RFC 3629 §3)", get("/sub%c0%afpage.html"), faultyPath),
        Case("RFC 3986 §2.5", "An overlong dot is no UTF-8", get("/%c0%ae%c0%ae/text.txt"), faultyPath),
        Case(
            "RFC 3986 §2.5",
            "An overlong slash of three bytes is no UTF-8",
            get("/sub%e0%80%afpage.html"),
            faultyPath
        ),
        Case("RFC 3986 §2.5", "An overlong NUL is no UTF-8", get("/text.txt%c0%80"), faultyPath),
        Case("RFC 3986 §2.5", "A surrogate is no UTF-8", get("/%ed%a0%80.txt"), faultyPath),
        Case("RFC 3986 §2.5", "A byte of Latin-1 is no UTF-8", get("/gr%f6%dfe.txt"), faultyPath),
        Case("RFC 3986 §2.5", "An unfinished sequence is no UTF-8", get("/gr%c3"), faultyPath),
        Case("RFC 3986 §2", "A byte beyond ASCII stands in no target", get("/gr{byte c3 b6 c3 9f}e.txt"), faultyOrRead),
        Case("RFC 3986 §2", "A control stands in no target", get("/text{byte 01}.txt"), bad.or(nothing)),
        Case("RFC 3986 §2", "A NUL stands in no target", get("/text.txt{byte 00}"), bad),
        Case("RFC 3986 §2", "A DEL stands in no target", get("/text.txt{byte 7f}"), bad.or(nothing)),
    ]

    /// Browsers encode it, but other clients do not, and servers read it as they find it.
    private static let faultyOrRead = Expected.refused(400).or(bad).or(.status(400, 404)).or(.ok("umlaut"))

    private static let dots: [Case] = [
        Case("RFC 3986 §5.2.4", "A segment of one dot is none", get("/./text.txt"), .ok(text)),
        Case("RFC 3986 §5.2.4", "A segment of two dots takes one away", get("/sub/../text.txt"), .ok(text)),
        Case("RFC 3986 §5.2.4", "Encoded dots are dots", get("/sub/%2e%2e/text.txt"), .ok(text)),
        Case("RFC 3986 §5.2.4", "One dot encoded and one not are dots", get("/sub/.%2E/text.txt"), .ok(text)),
        Case(
            "RFC 3986 §5.2.4",
            "Two dots at the end are the folder above",
            get("/sub/.."),
            Expected.status(200).body(index).or(.status(301, 302, 307, 308))
        ),
        Case(
            "RFC 3986 §5.2.4",
            "One dot at the end is the folder",
            get("/sub/."),
            Expected.status(200).or(.status(301, 302, 307, 308))
        ),
        Case("RFC 3986 §5.2.4", "Three dots are a name", get("/.../text.txt"), nothing),
        Case("RFC 3986 §5.2.4", "Nothing lies above the root", get("/../text.txt"), faultyPath.or(.ok(text))),
        Case(
            "RFC 3986 §5.2.4",
            "Nothing lies above the root, encoded",
            get("/%2e%2e/text.txt"),
            faultyPath.or(.ok(text))
        ),
        Case(
            "RFC 3986 §5.2.4",
            "Nothing lies above the root by way of a folder",
            get("/sub/../../text.txt"),
            faultyPath.or(.ok(text))
        ),
        Case(
            "RFC 3986 §5.2.4",
            "A file of the machine is not reached",
            get("/../../../../../../etc/passwd"),
            faultyPath
        ),
        Case(
            "RFC 3986 §5.2.4",
            "A file of the machine is not reached by encoded dots",
            get("/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd"),
            faultyPath
        ),
        Case(
            "RFC 3986 §5.2.4",
            "A file of the machine is not reached by encoded slashes",
            get("/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd"),
            faultyPath
        ),
        Case(
            "RFC 3986 §5.2.4",
            "A file of the machine is not reached by backslashes",
            get("/..%5c..%5c..%5c..%5cetc%5cpasswd"),
            nothing
        ),
        Case(
            "RFC 3986 §5.2.4",
            "A file of the machine is not reached in absolute-form",
            get("http://localhost/../../../../etc/passwd"),
            faultyPath
        ),
        Case(
            "RFC 3986 §3.3",
            "An encoded slash separates nothing, or is refused",
            get("/sub%2Fpage.html"),
            Expected.status(400).or(nothing).or(.status(200))
        ),
        Case(
            "RFC 3986 §3.3",
            "Two slashes are an empty segment, which is nowhere, or passed over",
            get("/sub//page.html"),
            nothing.or(.status(200, 301, 308))
        ),
        Case("RFC 3986 §3.3", "Two slashes at the beginning are no authority", get("//localhost/text.txt"), nothing),
        Case("RFC 3986 §3.3", "A parameter of a segment is part of its name", get("/text.txt;a=b"), nothing),
    ]

    private static let index = "<!doctype html><title>index</title>\n"

    private static let characters: [Case] = [
        Case("RFC 3986 §3.3", "A backslash stands in no path", get("/sub\\page.html"), bad.or(nothing)),
        Case("RFC 3986 §3.3", "An encoded backslash is no slash", get("/sub%5Cpage.html"), nothing),
        Case("RFC 3986 §3.3", "A quotation mark stands in no path", get("/\"a\""), bad.or(nothing)),
        Case("RFC 3986 §3.3", "Angle brackets stand in no path", get("/<a>"), bad.or(nothing)),
        Case("RFC 3986 §3.3", "Braces stand in no path", get("/{byte 7b}a{byte 7d}"), bad.or(nothing)),
        Case("RFC 3986 §3.3", "A caret stands in no path", get("/a^b"), bad.or(nothing)),
        Case("RFC 3986 §3.3", "A backtick stands in no path", get("/a`b"), bad.or(nothing)),
        Case("RFC 3986 §3.4", "Angle brackets stand in no query", get("/text.txt?<a>"), bad.or(.ok(text))),
        Case("RFC 3986 §3.3", "A colon and an at sign stand in a path", get("/a:b@c"), nothing),
        Case("RFC 3986 §3.3", "A tilde is unreserved", get("/~nobody"), nothing),
    ]
}
