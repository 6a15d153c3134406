/// Every limit reached: somebody waits or is told 503, nobody is lost, and afterwards all is as before. Test threads.

import Harness
import Platform
import Testing

@Suite struct BackPressureTests {
    private static let page = Request.get("/index.html")

    private func clients(_ count: Int, _ server: ServerProcess) throws -> [Client] {
        try (0..<count).map { _ in try Client(server) }
    }

    /// Sends a request on every connection, then reads every answer.
    private func exchange(_ request: String, _ clients: [Client]) throws -> [Response] {
        for client in clients { try client.send(request) }
        return try clients.map { try $0.readResponse() }
    }

    private func expectUsual(_ server: ServerProcess) throws {
        try #expect(Client(server).exchange(Self.page).text == "hello\n", "afterwards all is as before")
        try #expect(Client(server).exchange(Request.get("/trial/sleep?ms=0")).text == "slept\n")
    }

    // MARK: Handlers

    @Test func aFullPoolShedsWhileFilesAreServedAtOnce() throws {
        let limits = "[pool]\nthreads_min = 2\nthreads_max = 2\nqueue_max = 2\n"
        try serving(configuration: Configuration.trial + limits) { server in
            let page = try Client(server)
            _ = try page.exchange(Self.page)
            let start = Instant.now
            let callers = try clients(12, server)
            for caller in callers { try caller.send(Request.get("/trial/sleep?ms=700")) }
            for _ in 0..<50 { try #expect(page.exchange(Self.page).text == "hello\n") }
            #expect(Instant.now.since(start) < .milliseconds(700), "files do not wait for handlers")

            let answers = try callers.map { try $0.readResponse() }
            let shed = answers.filter { $0.status == 503 }
            // Two run and two wait; what comes before a thread has woken up waits too.
            let served = answers.filter { $0.text == "slept\n" }
            #expect((2...4).contains(served.count))
            #expect(served.count + shed.count == answers.count)
            #expect(shed.allSatisfy { Int($0["Retry-After"] ?? "").map { $0 > 0 } == true }, "\(shed)")
            try expectUsual(server)
        }
    }

    @Test func aSlowHandlerKeepsNoOutputBlockFromFiles() throws {
        try serving(configuration: Configuration.trial + "[server]\nworkers = 1\n[limits]\noutputs_max = 2\n") {
            server in
            let callers = try clients(4, server)
            for caller in callers { try caller.send(Request.get("/trial/sleep?ms=700")) }
            let start = Instant.now
            try #expect(Client(server).exchange(Self.page).text == "hello\n")
            #expect(Instant.now.since(start) < .milliseconds(700))
            for caller in callers { try #expect(caller.readResponse().text == "slept\n") }
        }
    }

    @Test func moreRequestsThanExchangesAreRefusedNotLost() throws {
        let limits = "[server]\nworkers = 1\n[limits]\nexchanges_max = 2\npipelined_max = 2\n"
        try serving(configuration: Configuration.trial + limits) { server in
            try #expect(Client(server).exchange(Self.page).status == 200)
            let answers = try exchange(Request.get("/trial/sleep?ms=300"), clients(8, server))
            #expect(answers.filter { $0.status == 200 }.count == 2)
            #expect(answers.filter { $0.status == 503 && $0["Retry-After"] != nil }.count == 6)
            try expectUsual(server)
        }
    }

    // MARK: Connections and buffers

    @Test(arguments: [1, 3])
    func moreClientsThanConnectionsWaitForTheirTurn(workers: Int) throws {
        let limits = "[server]\nworkers = \(workers)\n[limits]\nconnections_max = 2\n"
        try serving(configuration: Configuration.trial + limits) { server in
            for _ in 0..<5 {
                let clients = try clients(40, server)
                for client in clients { try client.send(Request.get("/index.html", Request.close)) }
                for client in clients {
                    try #expect(client.readResponse().text == "hello\n")
                    client.close()
                }
            }
            // Idle connections at the limit, then room for those that waited.
            let first = try clients(2 * workers, server)
            _ = try exchange(Self.page, first)
            let waiting = try clients(6, server)
            for client in waiting { try client.send(Request.get("/index.html", Request.close)) }
            #expect(try !waiting.contains { try $0.hasNews() }, "there is no room for them")
            for client in first { client.close() }
            for client in waiting {
                try #expect(client.readResponse().text == "hello\n")
                client.close()
            }
            try expectUsual(server)
        }
    }

    /// Workers that are full have many accepts posted side by side, so that most of the next clients come to one of them.
    @Test func nobodyWaitsForAPlaceWhileAnyWorkerHasOne() throws {
        let workers = 3
        let limits = "[server]\nworkers = \(workers)\n[limits]\nconnections_max = 2\n"
        try serving(configuration: Configuration.trial + limits) { server in
            for _ in 0..<10 {
                let first = try clients(2 * workers, server)
                for client in first { try #expect(client.exchange(Self.page).text == "hello\n") }
                var waiting = try clients(2 * workers, server)
                for client in waiting { try client.send(Self.page) }
                // Each place that is given back, by whatever worker, is another client's, who keeps it.
                var served: [Client] = []
                for client in first {
                    client.close()
                    let next = try waiting.remove(at: Client.waitForNews(waiting))
                    try #expect(next.readResponse().text == "hello\n")
                    served.append(next)
                }
                for client in served { client.close() }
            }
        }
    }

    @Test func halfHeadsKeepNoOutputBlockFromOthers() throws {
        try serving(configuration: Configuration.trial + "[server]\nworkers = 1\n[limits]\noutputs_max = 2\n") {
            server in
            let slow = try clients(5, server)
            for client in slow { try client.send("GET /index.html HTTP/1.1\r\nHo") }
            try expectUsual(server)
            for client in slow { try #expect(client.exchange("st: a\r\n\r\n").text == "hello\n") }
        }
    }

    @Test func whoFindsNoOutputBlockWaitsForOne() throws {
        let site = try TestSite(
            configuration: Configuration.trial + "[server]\nworkers = 1\n[limits]\noutputs_max = 2\n"
        )
        let big = [UInt8](repeating: 7, count: 10_000_000)
        try site.write("www/big.bin", big)
        try serving(site) { server in
            let readers = try (0..<2).map { _ in try Client(server, receiveBuffer: 4096) }
            for reader in readers { try reader.send(Request.get("/big.bin")) }
            for reader in readers { try reader.waitForBytes(1) }
            let waiting = try clients(5, server)
            for client in waiting { try client.send(Self.page + Self.page) }
            for reader in readers { try #expect(reader.readResponse().body == big) }
            for client in waiting {
                for _ in 0..<2 { try #expect(client.readResponse().text == "hello\n") }
            }
            try expectUsual(server)
        }
    }

    @Test func oneReceiveBufferServesEverybody() throws {
        let site = try TestSite(
            configuration: Configuration.trial + "[server]\nworkers = 1\n[limits]\nreceive_buffer_count = 1\n"
        )
        try serving(site, arguments: ["--trace"]) { server in
            let content = "text=" + String(repeating: "x", count: 200_000)
            let senders = try clients(10, server)
            let answers = try exchange(Request.post("/forms/long", content, Request.json), senders)
            #expect(answers.allSatisfy { $0.status == 201 })
            try #expect(
                Program.query(
                    site,
                    "SELECT DISTINCT length(json_extract(fields, '$.text')), count(*) FROM submissions"
                ) == ["200000|10"]
            )
            try expectUsual(server)
        }
        let packets = try TracedPacket.all(site)
        let received = packets.count { $0.operation == "receive" && $0.result > 0 }
        let starved = packets.count { $0.isStarved }
        #expect(starved > 0, "the buffer was lent out")
        #expect(starved <= 2 * received + 20, "a receive that can't succeed is not tried again and again")
    }

    /// The ring's own table takes what the process's can't; without one clients wait (`wherePlacesEndClientsWait`).
    @Test(.enabled(if: Program.usesRing, "a table of sockets is a ring's"))
    func connectionsGoOnWhereDescriptorsEndInARingsTable() throws {
        let site = try TestSite(configuration: Configuration.trial + "[server]\nworkers = 2\n")
        let descriptors = try ServerProcess(site).descriptorCount
        try serving(site, launcher: ["prlimit", "--nofile=\(descriptors + 40)"]) { server in
            // A table has as many places as the limit is; with two workers' there is room for all.
            let clients = try clients(120, server)
            for _ in 0..<3 {
                let answers = try exchange(Self.page, clients)
                #expect(answers.allSatisfy { $0.text == "hello\n" })
            }
            try #expect(server.descriptorCount <= descriptors + 40)
            // One lingers, one is reset, one reads slowly; all on both sides of the limit.
            for client in clients.prefix(60) {
                try #expect(client.exchange("GET /x HTTP/9.9\r\n\r\n").status == 505)
                try #expect(client.endsWithoutMore())
            }
            for client in clients.suffix(60) {
                try #expect(client.exchange(Request.get("/index.html", Request.close)).text == "hello\n")
                try #expect(client.endsWithoutMore())
            }
            for client in clients { client.close() }
            try expectUsual(server)
        }
    }

    /// The server reckons with the limit: no accept fails.
    @Test func wherePlacesEndClientsWait() throws {
        let site = try TestSite(
            configuration: Configuration.trial + "[server]\nworkers = 1\n[limits]\ndirect_sockets_max = 0\n"
        )
        let descriptors = try ServerProcess(site).descriptorCount
        try serving(site, arguments: ["--trace"], launcher: ["prlimit", "--nofile=\(descriptors + 40)"]) { server in
            try expectSomeWait(server)
        }
        #expect(try !TracedPacket.all(site).contains { $0.isWithoutDescriptor })
        try expectOneComplaint(site)
    }

    /// Somebody lowers the limit of a server that runs.
    @Test func withoutDescriptorsAcceptingPausesAndResumes() throws {
        let site = try TestSite(
            configuration: Configuration.trial + "[server]\nworkers = 1\n[limits]\ndirect_sockets_max = 0\n"
        )
        let start = Instant.now
        try serving(site, arguments: ["--trace"]) { server in
            let limit = try server.descriptorCount + 10
            _ = try Program.run(program: "prlimit", ["--pid=\(server.process.processID)", "--nofile=\(limit)"])
            try expectSomeWait(server)
        }
        let packets = try TracedPacket.all(site)
        #expect(packets.contains { $0.isWithoutDescriptor }, "there was no descriptor")
        // All that are posted fail when they are tried: ten times a second, when one of the 41 connections has closed, and
        // while the server stops, which goes on accepting then.
        let tries = Int(Instant.now.since(start) / .milliseconds(100)) + 41 + 10
        #expect(packets.count { $0.isWithoutDescriptor } <= 16 * tries)
        try expectOneComplaint(site)
    }

    /// More clients than there are descriptors: some wait, nothing spins, all are served in the end.
    private func expectSomeWait(_ server: ServerProcess) throws {
        let served = try Client(server)
        try #expect(served.exchange(Self.page).text == "hello\n", "from now on the page needs no descriptor")
        let clients = try clients(60, server)
        for client in clients { try client.send(Self.page) }

        // A handler's sleep measures a time in which nothing happens but that clients wait.
        let before = try server.processorTime
        try #expect(served.exchange(Request.get("/trial/sleep?ms=1000")).text == "slept\n")
        let used = try server.processorTime - before
        #expect(used < .milliseconds(300), "an accept that can't succeed is not tried again and again")
        #expect(try clients.contains { try !$0.hasNews() }, "some wait")

        served.close()
        for client in clients {
            try #expect(client.readResponse().text == "hello\n")
            client.close()
        }
        try expectUsual(server)
    }

    private func expectOneComplaint(_ site: TestSite) throws {
        let complaint = "accepting pauses: descriptors-exhausted"
        let complaints = try TracedPacket.errorLog(site).filter { $0.contains(complaint) }
        #expect(complaints.count == 1, "said once a minute")
    }
}
