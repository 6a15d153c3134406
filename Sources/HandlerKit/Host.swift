/// Services of the server for a handler. The log from any thread, the rest on threads that the server calls the handler
/// on.

internal import CHandlerABI

/// The server, as a handler sees it.
@safe
public struct Host: Sendable {
    // Sendable: the table is constant and lives as long as the process.
    nonisolated(unsafe) let table: UnsafePointer<ringport_host>

    /// `nil` when the server is older than what this library calls.
    init?(_ table: UnsafePointer<ringport_host>?) {
        guard let table = unsafe table, unsafe table.pointee.size >= UInt32(MemoryLayout<ringport_host>.size),
            unsafe table.pointee.abi_minor >= UInt32(RINGPORT_ABI_MINOR)
        else { return nil }
        unsafe self.table = unsafe table
    }

    /// The severity of a line of the log.
    public enum LogLevel: UInt32, Sendable {
        case error = 0
        case warning
        case notice
        case debug
    }

    /// The reason why a query or an upload failed.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String
        /// True when another try later may succeed.
        public let isBusy: Bool
    }

    /// Writes a line to the server's error log.
    public func log(_ level: LogLevel = .notice, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            unsafe table.pointee.log(table, level.rawValue, ringport_slice(bytes))
        }
    }

    /// Reads the database.
    ///
    /// ```swift
    /// var names: [String] = []
    /// try host.query(Statement("SELECT name FROM guests WHERE visits > ?", [.integer(3)])) { row in
    ///     names.append(row.text(0))
    ///     return true
    /// }
    /// ```
    ///
    /// - Parameters:
    ///   - statement: changes nothing.
    ///   - row: gets one row after the other, each for the time of its call; false ends the query.
    /// - Throws: `Failure` with SQLite's reason.
    public func query(_ statement: Statement, row: (borrowing Row) -> Bool) throws(Failure) {
        // Both closures are called within `query` only: neither they nor this escape it.
        let reply = withoutActuallyEscaping(row) { row in
            let rows = Rows(row: row)
            let code = unsafe ABIStatements([statement]).withStatements { statements in
                unsafe table.pointee.query(
                    table,
                    statements,
                    { user, columns, count in
                        guard let user = unsafe user, let columns = unsafe columns else { return 1 }
                        let rows = unsafe Unmanaged<Rows>.fromOpaque(user).takeUnretainedValue()
                        return rows.row(unsafe Row(columns: columns, count: count)) ? 0 : 1
                    },
                    { user, message in
                        guard let user = unsafe user else { return }
                        unsafe Unmanaged<Rows>.fromOpaque(user).takeUnretainedValue().message = unsafe String(message)
                    },
                    unsafe Unmanaged.passUnretained(rows).toOpaque()
                )
            }
            return withExtendedLifetime(rows) { (code: code, message: rows.message) }
        }
        guard reply.code == Int32(RINGPORT_OK) else {
            throw Failure(description: "query: \(reply.message)", isBusy: reply.code == Int32(RINGPORT_E_BUSY))
        }
    }

    /// The state that the two C callbacks of a query share.
    private final class Rows {
        let row: (borrowing Row) -> Bool
        var message = "the statement, or its parameters, can't be used"

        init(row: @escaping (borrowing Row) -> Bool) {
            self.row = row
        }
    }

    /// Writes a file to `db/uploads`, and waits until it is there.
    ///
    /// It is for itself: a file that a row is to name is better given to `Outcome.store`, which stores both or neither.
    ///
    /// - Parameters:
    ///   - name: `[A-Za-z0-9][A-Za-z0-9._-]{0,127}`, made by you and not by the client; must not exist yet.
    ///   - bytes: what it holds.
    /// - Throws: `Failure`; the reason is in the error log.
    public func saveUpload(_ name: String, _ bytes: Span<UInt8>) throws(Failure) {
        var text = name
        let code = text.withUTF8 { name in
            unsafe bytes.withUnsafeBufferPointer { bytes in
                unsafe table.pointee.write_file(table, ringport_slice(name), ringport_slice(bytes))
            }
        }
        guard code == Int32(RINGPORT_OK) else {
            throw Failure(description: "upload \(name) was refused", isBusy: code == Int32(RINGPORT_E_BUSY))
        }
    }
}
