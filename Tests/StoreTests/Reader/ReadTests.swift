/// Reading while the writer writes.

import Platform
import Store
import Testing

@Suite struct ReadTests {
    @Test func allQueriesOfAReadSeeOneState() throws {
        let site = try TemporarySite()
        let store = try site.store()
        _ = try store.write(insertNote) { $0.text("a") }
        let counts = try store.read { reader throws(StoreError) in
            let before = try reader.number("SELECT count(*) FROM notes")
            let outcomes = Outcomes()
            store.submitNote("b", outcomes.completion(0))
            _ = outcomes.wait(for: 1)
            return [before, try reader.number("SELECT count(*) FROM notes")]
        }
        #expect(counts == [1, 1])
        #expect(try store.count() == 2)
        store.stop()
    }

    @Test func aReaderCanNotWrite() throws {
        let site = try TemporarySite()
        let store = try site.store()
        let statements = [
            "DELETE FROM notes", "INSERT INTO notes(text) VALUES ('x') RETURNING id", "PRAGMA journal_mode = DELETE",
        ]
        for statement in statements {
            #expect(throws: StoreError.sql(message: "not a query: \(statement)")) {
                try store.read { reader throws(StoreError) in try reader.number(statement) }
            }
        }
        store.stop()
    }

    @Test func anErrorLeavesTheConnectionUsable() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.readConnectionsMax = 1
        let store = try site.store(limits: limits)
        for _ in 0..<3 {
            #expect(throws: StoreError.self) {
                try store.read { reader throws(StoreError) in try reader.number("SELECT * FROM nowhere") }
            }
        }
        _ = try store.write(insertNote) { $0.text("a") }
        #expect(try store.count() == 1)
        store.stop()
    }

    @Test func aQueryThatRunsTooLongIsInterrupted() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.readDurationMax = .milliseconds(20)
        let store = try site.store(limits: limits)
        #expect(throws: StoreError.interrupted) {
            try store.read { reader throws(StoreError) in
                try reader.number(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n"
                )
            }
        }
        #expect(try store.count() == 0)
        store.stop()
    }

    @Test func aQueryEndsWhenItsCallerHasEnough() throws {
        let site = try TemporarySite()
        let store = try site.store()
        for text in ["a", "b", "c"] { _ = try store.write(insertNote) { $0.text(text) } }
        var seen: [String] = []
        try store.read { reader throws(StoreError) in
            try reader.query("SELECT text FROM notes ORDER BY id") { row throws(StoreError) in
                seen.append(row.string(0))
                return seen.count == 2 ? .enough : .more
            }
        }
        #expect(seen == ["a", "b"])
        store.stop()
    }

    @Test func moreReadersThanConnectionsTakeTurns() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.readConnectionsMax = 2
        let store = try site.store(limits: limits)
        let total = Monitor(0)
        let threads = try (0..<8).map { number in
            try NamedThread(name: "reader-\(number)") {
                for _ in 0..<50 {
                    guard (try? store.count()) == 0 else { continue }
                    total.withLock { $0 += 1 }
                }
            }
        }
        for thread in threads { thread.join() }
        #expect(total.withLock { $0 } == 400)
        store.stop()
    }

    @Test func statementsBeyondTheCacheAreStillRight() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.statementsCachedMax = 2
        let store = try site.store(limits: limits)
        try store.read { reader throws(StoreError) in
            for round in 0..<3 {
                for number in 0..<5 {
                    let found = try reader.number("SELECT \(number) + ?") { $0.integer(Int64(round)) }
                    #expect(found == Int64(number + round))
                }
            }
        }
        store.stop()
    }

    @Test func aToolReadsWhileTheServerWrites() throws {
        let site = try TemporarySite()
        #expect(throws: StoreError.missing(path: site.database)) { try StoreReader(path: site.database) }
        let store = try site.store()
        _ = try store.write(insertNote) { $0.text("a") }
        let tool = try StoreReader(path: site.database)
        let count = { () throws in
            try tool.read { reader throws(StoreError) in try reader.number("SELECT count(*) FROM notes") }
        }
        #expect(try count() == 1)
        _ = try store.write(insertNote) { $0.text("b") }
        #expect(try count() == 2)
        store.stop()
        #expect(try count() == 2)
    }
}
