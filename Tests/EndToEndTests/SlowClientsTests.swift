/// Clients that take their time, or more than that: each step has its deadline as a whole. Test threads.

import Glibc
import Harness
import Testing

@Suite struct SlowClientsTests {
    private static let deadlines = "[deadlines]\nhead = 0.3\nbody = 0.3\nlinger = 0.1\n"

    /// Sends a byte, and another, 50 ms apart, for twice as long as the deadline.
    private func drip(_ bytes: String, _ client: Client, _ server: ServerProcess) throws {
        let clock = try Client(server)
        for byte in bytes.utf8.prefix(12) {
            client.sendWhatItTakes([byte])
            _ = try clock.exchange(Request.get("/trial/sleep?ms=50"))
        }
    }

    @Test func aDrippedHeadIsRefusedAtItsDeadline() throws {
        try serving(configuration: Configuration.trial + Self.deadlines) { server in
            let client = try Client(server)
            try drip("GET /index.html HTTP/1.1\r\n", client, server)
            try #expect(client.readResponse().status == 408)
            try #expect(client.endsWithoutMore())
        }
    }

    @Test func aDrippedBodyIsRefusedAtItsDeadlineAndNotStored() throws {
        let site = try TestSite(configuration: Configuration.trial + Self.deadlines)
        try serving(site) { server in
            let client = try Client(server)
            try client.send("POST /forms/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n")
            try drip("name=abcdefghijklmnopqrstuvwxyz", client, server)
            try #expect(client.readResponse().status == 408)
            try #expect(client.endsWithoutMore())
        }
        try #expect(Program.query(site, "SELECT id FROM submissions", orNoDatabase: true) == [])
    }

    /// Sends a content in pieces, 50 ms apart, for twice as long as the deadline; each earns more than that at 100 a second.
    private func trickle(_ pieces: [String], _ client: Client, _ server: ServerProcess) throws {
        let clock = try Client(server)
        for piece in pieces {
            client.sendWhatItTakes(Array(piece.utf8))
            _ = try clock.exchange(Request.get("/trial/sleep?ms=50"))
        }
    }

    private static let head =
        "POST /forms/a HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n\(Request.json)"
    private static let rate = "[limits]\nbody_rate_min = 100\n"
    private static let piece = String(repeating: "x", count: 500)

    @Test func aSlowAndSteadyContentIsStored() throws {
        let site = try TestSite(configuration: Configuration.trial + Self.deadlines + Self.rate)
        try serving(site) { server in
            let client = try Client(server)
            let count = 12 * Self.piece.utf8.count
            // Another request comes behind the content, and is answered behind it.
            try client.send("\(Self.head)Content-Length: \(count + 2)\r\n\r\nn=")
            try trickle(Array(repeating: Self.piece, count: 11), client, server)
            try client.send(Self.piece + Request.get("/index.html"))
            try #expect(client.readResponse().status == 201)
            try #expect(client.readResponse().text == "hello\n")
            try #expect(Program.query(site, "SELECT length(fields ->> '$.n') FROM submissions") == ["\(count)"])
        }
    }

    @Test func aSlowAndSteadyContentInChunksIsStored() throws {
        let site = try TestSite(configuration: Configuration.trial + Self.deadlines + Self.rate)
        try serving(site) { server in
            let client = try Client(server)
            try client.send("\(Self.head)Transfer-Encoding: chunked\r\n\r\n2\r\nn=\r\n")
            try trickle(Array(repeating: "1f4\r\n\(Self.piece)\r\n", count: 12), client, server)
            try client.send("0\r\n\r\n")
            try #expect(client.readResponse().status == 201)
            try #expect(Program.query(site, "SELECT length(fields ->> '$.n') FROM submissions") == ["6000"])
        }
    }

    /// The time of an earlier request is not the client's, which waits for its turn.
    @Test func aClientThatWaitsToBeAskedForItsContentHasItsTimeThen() throws {
        let site = try TestSite(configuration: Configuration.trial + "[deadlines]\nbody = 0.3\n")
        try serving(site) { server in
            let client = try Client(server)
            let content = "n=Ada"
            try client.send(
                Request.get("/trial/sleep?ms=900")
                    + "\(Self.head)Expect: 100-continue\r\nContent-Length: \(content.utf8.count)\r\n\r\n"
            )
            try #expect(client.readResponse().text == "slept\n")
            try #expect(client.readResponse().status == 100)
            try client.send(content)
            try #expect(client.readResponse().status == 201)
        }
    }

    /// Nobody wants the content, and it is read to find the next request.
    @Test func aSlowAndSteadyContentThatIsDroppedLetsTheNextRequestIn() throws {
        try serving(configuration: Configuration.trial + Self.deadlines + Self.rate) { server in
            let client = try Client(server)
            try client.send("POST /index.html HTTP/1.1\r\nHost: a\r\nContent-Length: 6000\r\n\r\n")
            try trickle(Array(repeating: Self.piece, count: 12), client, server)
            try #expect(client.readResponse().status == 405)
            try #expect(client.exchange(Request.get("/index.html")).text == "hello\n")
        }
    }

    /// A chunk's own line earns nothing, however long it is.
    @Test(arguments: [
        ("Content-Length: 1000", "x"),
        ("Transfer-Encoding: chunked", "1;a=\(String(repeating: "b", count: 200))\r\nx\r\n"),
    ])
    func aContentBelowTheRateIsRefusedAndNotStored(framing: String, piece: String) throws {
        let rate = "[limits]\nbody_rate_min = 1000000\n"
        let site = try TestSite(configuration: Configuration.trial + Self.deadlines + rate)
        try serving(site) { server in
            let client = try Client(server)
            try client.send("POST /forms/a HTTP/1.1\r\nHost: a\r\n\(framing)\r\n\r\n")
            try trickle(Array(repeating: piece, count: 12), client, server)
            let response = try client.readResponse()
            #expect(response.status == 408)
            #expect(response.text.contains("The least is 1000000 bytes a second on average."), "\(response.text)")
            try #expect(client.endsWithoutMore())
        }
        try #expect(Program.query(site, "SELECT id FROM submissions", orNoDatabase: true) == [])
    }

    /// The drain's deadline is its own: a content that comes at the rate does not move it.
    @Test func aServerThatStopsDoesNotWaitForASlowContentLongerThanItDrains() throws {
        let server = try ServerProcess(
            TestSite(configuration: Configuration.trial + "[deadlines]\ndrain = 0.3\n[limits]\nbody_rate_min = 1\n")
        )
        let client = try Client(server)
        let other = try Client(server)
        try client.send("POST /forms/a HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n\(Self.piece)")
        _ = try other.exchange(Request.get("/index.html"))
        server.process.send(signal: SIGTERM)
        try #expect(client.endsWithoutMore())
        try #expect(server.process.waitUntilEnded(within: .seconds(20)) == .exited(75))
    }

    @Test func aClientThatReadsSlowlyGetsItAll() throws {
        let site = try TestSite(configuration: Configuration.trial + "[deadlines]\nsend = 0.5\n")
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        try site.write("www/big.bin", bytes)
        try serving(site) { server in
            let clock = try Client(server)
            let client = try Client(server, receiveBuffer: 64 << 10)
            try client.send(Request.get("/big.bin"))
            for part in 1...15 {
                try client.waitForBytes(part * 100_000)
                _ = try clock.exchange(Request.get("/trial/sleep?ms=100"))
            }
            try #expect(client.readResponse().body == bytes)
        }
    }
}
