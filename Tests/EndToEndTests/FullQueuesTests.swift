/// The port's and the store's queues, made tiny and filled: nothing is lost, nothing spins, and afterwards all is as before.
/// Test threads.
///
/// That a queue was full is seen and not assumed: in `--trace`, or in who was refused.

import Glibc
import Harness
import Platform
import Testing

@Suite struct FullQueuesTests {
    private static func limits(_ lines: String) -> String {
        Configuration.trial + "[server]\nworkers = 1\n[limits]\n" + lines
    }

    private func clients(_ count: Int, _ server: ServerProcess) throws -> [Client] {
        try (0..<count).map { _ in try Client(server) }
    }

    private func expectUsual(_ server: ServerProcess) throws {
        let page = try Client(server).exchange(Request.get("/index.html"))
        #expect(page.text == "hello\n", "afterwards all is as before")
        try #expect(Client(server).exchange(Request.get("/trial/sleep?ms=0")).text == "slept\n")
        try #expect(Client(server).exchange(Request.post("/forms/after", "a=b", Request.json)).status == 201)
    }

    // MARK: Contents

    /// A content of 50,000 bytes that no other client sends, and in which a lost or misplaced part shows.
    private func content(_ client: Int) -> String {
        var text = ""
        var line = 0
        while text.utf8.count < 50_000 {
            text += "\(client).\(line)-"
            line += 1
        }
        return text
    }

    /// Sends the contents of many clients: the first part of each while the server stands still, the rest part by part in turn.
    ///
    /// - Returns: the trace, when every content has been stored as it was sent.
    private func storeContents(_ site: TestSite, clients count: Int) throws -> [TracedPacket] {
        let contents = (0..<count).map { content($0) }
        try serving(site, arguments: ["--trace"]) { server in
            let senders = try clients(count, server)
            let requests = contents.map { Array(Request.post("/forms/long", "text=" + $0, Request.json).utf8) }
            let part = 16_000
            try server.whileStopped {
                for (sender, request) in zip(senders, requests) { try sender.send(Array(request[..<part])) }
            }
            for start in stride(from: part, to: requests.map(\.count).max() ?? 0, by: part) {
                for (sender, request) in zip(senders, requests) where start < request.count {
                    try sender.send(Array(request[start..<min(start + part, request.count)]))
                }
            }
            for sender in senders { try #expect(sender.readResponse().status == 201) }
            try expectUsual(server)
        }
        let stored = try Program.query(
            site,
            "SELECT json_extract(fields, '$.text') FROM submissions WHERE form = 'long'"
        )
        #expect(stored.count == count)
        #expect(Set(stored) == Set(contents), "every content as it was sent")
        return try TracedPacket.all(site)
    }

    /// A worker that spins enters the kernel again and again for nothing.
    private func expectNoSpinning(_ packets: [TracedPacket], clients: Int) {
        // Contents arrive in at least as many packets as they fill buffers; a client takes seven more at most: accepted, its
        // answer sent, its end, closed, and what other threads have posted meanwhile.
        let atLeast = clients * (50_000 / 4096 + 7)
        #expect((packets.last?.entries ?? 0) < 2 * atLeast, "entries into the kernel")
        // One that takes the last buffer finds no other, and so does each that was armed beside it.
        let received = packets.count { $0.operation == "receive" && $0.result > 0 }
        #expect(packets.count { $0.isStarved } <= 2 * received + clients, "receives in vain")
    }

    @Test(arguments: [(1, 2), (2, 4)])
    func contentsArriveWholeThroughAFullCompletionQueue(submissions: Int, packets packetsMax: Int) throws {
        let site = try TestSite(
            configuration: Self.limits("submissions_max = \(submissions)\npackets_max = \(packetsMax)\n")
        )
        let packets = try storeContents(site, clients: 100)
        // A ring ends receives then; the other engine has a queue without an end.
        #expect((TracedPacket.receivesCutShort(packets) > 0) == Program.usesRing, "the completion queue was full")
        expectNoSpinning(packets, clients: 100)
    }

    @Test func contentsArriveWholeWithNeitherBuffersNorQueues() throws {
        let site = try TestSite(
            configuration: Self.limits("receive_buffer_count = 2\nsubmissions_max = 1\npackets_max = 4\n")
        )
        let packets = try storeContents(site, clients: 100)
        // With two buffers receives mostly end for want of those, before the completion queue is full.
        #expect(packets.contains { $0.isStarved }, "the receive buffers were lent out")
        expectNoSpinning(packets, clients: 100)
    }

    @Test func clientsAreAcceptedThroughAFullCompletionQueue() throws {
        let site = try TestSite(configuration: Self.limits("submissions_max = 1\npackets_max = 2\n"))
        let count = 150
        try serving(site, arguments: ["--trace"]) { server in
            var waiting: [Client] = []
            try server.whileStopped {
                waiting = try clients(count, server)
                for client in waiting { try client.send(Request.get("/index.html", Request.close)) }
            }
            for client in waiting {
                try #expect(client.readResponse().text == "hello\n")
                try #expect(client.endsWithoutMore())
            }
            try expectUsual(server)
        }
        try #expect(TracedPacket.all(site).count { $0.isConnection } >= count)
    }

    // MARK: Submissions

    @Test func aSubmissionQueueOfOneAnswersEverybodyInOrder() throws {
        let count = 200
        let names = (0..<8).map { "\($0).txt" }
        let site = try TestSite(
            ["index.html": "hello\n"].merging(names.map { ($0, "this is \($0)\n") }) { one, _ in one },
            configuration: Self.limits("submissions_max = 1\n")
        )
        try serving(site, arguments: ["--trace"]) { server in
            let clients = try clients(count, server)
            for name in names { _ = try clients[0].exchange(Request.get("/" + name)) }
            let requests = names.map { Request.get("/" + $0) }.joined()
            for _ in 0..<3 {
                try server.whileStopped {
                    for client in clients { try client.send(requests) }
                }
                for client in clients {
                    for name in names { try #expect(client.readResponse().text == "this is \(name)\n") }
                }
            }
            try expectUsual(server)
        }
        let packets = try TracedPacket.all(site)
        let entries = packets.last?.entries ?? 0
        // Without a ring there is no such queue: a send is a call of its own, and no wait.
        #expect((entries > 3 * count) == Program.usesRing, "each send was handed over by itself, as the queue was full")
        #expect(entries < 3 * count + 5 * count, "and none twice")
    }

    // MARK: The store

    @Test(arguments: [1, 3])
    func whatFindsTheStoreQueueFullIsRefusedAndNotStored(queued: Int) throws {
        let count = 40
        let site = try TestSite(
            configuration: Configuration.trial + "[server]\nworkers = 1\n[store]\nwrites_queued_max = \(queued)\n"
        )
        try serving(site) { server in
            try #expect(Client(server).exchange(Request.post("/forms/first", "a=b", Request.json)).status == 201)
            let lock = try DatabaseLock(site)
            let senders = try clients(count, server)
            for (number, sender) in senders.enumerated() {
                try sender.send(Request.post("/forms/many", "number=\(number)", Request.json))
            }
            let deadline = Instant.now.advanced(by: .seconds(20))
            while try senders.count(where: { try $0.hasNews() }) < count - queued, Instant.now < deadline {
                sched_yield()
            }

            // Whoever has found room waits, and nothing works at it meanwhile; a handler's sleep measures the time.
            let before = try server.processorTime
            try #expect(Client(server).exchange(Request.get("/trial/sleep?ms=500")).text == "slept\n")
            try #expect(server.processorTime - before < .milliseconds(200))
            try lock.release()

            let answers = try senders.map { try $0.readResponse() }
            let stored = zip(0..., answers).filter { $0.1.status == 201 }.map(\.0)
            let refused = answers.filter { $0.status == 503 }
            #expect(stored.count == queued, "as many as the queue holds")
            #expect(refused.count == count - queued)
            #expect(refused.allSatisfy { Int($0["Retry-After"] ?? "").map { $0 > 0 } == true })
            try #expect(
                Program.query(
                    site,
                    """
                    SELECT json_extract(fields, '$.number') AS number FROM submissions
                    WHERE form = 'many' ORDER BY CAST(number AS INTEGER)
                    """
                ) == stored.map { "\($0)" },
                "a row for each that was told so, and no other"
            )
            try expectUsual(server)
        }
    }
}
