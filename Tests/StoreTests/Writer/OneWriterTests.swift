/// One connection writes and checkpoints, in all processes: what SQLite's defect in its write-ahead log asks for.

import Glibc
import Platform
import Testing

@testable import Store

@Suite struct OneWriterTests {
    static func bytes(of path: String) throws -> [UInt8] {
        guard let file = unsafe fopen(path, "re") else { throw SystemError("open \(path)") }
        defer { unsafe _ = fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        return Array(bytes[..<count])
    }

    /// Leaves a database with commits in its log, as a killed server does.
    static func killed() async throws -> TemporarySite {
        let result = await #expect(
            processExitsWith: .signal(SIGKILL),
            observing: [\.standardOutputContent]
        ) {
            let site = try TemporarySite()
            let store = try site.store()
            for number in 0..<50 { _ = try store.write(insertNote) { $0.text("note \(number)") } }
            print(site.root)
            _ = fflush(nil)
            _ = kill(getpid(), SIGKILL)
        }
        let output = String(decoding: try #require(result).standardOutputContent, as: UTF8.self)
        return TemporarySite(existing: String(try #require(output.split(separator: "\n").first)))
    }

    @Test func aReaderCopiesNothingWhenItClosesLast() async throws {
        let site = try await Self.killed()
        let (database, log) = (try Self.bytes(of: site.database), try Self.bytes(of: "\(site.database)-wal"))
        #expect(log.count > 0)
        var reader: StoreReader? = try StoreReader(path: site.database)
        let count = try reader?.read { reader throws(StoreError) in try reader.number("SELECT count(*) FROM notes") }
        #expect(count == 50)
        reader = nil
        #expect(try Self.bytes(of: site.database) == database)
        #expect(try Self.bytes(of: "\(site.database)-wal") == log)
    }

    @Test(arguments: ["PASSIVE", "FULL", "RESTART", "TRUNCATE"])
    func aQueryCanNotCheckpoint(mode: String) throws {
        let site = try TemporarySite()
        let store = try site.store()
        _ = try store.write(insertNote) { $0.text("a") }
        let log = try Self.bytes(of: "\(site.database)-wal")
        #expect(throws: StoreError.sql(message: "not a query: PRAGMA wal_checkpoint(\(mode))")) {
            try store.read { reader throws(StoreError) in try reader.number("PRAGMA wal_checkpoint(\(mode))") }
        }
        #expect(try Self.bytes(of: "\(site.database)-wal") == log)
        store.stop()
    }

    @Test func aSecondStoreOfTheSameSiteWaitsAndThenWrites() throws {
        let site = try TemporarySite()
        let first = try site.store()
        _ = try first.write(insertNote) { $0.text("a") }
        let second = try site.store(awaitsLock: false)
        #expect(second.statistics.openings == 0)
        let outcomes = Outcomes()
        second.submitNote("b", outcomes.completion(0))
        first.stop()
        #expect(throws: Never.self) { try outcomes.wait(for: 1)[0].result.get() }
        #expect(try second.count() == 2)
        second.stop()
    }

    @Test func aStoreThatWaitedInVainRefusesNamesTheHolderAndGoesOnTrying() throws {
        let site = try TemporarySite()
        let first = try site.store()
        _ = try first.write(insertNote) { $0.text("a") }
        var limits = StoreLimits()
        limits.lockDuration = .milliseconds(30)
        limits.lockPollInterval = .milliseconds(5)
        limits.lockRetryInterval = .milliseconds(10)
        let second = try site.store(limits: limits, awaitsLock: false)
        let held = StoreError.locked(path: "\(site.root)/db/ringport.lock", holder: getpid())
        #expect(throws: held) { try second.write(insertNote) { $0.text("b") } }
        #expect(throws: held) { try second.count() }
        #expect(held.description.contains("process \(getpid())"))
        first.stop()
        while second.statistics.openings == 0 { _ = try? second.count() }
        _ = try second.write(insertNote) { $0.text("c") }
        #expect(try second.count() == 2)
        second.stop()
    }

    @Test func aStoreThatStopsWhileItWaitsFailsWhatItWasGiven() throws {
        let site = try TemporarySite()
        let first = try site.store()
        #expect(try first.count() == 0)
        let second = try site.store(awaitsLock: false)
        let outcomes = Outcomes()
        second.submitNote("b", outcomes.completion(0))
        second.stop()
        #expect(throws: StoreError.self) { try outcomes.wait(for: 1)[0].result.get() }
        #expect(try first.count() == 0)
        first.stop()
    }

    @Test func whatIsWrongAfterTheWaitIsToldAsAtTheStart() throws {
        let site = try TemporarySite()
        let first = try site.store()
        #expect(try first.count() == 0)
        let failures = Monitor<[StoreError]>([])
        let second = Store(path: site.database, migrationsFolder: site.migrations) { notice in
            if case .failed(let error) = notice {
                failures.withLock { $0.append(error) }
                failures.signal()
            }
        }
        try second.register(.handler(name: "broken", statements: ["CREATE TABLE notes(id)"]))
        try second.start()
        first.stop()
        let failure = failures.waitUntil { $0.first }
        #expect(failure == .migration(name: "broken 1", message: "table notes already exists"))
        second.stop()
    }

    @Test func aLockThatWasRemovedIsTakenAnewAtTheNextOpening() throws {
        let site = try TemporarySite()
        let store = try site.store()
        _ = try store.write(insertNote) { $0.text("old") }
        unsafe _ = unlink("\(site.root)/db/ringport.lock")
        unsafe _ = rename(site.database, "\(site.root)/old.db")
        _ = try store.write(insertNote) { $0.text("new") }
        guard case .held(let holder) = try SiteLock.attempt(database: site.database) else {
            Issue.record("the lock is free while a store writes")
            return
        }
        #expect(holder == getpid())
        store.stop()
    }

    @Test func aLockThatWasRemovedIsTakenAnewBeforeAnotherProcessTakesIt() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.lookInterval = .milliseconds(10)
        let store = try site.store(limits: limits)
        _ = try store.write(insertNote) { $0.text("a") }
        unsafe _ = unlink("\(site.root)/db/ringport.lock")
        while unsafe access("\(site.root)/db/ringport.lock", F_OK) != 0 {}
        _ = try store.write(insertNote) { $0.text("b") }
        guard case .held = try SiteLock.attempt(database: site.database) else {
            Issue.record("the lock is free while a store writes")
            return
        }
        store.stop()
    }

    @Test func aDatabaseBehindALinkHasOneLock() throws {
        let site = try TemporarySite()
        try site.write("", to: "db/place")
        try site.write("", to: "elsewhere/place")
        unsafe _ = symlink("\(site.root)/elsewhere/forms.db", site.database)
        let store = try site.store()
        _ = try store.write(insertNote) { $0.text("a") }
        guard case .held = try SiteLock.attempt(database: "\(site.root)/elsewhere/forms.db") else {
            Issue.record("another site may write the same database")
            return
        }
        store.stop()
    }

    @Test(arguments: [
        (3_006_023, false), (3_007_000, true), (3_040_001, true), (3_044_005, true), (3_044_006, false),
        (3_045_000, true), (3_050_006, true), (3_050_007, false), (3_051_002, true), (3_051_003, false),
        (3_052_000, false),
    ])
    func theDefectIsKnownByVersion(number: Int, hasDefect: Bool) {
        let library = SQLiteLibrary(number: Int32(number))
        #expect(library.hasResetBug == hasDefect)
        #expect(library.description.contains("Litestream") == hasDefect)
    }
}
