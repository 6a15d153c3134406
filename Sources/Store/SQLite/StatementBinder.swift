/// Gives a statement its parameters. Used on the thread that runs the statement.

internal import CSQLite

/// Binds the parameters of one statement, in order: the first call binds the first `?`, the second the second.
@safe
package struct StatementBinder: ~Copyable {
    // The statement is alive and not running while its binder exists: only `Statement.bind` makes one, and it ends there.
    private let statement: OpaquePointer
    /// How many parameters have been bound.
    private(set) var count: Int32 = 0
    /// The first refusal (`TOOBIG`, `NOMEM`, `RANGE`), which the statement reports when it runs.
    private(set) var status = SQLITE_OK

    init(statement: OpaquePointer) {
        unsafe self.statement = unsafe statement
    }

    /// Binds text, copying its bytes.
    ///
    /// They should be UTF-8; SQLite stores what it is given.
    package mutating func text(_ bytes: Span<UInt8>) {
        let index = next()
        let result = unsafe bytes.withUnsafeBufferPointer {
            unsafe ringport_sqlite_bind_text(statement, index, $0.baseAddress, sqlite3_uint64($0.count))
        }
        note(result)
    }

    /// Binds text, copying its bytes.
    package mutating func text(_ string: String) {
        let index = next()
        var string = string
        let result = string.withUTF8 {
            unsafe ringport_sqlite_bind_text(statement, index, $0.baseAddress, sqlite3_uint64($0.count))
        }
        note(result)
    }

    /// Binds bytes as they are, copying them.
    package mutating func blob(_ bytes: Span<UInt8>) {
        let index = next()
        let result = unsafe bytes.withUnsafeBufferPointer {
            unsafe ringport_sqlite_bind_blob(statement, index, $0.baseAddress, sqlite3_uint64($0.count))
        }
        note(result)
    }

    /// Binds text without copying it, which saves an allocation for each.
    ///
    /// - Precondition: the bytes stay where they are until the write's completion is called, or the query has returned:
    ///   the closure that binds keeps their owner alive.
    @unsafe
    package mutating func text(lending bytes: UnsafeBufferPointer<UInt8>) {
        let index = next()
        note(unsafe ringport_sqlite_bind_lent_text(statement, index, bytes.baseAddress, sqlite3_uint64(bytes.count)))
    }

    /// Binds bytes without copying them.
    ///
    /// - Precondition: as for `text(lending:)`.
    @unsafe
    package mutating func blob(lending bytes: UnsafeBufferPointer<UInt8>) {
        let index = next()
        note(unsafe ringport_sqlite_bind_lent_blob(statement, index, bytes.baseAddress, sqlite3_uint64(bytes.count)))
    }

    /// Binds an integer.
    package mutating func integer(_ value: Int64) {
        let index = next()
        note(unsafe sqlite3_bind_int64(statement, index, value))
    }

    /// Binds a number.
    ///
    /// SQLite stores NaN as NULL.
    package mutating func double(_ value: Double) {
        let index = next()
        note(unsafe sqlite3_bind_double(statement, index, value))
    }

    /// Binds NULL.
    package mutating func null() {
        let index = next()
        note(unsafe sqlite3_bind_null(statement, index))
    }

    private mutating func next() -> Int32 {
        count += 1
        return count
    }

    private mutating func note(_ result: Int32) {
        if status == SQLITE_OK { status = result }
    }
}
