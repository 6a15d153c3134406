/// The visitor's address in the log, in forms and in handlers' hands, behind a proxy. Test threads.

import Harness
import Testing

@Suite struct ProxyTests {
    private static let behindProxy = "[server]\nproxies = [\"127.0.0.1/32\", \"10.0.0.0/8\"]\n"
    private static let handlers = "[handlers]\nenabled = [\"forms\", \"hello\", \"trial\"]\n"

    private static func field(_ value: String) -> String { "X-Forwarded-For: \(value)\r\n" }

    /// Serves a site, and returns the first word of each line of its access log after the server has stopped.
    private func addresses(
        _ configuration: String = behindProxy,
        _ body: (ServerProcess, Client) throws -> Void
    ) throws -> [String] {
        let site = try TestSite(configuration: configuration + Self.handlers)
        try serving(site) { server in try body(server, Client(server)) }
        return try site.accessLog().map { String($0.prefix { $0 != " " }) }
    }

    @Test func theVisitorIsInTheLogTheFormAndTheHandlersRequest() throws {
        let visitor = Self.field("6.6.6.6, 192.0.2.7, 10.0.0.1")
        let site = try TestSite(configuration: Self.behindProxy + Self.handlers)
        try serving(site) { server in
            let client = try Client(server)
            // Loaded, found in the cache, asked about, not there.
            try #expect(client.exchange(Request.get("/index.html", visitor)).status == 200)
            try #expect(client.exchange(Request.get("/index.html", visitor)).status == 200)
            try #expect(client.exchange("HEAD /index.html HTTP/1.1\r\nHost: a\r\n\(visitor)\r\n").status == 200)
            try #expect(client.exchange(Request.get("/nothing", visitor)).status == 404)
            try #expect(client.exchange(Request.get("/hello", visitor)).text == "Hello, 192.0.2.7!\n")
            let form = Request.post("/forms/contact", "a=1", visitor + Request.json)
            try #expect(client.exchange(form).status == 201)
            try #expect(client.exchange(Request.get("/%00", visitor)).status == 400)
        }
        try #expect(site.accessLog().map { $0.prefix { $0 != " " } } == Array(repeating: "192.0.2.7", count: 7))
        let shown = try Program.run("forms", "show", "contact", "--root", site.root)
        #expect(shown.output.contains("  from 192.0.2.7\n"), "\(shown)")
        let errors = try String(decoding: site.read("logs/error.log"), as: UTF8.self)
        #expect(errors.contains(" refused 192.0.2.7 400 null-in-path "), "\(errors)")
    }

    @Test func eachRequestOfAConnectionHasItsOwnVisitor() throws {
        let fields = ["192.0.2.1", "192.0.2.2", "2001:db8::1", nil, "[2001:db8::2]:4711", "192.0.2.3:80", "unknown"]
        let requests = fields.map { Request.get("/index.html", $0.map(Self.field) ?? "") }
        let expected = ["192.0.2.1", "192.0.2.2", "2001:db8::1", "127.0.0.1", "2001:db8::2", "192.0.2.3", "127.0.0.1"]
        let log = try addresses { _, client in
            // One after the other, then pipelined.
            for request in requests { try #expect(client.exchange(request).status == 200) }
            try client.send(requests.joined())
            for _ in requests { try #expect(client.readResponse().status == 200) }
            // Handlers in the same order, each with its own.
            try client.send(fields.map { Request.get("/hello", $0.map(Self.field) ?? "") }.joined())
            for address in expected { try #expect(client.readResponse().text == "Hello, \(address)!\n") }
            let old = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\(Self.field("192.0.2.4"))\r\n"
            for _ in 0..<2 { try #expect(client.exchange(old).status == 200) }
        }
        #expect(log.prefix(14) == (expected + expected)[...])
        // Handlers answer in any order among themselves, and are logged in the order of their requests.
        #expect(log.dropFirst(14) == (expected + ["192.0.2.4", "192.0.2.4"])[...])
    }

    @Test func onlyTheConfiguredFieldIsLookedAt() throws {
        let forged =
            "Forwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Forwarded: for=6.6.6.6\r\nForwarded: for=7.7.7.7\r\n"
        let first = try addresses { _, client in
            _ = try client.exchange(Request.get("/", forged + Self.field("192.0.2.7") + forged))
            _ = try client.exchange(Request.get("/", forged))
        }
        #expect(first == ["192.0.2.7", "127.0.0.1"])
        let second = try addresses(Self.behindProxy + "proxy_field = \"Forwarded\"\n") { _, client in
            let mine = "Forwarded: for=\"[2001:db8::7]:4711\";proto=https, for=10.0.0.1\r\n"
            _ = try client.exchange(Request.get("/", Self.field("6.6.6.6") + mine + Self.field("6.6.6.6")))
            _ = try client.exchange(Request.get("/", Self.field("6.6.6.6")))
            _ = try client.exchange(Request.get("/", "Forwarded: for=6.6.6.6;x=\"\r\n" + mine))
            _ = try client.exchange(Request.get("/", "Forwarded: for=6.6.6.6;x=\", for=\"[2001:db8::7]\"\r\n"))
        }
        #expect(second == ["2001:db8::7", "127.0.0.1", "2001:db8::7", "2001:db8::7"])
    }

    @Test func severalLinesAreReadFromTheLast() throws {
        let log = try addresses { _, client in
            for lines in [
                ["6.6.6.6", "192.0.2.7"], ["6.6.6.6", "192.0.2.7", "10.0.0.1, 10.0.0.2"],
                ["6.6.6.6", "unknown", "10.0.0.9"],
                ["6.6.6.6, nonsense"], ["10.0.0.8", "", "10.0.0.9"],
            ] {
                _ = try client.exchange(Request.get("/", lines.map(Self.field).joined()))
            }
        }
        #expect(log == ["192.0.2.7", "192.0.2.7", "10.0.0.9", "127.0.0.1", "10.0.0.8"])
    }

    @Test(arguments: ["", "[server]\nproxies = [\"10.0.0.0/8\", \"::1\", \"unix\"]\n"])
    func aPeerThatIsNotNamedIsNotBelieved(configuration: String) throws {
        let forged = Self.field("6.6.6.6") + "Forwarded: for=6.6.6.6\r\n"
        let log = try addresses(configuration) { server, client in
            for path in ["/", "/", "/%00", "/nothing"] { _ = try client.exchange(Request.get(path, forged)) }
            let other = try Client(server)
            try #expect(other.exchange(Request.get("/hello", forged)).text == "Hello, 127.0.0.1!\n")
            _ = try other.exchange("GET / HTTP/1.1\r\n\(forged)\r\n")
        }
        #expect(log == Array(repeating: "127.0.0.1", count: 6))
    }

    /// A proxy may add its line at the end: before a fault there may be nothing but what the visitor sent.
    @Test func ofARefusedHeadTheVisitorIsKnownWhenAllItsLinesAre() throws {
        let log = try addresses { server, _ in
            let mine = Self.field("192.0.2.7")
            for request in [
                "GET / HTTP/1.1\r\n\(mine)\r\n", "GET / HTTP/1.1\r\nHost: a\r\nExpect: wonders\r\n\(mine)\r\n",
                "POST /forms/a HTTP/1.1\r\nHost: a\r\n\(mine)Content-Length: 99999999999999999999\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n\(mine)Host: b\r\n\(mine)\r\n",
                "GET / HTTP/1.1\r\nHost: a\r\n\(mine)no colon\r\n\r\n",
                "GET /\u{7f} HTTP/1.1\r\nHost: a\r\n\(mine)\r\n", "\u{16}\u{3}\(mine)\r\n\r\n",
            ] {
                let client = try Client(server)
                client.sendWhatItTakes(Array(request.utf8))
                _ = try client.readUntilEnd()
            }
            // The same behind an answer that is waited for.
            let client = try Client(server)
            let waiting = Request.get("/trial/sleep?ms=50", Self.field("192.0.2.8"))
            client.sendWhatItTakes(Array((waiting + "GET / HTTP/1.1\r\n\(mine)\r\n").utf8))
            _ = try client.readUntilEnd()
        }
        #expect(
            log == Array(repeating: "192.0.2.7", count: 3) + Array(repeating: "127.0.0.1", count: 4)
                + ["192.0.2.8", "192.0.2.7"]
        )
    }

    @Test func aRequestThatIsGivenUpHasItsVisitor() throws {
        let site = try TestSite(configuration: Self.behindProxy)
        try serving(site) { server in
            let client = try Client(server)
            try client.send(
                "POST /forms/a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\(Self.field("192.0.2.7"))\r\n"
            )
            try client.waitForBytes(12)
            try client.reset()
        }
        let line = try #require(try site.accessLog().first)
        #expect(line.hasPrefix("192.0.2.7 - - ") && line.contains(" 499 "), "\(line)")
    }

    @Test func aRangeThatIsNoneIsRefusedByCheck() throws {
        let site = try TestSite(configuration: "[server]\nproxies = [\"10.0.0.1/8\"]\n")
        let outcome = try Program.run("check", "--root", site.root)
        #expect(outcome.ending == .exited(78))
        #expect(
            outcome.errors.contains(
                "2: server.proxies does not take \"10.0.0.1/8\"; write \"10.0.0.0/8\" for the range"
            )
        )
    }
}
