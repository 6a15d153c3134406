/// A server behind a Unix socket. Test threads.

import Glibc
import Harness
import Testing

@Suite struct UnixSocketTests {
    /// A server that listens on the socket of its site's folder too.
    private static func start(_ site: TestSite, launcher: [String] = []) throws -> ServerProcess {
        let server = try ServerProcess(site, arguments: ["--listen", "unix:\(path(site))"], launcher: launcher)
        // The lines of several addresses come one by one.
        _ = try server.process.waitForErrors("the socket") { $0.contains("listening on unix:") ? true : nil }
        return server
    }

    private static func path(_ site: TestSite) -> String { site.root + "/http.sock" }

    private static func attributes(_ path: String) -> stat? {
        var attributes = stat()
        return unsafe lstat(path, &attributes) == 0 ? attributes : nil
    }

    private static func curl(_ site: TestSite, _ arguments: String...) throws -> Program.Outcome {
        try Program.run(
            program: "curl",
            ["--silent", "--show-error", "--max-time", "30", "--unix-socket", path(site)] + arguments
        )
    }

    private static func failedStart(_ site: TestSite, _ arguments: [String]) throws -> Program.Outcome {
        let outcome = try Program.run(program: Program.ringport, ["serve", "--root", site.root] + arguments)
        #expect(!outcome.errors.contains("listening on"), "\(outcome)")
        return outcome
    }

    @Test func itServesPagesAndFormsAndSaysSoInTheLog() throws {
        let site = try TestSite()
        let large = [UInt8](repeating: 7, count: 5_000_000)
        try site.write("www/large.bin", large)
        let server = try Self.start(site)
        _ = try server.process.waitForErrors("line of the Unix socket") {
            $0.contains("ringport: listening on unix:\(Self.path(site))\n") ? true : nil
        }
        let two = try Self.curl(site, "http://a/", "http://a/index.html")
        #expect(two.output == "hello\nhello\n", "\(two)")
        try #expect(Self.curl(site, "http://a/large.bin", "-o", site.root + "/got").succeeded)
        try #expect(site.read("got") == large)
        try #expect(Self.curl(site, "-d", "n=1", "http://a/forms/a").succeeded)
        try #expect(Self.curl(site, "--path-as-is", "http://a/%zz", "-H", "Host: a b").succeeded)
        try #expect(Program.query(site, "SELECT remote FROM submissions") == ["unix:"])
        try #expect(server.stop() == .exited(0))
        try #expect(site.accessLog().allSatisfy { $0.hasPrefix("unix: - - [") })
        #expect(Self.attributes(Self.path(site)) == nil, "the stop has removed it")
    }

    @Test func theFileHasItsPermissionsWhateverTheUmask() throws {
        let owner = "\(getuid()):\(getgid())"
        let site = try TestSite(configuration: "[server]\nsocket_mode = '0626'\nsocket_owner = '\(owner)'\n")
        let server = try Self.start(site)
        try #expect(#require(Self.attributes(Self.path(site))).st_mode == S_IFSOCK | 0o626)
        try #expect(server.stop() == .exited(0))
        try site.write("ringport.toml", "")
        let other = try Self.start(site)
        try #expect(#require(Self.attributes(Self.path(site))).st_mode == S_IFSOCK | 0o660)
        try #expect(other.stop() == .exited(0))
    }

    @Test(arguments: ["nobody-at-all", "0:no-such-group"])
    func anOwnerThatDoesNotExistIsNamed(owner: String) throws {
        let site = try TestSite(configuration: "[server]\nsocket_owner = \"\(owner)\"\n")
        let listen = ["--listen", "unix:\(Self.path(site))"]
        let outcome = try Self.failedStart(site, listen)
        #expect(outcome.ending == .exited(78), "\(outcome)")
        #expect(outcome.errors.contains("socket_owner: no "), "\(outcome)")
        let check = try Program.run(program: Program.ringport, ["check", "--root", site.root] + listen)
        #expect(check.ending == .exited(78) && check.errors.contains("socket_owner: no "), "\(check)")
        #expect(Self.attributes(Self.path(site)) == nil)
    }

    @Test func whatAKilledServerLeftIsReplaced() throws {
        let site = try TestSite()
        try Self.start(site).kill()
        #expect(Self.attributes(Self.path(site)) != nil)
        let check = try Program.run("check", "--root", site.root, "--listen", "unix:\(Self.path(site))")
        #expect(check.succeeded, "\(check)")
        #expect(Self.attributes(Self.path(site)) != nil, "a check leaves it")
        let server = try Self.start(site)
        try #expect(Self.curl(site, "http://a/").output == "hello\n")
        try #expect(server.stop() == .exited(0))
    }

    @Test func aSocketThatSomebodyListensOnIsLeftAlone() throws {
        let site = try TestSite()
        let server = try Self.start(site)
        let other = try TestSite()
        for command in ["serve", "check"] {
            let outcome = try Program.run(command, "--root", other.root, "--listen", "unix:\(Self.path(site))")
            #expect(!outcome.succeeded)
            #expect(outcome.errors.contains("listen on unix:\(Self.path(site)): Address already in use"), "\(outcome)")
        }
        try #expect(Self.curl(site, "http://a/").output == "hello\n")
        try #expect(server.stop() == .exited(0))
    }

    @Test func whatIsNoSocketIsLeftAlone() throws {
        let site = try TestSite()
        try site.write("http.sock", "precious")
        let outcome = try Self.failedStart(site, ["--listen", "unix:\(Self.path(site))"])
        #expect(outcome.ending == .exited(69), "\(outcome)")
        #expect(outcome.errors.contains("something else has this name"), "\(outcome)")
        try #expect(site.read("http.sock") == Array("precious".utf8))
    }

    @Test func aFolderThatIsNotThereIsNamed() throws {
        let site = try TestSite()
        let outcome = try Self.failedStart(site, ["--listen", "unix:\(site.root)/nowhere/http.sock"])
        #expect(outcome.ending == .exited(69), "\(outcome)")
        #expect(outcome.errors.contains("\(site.root)/nowhere must be there"), "\(outcome)")
    }

    @Test func aStartThatFailsLeavesNoFile() throws {
        let site = try TestSite(configuration: "[handlers]\nenabled = [\"nosuch\"]\n")
        let outcome = try Self.failedStart(site, ["--listen", "unix:\(Self.path(site))"])
        #expect(outcome.ending == .exited(78), "\(outcome)")
        #expect(Self.attributes(Self.path(site)) == nil)
    }

    /// The log's thread is the first, and starts when the socket has its file.
    @Test(.enabled(if: ChildProcess.variable("RINGPORT_SANITIZED") == nil, "sanitizers need more addresses"))
    func aStartThatGetsNoThreadLeavesNoFile() throws {
        let site = try TestSite()
        // A thread's stack is as large as the limit says (pthread_create(3)), and finds no room among the addresses.
        let limits = ["--stack=17179869184", "--as=8589934592"]
        let outcome = try Program.run(
            program: "prlimit",
            limits + [Program.ringport, "serve", "--root", site.root, "--listen", "unix:\(Self.path(site))"]
        )
        #expect(outcome.errors.contains("start thread log"), "\(outcome)")
        #expect(outcome.ending != .exited(0))
        #expect(Self.attributes(Self.path(site)) == nil)
    }

    /// Each descriptor less ends the start at an earlier step.
    @Test func whereDescriptorsRunOutNoFileIsLeft() throws {
        let site = try TestSite()
        var failures = ""
        for count in 5...60 {
            do {
                let server = try Self.start(site, launcher: ["prlimit", "--nofile=\(count)"])
                try #expect(server.stop() == .exited(0))
                #expect(Self.attributes(Self.path(site)) == nil, "\(count) descriptors are enough for a stop")
                break
            } catch {
                failures += "\(error)\n"
                #expect(Self.attributes(Self.path(site)) == nil, "\(count) descriptors: \(error)")
            }
        }
        // A ring has places for sockets of its own.
        let call = Program.usesRing ? "io_uring_setup" : "keep a descriptor for a client (ulimit -n)"
        #expect(failures.contains("\(call): Too many open files"), "some came far: \(failures)")
    }

    /// Its predecessor still answers, and must not remove what is no longer its own.
    @Test func aSuccessorsFileIsNotRemoved() throws {
        let site = try TestSite(configuration: Configuration.trial + "[deadlines]\ndrain = 60\n")
        let first = try Self.start(site)
        let client = try Client(first)
        try client.send("POST /forms/a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n")
        try client.send("Content-Type: application/x-www-form-urlencoded\r\n\r\n")
        try client.waitForBytes(20)
        first.process.send(signal: SIGTERM)
        while let late = try? Client(port: first.port) { late.close() }
        let second = try Self.start(site)
        let inode = try #require(Self.attributes(Self.path(site))).st_ino
        try client.send("a=b")
        _ = try client.readResponse()
        try #expect(client.readResponse().status == 303)
        try #expect(first.process.waitUntilEnded() == .exited(0))
        try #expect(#require(Self.attributes(Self.path(site))).st_ino == inode)
        try #expect(Self.curl(site, "http://a/").output == "hello\n")
        try #expect(second.stop() == .exited(0))
    }

    private static func siteWithLargeFile() throws -> TestSite {
        let site = try TestSite(configuration: Configuration.trial + "[deadlines]\nsend = 1\n")
        try site.write("www/large.bin", [UInt8](repeating: 7, count: 3_000_000))
        return site
    }

    /// There is no TCP to tell that it takes something.
    @Test func aClientThatReadsSlowlyIsLeftAlone() throws {
        let site = try Self.siteWithLargeFile()
        let server = try Self.start(site)
        let client = try Client(path: Self.path(site))
        let clock = try Client(server)
        try client.send(Request.get("/large.bin"))
        for count in stride(from: 300_000, through: 3_000_000, by: 300_000) {
            try client.waitForBytes(count)
            _ = try clock.exchange(Request.get("/trial/sleep?ms=400"))
        }
        try #expect(client.readResponse().body.count == 3_000_000)
        try #expect(client.exchange(Request.get("/")).text == "hello\n", "the connection is kept")
        try #expect(server.stop() == .exited(0))
    }

    @Test func aClientThatReadsNothingIsLeft() throws {
        let site = try Self.siteWithLargeFile()
        let server = try Self.start(site)
        let clock = try Client(server)
        let clients = try (0..<3).map { _ in try Client(path: Self.path(site)) }
        for client in clients { try client.send(Request.get("/large.bin") + Request.get("/")) }
        let log = { String(decoding: try site.read("logs/error.log"), as: UTF8.self) }
        var turns = 0
        while try log().split(separator: "\n").count(where: { $0.contains(" send-expired ") }) < 3, turns < 400 {
            _ = try clock.exchange(Request.get("/trial/sleep?ms=50"))
            turns += 1
        }
        let said = try log()
        #expect(said.contains("send-expired"), "\(said)")
        for client in clients { try #expect(client.readUntilEnd().count < 3_000_000) }
        try #expect(server.stop() == .exited(0))
    }

    @Test func pipelinedRequestsAreAnsweredInTheirOrder() throws {
        let site = try TestSite(["index.html": "hello\n", "a.txt": "a\n"])
        let server = try Self.start(site)
        let client = try Client(path: Self.path(site))
        for _ in 0..<20 {
            try client.send(Request.get("/") + Request.get("/a.txt") + Request.get("/nothing"))
            try #expect(client.readResponse().text == "hello\n")
            try #expect(client.readResponse().text == "a\n")
            try #expect(client.readResponse().status == 404)
        }
        try #expect(server.stop() == .exited(0))
    }

    /// Connections go into the table of the ring where descriptors run out; without one clients wait
    /// (`BackPressureTests.wherePlacesEndClientsWait`).
    @Test(.enabled(if: Program.usesRing, "a table of sockets is a ring's"))
    func moreClientsThanDescriptorsAreServedInARingsTable() throws {
        let site = try TestSite()
        let server = try Self.start(site, launcher: ["prlimit", "--nofile=64"])
        let clients = try (0..<100).map { _ in try Client(path: Self.path(site)) }
        for client in clients { try #expect(client.exchange(Request.get("/")).text == "hello\n") }
        clients[99].close()
        for client in clients.dropLast() { try #expect(client.exchange(Request.get("/")).text == "hello\n") }
        try #expect(server.stop() == .exited(0))
    }

    @Test(arguments: [":0", "*:0"])
    func everyAddressIsOfBothFamilies(listen: String) throws {
        let site = try TestSite()
        let server = try ServerProcess(site, arguments: ["--listen", listen])
        let port = try server.process.waitForErrors("line of every address") {
            $0.firstMatch(of: /http:\/\/127\.0\.0\.1:([0-9]+) \(\*:[0-9]+: every address/).map { String($0.1) }
        }
        for host in ["127.0.0.1", "[::1]"] {
            try #expect(Program.curl("http://\(host):\(port)/").output == "hello\n")
        }
        try #expect(server.stop() == .exited(0))
        let remotes = try site.accessLog().map { $0.prefix { $0 != " " } }
        #expect(remotes == ["127.0.0.1", "::1"])
    }

    @Test func anAddressThatIsNotThereYetIsBoundWhereThatIsWanted() throws {
        let site = try TestSite()
        let refused = try Self.failedStart(site, ["--listen", "203.0.113.77:0"])
        #expect(refused.errors.contains("freebind = true"), "\(refused)")
        try site.write("ringport.toml", "[server]\nfreebind = true\n")
        let server = try ServerProcess(site, arguments: ["--listen", "203.0.113.77:0", "--listen", "[2001:db8::77]:0"])
        for line in ["listening on http://203.0.113.77:", "listening on http://[2001:db8::77]:"] {
            _ = try server.process.waitForErrors(line) { $0.contains(line) ? true : nil }
        }
        try #expect(server.stop() == .exited(0))
    }
}
