/// How a database comes to its tables, and what is refused.

import Store
import Testing

@Suite struct MigrationTests {
    private static let first = "CREATE TABLE a(x);"
    private static let second = "CREATE TABLE b(x); INSERT INTO b VALUES (1);"

    @Test func theSitesFilesAreTakenInOrderAndOnce() throws {
        let site = try TemporarySite()
        try site.write(Self.first, to: "db/migrations/0001_a.sql")
        try site.write("read me", to: "db/migrations/README.md")
        var store = try site.store()
        #expect(try store.count("a") == 0)
        store.stop()
        try site.write(Self.second, to: "db/migrations/0002_b.sql")
        for _ in 0..<2 {
            store = try site.store()
            #expect(try store.count("b") == 1)
            #expect(try version(store) == 2)
            store.stop()
        }
    }

    @Test(arguments: [
        (["0001_a.sql", "0003_c.sql"], "2 is missing before 0003_c.sql"),
        (["0002_b.sql"], "1 is missing before 0002_b.sql"),
        (["0001_a.sql", "0001_b.sql"], "0001_b.sql and 0001_a.sql have the same number"),
        (["1_a.sql"], "1_a.sql: a migration is named 0001_what_it_does.sql"),
        (["0000_a.sql"], "0000_a.sql: a migration is named 0001_what_it_does.sql"),
        (["0001.sql"], "0001.sql: a migration is named 0001_what_it_does.sql"),
    ])
    func aSetWithAGapADuplicateOrAStrangeNameIsRefused(files: [String], reason: String) throws {
        let site = try TemporarySite()
        for file in files { try site.write("SELECT 1", to: "db/migrations/\(file)") }
        #expect(throws: StoreError.migrationSet(owner: site.migrations, reason: reason)) {
            try Migrations.site(directory: site.migrations)
        }
    }

    @Test func aFolderThatIsNotThereHasNoSteps() throws {
        let site = try TemporarySite()
        #expect(try Migrations.site(directory: site.migrations).version == 0)
    }

    @Test func aStepThatFailsIsTakenBackAndThoseBeforeItStay() throws {
        let site = try TemporarySite()
        try site.write(Self.first, to: "db/migrations/0001_a.sql")
        try site.write("CREATE TABLE c(x); CREATE TABLE a(y);", to: "db/migrations/0002_twice.sql")
        #expect(throws: StoreError.migration(name: "0002_twice.sql", message: "table a already exists")) {
            try site.store()
        }
        try site.write("CREATE TABLE c(x);", to: "db/migrations/0002_twice.sql")
        let store = try site.store()
        #expect(try store.count("a") == 0)
        #expect(try store.count("c") == 0)
        store.stop()
    }

    @Test func aStepMayNotEndItsTransaction() throws {
        let site = try TemporarySite()
        try site.write("CREATE TABLE c(x); COMMIT;", to: "db/migrations/0001_a.sql")
        let error = #expect(throws: StoreError.self) { try site.store() }
        #expect(error?.description.contains("0001_a.sql: it must not end the transaction") == true)
    }

    @Test func aStepThatBreaksAForeignKeyIsRefused() throws {
        let site = try TemporarySite()
        let store = try site.store(schema: [
            "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(p REFERENCES p); INSERT INTO c VALUES (7)"
        ])
        #expect(throws: StoreError.migration(name: "notes 1", message: "a row of c refers to none of p")) {
            try store.count("c")
        }
        store.stop()
    }

    @Test func aDatabaseOfANewerSiteIsRefused() throws {
        let site = try TemporarySite()
        let store = try site.store()
        _ = try store.write("PRAGMA user_version = 3")
        store.stop()
        #expect(throws: StoreError.newer(path: site.database, owner: "the site", found: 3, known: 0)) {
            try site.store()
        }
    }

    @Test func aDatabaseOfANewerHandlerIsRefused() throws {
        let site = try TemporarySite()
        let store = try site.store(schema: [Self.first, Self.second])
        #expect(try store.count("b") == 1)
        store.stop()
        #expect(throws: StoreError.newer(path: site.database, owner: "handler notes", found: 2, known: 1)) {
            try site.store(schema: [Self.first])
        }
    }

    @Test func eachHandlerHasItsOwnVersion() throws {
        let site = try TemporarySite()
        let store = try site.store(schema: [Self.first])
        try store.register(.handler(name: "other", statements: [Self.second, "CREATE TABLE c(x)"]))
        #expect(try store.count("a") == 0)
        #expect(try store.count("c") == 0)
        #expect(try store.count("ringport_migrations") == 2)
        store.stop()
    }

    @Test func anOpenDatabaseTakesTheStepsOfAHandlerAtOnce() throws {
        let site = try TemporarySite()
        let store = try site.store(schema: [Self.first])
        #expect(try store.count("a") == 0)
        try store.register(.handler(name: "notes", statements: [Self.first, Self.second]))
        #expect(try store.count("b") == 1)
        #expect(throws: StoreError.self) {
            try store.register(.handler(name: "bad", statements: ["CREATE TABLE a(x)"]))
        }
        #expect(try store.count("b") == 1)
        store.stop()
    }

    private func version(_ store: Store) throws -> Int64 {
        try store.read { reader throws(StoreError) in try reader.number("PRAGMA user_version") }
    }
}
