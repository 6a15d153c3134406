/// The memory of contents, shared by address: an attacker holds all of it, and another address posts as before. Test threads.
///
/// A worker holds four contents of the largest size here. Attackers are at 127.0.0.1, the victim at 127.0.0.2, unless a proxy
/// names both.

import Glibc
import Harness
import Platform
import Testing

@Suite struct SharedContentsTests {
    private static let victim: UInt32 = 0x7F00_0002
    private static let sizeMax = 65_536
    private static let content = "text=" + String(repeating: "x", count: 60_000)
    private static let limits = "[limits]\nbody_size_max = \(sizeMax)\nbodies_size_max = \(4 * sizeMax)\n"

    private func serving(
        _ configuration: String = "",
        server lines: String = "",
        _ body: (TestSite, ServerProcess) throws -> Void
    ) throws {
        let site = try TestSite(
            configuration: Configuration.trial + "[server]\nworkers = 1\n\(lines)" + Self.limits + configuration
        )
        try site.write("www/big.bin", [UInt8](repeating: 7, count: 10 << 20))
        try EndToEndTests.serving(site) { try body(site, $0) }
    }

    /// Posts forms from another address, each of which has to be stored.
    private func expectStored(_ server: ServerProcess, count: Int = 10, _ fields: String = "") throws {
        let victim = try Client(server, from: Self.victim)
        for _ in 0..<count {
            let request = Request.post("/forms/victim", Self.content, Request.json + fields)
            try #expect(victim.exchange(request).status == 201)
        }
    }

    /// All that clients have held is free: as many contents as a worker may hold are held at the same time.
    private func expectNothingHeld(_ server: ServerProcess) throws {
        let deadline = Instant.now.advanced(by: .seconds(20))
        var holders: [Client] = []
        // A call ends a moment after its answer has left.
        repeat {
            for holder in holders { holder.close() }
            holders = try (0..<4).map { _ in try Client(server) }
            for holder in holders { try holder.send(Self.unfinished()) }
        } while try !refused(holders, server).isEmpty && Instant.now < deadline
        for holder in holders {
            try holder.send(Self.rest)
            try #expect(holder.readResponse().status == 201)
        }
    }

    /// Bytes sent before have been read when a later request of another connection is answered.
    private func expectUntouched(_ clients: [Client], _ server: ServerProcess) throws {
        try #expect(refused(clients, server).isEmpty)
    }

    private func refused(_ clients: [Client], _ server: ServerProcess) throws -> [Client] {
        for _ in 0..<5 {
            try #expect(Client(server, from: Self.victim).exchange(Request.get("/index.html")).status == 200)
        }
        return try clients.filter { try $0.hasNews() }
    }

    /// A form of which the end is missing.
    private static func unfinished(_ fields: String = "") -> String {
        String(Request.post("/forms/attack", content, Request.json + fields).dropLast(5000))
    }

    private static let rest = String(repeating: "x", count: 5000)

    // MARK: Attacks

    /// Behind a large file that its client does not read few forms are read, and those that are stored hold nothing.
    @Test func formsBehindAFileThatNobodyReadsHoldNothing() throws {
        try serving { _, server in
            let attackers = try (0..<8).map { _ in try Client(server, receiveBuffer: 4096) }
            for attacker in attackers {
                try attacker.send(Request.get("/big.bin"))
                for _ in 0..<12 { attacker.sendWhatItTakes(Array(Request.post("/forms/attack", Self.content).utf8)) }
            }
            try expectStored(server, count: 30)
            for attacker in attackers { try attacker.reset() }
            try expectNothingHeld(server)
        }
    }

    /// Contents that arrive and never end: the last of them gives its place to another address.
    @Test func contentsThatNeverEndGiveWay() throws {
        try serving { _, server in
            let attackers = try (0..<6).map { _ in try Client(server) }
            for attacker in attackers { try attacker.send(Self.unfinished()) }
            try #expect(refused(attackers, server).count == 2, "four fit, and one address may have all of it")
            for _ in 0..<10 {
                try expectStored(server, count: 1)
                // Calls that have not gone count as the victim's.
                try server.waitForCalls()
            }
            let ended = try refused(attackers, server)
            #expect((3...4).contains(ended.count), "one was enough, or two where the victim's last call had not gone")
            for attacker in ended { try #expect(attacker.readResponse().status == 503) }
            for attacker in attackers { attacker.close() }
            try expectNothingHeld(server)
        }
    }

    /// Contents whose handler never answers: the call that has been open for longest ends as by its deadline.
    @Test func contentsOfOpenCallsGiveWay() throws {
        try serving { _, server in
            let attackers = try (0..<4).map { _ in try Client(server) }
            for attacker in attackers { try attacker.send(Request.post("/trial/never", Self.content)) }
            try expectUntouched(attackers, server)
            try expectStored(server)
            let ended = try refused(attackers, server)
            #expect((1...2).contains(ended.count), "one was enough, or two where the victim's last call had not gone")
            try #expect(ended.first === attackers[0] && attackers[0].readResponse().status == 504)
            for attacker in attackers { try attacker.reset() }
            try expectNothingHeld(server)
        }
    }

    /// Contents of calls that wait for a thread: the last call gives way, before it has begun.
    @Test func contentsOfWaitingCallsGiveWay() throws {
        try serving("[pool]\nthreads_min = 1\nthreads_max = 1\n") { _, server in
            let attackers = try (0..<4).map { _ in try Client(server) }
            for (index, attacker) in attackers.enumerated() {
                try attacker.send(Request.post("/trial/sleep?ms=\(index == 0 ? 3000 : 1)", Self.content))
                try expectUntouched([attacker], server)
            }
            try expectStored(server, count: 2)
            let answers = try attackers.map { try $0.readResponse().status }
            #expect(answers == [200, 200, 200, 503])
            try expectNothingHeld(server)
        }
    }

    /// A client that has left holds nothing, if its call has begun or not.
    @Test func contentsOfClientsThatLeftAreFree() throws {
        try serving("[pool]\nthreads_min = 1\nthreads_max = 1\n") { _, server in
            for _ in 0..<3 {
                let attackers = try (0..<4).map { _ in try Client(server) }
                try attackers[0].send(Request.post("/trial/sleep?ms=200", Self.content))
                for attacker in attackers[1...] { try attacker.send(Request.post("/trial/never", Self.content)) }
                // The first may have been answered by now.
                _ = try refused(attackers, server)
                for attacker in attackers { try attacker.reset() }
                try expectStored(server, count: 2)
                try expectNothingHeld(server)
            }
        }
    }

    /// Answers that wait behind a file that nobody reads are counted, and give way.
    @Test func answersThatWaitInLineGiveWay() throws {
        try serving { _, server in
            let attackers = try (0..<4).map { _ in try Client(server, receiveBuffer: 4096) }
            for attacker in attackers {
                try attacker.send(Request.get("/big.bin"))
                for _ in 0..<5 { try attacker.send(Request.get("/trial/big?bytes=50000")) }
            }
            try expectStored(server)
            try server.waitForCalls()
            let answers = try attackers.flatMap { attacker in
                try #expect(attacker.readResponse().body.count == 10 << 20)
                return try (0..<5).map { _ in try attacker.readResponse() }
            }
            #expect(answers.contains { $0.status == 503 }, "not all could be held")
            #expect(answers.allSatisfy { $0.status == 503 || $0.body.count == 50_000 }, "none is cut")
            for attacker in attackers { attacker.close() }
            try expectNothingHeld(server)
        }
    }

    /// Behind a proxy the visitors are the addresses.
    @Test func visitorsBehindAProxyShareByTheirAddresses() throws {
        try serving(server: "proxies = [\"127.0.0.1\", \"127.0.0.2\"]\n") { _, server in
            let attackers = try (0..<6).map { _ in try Client(server) }
            for (index, attacker) in attackers.enumerated() {
                // Addresses of one network.
                try attacker.send(Self.unfinished("X-Forwarded-For: 2001:db8:0:7::\(index + 1)\r\n"))
            }
            try #expect(refused(attackers, server).count == 2)
            try expectStored(server, "X-Forwarded-For: 2001:db8:0:8::1\r\n")
            try #expect((3...4).contains(refused(attackers, server).count))
        }
    }
}
