/// RFC 7578 and the forms of HTML: what is stored of a form, and what is refused. Pure, any thread.
///
/// Other servers store nothing, so only Ringport is asked.

import Harness

enum RFC7578 {
    static let cases: [Case] = (urlencoded + multipart + json + refusals).map { row in
        Case(row.section, row.claim, row.request, row.expected, onlyRingport: "it stores forms", methods: row.methods)
    }

    private static let stored = Expected.status(303).with("Location")

    private static let urlencoded: [Case] = [
        Case("RFC 7578: urlencoded", "A form is stored", form("name=ada"), stored),
        Case("RFC 7578: urlencoded", "An empty form is stored, or refused", form(""), .status(303, 400)),
        Case("RFC 7578: urlencoded", "A field without a value is stored", form("name="), stored),
        Case("RFC 7578: urlencoded", "A field without an equals sign is stored", form("name"), stored),
        Case("RFC 7578: urlencoded", "A plus is a space", form("name=ada+lovelace"), stored),
        Case("RFC 7578: urlencoded", "Names and values may be encoded", form("n%61me=%C3%A4da"), stored),
        Case("RFC 7578: urlencoded", "A name may stand twice", form("a=1&a=2"), stored),
        Case("RFC 7578: urlencoded", "Empty pairs are passed over", form("&&a=1&&"), stored),
        Case(
            "RFC 7578: urlencoded",
            "A percent sign without digits is refused, or stands for itself",
            form("a=100%"),
            .status(303, 400)
        ),
        Case(
            "RFC 7578: urlencoded",
            "The type may have a charset",
            form("a=1", type: "application/x-www-form-urlencoded; charset=utf-8"),
            stored
        ),
        Case(
            "RFC 7578: urlencoded",
            "The type is read in any case",
            form("a=1", type: "Application/X-WWW-Form-URLEncoded"),
            stored
        ),
    ]

    private static let boundary = "multipart/form-data; boundary=b"

    private static func part(_ name: String, _ value: String) -> String {
        "--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n"
    }

    private static let multipart: [Case] = [
        Case("RFC 7578 §4", "A form of one part is stored", form(part("a", "1") + "--b--\r\n", type: boundary), stored),
        Case(
            "RFC 7578 §4",
            "A form of two parts is stored",
            form(part("a", "1") + part("b", "2") + "--b--\r\n", type: boundary),
            stored
        ),
        Case(
            "RFC 7578 §4",
            "The last line's end may be missing",
            form(part("a", "1") + "--b--", type: boundary),
            stored
        ),
        Case(
            "RFC 7578 §4.1",
            "The boundary may be quoted",
            form(part("a", "1") + "--b--\r\n", type: "multipart/form-data; boundary=\"b\""),
            stored
        ),
        Case(
            "RFC 7578 §4.1",
            "A preamble and an epilogue are passed over (RFC 2046 §5.1.1)",
            form("before\r\n" + part("a", "1") + "--b--\r\nafter", type: boundary),
            stored
        ),
        Case(
            "RFC 7578 §4.1",
            "A value may hold what nearly is the boundary",
            form(part("a", "--\r\n-b\r\n--c") + "--b--\r\n", type: boundary),
            stored
        ),
        Case(
            "RFC 7578 §4.1",
            "A form without its last boundary is refused",
            form(part("a", "1"), type: boundary),
            .status(400)
        ),
        Case(
            "RFC 7578 §4.1",
            "A type without a boundary is refused",
            form(part("a", "1") + "--b--\r\n", type: "multipart/form-data"),
            .status(400)
        ),
        Case(
            "RFC 7578 §4.2",
            "A part without a name is refused",
            form("--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--\r\n", type: boundary),
            .status(400)
        ),
        Case(
            "RFC 7578 §4.2",
            "A part without Content-Disposition is refused",
            form("--b\r\n\r\n1\r\n--b--\r\n", type: boundary),
            .status(400)
        ),
        Case(
            "RFC 7578 §4.2",
            "A part that is a file is stored",
            form(
                "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b--\r\n",
                type: boundary
            ),
            stored
        ),
        Case(
            "RFC 7578 §4.2",
            "A file's name may lead elsewhere and does not",
            form(
                "--b\r\nContent-Disposition: form-data; name=\"f\"; filename=\"../../a.txt\"\r\n\r\nhello\r\n--b--\r\n",
                type: boundary
            ),
            stored
        ),
        Case(
            "RFC 7578 §4.4",
            "A part may say its type",
            form(
                "--b\r\nContent-Disposition: form-data; name=\"a\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n1\r\n--b--\r\n",
                type: boundary
            ),
            stored
        ),
        Case(
            "RFC 7578 §4.7",
            "Other fields of a part are passed over",
            form("--b\r\nX: y\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b--\r\n", type: boundary),
            stored
        ),
    ]

    private static let json: [Case] = [
        Case(
            "RFC 7578: JSON",
            "An object is stored (RFC 8259)",
            form("{\"a\":\"1\"}", type: "application/json").escaped,
            .status(201)
        ),
        Case("RFC 7578: JSON", "An array is no form", form("[1]", type: "application/json"), .status(400)),
        Case("RFC 7578: JSON", "What is not JSON is refused", form("hello", type: "application/json"), .status(400)),
    ]

    private static let refusals: [Case] = [
        Case(
            "RFC 7578: others",
            "A type that no form has is not supported",
            form("<a/>", type: "text/xml"),
            .status(415)
        ),
        Case(
            "RFC 7578: others",
            "GET of a form's address is not allowed, with Allow",
            get("/forms/conformance"),
            Expected.status(405).listing("Allow", "POST")
        ),
        Case(
            "RFC 7578: others",
            "A form's name has no encoded slash",
            form("a=1").replacing("/forms/conformance", with: "/forms/a%2Fb"),
            .status(400)
        ),
        Case(
            "RFC 7578: others",
            "A form's name has no NUL",
            form("a=1").replacing("/forms/conformance", with: "/forms/a%00"),
            .status(400)
        ),
        Case("RFC 7578: others", "The trap field is thanked and dropped", form("a=1&_gotcha=x"), stored),
        Case(
            "RFC 7578: others",
            "_next leads to a path of this site",
            form("a=1&_next=/sub/"),
            Expected.status(303).with("Location", "/sub/")
        ),
        Case(
            "RFC 7578: others",
            "_next does not lead to another site",
            form("a=1&_next=//evil.example/"),
            Expected.status(303).holding("it leads elsewhere") { $0["Location"]?.hasPrefix("//") == false }
        ),
        Case("RFC 7578: others", "HEAD of a form's address is not allowed", head("/forms/conformance"), .status(405)),
    ]
}
