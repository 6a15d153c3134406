/// Turns and places of writes: an attacker's forms wait for the store, and another address is next. Test threads.
///
/// Attackers are at 127.0.0.1, victims at 127.0.0.2. The pool has one thread, and the store is held by a lock while forms come.

import Glibc
import Harness
import Platform
import Testing

@Suite struct SharedWritesTests {
    private static let victim: UInt32 = 0x7F00_0002

    private func serving(_ configuration: String = "", _ body: (ServerProcess, TestSite) throws -> Void) throws {
        let site = try TestSite(
            configuration: Configuration.trial + "[server]\nworkers = 1\n[pool]\nthreads_min = 1\nthreads_max = 1\n"
                + configuration
        )
        try EndToEndTests.serving(site) { server in
            try #expect(Client(server).exchange(Request.post("/forms/first", "a=b", Request.json)).status == 201)
            try body(server, site)
        }
    }

    private func awaitRefusals(_ count: Int, _ clients: [Client]) throws {
        let deadline = Instant.now.advanced(by: .seconds(20))
        while try clients.count(where: { try $0.hasNews() }) < count {
            guard Instant.now < deadline else { throw HarnessError("nobody lost a place") }
            sched_yield()
        }
    }

    @Test func anotherAddressIsInTheNextBatch() throws {
        try serving { server, site in
            let lock = try DatabaseLock(site)
            let attackers = try (0..<24).map { _ in try Client(server) }
            // Six bytes each as JSON: a dozen of them are a batch.
            let form = Request.post("/forms/many", "text=" + String(repeating: "\u{1}", count: 60_000), Request.json)
            for client in attackers { try client.send(form) }
            // Calls of one address run in order, so that these have.
            for _ in 0..<5 { try #expect(Client(server).exchange(Request.get("/trial/sleep?ms=0")).text == "slept\n") }
            let victim = try Client(server, from: Self.victim)
            try victim.send(Request.post("/forms/victim", "a=b", Request.json))
            let other = try Client(server, from: Self.victim)
            try #expect(other.exchange(Request.get("/trial/sleep?ms=0")).text == "slept\n")
            try lock.release()
            try #expect(victim.readResponse().status == 201)
            // The first may have been busy, on a machine on which the others took longer than a lock is waited for.
            for client in attackers { try #expect([201, 503].contains(client.readResponse().status)) }
            let before = try Program.query(
                site,
                "SELECT count(*) FROM submissions WHERE form = 'many' "
                    + "AND id < (SELECT id FROM submissions WHERE form = 'victim')"
            )
            #expect(try #require(before.first.flatMap { Int($0) }) < 16, "\(before)")
        }
    }

    /// What the writer has taken keeps its place: that is one, mostly.
    @Test(arguments: ["writes_queued_max = 8\n", "writes_queued_size_max = 3000000\n"])
    func theAddressThatHasMostGivesPlaces(limit: String) throws {
        try serving("[store]\n" + limit) { server, site in
            let lock = try DatabaseLock(site)
            let attackers = try (0..<10).map { _ in try Client(server) }
            // Eight of them are 2,880,000 bytes and some more.
            let form = Request.post("/forms/many", "text=" + String(repeating: "\u{1}", count: 60_000), Request.json)
            for client in attackers { try client.send(form) }
            try awaitRefusals(2, attackers)
            let victim = try Client(server, from: Self.victim)
            let text = "text=" + String(repeating: "\u{1}", count: 30_000)
            try victim.send(Request.post("/forms/victim", text, Request.json))
            try awaitRefusals(3, attackers)
            try lock.release()
            try #expect(victim.readResponse().status == 201)
            let answers = try attackers.map { try $0.readResponse() }
            let refused = answers.filter { $0.status == 503 }
            #expect(refused.count == 3)
            #expect(refused.allSatisfy { Int($0["Retry-After"] ?? "").map { $0 > 0 } == true })
            #expect(answers.count { $0.status == 201 } == 7)
            try #expect(Program.query(site, "SELECT count(*) FROM submissions WHERE form = 'many'") == ["7"])
        }
    }
}
