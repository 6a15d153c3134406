/// What a form was typed in as is what is stored, whatever encoding, escaping and coding it came in. Test threads.

import Harness
import Testing

@Suite struct FormEncodingTests {
    private static let urlencoded = "application/x-www-form-urlencoded"

    /// Posts bytes, given as Latin-1: each scalar is a byte.
    private func post(
        _ server: ServerProcess,
        _ body: String,
        type: String = FormEncodingTests.urlencoded,
        _ lines: String = "Accept: application/json\r\n"
    ) throws -> Response {
        func latin1(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }
        let bytes = latin1(body)
        let head =
            "POST /forms/f HTTP/1.1\r\nHost: a\r\n\(lines)Content-Type: \(type)\r\n"
            + "Content-Length: \(bytes.count)\r\n\r\n"
        let client = try Client(server)
        try client.send(latin1(head) + bytes)
        return try client.readResponse(to: "POST")
    }

    private func stored(_ site: TestSite) throws -> [String] {
        try Program.query(site, "SELECT fields FROM submissions ORDER BY id", orNoDatabase: true)
    }

    @Test func theEncodingThatAFieldNamesCountsWhereverItStands() throws {
        let site = try TestSite()
        try serving(site) { server in
            for body in [
                "n=caf%E9&_charset_=windows-1252", "_charset_=windows-1252&n=caf%E9",
                "_x=1&_charset_=windows-1252&n=caf%E9",
            ] {
                try #expect(post(server, body).status == 201)
            }
            try #expect(stored(site) == Array(repeating: #"{"n":"café"}"#, count: 3))
        }
    }

    @Test func theEncodingMayBeAnyOfTheWeb() throws {
        let site = try TestSite()
        try serving(site) { server in
            for (body, type) in [
                ("n=%93%FA%96%7B&_charset_=shift_jis", ""), ("n=%C7%D1&_charset_=euc-kr", ""),
                ("n=%D6%D0&_charset_=gb2312", ""), ("n=%A4%A4&_charset_=big5", ""), ("n=%80%81", "; charset=us-ascii"),
                ("n=%1B$BF%7C%1B(B&_charset_=iso-2022-jp", ""), ("n=%EF%BB%BF%C3%A9", ""),
            ] {
                try #expect(post(server, body, type: Self.urlencoded + type).status == 201, "\(body)")
            }
            let expected = ["日本", "한", "中", "中", "€\u{81}", "日", "\u{feff}é"]
            try #expect(stored(site) == expected.map { "{\"n\":\"\($0)\"}" })
        }
    }

    @Test func aPartsEncodingCountsForThatPart() throws {
        let site = try TestSite()
        let body =
            "--B\r\nContent-Disposition: form-data; name=\"n\"\r\nContent-Type: text/plain; charset=ISO-8859-1\r\n\r\n"
            + "caf\u{e9}\r\n--B\r\nContent-Disposition: form-data; name=\"m\"\r\n\r\n\u{c3}\u{a9}\r\n--B--\r\n"
        try serving(site) { server in
            try #expect(post(server, body, type: "multipart/form-data; boundary=B").status == 201)
            try #expect(stored(site) == [#"{"n":"café","m":"é"}"#])
        }
    }

    @Test(arguments: ["n=caf%E9", "n=caf\u{e9}", "n=%81&_charset_=gbk", "n=%E9&_charset_=x-none"])
    func whatCantBeReadIsRefusedAndThePageSaysWhatTheFormNeeds(body: String) throws {
        let site = try TestSite()
        try serving(site) { server in
            let response = try post(server, body, "Accept: text/html\r\n")
            #expect(response.status == 400)
            #expect(response.text.contains("accept-charset=\"utf-8\""), "\(response.text)")
            try #expect(stored(site) == [])
        }
    }

    @Test(arguments: [
        "Content-Encoding: gzip\r\n", "content-encoding: identity\r\nContent-Encoding: Br\r\n",
        "Content-Encoding: identity, deflate\r\n", "Content-Encoding: x-new\r\n",
    ])
    func aCodedFormIsRefusedWithWhatIsUnderstood(fields: String) throws {
        let site = try TestSite()
        try serving(site) { server in
            for (type, body) in [
                (Self.urlencoded, "\u{1f}\u{8b}\u{8}\u{0}a=b"), (Self.urlencoded, "a=b"),
                ("multipart/form-data; boundary=B", "--B\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--B--"),
                ("application/json", "{\"a\":1}"),
            ] {
                let response = try post(server, body, type: type, fields)
                #expect(response.status == 415, "\(type)")
                #expect(response["Accept-Encoding"] == "identity", "\(type)")
            }
            try #expect(post(server, "a=b", "Content-Encoding: Identity\r\nAccept: application/json\r\n").status == 201)
            try #expect(stored(site) == [#"{"a":"b"}"#])
        }
    }

    @Test func namesThatEndInABackslashAreStored() throws {
        let site = try TestSite()
        let names = [#""a\""#, #""\""#, #""\\""#, #""a\"b""#, #""a%22b\""#]
        let parts = names.map { "--B\r\nContent-Disposition: form-data; name=\($0)\r\n\r\n1\r\n" }.joined()
        try serving(site) { server in
            try #expect(post(server, parts + "--B--", type: "multipart/form-data; boundary=B").status == 201)
            let keys = [#"a\\"#, #"\\"#, #"\\\\"#, #"a\"b"#, #"a\"b\\"#]
            try #expect(stored(site) == ["{" + keys.map { "\"\($0)\":\"1\"" }.joined(separator: ",") + "}"])
        }
    }

    @Test func curlsTwoWaysToEscapeANameAreTheSame() throws {
        let site = try TestSite()
        try serving(site) { server in
            for escape in [[], ["--form-escape"]] {
                let outcome = try Program.run(
                    program: "curl",
                    ["-sS", "--max-time", "20", "-H", "Accept: application/json"] + escape
                        + ["-F", #"a"b\=1"#, "-F", #"plain"=2"#, server.url("/forms/f")]
                )
                #expect(outcome.succeeded, "\(outcome)")
            }
            try #expect(stored(site) == Array(repeating: #"{"a\"b\\":"1","plain\"":"2"}"#, count: 2))
        }
    }

    @Test func aPartWithAnExtendedFileNameAloneIsAFile() throws {
        let site = try TestSite()
        let body =
            "--B\r\nContent-Disposition: form-data; name=cv; filename*=UTF-8''caf%C3%A9.txt\r\n\r\n\u{ff}\u{0}\r\n--B--"
        try serving(site) { server in
            try #expect(post(server, body, type: "multipart/form-data; boundary=B").status == 201)
            let rows = try Program.query(
                site,
                "SELECT fields ->> '$.cv.name', fields ->> '$.cv.size', fields ->> '$.cv.file' FROM submissions"
            )
            let words = try #require(rows.first).split(separator: "|")
            #expect(words.prefix(2) == ["café.txt", "2"])
            try #expect(site.read("db/uploads/" + words[2]) == [0xff, 0])
        }
    }

    @Test func noPartIsLostOutsideTheBoundaries() throws {
        let site = try TestSite()
        let one = "Content-Disposition: form-data; name=a\r\n\r\n1\r\n"
        let two = "Content-Disposition: form-data; name=b\r\n\r\n2\r\n"
        try serving(site) { server in
            let type = "multipart/form-data; boundary=B"
            for body in [
                "\n--B\r\n\(one)--B\r\n\(two)--B--", "--B\r\n\(one)--B--\r\n--B\r\n\(two)--B--",
                "--B\r\n\(one)--B--2\r\n",
            ] {
                let response = try post(server, body, type: type)
                #expect(response.status == 400)
                #expect(response.text.contains("bad-form"), "\(response.text)")
            }
            try #expect(stored(site) == [])
            try #expect(post(server, "--B\r\n\(one)--B--2\r\n--B--", type: type).status == 201)
            try #expect(stored(site) == [#"{"a":"1\r\n--B--2"}"#])
        }
    }

    @Test func twoTypesThatDifferAreNoForm() throws {
        let site = try TestSite()
        try serving(site) { server in
            for type in [Self.urlencoded, "application/json", "text/plain"] {
                let response = try post(server, "a=b", type: type, "Content-Type: multipart/form-data; boundary=B\r\n")
                #expect(response.status == 400, "\(type)")
            }
            let same = "Content-Type: \(Self.urlencoded)\r\nAccept: application/json\r\n"
            try #expect(post(server, "a=b", same).status == 201)
            try #expect(stored(site) == [#"{"a":"b"}"#])
        }
    }

    @Test func aCodedBodyOfAnotherTypeIsToldBoth() throws {
        let site = try TestSite()
        try serving(site) { server in
            let coded = try post(server, "a", type: "text/plain", "Content-Encoding: gzip\r\n")
            #expect(coded.status == 415)
            #expect(coded["Accept-Encoding"] == "identity")
            #expect(coded["Accept-Post"]?.contains("multipart/form-data") == true)
            let plain = try post(server, "a", type: "text/plain", "")
            #expect(plain.status == 415)
            #expect(plain["Accept-Encoding"] == nil)
        }
    }

    @Test func whatTheClientSaysOfItselfIsStoredUndamaged() throws {
        let site = try TestSite()
        try serving(site) { server in
            let json = "Accept: application/json\r\n"
            for lines in [
                "User-Agent: caf\u{e9}\r\nReferer: http://a/caf\u{e9}\r\n",
                "User-Agent: caf\u{c3}\u{a9}\r\nReferer: http://a/caf\u{c3}\u{a9}\r\n",
                "User-Agent: one\r\nUser-Agent: caf\u{e9}\r\n",
            ] {
                try #expect(post(server, "a=b", json + lines).status == 201)
            }
            let rows = try Program.query(site, "SELECT user_agent, referer FROM submissions ORDER BY id")
            #expect(rows == ["café|http://a/café", "café|http://a/café", "one, café|"])
        }
    }
}
