/// RFC 9110 §13: conditions, and which of them counts. Pure, any thread.

extension RFC9110 {
    static let conditions: [Case] = match + noneMatch + modifiedSince + unmodifiedSince + precedence

    private static let whole = Expected.ok(text)
    private static let unchanged = Expected.status(304)
    private static let failed = Expected.status(412)

    private static let match: [Case] = [
        Case("RFC 9110 §13.1.1", "If-Match with the tag is met", get("/text.txt", "If-Match: \(tag)"), whole),
        Case("RFC 9110 §13.1.1", "If-Match with another tag fails", get("/text.txt", "If-Match: \"other\""), failed),
        Case(
            "RFC 9110 §13.1.1",
            "If-Match with the tag in a list is met",
            get("/text.txt", "If-Match: \"other\", \(tag), \"more\""),
            whole
        ),
        Case(
            "RFC 9110 §13.1.1",
            "If-Match with a list of others fails",
            get("/text.txt", "If-Match: \"other\", \"more\""),
            failed
        ),
        Case("RFC 9110 §13.1.1", "If-Match: * is met by what is there", get("/text.txt", "If-Match: *"), whole),
        Case(
            "RFC 9110 §13.1.1",
            "If-Match compares strongly: a weak tag fails",
            get("/text.txt", "If-Match: W/\(tag)"),
            failed
        ),
        Case(
            "RFC 9110 §13.1.1",
            "If-Match with the tag in a second line is met",
            get("/text.txt", "If-Match: \"other\"", "If-Match: \(tag)"),
            whole
        ),
        Case("RFC 9110 §13.1.1", "If-Match with an empty tag fails", get("/text.txt", "If-Match: \"\""), failed),
        Case(
            "RFC 9110 §13.1.1",
            "If-Match with a comma within a tag is one tag",
            get("/text.txt", "If-Match: \"a,b\""),
            failed
        ),
        Case(
            "RFC 9110 §13.1.1",
            "If-Match on a range is met, then the range given",
            get("/text.txt", "If-Match: \(tag)", "Range: bytes=0-1"),
            Expected.status(206).body("ab")
        ),
        Case(
            "RFC 9110 §13.1.1",
            "If-Match on a range fails before the range is looked at",
            get("/text.txt", "If-Match: \"other\"", "Range: bytes=0-1"),
            failed
        ),
        Case(
            "RFC 9110 §13.2.1",
            "A condition on what is not there is passed over",
            get("/nowhere", "If-Match: \"other\""),
            .status(404, 412)
        ),
    ]

    private static let noneMatch: [Case] = [
        Case(
            "RFC 9110 §13.1.2",
            "If-None-Match with the tag is 304",
            get("/text.txt", "If-None-Match: \(tag)"),
            unchanged.with("ETag")
        ),
        Case(
            "RFC 9110 §13.1.2",
            "If-None-Match with another tag is 200",
            get("/text.txt", "If-None-Match: \"other\""),
            whole
        ),
        Case("RFC 9110 §13.1.2", "If-None-Match: * is 304", get("/text.txt", "If-None-Match: *"), unchanged),
        Case(
            "RFC 9110 §13.1.2",
            "If-None-Match compares weakly: the tag as a weak one is 304",
            get("/text.txt", "If-None-Match: W/\(tag)"),
            unchanged
        ),
        Case(
            "RFC 9110 §13.1.2",
            "If-None-Match with the tag in a list is 304",
            get("/text.txt", "If-None-Match: \"other\", \(tag)"),
            unchanged
        ),
        Case(
            "RFC 9110 §13.1.2",
            "If-None-Match with the tag first in a list is 304",
            get("/text.txt", "If-None-Match: \(tag), \"other\""),
            unchanged
        ),
        Case(
            "RFC 9110 §13.1.2",
            "A list without spaces is a list",
            get("/text.txt", "If-None-Match: \"other\",\(tag)"),
            unchanged
        ),
        Case(
            "RFC 9110 §13.1.2",
            "A list with empty members is a list",
            get("/text.txt", "If-None-Match: , ,\(tag)"),
            unchanged
        ),
        Case(
            "RFC 9110 §13.1.2",
            "A list of weak and strong tags is a list",
            get("/text.txt", "If-None-Match: W/\"a\", W/\(tag), \"b\""),
            unchanged
        ),
        Case("RFC 9110 §13.1.2", "A list of others is 200", get("/text.txt", "If-None-Match: \"a\", \"b\""), whole),
        Case(
            "RFC 9110 §13.1.2",
            "A tag with a comma in it is one tag",
            get("/text.txt", "If-None-Match: \"a,b\", \(tag)"),
            unchanged
        ),
        Case(
            "RFC 9110 §13.1.2",
            "The tag in a second line counts",
            get("/text.txt", "If-None-Match: \"a\"", "If-None-Match: \"b\", \(tag)"),
            unchanged
        ),
        Case(
            "RFC 9110 §13.1.2",
            "A tag that lies within another does not count",
            get("/text.txt", "If-None-Match: \"x{tag /one.txt}\""),
            whole
        ),
        Case("RFC 9110 §13.1.2", "An empty If-None-Match is 200", get("/text.txt", "If-None-Match:"), whole),
        Case(
            "RFC 9110 §13.1.2",
            "A tag without quotation marks is none",
            get("/text.txt", "If-None-Match: other"),
            whole
        ),
        Case(
            "RFC 9110 §13.1.2",
            "If-None-Match with the tag and PUT is refused",
            ask("PUT", "/text.txt", "If-None-Match: *", "Content-Length: 0"),
            .status(405, 412, 403, 404, 501)
        ),
        Case("RFC 9110 §13.1.2", "HEAD with the tag is 304", head("/text.txt", "If-None-Match: \(tag)"), unchanged),
        Case(
            "RFC 9110 §13.1.2",
            "304 has no content of its own",
            get("/large.bin", "If-None-Match: {tag /large.bin}"),
            unchanged.without("Content-Range", "Transfer-Encoding")
        ),
    ]

    private static let modifiedSince: [Case] = [
        Case(
            "RFC 9110 §13.1.3",
            "If-Modified-Since with the date is 304",
            get("/text.txt", "If-Modified-Since: \(modified)"),
            unchanged
        ),
        Case(
            "RFC 9110 §13.1.3",
            "If-Modified-Since with an earlier date is 200",
            get("/text.txt", "If-Modified-Since: \(before)"),
            whole
        ),
        // A later date: §13.1.3 says "earlier or equal" is 304; some servers want equality, which is safe as well (§8.8.2.1).
        Case(
            "RFC 9110 §13.1.3",
            "If-Modified-Since with a later date is 304, or 200 where only the very date counts",
            get("/text.txt", "If-Modified-Since: \(after)"),
            unchanged.or(whole)
        ),
        Case(
            "RFC 9110 §13.1.3",
            "The date may be in the format of RFC 850",
            get("/text.txt", "If-Modified-Since: \(rfc850)"),
            unchanged
        ),
        Case(
            "RFC 9110 §13.1.3",
            "The date may be in the format of asctime",
            get("/text.txt", "If-Modified-Since: \(asctime)"),
            unchanged
        ),
        Case(
            "RFC 9110 §13.1.3",
            "asctime's day may have one digit and a space",
            get("/text.txt", "If-Modified-Since: Sun Jun  1 15:06:40 2025"),
            whole
        ),
        Case(
            "RFC 9110 §13.1.3",
            "An earlier date in the format of RFC 850 is 200",
            get("/text.txt", "If-Modified-Since: Saturday, 14-Jun-25 15:06:40 GMT"),
            whole
        ),
        Case(
            "RFC 9110 §13.1.3",
            "A year of two digits far ahead is of the last century",
            get("/text.txt", "If-Modified-Since: Sunday, 06-Nov-94 08:49:37 GMT"),
            whole
        ),
        Case(
            "RFC 9110 §13.1.3",
            "A date that is none is passed over",
            get("/text.txt", "If-Modified-Since: yesterday"),
            whole
        ),
        Case("RFC 9110 §13.1.3", "An empty date is passed over", get("/text.txt", "If-Modified-Since:"), whole),
        Case("RFC 9110 §13.1.3", "A number is no date", get("/text.txt", "If-Modified-Since: 1750000000"), whole),
        Case(
            "RFC 9110 §13.1.3",
            "A day that the month has not is no date",
            get("/text.txt", "If-Modified-Since: Mon, 31 Jun 2025 15:06:40 GMT"),
            whole
        ),
        Case(
            "RFC 9110 §13.1.3",
            "A date with text behind it is none, or read nevertheless",
            get("/text.txt", "If-Modified-Since: \(modified); length=26"),
            Expected.ok(text).or(unchanged)
        ),
        Case(
            "RFC 9110 §13.1.3",
            "HEAD with the date is 304",
            head("/text.txt", "If-Modified-Since: \(modified)"),
            unchanged
        ),
        Case(
            "RFC 9110 §13.1.3",
            "If-Modified-Since counts for GET and HEAD only",
            ask("OPTIONS", "/text.txt", "If-Modified-Since: \(modified)"),
            .status(204, 200, 405, 501)
        ),
        Case(
            "RFC 9110 §13.1.3",
            "A date before the file and a range gives the range",
            get("/text.txt", "If-Modified-Since: \(before)", "Range: bytes=0-1"),
            Expected.status(206).body("ab")
        ),
        Case(
            "RFC 9110 §13.1.3",
            "The date and a range is 304",
            get("/text.txt", "If-Modified-Since: \(modified)", "Range: bytes=0-1"),
            unchanged
        ),
    ]

    private static let unmodifiedSince: [Case] = [
        Case(
            "RFC 9110 §13.1.4",
            "If-Unmodified-Since with the date is met",
            get("/text.txt", "If-Unmodified-Since: \(modified)"),
            whole
        ),
        Case(
            "RFC 9110 §13.1.4",
            "If-Unmodified-Since with a later date is met",
            get("/text.txt", "If-Unmodified-Since: \(after)"),
            whole
        ),
        Case(
            "RFC 9110 §13.1.4",
            "If-Unmodified-Since with an earlier date fails",
            get("/text.txt", "If-Unmodified-Since: \(before)"),
            failed
        ),
        Case(
            "RFC 9110 §13.1.4",
            "In the format of RFC 850 it is met",
            get("/text.txt", "If-Unmodified-Since: \(rfc850)"),
            whole
        ),
        Case(
            "RFC 9110 §13.1.4",
            "In the format of asctime it is met",
            get("/text.txt", "If-Unmodified-Since: \(asctime)"),
            whole
        ),
        Case(
            "RFC 9110 §13.1.4",
            "An earlier date in the format of asctime fails",
            get("/text.txt", "If-Unmodified-Since: Sat Jun 14 15:06:40 2025"),
            failed
        ),
        Case(
            "RFC 9110 §13.1.4",
            "A date that is none is passed over",
            get("/text.txt", "If-Unmodified-Since: yesterday"),
            whole
        ),
        Case("RFC 9110 §13.1.4", "An empty date is passed over", get("/text.txt", "If-Unmodified-Since:"), whole),
        Case(
            "RFC 9110 §13.1.4",
            "With an earlier date HEAD fails",
            head("/text.txt", "If-Unmodified-Since: \(before)"),
            failed
        ),
        Case(
            "RFC 9110 §13.1.4",
            "With an earlier date a range fails",
            get("/text.txt", "If-Unmodified-Since: \(before)", "Range: bytes=0-1"),
            failed
        ),
    ]

    private static let precedence: [Case] = [
        Case(
            "RFC 9110 §13.2.2",
            "If-Match counts, not If-Unmodified-Since: met",
            get("/text.txt", "If-Match: \(tag)", "If-Unmodified-Since: \(before)"),
            whole
        ),
        Case(
            "RFC 9110 §13.2.2",
            "If-Match counts, not If-Unmodified-Since: fails",
            get("/text.txt", "If-Match: \"other\"", "If-Unmodified-Since: \(after)"),
            failed
        ),
        Case(
            "RFC 9110 §13.2.2",
            "If-None-Match counts, not an old If-Modified-Since",
            get("/text.txt", "If-None-Match: \(tag)", "If-Modified-Since: \(before)"),
            unchanged
        ),
        Case(
            "RFC 9110 §13.2.2",
            "If-None-Match counts, not the If-Modified-Since of today",
            get("/text.txt", "If-None-Match: \"other\"", "If-Modified-Since: \(modified)"),
            whole
        ),
        Case(
            "RFC 9110 §13.2.2",
            "If-Match is met, then If-None-Match is 304",
            get("/text.txt", "If-Match: \(tag)", "If-None-Match: \(tag)"),
            unchanged
        ),
        Case(
            "RFC 9110 §13.2.2",
            "If-Match fails before If-None-Match is looked at",
            get("/text.txt", "If-Match: \"other\"", "If-None-Match: \(tag)"),
            failed
        ),
        Case(
            "RFC 9110 §13.2.2",
            "If-Unmodified-Since fails before If-None-Match is looked at",
            get("/text.txt", "If-Unmodified-Since: \(before)", "If-None-Match: \(tag)"),
            failed
        ),
        Case(
            "RFC 9110 §13.2.2",
            "If-Unmodified-Since is met, then If-Modified-Since is 304",
            get("/text.txt", "If-Unmodified-Since: \(after)", "If-Modified-Since: \(modified)"),
            unchanged
        ),
        Case(
            "RFC 9110 §13.2.2",
            "If-None-Match is 304 before a range is looked at",
            get("/text.txt", "If-None-Match: \(tag)", "Range: bytes=99-"),
            unchanged
        ),
        Case(
            "RFC 9110 §13.2.2",
            "All four in their order",
            get(
                "/text.txt",
                "If-Modified-Since: \(before)",
                "If-None-Match: \(tag)",
                "If-Unmodified-Since: \(before)",
                "If-Match: \(tag)"
            ),
            unchanged
        ),
    ]
}
