/// RFC 8615: what every site has in one place. Pure, any thread.

enum RFC8615 {
    static let cases: [Case] = [
        Case(
            "RFC 8615 §3",
            "A well-known file is served though its folder begins with a dot",
            get("/.well-known/security.txt"),
            .ok("Contact: mailto:a@example.org\n")
        ),
        Case("RFC 8615 §3", "HEAD of a well-known file", head("/.well-known/security.txt"), .status(200)),
        Case("RFC 8615 §3", "A well-known file that is not there is 404", get("/.well-known/nothing"), .status(404)),
        Case("RFC 8615 §3", "The folder itself names nothing", get("/.well-known/"), .status(404, 403)),
        Case(
            "RFC 8615 §3",
            "Another folder below it is not special",
            get("/sub/.well-known/security.txt"),
            .status(404, 403)
        ),
        Case("RFC 8615 §3", "The name is read as it is written", get("/.WELL-KNOWN/security.txt"), .status(404, 403)),
    ]
}
