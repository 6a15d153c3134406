/// Memory that a flood took goes back to the system when the flood is over. Test threads.

import Harness
import Platform
import Testing

@Suite struct ReleasedMemoryTests {
    private static let slack = 32 << 20
    /// A sanitizer keeps memory of its own for each allocation.
    private static let isSanitized = ChildProcess.variable("RINGPORT_SANITIZED") != nil

    /// Waits until the server has hardly more memory of its own than before.
    private func expectMemory(_ before: Int, _ server: ServerProcess) throws {
        guard !Self.isSanitized else { return }
        let deadline = Instant.now.advanced(by: .seconds(30))
        while true {
            let size = try server.anonymousSize
            guard size > before + Self.slack else { return }
            try #require(Instant.now < deadline, "\(size >> 20) MiB, \(before >> 20) before")
            try #expect(Client(server).exchange(Request.get("/", Request.close)).text == "hello\n")
        }
    }

    @Test func contentsThatWereNeverFinishedAreGivenBack() throws {
        let site = try TestSite(configuration: "[server]\nworkers = 1\n[deadlines]\ndrain = 0.2\n")
        let server = try ServerProcess(site, arguments: [], launcher: [])
        try #expect(Client(server).exchange(Request.get("/", Request.close)).text == "hello\n")
        let before = try server.anonymousSize
        let part = [UInt8](repeating: 97, count: 900_000)
        let clients = try (0..<150).map { _ in try Client(server) }
        for client in clients {
            try client.send(
                "POST /forms/a HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    + "Content-Length: 1000000\r\n\r\n"
            )
            try client.send(part)
        }
        for client in clients { try client.reset() }
        try expectMemory(before, server)
        _ = try server.stop()
    }

    /// Each has an output block full of answers.
    @Test func outputBlocksThatNobodyHasAreGivenBack() throws {
        let site = try TestSite(configuration: "[server]\nworkers = 1\n")
        try site.write("www/small.txt", [UInt8](repeating: 120, count: 15_000))
        try serving(site) { server in
            try #expect(Client(server).exchange(Request.get("/", Request.close)).text == "hello\n")
            let before = try server.anonymousSize
            let requests = Array(String(repeating: Request.get("/small.txt"), count: 60).utf8)
            let clients = try (0..<900).map { _ in try Client(server, receiveBuffer: 4096) }
            for client in clients { try client.send(requests) }
            for client in clients { try client.waitForBytes(1) }
            let most = try server.anonymousSize
            #expect(Self.isSanitized || most > before + Self.slack, "there is something to give back")
            for client in clients { try client.reset() }
            try expectMemory(before, server)
        }
    }

    /// The database's pages of large forms, which nothing reads again.
    @Test func theCacheOfTheDatabaseIsGivenBack() throws {
        let site = try TestSite(configuration: "[server]\nworkers = 1\n")
        try serving(site) { server in
            let client = try Client(server)
            func post(_ content: [UInt8]) throws {
                try client.send(
                    "POST /forms/a HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                        + "Content-Length: \(content.count)\r\n\r\n"
                )
                try client.send(content)
                #expect(try client.readResponse(to: "POST").status == 303)
            }
            try post(Array("a=b".utf8))
            let before = try server.anonymousSize
            let large = Array("a=".utf8) + [UInt8](repeating: 97, count: 1_000_000)
            for _ in 0..<70 { try post(large) }
            let most = try server.anonymousSize
            #expect(most > before + Self.slack, "there is something to give back")
            try expectMemory(before, server)
        }
    }
}
