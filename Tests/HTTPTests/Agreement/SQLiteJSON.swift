/// SQLite's reader of JSON, the one that the table of submissions is checked by. One test thread.

import CSQLite

/// A second opinion on what is JSON, which shares no code with ours.
@safe
final class SQLiteJSON {
    struct Unusable: Error {}

    private var database: OpaquePointer?
    private var statement: OpaquePointer?

    init() throws {
        guard unsafe sqlite3_open(":memory:", &database) == SQLITE_OK,
            unsafe sqlite3_prepare_v2(database, "SELECT json_valid(?)", -1, &statement, nil) == SQLITE_OK
        else { throw Unusable() }
    }

    deinit {
        unsafe _ = sqlite3_finalize(statement)
        unsafe _ = sqlite3_close(database)
    }

    /// The answer of `json_valid`, which is strict by RFC 8259 but for what it does not look at: bytes behind a NUL, UTF-8.
    func isValid(_ text: [UInt8]) -> Bool {
        unsafe text.withUnsafeBytes { buffer in
            // The text stays where it is until the statement is reset.
            let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
            // Without an address SQLite would bind NULL.
            guard let start = unsafe start else { return false }
            unsafe sqlite3_bind_text(statement, 1, start, Int32(buffer.count), nil)
            defer { unsafe _ = sqlite3_reset(statement) }
            return unsafe sqlite3_step(statement) == SQLITE_ROW && sqlite3_column_int(statement, 0) == 1
        }
    }
}
