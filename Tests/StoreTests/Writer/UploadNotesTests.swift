/// Notes of uploaded files: stored with the rows that name them, and told to whoever settles what a kill has left. Test
/// threads.

import Glibc
import Platform
import Testing

@testable import Store

@Suite struct UploadNotesTests {
    /// Records what a store asked to settle, each time.
    private final class Settler: Sendable {
        let asked = Monitor<[(noted: Set<String>, isSameDatabase: Bool)]>([])
        let answer = Monitor(true)

        var settling: UploadNotes.Settling {
            { [self] noted, isSameDatabase in
                asked.withLock { $0.append((noted, isSameDatabase)) }
                return answer.withLock { $0 }
            }
        }
    }

    private func store(_ site: borrowing TemporarySite, _ settler: Settler) throws -> Store {
        let store = Store(path: site.database, migrationsFolder: site.migrations, settling: settler.settling)
        try store.register(.handler(name: "notes", statements: TemporarySite.notes))
        try store.register(.uploads)
        try store.start()
        try store.awaitOpen()
        return store
    }

    /// Stores a note of the table `notes` together with those of files.
    private func write(_ store: Store, _ text: String, files: [String]) -> Result<StoreOutcome, StoreError>? {
        let result = Monitor<Result<StoreOutcome, StoreError>?>(nil)
        let insert = StoreStatement(sql: "INSERT INTO notes (text) VALUES (?)") { $0.text(text) }
        let isQueued = store.submit(
            StoreWrite(statements: files.map { UploadNotes.statement(noting: $0) } + [insert]) { outcome in
                result.withLock { $0 = outcome }
                result.signal()
            }
        )
        return isQueued ? result.waitUntil { $0 } : nil
    }

    @Test func aNoteIsStoredWithItsRowOrNotAtAll() throws {
        let site = try TemporarySite()
        let settler = Settler()
        let store = try store(site, settler)
        let first = write(store, "one", files: ["a", "b"])
        #expect(try first?.get().lastInsertRowID == 1, "the row's id, and not a note's")
        guard case .failure(.constraint) = write(store, "one", files: ["c"]) else {
            Issue.record("the text was there")
            return
        }
        #expect(try store.count("ringport_uploads") == 2)
        store.stop()
        #expect(settler.asked.withLock { $0.map { $0.noted } } == [[]])
    }

    @Test func theNextStartIsToldOnceAndForgets() throws {
        let site = try TemporarySite()
        let settler = Settler()
        var store = try store(site, settler)
        _ = write(store, "one", files: ["a", "b"])
        store.stop()
        // Whoever could not settle them is told again.
        settler.answer.withLock { $0 = false }
        store = try self.store(site, settler)
        store.stop()
        settler.answer.withLock { $0 = true }
        store = try self.store(site, settler)
        #expect(try store.count("ringport_uploads") == 0)
        store.stop()
        store = try self.store(site, settler)
        store.stop()
        let asked = settler.asked.withLock { $0 }
        #expect(asked.map { $0.noted } == [[], ["a", "b"], ["a", "b"], []])
        #expect(asked.allSatisfy { $0.isSameDatabase })
    }

    @Test func anotherFileOfTheNameIsNoticed() throws {
        let site = try TemporarySite()
        let settler = Settler()
        var store = try store(site, settler)
        _ = write(store, "one", files: ["a"])
        store.stop()
        #expect(unsafe rename(site.database, "\(site.root)/away.db") == 0)
        store = try self.store(site, settler)
        store.stop()
        #expect(unsafe rename("\(site.root)/away.db", site.database) == 0)
        store = try self.store(site, settler)
        store.stop()
        #expect(settler.asked.withLock { $0.map { $0.isSameDatabase } } == [true, false, false])
    }
}
