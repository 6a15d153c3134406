/// What a pool thread reads the database with. Used by the thread it is lent to.

internal import CSQLite
internal import Platform

/// Queries that all see one state of the database: that of the moment of the first one.
package struct ReadConnection: ~Copyable {
    /// What a query does after a row.
    package enum Flow: Sendable {
        case more, enough
    }

    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Runs a query and hands over its rows, one by one.
    ///
    /// - Parameters:
    ///   - sql: one statement that changes nothing. Keep the text constant: it is the key of the statement cache.
    ///   - bind: binds every parameter, in order.
    ///   - row: looks at a row while it is there and says whether it wants another.
    /// - Throws: what SQLite refuses, `interrupted` when the limit for reading has passed, and what `row` throws.
    package mutating func query(
        _ sql: String,
        bind: (inout StatementBinder) -> Void = { _ in },
        row: (borrowing Row) throws(StoreError) -> Flow
    ) throws(StoreError) {
        let statement = try connection.statement(sql)
        defer { statement.reset() }
        try statement.bind(bind)
        while true {
            switch statement.step() {
            case .row: if try row(statement.row) == .enough { return }
            case .done: return
            case .failed(let status): throw connection.error(status, sql)
            }
        }
    }

    /// The number in the first column of the first row; 0 when there is none.
    package mutating func number(
        _ sql: String,
        bind: (inout StatementBinder) -> Void = { _ in }
    ) throws(StoreError) -> Int64 {
        var number: Int64 = 0
        try query(sql, bind: bind) { row throws(StoreError) in
            number = row.integer(0)
            return .enough
        }
        return number
    }
}

extension Connection {
    /// Opens a connection that can only read.
    static func reader(path: String, mode: Mode, limits: StoreLimits) throws(StoreError) -> Connection {
        let connection = try Connection(path: path, mode: mode, limits: limits)
        try connection.run(
            """
            PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -\(limits.readCacheKiB);
            """
        )
        return connection
    }

    /// Runs `body` with one state of the database in sight, and leaves no transaction behind.
    func read<Result>(
        until deadline: Instant,
        _ body: (inout ReadConnection) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        limit(until: deadline)
        try finish(statement("BEGIN"))
        defer {
            limit(until: .distantFuture)
            // Ends the transaction even when the body threw, or an error already ended it. A reader's COMMIT writes
            // nothing; it fails only when there is no transaction any more.
            if unsafe withHandle({ unsafe sqlite3_get_autocommit($0) }) == 0 {
                try? finish(statement("COMMIT"))
            }
        }
        var reader = ReadConnection(self)
        return try body(&reader)
    }

    /// Runs a statement without parameters or rows.
    func finish(_ statement: Statement) throws(StoreError) {
        defer { statement.reset() }
        if case .failed(let status) = statement.step() { throw error(status, statement.sql) }
    }
}
