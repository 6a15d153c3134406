/// RFC 9110 §14: parts of a representation. Pure, any thread.

import Harness

extension RFC9110 {
    static let ranges: [Case] = single + unsatisfiable + ignored + methodsAndStatuses + ifRange + several

    private static func part(_ body: String, _ range: String) -> Expected {
        Expected.status(206).body(body).with("Content-Range", "bytes \(range)/26")
    }

    private static let whole = Expected.ok(text).without("Content-Range")

    private static let single: [Case] = [
        Case("RFC 9110 §14.1.2", "The first byte", get("/text.txt", "Range: bytes=0-0"), part("a", "0-0")),
        Case(
            "RFC 9110 §14.1.2",
            "The first ten bytes",
            get("/text.txt", "Range: bytes=0-9"),
            part("abcdefghij", "0-9")
        ),
        Case("RFC 9110 §14.1.2", "Bytes of the middle", get("/text.txt", "Range: bytes=10-12"), part("klm", "10-12")),
        Case(
            "RFC 9110 §14.1.2",
            "The last byte by its place",
            get("/text.txt", "Range: bytes=25-25"),
            part("z", "25-25")
        ),
        Case(
            "RFC 9110 §14.1.2",
            "From a place to the end",
            get("/text.txt", "Range: bytes=20-"),
            part("uvwxyz", "20-25")
        ),
        Case("RFC 9110 §14.1.2", "From the last byte on", get("/text.txt", "Range: bytes=25-"), part("z", "25-25")),
        Case(
            "RFC 9110 §14.1.2",
            "From the beginning on: all of it, as a part",
            get("/text.txt", "Range: bytes=0-"),
            part(text, "0-25").or(.ok(text))
        ),
        Case("RFC 9110 §14.1.2", "The last bytes", get("/text.txt", "Range: bytes=-3"), part("xyz", "23-25")),
        Case(
            "RFC 9110 §14.1.2",
            "The last byte by its distance",
            get("/text.txt", "Range: bytes=-1"),
            part("z", "25-25")
        ),
        Case(
            "RFC 9110 §14.1.2",
            "The last bytes, more than there are",
            get("/text.txt", "Range: bytes=-100"),
            part(text, "0-25").or(.ok(text))
        ),
        Case(
            "RFC 9110 §14.1.2",
            "An end behind the last byte is the last byte",
            get("/text.txt", "Range: bytes=20-100"),
            part("uvwxyz", "20-25")
        ),
        Case(
            "RFC 9110 §14.1.2",
            "An end beyond 64 bits is the last byte",
            get("/text.txt", "Range: bytes=24-99999999999999999999"),
            part("yz", "24-25").or(whole).or(none)
        ),
        Case(
            "RFC 9110 §14.1.2",
            "Leading zeros count for nothing",
            get("/text.txt", "Range: bytes=0001-0002"),
            part("bc", "1-2")
        ),
        Case(
            "RFC 9110 §14.1",
            "The unit is read in any case",
            get("/text.txt", "Range: BYTES=0-0"),
            part("a", "0-0").or(whole)
        ),
        Case(
            "RFC 9110 §14.2",
            "Whitespace around the list's members",
            get("/text.txt", "Range: bytes= 0-0 "),
            part("a", "0-0").or(whole).or(none)
        ),
        Case(
            "RFC 9110 §14.2",
            "A range of a large file's middle",
            get("/large.bin", "Range: bytes=50000-50009"),
            Expected.status(206).body("0123456789").with("Content-Range", "bytes 50000-50009/100000")
        ),
        Case(
            "RFC 9110 §14.2",
            "A large file's last bytes",
            get("/large.bin", "Range: bytes=-5"),
            Expected.status(206).body("56789").with("Content-Range", "bytes 99995-99999/100000")
        ),
        Case(
            "RFC 9110 §14.3",
            "A file says that it has ranges",
            get("/text.txt", "X: ranges"),
            Expected.ok(text).with("Accept-Ranges", "bytes")
        ),
        Case(
            "RFC 9110 §14.4",
            "A part has the fields that the whole would have",
            get("/text.txt", "X: fields", "Range: bytes=0-0"),
            Expected.status(206).with("Content-Type").with("Last-Modified", modified)
        ),
        Case(
            "RFC 9110 §14.2",
            "A file of one byte has its only byte",
            get("/one.txt", "Range: bytes=0-0"),
            Expected.status(206).body("1").with("Content-Range", "bytes 0-0/1")
        ),
    ]

    private static let none = Expected.status(416).with("Content-Range", "bytes */26")

    private static let unsatisfiable: [Case] = [
        Case("RFC 9110 §14.4", "From behind the end: 416 with the size", get("/text.txt", "Range: bytes=26-30"), none),
        Case(
            "RFC 9110 §14.4",
            "From behind the end on: 416 with the size",
            get("/text.txt", "Range: bytes=100-"),
            none
        ),
        Case("RFC 9110 §14.1.2", "The last zero bytes: 416", get("/text.txt", "Range: bytes=-0"), none),
        Case(
            "RFC 9110 §14.1.2",
            "A beginning beyond 64 bits: 416, or no range",
            get("/text.txt", "Range: bytes=99999999999999999999-"),
            none.or(whole)
        ),
        Case("RFC 9110 §14.2", "Several, all behind the end: 416", get("/text.txt", "Range: bytes=26-27,30-31"), none),
        Case(
            "RFC 9110 §14.2",
            "Of nothing there is no first byte: 416, or all of nothing",
            get("/empty.txt", "Range: bytes=0-0"),
            Expected.status(416).with("Content-Range", "bytes */0").or(.ok(""))
        ),
        Case(
            "RFC 9110 §14.2",
            "Of nothing the last bytes are nothing",
            get("/empty.txt", "Range: bytes=-1"),
            Expected.ok("").or(Expected.status(416).with("Content-Range", "bytes */0"))
        ),
        Case(
            "RFC 9110 §14.2",
            "416 with HEAD, or no range",
            head("/text.txt", "Range: bytes=26-"),
            Expected.status(200).or(.status(416))
        ),
    ]

    /// §14.2: what is faulty may be passed over or refused; a few faults may also be read as they are meant.
    private static func ignoring(_ claim: String, _ value: String, _ meant: Expected = .status(416, 400)) -> Case {
        Case("RFC 9110 §14.2", claim, get("/text.txt", "Range: \(value)"), whole.or(.status(416, 400)).or(meant))
    }

    private static let ignored: [Case] = [
        Case("RFC 9110 §14.2", "A unit that nobody knows is passed over", get("/text.txt", "Range: lines=0-1"), whole),
        ignoring("A range whose end comes before its beginning is passed over", "bytes=5-2"),
        ignoring("A range without digits is passed over", "bytes=-"),
        ignoring("A range of letters is passed over", "bytes=a-b"),
        ignoring("A range without a dash is passed over", "bytes=5"),
        ignoring("A range without a unit is passed over", "0-1"),
        ignoring("An empty range is passed over", "bytes="),
        ignoring("An empty field is passed over", ""),
        ignoring("A list of commas is passed over", "bytes=,,"),
        ignoring("A negative beginning is passed over", "bytes=--1"),
        ignoring("A beginning with a plus is passed over", "bytes=+0-1", .status(206)),
        ignoring("A range with text behind it is passed over", "bytes=0-1x"),
        ignoring("A hexadecimal range is passed over", "bytes=0x0-0x1"),
        ignoring("A faulty member spoils the list", "bytes=0-1,x", .status(206)),
        ignoring("Spaces around the dash are faulty", "bytes=0 - 1", .status(206)),
        ignoring("A colon instead of the equals sign is faulty", "bytes:0-1"),
    ]

    private static let methodsAndStatuses: [Case] = [
        Case(
            "RFC 9110 §14.2",
            "HEAD has no range: only GET is defined to",
            head("/text.txt", "Range: bytes=0-1"),
            Expected.status(200).with("Content-Length", "26").or(.status(206))
        ),
        Case(
            "RFC 9110 §14.2",
            "POST has no range",
            ask("POST", "/text.txt", "Range: bytes=0-1", "Content-Length: 0"),
            Expected.status(405, 200, 403, 404, 411, 501).or(.status(405, 411, 501).closing)
        ),
        Case(
            "RFC 9110 §14.2",
            "What is not there has no range",
            get("/nowhere", "Range: bytes=0-1"),
            Expected.status(404).without("Content-Range")
        ),
        Case(
            "RFC 9110 §14.2",
            "A redirection has no range",
            get("/sub", "Range: bytes=0-1"),
            Expected.status(308, 301, 302, 307).without("Content-Range")
        ),
        Case(
            "RFC 9110 §14.2",
            "Two Range fields are none, or one of them counts",
            get("/text.txt", "Range: bytes=0-0", "Range: bytes=1-1"),
            whole.or(part("a", "0-0")).or(part("b", "1-1")).or(.status(206, 400))
        ),
    ]

    private static let first = part("ab", "0-1")

    private static func ifRange(_ claim: String, _ value: String, _ expected: Expected) -> Case {
        Case("RFC 9110 §14.2", claim, get("/text.txt", "If-Range: \(value)", "Range: bytes=0-1"), expected)
    }

    private static let ifRange: [Case] = [
        ifRange("If-Range (§13.1.5) with the tag gives the range", tag, first),
        ifRange("If-Range with another tag gives the whole", "\"other\"", whole),
        ifRange("If-Range compares strongly: a weak tag gives the whole", "W/\(tag)", whole),
        ifRange("If-Range with the date gives the range", modified, first),
        ifRange("If-Range with an earlier date gives the whole", before, whole),
        ifRange("If-Range with a later date gives the whole: only the very date counts", after, whole),
        ifRange("If-Range with a date that is none gives the whole", "yesterday", whole),
        ifRange("If-Range takes one tag, no list", "\(tag), \"other\"", whole.or(.status(400))),
        ifRange("If-Range: * is no tag", "*", whole.or(.status(400))),
        ifRange("If-Range that is empty gives the whole", "", whole.or(.status(400)).or(first)),
        ifRange("If-Range with the date in the format of RFC 850 gives the range", rfc850, first.or(whole)),
        ifRange("If-Range with the date in the format of asctime gives the range", asctime, first.or(whole)),
        Case(
            "RFC 9110 §14.2",
            "If-Range without a range is passed over",
            get("/text.txt", "If-Range: \"other\""),
            whole
        ),
        Case(
            "RFC 9110 §14.2",
            "If-Range that fails takes an unsatisfiable range away",
            get("/text.txt", "If-Range: \"other\"", "Range: bytes=99-"),
            whole
        ),
        Case(
            "RFC 9110 §14.2",
            "If-Range that is met leaves an unsatisfiable range",
            get("/text.txt", "If-Range: \(tag)", "Range: bytes=99-"),
            none
        ),
    ]

    /// §14.2 lets a server pass a Range over; several ranges may also be joined (§15.3.7.2).
    private static let several: [Case] = [
        Case(
            "RFC 9110 §14.2",
            "Many tiny overlapping ranges need not be served one by one (§17.15)",
            get("/text.txt", "Range: bytes={repeat 30 0-9,}0-9"),
            whole.or(part("abcdefghij", "0-9")).or(.status(206))
        ),
        Case(
            "RFC 9110 §14.2",
            "A thousand ranges are not served one by one (§17.15)",
            get("/large.bin", "Range: bytes={repeat 1000 0-,}0-"),
            Expected.status(200, 416, 400, 431).or(.refused(400, 431)).or(
                Expected.status(206).holding("more than twice the file") { $0.body.count < 2 * Site.largeSize }
            )
        ),
        Case(
            "RFC 9110 §14.2",
            "Of several, one that is satisfiable is given alone",
            get("/text.txt", "Range: bytes=0-1,99-"),
            first.or(whole)
        ),
        Case(
            "RFC 9110 §14.2",
            "An empty member of the list counts for nothing",
            get("/text.txt", "Range: bytes=,0-1,"),
            first.or(whole).or(none)
        ),
    ]
}
