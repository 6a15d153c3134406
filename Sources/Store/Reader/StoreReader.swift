/// The database without a server: for `ringport forms`. The thread that made it.

internal import Glibc
internal import Platform

/// Reads a database that a server may be writing at the same time, or that none is using.
package final class StoreReader {
    private let reader: Reader

    /// Opens the database and makes nothing.
    ///
    /// - Throws: `missing` when there is no file.
    package init(path: String) throws(StoreError) {
        guard unsafe access(path, F_OK) == 0 else {
            let code = errno
            if code == ENOENT || code == ENOTDIR { throw .missing(path: path) }
            throw .cannotOpen(path: path, reason: SystemError.reason(code))
        }
        reader = try Self.open(path)
    }

    /// Runs queries that all see one state of the database, without a limit of time.
    package func read<Result>(
        _ body: (inout ReadConnection) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try reader.read(until: .distantFuture, body)
    }

    /// Copies the database, as it is at one moment, into a file that is not there yet.
    func copy(to path: String, usesLog: Bool) throws(StoreError) {
        try reader.copy(to: path, usesLog: usesLog, StoreLimits())
    }

    /// The names of uploaded files that commits have noted; none where nothing has made their table.
    func uploadNotes() throws(StoreError) -> Set<String> {
        try read { reader throws(StoreError) in
            guard try reader.number("SELECT count(*) FROM sqlite_schema WHERE name = 'ringport_uploads'") > 0 else {
                return []
            }
            var names: Set<String> = []
            try reader.query("SELECT name FROM ringport_uploads") { row throws(StoreError) in
                names.insert(row.string(0))
                return .more
            }
            return names
        }
    }

    /// True when the database holds anything.
    func hasTables() throws(StoreError) -> Bool {
        try read { reader throws(StoreError) in
            try reader.number("SELECT count(*) FROM sqlite_schema WHERE type = 'table'") > 0
        }
    }

    /// Looks whether the database is what the migrations of its owners made it.
    ///
    /// - Parameter owners: in the order in which they are applied.
    /// - Throws: what a start would end with.
    func inspect(_ owners: [Migrations]) throws(StoreError) {
        try reader.inspect(owners, StoreLimits())
    }

    /// Even a reader of a write-ahead log writes its index.
    ///
    /// Where it may not, and there is no log, nobody is using the database and it can be read as a file that does not
    /// change.
    private static func open(_ path: String) throws(StoreError) -> Reader {
        let limits = StoreLimits()
        do throws(StoreError) {
            let reader = try Reader(path: path, mode: .readOnly, limits: limits)
            // The first look into the file; opening it was not.
            _ = try reader.read(until: .distantFuture) { reader throws(StoreError) in
                try reader.number("SELECT count(*) FROM sqlite_schema")
            }
            return reader
        } catch {
            switch error {
            case .cannotOpen, .readOnly:
                // With a log or a journal beside it the file alone is not what was committed.
                let files = try DatabaseFiles(path: path)
                guard files.log == nil, files.journal?.size ?? 0 == 0 else { throw error }
                return try Reader(path: path, mode: .immutable, limits: limits)
            default: throw error
            }
        }
    }
}
