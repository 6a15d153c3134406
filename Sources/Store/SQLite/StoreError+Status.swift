/// SQLite's result codes as the store's errors. Any thread.

internal import CSQLite
internal import Platform

extension StoreError {
    /// The error for an extended result code.
    ///
    /// - Parameters:
    ///   - status: what SQLite returned; not `OK`, `ROW` or `DONE`.
    ///   - message: SQLite's words for it.
    ///   - systemCode: the `errno` behind it, 0 when there is none.
    ///   - path: the database file.
    init(status: Int32, message: String, systemCode: Int32, path: String) {
        // The low byte is the primary code: https://sqlite.org/rescode.html
        switch status & 0xff {
        case SQLITE_CONSTRAINT: self = .constraint(Constraint(status: status), message: message)
        case SQLITE_FULL: self = .full(path: path)
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_PROTOCOL: self = .busy(path: path)
        case SQLITE_IOERR:
            let reason = systemCode == 0 ? message : "\(message): \(SystemError.reason(systemCode))"
            self = .io(path: path, message: reason)
        case SQLITE_CORRUPT, SQLITE_NOTADB: self = .corrupt(path: path, message: message)
        case SQLITE_CANTOPEN, SQLITE_PERM:
            self = .cannotOpen(path: path, reason: systemCode == 0 ? message : SystemError.reason(systemCode))
        case SQLITE_READONLY: self = .readOnly(path: path)
        case SQLITE_NOMEM: self = .noMemory
        case SQLITE_INTERRUPT: self = .interrupted
        default: self = .sql(message: message)
        }
    }
}

extension StoreError.Constraint {
    /// The kind in an extended `SQLITE_CONSTRAINT_…` code, whose macros Swift can't import: the number in bits 8 to 15
    /// (https://sqlite.org/rescode.html#extrc).
    init(status: Int32) {
        switch status >> 8 {
        case 1: self = .check
        case 3: self = .foreignKey
        case 5: self = .notNull
        case 6: self = .primaryKey
        case 7: self = .trigger
        case 8, 10: self = .unique  // 10 is the rowid's
        case 12: self = .dataType
        default: self = .other
        }
    }
}
