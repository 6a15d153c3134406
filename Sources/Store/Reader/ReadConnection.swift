/// What a pool thread reads the database with. Used by the thread it is lent to.

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
        // PRAGMA wal_checkpoint and journal_mode would make this a second connection that checkpoints; COMMIT would end the
        // one state that all queries see.
        guard statement.isReadOnly, statement.columnCount > 0 else { throw .sql(message: "not a query: \(sql)") }
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
