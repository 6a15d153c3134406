/// That a cache in front gives nobody what another client was answered: nginx's `proxy_cache` keeps whatever it may, a
/// hostile client asks, and then an innocent one for the same address. Test threads.

import Harness
import Testing

@Suite(
    .enabled(if: FrontProxy.Kind.nginx.mayRun, "nginx is not installed")
) struct SharedCacheTests {
    /// The requests of two clients for one address.
    struct Case: Sendable, CustomTestStringConvertible {
        let target: String
        /// The hostile client's fields, and the status that it gets.
        let hostile: String
        let status: Int
        var method = "GET"
        /// Bytes of content that it sends.
        var content = ""
        /// The innocent client's fields.
        var innocent = ""
        /// True when the hostile client's answer is one that the address gives to everybody.
        var isEverybodys = false

        var testDescription: String {
            "\(status) \(method) \(target.prefix(40)) \(hostile.prefix(60).debugDescription)"
        }

        init(
            _ status: Int,
            _ target: String,
            _ hostile: String = "",
            method: String = "GET",
            content: String = "",
            innocent: String = "",
            isEverybodys: Bool = false
        ) {
            self.status = status
            self.target = target
            self.hostile = hostile
            self.method = method
            self.content = content
            self.innocent = innocent
            self.isEverybodys = isEverybodys
        }
    }

    /// Made by `htpasswd -nbB -C 4 alice 'geheim:ä'`.
    private static let users = "alice:$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i\n"
    private static let right = "Authorization: Basic YWxpY2U6Z2VoZWltOsOk\r\n"
    private static let wrong = "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n"
    private static let noForm = "Accept-Encoding: identity;q=0, x\r\n"
    private static let json = "Accept: application/json\r\n"
    private static let many = String(repeating: "X: y\r\n", count: 120)

    /// Refusals that depend on the client.
    private static let refusals: [Case] = [
        Case(400, "/a.txt", "X: a\u{1}b\r\n"), Case(400, "/trial/query", json + "X: a\u{1}b\r\n"),
        Case(401, "/private/a.txt", innocent: right), Case(401, "/private/a.txt", wrong, innocent: right),
        Case(401, "/private/a.txt", "Authorization: Basic x\r\n", innocent: right),
        Case(401, "/private/none", wrong, innocent: right), Case(401, "/private/folder", innocent: right),
        Case(401, "/private/trial/query", innocent: right),
        Case(406, "/a.txt", noForm), Case(406, "/a.txt", noForm + json), Case(406, "/picture.png", noForm),
        Case(406, "/", noForm),
        Case(412, "/a.txt", "If-Match: \"x\"\r\n"), Case(412, "/a.txt", json + "If-Match: \"x\"\r\n"),
        Case(413, "/trial/query", content: String(repeating: "a", count: 200)),
        Case(416, "/a.txt", "Range: bytes=99999-\r\n"), Case(416, "/a.txt", json + "Range: bytes=99999-\r\n"),
        Case(417, "/a.txt", "Expect: tea\r\n"), Case(417, "/none", json + "Expect: tea\r\n"),
        Case(431, "/a.txt", many), Case(431, "/none", many), Case(431, "/old/308", many),
        Case(431, "/list/", json + many), Case(431, "/trial/query", many),
        Case(431, "/a.txt", "X: \(String(repeating: "y", count: 20_000))\r\n"),
    ]

    /// Refusals that the address gives to everybody; no cache needs to keep them.
    private static let addresses: [Case] = [
        Case(400, "/a%2Fb", isEverybodys: true),
        Case(414, "/" + String(repeating: "a", count: 9000), isEverybodys: true),
        Case(500, "/trial/throw", isEverybodys: true), Case(504, "/trial/never", isEverybodys: true),
    ]

    /// Answers that may be kept, each asked for in another form by the innocent client.
    private static let kept: [Case] = [
        Case(404, "/none", json), Case(404, "/none", noForm), Case(404, "/none", noForm + json),
        Case(404, "/none", "Accept-Encoding: gzip\r\n"), Case(404, "/none", json, innocent: "Accept: text/html\r\n"),
        Case(404, "/trial/none", json), Case(405, "/forms/contact", json), Case(405, "/forms/contact", method: "HEAD"),
        Case(301, "/old/301", json), Case(302, "/old/302", noForm), Case(303, "/old/303", method: "HEAD"),
        Case(307, "/old/307", noForm), Case(308, "/old/308", json), Case(308, "/folder", noForm),
        Case(200, "/a.txt", "Accept-Encoding: gzip\r\n"), Case(200, "/a.txt", method: "HEAD"),
        Case(200, "/a.txt", "Origin: https://a.example\r\n"),
        Case(200, "/a.txt", "Origin: https://b.example\r\n", innocent: "Origin: https://a.example\r\n"),
        Case(404, "/none", "Origin: https://b.example\r\n", innocent: "Origin: https://a.example\r\n"),
        Case(308, "/old/308", "Origin: https://b.example\r\n", innocent: "Origin: https://a.example\r\n"),
        Case(200, "/list/", json), Case(200, "/list/", method: "HEAD"), Case(200, "/thanks", noForm),
        Case(200, "/a.txt", right), Case(204, "/a.txt", method: "OPTIONS"), Case(405, "/a.txt", method: "DELETE"),
        Case(304, "/a.txt", "If-None-Match: *\r\n"),
    ]

    /// Guarded addresses, requested with the password and then without.
    private static let guarded: [Case] = [
        Case(200, "/private/a.txt", right), Case(200, "/private/a.txt", right + "Accept-Encoding: gzip\r\n"),
        Case(200, "/private/a.txt", right, method: "HEAD"), Case(200, "/private/a.txt", right, innocent: wrong),
        Case(200, "/private/list/", right), Case(200, "/private/list/", right + json, innocent: json),
        Case(308, "/private/folder", right), Case(404, "/private/none", right),
        Case(404, "/private/none", right + json),
        Case(200, "/private/v1/x.txt", right), Case(200, "/private/trial/query", right),
        Case(404, "/private/trial/none", right),
    ]

    private static func site(_ more: String) throws -> TestSite {
        let text = String(repeating: "0123456789", count: 100)
        let redirects = [301, 302, 303, 307, 308].map {
            "[[redirect]]\nfrom = \"/old/\($0)\"\nto = \"/a.txt\"\nstatus = \($0)\n"
        }
        let site = try TestSite(
            [
                "index.html": text, "a.txt": text, "picture.png": "png", "404.html": "missing " + text,
                "folder/index.html": "folder", "list/b.txt": "b", "private/a.txt": text, "private/list/b.txt": "b",
                "private/folder/index.html": "folder", "v1/x.txt": "x",
            ],
            configuration: """
                [server]
                workers = 1
                [handlers]
                enabled = ["forms", "trial"]
                [limits]
                body_size_max = 100
                [deadlines]
                handler = 0.3
                [files]
                listing = true
                clean_urls = true
                [cors]
                origins = ["https://a.example"]
                [[rewrite]]
                from = "/private/v1/*"
                to = "/v1/*"
                [[rewrite]]
                from = "/private/trial/*"
                to = "/trial/*"
                [[auth]]
                path = "/private/**"
                realm = "x"
                file = "users"

                """ + redirects.joined() + more
        )
        try site.write("users", users)
        return site
    }

    private static let forAll = "[[cache]]\nvalue = \"public, max-age=60\"\n"
    private static let forHandlers = "[[cache]]\npath = \"/trial/**\"\nvalue = \"public, max-age=60\"\n"
    private static let forOwn =
        "[[cache]]\nstatus = [301, 302, 303, 307, 308, 404, 405, 410]\nvalue = \"public, max-age=60\"\n"
    private static let forOneCache = "[[fields]]\nname = \"X-Accel-Expires\"\nvalue = \"60\"\n"

    private func ask(_ port: UInt16, _ host: String, _ one: Case, isHostile: Bool) throws -> Response {
        let method = isHostile ? one.method : "GET"
        var fields = isHostile ? one.hostile : one.innocent
        if isHostile, !one.content.isEmpty { fields += "Content-Length: \(one.content.utf8.count)\r\n" }
        let client = try Client(port: port)
        client.sendWhatItTakes(
            Array(
                "\(method) \(one.target) HTTP/1.1\r\nHost: \(host)\r\n\(fields)Connection: close\r\n\r\n\(isHostile ? one.content : "")"
                    .utf8
            )
        )
        return try client.readResponse(to: method)
    }

    /// The parts of an answer that a client goes by.
    private func essence(_ answer: Response) -> String {
        let names = ["Location", "Content-Type", "Content-Encoding", "WWW-Authenticate", "Access-Control-Allow-Origin"]
        return ([String(answer.status)] + names.map { answer[$0] ?? "-" } + [answer.text]).joined(separator: "\n")
    }

    /// Each case has a name of its own as its host: no two share a place in the cache.
    private func check(_ cases: [Case], _ configuration: String, mayHit: Bool) throws {
        try serving(Self.site(configuration)) { server in
            let proxy = try FrontProxy(.nginx, upstream: server.port, caches: true)
            // The control: nginx keeps, and gives, what it may.
            let plain = Case(200, "/a.txt")
            for expected in ["MISS", "HIT"] {
                let answer = try ask(proxy.port, "control", plain, isHostile: true)
                #expect(answer.status == 200 && answer["X-Cache"] == expected)
            }
            for (index, one) in cases.enumerated() {
                let host = "case\(index).example"
                for _ in 0..<2 {
                    let hostile = try ask(proxy.port, host, one, isHostile: true)
                    #expect(hostile.status == one.status, "\(one.testDescription): \(essence(hostile))")
                    #expect(mayHit || hostile["X-Cache"] != "HIT", "\(one.testDescription)")
                }
                let innocent = try ask(proxy.port, host, one, isHostile: false)
                let direct = try ask(server.port, host, one, isHostile: false)
                #expect(essence(innocent) == essence(direct), "\(one.testDescription)")
                #expect(one.isEverybodys || mayHit || direct.status != one.status, "the innocent is answered otherwise")
                #expect(mayHit || innocent["X-Cache"] != "HIT", "\(one.testDescription)")
            }
        }
    }

    @Test(arguments: ["", forAll, forAll + forHandlers + forOneCache, forAll + forHandlers + forOwn])
    func aRefusalReachesNoStranger(configuration: String) throws {
        try check(Self.refusals + Self.addresses, configuration, mayHit: false)
    }

    @Test(arguments: ["", forAll, forAll + forHandlers + forOneCache, forAll + forHandlers + forOwn])
    func whatIsGuardedReachesNoStranger(configuration: String) throws {
        try check(Self.guarded, configuration, mayHit: false)
    }

    @Test(arguments: ["", forAll + forHandlers + forOneCache, forAll + forHandlers + forOwn])
    func whatIsKeptIsRightForWhoeverAsks(configuration: String) throws {
        try check(Self.kept, configuration, mayHit: true)
    }

    /// nginx reads one of several Vary lines alone.
    @Test func whatAHandlersAnswerVariesByIsReadByTheCache() throws {
        try serving(Self.site("")) { server in
            let proxy = try FrontProxy(.nginx, upstream: server.port, caches: true)
            let target = "/trial/fields?vary=accept&cache-control=max-age=60"
            for (fields, expected) in [
                (Self.json, "MISS"), (Self.json, "HIT"), ("Accept: text/html\r\n", "MISS"),
                ("Accept: text/html\r\nOrigin: https://a.example\r\n", "MISS"), ("Accept: text/html\r\n", "HIT"),
            ] {
                let answer = try ask(proxy.port, "a", Case(200, target, fields), isHostile: true)
                #expect(answer.status == 200 && answer["X-Cache"] == expected, "\(fields)")
            }
        }
    }

    /// A moment in which the server had no room for one client is over for the next.
    @Test func aLackOfRoomReachesNobodyLater() throws {
        let site = try TestSite(
            configuration: """
                [server]
                workers = 1
                [handlers]
                enabled = ["trial"]
                [limits]
                pipelined_max = 2
                exchanges_max = 2
                [[cache]]
                value = "public, max-age=60"

                """
        )
        try serving(site) { server in
            let proxy = try FrontProxy(.nginx, upstream: server.port, caches: true)
            let holders = try (0..<2).map { _ in try Client(server) }
            for holder in holders { try holder.send(Request.get("/trial/never")) }
            // Each attempt has an address of its own: what is kept of one says nothing about the next.
            let attempts = (0..<10_000).map { Case(503, "/none\($0)") }
            let full = try attempts.first { try ask(proxy.port, "full", $0, isHostile: true).status == 503 }
            let refused = try #require(full)
            for holder in holders { try holder.reset() }
            // Asked again and again, until the server has seen that the holders are gone.
            let isOver = try attempts.contains { _ in
                try ask(proxy.port, "full", refused, isHostile: false).status == 404
            }
            #expect(isOver)
        }
    }

    /// A content that comes too slowly is its client's alone.
    @Test func aLateContentReachesNobodyLater() throws {
        let site = try TestSite(
            configuration: """
                [handlers]
                enabled = ["forms", "trial"]
                [deadlines]
                body = 0.2
                [[cache]]
                path = "/trial/**"
                value = "public, max-age=60"

                """
        )
        try serving(site) { server in
            let proxy = try FrontProxy(.nginx, upstream: server.port, caches: true)
            let client = try Client(port: proxy.port)
            try client.send(Request.get("/trial/query", "Content-Length: 50\r\n") + "a")
            let late = try client.readResponse()
            #expect(late.status == 408, "\(late)")
            let innocent = try Client(port: proxy.port).exchange(Request.get("/trial/query"))
            #expect(innocent.status == 200 && innocent["X-Cache"] == "MISS", "\(innocent)")
        }
    }
}
