/// Clients that come while the server is told to stop. Test threads.

import Glibc
import Harness
import Testing

@Suite struct DrainTests {
    /// Lets 1,000 clients and more connect while a server is told to stop: each has a whole answer, or nobody listens any longer.
    private func expectNoReset(
        _ server: ServerProcess,
        _ addresses: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let outcome = try Program.python(
            "drain_client.py",
            importing: ["socket"],
            ["\(server.process.processID)", "\(Self.page.utf8.count)"] + addresses
        )
        let counts = outcome.lines.map { $0.split(separator: " ") }
        #expect(counts.map { $0.first } == ["answered", "refused"], "\(outcome)", sourceLocation: sourceLocation)
        #expect(counts.compactMap { $0.last.flatMap { Int($0) } }.reduce(0, +) >= 1000, sourceLocation: sourceLocation)
        try #expect(server.process.waitUntilEnded() == .exited(0), sourceLocation: sourceLocation)
    }

    private static let page = String(repeating: "a page\n", count: 200)

    /// A site whose server has time to answer everybody, however busy the machine is.
    private static func site() throws -> TestSite {
        try TestSite(["index.html": page], configuration: "[deadlines]\ndrain = 100\n")
    }

    @Test(arguments: [1, 2])
    func whoConnectsAcrossTheSignalIsAnsweredOrRefused(workers: Int) throws {
        let server = try ServerProcess(Self.site(), arguments: ["--workers", "\(workers)"])
        try expectNoReset(server, ["\(server.port)"])
    }

    /// Where descriptors run out, connections go into the table of the ring.
    @Test func soIsWhoGetsNoDescriptorOfTheProcess() throws {
        let server = try ServerProcess(Self.site(), launcher: ["prlimit", "--nofile=64"])
        try expectNoReset(server, ["\(server.port)"])
    }

    @Test func soIsWhoConnectsToAnyOfSeveralAddresses() throws {
        let server = try ServerProcess(Self.site(), arguments: ["--listen", "[::1]:0", "--listen", "127.0.0.1:0"])
        let ports = try server.process.waitForErrors("three addresses") { text in
            let ports = text.matches(of: /listening on http:\/\/(\[::1\]|127\.0\.0\.1):([0-9]+)\n/).map { match in
                (match.1 == "127.0.0.1" ? "" : "6:") + match.2
            }
            return ports.count == 3 ? ports : nil
        }
        try expectNoReset(server, ports)
    }

    @Test func soIsWhoConnectsToAUnixSocket() throws {
        let site = try Self.site()
        let path = site.root + "/http.sock"
        let server = try ServerProcess(site, arguments: ["--listen", "unix:\(path)"])
        try expectNoReset(server, [path])
        #expect(unsafe access(path, F_OK) != 0)
    }

    /// It is no longer waited for than a client that is about to ask takes.
    @Test func aClientThatSaysNothingDoesNotHoldUpTheStop() throws {
        let server = try ServerProcess(TestSite(configuration: "[deadlines]\ndrain = 60\nidle = 600\n"))
        let silent = try Client(server)
        let kept = try Client(server)
        _ = try kept.exchange(Request.get("/"))
        server.process.send(signal: SIGTERM)
        try #expect(kept.endsWithoutMore())
        try #expect(silent.endsWithoutMore())
        try #expect(server.process.waitUntilEnded() == .exited(0), "nothing was cut off")
    }

    @Test func aSuccessorBindsWhileItsPredecessorStillAnswers() throws {
        let site = try TestSite(configuration: Configuration.trial + "[deadlines]\ndrain = 60\n")
        let first = try ServerProcess(site)
        let client = try Client(first)
        try client.send("POST /forms/a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n")
        try client.send("Content-Type: application/x-www-form-urlencoded\r\n\r\n")
        try client.waitForBytes(20)
        first.process.send(signal: SIGTERM)
        while let late = try? Client(port: first.port) { late.close() }
        let second = try ServerProcess(site, port: first.port)
        try #expect(Client(second).exchange(Request.get("/")).status == 200)
        try client.send("a=b")
        _ = try client.readResponse()
        try #expect(client.readResponse().status == 303)
        try #expect(first.process.waitUntilEnded() == .exited(0))
        try #expect(second.stop() == .exited(0))
    }
}
