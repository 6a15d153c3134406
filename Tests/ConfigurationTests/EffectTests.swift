/// Changes by each table of a configuration. Test threads.

import HandlerPool
import Server
import Store
import Testing

@testable import Configuration

@Suite struct EffectTests {
    @Test func anEmptyTextChangesNothing() throws {
        for text in ["", "\n", "# nothing\n", "\u{FEFF}", "[limits]\n", "redirect = []\n"] {
            #expect(try written(applied(text)) == written(usual))
        }
    }

    @Test func serverLimitsAndDeadlinesAreTaken() throws {
        let configuration = try applied(
            """
            [server]
            listen = ["localhost:80", "[::1]:0"]
            workers = 7
            proxies = ["127.0.0.1/32", "fd00::/8", "unix"]
            proxy_field = "Forwarded"
            [limits]
            body_size_max = 4096
            body_rate_min = 100
            [deadlines]
            idle = 0.25
            head = 3
            [pool]
            threads_max = 9
            [store]
            writes_queued_max = 600
            writes_queued_size_max = 700000
            [log]
            folder = "/var/log/x"
            access = "stdout"
            error = "stderr"
            [handlers]
            enabled = []
            """
        )
        #expect(configuration.listen.map(\.description) == ["127.0.0.1:80", "[::1]:0"])
        #expect(configuration.workers == 7)
        #expect(configuration.proxies.trusted.map(\.description) == ["127.0.0.1/32", "fd00::/8", "unix"])
        #expect(configuration.proxies.field == .forwarded)
        #expect(usual.proxies.trusted.isEmpty && usual.proxies.field == .xForwardedFor)
        #expect(configuration.limits.bodySizeMax == 4096)
        #expect(configuration.limits.bodyRateMin == 100)
        #expect(configuration.deadlines.idle == .milliseconds(250))
        #expect(configuration.deadlines.head == .seconds(3))
        #expect(configuration.pool.threadsMax == 9)
        #expect(configuration.store.writesQueuedMax == 600 && configuration.store.writesQueuedSizeMax == 700_000)
        #expect(configuration.log.folder == "/var/log/x")
        #expect(configuration.log.access == .standardOutput && configuration.log.error == .standardError)
        #expect(configuration.handlers == [])
    }

    @Test func filesAreTaken() throws {
        let configuration = try applied(
            """
            files = { www = "public", index = ["a.html", "b.html"], clean_urls = true, fallback = "/app.html",
            """.replacingLineEnds
                + """
                 listing = true, hidden = true, symlinks = "inside", media_types = "", types = { foo = "application/x-foo" } }
                [compression]
                enabled = false
                codings = ["gzip"]
                size_min = 1
                size_max = 2
                cache_size_max = 3
                """
        )
        let files = configuration.rules.files
        #expect(files.www == "public" && files.index == ["a.html", "b.html"] && files.fallback == "/app.html")
        #expect(files.cleanURLs && files.listing && files.hidden && files.symlinks == .inside)
        #expect(configuration.mediaTypes.file.isEmpty && configuration.mediaTypes.types == ["foo": "application/x-foo"])
        let compression = configuration.compression
        #expect(!compression.isEnabled && compression.codings == ["gzip"])
        #expect(compression.sizeMin == 1 && compression.sizeMax == 2 && compression.cacheSizeMax == 3)
    }

    @Test func rulesAreTakenInTheirOrder() throws {
        let rules = try applied(
            """
            [[fields]]
            type = "image/*"
            name = "X-A"
            value = "1"
            [[cache]]
            path = "/assets/**"
            value = "no-cache"
            [[cache]]
            status = [404, 308]
            value = "public"
            [[fields]]
            name = "X-B"
            value = ""
            [[redirect]]
            from = "/old/*"
            to = "/new/*"
            [[redirect]]
            from = "/shop"
            to = "https://shop.example.com/"
            status = 302
            [[rewrite]]
            from = "/api/*"
            to = "/v1/*"
            [[auth]]
            path = "/private/**"
            realm = "Members"
            file = "passwords"
            [[auth]]
            path = "/shared/**"
            realm = "Members"
            file = "passwords"
            shared_cache = true
            """
        ).rules
        #expect(
            rules.fields == [
                FieldRule(path: "/assets/**", name: "Cache-Control", value: "no-cache"),
                FieldRule(status: [404, 308], name: "Cache-Control", value: "public"),
                FieldRule(type: "image/*", name: "X-A", value: "1"), FieldRule(name: "X-B", value: ""),
            ]
        )
        #expect(
            rules.redirects == [
                RedirectRule(from: "/old/*", to: "/new/*"),
                RedirectRule(from: "/shop", to: "https://shop.example.com/", status: 302),
            ]
        )
        #expect(rules.rewrites == [RewriteRule(from: "/api/*", to: "/v1/*")])
        #expect(
            rules.protections == [
                ProtectionRule(path: "/private/**", realm: "Members", file: "passwords"),
                ProtectionRule(path: "/shared/**", realm: "Members", file: "passwords", sharesCache: true),
            ]
        )
    }

    @Test func aHostBeginsWithTheRulesOfTheTopLevelWhereverThoseStand() throws {
        let configuration = try applied(
            """
            [[host]]
            names = ["a.example", "*.a.example"]
            www = "a"
            [host.security]
            frame_options = "DENY"
            [[host.redirect]]
            from = "/x"
            to = "/y"
            [[host.cache]]
            value = "no-store"
            [[host]]
            names = ["www.example"]
            redirect_to = "https://example"
            redirect = []
            [files]
            listing = true
            [cors]
            origins = ["*"]
            [[redirect]]
            from = "/1"
            to = "/2"
            [[fields]]
            name = "X-A"
            value = "1"
            """
        )
        try #require(configuration.hosts.count == 2)
        let first = configuration.hosts[0]
        #expect(first.names == ["a.example", "*.a.example"] && first.redirectTo.isEmpty)
        #expect(first.rules.files.www == "a" && first.rules.files.listing)
        #expect(first.rules.security.frameOptions == "DENY")
        #expect(first.rules.security.referrerPolicy == configuration.rules.security.referrerPolicy)
        #expect(first.rules.crossOrigin.origins == ["*"])
        #expect(first.rules.redirects == [RedirectRule(from: "/x", to: "/y")])
        #expect(first.rules.fields == [FieldRule(name: "Cache-Control", value: "no-store")])
        let second = configuration.hosts[1]
        #expect(second.redirectTo == "https://example" && second.rules.redirects.isEmpty)
        #expect(second.rules.fields == [FieldRule(name: "X-A", value: "1")])
        #expect(configuration.rules.files.www == "www" && configuration.rules.security.frameOptions == "SAMEORIGIN")
    }

    @Test func aWrongTextChangesNothing() {
        var configuration = usual
        #expect(throws: ConfigurationError.self) {
            try ConfigurationText.apply(
                text: "[limits]\nbody_size_max = 1\n[server]\nworkers = 0\n",
                path: "ringport.toml",
                to: &configuration
            )
        }
        #expect(written(configuration) == written(usual))
    }
}

extension String {
    /// An inline table is one line in TOML 1.0.
    fileprivate var replacingLineEnds: String { split(separator: "\n").joined() }
}
