/// RFC 9110 §8: media types, lengths and validators. Pure, any thread.

import Harness

extension RFC9110 {
    static let representations: [Case] = types + lengths + validators

    private static func type(_ path: String, _ types: String...) -> Case {
        Case(
            "RFC 9110 §8.3",
            "\(path) is \(types[0])",
            head(path, "X: type"),
            Expected.status(200).holding("another Content-Type than \(types)") { reply in
                let found = reply["Content-Type"]?.prefix { $0 != ";" }.lowercased() ?? ""
                return types.contains(found.filter { $0 != " " })
            }
        )
    }

    private static let types: [Case] = [
        type("/index.html", "text/html"),
        type("/text.txt", "text/plain"),
        type("/style.css", "text/css"),
        // RFC 9239 §6: text/javascript; the older names are still understood.
        type("/app.js", "text/javascript", "application/javascript"),
        type("/data.json", "application/json"),
        type("/picture.svg", "image/svg+xml"),
        type("/picture.png", "image/png"),
        type("/font.woff2", "font/woff2"),
        type("/program.wasm", "application/wasm"),
        type("/film.mp4", "video/mp4"),
        type("/paper.pdf", "application/pdf"),
        type("/.well-known/security.txt", "text/plain"),
        Case(
            "RFC 9110 §8.3",
            "A type that is not known is left open, or application/octet-stream",
            head("/unheard.of"),
            Expected.status(200).holding("another Content-Type") {
                [nil, "application/octet-stream"].contains($0["Content-Type"])
            }
        ),
        Case(
            "RFC 9110 §8.3.2",
            "Text says that it is UTF-8",
            head("/text.txt", "X: charset"),
            Expected.status(200).holding("no charset=utf-8") {
                $0["Content-Type"]?.lowercased().contains("charset=utf-8") == true
            },
            onlyRingport: "a parameter is the owner's choice"
        ),
    ]

    private static let lengths: [Case] = [
        Case(
            "RFC 9110 §8.6",
            "Content-Length is the number of bytes",
            get("/text.txt", "X: length"),
            Expected.ok(text).with("Content-Length", "26")
        ),
        Case(
            "RFC 9110 §8.6",
            "A file of no bytes has a length of 0",
            get("/empty.txt"),
            Expected.ok("").with("Content-Length", "0")
        ),
        Case(
            "RFC 9110 §8.6",
            "HEAD has the length of GET",
            head("/text.txt", "X: length"),
            Expected.status(200).with("Content-Length", "26")
        ),
        Case(
            "RFC 9110 §8.6",
            "HEAD of an empty file has a length of 0, or none",
            head("/empty.txt"),
            Expected.status(200).holding("another length") { [nil, "0"].contains($0["Content-Length"]) }
        ),
        Case(
            "RFC 9110 §8.6",
            "HEAD of a large file has its length",
            head("/large.bin"),
            Expected.status(200).with("Content-Length", "100000")
        ),
        Case(
            "RFC 9110 §8.6",
            "A range has its own length",
            get("/text.txt", "X: length", "Range: bytes=3-5"),
            Expected.status(206).body("def").with("Content-Length", "3")
        ),
        Case(
            "RFC 9110 §8.6",
            "304 has no length, or that of the representation",
            get("/text.txt", "X: length", "If-None-Match: {tag /text.txt}"),
            Expected.status(304).holding("a wrong length") { [nil, "26"].contains($0["Content-Length"]) }
        ),
        Case(
            "RFC 9110 §8.6",
            "An answer has a length or a transfer coding, not both",
            get("/nowhere", "X: length"),
            Expected.status(404).holding("both") { $0["Content-Length"] == nil || $0["Transfer-Encoding"] == nil }
        ),
        Case(
            "RFC 9110 §8.6",
            "204 has no length",
            ask("OPTIONS", "/text.txt", "X: length"),
            Expected.status(204, 200, 405, 501).holding("a length with 204") {
                $0.status != 204 || $0["Content-Length"] == nil
            }
        ),
    ]

    private static let validators: [Case] = [
        Case(
            "RFC 9110 §8.8.2",
            "Last-Modified is when the file was modified",
            get("/text.txt", "X: validators"),
            Expected.ok(text).with("Last-Modified", modified)
        ),
        Case(
            "RFC 9110 §8.8.2",
            "HEAD has the Last-Modified of GET",
            head("/text.txt", "X: validators"),
            Expected.status(200).with("Last-Modified", modified)
        ),
        Case(
            "RFC 9110 §8.8.2",
            "A range has the Last-Modified of the whole",
            get("/text.txt", "X: validators", "Range: bytes=0-0"),
            Expected.status(206).with("Last-Modified", modified)
        ),
        Case(
            "RFC 9110 §8.8.3",
            "ETag is quoted",
            get("/one.txt", "X: validators"),
            Expected.ok("1").holding("no entity tag") { $0["ETag"]?.wholeMatch(of: /(W\/)?"[!#-~]*"/) != nil }
        ),
        Case(
            "RFC 9110 §8.8.3",
            "ETag is strong: no weak tag for what does not change",
            get("/text.txt", "X: strong"),
            Expected.ok(text).holding("a weak tag") { $0["ETag"]?.hasPrefix("\"") == true }
        ),
        Case(
            "RFC 9110 §8.8.3",
            "HEAD has the ETag of GET",
            head("/text.txt", "If-Match: {tag /text.txt}"),
            Expected.status(200).with("ETag")
        ),
        Case(
            "RFC 9110 §8.8.3",
            "A range has an ETag",
            get("/text.txt", "X: etag", "Range: bytes=0-0"),
            Expected.status(206).with("ETag")
        ),
        Case(
            "RFC 9110 §8.8.3",
            "An empty file has an ETag",
            get("/empty.txt", "X: etag"),
            Expected.ok("").with("ETag")
        ),
        Case(
            "RFC 9110 §8.8.3",
            "One file's tag does not match another's",
            get("/one.txt", "If-None-Match: {tag /text.txt}"),
            .ok("1")
        ),
    ]
}
