/// That nginx, Caddy and HAProxy before the server tell it who asks, whatever a visitor pretends. Test threads.

import Harness
import Testing

@Suite struct RealProxiesTests {
    /// The visitor: an address of this machine that is no proxy's.
    private static let visitor = "127.0.0.9"

    /// Fields with which a visitor pretends to be another.
    private static let forgeries: [[String]] = [
        [], ["X-Forwarded-For: 6.6.6.6"], ["Forwarded: for=6.6.6.6"],
        ["X-Forwarded-For: 6.6.6.6", "Forwarded: for=6.6.6.6"],
        ["X-Forwarded-For: 6.6.6.6", "X-Forwarded-For: 127.0.0.1"], ["X-Forwarded-For: 6.6.6.6, "],
        ["Forwarded: for=6.6.6.6;x=\""], ["Forwarded: for=127.0.0.1", "Forwarded: for=\""],
    ]

    private func site(_ field: String) throws -> TestSite {
        try TestSite(
            configuration: """
                [server]
                proxies = ["127.0.0.1"]
                proxy_field = "\(field)"
                [handlers]
                enabled = ["forms", "hello"]
                """
        )
    }

    /// Asks through a proxy, as the visitor, with each forgery: a file, a handler, and a form.
    private func ask(_ port: UInt16) throws {
        for forged in Self.forgeries {
            let fields = forged.flatMap { ["--header", $0] }
            func curl(_ path: String, _ more: [String] = []) throws -> String {
                let common = ["--silent", "--show-error", "--fail", "--max-time", "20", "--interface", Self.visitor]
                let url = "http://127.0.0.1:\(port)\(path)"
                let outcome = try Program.run(program: "curl", common + fields + more + [url])
                #expect(outcome.succeeded, "\(outcome)")
                return outcome.output
            }
            try #expect(curl("/index.html") == "hello\n")
            try #expect(curl("/hello") == "Hello, \(Self.visitor)!\n", "\(forged)")
            _ = try curl("/forms/contact", ["--data", "a=1", "--header", "Accept: application/json"])
        }
    }

    /// All that was noted is about the visitor.
    private func expectVisitor(_ site: TestSite) throws {
        let log = try site.accessLog().map { $0.prefix { $0 != " " } }
        #expect(log == Array(repeating: Self.visitor[...], count: 3 * Self.forgeries.count))
        let rows = try Program.query(site, "SELECT remote, count(*) FROM submissions GROUP BY remote")
        #expect(rows == ["\(Self.visitor)|\(Self.forgeries.count)"])
    }

    private func tryThrough(_ kind: FrontProxy.Kind, _ field: String) throws {
        let site = try site(field)
        try serving(site) { server in
            let proxy = try FrontProxy(kind, upstream: server.port)
            try ask(proxy.port)
        }
        try expectVisitor(site)
    }

    @Test(
        .enabled(if: FrontProxy.Kind.nginx.mayRun, "nginx is not installed"),
        arguments: ["X-Forwarded-For", "Forwarded"]
    )
    func theVisitorBehindNginxIsKnown(field: String) throws {
        try tryThrough(.nginx, field)
    }

    @Test(
        .enabled(if: FrontProxy.Kind.caddy.mayRun, "Caddy is not installed"),
        arguments: ["X-Forwarded-For", "Forwarded"]
    )
    func theVisitorBehindCaddyIsKnown(field: String) throws {
        try tryThrough(.caddy, field)
    }

    @Test(
        .enabled(if: FrontProxy.Kind.haproxy.mayRun, "HAProxy is not installed"),
        arguments: ["X-Forwarded-For", "Forwarded"]
    )
    func theVisitorBehindHAProxyIsKnown(field: String) throws {
        try tryThrough(.haproxy, field)
    }

    @Test(
        .enabled(
            if: FrontProxy.Kind.nginx.mayRun && FrontProxy.Kind.haproxy.mayRun,
            "nginx or HAProxy is not installed"
        ),
        arguments: ["X-Forwarded-For", "Forwarded"]
    )
    func theVisitorBehindTwoProxiesIsKnown(field: String) throws {
        let site = try site(field)
        try serving(site) { server in
            let inner = try FrontProxy(.haproxy, upstream: server.port)
            let outer = try FrontProxy(.nginx, upstream: inner.port)
            try ask(outer.port)
        }
        try expectVisitor(site)
    }
}
