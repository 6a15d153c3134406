/// A connection that reads. Used by one thread at a time: the pool thread it is lent to, or a tool's only one.

internal import CSQLite
internal import Platform

/// Owns a connection that can only read, and opens and ends its transactions.
final class Reader: @unchecked Sendable {
    // Sendable: handed from thread to thread under the lock of `ReaderShelf`, so one thread at a time has it.
    private let connection: Connection
    private let begin: Statement
    private let commit: Statement

    init(path: String, mode: Connection.Mode, limits: StoreLimits) throws(StoreError) {
        connection = try Connection(path: path, mode: mode, limits: limits)
        try connection.run(
            """
            PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -\(limits.readCacheKiB);
            """
        )
        begin = try connection.prepare("BEGIN")
        commit = try connection.prepare("COMMIT")
    }

    /// Copies the database into a file of its own.
    func copy(to path: String, usesLog: Bool, _ limits: StoreLimits) throws(StoreError) {
        try DatabaseCopy.make(of: connection, at: path, usesLog: usesLog, limits: limits)
    }

    /// True when the file that is open no longer has its name.
    var isMoved: Bool { connection.isMoved }

    /// Runs a first query, with which SQLite opens the log and its index.
    func look(until deadline: Instant) throws(StoreError) {
        try read(until: deadline) { reader throws(StoreError) in
            _ = try reader.number("SELECT count(*) FROM sqlite_schema")
        }
    }

    /// Looks whether the database is what the migrations of its owners made it.
    func inspect(_ owners: [Migrations], _ limits: StoreLimits) throws(StoreError) {
        try Inspection(connection, limits).run(owners)
    }

    /// Runs `body` with one state of the database in sight, and leaves no transaction behind: one that stayed open would
    /// keep the write-ahead log from ever being emptied.
    func read<Result>(
        until deadline: Instant,
        _ body: (inout ReadConnection) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        connection.limit(until: deadline)
        try connection.finish(begin)
        defer {
            connection.limit(until: .distantFuture)
            // Also after an error. A reader's COMMIT writes nothing and has nothing to fail at; after some errors there
            // is no transaction any more.
            if unsafe connection.withHandle({ unsafe sqlite3_get_autocommit($0) }) == 0 {
                try? connection.finish(commit)
            }
        }
        var reader = ReadConnection(connection)
        return try body(&reader)
    }
}
