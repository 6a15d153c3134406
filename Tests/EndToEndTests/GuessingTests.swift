/// One address guesses at passwords, another's users log in all the same. Test threads; counts, never times.

import Glibc
import Harness
import Platform
import Testing

@Suite(.serialized) struct GuessingTests {
    /// Hashes of `geheim`, made by `htpasswd -nbB -C COST u geheim`.
    private static let cheap = "$2y$04$nO5.jCYkdlElsyFEWWe8KOCT81tUt27tlBrr54YADzfCxJqnuH9oe"
    private static let usual = "$2y$08$gNlMiLqcx64fhtDCH8p0TuL7dn5iJ.3B6Uh.qUgYttTuGb2sBGCxK"
    private static let costly = "$2y$12$EF4ADe4CiKWCJ86vWvrdDeFGY6a3IvcUHQlmd0//xKnM0pyva8TsW"

    private static let attacker: UInt32 = 0x7F00_0001
    private static let victim: UInt32 = 0x7F00_0002

    private static func site(_ hash: String, _ configuration: String = "") throws -> TestSite {
        let site = try TestSite(
            ["private/a": "secret\n", "open": "open\n"],
            configuration: """
                [limits]
                wrong_password_interval = 86400
                \(configuration)
                [[auth]]
                path = "/private/**"
                realm = "Club"
                file = "users"
                """
        )
        try site.write("users", (0..<30).map { "u\($0):\(hash)\n" }.joined())
        return site
    }

    private static func request(_ user: String, _ password: String = "geheim", _ fields: String = "") -> String {
        Request.get("/private/a", Request.json + Request.basic(user, password) + "\r\n" + fields)
    }

    /// The status of a request on a connection of its own.
    private func status(_ server: ServerProcess, from address: UInt32, _ request: String) throws -> Int {
        try Client(server, from: address).exchange(request).status
    }

    private func errors(_ site: TestSite, with reason: String) throws -> Int {
        String(decoding: try site.read("logs/error.log"), as: UTF8.self).split(separator: "\n")
            .count { $0.contains(" \(reason) ") }
    }

    /// Each request of a user at another address is answered, the first one of a user too, by whichever of the workers.
    ///
    /// So are those of a user at the same address who was let in before.
    @Test func eightyGuessingConnectionsKeepNobodyOut() throws {
        let site = try Self.site(Self.usual)
        try serving(site, arguments: ["--workers", "4"]) { server in
            try #expect(status(server, from: Self.attacker, Self.request("u20")) == 200)
            let clients = try (0..<80).map { _ in try Client(server, from: Self.attacker) }
            var refused: [Int: Int] = [:]
            for round in 0..<4 {
                for (number, client) in clients.enumerated() {
                    try client.send(Self.request("u\(number % 40)", "guess \(round) \(number)"))
                }
                for number in (round * 5)..<(round * 5 + 5) {
                    try #expect(status(server, from: Self.victim, Self.request("u\(number)")) == 200, "first login")
                }
                for _ in 0..<15 {
                    try #expect(status(server, from: Self.victim, Self.request("u0")) == 200, "let in before")
                    try #expect(status(server, from: Self.attacker, Self.request("u20")) == 200, "let in before")
                    try #expect(status(server, from: Self.victim, Request.get("/open")) == 200)
                }
                for client in clients {
                    let answer = try client.readResponse()
                    refused[answer.status, default: 0] += 1
                    if answer.status == 429 {
                        let wait = answer["Retry-After"].flatMap { Int($0) } ?? 0
                        #expect((80_000...86_400).contains(wait))
                        #expect(answer.text.contains("\"reason\":\"too-many-wrong-passwords\""), "\(answer.text)")
                    }
                }
            }
            #expect(refused == [401: 10, 429: 310])
            let late = try Client(server, from: Self.attacker).exchange(Self.request("u1", "geheim"))
            #expect(late.status == 200, "whoever was let in elsewhere goes on here")
            try #expect(status(server, from: Self.attacker, Self.request("u29")) == 429, "right, but not looked at")
        }
        #expect(try errors(site, with: "credentials-wrong") == 10, "no more were compared")
        #expect(try errors(site, with: "password-checks-full") == 0)
    }

    /// Each client has an address of its own, and is gone before its turn: whoever is there does not wait for them.
    @Test(arguments: ["", "POST"]) func whatClientsHaveLeftBehindIsNotCompared(method: String) throws {
        let site = try Self.site(Self.costly, "[deadlines]\nhandler = 15")
        let words = ["--cpu-list", "0"]
        let server = try ServerProcess(site, arguments: ["--workers", "1"], launcher: ["taskset"] + words)
        // Half a minute of comparisons and more.
        for number in 0..<150 as Range<UInt32> {
            let client = try Client(server, from: 0x7F00_0100 + number)
            if method.isEmpty {
                try client.send(Self.request("u1", "guess"))
            } else {
                // With content that is not received while the password waits, and so hides no end of the connection.
                let fields = Request.basic("u1", "guess") + "\r\n"
                try client.send(Request.post("/private/a", String(repeating: "x", count: 9000), fields))
            }
            // Its request was taken when another one that came later was answered.
            try #expect(status(server, from: Self.victim, Request.get("/open")) == 200)
            try client.reset()
        }
        let answer = try Client(server, from: Self.victim, patience: .seconds(60)).exchange(Self.request("u0"))
        #expect(answer.status == 200, "503 as soon as the deadline passes")
        #expect(try server.stop() == .exited(0))
    }

    /// They send nothing more, and still want their answers; until then their worker is told of that once and sleeps.
    @Test func clientsThatHaveFinishedAreWaitedForInSleep() throws {
        let site = try Self.site(Self.costly)
        let count = 12
        try serving(site, arguments: ["--workers", "1", "--trace"]) { server in
            let clients = try (0..<count).map { try Client(server, from: 0x7F00_0100 + UInt32($0)) }
            for client in clients {
                try client.send(Self.request("u1", "guess"))
                try client.shutdownSending()
            }
            for client in clients { try #expect(client.readResponse().status == 401) }
        }
        let packets = try TracedPacket.all(site)
        let ends = packets.count { $0.operation == "hangUp" && $0.result > 0 }
        #expect((1...4 * count).contains(ends), "how their connections ended, as often as that changed")
    }

    /// Addresses that were wrong have a guess each that waits; a first login is compared before them, whether they have a wider
    /// network in common or not, and the stop finds most of them waiting still.
    @Test func addressesThatGuessKeepNobodyWaiting() throws {
        let site = try Self.site(Self.costly, "[deadlines]\ndrain = 20")
        let server = try ServerProcess(site, arguments: ["--workers", "1"], launcher: ["taskset", "--cpu-list", "0"])
        let clients = try (0..<20 as Range<UInt32>).map { number in
            try Client(server, from: number % 2 == 0 ? 0x7F00_0100 + number : 0x7F01_0001 + number << 8)
        }
        for client in clients { try client.send(Self.request("u1", "first guess")) }
        for client in clients { try #expect(client.readResponse().status == 401) }
        for client in clients { try client.send(Self.request("u1", "second guess")) }
        // They were taken when another request that came later was answered.
        for _ in 0..<5 { try #expect(status(server, from: Self.victim, Request.get("/open")) == 200) }
        try #expect(status(server, from: Self.victim, Self.request("u0")) == 200)
        #expect(try server.stop() == .exited(0))
        let statuses = try clients.map { try $0.readResponse().status }
        #expect(Set(statuses).isSubset(of: [401, 503]) && statuses.count { $0 == 503 } > 12, "\(statuses)")
    }

    /// Half a minute of comparisons; the stop ends within the time that it has, and all are answered.
    @Test func guessesThatWaitDoNotHoldUpAStop() throws {
        let site = try Self.site(Self.costly, "[deadlines]\ndrain = 20")
        let server = try ServerProcess(site, arguments: ["--workers", "1"])
        let clients = try (0..<120 as Range<UInt32>).map { try Client(server, from: 0x7F00_0100 + $0) }
        for client in clients { try client.send(Self.request("u1", "guess")) }
        for _ in 0..<5 { try #expect(status(server, from: Self.victim, Request.get("/open")) == 200) }
        #expect(try server.stop() == .exited(0))
        let statuses = try clients.map { try $0.readResponse().status }
        #expect(Set(statuses) == [401, 503] && statuses.count { $0 == 503 } > 60)
    }

    // MARK: Those who answer for a guess

    private func guesses(_ server: ServerProcess, _ count: Int, _ fields: String = "", from address: UInt32 = attacker)
        throws -> [Int]
    {
        let client = try Client(server, from: address)
        return try (0..<count).map { try client.exchange(Self.request("u1", "guess \($0)", fields)).status }
    }

    private static let tenWrong = Array(repeating: 401, count: 10)

    @Test func anAddressGuessesTenTimes() throws {
        try serving(Self.site(Self.cheap)) { server in
            try #expect(guesses(server, 12) == Self.tenWrong + [429, 429])
            try #expect(guesses(server, 1) == [429], "another connection")
            try #expect(guesses(server, 2, from: Self.victim) == [401, 401])
            // What can't be read, and none at all, is no guess.
            let client = try Client(server)
            try #expect(client.exchange(Request.get("/private/a")).status == 401)
            try #expect(client.exchange(Request.get("/private/a", "Authorization: Bearer x\r\n")).status == 401)
        }
    }

    @Test func behindATrustedProxyTheVisitorAnswers() throws {
        let site = try Self.site(Self.cheap, "[server]\nproxies = [\"127.0.0.1\", \"10.0.0.0/8\"]")
        try serving(site) { server in
            let one = "X-Forwarded-For: 192.0.2.1\r\n"
            try #expect(guesses(server, 12, one) == Self.tenWrong + [429, 429])
            try #expect(guesses(server, 1, "X-Forwarded-For: 192.0.2.1, 10.0.0.7\r\n") == [429])
            try #expect(guesses(server, 1, "X-Forwarded-For: 192.0.2.2\r\n") == [401])
            // An address of IPv6 is its network.
            try #expect(guesses(server, 10, "X-Forwarded-For: 2001:db8::1\r\n") == Self.tenWrong)
            try #expect(guesses(server, 1, "X-Forwarded-For: 2001:db8::2\r\n") == [429])
            try #expect(guesses(server, 1, "X-Forwarded-For: 2001:db8:0:1::2\r\n") == [401])
            // The proxy itself answers for nobody.
            for fields in ["", "X-Forwarded-For: unknown\r\n", "X-Forwarded-For: 10.0.0.7\r\n"] {
                try #expect(guesses(server, 11, fields) == Self.tenWrong + [401], "\(fields)")
            }
            // A visitor of the loopback interface that its proxy names is one like others.
            let local = "X-Forwarded-For: 127.0.0.9\r\n"
            try #expect(guesses(server, 11, local) == Self.tenWrong + [429])
        }
    }

    @Test(arguments: [
        "X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1", "X-Real-IP: 192.0.2.1", "via: 1.1 proxy",
        "X-Forwarded-Proto: https", "X-Forwarded-Host: a",
    ])
    func aProxyOfThisMachineThatIsNotConfiguredAnswersForNobody(field: String) throws {
        try serving(Self.site(Self.cheap)) { server in
            try #expect(guesses(server, 12, field + "\r\n") == Self.tenWrong + [401, 401])
            try #expect(guesses(server, 11) == Self.tenWrong + [429], "without the field it is one like others")
        }
    }

    @Test func aUnixSocketAnswersForNobody() throws {
        let site = try Self.site(Self.cheap)
        try serving(site, arguments: ["--listen", "unix:\(site.root)/socket"]) { _ in
            let client = try Client(path: site.root + "/socket")
            for number in 0..<12 {
                try #expect(client.exchange(Self.request("u1", "guess \(number)")).status == 401)
            }
        }
    }

    // MARK: Threads

    /// Comparing stands back for what serves clients, and handlers for both; without a password to ask for there is no thread
    /// that compares.
    @Test func threadsThatComputeStandBack() throws {
        try serving { server in
            try #expect(!server.threads().contains { $0.name.hasPrefix("password") })
        }
        try serving(Self.site(Self.cheap)) { server in
            try #expect(status(server, from: Self.victim, Self.request("u1")) == 200)
            for thread in try server.threads() {
                let computes = try #/(password|pool)-[0-9]+/#.wholeMatch(in: thread.name)?.1
                let expected = computes == "password" ? 5 : computes == "pool" ? 10 : 0
                try #expect(server.niceness(ofThread: thread.number) == expected, "\(thread.name)")
            }
            try #expect(server.threads().contains { $0.name == "password-1" })
        }
    }

    @Test func passwordsMayBeAskedForFromAReloadOn() throws {
        let site = try TestSite(["private/a": "secret\n"], configuration: "")
        try site.write("users", "ann:\(Self.cheap)\n")
        let guarded =
            "[[auth]]\npath = \"/private/**\"\nrealm = \"Club\"\nfile = \"users\"\n[limits]\nwrong_password_interval = 86400\n"
        try serving(site) { server in
            let client = try Client(server)
            func reload(_ configuration: String, until status: Int, _ request: String) throws {
                try site.write("ringport.toml", configuration)
                server.process.send(signal: SIGHUP)
                let deadline = Instant.now.advanced(by: .seconds(20))
                while Instant.now < deadline {
                    if try client.exchange(request).status == status { return }
                }
                Issue.record("the configuration is not taken")
            }
            try #expect(client.exchange(Request.get("/private/a")).status == 200)
            try reload(guarded, until: 401, Request.get("/private/a"))
            try #expect(client.exchange(Self.request("ann")).status == 200)
            for number in 0..<3 {
                try #expect(client.exchange(Self.request("ann", "guess \(number)")).status == 401)
            }
            try #expect(client.exchange(Self.request("ann")).status == 200)
            // The smaller limit holds for what was wrong before, and who was let in is asked anew.
            try reload(guarded + "wrong_passwords_max = 2\n", until: 429, Self.request("ann"))
        }
    }
}
