/// Refusals of a server as programs and as people see them (RFC 9457). Test threads.

import Testing

@testable import Server

@Suite(.serialized) struct ProblemDetailsTests {
    private static let json = "Accept: application/json"
    /// Made by `htpasswd -nbB -C 4 alice 'geheim:ä'`.
    private static let users = "alice:$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i\n"

    private func site(
        _ more: [String: String] = [:],
        _ configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> ServedSite {
        let files = ["users": Self.users, "www/a.txt": "0123456789", "www/private/b.txt": "b"]
        return try ServedSite(files.merging(more) { $1 }) {
            $0.rules.protections = [ProtectionRule(path: "/private/**", realm: "x", file: "users")]
            configure(&$0)
        }
    }

    private func problem(_ status: Int, _ title: String, _ detail: String, _ reason: String) -> String {
        """
        {"type":"about:blank","title":"\(title)","status":\(status),"detail":"\(detail)","reason":"\(reason)"}

        """
    }

    private func expectProblem(
        _ answer: ServedAnswer,
        _ status: Int,
        _ reason: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(answer.status == status, sourceLocation: sourceLocation)
        #expect(answer["Content-Type"] == "application/problem+json", sourceLocation: sourceLocation)
        #expect(answer["Content-Length"] == "\(answer.body.count)", sourceLocation: sourceLocation)
        #expect(answer["Vary"]?.hasPrefix("Accept") == true, "\(answer)", sourceLocation: sourceLocation)
        #expect(answer["X-Content-Type-Options"] == "nosniff", sourceLocation: sourceLocation)
        #expect(answer.text.hasSuffix("\"reason\":\"\(reason)\"}\n"), "\(answer)", sourceLocation: sourceLocation)
    }

    @Test func whatIsMissingIsAProblem() throws {
        let answer = try site().ask("/none", Self.json)
        expectProblem(answer, 404, "not-found")
        #expect(answer.text == problem(404, "Not Found", "There is nothing at this address.", "not-found"))
    }

    @Test func whatIsNotTakenNamesWhatIs() throws {
        let answer = try site().ask("/a.txt", Self.json, method: "DELETE")
        expectProblem(answer, 405, "method-not-allowed")
        #expect(answer["Allow"] == "OPTIONS, GET, HEAD")
    }

    @Test func aPasswordIsAskedForInEitherShape() throws {
        let site = try site()
        let answer = try site.ask("/private/b.txt", Self.json)
        expectProblem(answer, 401, "credentials-missing")
        #expect(answer["WWW-Authenticate"] == "Basic realm=\"x\", charset=\"UTF-8\"")
        let page = try site.ask("/private/b.txt")
        #expect(page.status == 401 && page["Content-Type"] == "text/html; charset=utf-8" && page["Vary"] == "Accept")
    }

    @Test func aCodingThatIsNotToBeHadIsAProblem() throws {
        let answer = try site().ask("/a.txt", Self.json, "Accept-Encoding: identity;q=0")
        expectProblem(answer, 406, "not-acceptable")
        #expect(answer["Vary"] == "Accept, Accept-Encoding")
    }

    @Test func aBadPathIsAProblem() throws {
        expectProblem(try site().ask("/a%2Fb", Self.json), 400, "encoded-slash")
        expectProblem(try site().ask("/..", Self.json), 400, "above-root")
    }

    @Test(arguments: [true, false]) func aRangeThatIsNotThereIsAProblem(isCached: Bool) throws {
        let site = try site()
        if isCached { for _ in 0..<2 { #expect(try site.ask("/a.txt").status == 200) } }
        let answer = try site.ask("/a.txt", Self.json, "Range: bytes=10-")
        expectProblem(answer, 416, "range-not-satisfiable")
        #expect(answer["Content-Range"] == "bytes */10" && answer["Vary"] == "Accept, Accept-Encoding")
        let plain = try site.ask("/a.txt", "Range: bytes=10-")
        #expect(plain.status == 416 && plain["Content-Range"] == "bytes */10" && plain.body.isEmpty)
        let page = try site.ask("/a.txt", "Accept: text/html", "Range: bytes=10-")
        #expect(page.status == 416 && page["Content-Range"] == "bytes */10" && page.body.isEmpty)
    }

    @Test(arguments: [true, false]) func aConditionThatFailsIsAProblem(isCached: Bool) throws {
        let site = try site()
        if isCached { for _ in 0..<2 { #expect(try site.ask("/a.txt").status == 200) } }
        expectProblem(try site.ask("/a.txt", Self.json, "If-Match: \"x\""), 412, "precondition-failed")
        let plain = try site.ask("/a.txt", "If-Match: \"x\"")
        #expect(plain.status == 412 && plain.body.isEmpty && plain["Vary"] == "Accept, Accept-Encoding")
    }

    @Test func anAnswerToHEADHasNoContent() throws {
        let site = try site()
        for (target, fields) in [
            ("/none", ""), ("/private/b.txt", ""), ("/a%2Fb", ""), ("/a.txt", "If-Match: \"x\""),
            ("/a.txt", "Accept-Encoding: identity;q=0"),
        ] {
            let more = fields.isEmpty ? "X: y" : fields
            let whole = try site.ask(target, Self.json, more)
            let head = try site.ask(target, Self.json, more, method: "HEAD")
            #expect(head.status == whole.status && head.body.isEmpty, "\(target)")
            #expect(head["Content-Type"] == "application/problem+json", "\(target)")
            #expect(head["Content-Length"] == "\(whole.body.count)", "\(target)")
        }
    }

    // MARK: The site's pages

    @Test func theSitesPagesAreForPeople() throws {
        let site = try site(["www/404.html": "missing"])
        for _ in 0..<2 {
            for fields in ["X: y", "Accept: */*", "Accept: text/html", "Accept: application/json;q=0.5, text/html"] {
                let page = try site.ask("/none", fields)
                #expect(page.status == 404 && page.text == "missing", "\(fields)")
                #expect(page["Vary"] == "Accept, Accept-Encoding", "\(fields)")
            }
            expectProblem(try site.ask("/none", Self.json), 404, "not-found")
            expectProblem(try site.ask("/none", "Accept: application/problem+json"), 404, "not-found")
            expectProblem(try site.ask("//none", Self.json), 404, "not-found")
        }
        // Asked for by its own name the page is a file like any other.
        let own = try site.ask("/404.html", Self.json)
        #expect(own.status == 200 && own.text == "missing" && own["Vary"] == "Accept-Encoding")
    }

    @Test func aFileDoesNotDependOnAccept() throws {
        let site = try site()
        for _ in 0..<2 {
            let answer = try site.ask("/a.txt", Self.json)
            #expect(answer.text == "0123456789" && answer["Vary"] == "Accept-Encoding")
        }
    }

    @Test func otherOriginsAndAcceptAreOneVary() throws {
        let site = try site { $0.rules.crossOrigin.origins = ["https://a.example"] }
        let answer = try site.ask("/none", Self.json, "Origin: https://a.example")
        expectProblem(answer, 404, "not-found")
        #expect(answer["Vary"] == "Accept, Origin")
        #expect(answer["Access-Control-Allow-Origin"] == "https://a.example")
    }

    // MARK: Heads that are refused

    @Test(arguments: [
        ("Expect: tea\r\nAccept: application/json\r\n", 417, "unknown-expectation"),
        ("Accept: application/json\r\nHost: b\r\n", 400, "repeated-host"),
        ("Accept: application/json\r\n" + String(repeating: "X: y\r\n", count: 100), 431, "too-many-fields"),
    ])
    func aRefusedHeadWhoseAcceptWasReadIsAProblem(fields: String, status: Int, reason: String) throws {
        let site = try site()
        for method in ["GET", "HEAD"] {
            let connection = try RawConnection(port: site.port)
            try connection.send("\(method) / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
            let answer = try connection.answer(hasBody: method == "GET")
            #expect(answer.status == status && answer["Content-Type"] == "application/problem+json", "\(answer)")
            if method == "GET" { expectProblem(answer, status, reason) }
            #expect(throws: RawConnection.Ended.self, "nothing follows") { try connection.answer() }
        }
    }

    @Test func aRefusedHeadWhoseAcceptWasNotReadIsAPage() throws {
        let site = try site()
        let connection = try RawConnection(port: site.port)
        try connection.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nAccept: application/json\r\n\r\n")
        let answer = try connection.answer()
        #expect(answer.status == 400 && answer["Content-Type"] == "text/html; charset=utf-8")
    }

    /// It waits for those before it, with what was read of it.
    @Test func aRefusedHeadBehindOthersIsAProblemInItsTurn() throws {
        let site = try site(["www/large.bin": String(repeating: "0123456789abcdef", count: 40_000)])
        let connection = try RawConnection(port: site.port)
        let start = "GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n"
        try connection.send(start + "HEAD /b HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\nX : y\r\n\r\n")
        #expect(try connection.answer().body.count == 640_000)
        let head = try connection.answer(hasBody: false)
        #expect(head.status == 400 && head["Content-Type"] == "application/problem+json")
        #expect(throws: RawConnection.Ended.self, "nothing follows") { try connection.answer() }

        let second = try RawConnection(port: site.port)
        try second.send(start + "GET /b HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\nOrigin: x\r\nX : y\r\n\r\n")
        #expect(try second.answer().body.count == 640_000)
        expectProblem(try second.answer(), 400, "whitespace-before-colon")
    }
}
