/// The configured rules for an address. Test threads.

import Testing

@testable import Server

@Suite struct SitePolicyTests {
    @Test func browsersAreToldToBeCarefulByDefault() {
        let lines = text(policy(SiteRules()).lines)
        #expect(
            lines == """
                X-Content-Type-Options: nosniff\r
                Referrer-Policy: strict-origin-when-cross-origin\r
                X-Frame-Options: SAMEORIGIN\r

                """
        )
    }

    @Test func anEmptyValueSendsNoField() {
        var rules = SiteRules()
        rules.security.frameOptions = ""
        rules.fields = [FieldRule(name: "referrer-policy", value: "")]
        #expect(text(policy(rules).lines) == "X-Content-Type-Options: nosniff\r\n")
    }

    @Test func theLastRuleForANameCounts() {
        var rules = SiteRules()
        rules.fields = [
            FieldRule(type: "text/*", name: "Cache-Control", value: "no-cache"),
            FieldRule(path: "/assets/**", name: "cache-control", value: "immutable"),
        ]
        let policy = policy(rules)
        #expect(lines(policy, "/a.css", "text/css; charset=utf-8").contains("Cache-Control: no-cache\r\n"))
        #expect(lines(policy, "/assets/a.css", "text/css; charset=utf-8").hasSuffix("cache-control: immutable\r\n"))
        #expect(!lines(policy, "/a.png", "image/png").lowercased().contains("cache-control"))
        // What is said of some files is not said of errors.
        #expect(!text(policy.lines).contains("Cache-Control"))
    }

    @Test(arguments: [
        ("image/*", "image/png", true), ("image/png", "image/png", true),
        ("text/html", "text/html; charset=utf-8", true), ("text/html", "text/html5", false),
        ("image/*", "imagex/png", false),
    ])
    func aTypeIsMeantOrNot(pattern: String, type: String, isMeant: Bool) {
        #expect(MediaTypePattern(pattern).matches(Array(type.utf8).span) == isMeant)
    }

    @Test func rulesOfAnAddressGovernIt() {
        var rules = SiteRules()
        rules.redirects = [RedirectRule(from: "/old", to: "/new")]
        rules.rewrites = [RewriteRule(from: "/api/*", to: "/v1/*")]
        rules.protections = [ProtectionRule(path: "/private/**", realm: "x", file: "p")]
        let policy = policy(rules)
        for path in ["/old", "/api/a", "/private/", "/private/a/b"] {
            #expect(policy.governs(Array(path.utf8).span) == true, "\(path)")
        }
        for path in ["/", "/older", "/api", "/private"] {
            #expect(policy.governs(Array(path.utf8).span) == false, "\(path)")
        }
    }

    @Test(arguments: [
        ("/a.html", 0), ("/a.html.gz", 0), ("/a.html.br", 0), ("/b/c", 1), ("/b/c.gz", 1), ("/a.html.gz.gz", 0),
        ("/a.gz", -1), ("/.gz", -1), ("/a.htm", -1), ("/a.htm.gz.br", -1),
    ])
    func aCodedFileIsGuardedAsTheOneBesideIt(path: String, realm: Int) {
        var rules = SiteRules()
        rules.protections = [
            ProtectionRule(path: "**.html", realm: "x", file: "p"),
            ProtectionRule(path: "/b/c", realm: "y", file: "p"),
        ]
        #expect(policy(rules).realm(ofFile: Array(path.utf8)) == realm)
    }

    @Test(arguments: [
        ("/about", "/about.html", true), ("/about", "/about.html.gz", true), ("/a/", "/a/index.html", true),
        ("/a/", "/a/index.html.br", true), ("/a/index", "/a/index.html", true), ("/about", "/about.htm", false),
        ("/a/", "/a/other.html", false), ("/a", "/a/index.html", false),
    ])
    func aFileIsGuardedByEachOfItsAddresses(path: String, file: String, isGuarded: Bool) {
        var rules = SiteRules()
        rules.files.cleanURLs = true
        rules.protections = [ProtectionRule(path: path, realm: "x", file: "p")]
        #expect(policy(rules).realm(ofFile: Array(file.utf8)) == (isGuarded ? 0 : -1))
    }

    /// The configuration refuses most of such rules; what they make has no dot segment all the same.
    @Test(arguments: [
        ("/docs*", "/manual/*", "/docs../private/x", "/private/x"), ("/docs*", "/*", "/docs../x", "/x"),
        ("/docs*", "/manual/*", "/docs./x", "/manual/x"), ("/docs*", "/manual/*", "/docs-old", "/manual/-old"),
        ("/d/*", "/m/.*", "/d/x", "/m/.x"), ("/d/*", "/m/.*", "/d/", "/m/"), ("/d", "/m/../x", "/d", "/x"),
        ("/docs*", "/a/b/*", "/docs../x", "/a/x"),
    ])
    func aRewrittenPathHasNoDotSegments(from: String, to: String, path: String, expected: String) {
        var rules = SiteRules()
        rules.rewrites = [RewriteRule(from: from, to: to)]
        rules.protections = [ProtectionRule(path: "/private/**", realm: "x", file: "p")]
        let policy = policy(rules)
        let rewritten = policy.rewrite(Array(path.utf8).span) ?? []
        let realm = policy.realm(rewritten.span)
        #expect(text(rewritten) == expected && realm == (expected.hasPrefix("/private/") ? 0 : -1))
    }

    @Test func answersBehindAGuardArePrivateUnlessTheOwnerSharesThem() {
        var rules = SiteRules()
        rules.protections = [
            ProtectionRule(path: "/open/**", realm: "x", file: "p", sharesCache: true),
            ProtectionRule(path: "/**", realm: "x", file: "p"),
        ]
        rules.fields = [FieldRule(status: [308], name: "Cache-Control", value: "public, max-age=5")]
        let policy = policy(rules)
        for (path, isPrivate) in [("/a", true), ("/open/a", false)] {
            let realm = policy.realm(Array(path.utf8).span)
            #expect(realm >= 0 && policy.shares(realm: realm) != isPrivate, "\(path)")
        }
        for (isPrivate, value) in [(false, "public, max-age=5"), (true, "private, max-age=5")] {
            let moved = text(policy.lines(status: 308, path: Array("/a".utf8).span, isPrivate: isPrivate))
            #expect(moved.hasSuffix("Cache-Control: \(value)\r\n"))
            let refused = policy.lines(status: 401, path: Array("/a".utf8).span, isPrivate: isPrivate)
            #expect(text(refused).hasSuffix("Cache-Control: no-store\r\n") && refused == policy.unstoredLines)
        }
    }

    // MARK: Other origins

    @Test func everyOriginNeedsNoVary() {
        var rules = SiteRules()
        rules.crossOrigin.origins = ["*"]
        let policy = policy(rules)
        #expect(!policy.variesByOrigin)
        #expect(text(policy.lines).hasSuffix("Access-Control-Allow-Origin: *\r\n"))
    }

    @Test func anOriginThatIsNamedIsAllowedAndNoOther() throws {
        var rules = SiteRules()
        rules.crossOrigin.origins = ["https://a.example", "https://b.example"]
        rules.crossOrigin.credentials = true
        let policy = policy(rules)
        #expect(policy.variesByOrigin)
        let crossOrigin = try #require(policy.crossOrigin)
        let allowed = crossOrigin.lines(for: Array("https://b.example".utf8).span, isPreflight: true)
        #expect(
            text(allowed) == """
                Access-Control-Allow-Origin: https://b.example\r
                Access-Control-Allow-Credentials: true\r
                Access-Control-Allow-Methods: GET, HEAD, POST\r
                Access-Control-Max-Age: 600\r

                """
        )
        for other in ["https://c.example", "http://b.example", "https://b.example.evil", "null", ""] {
            let lines = crossOrigin.lines(for: Array(other.utf8).span, isPreflight: true)
            #expect(lines.isEmpty, "\(other)")
        }
    }

    // MARK: -

    private func policy(_ rules: SiteRules) -> SitePolicy { SitePolicy(rules, folder: 0, movedTo: "", firstRealm: 0) }

    private func lines(_ policy: SitePolicy, _ path: String, _ type: String) -> String {
        text(policy.lines(path: Array(path.utf8).span, type: Array(type.utf8).span))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
