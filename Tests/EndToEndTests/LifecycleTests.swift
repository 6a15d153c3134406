/// Start, ready, drain, stop; and what is said when it can't start. Test threads.

import Glibc
import Harness
import Testing

@Suite struct LifecycleTests {
    /// Runs a server that is expected not to start, and returns what it said.
    private func failedStart(_ arguments: [String]) throws -> Program.Outcome {
        let outcome = try Program.run(program: Program.ringport, ["serve"] + arguments, within: .seconds(15))
        #expect(!outcome.succeeded, "\(outcome)")
        #expect(!outcome.errors.contains("listening on"), "never said to be ready")
        guard case .exited = outcome.ending else { throw HarnessError("it crashed: \(outcome)") }
        return outcome
    }

    private func start(_ site: TestSite, _ arguments: String...) throws -> Program.Outcome {
        try failedStart(["--root", site.root, "--listen", "127.0.0.1:0"] + arguments)
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func aSignalStopsTheServerWithStatusZero(signal: Int32) throws {
        let server = try ServerProcess(TestSite())
        try #expect(server.stop(signal: signal) == .exited(0))
        #expect(throws: HarnessError.self) { try Client(server) }
    }

    @Test func anAnswerUnderWayIsFinishedBeforeTheStop() throws {
        // A client this slow on a busy machine can take longer than the ten seconds of the default.
        let site = try TestSite(configuration: "[deadlines]\ndrain = 60\n")
        let bytes = [UInt8](repeating: 7, count: 8_000_000)
        try site.write("www/big.bin", bytes)
        let server = try ServerProcess(site)
        let client = try Client(server, receiveBuffer: 4096)
        try client.send("GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n")
        try client.waitForBytes(1)
        server.process.send(signal: SIGTERM)
        try #expect(client.readResponse().body == bytes)
        try #expect(client.endsWithoutMore(), "a draining server keeps no connection alive")
        try #expect(server.process.waitUntilEnded() == .exited(0))
    }

    @Test func aDrainingServerDoesNotWaitForIdleConnections() throws {
        let server = try ServerProcess(TestSite())
        let client = try Client(server)
        _ = try client.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        server.process.send(signal: SIGTERM)
        try #expect(client.endsWithoutMore())
        try #expect(server.process.waitUntilEnded() == .exited(0))
    }

    /// A request that was cut off makes it EX_TEMPFAIL.
    ///
    /// A head that is not whole is none, and nothing is lost.
    @Test(
        arguments: [SIGTERM, SIGINT],
        [("GET / HTTP/1.1\r\nHost:", 0), ("POST /forms/a HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\na=b", 75)]
    )
    func aSecondSignalCutsTheDrainShort(second: Int32, request: (text: String, status: Int32)) throws {
        let server = try ServerProcess(TestSite(configuration: "[deadlines]\ndrain = 60\nhead = 60\n"))
        let client = try Client(server)
        let other = try Client(server)
        try client.send(request.text)
        _ = try other.exchange(Request.get("/index.html"))
        server.process.send(signal: SIGTERM)
        // An idle connection is closed when the drain has begun.
        try #expect(other.endsWithoutMore())
        server.process.send(signal: second)
        try #expect(server.process.waitUntilEnded(within: .seconds(20)) == .exited(request.status))
        try #expect(client.endsWithoutMore())
    }

    /// Clients that dawdle, whose answers are not lost by it: a head that never is whole, one that lasts until the drain is over,
    /// with what lingers behind its refusal, and one behind an answered request.
    @Test(arguments: ["head = 60", "head = 0.2"])
    func aStopLosesNothingOfClientsThatDawdleOverAHead(deadlines: String) throws {
        // One worker: whoever is answered after them shows that their bytes have been read.
        let rules = "[server]\nworkers = 1\n[deadlines]\ndrain = 1\nlinger = 60\n\(deadlines)\n"
        let site = try TestSite(configuration: rules)
        let server = try ServerProcess(site)
        let (first, second, other) = try (Client(server), Client(server), Client(server))
        _ = try second.exchange(Request.get("/index.html"))
        for client in [first, second] { try client.send("GET / HTTP/1.1\r\nHost:") }
        _ = try other.exchange(Request.get("/index.html"))
        server.process.send(signal: SIGTERM)
        try #expect(server.process.waitUntilEnded(within: .seconds(20)) == .exited(0), "\(server.process.errors)")
        for client in [first, second] where deadlines == "head = 0.2" {
            try #expect(client.readResponse().status == 408)
        }
        for client in [first, second] { try #expect(client.endsWithoutMore()) }
    }

    /// The thread that waits for a second signal is a convenience; the stop is not.
    @Test func aServerThatGetsNoFurtherThreadStopsInOrder() throws {
        // A thread's stack is as large as the limit says (pthread_create(3)), and what a stop takes of memory is less.
        let server = try ServerProcess(TestSite(), launcher: ["prlimit", "--stack=\(512 << 20)"])
        let client = try Client(server)
        _ = try client.exchange(Request.get("/"))
        let size = try server.addressSize + (256 << 20)
        let outcome = try Program.run(
            program: "prlimit",
            ["--pid", "\(server.process.processID)", "--as=\(size)"]
        )
        #expect(outcome.succeeded, "\(outcome)")
        server.process.send(signal: SIGTERM)
        try #expect(client.endsWithoutMore())
        try #expect(server.process.waitUntilEnded() == .exited(0), "\(server.process.errors)")
    }

    @Test func whatTakesLongerThanTheDrainIsCutOffAndSaid() throws {
        let site = try TestSite(configuration: Configuration.trial + "[deadlines]\ndrain = 0.2\n")
        let server = try ServerProcess(site)
        let client = try Client(server)
        let other = try Client(server)
        try client.send(Request.get("/trial/sleep?ms=1500"))
        _ = try other.exchange(Request.get("/index.html"))
        server.process.send(signal: SIGTERM)
        try #expect(client.endsWithoutMore())
        try #expect(server.process.waitUntilEnded() == .exited(75))
        #expect(server.process.errors.contains("cut off"))
    }

    @Test func aHangUpMakesTheServerLookAgain() throws {
        let site = try TestSite()
        try serving(site) { server in
            let client = try Client(server)
            for turn in 0..<20 {
                try #expect(client.exchange(Request.get("/index.html")).text == "hello\n")
                server.process.send(signal: SIGHUP)
                try #expect(Client(server).exchange(Request.get("/?\(turn)")).text == "hello\n")
            }
        }
        try #expect(site.accessLog().count == 40)
    }

    @Test(arguments: [1, 2, 4])
    func everyNumberOfWorkersServes(workers: Int) throws {
        try serving(configuration: Configuration.trial, arguments: ["--workers", "\(workers)"]) { server in
            let clients = try (0..<40).map { _ in try Client(server) }
            for _ in 0..<3 {
                for client in clients { try client.send(Request.get("/index.html") + Request.get("/trial/later")) }
                for client in clients {
                    try #expect(client.readResponse().text == "hello\n")
                    try #expect(client.readResponse().text == "later\n")
                }
            }
        }
    }

    @Test func whatWasStoredIsThereAfterAStopAndASecondStart() throws {
        let site = try TestSite()
        for number in 1...3 {
            try serving(site) { server in
                let outcome = try Program.curl("-d", "name=\(number)", server.url("/forms/kept"))
                #expect(outcome.succeeded)
                try #expect(Program.query(site, "SELECT count(*) FROM submissions") == ["\(number)"])
            }
        }
    }

    @Test func aRootThatHoldsOnlyPagesIsEnough() throws {
        let site = try TestSite()
        try serving(site) { server in
            try #expect(Program.curl(server.url("/")).output == "hello\n")
        }
    }

    @Test func aPortInUseIsNamed() throws {
        let server = try ServerProcess(TestSite())
        let site = try TestSite()
        let outcome = try failedStart(["--root", site.root, "--listen", "127.0.0.1:\(server.port)"])
        #expect(outcome.errors.contains("127.0.0.1:\(server.port)"), "\(outcome)")
        #expect(outcome.errors.contains("in use"), "\(outcome)")
        try #expect(server.stop() == .exited(0))
    }

    @Test func aSiteWithoutPagesIsNamed() throws {
        let site = try TestSite()
        #expect(try Program.run(program: "rm", ["-r", site.root + "/www"]).succeeded)
        try #expect(start(site).errors.contains("www"))
        try #expect(failedStart(["--root", "/nowhere", "--listen", "127.0.0.1:0"]).errors.contains("/nowhere"))
    }

    /// A plain file in a folder's place can't be used by root either, for whom no permission is missing.
    @Test func aFolderThatCannotBeWrittenIsNamed() throws {
        let site = try TestSite()
        try site.write("db", "not a folder")
        try #expect(start(site).errors.contains("db"))
    }

    @Test func anUnknownOptionIsAUsageError() throws {
        let outcome = try start(TestSite(), "--frobnicate")
        #expect(outcome.ending == .exited(64), "EX_USAGE: \(outcome)")
        #expect(outcome.errors.contains("--frobnicate"), "\(outcome)")
    }

    @Test(arguments: ["nonsense", "127.0.0.1", "127.0.0.1:99999", "300.0.0.1:80", ":"])
    func anAddressThatIsNoneIsNamed(address: String) throws {
        let outcome = try failedStart(["--root", TestSite().root, "--listen", address])
        #expect(outcome.errors.contains(address), "\(outcome)")
    }

    @Test(arguments: [
        ("[server\n", "ringport.toml"), ("[limits]\nhead_size_max = \"big\"\n", "head_size_max"),
        ("[limits]\nbody_size_max = -1\n", "body_size_max"), ("[limits]\nno_such_limit = 1\n", "no_such_limit"),
        ("[nosuchsection]\na = 1\n", "nosuchsection"), ("[deadlines]\nidle = -5\n", "idle"),
        ("[pool]\nthreads_min = 9\nthreads_max = 2\n", "threads_m"), ("[handlers]\nenabled = [\"nosuch\"]\n", "nosuch"),
        ("[server]\nworkers = 0\n", "workers"),
    ])
    func aBadConfigurationIsNamedByServeAndByCheck(configuration: String, named: String) throws {
        let site = try TestSite(configuration: configuration)
        try #expect(start(site).errors.contains(named))
        let check = try Program.run("check", "--root", site.root)
        #expect(!check.succeeded, "\(check)")
        #expect((check.errors + check.output).contains(named), "\(check)")
    }

    @Test func aGoodSitePassesTheCheck() throws {
        let site = try TestSite(configuration: "[server]\nworkers = 1\n[limits]\nbody_size_max = 4096\n")
        let check = try Program.run("check", "--root", site.root, "--listen", "127.0.0.1:0")
        #expect(check.succeeded, "\(check)")
    }

    @Test func aNewSiteIsMadeAndServed() throws {
        let parent = try TestSite()
        let made = try Program.run("init", parent.root + "/new")
        #expect(made.succeeded, "\(made)")
        let check = try Program.run("check", "--root", parent.root + "/new", "--listen", "127.0.0.1:0")
        #expect(check.succeeded, "\(check)")
        let again = try Program.run("init", parent.root + "/new")
        #expect(!again.succeeded, "a folder that holds something is left alone")
        #expect(again.errors.contains("/new"), "\(again)")
    }
}
