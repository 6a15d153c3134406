/// What a request asks the store writer to do. Made on any thread, run on the store writer.

/// One unit of writing: all of its statements are stored, or none.
package struct StoreWrite: Sendable {
    let first: StoreStatement
    let rest: [StoreStatement]
    /// The one for whom it is.
    let owner: WriteOwner
    /// Bytes that keeping the write takes, as far as its maker knows.
    let size: Int
    let completion: @Sendable (Result<StoreOutcome, StoreError>) -> Void

    /// A write of one statement, which needs no array.
    ///
    /// - Parameters:
    ///   - statement: what to run.
    ///   - completion: called once, on the store writer, after the commit that stored the write, or after it failed. A
    ///     write that loses its place to another one's fails on the thread that submits that (`StoreError.displaced`).
    ///     It must be short, must not block, and must not call `Store.read` or `Store.stop`.
    package init(
        _ statement: StoreStatement,
        completion: @escaping @Sendable (Result<StoreOutcome, StoreError>) -> Void
    ) {
        first = statement
        rest = []
        owner = .clients
        size = 0
        self.completion = completion
    }

    /// A write of several statements, run in order.
    ///
    /// - Parameters:
    ///   - statements: what to run.
    ///   - owner: the one for whom they are.
    ///   - size: bytes of the texts and the parameters.
    ///   - completion: as above.
    /// - Precondition: there is at least one statement.
    package init(
        statements: [StoreStatement],
        owner: WriteOwner = .clients,
        size: Int = 0,
        completion: @escaping @Sendable (Result<StoreOutcome, StoreError>) -> Void
    ) {
        precondition(!statements.isEmpty, "a write has at least one statement")
        first = statements[0]
        rest = Array(statements.dropFirst())
        self.owner = owner
        self.size = size
        self.completion = completion
    }
}

/// Tells the writes of one client from those of others: they have turns, and are stored in order within those of one owner.
package enum WriteOwner: Hashable, Sendable {
    /// A client that is told from others by this number; its writes give their places to others' when too many wait.
    case client(UInt64)
    /// All clients that are not told apart.
    ///
    /// None of them can be asked for a place, as it would be another's.
    case clients
    /// The program itself, whose writes have places before any client's.
    case program
}

/// One SQL statement with its parameters.
package struct StoreStatement: Sendable {
    /// One statement that changes rows.
    ///
    /// Keep the text constant and bind what varies: it is the key of the statement cache.
    let sql: String
    let bind: @Sendable (inout StatementBinder) -> Void

    /// - Parameters:
    ///   - sql: one statement; transaction control, `ATTACH` and the like are refused.
    ///   - bind: binds every parameter, in order, the same each time. Called on the store writer: before the completion,
    ///     and again when the file was replaced by another one.
    package init(sql: String, bind: @escaping @Sendable (inout StatementBinder) -> Void = { _ in }) {
        self.sql = sql
        self.bind = bind
    }
}

/// What a stored write did.
package struct StoreOutcome: Equatable, Sendable {
    /// The id of the last row that the write inserted; 0 when it inserted none.
    package let lastInsertRowID: Int64
    /// Rows that its statements inserted, updated or deleted themselves (by triggers not counted).
    package let changes: Int64

    package init(lastInsertRowID: Int64, changes: Int64) {
        self.lastInsertRowID = lastInsertRowID
        self.changes = changes
    }
}
