/// A database file that is moved, replaced or put back under a store that has it open.

import Glibc
import Platform
import Testing

@testable import Store

@Suite struct MovedFileTests {
    /// The notes in a database file, read without its log.
    private static func notes(in path: String) throws -> [String] {
        let reader = try Reader(path: path, mode: .immutable, limits: StoreLimits())
        return try reader.read(until: .distantFuture) { reader throws(StoreError) in
            var notes: [String] = []
            try reader.query("SELECT text FROM notes ORDER BY id") { row throws(StoreError) in
                notes.append(row.string(0))
                return .more
            }
            return notes
        }
    }

    /// Makes another database with the same table, as a backup is.
    private static func makeBackup(_ notes: [String], at path: String) throws {
        let connection = try Connection(path: path, mode: .readWrite, limits: StoreLimits())
        try connection.run(TemporarySite.notes[0])
        try connection.run("CREATE TABLE ringport_migrations(handler TEXT PRIMARY KEY, version INTEGER NOT NULL)")
        try connection.run("INSERT INTO ringport_migrations VALUES ('notes', 1)")
        for note in notes { try connection.run("INSERT INTO notes(text) VALUES ('\(note)')") }
    }

    private static func move(_ from: String, _ to: String) throws {
        guard unsafe rename(from, to) == 0 else { throw SystemError("rename \(from)") }
    }

    @Test func aFileMovedAwayIsWholeByItselfAndTheNextOneBeginsEmpty() throws {
        let site = try TemporarySite()
        let store = try site.store()
        for number in 0..<25 { _ = try store.write(insertNote) { $0.text("old \(number)") } }
        try Self.move(site.database, "\(site.root)/archive.db")
        _ = try store.write(insertNote) { $0.text("new") }
        #expect(try Self.notes(in: "\(site.root)/archive.db").count == 25)
        #expect(unsafe access("\(site.root)/archive.db-wal", F_OK) != 0)
        #expect(try store.count() == 1)
        #expect(store.statistics.openings == 2)
        store.stop()
        #expect(try Self.notes(in: site.database) == ["new"])
    }

    @Test func allThreeFilesMovedTogetherStayOneDatabase() throws {
        let site = try TemporarySite()
        let store = try site.store()
        _ = try store.write(insertNote) { $0.text("old") }
        for suffix in ["", "-wal", "-shm"] {
            try Self.move(site.database + suffix, "\(site.root)/moved.db\(suffix)")
        }
        _ = try store.write(insertNote) { $0.text("new") }
        #expect(try store.count() == 1)
        #expect(store.statistics.openings == 2)
        store.stop()
        let moved = try StoreReader(path: "\(site.root)/moved.db")
        #expect(try moved.read { reader throws(StoreError) in try reader.number("SELECT count(*) FROM notes") } == 1)
    }

    @Test func aBackupPutInPlaceIsServedAsItIs() throws {
        let site = try TemporarySite()
        let store = try site.store()
        for number in 0..<20 { _ = try store.write(insertNote) { $0.text("old \(number)") } }
        try Self.makeBackup(["kept", "kept too"], at: "\(site.root)/backup.db")
        try Self.move("\(site.root)/backup.db", site.database)
        _ = try store.write(insertNote) { $0.text("new") }
        #expect(try store.count() == 3)
        store.stop()
        #expect(try Self.notes(in: site.database) == ["kept", "kept too", "new"])
    }

    @Test func aBackupPutInPlaceIsReadWithinASecondThoughNothingIsWritten() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.lookInterval = .milliseconds(20)
        let openings = Monitor(0)
        let store = Store(path: site.database, migrationsFolder: site.migrations, limits: limits) { notice in
            if case .opened = notice {
                openings.withLock { $0 += 1 }
                openings.signal()
            }
        }
        try store.register(.handler(name: "notes", statements: TemporarySite.notes))
        try store.start()
        _ = try store.write(insertNote) { $0.text("old") }
        #expect(try store.count() == 1)
        try Self.makeBackup(["kept", "kept too"], at: "\(site.root)/backup.db")
        try Self.move("\(site.root)/backup.db", site.database)
        _ = openings.waitUntil { $0 == 1 ? true : nil }
        #expect(try store.count() == 2)
        store.stop()
    }

    @Test func oneFileMovedAwayAndAnotherPutInItsPlaceMakeTwoWholeOnes() throws {
        let site = try TemporarySite()
        let store = try site.store()
        for number in 0..<20 { _ = try store.write(insertNote) { $0.text("old \(number)") } }
        try Self.makeBackup(["kept"], at: "\(site.root)/backup.db")
        try Self.move(site.database, "\(site.root)/old.db")
        try Self.move("\(site.root)/backup.db", site.database)
        _ = try store.write(insertNote) { $0.text("new") }
        store.stop()
        #expect(try Self.notes(in: "\(site.root)/old.db").count == 20)
        #expect(try Self.notes(in: site.database) == ["kept", "new"])
    }

    @Test func aFileThatLeavesAndComesBackHoldsEveryWriteOnce() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.absenceDuration = .seconds(60)
        let store = try site.store(limits: limits)
        _ = try store.write(insertNote) { $0.text("first") }
        let outcomes = Outcomes()
        for round in 0..<20 {
            for number in 0..<20 { store.submitNote("\(round) \(number)", outcomes.completion(0)) }
            try Self.move(site.database, "\(site.root)/away.db")
            for number in 20..<40 { store.submitNote("\(round) \(number)", outcomes.completion(0)) }
            try Self.move("\(site.root)/away.db", site.database)
            let results = outcomes.wait(for: 40 * (round + 1))
            #expect(results.allSatisfy { (try? $0.result.get()) != nil }, "a note is unique: twice is a failure")
        }
        #expect(try store.count() == 801)
        store.stop()
        #expect(try Self.notes(in: site.database).count == 801)
    }

    @Test func aFileThatComesBackWhileItIsReadBringsItsLogAlong() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.truncateDuration = .milliseconds(1)
        let store = try site.store(limits: limits)
        _ = try store.write(insertNote) { $0.text("old") }
        let reader = try Reader(path: site.database, mode: .readOnly, limits: limits)
        try Self.makeBackup(["kept"], at: "\(site.root)/backup.db")
        let outcomes = Outcomes()
        try reader.read(until: .distantFuture) { (connection) throws(StoreError) in
            _ = try connection.number("SELECT count(*) FROM notes")
            store.submitNote("later", outcomes.completion(0))
            _ = outcomes.wait(for: 1)
            unsafe _ = rename(site.database, "\(site.root)/old.db")
            unsafe _ = rename("\(site.root)/backup.db", site.database)
            store.submitNote("in the backup", outcomes.completion(1))
            _ = outcomes.wait(for: 2)
            unsafe _ = rename(site.database, "\(site.root)/backup.db")
            unsafe _ = rename("\(site.root)/old.db", site.database)
            store.submitNote("back", outcomes.completion(2))
            let results = outcomes.wait(for: 3)
            #expect(results.allSatisfy { (try? $0.result.get()) != nil })
        }
        #expect(try store.count() == 3)
        store.stop()
        #expect(try Self.notes(in: site.database) == ["old", "later", "back"])
        #expect(try Self.notes(in: "\(site.root)/backup.db") == ["kept", "in the backup"])
    }

    @Test func aReaderNeverMixesTwoFiles() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        // The writer looks by itself only when a reader makes it.
        limits.lookInterval = .seconds(3600)
        let store = try site.store(limits: limits)
        for number in 0..<100 { _ = try store.write(insertNote) { $0.text("old \(number)") } }
        try Self.makeBackup(["kept"], at: "\(site.root)/backup.db")
        try Self.move("\(site.root)/backup.db", site.database)
        #expect(try store.count() == 1)
        store.stop()
        #expect(try Self.notes(in: site.database) == ["kept"])
    }

    @Test func aFolderIsWaitedForAsAFileIs() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.absenceDuration = .seconds(60)
        let store = try site.store(limits: limits)
        _ = try store.write(insertNote) { $0.text("old") }
        try site.write("", to: "db.backup/place")
        try Self.makeBackup(["kept"], at: "\(site.root)/db.backup/ringport.db")
        try Self.move("\(site.root)/db", "\(site.root)/db.old")
        let outcomes = Outcomes()
        store.submitNote("new", outcomes.completion(0))
        // The log moved with its folder; the writer empties it when it leaves the file.
        while try FileStatus.find("\(site.root)/db.old/ringport.db-wal")?.size ?? 0 > 0 {}
        try Self.move("\(site.root)/db.backup", "\(site.root)/db")
        #expect(throws: Never.self) { try outcomes.wait(for: 1)[0].result.get() }
        store.stop()
        #expect(try Self.notes(in: site.database) == ["kept", "new"])
        #expect(try Self.notes(in: "\(site.root)/db.old/ringport.db") == ["old"])
    }

    @Test func aLoneClientsAnsweredWritesStayInTheFileThatWasReplaced() throws {
        let site = try TemporarySite()
        let store = try site.store()
        _ = try store.write(insertNote) { $0.text("first") }
        let outcomes = Outcomes()
        // Each is submitted as soon as the one before is answered, and none waits beside another.
        @Sendable func submit(_ number: Int) {
            let completion = outcomes.completion(number)
            store.submitNote("old \(number)") { result in
                if number < 19 { submit(number + 1) }
                completion(result)
            }
        }
        submit(0)
        _ = outcomes.wait(for: 20)
        try Self.makeBackup(["kept"], at: "\(site.root)/backup.db")
        try Self.move("\(site.root)/backup.db", site.database)
        _ = try store.write(insertNote) { $0.text("new") }
        store.stop()
        #expect(try Self.notes(in: site.database) == ["kept", "new"])
    }

    @Test func aFileMovedAwayIsWholeAfterAStopToo() throws {
        let site = try TemporarySite()
        let store = try site.store()
        for number in 0..<20 { _ = try store.write(insertNote) { $0.text("old \(number)") } }
        try Self.makeBackup(["kept"], at: "\(site.root)/backup.db")
        try Self.move(site.database, "\(site.root)/old.db")
        try Self.move("\(site.root)/backup.db", site.database)
        store.stop()
        #expect(try Self.notes(in: "\(site.root)/old.db").count == 20)
        #expect(try Self.notes(in: site.database) == ["kept"])
        #expect(unsafe access("\(site.database)-wal", F_OK) != 0)
    }

    @Test func aReaderInTheWayTakesTheLogAlongAndTheRestFollows() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.truncateDuration = .milliseconds(1)
        let store = try site.store(limits: limits)
        _ = try store.write(insertNote) { $0.text("old") }
        let reader = try Reader(path: site.database, mode: .readOnly, limits: limits)
        try reader.read(until: .distantFuture) { (connection) throws(StoreError) in
            _ = try connection.number("SELECT count(*) FROM notes")
            // Behind the reader's state: its snapshot keeps this in the log.
            let outcomes = Outcomes()
            store.submitNote("later", outcomes.completion(0))
            _ = outcomes.wait(for: 1)
            unsafe _ = rename(site.database, "\(site.root)/old.db")
            store.submitNote("new", outcomes.completion(1))
            _ = outcomes.wait(for: 2)
            #expect(unsafe access("\(site.root)/old.db-wal", F_OK) == 0)
            let moved = try StoreReader(path: "\(site.root)/old.db")
            let count = try moved.read { reader throws(StoreError) in try reader.number("SELECT count(*) FROM notes") }
            #expect(count == 2)
        }
        store.stop()
        #expect(try Self.notes(in: "\(site.root)/old.db") == ["old", "later"])
        #expect(try Self.notes(in: site.database) == ["new"])
    }

    @Test func aLogThatWasRemovedLosesNothing() throws {
        for suffix in ["-wal", "-shm"] {
            let site = try TemporarySite()
            let store = try site.store()
            _ = try store.write(insertNote) { $0.text("a") }
            unsafe _ = unlink(site.database + suffix)
            _ = try store.write(insertNote) { $0.text("b") }
            #expect(unsafe access(site.database + suffix, F_OK) == 0)
            let outside = try StoreReader(path: site.database)
            let count = try outside.read { reader throws(StoreError) in try reader.number("SELECT count(*) FROM notes")
            }
            #expect(count == 2)
            #expect(try store.count() == 2)
            store.stop()
        }
    }

    @Test func aFolderMovedAwayTakesItsDatabaseAlongWhole() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.absenceDuration = .milliseconds(20)
        let store = try site.store(limits: limits)
        _ = try store.write(insertNote) { $0.text("old") }
        try Self.move("\(site.root)/db", "\(site.root)/db.old")
        _ = try store.write(insertNote) { $0.text("new") }
        store.stop()
        #expect(try Self.notes(in: "\(site.root)/db.old/ringport.db") == ["old"])
        #expect(try Self.notes(in: site.database) == ["new"])
    }

    @Test func aDatabaseBehindALinkIsFollowedWhenTheLinkIsTurned() throws {
        let site = try TemporarySite()
        try site.write("", to: "db/place")
        try site.write("", to: "first/place")
        try site.write("", to: "second/place")
        unsafe _ = symlink("\(site.root)/first/forms.db", site.database)
        let store = try site.store()
        _ = try store.write(insertNote) { $0.text("first") }
        unsafe _ = (unlink(site.database), symlink("\(site.root)/second/forms.db", site.database))
        _ = try store.write(insertNote) { $0.text("second") }
        store.stop()
        #expect(try Self.notes(in: "\(site.root)/first/forms.db") == ["first"])
        #expect(try Self.notes(in: "\(site.root)/second/forms.db") == ["second"])
    }

    @Test func aFileThatIsOverwrittenInQuietIsOpenedAnew() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.idleDuration = .milliseconds(1)
        let store = try site.store(limits: limits)
        _ = try store.write(insertNote) { $0.text("old") }
        while try FileStatus.find("\(site.database)-wal")?.size ?? 0 != 0 {}
        try Self.makeBackup(["kept", "kept too"], at: "\(site.root)/backup.db")
        let backup = unsafe fopen("\(site.root)/backup.db", "re")
        let database = unsafe fopen(site.database, "we")
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        if let backup = unsafe backup, let database = unsafe database {
            let count = unsafe fread(&bytes, 1, bytes.count, backup)
            unsafe _ = fwrite(bytes, 1, count, database)
            unsafe _ = (fclose(backup), fclose(database))
        }
        _ = try store.write(insertNote) { $0.text("new") }
        #expect(try store.count() == 3)
        store.stop()
        #expect(try Self.notes(in: site.database) == ["kept", "kept too", "new"])
    }

    @Test func afterAMomentOfQuietTheFileAloneIsWhole() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.idleDuration = .milliseconds(1)
        let store = try site.store(limits: limits)
        _ = try store.write(insertNote) { $0.text("a") }
        var size = -1
        while size != 0 { size = try FileStatus.find("\(site.database)-wal")?.size ?? 0 }
        #expect(try Self.notes(in: site.database) == ["a"])
        store.stop()
    }
}
