/// Clients that are gone before their request is whole, which the worker hears of together with the last bytes. Test threads.

import Harness
import Testing

@Suite struct EndedRequestsTests {
    /// The part of a request that a client sends, and the way in which it goes.
    struct Way: CustomTestStringConvertible, Sendable {
        enum Ending: Sendable { case reset, closed, finished }

        let ending: Ending
        let isUnix: Bool
        /// Bytes of the content, or `nil` for a head that is not whole.
        let contentSize: Int?
        var buffers = 1024

        var testDescription: String {
            "\(ending) \(isUnix ? "Unix" : "TCP") content \(contentSize.map(String.init) ?? "none") buffers \(buffers)"
        }

        static let all = [
            Way(ending: .reset, isUnix: false, contentSize: 3000),
            Way(ending: .reset, isUnix: false, contentSize: 8000, buffers: 2),
            Way(ending: .reset, isUnix: false, contentSize: nil),
            Way(ending: .closed, isUnix: false, contentSize: 3000),
            Way(ending: .finished, isUnix: false, contentSize: 8000, buffers: 2),
            Way(ending: .closed, isUnix: true, contentSize: 3000),
            Way(ending: .finished, isUnix: true, contentSize: 8000, buffers: 2),
            Way(ending: .finished, isUnix: true, contentSize: nil),
        ]

        var request: String {
            guard let contentSize else { return "GET /index.html HTTP/1.1\r\nHost: " }
            let whole = Request.post("/forms/a", "text=" + String(repeating: "a", count: 100_000))
            return String(whole.dropLast(100_005 - contentSize))
        }

        func perform(_ client: Client) throws {
            switch ending {
            case .reset: try client.reset()
            case .closed: client.close()
            case .finished: try client.shutdownSending()
            }
        }
    }

    /// A receive that goes on misses about four of these resets on Linux 6.18; a stop would wait for the rest of their contents.
    @Test func noneOfManyResetsIsMissed() throws {
        let site = try TestSite(configuration: "[server]\nworkers = 2\n")
        let (count, rounds) = (150, 8)
        try serving(site) { server in
            let arguments = ["\(server.port)", "\(count)", "\(rounds)"]
            let outcome = try Program.python("reset_client.py", importing: ["socket"], arguments)
            #expect(outcome.output == "\(count * rounds)\n", "\(outcome)")
        }
        try #expect(site.accessLog().isEmpty == false)
        try #expect(site.accessLog().allSatisfy { $0.contains(" 499 ") })
    }

    /// A server that has lost sight of one of them waits for the rest, and its stop for as long as may be.
    @Test(arguments: Way.all)
    func theEndIsSeenThatComesWithBytes(way: Way) throws {
        let site = try TestSite(
            configuration: "[server]\nworkers = 1\n[limits]\nreceive_buffer_count = \(way.buffers)\n"
                + "[deadlines]\nhead = 100\n"
        )
        let path = site.root + "/http.sock"
        let count = 20
        try serving(site, arguments: ["--listen", "unix:\(path)", "--trace"]) { server in
            _ = try server.process.waitForErrors("the socket") { $0.contains("listening on unix:") ? true : nil }
            let clients = try (0..<count).map { _ in way.isUnix ? try Client(path: path) : try Client(server) }
            for client in clients { try #expect(client.exchange(Request.get("/index.html")).status == 200) }
            try server.waitUntilAsleep(server.thread("worker-0"))
            // The bytes and the end are there before the worker runs again.
            try server.whileStopped {
                for client in clients {
                    try client.send(way.request)
                    try way.perform(client)
                }
            }
            // A client that came later has its answer, and no receive waits for buffers: all has been read before the stop.
            try #expect(Client(server).exchange(Request.get("/index.html")).status == 200)
            try server.waitUntilAsleep(server.thread("worker-0"))
        }
        let log = try site.accessLog()
        #expect(log.count { $0.contains(" 499 ") } == (way.contentSize == nil ? 0 : count))
        let closed = try TracedPacket.all(site).count { $0.operation == "close" && $0.result == 0 }
        #expect(closed >= count + 1, "every connection has ended")
        #expect(try TracedPacket.all(site).contains { $0.isStarved } == (way.buffers == 2), "buffers were lent out")
    }
}
