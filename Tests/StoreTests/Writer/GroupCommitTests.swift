/// Many writes, one transaction: what is shared, what is not, and when completions are called.

import Glibc
import Platform
import Store
import Synchronization
import Testing

@Suite struct GroupCommitTests {
    @Test func writesThatWaitTogetherShareOneCommit() throws {
        let site = try TemporarySite()
        let store = try site.store()
        let gate = store.hold()
        let outcomes = Outcomes()
        for number in 0..<300 { store.submitNote("note \(number)", outcomes.completion(number)) }
        gate.open()
        #expect(outcomes.wait(for: 300).allSatisfy { (try? $0.result.get()) != nil })
        let statistics = store.statistics
        store.stop()
        #expect(statistics.writesStored == 301)
        // One, if a slow machine did not cut the batch by time.
        #expect(statistics.commits < 30)
        #expect(statistics.batchLargest > 10)
    }

    @Test func manySubmittersTakeFarFewerCommitsThanWrites() throws {
        let site = try TemporarySite()
        let store = try site.store()
        let outcomes = Outcomes()
        let threads = try (0..<4).map { thread in
            try NamedThread(name: "submitter-\(thread)") {
                for number in 0..<500 { store.submitNote("\(thread) \(number)", outcomes.completion(number)) }
            }
        }
        for thread in threads { thread.join() }
        _ = outcomes.wait(for: 2000)
        #expect(try store.count() == 2000)
        let statistics = store.statistics
        store.stop()
        #expect(statistics.writesStored == 2000)
        #expect(statistics.commits < 1000)
    }

    @Test func aBatchHoldsNoMoreThanItsLimit() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.batchWritesMax = 8
        let store = try site.store(limits: limits)
        let gate = store.hold()
        let outcomes = Outcomes()
        for number in 0..<80 { store.submitNote("note \(number)", outcomes.completion(number)) }
        gate.open()
        _ = outcomes.wait(for: 80)
        store.stop()
        #expect(store.statistics.batchLargest <= 8)
        #expect(store.statistics.commits >= 10)
    }

    @Test func completionsComeInTheOrderOfSubmission() throws {
        let site = try TemporarySite()
        let store = try site.store()
        let outcomes = Outcomes()
        for number in 0..<2000 { store.submitNote("note \(number % 1500)", outcomes.completion(number)) }
        let order = outcomes.wait(for: 2000).map(\.write)
        store.stop()
        #expect(order == Array(0..<2000))
    }

    @Test func aCompletionSeesItsWriteCommitted() throws {
        let site = try TemporarySite()
        let store = try site.store()
        let reader = Monitor<Int64?>(nil)
        let asked = Monitor(false)
        let thread = try NamedThread(name: "reader") {
            _ = asked.waitUntil { $0 ? true : nil }
            let count = try? store.count()
            reader.withLock { $0 = count ?? -1 }
            reader.signal()
        }
        // The completion holds the writer: what the reader sees meanwhile is what was committed before the completion.
        store.submitNote("one") { _ in
            asked.withLock { $0 = true }
            asked.signal()
            _ = reader.waitUntil { $0 }
        }
        thread.join()
        store.stop()
        #expect(reader.withLock { $0 } == 1)
    }

    @Test func aFailingWriteLosesOnlyItself() throws {
        let site = try TemporarySite()
        let store = try site.store()
        let gate = store.hold()
        let outcomes = Outcomes()
        for (number, text) in ["a", "b", "a", "c"].enumerated() {
            store.submitNote(text, outcomes.completion(number))
        }
        gate.open()
        let results = outcomes.wait(for: 4).map(\.result)
        #expect(throws: Never.self) { for index in [0, 1, 3] { _ = try results[index].get() } }
        #expect(
            results[2]
                == .failure(.constraint(.unique, message: "UNIQUE constraint failed: notes.text"))
        )
        #expect(try store.count() == 4)
        store.stop()
        #expect(store.statistics.writesFailed == 1)
    }

    @Test func aWriteOfSeveralStatementsIsStoredWholeOrNotAtAll() throws {
        let site = try TemporarySite()
        let store = try site.store()
        let note = { (text: String) in StoreStatement(sql: insertNote) { $0.text(text) } }
        let shout = StoreStatement(sql: "UPDATE notes SET text = text || '!'")
        let outcome = try store.write(note("one"), note("two"), shout)
        #expect(outcome == StoreOutcome(lastInsertRowID: 2, changes: 4))
        #expect(throws: StoreError.self) { try store.write(note("three"), note("one!")) }
        #expect(try store.count() == 2)
        store.stop()
    }

    @Test func aFullDatabaseFailsWhatDoesNotFitAndTakesWritesAgainWhenThereIsRoom() throws {
        let site = try TemporarySite()
        let store = try site.store()
        _ = try store.write("PRAGMA max_page_count = 8")
        let large = [UInt8](repeating: UInt8(ascii: "x"), count: 100_000)
        #expect(throws: StoreError.full(path: site.database)) {
            try store.write(insertNote) { $0.text(large.span) }
        }
        #expect(try store.count() == 0)
        _ = try store.write("PRAGMA max_page_count = 1000")
        _ = try store.write(insertNote) { $0.text(large.span) }
        #expect(try store.count() == 1)
        store.stop()
    }

    @Test func anErrorThatEndsTheTransactionFailsEveryWriteOfTheBatch() throws {
        let site = try TemporarySite()
        let store = try site.store()
        let gate = store.hold()
        let outcomes = Outcomes()
        store.submitNote("second", outcomes.completion(0))
        let ending = StoreStatement(sql: "INSERT OR ROLLBACK INTO notes(text) VALUES ('first')")
        _ = store.submit(StoreWrite(ending, completion: outcomes.completion(1)))
        store.submitNote("third", outcomes.completion(2))
        gate.open()
        let results = outcomes.wait(for: 3).map(\.result)
        #expect(results[0] == .failure(.rolledBack))
        #expect(results[1] == .failure(.constraint(.unique, message: "UNIQUE constraint failed: notes.text")))
        // It had not run yet, so it goes into the next batch.
        #expect(throws: Never.self) { try results[2].get() }
        #expect(try store.count() == 2)
        store.stop()
        #expect(store.statistics.batchesLost == 1)
    }

    @Test func aCommitThatFailsFailsEveryWriteOfTheBatch() async {
        // A process of its own: the limit on the size of files is the process's.
        await #expect(processExitsWith: .success) {
            let site = try TemporarySite()
            let store = try site.store()
            let gate = store.hold()
            let outcomes = Outcomes()
            for number in 0..<3 {
                // Small enough to stay in the page cache until COMMIT writes the log.
                let text = String(repeating: "\(number)", count: 50_000)
                store.submitNote(text, outcomes.completion(number))
            }
            _ = signal(SIGXFSZ, SIG_IGN)
            var size = rlimit(rlim_cur: 60_000, rlim_max: .max)
            unsafe _ = setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &size)
            gate.open()
            let results = outcomes.wait(for: 3).map(\.result)
            for result in results {
                guard case .failure(.io) = result else { fatalError("\(result)") }
            }
            size.rlim_cur = .max
            unsafe _ = setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &size)
            let kept = try store.count()
            precondition(kept == 1, "the batch must be gone")
            _ = try store.write(insertNote) { $0.text("after") }
            let now = try store.count()
            precondition(now == 2, "and the store must go on")
            store.stop()
        }
    }

    @Test func aWriteThatRunsTooLongIsInterrupted() throws {
        let site = try TemporarySite()
        var limits = StoreLimits()
        limits.writeDurationMax = .milliseconds(20)
        let store = try site.store(limits: limits)
        let endless = """
            INSERT INTO notes(text) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
            SELECT i FROM n WHERE i < 0
            """
        #expect(throws: StoreError.interrupted) { try store.write(endless) }
        _ = try store.write(insertNote) { $0.text("after") }
        #expect(try store.count() == 1)
        store.stop()
    }
}
