/// What people do with curl, done with curl. Test threads.

import Harness
import Testing

@Suite struct CurlClientsTests {
    private static let digits = "0123456789"

    /// Bytes in which no part is like another.
    private static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8 &+ $0 >> 16) }
    }

    /// Text of many lines, which compresses well.
    private static let text = (0..<4000).map { "line \($0) of a text that is not very different from line \($0 / 2)\n" }
        .joined()

    // MARK: - Parts

    @Test(arguments: [("2-5", "2345"), ("7-", "789"), ("-3", "789"), ("0-0", "0"), ("8-99", "89")])
    func aRange(range: String, part: String) throws {
        try serving(["digits.txt": Self.digits]) { server in
            let outcome = try Program.curl("-r", range, "-w", " %{http_code}", server.url("/digits.txt"))
            #expect(outcome.output == part + " 206", "\(outcome)")
        }
    }

    @Test func severalRangesArriveAsPartsOfOneAnswer() throws {
        try serving(["digits.txt": Self.digits]) { server in
            let outcome = try Program.curl("-i", "-r", "0-1,5-6,-1", server.url("/digits.txt"))
            let boundary = try #require(
                outcome.output.firstMatch(of: /multipart\/byteranges; ?boundary="?([^"\r]+)/)?.1
            )
            let parts = outcome.output.split(separator: "--\(boundary)").dropFirst()
            #expect(parts.last == "--\r\n", "\(outcome)")
            for (part, (place, bytes)) in zip(parts, [("0-1", "01"), ("5-6", "56"), ("9-9", "9")]) {
                #expect(part.contains("Content-Range: bytes \(place)/10\r\n"), "\(part)")
                #expect(part.hasSuffix("\r\n\r\n\(bytes)\r\n"), "\(part)")
            }
        }
    }

    @Test func aDownloadThatWasCutOffIsResumed() throws {
        let site = try TestSite()
        let bytes = Self.pattern(3_000_000)
        try site.write("www/data.bin", bytes)
        try site.age("www/data.bin")
        let part = site.root + "/part.bin"
        try serving(site) { server in
            // A reader that goes away in the middle: curl can't write any more and leaves.
            let address = server.url("/data.bin")
            let cut = try Program.run(program: "sh", ["-c", "curl -sN '\(address)' | head -c 1234567 >'\(part)'"])
            #expect(cut.succeeded)
            try #expect(site.read("part.bin").count == 1_234_567)
            let rest = try Program.curl("-C", "-", "-o", part, "-w", "%{http_code} %{size_download}", address)
            #expect(rest.output == "206 \(bytes.count - 1_234_567)", "\(rest)")
            try #expect(site.read("part.bin") == bytes)
            // Now there is nothing left to ask for, and curl takes 416 for what it is.
            let again = try Program.curl("-C", "-", "-o", part, "-w", "%{http_code}", address)
            #expect(again.output == "416" && again.succeeded, "\(again)")
            try #expect(site.read("part.bin") == bytes)
        }
    }

    // MARK: - Codings

    /// `identity;q=0` makes the server wait for the coded variant, so that there is one whatever the worker has cached.
    @Test(arguments: ["gzip", "br", "zstd"])
    func aCodedAnswerIsDecodedToTheFile(coding: String) throws {
        try serving(["text.txt": Self.text]) { server in
            let outcome = try Program.curl(
                "--compressed",
                "-H",
                "Accept-Encoding: \(coding), identity;q=0",
                "-w",
                "%header{content-encoding} %header{vary} %{size_download}",
                server.url("/text.txt")
            )
            #expect(outcome.succeeded, "\(outcome.ending) \(outcome.errors)")
            let report = outcome.output.dropFirst(Self.text.count).split(separator: " ")
            #expect(outcome.output.hasPrefix(Self.text))
            #expect(report.first.map(String.init) == coding, "\(report)")
            #expect(report.contains("Accept-Encoding"), "\(report)")
            #expect(report.last.flatMap { Int($0) }.map { $0 < Self.text.count / 2 } == true, "\(report)")
        }
    }

    @Test func whatCurlAsksForByItselfIsAlwaysTheFile() throws {
        try serving(["text.txt": Self.text]) { server in
            // The first answers may be plain, while the variant is being made.
            for _ in 0..<20 {
                let outcome = try Program.curl("--compressed", server.url("/text.txt"))
                #expect(outcome.succeeded && outcome.output == Self.text, "\(outcome.ending) \(outcome.errors)")
            }
        }
    }

    @Test func aFileCompressedBeforehandIsSentAsItIs() throws {
        let site = try TestSite(["text.txt": Self.text])
        let gzip = try Program.run(program: "gzip", ["-1", "-k", site.root + "/www/text.txt"])
        #expect(gzip.succeeded, "\(gzip)")
        let size = try site.read("www/text.txt.gz").count
        try serving(site) { server in
            let fields = ["-H", "Accept-Encoding: gzip, identity;q=0", "-w", "%{size_download}"]
            let outcome = try Program.run(
                program: "curl",
                ["-sS", "--max-time", "20", "--compressed"] + fields + [server.url("/text.txt")]
            )
            let isTheFile = outcome.output == Self.text + "\(size)"
            #expect(isTheFile, "\(outcome.ending) \(outcome.errors) \(outcome.output.suffix(20)), not \(size)")
        }
    }

    // MARK: - Conditions

    /// The file is of June 2025.
    @Test(arguments: [
        ("1 Jan 2025", "200"), ("1 Jan 2026", "304"), ("-1 Jan 2025", "412"), ("-1 Jan 2026", "200"),
    ])
    func aDate(date: String, status: String) throws {
        try serving { server in
            let outcome = try Program.curl(
                "-z",
                date,
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                server.url("/index.html")
            )
            #expect(outcome.output == status, "\(outcome)")
        }
    }

    @Test func theDateOfAFileThatWasDownloadedWithItsDate() throws {
        try serving { server in
            let copy = server.site.root + "/copy.html"
            let address = server.url("/index.html")
            try #expect(Program.curl("-R", "-o", copy, address).succeeded)
            let again = try Program.curl("-z", copy, "-o", copy, "-w", "%{http_code}", address)
            #expect(again.output == "304", "\(again)")
            try #expect(server.site.read("copy.html") == Array("hello\n".utf8))
        }
    }

    @Test func aTagThatWasSavedIsCompared() throws {
        try serving { server in
            let tag = server.site.root + "/tag"
            let address = server.url("/index.html")
            func ask() throws -> String {
                try Program.curl("--etag-save", tag, "--etag-compare", tag, "-w", "%{http_code}", address).output
            }
            try #expect(ask() == "hello\n200")
            try #expect(ask() == "304")
            try server.site.write("www/index.html", "changed\n")
            try server.site.age("www/index.html")
            // What has just been written has no tag yet.
            while try !Program.curl("-I", address).output.contains("ETag: ") {}
            try #expect(ask() == "changed\n200")
            try #expect(ask() == "304")
        }
    }

    // MARK: - Heads

    @Test func aHeadSaysWhatTheWholeAnswerWouldSay() throws {
        try serving { server in
            let head = try Program.curl("-I", server.url("/index.html"))
            let whole = try Program.curl("-s", "-D", "-", "-o", "/dev/null", server.url("/index.html"))
            let lines = { (text: String) in text.split(separator: "\r\n").filter { !$0.hasPrefix("Date:") } }
            #expect(lines(head.output) == lines(whole.output))
            #expect(head.output.contains("Content-Length: 6\r\n"), "\(head)")
            #expect(head.output.hasSuffix("\r\n\r\n"))
        }
    }

    // MARK: - Forms

    /// The value of a field of the last submission.
    private func stored(_ site: TestSite, _ field: String) throws -> String {
        let rows = try Program.query(
            site,
            "SELECT json_extract(fields, '$.\(field)') FROM submissions ORDER BY id DESC LIMIT 1"
        )
        return try #require(rows.first)
    }

    @Test func aFormWithAFile() throws {
        let site = try TestSite()
        let bytes = Self.pattern(200_000)
        try site.write("upload.bin", bytes)
        try serving(site) { server in
            let outcome = try Program.curl(
                "-F",
                "name=Ada & Grace",
                "-F",
                "cv=@\(site.root)/upload.bin;type=application/x-test",
                "-w",
                " %{http_code}",
                server.url("/forms/jobs")
            )
            #expect(outcome.output.hasSuffix(" 303"), "\(outcome)")
            try #expect(stored(site, "name") == "Ada & Grace")
            try #expect(stored(site, "cv.type") == "application/x-test")
            try #expect(site.read("db/uploads/" + stored(site, "cv.file")) == bytes)
        }
    }

    @Test func aFieldThatCurlEncodes() throws {
        let site = try TestSite()
        try serving(site) { server in
            let outcome = try Program.curl(
                "--data-urlencode",
                "message=a+b & c=d; 100 % é €",
                "-w",
                "%{http_code}",
                server.url("/forms/contact")
            )
            #expect(outcome.output.hasSuffix("303"), "\(outcome)")
            try #expect(stored(site, "message") == "a+b & c=d; 100 % é €")
        }
    }

    @Test func aContentWhoseLengthIsNotSaidBeforehand() throws {
        let site = try TestSite()
        try serving(site) { server in
            let outcome = try Program.curl(
                "-H",
                "Transfer-Encoding: chunked",
                "-d",
                "message=in chunks",
                "-w",
                "%{http_code}",
                server.url("/forms/contact")
            )
            #expect(outcome.output.hasSuffix("303"), "\(outcome)")
            try #expect(stored(site, "message") == "in chunks")
        }
    }

    @Test func aLargeContentWaitsForContinue() throws {
        let site = try TestSite()
        try site.write("body", "message=" + String(repeating: "m", count: 900_000))
        try serving(site) { server in
            let outcome = try Program.curl(
                "-v",
                "-H",
                "Expect: 100-continue",
                "--expect100-timeout",
                "20",
                "-d",
                "@\(site.root)/body",
                "-w",
                "%{http_code}",
                server.url("/forms/contact")
            )
            #expect(outcome.output.hasSuffix("303"), "\(outcome)")
            #expect(outcome.errors.contains("< HTTP/1.1 100 Continue"), "\(outcome.errors.suffix(2000))")
            try #expect(stored(site, "message").utf8.count == 900_000)
        }
    }

    @Test func aContentThatIsTooLargeIsNotEvenSent() throws {
        let site = try TestSite()
        try site.write("body", "message=" + String(repeating: "m", count: 2_000_000))
        try serving(site) { server in
            let outcome = try Program.curl(
                "-H",
                "Expect: 100-continue",
                "--expect100-timeout",
                "20",
                "-d",
                "@\(site.root)/body",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code} %{size_upload}",
                server.url("/forms/contact")
            )
            #expect(outcome.output == "413 0", "\(outcome)")
        }
    }

    @Test func aContentThatIsTooLargeIsRefusedWhileItIsSent() throws {
        let site = try TestSite()
        try site.write("body", "message=" + String(repeating: "m", count: 8_000_000))
        try serving(site) { server in
            let outcome = try Program.curl(
                "-H",
                "Expect:",
                "-d",
                "@\(site.root)/body",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                server.url("/forms/contact")
            )
            #expect(outcome.output == "413", "\(outcome)")
        }
    }

    // MARK: - Connections

    @Test func oneConnectionServesManyURLs() throws {
        try serving(["a.txt": "a", "b.txt": "b"]) { server in
            let urls = ["/a.txt", "/b.txt", "/missing", "/a.txt"].map(server.url)
            let outputs = urls.flatMap { ["-o", "/dev/null", $0] }
            let outcome = try Program.run(
                program: "curl",
                ["-sS", "--max-time", "20", "-w", "%{http_code} %{num_connects}\n"] + outputs
            )
            #expect(outcome.lines == ["200 1", "200 0", "404 0", "200 0"], "\(outcome)")
        }
    }

    @Test func manyURLsAtOnce() throws {
        try serving(["a.txt": Self.text]) { server in
            let outcome = try Program.curl(
                "-Z",
                "--parallel-max",
                "20",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code} %{size_download}\n",
                server.url("/a.txt?[1-100]")
            )
            #expect(outcome.lines.count == 100, "\(outcome)")
            #expect(Set(outcome.lines) == ["200 \(Self.text.utf8.count)"], "\(outcome)")
        }
    }

    @Test func theVersionBeforeThisOne() throws {
        try serving { server in
            let urls = [server.url("/index.html"), server.url("/index.html")]
            let closing = try Program.curl("--http1.0", "-w", "%{num_connects} ", urls[0], urls[1])
            #expect(closing.output == "hello\n1 hello\n1 ", "\(closing)")
            let keeping = try Program.curl(
                "--http1.0",
                "-H",
                "Connection: keep-alive",
                "-w",
                "%{num_connects} ",
                urls[0],
                urls[1]
            )
            #expect(keeping.output == "hello\n1 hello\n0 ", "\(keeping)")
        }
    }

    // MARK: - Paths

    @Test(arguments: [
        ("/a/../digits.txt", "200"), ("/./digits.txt", "200"), ("/a/%2e%2e/digits.txt", "200"),
        ("/../digits.txt", "400"), ("/a/../../digits.txt", "400"), ("/%2e%2e/etc/passwd", "400"),
        ("/..%2fetc/passwd", "400"), ("/a/..%5c..%5cdigits.txt", "404"), ("//digits.txt", "404"),
    ])
    func aPathAsItIs(path: String, status: String) throws {
        try serving(["digits.txt": Self.digits, "a/b.txt": "b"]) { server in
            let outcome = try Program.curl(
                "--path-as-is",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                server.url(path)
            )
            #expect(outcome.output == status, "\(outcome)")
        }
    }

    @Test func aFolderWithoutItsSlashIsFollowed() throws {
        try serving(["docs/index.html": "the docs\n"]) { server in
            let outcome = try Program.curl("-L", "-w", "%{num_redirects} %{url_effective}", server.url("/docs?a=b"))
            #expect(outcome.output == "the docs\n1 \(server.url("/docs/?a=b"))", "\(outcome)")
        }
    }
}
