/// An answer that says "stored" is true even when the server dies the moment after. Test threads, and eight that post.

import Glibc
import Harness
import Platform
import Testing

@Suite struct DurabilityTests {
    /// Posts on one connection until the server dies, and returns the names whose answer arrived.
    private static func postUntilDeath(_ server: ServerProcess, _ prefix: String, _ arrived: Monitor<[String]>) {
        // That the connection breaks is the point; what counts is which answers came before.
        guard let client = try? Client(server) else { return }
        for number in 0... {
            let body = "name=\(prefix)-\(number)"
            let request =
                "POST /forms/load HTTP/1.1\r\nHost: a\r\nAccept: application/json\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
            guard let response = try? client.exchange(request), response.status == 201 else { return }
            arrived.withLock { $0.append("\(prefix)-\(number)") }
            arrived.signal()
        }
    }

    @Test func everyAnsweredSubmissionSurvivesAKill() throws {
        let site = try TestSite()
        let arrived = Monitor<[String]>([])
        for round in 0..<10 {
            let server = try ServerProcess(site)
            let before = arrived.withLock { $0.count }
            let threads = try (0..<8).map { number in
                try NamedThread(name: "post-\(number)") {
                    Self.postUntilDeath(server, "\(round)-\(number)", arrived)
                }
            }
            let isLoaded = arrived.waitUntil(.now.advanced(by: .seconds(30))) { $0.count >= before + 60 ? true : nil }
            #expect(isLoaded == true, "60 submissions in 30 s: \(server.process.errors)")
            try server.kill()
            for thread in threads { thread.join() }
        }
        // The next start is clean, and everything that was answered is there once.
        try serving(site) { _ in
            let stored = try Program.query(site, "SELECT json_extract(fields, '$.name') FROM submissions")
            let answered = arrived.withLock { $0 }
            #expect(Set(stored).count == stored.count, "nothing twice")
            #expect(Set(answered).isSubset(of: stored), "answered but not stored: \(Set(answered).subtracting(stored))")
            try #expect(Program.query(site, "PRAGMA integrity_check") == ["ok"])
        }
    }
}
