/// A database that exists and can't be used ends the start, with what is wrong with it.

import Glibc
import Platform
import Testing

@testable import Store

@Suite struct InspectionTests {
    /// A database with some pages of notes.
    private static func site() throws -> TemporarySite {
        let site = try TemporarySite()
        let store = try site.store()
        let text = String(repeating: "x", count: 2000)
        for number in 0..<50 { _ = try store.write(insertNote) { $0.text("\(number) \(text)") } }
        store.stop()
        return site
    }

    private static func failure(_ site: borrowing TemporarySite) -> StoreError? {
        do {
            try site.store().stop()
            return nil
        } catch {
            return error as? StoreError
        }
    }

    @Test(arguments: [50, 100, 4096, 20_000])
    func aFileThatWasCutIsDamaged(size: Int) throws {
        let site = try Self.site()
        #expect(unsafe truncate(site.database, size) == 0)
        let failure = Self.failure(site)
        guard case .corrupt(site.database, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test func aPageThatWasOverwrittenIsDamage() throws {
        let site = try Self.site()
        let size = try #require(try FileStatus.find(site.database)).size
        guard let file = unsafe fopen(site.database, "r+e") else { throw SystemError("open") }
        let noise = [UInt8](repeating: 0xAA, count: 4096)
        // Every other page but the first.
        for page in stride(from: 4096, to: size, by: 8192) {
            unsafe _ = (fseek(file, page, SEEK_SET), fwrite(noise, 1, noise.count, file))
        }
        unsafe _ = fclose(file)
        let failure = Self.failure(site)
        guard case .corrupt(site.database, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test func aTableThatSomebodyDroppedIsMissed() throws {
        let site = try Self.site()
        try Connection(path: site.database, mode: .readWrite, limits: StoreLimits()).run("DROP TABLE notes")
        #expect(
            Self.failure(site)
                == .incomplete(path: site.database, owner: "handler notes", missing: "the table notes")
        )
    }

    @Test func aColumnThatSomebodyRenamedIsMissed() throws {
        let site = try Self.site()
        try Connection(path: site.database, mode: .readWrite, limits: StoreLimits())
            .run("ALTER TABLE notes RENAME COLUMN text TO words")
        #expect(
            Self.failure(site)
                == .incomplete(
                    path: site.database,
                    owner: "handler notes",
                    missing: "the column text of the table notes"
                )
        )
    }

    @Test func theSitesOwnTablesAreLookedForToo() throws {
        let site = try Self.site()
        try site.write("CREATE TABLE Guests(id INTEGER PRIMARY KEY)", to: "db/migrations/0001_guests.sql")
        try site.store().stop()
        try Connection(path: site.database, mode: .readWrite, limits: StoreLimits()).run("DROP TABLE guests")
        #expect(Self.failure(site) == .incomplete(path: site.database, owner: "the site", missing: "the table guests"))
    }

    @Test func whatStepsHaveDroppedAndWhatOthersHaveAddedIsInOrder() throws {
        let site = try Self.site()
        try site.write("CREATE TABLE a(id); CREATE VIEW v AS SELECT * FROM a", to: "db/migrations/0001_a.sql")
        try site.write("DROP VIEW v; ALTER TABLE a RENAME TO b; CREATE TABLE c(id)", to: "db/migrations/0002_b.sql")
        try site.store().stop()
        try Connection(path: site.database, mode: .readWrite, limits: StoreLimits())
            .run("CREATE TABLE own(id); ALTER TABLE notes ADD COLUMN more TEXT")
        #expect(Self.failure(site) == nil)
    }

    @Test func aSitesStepMayDropWhatAHandlersStepHasMade() throws {
        let site = try Self.site()
        try site.write("DROP TABLE notes; CREATE TABLE more(id)", to: "db/migrations/0001_drop.sql")
        #expect(Self.failure(site) == nil)
        #expect(Self.failure(site) == nil)
    }

    @Test func aStartThatFailsLeavesEveryFileAsItWas() async throws {
        let site = try await OneWriterTests.killed()
        guard let file = unsafe fopen(site.database, "r+e") else { throw SystemError("open") }
        let noise = [UInt8](repeating: 0xAA, count: 4096)
        let size = try #require(try FileStatus.find(site.database)).size
        unsafe _ = (fseek(file, size - 4096, SEEK_SET), fwrite(noise, 1, noise.count, file), fclose(file))
        // What is noted of the content belongs to the file before.
        unsafe _ = unlink("\(site.root)/db/ringport.lock")
        let before = try ["", "-wal"].map { try OneWriterTests.bytes(of: site.database + $0) }
        #expect(before[1].count > 0)
        try site.write("this is not SQL", to: "db/migrations/0001_broken.sql")
        #expect(throws: StoreError.self) { try site.store() }
        #expect(try ["", "-wal"].map { try OneWriterTests.bytes(of: site.database + $0) } == before)
    }

    @Test func aFolderInTheDatabasesPlaceIsNamed() throws {
        let site = try TemporarySite()
        try site.write("", to: "db/ringport.db/file")
        let failure = Self.failure(site)
        guard case .cannotOpen(site.database, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }
}
