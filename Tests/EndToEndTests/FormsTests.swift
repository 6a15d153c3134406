/// A form that was sent is in the database, exactly as it was sent, before the answer leaves. Test threads.

import Harness
import Testing

@Suite struct FormsTests {
    private static let urlencoded = "application/x-www-form-urlencoded"

    private func post(
        _ server: ServerProcess,
        _ form: String,
        _ body: String,
        type: String = FormsTests.urlencoded,
        accept: String = "application/json"
    ) throws -> Response {
        try Client(server).exchange(
            "POST /forms/\(form) HTTP/1.1\r\nHost: a\r\nAccept: \(accept)\r\nContent-Type: \(type)\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
    }

    /// The value of a field in each submission, oldest first.
    private func values(_ site: TestSite, _ field: String) throws -> [String] {
        try Program.query(site, "SELECT json_extract(fields, '$.\"\(field)\"') FROM submissions ORDER BY id")
    }

    @Test func aClientThatAsksForJSONIsToldTheID() throws {
        let site = try TestSite()
        try serving(site) { server in
            let response = try post(server, "contact", "name=Ada&message=hello")
            #expect(response.status == 201)
            #expect(response["Content-Type"]?.hasPrefix("application/json") == true)
            let id = try #require(response.text.firstMatch(of: /"id" ?: ?"?([0-9A-Za-z-]+)/)?.1)
            let rows = try Program.query(
                site,
                "SELECT id, form, remote, json_extract(fields, '$.name'), json_extract(fields, '$.message') FROM submissions"
            )
            #expect(rows == ["\(id)|contact|127.0.0.1|Ada|hello"])
        }
    }

    @Test func aBrowserIsSentToTheThankYouPage() throws {
        let site = try TestSite()
        let accept = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
        try serving(site) { server in
            let response = try post(server, "contact", "name=Ada", accept: accept)
            #expect(response.status == 303)
            #expect(response["Location"] == "/thanks.html")
            try #expect(values(site, "name") == ["Ada"])
        }
    }

    @Test func theFormMaySayWhereToGoNextOnThisSite() throws {
        try serving { server in
            let response = try post(server, "contact", "name=Ada&_next=%2Fwelcome.html%3Fa%3Db", accept: "text/html")
            #expect(response["Location"] == "/welcome.html?a=b")
        }
    }

    @Test(arguments: [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "welcome.html",
        "/%0d%0aSet-Cookie:a=b", "/a%0d%0aX: y", "",
    ])
    func aFormCannotSendABrowserToAnotherSite(next: String) throws {
        try serving { server in
            // As a browser encodes it: every byte that isn't a letter or a digit, `%` included unless it is one already.
            let encoded = next.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "%"):
                    String(UnicodeScalar(byte))
                default:
                    "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }
            }.joined()
            let response = try post(server, "contact", "name=Ada&_next=\(encoded)", accept: "text/html")
            #expect(response.status == 303)
            #expect(response["Location"] == "/thanks.html")
            #expect(response["Set-Cookie"] == nil)
        }
    }

    @Test func urlencodedFieldsAreDecoded() throws {
        let site = try TestSite()
        try serving(site) { server in
            #expect(try post(server, "f", "name=Gr%C3%B6%C3%9Fe+%26+M%65hr&empty=&novalue").status == 201)
            try #expect(values(site, "name") == ["Größe & Mehr"])
            try #expect(values(site, "empty") == [])
        }
    }

    @Test func aFieldThatOccursTwiceKeepsBothValues() throws {
        let site = try TestSite()
        try serving(site) { server in
            #expect(try post(server, "f", "tag=a&tag=b").status == 201)
            try #expect(values(site, "tag") == ["[\"a\",\"b\"]"])
        }
    }

    @Test func aMultipartFormIsStored() throws {
        let site = try TestSite()
        let body =
            "--sep\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nAda\r\n--sep\r\n"
            + "Content-Disposition: form-data; name=\"text\"\r\n\r\ntwo\r\nlines -- and --se\r\n--sep--\r\n"
        try serving(site) { server in
            #expect(try post(server, "f", body, type: "multipart/form-data; boundary=sep").status == 201)
            try #expect(values(site, "name") == ["Ada"])
            let hex = try Program.query(site, "SELECT hex(json_extract(fields, '$.text')) FROM submissions")
            #expect(
                hex == [
                    "two\r\nlines -- and --se".utf8.map {
                        ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true)
                    }.joined()
                ]
            )
        }
    }

    @Test func anUploadedFileIsSavedUnderANameOfOurOwn() throws {
        let site = try TestSite()
        let bytes = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        try site.write("cv.bin", bytes)
        try serving(site) { server in
            let outcome = try Program.curl(
                "-F",
                "name=Ada",
                "-F",
                "cv=@\(site.root)/cv.bin;filename=../../www/evil.html;type=text/html",
                server.url("/forms/jobs")
            )
            #expect(outcome.succeeded, "\(outcome)")
            try #expect(values(site, "name") == ["Ada"])
            let field = try Program.query(
                site,
                "SELECT f ->> 'file', f ->> 'name', f ->> 'type', f ->> 'size' "
                    + "FROM (SELECT fields -> '$.cv' AS f FROM submissions)"
            )
            let words = try #require(field.first).split(separator: "|")
            #expect(words.dropFirst() == ["../../www/evil.html", "text/html", "300000"])
            #expect(words[0].wholeMatch(of: /[0-9a-f.]+/) != nil, "\(words[0])")
            try #expect(site.read("db/uploads/" + words[0]) == bytes)
            try #expect(Client(server).exchange(Request.get("/evil.html")).status == 404)
        }
    }

    @Test func curlSendsAllThreeKinds() throws {
        let site = try TestSite()
        try serving(site) { server in
            let url = server.url("/forms/curl")
            let json = "Content-Type: application/json"
            for arguments in [["-d", "name=one"], ["-F", "name=two"], ["-H", json, "-d", "{\"name\":\"three\"}"]] {
                let outcome = try Program.run(
                    program: "curl",
                    [
                        "-sS", "--max-time", "20", "-o", "/dev/null", "-w", "%{http_code}", "-H",
                        "Accept: application/json",
                    ]
                        + arguments + [url]
                )
                #expect(outcome.output == "201", "\(outcome)")
            }
            try #expect(values(site, "name") == ["one", "two", "three"])
        }
    }

    @Test func aJSONObjectIsStoredAsItIs() throws {
        let site = try TestSite()
        try serving(site) { server in
            let body = #"{"name":"A\u0064a \ud83d\ude00","age":36,"tags":["x","y"],"ok":true}"#
            #expect(try post(server, "f", body, type: "application/json").status == 201)
            try #expect(values(site, "name") == ["Ada 😀"])
            try #expect(values(site, "age") == ["36"])
            try #expect(values(site, "tags") == [#"["x","y"]"#])
        }
    }

    @Test(arguments: ["{", "[1]", "\"text\"", "{\"a\":}", "{\"a\":1}x", "", "{\"a\":\"\u{1}\"}"])
    func whatIsNoJSONObjectIsRefusedAndNotStored(body: String) throws {
        let site = try TestSite()
        try serving(site) { server in
            let status = try post(server, "f", body, type: "application/json").status
            #expect([400, 422].contains(status), "\(status)")
            try #expect(Program.query(site, "SELECT id FROM submissions", orNoDatabase: true) == [])
        }
    }

    @Test(arguments: [
        "--sep", "no boundary here", "--sep\r\n\r\nno name\r\n--sep--\r\n",
        "--sep\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx",
    ])
    func aBrokenMultipartBodyIsRefusedAndNotStored(body: String) throws {
        let site = try TestSite()
        try serving(site) { server in
            #expect(try post(server, "f", body, type: "multipart/form-data; boundary=sep").status == 400)
            try #expect(Program.query(site, "SELECT id FROM submissions", orNoDatabase: true) == [])
        }
    }

    @Test(arguments: ["contact", "contact-2026", "a_b", "Z9"])
    func aPlainFormNameIsTaken(form: String) throws {
        let site = try TestSite()
        try serving(site) { server in
            #expect(try post(server, form, "name=Ada").status == 201)
            try #expect(Program.query(site, "SELECT form FROM submissions") == [form])
        }
    }

    @Test(arguments: [
        "", "a/b", "..", "%2e%2e", "a%00b", "a%2Fb", "a%0ab", "'; DROP TABLE submissions; --", "a%22b", "A.b", "-a",
    ])
    func anOddFormNameIsRefusedAndNothingIsLost(form: String) throws {
        let site = try TestSite()
        try serving(site) { server in
            #expect(try post(server, "kept", "name=Ada").status == 201)
            let status = try post(server, form, "name=Eve").status
            #expect((400..<500).contains(status), "\(status)")
            try #expect(values(site, "name") == ["Ada"])
        }
    }

    @Test func aFilledHoneypotIsThankedAndNotStored() throws {
        let site = try TestSite()
        try serving(site) { server in
            let robot = try post(server, "contact", "name=Bot&_gotcha=yes", accept: "text/html")
            #expect(robot.status == 303, "a robot is not told")
            #expect(try post(server, "contact", "name=Ada&_gotcha=").status == 201)
            try #expect(values(site, "name") == ["Ada"])
        }
    }

    @Test func aFormIsOnlyPostedTo() throws {
        try serving { server in
            let response = try Client(server).exchange("GET /forms/contact HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(response.status == 405)
            let allowed = (response["Allow"] ?? "").split(separator: ",").map { $0.drop { $0 == " " } }
            #expect(Set(allowed).subtracting(["OPTIONS"]) == ["POST"])
        }
    }

    @Test func whatWasStoredIsListedShownAndExported() throws {
        let site = try TestSite()
        try serving(site) { server in
            for name in ["Ada", "Grace, \"G\"\nH"] {
                let encoded = name.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
                #expect(try post(server, "contact", "name=\(encoded)").status == 201)
            }
            #expect(try post(server, "order", "item=tea").status == 201)

            let list = try Program.run("forms", "list", "--root", site.root)
            #expect(list.succeeded)
            #expect(list.lines.contains { $0.contains("contact") && $0.contains("2") }, "\(list)")
            #expect(list.lines.contains { $0.contains("order") && $0.contains("1") }, "\(list)")

            let show = try Program.run("forms", "show", "contact", "--root", site.root)
            #expect(show.succeeded && show.output.contains("Ada"), "\(show)")

            let csv = try Program.run("forms", "export", "contact", "--format", "csv", "--root", site.root)
            #expect(csv.output.contains("\"Grace, \"\"G\"\"\nH\""), "RFC 4180: \(csv)")

            let lines = try Program.run("forms", "export", "contact", "--format", "ndjson", "--root", site.root)
            #expect(lines.lines.count == 2)
            #expect(lines.output.contains(#""Grace, \"G\"\nH""#), "\(lines)")

            let json = try Program.run("forms", "export", "contact", "--format", "json", "--root", site.root)
            #expect(json.output.hasPrefix("[") && json.output.contains("Ada"), "\(json)")
        }
    }

    @Test func listingASiteThatHasNoDatabaseSaysSo() throws {
        let site = try TestSite()
        let outcome = try Program.run("forms", "list", "--root", site.root)
        #expect(outcome.succeeded || !outcome.errors.isEmpty, "\(outcome)")
        #expect(!outcome.errors.contains("Fatal error"))
    }
}
