/// The tables of rules that each site has, the default one and every virtual host. The main thread.

internal import Server

/// The rules of one site, by the tables of its configuration.
enum SiteSchema {
    static var tables: [ConfigurationTable<SiteRules>] {
        [security, cache, fields, crossOrigin, redirects, rewrites, protections]
    }

    private static var security: ConfigurationTable<SiteRules> {
        let policies = [
            "no-referrer", "no-referrer-when-downgrade", "origin", "origin-when-cross-origin", "same-origin",
            "strict-origin", "strict-origin-when-cross-origin", "unsafe-url",
        ]
        return .table(
            "security",
            "Fields of every answer that tell browsers to be careful.",
            TableBody<SecurityRules>(keys: [
                ConfigurationKey(
                    "content_type_options",
                    \.contentTypeOptions,
                    .flag,
                    "Whether `X-Content-Type-Options: nosniff` is sent: the media type is what the server says."
                ),
                ConfigurationKey(
                    "referrer_policy",
                    \.referrerPolicy,
                    .text(.choice(policies).orEmpty),
                    "`Referrer-Policy`: what other sites are told of the page a visitor comes from. Empty sends none."
                ),
                ConfigurationKey(
                    "frame_options",
                    \.frameOptions,
                    .text(.choice(["SAMEORIGIN", "DENY"]).orEmpty),
                    "`X-Frame-Options`: which pages may show this one in a frame. Empty sends none."
                ),
                ConfigurationKey(
                    "content_security_policy",
                    \.contentSecurityPolicy,
                    .text(.fieldValue("a policy such as \"default-src 'self'\"")),
                    "`Content-Security-Policy`: what a page may load and run. Empty sends none."
                ),
            ]).appliedAtReload().lifted(\SiteRules.security),
            example: """
                [security]
                frame_options = "DENY"
                content_security_policy = "default-src 'self'"
                """
        )
    }

    private static var crossOrigin: ConfigurationTable<SiteRules> {
        let token = TextRule.token("a name such as \"X-Requested-With\"")
        return .table(
            "cors",
            "What pages of other origins may do (CORS). The server answers the questions that browsers ask before.",
            TableBody<CrossOriginRules>(
                keys: [
                    ConfigurationKey(
                        "origins",
                        \.origins,
                        .list("a list of origins such as [\"https://example.com\"], or [\"*\"]", of: .originOrAny),
                        "Origins whose pages may read answers; `*` for all. Empty: the server says nothing about it."
                    ),
                    ConfigurationKey(
                        "methods",
                        \.methods,
                        .list("a list of methods such as [\"GET\", \"HEAD\"]", of: .token("a method such as \"GET\"")),
                        "Methods that they may use."
                    ),
                    ConfigurationKey(
                        "fields",
                        \.fields,
                        .list("a list of fields' names", of: token),
                        "Request fields that they may send, beyond the simple ones."
                    ),
                    ConfigurationKey(
                        "expose",
                        \.exposed,
                        .list("a list of fields' names", of: token),
                        "Response fields that they may read, beyond the simple ones."
                    ),
                    ConfigurationKey(
                        "credentials",
                        \.credentials,
                        .flag,
                        "Whether requests may carry cookies and passwords. Not with the origin `*`."
                    ),
                    ConfigurationKey(
                        "max_age",
                        \.maxAge,
                        .count(0...604_800),
                        "Seconds for which a browser may remember the answer to its question."
                    ),
                ],
                check: problem
            ).appliedAtReload().lifted(\SiteRules.crossOrigin),
            example: """
                [cors]
                origins = ["https://example.com"]
                fields = ["Content-Type"]
                """
        )
    }

    private static func problem(_ rules: CrossOriginRules) -> (key: String, reason: String)? {
        guard rules.origins.contains("*") else { return nil }
        if rules.origins.count > 1 { return ("origins", "has \"*\" and others; \"*\" stands alone") }
        guard rules.credentials else { return nil }
        return ("credentials", "needs origins that are named, not \"*\": any page could read what is its user's")
    }

    private static var redirects: ConfigurationTable<SiteRules> {
        .list(
            "redirect",
            "An address that has moved. The first rule that means an address counts.",
            TableBody<RedirectRule>(
                keys: [
                    ConfigurationKey(
                        "from",
                        \.from,
                        .text(.start),
                        "The address, as it is after percent-decoding. A `*` behind the slash at its end stands for all beneath.",
                        isRequired: true
                    ),
                    ConfigurationKey(
                        "to",
                        \.to,
                        .text(.location),
                        """
                        Where it is now. A `*` behind a slash at its end takes what the one of `from` stood for. The host is \
                        written out.
                        """,
                        isRequired: true
                    ),
                    ConfigurationKey(
                        "status",
                        \.status,
                        .oneOf([301, 302, 303, 307, 308]),
                        "301 and 308 are for good, 302, 303 and 307 for now; 307 and 308 keep the method."
                    ),
                ],
                check: { problem(from: $0.from, to: $0.to) }
            ).appliedAtReload(),
            example: """
                [[redirect]]
                from = "/old/*"
                to = "/new/*"

                [[redirect]]
                from = "/shop"
                to = "https://shop.example.com/"
                status = 302
                """,
            blank: { _ in RedirectRule(from: "", to: "") },
            elements: { $0.redirects },
            put: { $0.redirects = $1 }
        )
    }

    private static var rewrites: ConfigurationTable<SiteRules> {
        .list(
            "rewrite",
            "An address that is answered as if it were another. The first rule that means an address counts; none twice.",
            TableBody<RewriteRule>(
                keys: [
                    ConfigurationKey(
                        "from",
                        \.from,
                        .text(.start),
                        "The address, as it is after percent-decoding. A `*` behind the slash at its end stands for all beneath.",
                        isRequired: true
                    ),
                    ConfigurationKey(
                        "to",
                        \.to,
                        .text(.rewritten),
                        "The address that is answered. A `*` behind a slash at its end takes what the one of `from` stood for.",
                        isRequired: true
                    ),
                ],
                check: { problem(from: $0.from, to: $0.to) }
            ).appliedAtReload(),
            example: """
                [[rewrite]]
                from = "/api/*"
                to = "/v1/*"
                """,
            blank: { _ in RewriteRule(from: "", to: "") },
            elements: { $0.rewrites },
            put: { $0.rewrites = $1 }
        )
    }

    private static func problem(from: String, to: String) -> (key: String, reason: String)? {
        if to.hasSuffix("*"), !from.hasSuffix("*") {
            return ("to", "ends with a *, which takes a rest, and `from` has none; end both with /*")
        }
        return from == to ? ("to", "leads to where it begins; name another address") : nil
    }

    private static var protections: ConfigurationTable<SiteRules> {
        .list(
            "auth",
            """
            Addresses that ask for a user and a password (RFC 7617). Passwords cross the network as they are: use it behind \
            TLS only. The first rule that means an address counts. A file asks by whatever address it is reached: a rule that \
            means one of its names guards the others too. These are its own path, its folder's where it is an index, its \
            clean address, a coded file beside it, what `rewrite` and `fallback` lead to, the name that a symbolic link \
            leads to, that of each link on the way, and its name in the folder of another site above or beneath. Where \
            nothing is, an address asks if a file that it could lead to would: its page, its folder, that one's index. With \
            links or several folders that needs `/proc`. Other names of the same file can't be known: a hard link, another mount, another spelling in a folder \
            that ignores case. Of two sites with one folder each has its own list.
            """,
            TableBody<ProtectionRule>(keys: [
                ConfigurationKey(
                    "path",
                    \.path,
                    .text(.pattern),
                    "A pattern of the addresses that are meant.",
                    isRequired: true
                ),
                ConfigurationKey("realm", \.realm, .text(.realm), "What the visitor is asked for.", isRequired: true),
                ConfigurationKey(
                    "file",
                    \.file,
                    .text(.file("passwords")),
                    """
                    Lines of `user:hash`, as `htpasswd -B` makes them (bcrypt). Keep it outside of `www`. bcrypt looks at the first \
                    72 bytes of a password, and any that begins with them is right: longer ones need yescrypt or SHA-512, as \
                    `mkpasswd` makes them. All hashes should have one cost, or the cheaper ones are cheaper to guess.
                    """,
                    isRequired: true
                ),
                ConfigurationKey(
                    "shared_cache",
                    \.sharesCache,
                    .flag,
                    """
                    Whether caches that clients share, as a CDN's, may keep what is guarded and give it to others without a \
                    password. Otherwise `Cache-Control` says `private`.
                    """
                ),
            ]).appliedAtReload(),
            example: """
                [[auth]]
                path = "/private/**"
                realm = "Private"
                file = "passwords"
                """,
            blank: { _ in ProtectionRule(path: "", realm: "", file: "") },
            elements: { $0.protections },
            put: { $0.protections = $1 }
        )
    }
}
