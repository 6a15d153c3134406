/// Turns at the pool's threads: an attacker's calls wait by the hundred, and another address is next. Test threads.
///
/// Attackers are at 127.0.0.1, victims at 127.0.0.2. The pool has one thread, which a gate holds while calls come.

import Glibc
import Harness
import Testing

@Suite struct SharedTurnsTests {
    private static let victim: UInt32 = 0x7F00_0002
    private static let page = Request.get("/index.html")
    /// A call, answered with the number of those that have run before it.
    private static let number = Request.get("/trial/number")

    private func serving(
        _ configuration: String = "",
        queueMax: Int = 8192,
        workers: Int = 1,
        files: [String: String] = [:],
        _ body: (ServerProcess, TestSite) throws -> Void
    ) throws {
        let site = try TestSite(
            ["index.html": "hello\n", "docs/a.txt": "a"],
            configuration: Configuration.trial + "[server]\nworkers = \(workers)\n"
                + "[pool]\nthreads_min = 1\nthreads_max = 1\nqueue_max = \(queueMax)\n" + configuration
        )
        for (path, text) in files { try site.write(path, text) }
        try EndToEndTests.serving(site) { try body($0, site) }
    }

    /// Sends requests behind one for a page.
    ///
    /// They come together, so that all that are calls wait in the pool's queue when the page's answer leaves.
    private func send(_ requests: String, _ client: Client) throws {
        try client.send(Self.page + requests)
        try #expect(client.readResponse().text == "hello\n")
    }

    @Test(arguments: [1, 2]) func anotherAddressIsNext(workers: Int) throws {
        try serving(workers: workers) { server, site in
            let gate = try HandlerGate(server, site)
            let attackers = try (0..<60).map { _ in try Client(server) }
            let count = 8
            for client in attackers { try send(String(repeating: Self.number, count: count), client) }
            let victim = try Client(server, from: Self.victim)
            try send(Self.number, victim)
            try gate.open()
            try #expect(victim.readResponse().text == "0\n")
            let others = try attackers.flatMap { client in try (0..<count).map { _ in try client.readResponse().text } }
            #expect(Set(others) == Set((1...60 * count).map { "\($0)\n" }))
        }
    }

    /// Whichever worker has the calls that fill the queue.
    @Test func placesAreSharedByAllWorkers() throws {
        try serving(queueMax: 4, workers: 2) { server, site in
            let gate = try HandlerGate(server, site)
            let attackers = try (0..<4).map { _ in try Client(server) }
            for client in attackers { try send(Self.number, client) }
            let victims = try (0..<4).map { _ in try Client(server, from: Self.victim) }
            for victim in victims { try send(Self.number, victim) }
            for client in attackers[2...] { try #expect(client.readResponse().status == 503) }
            for client in victims[2...] { try #expect(client.readResponse().status == 503) }
            try gate.open()
            for client in attackers[..<2] + victims[..<2] { try #expect(client.readResponse().status == 200) }
        }
    }

    /// A list and the names of a link's file have places of calls.
    @Test func theServersOwnWorkIsNotRefusedForCalls() throws {
        let rules =
            "[files]\nlisting = true\nsymlinks = \"inside\"\n"
            + "[[auth]]\npath = \"/private/**\"\nrealm = \"Club\"\nfile = \"users\"\n"
        let users = "alice:$2y$04$wxODVaIR95OmGWexLW0hvu.Q11t6EH7fPdU5XJY53leraGRKpeZ6i\n"
        try serving(rules, queueMax: 4, files: ["users": users]) { server, site in
            guard unsafe symlink("docs/a.txt", site.root + "/www/link.txt") == 0 else {
                throw HarnessError.system("symlink")
            }
            let gate = try HandlerGate(server, site)
            let attackers = try (0..<4).map { _ in try Client(server) }
            for client in attackers { try send(Self.number, client) }
            var victims: [Client] = []
            for (index, target) in [(3, "/docs/"), (2, "/link.txt")] {
                let victim = try Client(server, from: Self.victim)
                try victim.send(Request.get(target))
                try #expect(attackers[index].readResponse().status == 503, "it has the place of the newest")
                victims.append(victim)
            }
            try gate.open()
            for victim in victims { try #expect(victim.readResponse().status == 200) }
            for client in attackers[..<2] { try #expect(client.readResponse().status == 200) }
        }
    }

    /// The state of a connection whose client resets it while its calls wait.
    enum Standing: CaseIterable {
        /// It is read from.
        case open
        /// It has sent more than is read before it has answers.
        case paused
        /// It has said that its request is the last.
        case closing
        /// It has said FIN.
        case finished
    }

    @Test(arguments: Standing.allCases) func callsOfClientsThatAreGoneNeverStart(standing: Standing) throws {
        try serving { server, site in
            let gate = try HandlerGate(server, site)
            let client = try Client(server)
            switch standing {
            case .open, .finished: try send(Self.number, client)
            case .paused: try send(String(repeating: Self.number, count: 1000), client)
            case .closing: try send(Request.get("/trial/number", Request.close), client)
            }
            if standing == .finished { try client.shutdownSending() }
            // The worker has read what it reads, and has heard of the reset when it answers the next ones.
            for _ in 0..<5 { try #expect(Client(server).exchange(Self.page).text == "hello\n") }
            try client.reset()
            for _ in 0..<5 { try #expect(Client(server).exchange(Self.page).text == "hello\n") }
            let other = try Client(server)
            try send(Self.number, other)
            try gate.open()
            try #expect(other.readResponse().text == "0\n", "of the same address, and none before it")
        }
    }

    /// A FIN alone takes nothing back.
    @Test func callsOfClientsThatHaveOnlyFinishedRun() throws {
        try serving { server, site in
            let gate = try HandlerGate(server, site)
            let client = try Client(server)
            try send(Self.number + Self.number, client)
            try client.shutdownSending()
            for _ in 0..<5 { try #expect(Client(server).exchange(Self.page).text == "hello\n") }
            try gate.open()
            for number in 0..<2 { try #expect(client.readResponse().text == "\(number)\n") }
        }
    }
}
