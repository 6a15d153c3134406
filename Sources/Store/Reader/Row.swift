/// One row of a query's result. Used on the thread that runs the query, while it runs.

internal import CSQLite

/// The current row: columns are numbered from 0.
///
/// It can't be copied, and a query lends it to its closure only, so it can't outlive the step that made it.
@safe
package struct Row: ~Copyable {
    /// How a value is stored.
    ///
    /// SQLite's types belong to values, not to columns.
    package enum ValueType: Sendable {
        case integer, double, text, blob, null
    }

    package let columnCount: Int
    // Stands on a row for as long as this value lives: the query steps only after its closure has returned.
    private let statement: OpaquePointer

    init(statement: OpaquePointer, columnCount: Int32) {
        unsafe self.statement = unsafe statement
        self.columnCount = Int(columnCount)
    }

    package func type(_ column: Int) -> ValueType {
        switch unsafe sqlite3_column_type(statement, index(column)) {
        case SQLITE_INTEGER: .integer
        case SQLITE_FLOAT: .double
        case SQLITE_TEXT: .text
        case SQLITE_BLOB: .blob
        default: .null
        }
    }

    /// The column's name in the query.
    package func name(_ column: Int) -> String {
        guard let name = unsafe sqlite3_column_name(statement, index(column)) else { return "" }
        return unsafe String(cString: name)
    }

    package func isNull(_ column: Int) -> Bool { type(column) == .null }

    /// The value as an integer, converted if it is stored as something else; 0 for NULL.
    package func integer(_ column: Int) -> Int64 {
        unsafe sqlite3_column_int64(statement, index(column))
    }

    /// The value as a number; 0 for NULL.
    package func double(_ column: Int) -> Double {
        unsafe sqlite3_column_double(statement, index(column))
    }

    /// Lends the value's text, not copied; empty for NULL.
    ///
    /// The bytes are UTF-8 if what was stored was.
    package func withText<Result>(_ column: Int, _ body: (Span<UInt8>) -> Result) -> Result {
        // sqlite3_column_bytes after sqlite3_column_text is the length of that text (https://sqlite.org/c3ref/column_blob.html).
        let start = unsafe sqlite3_column_text(statement, index(column))
        let count = Int(unsafe sqlite3_column_bytes(statement, index(column)))
        return body(unsafe UnsafeBufferPointer(start: start, count: start == nil ? 0 : count).span)
    }

    /// Lends the value's bytes, not copied; empty for NULL.
    package func withBlob<Result>(_ column: Int, _ body: (Span<UInt8>) -> Result) -> Result {
        let start = unsafe sqlite3_column_blob(statement, index(column))?.assumingMemoryBound(to: UInt8.self)
        let count = Int(unsafe sqlite3_column_bytes(statement, index(column)))
        return body(unsafe UnsafeBufferPointer(start: start, count: start == nil ? 0 : count).span)
    }

    /// The value as a string, with what is not UTF-8 replaced; empty for NULL.
    package func string(_ column: Int) -> String {
        withText(column) { bytes in
            unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
        }
    }

    /// SQLite answers a column that does not exist with memory that is not ours: trap instead.
    private func index(_ column: Int) -> Int32 {
        precondition(column >= 0 && column < columnCount, "a row has columns 0..<\(columnCount)")
        return Int32(truncatingIfNeeded: column)
    }
}
