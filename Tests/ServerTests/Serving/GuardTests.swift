/// A guard is asked about the file that is served, whatever name leads to it. Test threads.

import Glibc
import Testing

@testable import Server

@Suite(.serialized) struct GuardTests {
    /// Made by `htpasswd -nbB -C 4 alice 'geheim:ä'`.
    private static let users = "alice:$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i\n"
    /// Base64 of alice:geheim:ä.
    static let right = "Authorization: Basic YWxpY2U6Z2VoZWltOsOk"

    private static let page = String(repeating: "secret ", count: 100)

    static func site(
        _ files: [String: String] = [:],
        guarding paths: [String] = ["/private/**"],
        _ configure: @escaping (inout ServerConfiguration) -> Void = { _ in }
    ) throws -> ServedSite {
        let usual = [
            "www/open.html": "open", "www/private/x.html": page, "www/private/index.html": page, "users": users,
        ]
        return try ServedSite(usual.merging(files) { $1 }) {
            $0.rules.protections = paths.map { ProtectionRule(path: $0, realm: "Club", file: "users") }
            $0.rules.files.hidden = true
            configure(&$0)
        }
    }

    /// Nothing of a guarded file leaves without the password, by whatever request, the first time and from memory; with it the
    /// file does.
    private static func expectGuarded(
        _ site: ServedSite,
        _ target: String,
        host: String = "localhost",
        text: String = page,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let fields = [
            "X-None: 1", "Range: bytes=0-3", "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT", "If-None-Match: *",
            "Accept-Encoding: gzip, br, zstd", "Accept-Encoding: identity;q=0, gzip",
        ]
        for _ in 0..<2 {
            for (index, line) in fields.enumerated() {
                let method = index % 2 == 0 ? "GET" : "HEAD"
                let answer = try site.ask(target, line, method: method, host: host)
                #expect(answer.status == 401, "\(method) \(target) \(line)", sourceLocation: sourceLocation)
                #expect(!answer.text.contains("secret") && answer["ETag"] == nil, sourceLocation: sourceLocation)
            }
            let answer = try site.ask(target, right, host: host)
            #expect(answer.status == 200 && answer.text == text, "\(target)", sourceLocation: sourceLocation)
        }
        for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
            let answer = try site.ask(target, "Content-Length: 0", method: method, host: host)
            #expect(!answer.text.contains("secret"), "\(method) \(target)", sourceLocation: sourceLocation)
        }
    }

    // MARK: Rewriting

    /// Such rules are refused by the configuration; beneath it they read past no guard either.
    @Test(arguments: [
        ("/docs*", "/manual/*", "/docs../private/x.html"), ("/docs*", "/manual/*", "/docs..%2E/../../private/x.html"),
        ("/docs*", "/*", "/docs../private/x.html"), ("/docs*", "/manual/a/*", "/docs../../private/x.html"),
        ("/d/*", "/manual/.*", "/d/./private/x.html"), ("/d", "/manual/../private/x.html", "/d"),
        ("/d", "/./private/./x.html", "/d"), ("/d/*", "/private*", "/d//x.html"), ("/d/*", "/*", "/d//private/x.html"),
    ])
    func aRewritingReadsPastNoGuard(from: String, to: String, target: String) throws {
        let site = try Self.site { $0.rules.rewrites = [RewriteRule(from: from, to: to)] }
        for _ in 0..<2 {
            let answer = try site.ask(target)
            #expect([400, 401, 404].contains(answer.status) && !answer.text.contains("secret"), "\(answer.text)")
        }
    }

    @Test func whatARewritingLeadsToIsGuarded() throws {
        let site = try Self.site {
            $0.rules.rewrites = [
                RewriteRule(from: "/docs*", to: "/manual/*"), RewriteRule(from: "/club/*", to: "/private/*"),
            ]
        }
        try Self.expectGuarded(site, "/docs../private/x.html")
        try Self.expectGuarded(site, "/club/x.html")
        try Self.expectGuarded(site, "/club/")
    }

    @Test(arguments: [
        "/open.html/../private/x.html", "/%70rivate/x.html", "/private/%2e/x.html", "/open/%2E%2e/private/x.html",
        "/./private/x.html", "/private/x%2ehtml", "/private/.%2fx.html", "/private/.", "/a/..//../private/",
    ])
    func anEncodedPathIsGuardedOrNone(target: String) throws {
        let site = try Self.site()
        let answer = try site.ask(target)
        #expect([400, 401].contains(answer.status) && !answer.text.contains("secret"), "\(answer.status)")
    }

    @Test(arguments: [
        "//private/x.html", "/private//x.html", "/private./x.html", "/PRIVATE/x.html", "/private;a/x.html",
        "/private%00/x.html", "/private%2Fx.html", "/private%5Cx.html", "/private\\x.html", "/open.html/../..",
    ])
    func whatOnlyLooksLikeAGuardedPathIsNothing(target: String) throws {
        let answer = try Self.site().ask(target)
        #expect([400, 401, 404].contains(answer.status) && !answer.text.contains("secret"))
    }

    // MARK: Names of one file

    @Test(arguments: [
        ("/private/index.html", "/private/"), ("/private/", "/private/index.html"), ("/private/", "/private/index"),
        ("/private/x", "/private/x.html"), ("/private/x.html", "/private/x"), ("/private/index", "/private/"),
    ])
    func eachNameOfAFileIsGuardedByAnother(path: String, target: String) throws {
        try Self.expectGuarded(Self.site(guarding: [path]) { $0.rules.files.cleanURLs = true }, target)
    }

    @Test(arguments: ["/private/x.html", "/private/x"])
    func aCodedFileIsGuardedAsItsOriginal(path: String) throws {
        let files = ["www/private/x.html.gz": "secret gz", "www/private/x.html.br.gz": "secret br"]
        let site = try Self.site(files, guarding: [path]) { $0.rules.files.cleanURLs = true }
        try Self.expectGuarded(site, "/private/x.html.gz", text: "secret gz")
        try Self.expectGuarded(site, "/private/x.html.br.gz", text: "secret br")
    }

    /// The original is for everybody, and is sent in place of a coded file that is not.
    @Test func aGuardedFileBesideAnotherIsNotSentForIt() throws {
        let files = ["www/a.css": String(repeating: "open ", count: 200), "www/a.css.gz": "secret"]
        let site = try Self.site(files, guarding: ["**.gz"])
        for _ in 0..<3 {
            let answer = try site.ask("/a.css", "Accept-Encoding: identity;q=0, gzip")
            #expect(answer.status == 200 && answer["Content-Encoding"] == "gzip" && !answer.text.contains("secret"))
        }
        #expect(try site.ask("/a.css").text.hasPrefix("open "))
        try Self.expectGuarded(site, "/a.css.gz", text: "secret")
    }

    @Test func aFallbackIsGuarded() throws {
        let site = try Self.site { $0.rules.files.fallback = "/open/../private/x.html" }
        try Self.expectGuarded(site, "/none")
    }

    /// A failure's page that is guarded is for those who have given the password.
    @Test func aGuardedPageOfAFailureIsNotShown() throws {
        let site = try Self.site(["www/404.html": "secret"], guarding: ["/404.html", "/private/**"])
        for target in ["/none", "/none.html"] {
            let answer = try site.ask(target)
            #expect(answer.status == 404 && !answer.text.contains("secret"))
        }
        #expect(try site.ask("/private/none").status == 401)
    }

    // MARK: Links

    private static func linked(_ symlinks: FileRules.Symlinks) throws -> ServedSite {
        let site = try site(["www/open.css": String(repeating: "open ", count: 200), "www/pub/a": "open"]) {
            $0.rules.files.symlinks = symlinks
            $0.rules.files.listing = true
        }
        site.link("www/to-file", to: "private/x.html")
        site.link("www/to-folder", to: "private")
        site.link("www/pub/again", to: "../to-folder")
        site.link("www/open.css.gz", to: "private/x.html")
        return site
    }

    @Test(arguments: [FileRules.Symlinks.inside, .follow], ["/to-file", "/to-folder/x.html", "/to-folder/"])
    func whatALinkLeadsToIsGuarded(symlinks: FileRules.Symlinks, target: String) throws {
        try Self.expectGuarded(Self.linked(symlinks), target)
    }

    @Test(arguments: [FileRules.Symlinks.inside, .follow])
    func aLinkToALinkAndALinkBesideAreGuarded(symlinks: FileRules.Symlinks) throws {
        let site = try Self.linked(symlinks)
        try Self.expectGuarded(site, "/pub/again/x.html")
        for _ in 0..<2 {
            let style = try site.ask("/open.css", "Accept-Encoding: identity;q=0, gzip")
            #expect(style.status == 200 && !style.text.contains("secret"))
        }
        #expect(try site.ask("/open.html").text == "open")
    }

    /// A link that is turned leads to another file, and to another guard.
    @Test func aLinkThatIsTurnedIsGuardedAnew() throws {
        let site = try Self.linked(.inside)
        site.link("www/turned", to: "open.html")
        #expect(try site.ask("/turned").text == "open")
        site.link("www/next", to: "private/x.html")
        try site.rename("www/next", to: "www/turned")
        #expect(try site.ask("/turned").status == 401)
        site.link("www/next", to: "open.html")
        try site.rename("www/next", to: "www/turned")
        #expect(try site.ask("/turned").text == "open")
    }

    // MARK: Nothing

    /// Neither 404 nor 308 tells what is behind a guard: each name asks for the password, and tells those who give it.
    @Test(
        arguments: [FileRules.Symlinks.inside, .follow],
        [
            ("/to-folder/none", 404), ("/to-folder/none/", 404), ("/to-folder/none/none.css", 404),
            ("/pub/again/none", 404), ("/to-folder/sub", 308), ("/to-folder/sub/", 200), ("/pub/again/sub", 308),
            ("/to-folder/x.html/none", 404), ("/to-folder/fifo", 404),
        ]
    )
    func whatIsNotThereBehindALinkIsGuardedToo(
        symlinks: FileRules.Symlinks,
        target: (path: String, status: Int)
    ) throws {
        let site = try Self.linked(symlinks)
        try site.write("www/private/sub/y.html", Array(Self.page.utf8))
        unsafe _ = mkfifo("\(site.root)/www/private/fifo", 0o644)
        for _ in 0..<2 {
            for method in ["GET", "HEAD"] {
                let answer = try site.ask(target.path, method: method)
                #expect(answer.status == 401 && answer["Location"] == nil, "\(answer.text)")
            }
            #expect(try site.ask(target.path, Self.right).status == target.status)
        }
    }

    @Test func whatIsNotThereElsewhereIsMissing() throws {
        let site = try Self.linked(.inside)
        site.link("www/to-nowhere", to: "pub/none")
        site.link("www/out", to: "/etc")
        let targets = [
            "/none", "/pub/none", "/pub/none/none", "/to-nowhere", "/to-nowhere/x", "/out/none", "/out/passwd",
        ]
        for target in targets {
            #expect(try site.ask(target).status == 404, "\(target)")
        }
        #expect(try site.ask("/pub").status == 308)
    }

    /// Each link that is passed is a name, also one that lies in a guarded folder and leads out of it.
    ///
    /// The first time and once more, direct and through links; where something is and where nothing is.
    @Test(
        arguments: [FileRules.Symlinks.inside, .follow],
        [
            ("/private/rep.txt", 200), ("/to-folder/rep.txt", 200), ("/private/d/r.txt", 200),
            ("/to-folder/d/r.txt", 200), ("/to-folder/d/", 200), ("/to-folder/d", 308), ("/to-rep.txt", 200),
            ("/pub/up/private/rep.txt", 200), ("/pub/up/to-folder/d/r.txt", 200), ("/to-folder/back/a", 200),
            ("/to-folder/back/", 200), ("/private/back/none", 404), ("/to-folder/back/none", 404),
            ("/to-folder/d/none", 404), ("/to-gone", 404), ("/to-none", 404), ("/private/gone", 404),
            ("/to-folder/gone/x", 404), ("/to-d/", 200), ("/to-d/r.txt", 200),
        ]
    )
    func aLinkInAGuardedFolderIsGuardedToo(
        symlinks: FileRules.Symlinks,
        target: (path: String, status: Int)
    ) throws {
        let site = try Self.linked(symlinks)
        try site.write("www/store/rep.txt", Array("secret".utf8))
        try site.write("www/store/d/r.txt", Array("secret".utf8))
        site.link("www/private/rep.txt", to: "../store/rep.txt")
        site.link("www/private/d", to: "../store/d")
        site.link("www/private/back", to: "../pub")
        site.link("www/private/gone", to: "../store/gone")
        site.link("www/pub/up", to: "..")
        site.link("www/to-rep.txt", to: "private/rep.txt")
        site.link("www/to-gone", to: "private/gone")
        site.link("www/to-none", to: "private/none")
        site.link("www/to-d", to: "private/d")
        for _ in 0..<2 {
            let answer = try site.ask(target.path)
            #expect(answer.status == 401 && !answer.text.contains("secret") && answer["Location"] == nil)
            #expect(try site.ask(target.path, Self.right).status == target.status)
        }
        // What the links lead to is open by its own name, and not shown by theirs.
        #expect(try site.ask("/store/rep.txt").text == "secret" && site.ask("/store/d/none").status == 404)
        let list = try site.ask("/pub/up/", "Accept: application/json").text
        #expect(list.contains("\"store\"") && !list.contains("to-") && !list.contains("private"), "\(list)")
    }

    /// Outside of every site's folder the links are the only names.
    @Test func aGuardedLinkOutOfTheSiteIsGuardedThroughAnother() throws {
        let site = try Self.linked(.follow)
        try site.write("elsewhere/e.txt", Array("secret".utf8))
        site.link("www/private/out", to: site.root + "/elsewhere")
        site.link("www/to-e", to: "private/out/e.txt")
        let targets = [
            "/private/out/e.txt", "/to-folder/out/e.txt", "/to-e", "/to-folder/out/none", "/to-folder/out/",
        ]
        for target in targets {
            #expect(try site.ask(target).status == 401, "\(target)")
        }
        #expect(try site.ask("/to-e", Self.right).text == "secret")
    }

    /// Clean addresses and further names of the index are looked for behind a link, too.
    @Test func eachNameOfAFileIsFoundBehindALink() throws {
        let site = try Self.site(["www/open/a.html": "open", "www/open/home.html": "home"]) {
            $0.rules.files.symlinks = .inside
            $0.rules.files.cleanURLs = true
            $0.rules.files.index = ["index.html", "home.html"]
        }
        site.link("www/linked", to: "open")
        #expect(try site.ask("/linked/a").text == "open")
        #expect(try site.ask("/linked/").text == "home")
    }

    /// Two realms, one of what is missing and one of the page in its place, are not asked for in turn without end.
    @Test func aFallbackOfAnotherRealmIsReached() throws {
        let site = try Self.site(["www/app/index.html": "app"]) {
            $0.rules.files.symlinks = .inside
            $0.rules.files.fallback = "/app/index.html"
            $0.rules.protections.append(ProtectionRule(path: "/app/**", realm: "App", file: "users"))
        }
        site.link("www/to-folder", to: "private")
        #expect(try site.ask("/to-folder/none").status == 401)
        let answer = try site.ask("/to-folder/none", Self.right)
        #expect(answer.status == 200 && answer.text == "app")
    }

    // MARK: Lists

    @Test func aListShowsNothingThatIsGuarded() throws {
        let files = ["www/pub/a": "open", "www/pub/secret.txt": "secret"]
        let site = try Self.site(files, guarding: ["/private/**", "**/secret.txt"]) {
            $0.rules.files.listing = true
            $0.rules.files.symlinks = .inside
            $0.rules.files.index = ["none"]
        }
        site.link("www/pub/linked", to: "../private")
        site.link("www/pub/turned", to: "../private/x.html")
        let root = try site.ask("/")
        #expect(root.text.contains("open.html") && !root.text.contains("private"))
        let list = try site.ask("/pub/", "Accept: application/json").text
        #expect(list.contains("\"a\""))
        for name in ["linked", "turned", "secret"] { #expect(!list.contains(name), "\(list)") }
        for target in ["/private/", "/pub/linked/"] {
            #expect(try site.ask(target).status == 401, "\(target)")
            let entered = try site.ask(target, Self.right)
            #expect(entered.status == 200 && entered.text.contains("x.html"), "\(target)")
        }
    }

    // MARK: Folders of several sites

    private static func nested(_ guards: (default: [String], host: [String])) throws -> ServedSite {
        try ServedSite(["www/b/private/x.html": page, "www/b/open.html": "open", "www/a": "a", "users": users]) {
            let rules = { (paths: [String]) in
                paths.map { ProtectionRule(path: $0, realm: "Club", file: "users") }
            }
            $0.rules.protections = rules(guards.default)
            var host = HostRules(names: ["b.example"], rules: $0.rules)
            host.rules.files.www = "www/b"
            host.rules.protections = rules(guards.host)
            $0.hosts = [host]
        }
    }

    @Test(arguments: [(["/b/private/**"], []), ([], ["/private/**"]), (["/b/private/*"], ["/other"])])
    func aFolderBeneathAnotherIsGuardedByBothSites(default: [String], host: [String]) throws {
        let site = try Self.nested((`default`, host))
        try Self.expectGuarded(site, "/private/x.html", host: "b.example")
        try Self.expectGuarded(site, "/b/private/x.html")
        for (path, host) in [("/private/none", "b.example"), ("/b/private/none", "localhost")] {
            #expect(try site.ask(path, host: host).status == 401, "\(path)")
        }
        #expect(try site.ask("/open.html", host: "b.example").text == "open")
        #expect(try site.ask("/none", host: "b.example").status == 404 && site.ask("/b/none").status == 404)
        #expect(try site.ask("/b/open.html").text == "open")
        #expect(try site.ask("/a").text == "a")
    }

    /// Sites that have one folder have one list of guards each, as the configuration says them.
    @Test func sitesOfOneFolderHaveTheirOwnGuards() throws {
        let site = try Self.site {
            var host = HostRules(names: ["b.example"], rules: $0.rules)
            host.rules.protections = []
            $0.hosts = [host]
        }
        try Self.expectGuarded(site, "/private/x.html")
        #expect(try site.ask("/private/x.html", host: "b.example").text == Self.page)
    }

    /// It is missing as it is where nothing is guarded, until it is made again.
    @Test(arguments: [["/private/**"], []]) func aFolderThatIsRemovedIsMissing(guarding: [String]) throws {
        let site = try Self.site(["other/a.txt": "open"], guarding: guarding) {
            var host = HostRules(names: ["b.example"], rules: $0.rules)
            host.rules.files.www = "other"
            host.rules.protections = []
            $0.hosts = [host]
        }
        #expect(try site.ask("/a.txt", host: "b.example").text == "open")
        unsafe unlink(site.root + "/other/a.txt")
        unsafe rmdir(site.root + "/other")
        for target in ["/a.txt", "/none", "/"] {
            #expect(try site.ask(target, host: "b.example").status == 404, "\(target)")
        }
        try site.write("other/a.txt", Array("again".utf8))
        #expect(try site.ask("/a.txt", host: "b.example").text == "again")
    }
}
