/// Clients that take their time, or more than that: each step has its deadline as a whole. Test threads.

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
