/// Opening, refusing, stopping, and what is on the disk afterwards.

import Glibc
import Platform
import Testing

@testable import Store

@Suite struct LifeCycleTests {
    @Test func aSiteWithoutADatabaseGetsOneAtTheFirstWrite() throws {
        let site = try TemporarySite()
        let store = try site.store()
        #expect(unsafe access(site.database, F_OK) != 0)
        #expect(store.statistics.openings == 0)
        _ = try store.write(insertNote) { $0.text("a") }
        #expect(unsafe access(site.database, F_OK) == 0)
        store.stop()
    }

    @Test func aSiteWithoutADatabaseGetsOneAtTheFirstRead() throws {
        let site = try TemporarySite()
        let store = try site.store()
        #expect(try store.count() == 0)
        store.stop()
        #expect(store.statistics.openings == 1)
    }

    @Test func stoppingFinishesWhatIsQueuedAndThenRefuses() throws {
        let site = try TemporarySite()
        let store = try site.store()
        let gate = store.hold()
        let outcomes = Outcomes()
        for number in 0..<1000 { store.submitNote("note \(number)", outcomes.completion(number)) }
        gate.open()
        store.stop()
        #expect(outcomes.wait(for: 1000).count == 1000)
        #expect(store.submitNote("late", outcomes.completion(0)) == false)
        #expect(throws: StoreError.stopped) { try store.count() }
        #expect(store.statistics.writesStored == 1001)
    }

    @Test func aStoppedStoreLeavesOneFileThatOpensAgain() throws {
        let site = try TemporarySite()
        var store = try site.store()
        _ = try store.write(insertNote) { $0.text("a") }
        #expect(try store.count() == 1)
        store.stop()
        #expect(unsafe access("\(site.database)-wal", F_OK) != 0)
        store = try site.store()
        #expect(store.statistics.openings == 1)
        #expect(try store.count() == 1)
        store.stop()
    }

    @Test func aStoreThatIsNotStartedRefusesToReadAndStopsAtOnce() throws {
        let site = try TemporarySite()
        let store = Store(path: site.database)
        #expect(throws: StoreError.stopped) { try store.count() }
        store.stop()
    }

    @Test func completionsRunOnTheStoreWriterAndNothingElseDoes() async {
        await #expect(processExitsWith: .success) {
            let site = try TemporarySite()
            let store = try site.store()
            store.submitNote("a") { _ in store.preconditionOnStoreWriter() }
            store.stop()
        }
        await #expect(processExitsWith: .failure) {
            Store(path: "/nowhere/ringport.db").preconditionOnStoreWriter()
        }
    }

    @Test func aFullQueueRefusesAndTakesWritesAgainWhenThereIsRoom() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.writesQueuedMax = 4
        limits.batchWritesMax = 4
        let store = try site.store(limits: limits)
        let gate = store.hold()
        let outcomes = Outcomes()
        let accepted = (0..<6).map { store.submitNote("note \($0)", outcomes.completion($0)) }
        #expect(accepted == [true, true, true, true, false, false])
        #expect(store.statistics.writesRefused == 2)
        gate.open()
        _ = outcomes.wait(for: 4)
        #expect(store.submitNote("again", outcomes.completion(9)))
        store.stop()
        #expect(outcomes.wait(for: 5).count == 5)
    }

    @Test func aFileThatIsNoDatabaseIsNamedAtStart() throws {
        let site = try TemporarySite()
        try site.write(String(repeating: "this is not a database\n", count: 100), to: "db/ringport.db")
        let error = #expect(throws: StoreError.self) { try site.store() }
        guard case .corrupt(let path, let message) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path == site.database)
        #expect(message == "file is not a database")
    }

    @Test func aFileInTheFoldersPlaceIsNamedAtTheStart() throws {
        let site = try TemporarySite()
        try site.write("in the way", to: "db")
        #expect(throws: StoreError.self) { try site.store() }
    }

    @Test func aFolderThatCanNotBeMadeIsNamedAtTheFirstWrite() throws {
        let site = try TemporarySite()
        let store = try site.store()
        try site.write("in the way", to: "db")
        #expect(throws: StoreError.self) { try store.write(insertNote) { $0.text("a") } }
        #expect(throws: StoreError.self) { try store.count() }
        // Out of the way, and nothing has to be restarted.
        unsafe _ = unlink("\(site.root)/db")
        _ = try store.write(insertNote) { $0.text("a") }
        #expect(try store.count() == 1)
        store.stop()
    }

    @Test func aFolderThatMayOnlyBeReadServesToolsAndIsNamedToTheServer() async {
        // A process of its own, as its user changes: root may write everywhere.
        await #expect(processExitsWith: .success) {
            let site = try TemporarySite()
            var store = try site.store()
            _ = try store.write(insertNote) { $0.text("a") }
            store.stop()
            let folder = "\(site.root)/db"
            unsafe _ = (chmod(site.root, 0o755), chmod(folder, 0o555), chmod(site.database, 0o444))
            let owner = geteuid()
            if owner == 0 { _ = seteuid(65_534) }
            let tool = try StoreReader(path: site.database)
            let count = try tool.read { reader throws(StoreError) in
                try reader.number("SELECT count(*) FROM notes")
            }
            precondition(count == 1, "a tool reads what nobody is writing")
            do {
                store = try site.store()
                fatalError("a server must not start without a database to write")
            } catch let error as StoreError {
                precondition(error == .readOnly(path: site.database), error.description)
            }
            _ = seteuid(owner)
            unsafe _ = chmod(folder, 0o755)
        }
    }

    @Test func aDatabaseLockedByAnotherWriterIsBusyAndLosesNothing() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.busyDuration = .milliseconds(20)
        let store = try site.store(limits: limits)
        _ = try store.write(insertNote) { $0.text("a") }
        // A program that is not ours, and knows nothing of the site's lock.
        let other = try Connection(path: site.database, mode: .readWrite, limits: limits)
        try other.run("BEGIN IMMEDIATE; INSERT INTO notes(text) VALUES ('b')")
        #expect(throws: StoreError.busy(path: site.database)) { try store.write(insertNote) { $0.text("c") } }
        try other.run("COMMIT")
        _ = try store.write(insertNote) { $0.text("c") }
        #expect(try store.count() == 3)
        store.stop()
    }

    @Test func whatIsCompletedOutlivesAKilledProcess() async throws {
        let result = await #expect(
            processExitsWith: .signal(SIGKILL),
            observing: [\.standardOutputContent]
        ) {
            let site = try TemporarySite()
            print(site.root)
            let store = try site.store()
            for number in 0..<5000 {
                store.submitNote("note \(number)") { _ in
                    if number == 3000 {
                        _ = fflush(nil)
                        _ = kill(getpid(), SIGKILL)
                    }
                }
            }
            Gate().pass()
        }
        let output = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
        let root = try #require(output.split(separator: "\n").first { $0.hasPrefix("/tmp/ringport-store-") })
        let site = TemporarySite(existing: String(root))
        let store = try site.store()
        #expect(try store.count() > 3000)
        #expect(try store.count("pragma_integrity_check WHERE integrity_check = 'ok'") == 1)
        store.stop()
    }
}
