/// Whatever clients do, descriptors and memory return to where they were. Test threads.

import Harness
import Platform
import Testing

@Suite struct LeakTests {
    /// Waits until the server has as many descriptors open as before; each look costs it one served request.
    private func expectDescriptors(_ count: Int, _ server: ServerProcess) throws {
        let deadline = Instant.now.advanced(by: .seconds(20))
        while Instant.now < deadline {
            if try server.descriptorCount <= count { return }
            _ = try Client(server).exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        }
        throw HarnessError("\(try server.descriptorCount) descriptors, \(count) before")
    }

    /// A sanitizer remembers every thread and every freed block in memory of its own, so that there is nothing to learn
    /// from it; `make test-sanitize` says so.
    private func expectMemory(below size: Int, _ server: ServerProcess) throws {
        guard ChildProcess.variable("RINGPORT_SANITIZED") == nil else { return }
        #expect(try server.residentSize < size)
    }

    @Test func connectionsThatResetLeaveNothingBehind() throws {
        try serving { server in
            for _ in 0..<200 { try Client(server).reset() }
            _ = try Client(server).exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let before = try server.descriptorCount
            let memory = try server.residentSize
            for number in 0..<10_000 {
                let client = try Client(server)
                if number % 3 == 1 { try client.send("GET / HTTP/1.1\r\nHo") }
                if number % 3 == 2 { try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
                try client.reset()
            }
            try expectDescriptors(before, server)
            try expectMemory(below: memory + 16 << 20, server)
        }
    }

    @Test func aClientThatNeverReadsIsGivenUp() throws {
        let site = try TestSite(configuration: "[server]\nworkers = 1\n[deadlines]\nsend = 0.3\nlinger = 0.1\n")
        try site.write("www/big.bin", [UInt8](repeating: 7, count: 20_000_000))
        try serving(site) { server in
            // A file that is sent from the page cache stays open with its entry.
            try #expect(Client(server).exchange("HEAD /big.bin HTTP/1.1\r\nHost: a\r\n\r\n").status == 200)
            let before = try server.descriptorCount
            let memory = try server.residentSize
            let clients = try (0..<20).map { _ in try Client(server, receiveBuffer: 4096) }
            for client in clients { try client.send("GET /big.bin HTTP/1.1\r\nHost: a\r\n\r\n") }
            for client in clients { try client.waitForBytes(1) }
            try #expect(Client(server).exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").text == "hello\n", "others go on")
            try expectDescriptors(before, server)
            // The file itself is mapped once while it is sent, and its pages count as the server's.
            try expectMemory(below: memory + 20_000_000 + 16 << 20, server)
            withExtendedLifetime(clients) {}
        }
    }
}
