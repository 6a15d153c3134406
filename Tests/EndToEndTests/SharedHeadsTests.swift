/// Turns of a worker: an attacker's long heads come by the megabyte, and another address is next. Test threads.

import Harness
import Testing

@Suite struct SharedHeadsTests {
    private static let victim: UInt32 = 0x7F00_0002
    private static let page = Request.get("/index.html")
    /// 8 KB, answered at once.
    private static let long = Request.get("/index.html?" + String(repeating: "x", count: 8000))
    private static let count = 12

    /// The attackers' heads come while the server can't read, and the victim's behind all of them.
    ///
    /// - Returns: the addresses of the access log's lines from then on, in the order of their answers.
    private func order(_ site: TestSite) throws -> [Substring] {
        try serving(site) { server in
            let attackers = try (0..<10).map { _ in try Client(server) }
            let victim = try Client(server, from: Self.victim)
            for client in attackers + [victim] { try #expect(client.exchange(Self.page).status == 200) }
            try server.whileStopped {
                for client in attackers { try client.send(String(repeating: Self.long, count: Self.count)) }
                try victim.send(Self.page)
            }
            for client in attackers {
                for _ in 0..<Self.count { try #expect(client.readResponse().status == 200) }
            }
            try #expect(victim.readResponse().status == 200)
            try #expect(server.stop() == .exited(0))
        }
        return try site.accessLog().map { $0.prefix { $0 != " " } }.dropFirst(11).map { $0 }
    }

    @Test func anotherAddressIsReadAfterSomeOfThem() throws {
        let site = try TestSite(["index.html": "hello\n"], configuration: "[server]\nworkers = 1\n")
        let order = try order(site)
        #expect(order.count == 10 * Self.count + 1)
        // A turn reads 80 KiB of them, and the victim's head may come in the second.
        let position = try #require(order.firstIndex(of: "127.0.0.2"))
        #expect(position <= 30, "of \(order.count)")
    }

    /// Visitors behind a trusted proxy have the proxy's address, and no share of a turn.
    @Test func aTrustedProxyIsReadWhole() throws {
        let site = try TestSite(
            ["index.html": "hello\n"],
            configuration: "[server]\nworkers = 1\nproxies = [\"127.0.0.1\"]\n"
        )
        #expect(try order(site).count == 10 * Self.count + 1)
    }
}
