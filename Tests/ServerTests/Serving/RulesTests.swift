/// Hosts, redirections, rewritings, fields, other origins and passwords, as a client sees them. Test threads.

import Testing

@testable import Server

@Suite(.serialized) struct RulesTests {
    @Test func anAddressThatHasMovedSaysWhereTo() throws {
        let site = try ServedSite(["www/old": "still there", "www/new": "new"]) {
            $0.rules.redirects = [
                RedirectRule(from: "/old", to: "/new"),
                RedirectRule(from: "/blog/*", to: "https://example.com/*", status: 301),
                RedirectRule(from: "/all/*", to: "/*"),
            ]
        }
        let moved = try site.ask("/old?a=b%20c")
        #expect(
            moved.status == 308 && moved["Location"] == "/new?a=b%20c" && moved["X-Content-Type-Options"] == "nosniff"
        )
        #expect(try site.ask("/old", method: "POST").status == 308)
        let elsewhere = try site.ask("/blog/2025/%C3%A9")
        #expect(elsewhere.status == 301 && elsewhere["Location"] == "https://example.com/2025/%C3%A9")
        #expect(try site.ask("/all//evil.example")["Location"] == "/evil.example")
    }

    /// A target that finds no room in an answer's head could never be sent: its client would wait for ever.
    ///
    /// Each byte of an address may become three. With the longest request line, target and fields that are allowed that is too
    /// much.
    @Test func anAddressThatFitsIntoNoHeadIsAFailure() throws {
        let site = try ServedSite(["www/index.html": "hello"]) {
            $0.limits.requestLineSizeMax = 12_288
            $0.rules.redirects = [RedirectRule(from: "/old/*", to: "/" + String(repeating: "n", count: 2040) + "/*")]
            $0.rules.fields = [FieldRule(name: "X-Long", value: String(repeating: "v", count: 7000))]
        }
        let answer = try site.ask("/old/" + String(repeating: "|", count: 12_260), "Accept: application/json")
        #expect(answer.status == 500 && answer.text.contains("answer-too-large"), "\(answer)")
        let shorter = try site.ask("/old/" + String(repeating: "|", count: 8000))
        #expect(shorter.status == 308 && shorter["Location"]?.count == 26_042)
    }

    @Test func anAddressMayBeAnsweredAsAnother() throws {
        let site = try ServedSite(["www/v1/x.txt": "x"]) {
            $0.rules.rewrites = [RewriteRule(from: "/api/*", to: "/v1/*")]
        }
        #expect(try site.ask("/api/x.txt").text == "x")
        #expect(try site.ask("/api/x.txt").text == "x")
        #expect(try site.ask("/api/y.txt").status == 404)
    }

    @Test func fieldsAreSetByPathAndType() throws {
        let site = try ServedSite(["www/a.css": "a", "www/img/b.png": "b"]) {
            $0.rules.security.contentSecurityPolicy = "default-src 'self'"
            $0.rules.fields = [
                FieldRule(type: "image/*", name: "Cache-Control", value: "max-age=60"),
                FieldRule(path: "/*.css", name: "Cache-Control", value: "no-cache"),
            ]
        }
        let style = try site.ask("/a.css")
        #expect(style["Cache-Control"] == "no-cache" && style["Content-Security-Policy"] == "default-src 'self'")
        #expect(
            style["Referrer-Policy"] == "strict-origin-when-cross-origin" && style["X-Frame-Options"] == "SAMEORIGIN"
        )
        #expect(try site.ask("/img/b.png")["Cache-Control"] == "max-age=60")
        let tag = try #require(style["ETag"])
        #expect(try site.ask("/a.css", "If-None-Match: \(tag)")["Cache-Control"] == "no-cache")
        let missing = try site.ask("/none")
        #expect(missing["Content-Security-Policy"] == "default-src 'self'" && missing["Cache-Control"] == nil)
    }

    @Test func aHostHasItsOwnSite() throws {
        let files = ["www/index.html": "default", "other/index.html": "other", "other/a.txt": "a"]
        let site = try ServedSite(files) {
            var rules = SiteRules()
            rules.files.www = "other"
            var moved = HostRules(names: ["www.example.com"], rules: SiteRules())
            moved.redirectTo = "https://example.com"
            $0.hosts = [HostRules(names: ["example.com", "*.example.org"], rules: rules), moved]
        }
        for (host, text) in [
            ("localhost", "default"), ("example.com", "other"), ("EXAMPLE.com:80", "other"), ("a.example.org", "other"),
            ("example.org", "default"), ("localhost", "default"),
        ] {
            #expect(try site.ask("/", host: host).text == text, "\(host)")
        }
        #expect(try site.ask("/a.txt").status == 404)
        #expect(try site.ask("http://example.com/a.txt", host: "localhost").text == "a")
        let moved = try site.ask("/a%20b?c", host: "www.example.com")
        #expect(moved.status == 308 && moved["Location"] == "https://example.com/a%20b?c")
        // A change is seen where it was made.
        try site.write("other/index.html", Array("changed".utf8))
        #expect(try site.ask("/", host: "example.com").text == "changed")
    }

    @Test func sitesMayShareAFolder() throws {
        let site = try ServedSite(["www/index.html": "one", "www/index.txt": "two"]) {
            var rules = SiteRules()
            rules.files.index = ["index.txt"]
            $0.hosts = [HostRules(names: ["b.example"], rules: rules)]
        }
        #expect(try site.ask("/").text == "one")
        #expect(try site.ask("/", host: "b.example").text == "two")
        try site.write("www/index.txt", Array("changed".utf8))
        #expect(try site.ask("/", host: "b.example").text == "changed")
    }

    // MARK: Other origins

    @Test func anyOriginMayReadWhenTheRulesSaySo() throws {
        let site = try ServedSite(["www/a.json": "{}"]) { $0.rules.crossOrigin.origins = ["*"] }
        let answer = try site.ask("/a.json", "Origin: https://x.example")
        #expect(answer["Access-Control-Allow-Origin"] == "*" && answer["Vary"] == "Accept-Encoding")
        #expect(try site.ask("/none", "Origin: https://x.example")["Access-Control-Allow-Origin"] == "*")
    }

    @Test func anOriginThatIsNamedMayRead() throws {
        let site = try ServedSite(["www/a.png": "x"]) {
            $0.rules.crossOrigin.origins = ["https://a.example"]
            $0.rules.crossOrigin.fields = ["Content-Type"]
        }
        for _ in 0..<2 {
            let answer = try site.ask("/a.png", "Origin: https://a.example")
            #expect(answer["Access-Control-Allow-Origin"] == "https://a.example" && answer["Vary"] == "Origin")
            let other = try site.ask("/a.png", "Origin: https://b.example")
            #expect(other.status == 200 && other["Access-Control-Allow-Origin"] == nil && other["Vary"] == "Origin")
            #expect(try site.ask("/a.png")["Vary"] == "Origin")
        }
        let preflight = try site.ask(
            "/a.png",
            "Origin: https://a.example",
            "Access-Control-Request-Method: GET",
            method: "OPTIONS"
        )
        #expect(preflight.status == 204 && preflight["Access-Control-Allow-Origin"] == "https://a.example")
        #expect(
            preflight["Access-Control-Allow-Methods"] == "GET, HEAD, POST"
                && preflight["Access-Control-Max-Age"] == "600"
        )
        #expect(preflight["Access-Control-Allow-Headers"] == "Content-Type")
        let refused = try site.ask(
            "/a.png",
            "Origin: https://b.example",
            "Access-Control-Request-Method: GET",
            method: "OPTIONS"
        )
        #expect(refused["Access-Control-Allow-Origin"] == nil && refused["Access-Control-Allow-Methods"] == nil)
        #expect(try site.ask("/a.png", method: "OPTIONS")["Access-Control-Allow-Methods"] == nil)
    }

    /// An origin that is given back takes no more room than an answer has, though it is as long as a head may be.
    @Test func aLongOriginIsNoHarm() throws {
        let site = try ServedSite(["www/a.png": "x", "www/docs/b.txt": "b"]) {
            $0.rules.crossOrigin.origins = ["*", "https://a.example"]
            $0.rules.files.listing = true
        }
        let long = "Origin: https://" + String(repeating: "a", count: 12_000)
        for target in ["/a.png", "/a.png", "/docs/", "/none", "/docs"] {
            #expect(try site.ask(target, long)["Access-Control-Allow-Origin"] == "*", "\(target)")
        }
        #expect(try site.ask("/a.png", long, method: "OPTIONS")["Access-Control-Allow-Origin"] == "*")
    }

    /// Whoever may use a user's credentials is named.
    @Test func noOriginIsAllowedCredentialsByAStar() throws {
        let site = try ServedSite(["www/a.png": "x"]) {
            $0.rules.crossOrigin.origins = ["*", "https://a.example"]
            $0.rules.crossOrigin.credentials = true
        }
        #expect(try site.ask("/a.png", "Origin: https://b.example")["Access-Control-Allow-Origin"] == nil)
        #expect(try site.ask("/a.png", "Origin: https://a.example")["Access-Control-Allow-Credentials"] == "true")
    }

    // MARK: Passwords

    /// Made by `htpasswd -nbB -C 4 alice 'geheim:ä'`.
    private static let users = "alice:$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i\n"
    /// Base64 of alice:geheim:ä, and of alice:wrong.
    private static let right = "Authorization: Basic YWxpY2U6Z2VoZWltOsOk"
    private static let wrong = "Authorization: Basic YWxpY2U6d3Jvbmc="

    private func guarded(_ path: String, _ configure: @escaping (inout ServerConfiguration) -> Void = { _ in }) throws
        -> ServedSite
    {
        let files = [
            "www/open": "open", "www/private/a.txt": "secret", "www/private/index.html": "secret", "users": Self.users,
        ]
        return try ServedSite(files) {
            $0.rules.protections = [ProtectionRule(path: path, realm: "The \"Club\"", file: "users")]
            configure(&$0)
        }
    }

    @Test func anAddressMayAskForAPassword() throws {
        let site = try guarded("/private/**")
        #expect(try site.ask("/open").text == "open")
        for path in ["/private/a.txt", "/private/", "/private/none", "/open/../private/a.txt", "/%70rivate/a.txt"] {
            for _ in 0..<2 {
                let asked = try site.ask(path)
                #expect(asked.status == 401, "\(path)")
                #expect(asked["WWW-Authenticate"] == "Basic realm=\"The \\\"Club\\\"\", charset=\"UTF-8\"")
                #expect(!asked.text.contains("secret"))
            }
        }
        #expect(try site.ask("/private/a.txt", Self.wrong).status == 401)
        for _ in 0..<3 { #expect(try site.ask("/private/a.txt", Self.right).text == "secret") }
        #expect(try site.ask("/private/a.txt", Self.wrong).status == 401)
        #expect(try site.ask("/private/a.txt").status == 401)
        #expect(try site.ask("/private/none", Self.right).status == 404)
        #expect(try site.ask("/private/a.txt", "Authorization: Bearer x").status == 401)
        #expect(try site.ask("/private/a.txt", Self.right, Self.right).status == 401)
    }

    /// However an address leads to a file, the file's own path counts as well.
    @Test func aFileIsGuardedByEveryAddressThatLeadsToIt() throws {
        let site = try guarded("/private/*.html") { $0.rules.files.cleanURLs = true }
        for path in ["/private/index.html", "/private/", "/private/index"] {
            for _ in 0..<2 { #expect(try site.ask(path).status == 401, "\(path)") }
            #expect(try site.ask(path, Self.right).text == "secret", "\(path)")
        }
        #expect(try site.ask("/private/a.txt").text == "secret")
    }

    @Test func aFallbackMayAskForAPassword() throws {
        let site = try guarded("/private/**") { $0.rules.files.fallback = "/private/index.html" }
        for _ in 0..<2 {
            #expect(try site.ask("/view").status == 401)
            #expect(try site.ask("/view", Self.wrong).status == 401)
            let view = try site.ask("/view", Self.right)
            #expect(view.status == 200 && view.text == "secret")
        }
    }

    @Test func aFileOfUsersThatIsWrongIsSaidAtTheStart() throws {
        let error = #expect(throws: StartError.self) {
            _ = try ServedSite(["www/a": "", "users": "alice:geheim\n"]) {
                $0.rules.protections = [ProtectionRule(path: "/**", realm: "x", file: "users")]
            }
        }
        #expect(error?.exitStatus == 78 && "\(error.map { "\($0)" } ?? "")".contains("users:1: has no bcrypt"))
    }
}
