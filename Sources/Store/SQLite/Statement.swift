/// A prepared statement. Used on the thread that has its connection.

internal import CSQLite

/// Owns one `sqlite3_stmt` and finalizes it.
@safe
final class Statement {
    /// What a step left.
    enum Step {
        case row, done
        case failed(Int32)
    }

    let sql: String
    /// Whether running it changes nothing in the file.
    ///
    /// True also for `COMMIT` and its like.
    let isReadOnly: Bool
    let columnCount: Int32
    private let parameterCount: Int32
    // Alive until `deinit`; only the thread that has the connection uses it.
    private let handle: OpaquePointer

    /// Takes ownership of a statement that SQLite has just prepared.
    init(owning handle: OpaquePointer, sql: String) {
        unsafe self.handle = unsafe handle
        self.sql = sql
        isReadOnly = unsafe sqlite3_stmt_readonly(handle) != 0
        columnCount = unsafe sqlite3_column_count(handle)
        parameterCount = unsafe sqlite3_bind_parameter_count(handle)
    }

    deinit {
        // The code is that of the last run, which has been looked at.
        _ = unsafe sqlite3_finalize(handle)
    }

    /// Binds every parameter.
    func bind(_ body: (inout StatementBinder) -> Void) throws(StoreError) {
        var binder = unsafe StatementBinder(statement: handle)
        body(&binder)
        guard binder.count == parameterCount else {
            throw .sql(message: "\(binder.count) values for \(parameterCount) parameters in: \(sql)")
        }
        switch binder.status {
        case SQLITE_OK: return
        case SQLITE_NOMEM: throw .noMemory
        default: throw .sql(message: "a value is larger than SQLite takes, in: \(sql)")
        }
    }

    /// Runs to the next row or to the end.
    @inline(__always)
    func step() -> Step {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: .row
        case SQLITE_DONE: .done
        case let status: .failed(status)
        }
    }

    /// The current row, valid until the next step.
    var row: Row { unsafe Row(statement: handle, columnCount: columnCount) }

    /// Makes the statement ready to run again, and forgets values that may have been lent.
    func reset() {
        // The result repeats the last step's.
        _ = unsafe sqlite3_reset(handle)
        if parameterCount > 0 { _ = unsafe sqlite3_clear_bindings(handle) }
    }
}
