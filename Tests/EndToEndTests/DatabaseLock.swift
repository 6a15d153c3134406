/// The database's write lock, held by another program. Test threads.

import Harness
import Testing

/// Holds the database's write lock until told to let go; the store waits for that, for `busyDuration`.
struct DatabaseLock {
    private let process: ChildProcess
    private let site: TestSite

    init(_ site: TestSite) throws {
        let wait = ".shell echo locked; while [ ! -e '\(site.root)/release' ]; do sleep 0.01; done"
        self.site = site
        process = try ChildProcess(
            "sqlite3",
            ["-batch", site.root + "/db/ringport.db", ".timeout 5000", "BEGIN IMMEDIATE", wait, "COMMIT"]
        )
        _ = try process.waitForOutput("lock") { $0.contains("locked") ? true : nil }
    }

    func release() throws {
        try site.write("release", "")
        #expect(try process.waitUntilEnded() == .exited(0), "\(process.errors)")
    }
}
