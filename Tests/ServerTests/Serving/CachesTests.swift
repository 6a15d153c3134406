/// Fields of each kind of answer for the caches between the server and its clients. Test threads.

import Testing

@testable import Server

@Suite(.serialized) struct CachesTests {
    /// Made by `htpasswd -nbB -C 4 alice 'geheim:ä'`.
    private static let users = "alice:$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i\n"
    /// Base64 of alice:geheim:ä.
    private static let right = "Authorization: Basic YWxpY2U6Z2VoZWltOsOk"
    private static let kept = "public, max-age=60"
    private static let text = String(repeating: "0123456789", count: 100)

    private static let files = [
        "www/a.txt": text, "www/folder/index.html": "folder", "www/list/b.txt": "b", "www/private/a.txt": text,
        "www/private/folder/index.html": "folder", "www/private/list/b.txt": "b", "www/v1/x.txt": text, "users": users,
    ]

    private func site(
        _ more: [String: String] = [:],
        sharesCache: Bool = false,
        _ configure: (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> ServedSite {
        try ServedSite(Self.files.merging(more) { $1 }) {
            $0.rules.files.listing = true
            $0.rules.fields = [FieldRule(name: "Cache-Control", value: Self.kept)]
            $0.rules.protections = [
                ProtectionRule(path: "/private/**", realm: "x", file: "users", sharesCache: sharesCache)
            ]
            $0.rules.redirects = [
                RedirectRule(from: "/old", to: "/new"), RedirectRule(from: "/private/old", to: "/private/new"),
            ]
            configure(&$0)
        }
    }

    @Test func whatIsConfiguredForAllIsSaidOfFilesAlone() throws {
        let site = try site()
        let tag = try #require(try site.ask("/a.txt")["ETag"])
        for _ in 0..<2 {
            for fields in [
                "X: y", "Range: bytes=1-2", "If-None-Match: \(tag)", "Accept-Encoding: gzip", "Range: bytes=1-2,5-6",
            ] {
                for method in ["GET", "HEAD"] {
                    let answer = try site.ask("/a.txt", fields, method: method)
                    #expect(
                        [200, 206, 304].contains(answer.status) && answer["Cache-Control"] == Self.kept,
                        "\(answer)"
                    )
                }
            }
            #expect(try site.ask("/folder/")["Cache-Control"] == Self.kept)
            for (target, status) in [("/folder", 308), ("/old", 308), ("/none", 404)] {
                let answer = try site.ask(target)
                #expect(answer.status == status && answer["Cache-Control"] == nil, "\(answer)")
            }
            let notAllowed = try site.ask("/a.txt", method: "DELETE")
            #expect(notAllowed.status == 405 && notAllowed["Cache-Control"] == nil)
            #expect(try site.ask("/a.txt", method: "OPTIONS")["Cache-Control"] == nil)
            #expect(try site.ask("/list/")["Cache-Control"] == "no-cache")
        }
    }

    /// The guard of the folder's own site is asked for the password, and keeps shared caches away too.
    @Test func whatAnotherSiteGuardsIsPrivate() throws {
        let site = try site { configuration in
            configuration.rules.protections = []
            var rules = SiteRules()
            rules.files.www = "www/private"
            rules.protections = [ProtectionRule(path: "/**", realm: "x", file: "users")]
            configuration.hosts = [HostRules(names: ["members.example"], rules: rules)]
        }
        #expect(try site.ask("/private/a.txt").status == 401)
        for _ in 0..<2 {
            let answer = try site.ask("/private/a.txt", Self.right)
            #expect(answer.status == 200 && answer["Cache-Control"] == "private, max-age=60", "\(answer)")
            #expect(try site.ask("/a.txt")["Cache-Control"] == Self.kept)
        }
    }

    @Test(arguments: [true, false]) func whatDependsOnAClientIsKeptByNoCache(isCached: Bool) throws {
        let site = try site()
        if isCached { for _ in 0..<2 { #expect(try site.ask("/a.txt").status == 200) } }
        let many = Array(repeating: "X: y", count: 120).joined(separator: "\r\n")
        for (target, fields, status) in [
            ("/a.txt", "Accept-Encoding: identity;q=0, x", 406), ("/a.txt", "If-Match: \"x\"", 412),
            ("/a.txt", "Range: bytes=5000-", 416), ("/a.txt", many, 431), ("/a.txt", "Expect: tea", 417),
            ("/a%2Fb", "X: y", 400), ("/private/a.txt", "X: y", 401), ("/private/a.txt", "Authorization: Basic x", 401),
            ("/a.txt", "Transfer-Encoding: gzip, chunked", 501),
            ("/" + String(repeating: "a", count: 9000), "X: y", 414),
        ] {
            for shape in ["Accept: */*", "Accept: application/json"] {
                // Accept comes first: of a refused head what was read before the fault counts.
                let answer = try site.ask(target, shape, fields)
                #expect(answer.status == status, "\(answer)")
                #expect(answer["Cache-Control"] == "no-store", "\(answer)")
                if status == 406 { #expect(answer["Vary"] == "Accept, Accept-Encoding") }
            }
            if status == 412 || status == 416 {
                let plain = try site.ask(target, fields)
                #expect(plain.status == status && plain["Cache-Control"] == "no-store" && plain.body.isEmpty)
            }
        }
    }

    @Test func aRuleWithStatusIsSaidOfThose() throws {
        let site = try site(["www/404.html": Self.text]) {
            $0.rules.fields += [FieldRule(status: [404, 308], name: "Cache-Control", value: "max-age=5")]
        }
        for _ in 0..<2 {
            for fields in [
                "X: y", "Accept: application/json", "Accept-Encoding: gzip", "Accept-Encoding: identity;q=0, x",
            ] {
                let missing = try site.ask("/none", fields)
                #expect(missing.status == 404 && missing["Cache-Control"] == "max-age=5", "\(missing)")
                #expect(missing["Vary"]?.hasPrefix("Accept") == true, "\(missing)")
            }
            #expect(try site.ask("/old")["Cache-Control"] == "max-age=5")
            #expect(try site.ask("/folder")["Cache-Control"] == "max-age=5")
            #expect(try site.ask("/a.txt", method: "DELETE")["Cache-Control"] == nil)
            #expect(try site.ask("/404.html")["Cache-Control"] == Self.kept)
        }
    }

    /// The site's page has no form for a client that takes no content as it is: others get the page, so the words vary.
    @Test func wordsInPlaceOfThePageVaryByWhatTheClientTakes() throws {
        let site = try site(["www/404.html": Self.text])
        let words = try site.ask("/none", "Accept-Encoding: identity;q=0, x")
        #expect(words.status == 404 && words.text != Self.text && words["Vary"] == "Accept, Accept-Encoding")
        let page = try site.ask("/none")
        #expect(page.status == 404 && page.text == Self.text && page["Vary"] == "Accept, Accept-Encoding")
    }

    // MARK: Passwords

    @Test(arguments: [true, false]) func whatIsGuardedIsPrivate(isConfigured: Bool) throws {
        let site = try site { if !isConfigured { $0.rules.fields = [] } }
        let file = isConfigured ? "private, max-age=60" : "private"
        let tag = try #require(try site.ask("/private/a.txt", Self.right)["ETag"])
        for _ in 0..<2 {
            for fields in [
                "X: y", "Range: bytes=1-2", "If-None-Match: \(tag)", "Accept-Encoding: gzip", "Range: bytes=1-2,5-6",
            ] {
                for method in ["GET", "HEAD"] {
                    let answer = try site.ask("/private/a.txt", Self.right, fields, method: method)
                    #expect([200, 206, 304].contains(answer.status) && answer["Cache-Control"] == file, "\(answer)")
                }
            }
            for (target, status, value) in [
                ("/private/folder/", 200, file), ("/private/folder", 308, "private"), ("/private/old", 308, "private"),
                ("/private/none", 404, "private"), ("/private/list/", 200, "private, no-cache"),
            ] {
                let answer = try site.ask(target, Self.right)
                #expect(answer.status == status && answer["Cache-Control"] == value, "\(answer)")
            }
            #expect(try site.ask("/private/a.txt")["Cache-Control"] == "no-store")
            #expect(try site.ask("/private/a.txt", Self.right, "If-Match: \"x\"")["Cache-Control"] == "no-store")
            #expect(try site.ask("/a.txt")["Cache-Control"] == (isConfigured ? Self.kept : nil))
        }
    }

    @Test func theOwnerMayShareWhatIsGuarded() throws {
        let site = try site(sharesCache: true)
        for _ in 0..<2 {
            #expect(try site.ask("/private/a.txt", Self.right)["Cache-Control"] == Self.kept)
            #expect(try site.ask("/private/list/", Self.right)["Cache-Control"] == "no-cache")
            #expect(try site.ask("/private/old")["Cache-Control"] == nil)
            #expect(try site.ask("/private/a.txt")["Cache-Control"] == "no-store")
        }
    }

    /// One entry of the file cache answers for both addresses.
    @Test func aFileIsPrivateByTheGuardedAddressAlone() throws {
        let site = try site {
            $0.rules.rewrites = [RewriteRule(from: "/private/v1/*", to: "/v1/*")]
            $0.rules.files.fallback = "/a.txt"
        }
        for _ in 0..<2 {
            for fields in ["X: y", "Accept-Encoding: gzip"] {
                let guarded = try site.ask("/private/v1/x.txt", Self.right, fields)
                #expect(guarded.status == 200 && guarded["Cache-Control"] == "private, max-age=60", "\(guarded)")
                let open = try site.ask("/v1/x.txt", fields)
                #expect(open.status == 200 && open["Cache-Control"] == Self.kept, "\(open)")
                let fallback = try site.ask("/private/view", Self.right, fields)
                #expect(fallback.status == 200 && fallback["Cache-Control"] == "private, max-age=60", "\(fallback)")
                #expect(try site.ask("/view", fields)["Cache-Control"] == Self.kept)
            }
            #expect(try site.ask("/private/v1/x.txt")["Cache-Control"] == "no-store")
        }
    }

    /// A field for one cache alone would count more there than `private`.
    @Test func fieldsForOneCacheAreLeftOutBehindAPassword() throws {
        let site = try site {
            $0.rules.fields = ["CDN-Cache-Control", "Surrogate-Control", "X-Accel-Expires", "Expires"]
                .map { FieldRule(name: $0, value: "60") }
        }
        for _ in 0..<2 {
            let open = try site.ask("/a.txt")
            #expect(open["CDN-Cache-Control"] == "60" && open["X-Accel-Expires"] == "60" && open["Expires"] == "60")
            let guarded = try site.ask("/private/a.txt", Self.right)
            #expect(guarded["Cache-Control"] == "private" && guarded["CDN-Cache-Control"] == nil, "\(guarded)")
            #expect(guarded["Surrogate-Control"] == nil && guarded["X-Accel-Expires"] == nil, "\(guarded)")
            for target in ["/none", "/old", "/a%2Fb"] {
                #expect(try site.ask(target)["CDN-Cache-Control"] == nil && site.ask(target)["Expires"] == nil)
            }
        }
    }

    @Test func anAddressOfAnotherHostGoesByItsOwnRules() throws {
        let site = try site {
            var rules = $0.rules
            rules.protections = []
            rules.fields = [FieldRule(status: [404], name: "Cache-Control", value: "max-age=9")]
            $0.hosts = [HostRules(names: ["b.example"], rules: rules)]
        }
        #expect(try site.ask("/private/a.txt", host: "b.example")["Cache-Control"] == nil)
        #expect(try site.ask("/none", host: "b.example")["Cache-Control"] == "max-age=9")
        #expect(try site.ask("/private/a.txt", Self.right)["Cache-Control"] == "private, max-age=60")
    }
}
