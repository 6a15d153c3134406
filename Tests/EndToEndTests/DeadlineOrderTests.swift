/// Clients that take nothing more are waited for as long as is configured, told by the order in which clients end. Test threads.

import Harness
import Testing

@Suite struct DeadlineOrderTests {
    /// An idle client of the same worker ends behind the linger's deadline and well before twice as long.
    @Test func aClientThatDoesNotFinishIsWaitedForOnce() throws {
        let configuration = "[server]\nworkers = 1\n[deadlines]\nlinger = 2\nidle = 3\n"
        try serving(configuration: configuration) { server in
            let lingering = try Client(server)
            try lingering.send("BAD\r\n\r\n")
            try #expect(lingering.readResponse().status == 400)
            try #expect(lingering.endsWithoutMore())
            let idle = try Client(server)
            try #expect(idle.exchange(Request.get("/index.html")).text == "hello\n")
            let count = try server.socketCount
            try #expect(idle.endsWithoutMore())
            try #expect(server.socketCount == count - 1, "only the client that was idle lingers now")
        }
    }

    /// Probes of its closed window are answered all the time.
    @Test func aClientThatTakesNothingMoreIsWaitedForOnce() throws {
        let site = try TestSite(configuration: "[server]\nworkers = 1\n[deadlines]\nsend = 1.5\nidle = 2.4\n")
        try site.write("www/big.bin", [UInt8](repeating: 1, count: 30_000_000))
        try serving(site) { server in
            let stuck = try Client(server, receiveBuffer: 4 << 10)
            try stuck.send(Request.get("/big.bin"))
            try stuck.waitForBytes(1)
            let idle = try Client(server)
            try #expect(idle.exchange(Request.get("/index.html")).text == "hello\n")
            try #expect(server.unacknowledgedSizes().count == 2)
            try #expect(idle.endsWithoutMore())
            // Neither is established any more: one was reset, the other told of its end.
            try #expect(server.unacknowledgedSizes().isEmpty)
            stuck.close()
        }
    }
}
