/// The note beside a database: which files it tells from others. Values, and what a start does with them.

import Glibc
import Platform
import Testing

@testable import Store

@Suite struct DatabaseNoteTests {
    /// Removes all files of a database, or moves it away, as the parameters say.
    private static func move(_ from: String, _ to: String) throws {
        guard unsafe rename(from, to) == 0 else { throw SystemError("rename \(from)") }
    }

    /// Makes a database with one note, as a backup is.
    private static func makeBackup(at path: String) throws {
        let connection = try Connection(path: path, mode: .readWrite, limits: StoreLimits())
        try connection.run(TemporarySite.notes[0])
        try connection.run("CREATE TABLE ringport_migrations(handler TEXT PRIMARY KEY, version INTEGER NOT NULL)")
        try connection.run("INSERT INTO ringport_migrations VALUES ('notes', 1)")
        try connection.run("INSERT INTO notes(text) VALUES ('kept')")
    }

    @Test func aNoteIsReadAsItWasWritten() throws {
        var note = DatabaseNote()
        note.holder = 17
        note.main = FileStatus.Identity(inode: 3, birth: 1_700_000_000_000_000_001)
        note.index = FileStatus.Identity(inode: .max, birth: 0)
        note.content = try FileStatus.find("/proc/self/exe").map { DatabaseNote.Content($0, boot: "a-b-c") }
        #expect(note.content != nil)
        #expect(DatabaseNote(text: note.text) == note)
        #expect(DatabaseNote(text: "") == DatabaseNote())
        #expect(DatabaseNote(text: "holder x\ndatabase 1\nlog -1 2\nsomething else") == DatabaseNote())
    }

    @Test func whatAKilledServerLeftIsTakenUp() async throws {
        let site = try await OneWriterTests.killed()
        let store = try site.store()
        #expect(try store.count() == 50)
        store.stop()
    }

    @Test func aFileThatTookTheNameAfterAKillGetsNoForeignLog() async throws {
        let site = try await OneWriterTests.killed()
        try Self.move(site.database, "\(site.root)/old.db")
        try Self.makeBackup(at: "\(site.root)/backup.db")
        try Self.move("\(site.root)/backup.db", site.database)
        #expect(throws: StoreError.strayLog(path: site.database)) { try site.store() }
        #expect(throws: StoreError.strayLog(path: site.database)) { try site.store() }
        // First remedy: the log's own database gets its name back.
        try Self.move(site.database, "\(site.root)/backup.db")
        try Self.move("\(site.root)/old.db", site.database)
        let store = try site.store()
        #expect(try store.count() == 50)
        store.stop()
    }

    @Test func aFileThatWasOverwrittenAfterAKillGetsNoForeignLog() async throws {
        let site = try await OneWriterTests.killed()
        try Self.makeBackup(at: "\(site.root)/backup.db")
        try Self.copy("\(site.root)/backup.db", site.database)
        #expect(throws: StoreError.overwritten(path: site.database)) { try site.store() }
        #expect(throws: StoreError.overwritten(path: site.database)) {
            try StoreCheck.run(path: site.database, migrationsFolder: site.migrations, handlers: [])
        }
        try Self.move("\(site.database)-wal", "\(site.root)/left-wal")
        let store = try site.store()
        #expect(try store.count() == 1)
        store.stop()
    }

    @Test func withoutTheForeignLogTheFileIsServedAsItIs() async throws {
        let site = try await OneWriterTests.killed()
        try Self.makeBackup(at: "\(site.root)/backup.db")
        try Self.move("\(site.root)/backup.db", site.database)
        #expect(throws: StoreError.strayLog(path: site.database)) { try site.store() }
        try Self.move("\(site.database)-wal", "\(site.root)/left-wal")
        let store = try site.store()
        #expect(try store.count() == 1)
        store.stop()
    }

    @Test(arguments: ["removed", "emptied"])
    func aLogWithoutItsDatabaseIsNotThrownAway(how: String) async throws {
        let site = try await OneWriterTests.killed()
        try Self.move(site.database, "\(site.root)/old.db")
        if how == "emptied" { try site.write("", to: "db/ringport.db") }
        #expect(throws: StoreError.strayLog(path: site.database)) { try site.store() }
        #expect(try FileStatus.find("\(site.database)-wal")?.size ?? 0 > 0)
    }

    @Test func anOlderLogBesideTheDatabaseIsNotReplayed() async throws {
        let site = try await OneWriterTests.killed()
        try Self.copy("\(site.database)-wal", "\(site.root)/older-wal")
        let store = try site.store()
        for number in 50..<90 { _ = try store.write(insertNote) { $0.text("note \(number)") } }
        store.stop()
        try Self.move("\(site.root)/older-wal", "\(site.database)-wal")
        #expect(throws: StoreError.strayLog(path: site.database)) { try site.store() }
        unsafe _ = unlink("\(site.database)-wal")
        let next = try site.store()
        #expect(try next.count() == 90)
        next.stop()
    }

    @Test func aLogPutBesideARunningDatabaseIsKeptAsideAndNothingIsLost() async throws {
        let killed = try await OneWriterTests.killed()
        let site = try TemporarySite()
        let store = try site.store()
        for number in 0..<20 { _ = try store.write(insertNote) { $0.text("own \(number)") } }
        try Self.copy("\(killed.database)-wal", "\(site.root)/other-wal")
        try Self.move("\(site.root)/other-wal", "\(site.database)-wal")
        for number in 20..<40 { _ = try store.write(insertNote) { $0.text("own \(number)") } }
        #expect(try store.count() == 40)
        store.stop()
        let next = try site.store()
        #expect(try next.count() == 40)
        next.stop()
    }

    /// Leaves a rollback journal in the middle of a transaction, as another program that was killed does.
    private static func leaveJournal(at path: String) async throws {
        let result = await #expect(processExitsWith: .signal(SIGKILL)) { [path] in
            let connection = try Connection(path: path, mode: .readWrite, limits: StoreLimits())
            try connection.run("PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1; BEGIN")
            for number in 0..<200 { try connection.run("INSERT INTO notes(text) VALUES ('half \(number)')") }
            try connection.run("UPDATE notes SET text = text || 'x'")
            _ = kill(getpid(), SIGKILL)
        }
        _ = try #require(result)
        #expect(try FileStatus.find("\(path)-journal")?.size ?? 0 > 0)
    }

    @Test func aJournalOfAnotherDatabaseIsNotPlayedBack() async throws {
        let site = try TemporarySite()
        let store = try site.store()
        _ = try store.write(insertNote) { $0.text("own") }
        store.stop()
        try Self.makeBackup(at: "\(site.root)/other.db")
        try await Self.leaveJournal(at: "\(site.root)/other.db")
        try Self.move("\(site.root)/other.db-journal", "\(site.database)-journal")
        #expect(throws: StoreError.strayJournal(path: site.database)) { try site.store() }
        #expect(throws: StoreError.strayJournal(path: site.database)) {
            try StoreCheck.run(path: site.database, migrationsFolder: site.migrations, handlers: [])
        }
        unsafe _ = unlink("\(site.database)-journal")
        let next = try site.store()
        #expect(try next.count() == 1)
        next.stop()
    }

    @Test func aSiteCopiedWholeIsTakenAsItIs() async throws {
        let site = try await OneWriterTests.killed()
        for suffix in ["", "-wal"] {
            try Self.copy(site.database + suffix, "\(site.root)/copy\(suffix)")
            unsafe _ = unlink(site.database + suffix)
            try Self.move("\(site.root)/copy\(suffix)", site.database + suffix)
        }
        let store = try site.store()
        #expect(try store.count() == 50)
        store.stop()
        let next = try site.store()
        #expect(try next.count() == 50)
        next.stop()
    }

    @Test func anEmptyLogOfAnotherDatabaseIsRemoved() throws {
        let site = try TemporarySite()
        var store = try site.store()
        _ = try store.write(insertNote) { $0.text("old") }
        // A reader that goes on keeps the log's file after the stop, empty.
        let reader = try Reader(path: site.database, mode: .readOnly, limits: StoreLimits())
        _ = try reader.read(until: .distantFuture) { reader throws(StoreError) in
            try reader.number("SELECT count(*) FROM notes")
        }
        store.stop()
        try Self.makeBackup(at: "\(site.root)/backup.db")
        try Self.move("\(site.root)/backup.db", site.database)
        store = try site.store()
        #expect(try store.count() == 1)
        store.stop()
        extendLifetime(reader)
    }

    private static func copy(_ from: String, _ to: String) throws {
        guard let source = unsafe fopen(from, "re"), let target = unsafe fopen(to, "we") else {
            throw SystemError("copy \(from)")
        }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe fread(&bytes, 1, bytes.count, source)
        unsafe _ = fwrite(bytes, 1, count, target)
        unsafe _ = (fclose(source), fclose(target))
    }
}
