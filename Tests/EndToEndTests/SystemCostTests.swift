/// What a request costs the system, in numbers that repeat: allocations, entries into the kernel, sends. Test threads.
///
/// Entries are counted by the worker's port and told by `--trace`. A client that waits until the worker sleeps before it
/// asks again makes them exact.

import Harness
import Testing

@Suite struct SystemCostTests {
    private static let page = Request.get("/page.txt")
    /// One worker, and no deadline that wakes it.
    private static let configuration = "[server]\nworkers = 1\n[deadlines]\nidle = 1000\nsend = 1000\n"

    private static func site() throws -> TestSite {
        try TestSite(["page.txt": String(repeating: "x", count: 1024)], configuration: configuration)
    }

    private func expectPage(_ response: Response) {
        #expect(response.status == 200)
        #expect(response.body == [UInt8](repeating: UInt8(ascii: "x"), count: 1024))
    }

    // MARK: Allocations

    @Test(.enabled(if: ChildProcess.variable("RINGPORT_SANITIZED") == nil, "sanitizers have an allocator of their own"))
    func aCachedFileIsServedWithoutAnAllocation() throws {
        let site = try Self.site()
        let counts = site.root + "/allocations"
        let launcher = ["env", "LD_PRELOAD=\(try Program.library("allocations"))", "ALLOC_COUNT_FILE=\(counts)"]
        try serving(site, launcher: launcher) { server in
            let worker = try server.thread("worker-0")
            let client = try Client(server)
            // What is made once, some of it with the first second that passes, is made now.
            var date: String?
            var seconds = 0
            while seconds < 3 {
                let response = try client.exchange(Self.page)
                if response["Date"] != date { seconds += 1 }
                date = response["Date"]
            }
            let before = try allocations(of: worker, site)
            #expect(before > 0, "allocations are counted")
            for _ in 0..<1000 { expectPage(try client.exchange(Self.page)) }
            let after = try allocations(of: worker, site)
            #expect(after - before == 0, "by 1000 requests")
        }
    }

    /// The allocations that a thread has made so far, as `Benchmarks/alloc-count` writes them down.
    private func allocations(of thread: Int, _ site: TestSite) throws -> UInt64 {
        let bytes = try site.read("allocations")
        let numbers = stride(from: 0, to: bytes.count - 7, by: 8).map { start in
            bytes[start..<start + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        for index in stride(from: 2, to: numbers.count - 1, by: 2) where numbers[index] == UInt64(thread) {
            return numbers[index + 1]
        }
        throw HarnessError("no allocation of thread \(thread) was counted")
    }

    // MARK: Entries into the kernel

    /// The packets of a server that did what `body` asked of it.
    private func traced(_ body: (ServerProcess, _ worker: Int) throws -> Void) throws -> [TracedPacket] {
        let site = try Self.site()
        try serving(site, arguments: ["--trace"]) { server in
            try body(server, server.thread("worker-0"))
        }
        return try TracedPacket.all(site)
    }

    @Test func aRequestOnItsOwnTakesOneEntryAndOneSend() throws {
        let count = 100
        let packets = try traced { server, worker in
            let client = try Client(server)
            for _ in 0...count {
                expectPage(try client.exchange(Self.page))
                try server.waitUntilAsleep(worker)
            }
        }
        let receives = packets.filter { $0.operation == "receive" && $0.result > 0 }
        let sends = packets.filter { $0.operation == "send" }
        #expect(receives.count == count + 1)
        #expect(sends.count == count + 1)
        // The first one opens the file. Each later one is answered by the call that waits for the next: a send that left at
        // once brings no packet.
        for (one, next) in zip(receives.dropFirst(), receives.dropFirst(2)) {
            #expect(next.entries - one.entries == 1)
        }
        for (receive, send) in zip(receives, sends).dropFirst() { #expect(send.entries - receive.entries == 1) }
    }

    /// The receive ends with the request, so that none has to be cancelled; and the answer brings FIN.
    @Test func aConnectionForOneRequestTakesFourPacketsAndOneSegment() throws {
        let count = 100
        var segments: [Int] = []
        let packets = try traced { server, _ in
            for _ in 0..<count {
                let client = try Client(server)
                expectPage(try client.exchange(Request.get("/page.txt", Request.close)))
                try #expect(client.endsWithoutMore())
                segments.append(try client.segmentsReceived())
            }
        }
        // Of the server's end there are the accepts that had not been needed, each cancelled.
        let operations = packets.filter { $0.operation != "accept" || $0.isConnection }.map(\.operation)
        let unneeded = packets.count - operations.count
        // Whoever looked whether the server was ready is a connection too.
        for operation in ["accept", "receive", "send", "close"] {
            #expect((count...count + 1).contains(operations.count { $0 == operation }), "\(operation)")
        }
        #expect(operations.count { $0 == "cancel" } <= unneeded + 1)
        // The client's SYN is answered, its request acknowledged.
        for segments in segments.dropFirst() { #expect(segments <= 3) }
    }

    @Test func pipelinedRequestsTakeAsMuchAsOne() throws {
        let rounds = 10
        let packets = try traced { server, worker in
            let client = try Client(server)
            expectPage(try client.exchange(Self.page))
            for _ in 0..<rounds {
                try server.waitUntilAsleep(worker)
                try client.send(String(repeating: Self.page, count: 16))
                for _ in 0..<16 { expectPage(try client.readResponse()) }
            }
        }
        let receives = packets.filter { $0.operation == "receive" && $0.result > 0 }.dropFirst()
        let sends = packets.filter { $0.operation == "send" }.dropFirst()
        #expect(receives.map(\.result) == Array(repeating: 16 * Self.page.utf8.count, count: rounds))
        #expect(sends.count == rounds, "sixteen answers leave in one send")
        for (receive, send) in zip(receives, sends) { #expect(send.entries - receive.entries == 1) }
        for (one, next) in zip(receives, receives.dropFirst()) { #expect(next.entries - one.entries == 1) }
    }

    /// Workers tell each other when they may accept, and nothing else: not for ever, and not for each request.
    @Test func workersWakeEachOtherForConnectionsOnly() throws {
        let site = try TestSite(["page.txt": "x"], configuration: "[server]\nworkers = 4\n")
        let count = 64
        try serving(site, arguments: ["--trace"]) { server in
            let clients = try (0..<count).map { _ in try Client(server) }
            for _ in 0..<20 {
                for client in clients { try #expect(client.exchange(Self.page).status == 200) }
            }
        }
        let packets = try TracedPacket.all(site)
        #expect(packets.count { $0.isConnection } >= count)
        #expect(packets.count { $0.operation == "notice" } < 4 * count)
    }

    @Test func busyConnectionsShareEntries() throws {
        let count = 64
        let packets = try traced { server, worker in
            let clients = try (0..<count).map { _ in try Client(server) }
            for client in clients { expectPage(try client.exchange(Self.page)) }
            try server.waitUntilAsleep(worker)
            // All have sent before the worker runs again.
            try server.whileStopped { for client in clients { try client.send(Self.page) } }
            for client in clients { expectPage(try client.readResponse()) }
        }
        let receives = packets.filter { $0.operation == "receive" && $0.result > 0 }.suffix(count)
        let sends = packets.filter { $0.operation == "send" }.suffix(count)
        let first = try #require(receives.first)
        let last = try #require(sends.last)
        // Two would do; Linux 6.13 and later make about twenty packets in an entry when they are made by others.
        #expect(last.entries - first.entries + 1 <= count / 8, "far below 0.2 a request")
    }
}
