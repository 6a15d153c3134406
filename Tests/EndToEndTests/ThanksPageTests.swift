/// The page that a form leads to, on sites that have none: there where a 404 would be, and nowhere else. Test threads.

import Harness
import Testing

@Suite struct ThanksPageTests {
    private static let builtIn = "<h1>Thank you.</h1>"

    private func isBuiltIn(_ response: Response) -> Bool {
        response.status == 200 && response.text.contains(Self.builtIn)
    }

    @Test func aFormOfASiteOfOneFolderLeadsToAPage() throws {
        try serving { server in
            let client = try Client(server)
            let sent = try client.exchange(Request.post("/forms/contact", "name=Ada"))
            #expect(sent.status == 303)
            let page = try client.exchange(Request.get(#require(sent["Location"])))
            #expect(isBuiltIn(page))
            #expect(page["Content-Type"] == "text/html; charset=utf-8")
            #expect(page["Cache-Control"] == "no-store")
            #expect(page["X-Content-Type-Options"] == "nosniff" && page["X-Frame-Options"] == "SAMEORIGIN")
            #expect(page["Referrer-Policy"] == "strict-origin-when-cross-origin")
            let head = try client.exchange("HEAD /thanks.html HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(head.status == 200 && head.body.isEmpty && head["Content-Length"] == "\(page.body.count)")
        }
    }

    @Test func theAccessLogHasItWithItsBytes() throws {
        let site = try TestSite()
        var count = 0
        try serving(site) { server in
            count = try Client(server).exchange(Request.get("/thanks.html")).body.count
            _ = try Client(server).exchange("HEAD /thanks.html HTTP/1.1\r\nHost: a\r\n\r\n")
        }
        let lines = try site.accessLog()
        #expect(lines.contains { $0.contains("\"GET /thanks.html HTTP/1.1\" 200 \(count) ") }, "\(lines)")
        #expect(lines.contains { $0.contains("\"HEAD /thanks.html HTTP/1.1\" 200 0 ") }, "\(lines)")
        // The start names the SQLite that is linked, and nothing else is said.
        let errors = String(decoding: try site.read("logs/error.log"), as: UTF8.self).split(separator: "\n")
        #expect(errors.allSatisfy { $0.contains(" SQLite ") }, "\(errors)")
    }

    @Test func aFileTakesItsPlaceAtOnceAndLeavesItAgain() throws {
        let site = try TestSite()
        try serving(site) { server in
            let client = try Client(server)
            try #expect(isBuiltIn(client.exchange(Request.get("/thanks.html"))))
            try site.write("www/thanks.html", "ours\n")
            try #expect(client.exchange(Request.get("/thanks.html")).text == "ours\n")
            try site.rename("www/thanks.html", to: "thanks.html")
            try #expect(isBuiltIn(client.exchange(Request.get("/thanks.html"))))
        }
    }

    @Test func aLinkThatIsNotFollowedIsNoPage() throws {
        for (target, configuration) in [
            ("index.html", ""), ("nowhere.html", ""), ("nowhere.html", "[files]\nsymlinks = \"follow\"\n"),
        ] {
            let site = try TestSite(["index.html": "hello\n"], configuration: configuration)
            let linked = try Program.run(program: "ln", ["-s", target, site.root + "/www/thanks.html"])
            #expect(linked.succeeded)
            try serving(site) { server in
                try #expect(isBuiltIn(Client(server).exchange(Request.get("/thanks.html"))))
            }
        }
    }

    @Test func aSiteWithoutTheFormsHandlerHasNone() throws {
        for handlers in ["[]", "[\"hello\"]"] {
            try serving(configuration: "[handlers]\nenabled = \(handlers)\n") { server in
                try #expect(Client(server).exchange(Request.get("/thanks.html")).status == 404)
            }
        }
    }

    @Test func onlyItsOwnAddressIsAnswered() throws {
        try serving { server in
            let client = try Client(server)
            for target in [
                "/thanks", "/thanks.html/", "/Thanks.html", "/a/thanks.html", "//thanks.html", "/thanks.htm",
            ] {
                try #expect(client.exchange(Request.get(target)).status == 404, "\(target)")
            }
            for target in ["/thanks.html?form=contact", "/%74hanks.html", "/a/../thanks.html", "http://a/thanks.html"] {
                try #expect(isBuiltIn(client.exchange(Request.get(target))), "\(target)")
            }
            try #expect(client.exchange(Request.post("/thanks.html", "a=b")).status == 405)
        }
    }

    /// As a file `thanks.html` would.
    @Test func cleanAddressesHaveItToo() throws {
        try serving(configuration: "[files]\nclean_urls = true\n") { server in
            let client = try Client(server)
            try #expect(isBuiltIn(client.exchange(Request.get("/thanks"))))
            try #expect(isBuiltIn(client.exchange(Request.get("/thanks.html"))))
            try #expect(client.exchange(Request.get("/thanks/")).status == 404)
        }
        let site = try TestSite(["thanks.html": "ours\n"], configuration: "[files]\nclean_urls = true\n")
        try serving(site) { server in
            try #expect(Client(server).exchange(Request.get("/thanks")).text == "ours\n")
        }
    }

    // MARK: What comes before it

    @Test func redirectionsComeBefore() throws {
        let rule = "[[redirect]]\nfrom = \"/thanks.html\"\nto = \"/sent.html\"\n"
        try serving(configuration: rule) { server in
            let response = try Client(server).exchange(Request.get("/thanks.html"))
            #expect(response.status == 308 && response["Location"] == "/sent.html")
        }
        // A folder of that name is an address of its own.
        try serving(["thanks.html/index.html": "folder\n"]) { server in
            let response = try Client(server).exchange(Request.get("/thanks.html"))
            #expect(response.status == 308 && response["Location"] == "thanks.html/")
        }
    }

    @Test func rewritingsComeBefore() throws {
        let rules = """
            [[rewrite]]
            from = "/thanks.html"
            to = "/sent.html"

            [[rewrite]]
            from = "/done"
            to = "/thanks.html"

            """
        try serving(configuration: rules) { server in
            let client = try Client(server)
            try #expect(client.exchange(Request.get("/thanks.html")).status == 404, "the rule names another address")
            try #expect(isBuiltIn(client.exchange(Request.get("/done"))))
        }
    }

    @Test func passwordsComeBefore() throws {
        let rule = "[files]\nclean_urls = true\n[[auth]]\npath = \"/thanks.html\"\nrealm = \"x\"\nfile = \"users\"\n"
        let site = try TestSite(configuration: rule)
        // Made by `htpasswd -nbB -C 4 alice 'geheim:ä'`.
        try site.write("users", "alice:$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i\n")
        try serving(site) { server in
            let client = try Client(server)
            try #expect(client.exchange(Request.get("/thanks.html")).status == 401)
            let fields = "Authorization: Basic YWxpY2U6Z2VoZWltOsOk\r\n"
            try #expect(isBuiltIn(client.exchange(Request.get("/thanks.html", fields))))
            // The other address of the page asks too.
            try #expect(client.exchange(Request.get("/thanks")).status == 401)
            try #expect(isBuiltIn(client.exchange(Request.get("/thanks", fields))))
        }
    }

    @Test func theFallbackComesBefore() throws {
        let site = try TestSite(
            ["index.html": "app\n"],
            configuration: "[files]\nclean_urls = true\nfallback = \"/index.html\"\n"
        )
        try serving(site) { server in
            let client = try Client(server)
            try #expect(client.exchange(Request.get("/thanks")).text == "app\n")
            // No fallback answers for a name with an extension: a 404 would be there.
            try #expect(isBuiltIn(client.exchange(Request.get("/thanks.html"))))
        }
    }

    @Test func thePageFor404ComesAfter() throws {
        try serving(["404.html": "missing\n"]) { server in
            let client = try Client(server)
            try #expect(isBuiltIn(client.exchange(Request.get("/thanks.html"))))
            let other = try client.exchange(Request.get("/other.html"))
            #expect(other.status == 404 && other.text == "missing\n")
        }
    }

    @Test func eachVirtualHostHasItsOwn() throws {
        let configuration = """
            [[host]]
            names = ["own.example"]
            www = "own"

            [[host]]
            names = ["bare.example"]
            www = "bare"

            [[host]]
            names = ["moved.example"]
            redirect_to = "https://example.com"

            """
        let site = try TestSite(configuration: configuration)
        try site.write("own/thanks.html", "ours\n")
        try site.write("bare/index.html", "bare\n")
        try serving(site) { server in
            let client = try Client(server)
            func ask(_ host: String) throws -> Response {
                try client.exchange("GET /thanks.html HTTP/1.1\r\nHost: \(host)\r\n\r\n")
            }
            try #expect(ask("own.example").text == "ours\n")
            try #expect(isBuiltIn(ask("bare.example")))
            try #expect(isBuiltIn(ask("a")))
            try #expect(ask("moved.example")["Location"] == "https://example.com/thanks.html")
        }
    }

    // MARK: Conditions

    @Test func aPageWithoutATagMeetsTheConditionsThatItCan() throws {
        try serving { server in
            let client = try Client(server)
            func ask(_ fields: String) throws -> Response { try client.exchange(Request.get("/thanks.html", fields)) }
            try #expect(isBuiltIn(ask("If-None-Match: \"a\"\r\n")))
            try #expect(isBuiltIn(ask("If-Modified-Since: Mon, 30 Nov 2026 12:00:00 GMT\r\n")))
            try #expect(isBuiltIn(ask("If-Match: *\r\n")))
            try #expect(isBuiltIn(ask("Range: bytes=0-3\r\n")))
            try #expect(isBuiltIn(ask("Range: bytes=100000-\r\nIf-Range: \"a\"\r\n")))
            try #expect(isBuiltIn(ask("Accept-Encoding: gzip\r\n")))
            let known = try ask("If-None-Match: *\r\n")
            #expect(known.status == 304 && known.body.isEmpty && known["Cache-Control"] == "no-store")
            try #expect(ask("If-Match: \"a\"\r\n").status == 412)
            try #expect(client.exchange(Request.get("/")).text == "hello\n")
        }
    }
}
