/// The places of connections, shared by address: an attacker has all of them, and another address is served. Test threads.
///
/// Attackers are at 127.0.0.1, victims at 127.0.0.2.

import Harness
import Testing

@Suite struct SharedConnectionsTests {
    private static let victim: UInt32 = 0x7F00_0002
    private static let page = Request.get("/index.html")

    private func configuration(_ limits: String) -> String {
        Configuration.trial + "[server]\nworkers = 1\n[limits]\n" + limits
    }

    private func clients(_ count: Int, _ server: ServerProcess, from source: UInt32? = nil) throws -> [Client] {
        try (0..<count).map { _ in try Client(server, from: source) }
    }

    /// Asks on connections of their own, one after the other.
    private func expectServed(_ server: ServerProcess, count: Int) throws {
        for _ in 0..<count {
            try #expect(Client(server, from: Self.victim).exchange(Self.page).text == "hello\n")
        }
    }

    private func ended(_ clients: [Client]) throws -> Int { try clients.count { try $0.hasNews() } }

    @Test func idleConnectionsGiveTheirPlacesUntilBothHaveAsMany() throws {
        try serving(configuration: configuration("connections_max = 10\n")) { server in
            let idle = try clients(10, server)
            for client in idle { try #expect(client.exchange(Self.page).text == "hello\n") }
            let victims = try clients(5, server, from: Self.victim)
            for victim in victims { try #expect(victim.exchange(Self.page).text == "hello\n") }
            for client in idle[..<5] { try #expect(client.endsWithoutMore(), "the longest idle, with FIN") }
            // Both have as many now: each further one waits.
            let waiting = try Client(server, from: Self.victim)
            try waiting.send(Self.page)
            for client in idle[5...] { try #expect(client.exchange(Self.page).text == "hello\n") }
            for victim in victims { try #expect(victim.exchange(Self.page).text == "hello\n") }
            try #expect(!waiting.hasNews())
            victims[0].close()
            try #expect(waiting.readResponse().text == "hello\n")
        }
    }

    @Test func slowConnectionsGiveTheirPlacesWhereNoneIsIdle() throws {
        let site = try TestSite(configuration: configuration("connections_max = 6\n"))
        try site.write("www/big.bin", [UInt8](repeating: 7, count: 10 << 20))
        try serving(site) { server in
            let slow = try (0..<6).map { _ in try Client(server, receiveBuffer: 4096) }
            for client in slow { try client.send(Request.get("/big.bin")) }
            for client in slow { try client.waitForBytes(1) }
            try expectServed(server, count: 3)
            try expectServed(server, count: 20)
        }
        try #expect(TracedPacket.errorLog(site).contains { $0.contains("connections-full") })
    }

    /// Neither those that wait for a place nor those in the backlog hold up another address.
    @Test func anAddressBehindAFullBacklogIsReached() throws {
        try serving(configuration: configuration("connections_max = 4\n")) { server in
            let flood = try clients(300, server)
            for client in flood { try client.send(Self.page) }
            try expectServed(server, count: 20)
            // The address that floods goes on being served as well.
            for client in flood { client.close() }
            try #expect(Client(server).exchange(Self.page).text == "hello\n")
        }
    }

    /// Clients that wait have no places: others take those of connections that are served, and no more are served than may.
    @Test func placesAreGivenByThoseWhoHaveThem() throws {
        try serving(configuration: configuration("connections_max = 4\n")) { server in
            let idle = try clients(4, server)
            for client in idle { try #expect(client.exchange(Self.page).text == "hello\n") }
            let waiting = try clients(30, server)
            for client in waiting { try client.send(Self.page) }
            let victims = try (2..<5).map { try Client(server, from: 0x7F00_0000 + $0) }
            for victim in victims { try #expect(victim.exchange(Self.page).text == "hello\n") }
            try #expect(ended(idle) == 3)
            try #expect(ended(waiting) == 0)
            // Now each of four addresses has one place, and a fifth has the next: it has none, and others only wait for more.
            let last = try Client(server, from: 0x7F00_0005)
            try last.send(Self.page)
            _ = try victims[0].exchange(Self.page)
            victims[0].close()
            try #expect(last.readResponse().text == "hello\n")
            try #expect(ended(waiting) == 0)
        }
    }

    /// Slow readers hold every descriptor that there is, and more of them wait in the backlog; none of them is idle.
    @Test(arguments: [1, 4])
    func slowReadersThatHaveAllDescriptorsShutNobodyOut(workers: Int) throws {
        let lines = "[server]\nworkers = \(workers)\n[limits]\ndirect_sockets_max = 0\n"
        let site = try TestSite(configuration: Configuration.trial + lines)
        try site.write("www/big.bin", [UInt8](repeating: 7, count: 10 << 20))
        let descriptors = try ServerProcess(site).descriptorCount
        try serving(site, launcher: ["prlimit", "--nofile=\(descriptors + 60)"]) { server in
            let slow = try (0..<400).map { _ in try Client(server, receiveBuffer: 4096) }
            for client in slow { try client.send(Request.get("/big.bin")) }
            try expectServed(server, count: 20)
            for client in slow { client.close() }
            try #expect(Client(server).exchange(Self.page).text == "hello\n")
        }
    }

    @Test func descriptorsThatEndShutNobodyOut() throws {
        let site = try TestSite(configuration: configuration("direct_sockets_max = 0\n"))
        let descriptors = try ServerProcess(site).descriptorCount
        try serving(site, launcher: ["prlimit", "--nofile=\(descriptors + 60)"]) { server in
            let flood = try clients(200, server)
            for client in flood { try client.send(Self.page) }
            try expectServed(server, count: 20)
            for client in flood { client.close() }
            try #expect(Client(server).exchange(Self.page).text == "hello\n")
        }
    }

    /// A proxy's connections are not its visitors': they take places, and are asked for none.
    @Test func connectionsOfAProxyAreAskedForNothing() throws {
        let lines = "[server]\nworkers = 1\nproxies = [\"127.0.0.2\"]\n[limits]\nconnections_max = 6\n"
        try serving(configuration: Configuration.trial + lines) { server in
            let attackers = try clients(6, server)
            for client in attackers { try #expect(client.exchange(Self.page).text == "hello\n") }
            let proxy = try clients(5, server, from: Self.victim)
            for client in proxy { try #expect(client.exchange(Self.page).text == "hello\n") }
            let another = try Client(server, from: 0x7F00_0003)
            try another.send(Self.page)
            for client in proxy { try #expect(client.exchange(Self.page).text == "hello\n") }
            try #expect(ended(attackers) == 5)
            try #expect(!another.hasNews(), "it has to wait: nobody has more than one")
            attackers[5].close()
            try #expect(another.readResponse().text == "hello\n")
        }
    }
}
