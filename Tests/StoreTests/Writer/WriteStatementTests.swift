/// What a write may ask for, and what it is told.

import Store
import Testing

@Suite struct WriteStatementTests {
    @Test func everyKindOfValueIsStoredAsItIs() throws {
        let site = try TemporarySite()
        let store = try site.store(schema: ["CREATE TABLE t(a, b, c, d, e, f, g)"])
        let bytes: [UInt8] = [0, 255, 7]
        let lent = "lent, and long enough to be on the heap"
        _ = try store.write("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?, ?)") { binder in
            binder.text("grüße")
            binder.blob(bytes.span)
            binder.integer(.min)
            binder.double(0.5)
            binder.null()
            binder.text("")
            binder.text(lent)
        }
        try store.read { reader throws(StoreError) in
            try reader.query("SELECT * FROM t") { row throws(StoreError) in
                #expect(row.columnCount == 7)
                #expect((0..<7).map { row.type($0) } == [.text, .blob, .integer, .double, .null, .text, .text])
                #expect(row.string(0) == "grüße")
                let blob = row.withBlob(1) { span in span.indices.map { span[$0] } }
                #expect(blob == bytes)
                #expect(row.integer(2) == .min)
                #expect(row.double(3) == 0.5)
                #expect(row.isNull(4) == true)
                #expect(row.withText(5) { $0.count } == 0)
                #expect(row.string(6) == lent)
                #expect(row.name(0) == "a")
                return .more
            }
        }
        store.stop()
    }

    @Test func lentBytesAreStoredWithoutACopy() throws {
        let site = try TemporarySite()
        let store = try site.store()
        let text: StaticString = "a text that is never freed"
        _ = try store.write(insertNote) { binder in
            unsafe binder.text(lending: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        }
        #expect(try store.count("notes WHERE text = 'a text that is never freed'") == 1)
        store.stop()
    }

    @Test func aWriteThatInsertsNothingHasNoRowID() throws {
        let site = try TemporarySite()
        let store = try site.store()
        #expect(try store.write(insertNote) { $0.text("a") } == StoreOutcome(lastInsertRowID: 1, changes: 1))
        #expect(try store.write("DELETE FROM notes") == StoreOutcome(lastInsertRowID: 0, changes: 1))
        #expect(try store.write("DELETE FROM notes") == StoreOutcome(lastInsertRowID: 0, changes: 0))
        store.stop()
    }

    @Test(arguments: [
        "COMMIT", "ROLLBACK", "SAVEPOINT mine", "RELEASE ringport", "BEGIN", "ATTACH ':memory:' AS other",
        "INSERT INTO notes(text) VALUES ('a'); COMMIT", "", "-- nothing", "INSERT INTO missing VALUES (1)", "nonsense",
        "INSERT INTO notes(text) VALUES (?)",
    ])
    func whatIsNotOneWholeWriteIsRefusedAndHarmsNobody(sql: String) throws {
        let site = try TemporarySite()
        let store = try site.store()
        let error = #expect(throws: StoreError.self) { try store.write(sql) }
        guard case .sql = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        _ = try store.write(insertNote) { $0.text("after") }
        #expect(try store.count() == 1)
        store.stop()
        #expect(store.statistics.batchesLost == 0)
    }

    @Test(arguments: [
        (StoreError.Constraint.unique, "INSERT INTO t VALUES (2, 'a', 1, 1)"),
        (.primaryKey, "INSERT INTO t VALUES (1, 'b', 1, 1)"),
        (.notNull, "INSERT INTO t VALUES (2, NULL, 1, 1)"),
        (.check, "INSERT INTO t VALUES (2, 'b', -1, 1)"),
        (.foreignKey, "INSERT INTO t VALUES (2, 'b', 1, 99)"),
        (.dataType, "INSERT INTO t VALUES (2, 'b', 'x', 1)"),
    ])
    func aBrokenConstraintIsNamed(kind: StoreError.Constraint, sql: String) throws {
        let site = try TemporarySite()
        let store = try site.store(schema: [
            """
            CREATE TABLE t(id INTEGER PRIMARY KEY, u TEXT NOT NULL UNIQUE, n INTEGER CHECK (n > 0),
                parent INTEGER REFERENCES t DEFERRABLE INITIALLY DEFERRED) STRICT;
            INSERT INTO t VALUES (1, 'a', 1, NULL)
            """
        ])
        let error = #expect(throws: StoreError.self) { try store.write(sql) }
        guard case .constraint(let found, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(found == kind)
        store.stop()
        #expect(store.statistics.batchesLost == 0)
    }
}
