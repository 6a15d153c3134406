/// Places for requests and calls, and the memory of heads, shared by address: an attacker has all of them, and another address
/// is answered. Test threads.
///
/// Attackers are at 127.0.0.1, victims at 127.0.0.2.

import Harness
import Testing

@Suite struct SharedPlacesTests {
    private static let victim: UInt32 = 0x7F00_0002
    private static let page = Request.get("/index.html")

    private func serving(
        _ configuration: String,
        server lines: String = "",
        _ body: (ServerProcess, TestSite) throws -> Void
    ) throws {
        let site = try TestSite(configuration: Configuration.trial + "[server]\nworkers = 1\n\(lines)" + configuration)
        try site.write("www/big.bin", [UInt8](repeating: 7, count: 10 << 20))
        try EndToEndTests.serving(site) { try body($0, site) }
    }

    /// Bytes sent before have been read when later requests of another address are answered.
    private func settle(_ server: ServerProcess) throws {
        for _ in 0..<5 { try #expect(Client(server, from: Self.victim).exchange(Self.page).text == "hello\n") }
    }

    private func refused(_ clients: [Client]) throws -> [Int] {
        try clients.filter { try $0.hasNews() }.map { try $0.readResponse().status }
    }

    @Test func callsThatWaitGiveTheirPlacesInTheQueue() throws {
        try serving("[pool]\nthreads_min = 1\nthreads_max = 1\nqueue_max = 4\n") { server, site in
            let gate = try HandlerGate(server, site)
            let attackers = try (0..<6).map { _ in try Client(server) }
            for client in attackers {
                try client.send(Request.get("/trial/sleep?ms=0"))
                try settle(server)
            }
            try #expect(refused(attackers) == [503, 503], "one runs, four wait, and one address may have all")
            let victims = try (0..<3).map { _ in try Client(server, from: Self.victim) }
            for victim in victims {
                try victim.send(Request.get("/trial/sleep?ms=0"))
                try settle(server)
            }
            try #expect(refused(victims) == [503], "two have as many as are left to the others")
            try #expect(refused(attackers) == [503, 503])
            try gate.open()
            let answers = try (attackers[..<2] + victims[..<2]).map { try $0.readResponse().status }
            #expect(answers == [200, 200, 200, 200])
            try #expect(Client(server).exchange(Request.get("/trial/sleep?ms=0")).status == 200)
        }
    }

    @Test func requestsThatWaitGiveTheirPlaces() throws {
        try serving("[limits]\nexchanges_max = 6\npipelined_max = 2\n") { server, _ in
            try settle(server)
            let attackers = try (0..<6).map { _ in try Client(server) }
            for client in attackers { try client.send(Request.get("/trial/never")) }
            try settle(server)
            for _ in 0..<3 {
                let victim = try Client(server, from: Self.victim)
                try #expect(victim.exchange(Request.get("/trial/sleep?ms=0")).status == 200)
                try #expect(victim.exchange(Request.post("/forms/x", "a=b", Request.json)).status == 201)
            }
            let ended = try refused(attackers)
            #expect(ended.count >= 1 && ended.allSatisfy { $0 == 504 || $0 == 503 }, "\(ended)")
            for client in attackers { try client.reset() }
            for _ in 0..<6 { try #expect(Client(server).exchange(Request.get("/trial/sleep?ms=0")).status == 200) }
        }
    }

    @Test func openCallsGiveTheirPlaces() throws {
        try serving("[limits]\ncalls_max = 4\n") { server, _ in
            let attackers = try (0..<4).map { _ in try Client(server) }
            for client in attackers {
                try client.send(Request.get("/trial/never"))
                try settle(server)
            }
            // A call that still waits for a thread would give its place first.
            try server.waitForCalls(open: 4)
            for _ in 0..<3 {
                let victim = try Client(server, from: Self.victim)
                try #expect(victim.exchange(Request.get("/trial/sleep?ms=0")).status == 200)
                try server.waitForCalls(open: 3)
                try #expect(victim.exchange(Request.post("/forms/x", "a=b", Request.json)).status == 201)
                try server.waitForCalls(open: 3)
            }
            try #expect(attackers[0].readResponse().status == 504, "the longest")
            try #expect(refused(Array(attackers[1...])).isEmpty)
            for client in attackers { try client.reset() }
            for _ in 0..<4 { try #expect(Client(server).exchange(Request.get("/trial/sleep?ms=0")).status == 200) }
        }
    }

    /// A visitor's call takes the place of another one's, whose answer is before its own on the same connection.
    @Test func visitorsOnOneConnectionGiveTheirPlaces() throws {
        try serving("[limits]\ncalls_max = 2\n", server: "proxies = [\"127.0.0.1\"]\n") { server, _ in
            let accept = "Accept: application/json\r\nX-Forwarded-For: "
            let proxies = try (0..<2).map { _ in try Client(server) }
            for proxy in proxies {
                try proxy.send(Request.get("/trial/never", accept + "192.0.2.1\r\n"))
                try settle(server)
            }
            try proxies[0].send(Request.get("/trial/sleep?ms=1", accept + "192.0.2.2\r\n"))
            try settle(server)
            let ended = try proxies[0].hasNews() ? proxies[0] : proxies[1]
            try #expect([503, 504].contains(ended.readResponse().status))
            try settle(server)
            for proxy in proxies { try proxy.reset() }
        }
    }

    @Test func visitorsOfAProxyGiveTheirPlaces() throws {
        let lines = "proxies = [\"127.0.0.1\", \"127.0.0.2\"]\n"
        try serving("[limits]\nexchanges_max = 6\npipelined_max = 2\n", server: lines) { server, _ in
            let attackers = try (0..<6).map { _ in try Client(server) }
            for client in attackers {
                try client.send(Request.get("/trial/never", "X-Forwarded-For: 192.0.2.7\r\n"))
            }
            try settle(server)
            for _ in 0..<3 {
                let request = Request.get("/trial/sleep?ms=0", "X-Forwarded-For: 192.0.2.8\r\n")
                try #expect(Client(server).exchange(request).status == 200)
            }
            for client in attackers { try client.reset() }
        }
    }

    /// Heads behind a file that nobody reads, and heads that never end.
    @Test(arguments: [false, true]) func headsGiveWay(areWhole: Bool) throws {
        try serving("[limits]\nheads_size_max = 262144\n") { server, _ in
            let padding = "X-Padding: " + String(repeating: "x", count: 12_000) + "\r\n"
            let attackers = try (0..<24).map { _ in try Client(server, receiveBuffer: 4096) }
            for client in attackers {
                if areWhole {
                    let behind = String(repeating: Request.get("/missing", padding), count: 8)
                    client.sendWhatItTakes(Array((Request.get("/big.bin") + behind).utf8))
                } else {
                    client.sendWhatItTakes(Array("GET / HTTP/1.1\r\nHost: a\r\n\(padding)".utf8))
                }
            }
            for _ in 0..<10 {
                let victim = try Client(server, from: Self.victim)
                try #expect(victim.exchange(Request.get("/missing", padding)).status == 404)
                try #expect(victim.exchange(Request.post("/forms/x", "a=b", Request.json + padding)).status == 201)
            }
            for client in attackers { try client.reset() }
            try #expect(Client(server).exchange(Request.get("/missing", padding)).status == 404)
        }
    }
}
