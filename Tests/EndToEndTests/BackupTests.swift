/// `ringport backup` beside a server under load, and `ringport restore` in every case. Test threads, and those that post.

import Glibc
import Harness
import Platform
import Testing

@Suite struct BackupTests {
    private static func names(_ path: String) throws -> [String] {
        let outcome = try Program.run(
            program: "sqlite3",
            ["-batch", "-readonly", path, "SELECT json_extract(fields, '$.n') FROM submissions ORDER BY id"]
        )
        guard outcome.succeeded else { throw HarnessError("sqlite3 \(path): \(outcome)") }
        return outcome.lines.map(String.init)
    }

    /// A site in which these forms have been stored by a server that has ended, or was killed.
    private static func site(_ names: String..., killed: Bool = false) throws -> TestSite {
        let site = try TestSite()
        let server = try ServerProcess(site)
        for name in names {
            try #expect(Client(server).exchange(Request.post("/forms/a", "n=\(name)", Request.json)).status == 201)
        }
        if killed { try server.kill() } else { try #expect(server.stop() == .exited(0)) }
        return site
    }

    private static func keptFiles(_ site: TestSite) throws -> [String] {
        try Program.run(program: "ls", ["\(site.root)/db"]).lines.filter { $0.contains(".before-") }.map(String.init)
    }

    @Test func aBackupUnderLoadHoldsWhatWasAnsweredBeforeItAndIsServedAfterARestore() throws {
        let site = try TestSite()
        let arrived = Monitor<[String]>([])
        let server = try ServerProcess(site)
        let posters = try (0..<8).map { number in
            try NamedThread(name: "post-\(number)") {
                guard let client = try? Client(server) else { return }
                for next in 0... {
                    let request = Request.post("/forms/a", "n=\(number)-\(next)", Request.json)
                    // That the connection breaks is the end of the load.
                    guard let response = try? client.exchange(request), response.status == 201 else { return }
                    arrived.withLock { $0.append("\(number)-\(next)") }
                    arrived.signal()
                }
            }
        }
        let isLoaded = arrived.waitUntil(.now.advanced(by: .seconds(60))) { $0.count >= 500 ? true : nil }
        #expect(isLoaded == true)
        let before = arrived.withLock { $0 }
        let backup = "\(site.root)/backup.db"
        let made = try Program.run("backup", backup, "--root", site.root)
        #expect(made.succeeded && made.output.hasSuffix("bytes, checked\n"), "\(made)")
        let refused = try Program.run("restore", backup, "--root", site.root)
        #expect(refused.ending == .exited(75), "\(refused)")
        #expect(refused.errors.contains("process \(server.process.processID) holds the lock"), "\(refused)")
        try server.kill()
        for poster in posters { poster.join() }
        let copied = try Self.names(backup)
        #expect(Set(before).isSubset(of: copied))
        #expect(unsafe access("\(backup)-wal", F_OK) != 0)
        let restored = try Program.run("restore", backup, "--root", site.root)
        #expect(restored.succeeded, "\(restored)")
        try serving(site) { server in
            try #expect(Client(server).exchange(Request.post("/forms/a", "n=after", Request.json)).status == 201)
        }
        try #expect(Self.names("\(site.root)/db/ringport.db") == copied + ["after"])
        // What was there is kept, with the last commits before the kill.
        let kept = try #require(try Self.keptFiles(site).first)
        try #expect(Set(arrived.withLock { $0 }).isSubset(of: Self.names("\(site.root)/db/\(kept)")))
    }

    @Test func aBackupReplacesAnOlderOneAndNeverTheDatabaseItself() throws {
        let site = try Self.site("1", "2")
        try site.write("backup.db", "an older one")
        let backup = "\(site.root)/backup.db"
        try #expect(Program.run("backup", backup, "--root", site.root).succeeded)
        try #expect(Self.names(backup) == ["1", "2"])
        let own = [
            "ringport.db", "ringport.db-wal", "ringport.db-shm", "ringport.lock", "../www/../db/ringport.db", ".",
        ]
        for name in own.map({ "\(site.root)/db/\($0)" }) {
            let outcome = try Program.run("backup", name, "--root", site.root)
            #expect(outcome.ending == .exited(1), "\(outcome)")
        }
        try #expect(Self.names("\(site.root)/db/ringport.db") == ["1", "2"])
        try #expect(Program.run(program: "ls", [site.root]).lines.filter { $0.contains("unfinished") }.isEmpty)
    }

    @Test func aBackupOfASiteWithoutADatabaseSaysSo() throws {
        let site = try TestSite()
        let outcome = try Program.run("backup", "\(site.root)/backup.db", "--root", site.root)
        #expect(outcome.ending == .exited(1) && outcome.errors.contains("there is no database yet"), "\(outcome)")
        #expect(unsafe access("\(site.root)/backup.db", F_OK) != 0)
    }

    @Test(.enabled(if: ChildProcess.variable("RINGPORT_SANITIZED") == nil, "sanitizers keep their memory in files"))
    func aBackupThatHasNoRoomLeavesTheOlderOne() throws {
        let site = try Self.site("1")
        let backup = "\(site.root)/backup.db"
        try #expect(Program.run("backup", backup, "--root", site.root).succeeded)
        // A limit of the size of files stands for a full disk.
        let outcome = try Program.run(
            program: "prlimit",
            ["--fsize=4096", "env", "--ignore-signal=XFSZ", Program.ringport, "backup", backup, "--root", site.root]
        )
        #expect(outcome.ending == .exited(1), "\(outcome)")
        try #expect(Self.names(backup) == ["1"])
        try #expect(Program.run(program: "ls", [site.root]).lines.filter { $0.contains("unfinished") }.isEmpty)
    }

    @Test func aRestoreIntoAnEmptySiteNeedsNothingElse() throws {
        let old = try Self.site("1", "2")
        let backup = "\(old.root)/backup.db"
        try #expect(Program.run("backup", backup, "--root", old.root).succeeded)
        let new = try TestSite()
        let outcome = try Program.run("restore", backup, "--root", new.root)
        #expect(outcome.succeeded && outcome.lines.count == 1, "\(outcome)")
        try #expect(Self.names("\(new.root)/db/ringport.db") == ["1", "2"])
        try serving(new) { server in
            try #expect(Client(server).exchange(Request.post("/forms/a", "n=3", Request.json)).status == 201)
        }
        try #expect(Self.names("\(new.root)/db/ringport.db") == ["1", "2", "3"])
    }

    @Test func whatIsRestoredMayBeADatabaseWithCommitsInItsLog() throws {
        let killed = try Self.site("1", "2", killed: true)
        let site = try Self.site("old")
        let outcome = try Program.run("restore", "\(killed.root)/db/ringport.db", "--root", site.root)
        #expect(outcome.succeeded, "\(outcome)")
        try #expect(Self.names("\(site.root)/db/ringport.db") == ["1", "2"])
    }

    @Test func aRestoreTakesTheCommitsOfAKilledServerIntoWhatIsKept() throws {
        let site = try Self.site("1")
        let backup = "\(site.root)/backup.db"
        try #expect(Program.run("backup", backup, "--root", site.root).succeeded)
        let server = try ServerProcess(site)
        try #expect(Client(server).exchange(Request.post("/forms/a", "n=2", Request.json)).status == 201)
        try server.kill()
        try #expect(Program.run("restore", backup, "--root", site.root).succeeded)
        let kept = try #require(try Self.keptFiles(site).first)
        try #expect(Self.names("\(site.root)/db/\(kept)") == ["1", "2"])
        try #expect(Self.names("\(site.root)/db/ringport.db") == ["1"])
        try serving(site) { _ in }
        try #expect(Self.names("\(site.root)/db/ringport.db") == ["1"])
    }

    @Test func aRestoreByRootLeavesTheDatabaseToItsOwner() throws {
        let site = try Self.site("1")
        let backup = "\(site.root)/backup.db"
        try #expect(Program.run("backup", backup, "--root", site.root).succeeded)
        try #expect(Program.run(program: "chown", ["-R", "65534:65534", "\(site.root)/db"]).succeeded)
        unsafe _ = unlink("\(site.root)/db/ringport.lock")
        try #expect(Program.run("restore", backup, "--root", site.root).succeeded)
        for name in ["ringport.db", "ringport.lock"] {
            let owner = try Program.run(program: "stat", ["-c", "%u:%g", "\(site.root)/db/\(name)"])
            #expect(owner.output == "65534:65534\n", "\(name) \(owner)")
        }
    }

    @Test func aRestoreOverADamagedDatabaseKeepsTheDamagedOne() throws {
        let site = try Self.site("1")
        let backup = "\(site.root)/backup.db"
        try #expect(Program.run("backup", backup, "--root", site.root).succeeded)
        try site.write("db/ringport.db", "this is no database at all")
        try #expect(Program.run("restore", backup, "--root", site.root).succeeded)
        let kept = try #require(try Self.keptFiles(site).first)
        try #expect(site.read("db/\(kept)") == Array("this is no database at all".utf8))
        try #expect(Self.names("\(site.root)/db/ringport.db") == ["1"])
    }

    @Test func aRestoreOverAForeignLogMakesTheSiteStartAgain() throws {
        let site = try Self.site("1", killed: true)
        let other = try Self.site("other")
        try Self.copy("\(other.root)/db/ringport.db", to: "\(site.root)/other.db")
        try site.rename("other.db", to: "db/ringport.db")
        let start = try Program.run("serve", "--root", site.root, "--listen", "127.0.0.1:0")
        #expect(start.ending == .exited(73) && start.errors.contains("ringport.db-wal"), "\(start)")
        let outcome = try Program.run("restore", "\(other.root)/db/ringport.db", "--root", site.root)
        #expect(outcome.succeeded, "\(outcome)")
        try serving(site) { _ in }
        try #expect(Self.names("\(site.root)/db/ringport.db") == ["other"])
        try #expect(Self.keptFiles(site).contains { $0.hasSuffix("-stray-wal") })
    }

    @Test(arguments: ["nothing", "text", "empty", "cut", "folder", "itself"])
    func whatIsNoWholeDatabaseIsNotRestored(kind: String) throws {
        let site = try Self.site("1", "2")
        var file = "\(site.root)/backup.db"
        switch kind {
        case "text": try site.write("backup.db", "this is no database at all")
        case "empty": try site.write("backup.db", "")
        case "cut": try site.write("backup.db", Array(site.read("db/ringport.db").dropLast(4096)))
        case "folder": try site.makeFolder("backup.db")
        case "itself": file = "\(site.root)/db/ringport.db"
        default: break
        }
        let outcome = try Program.run("restore", file, "--root", site.root)
        #expect(outcome.ending == .exited(1), "\(outcome)")
        #expect(outcome.errors.hasPrefix("ringport: \(file)"), "\(outcome)")
        try #expect(Self.names("\(site.root)/db/ringport.db") == ["1", "2"])
        try #expect(Self.keptFiles(site).isEmpty)
        try #expect(Program.run(program: "ls", ["\(site.root)/db"]).lines.filter { $0.contains("unfinished") }.isEmpty)
    }

    private static func copy(_ from: String, to: String) throws {
        let outcome = try Program.run(program: "cp", [from, to])
        guard outcome.succeeded else { throw HarnessError("cp: \(outcome)") }
    }
}
