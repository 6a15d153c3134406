/// Services that handlers need of the rest of the program. Declared here, provided by Server, so that this module names
/// neither the store nor the log nor the pool. Each function says which threads call it.

package import Platform

/// The services behind the host's callbacks.
package protocol HandlerServices: AnyObject, Sendable {
    /// Queues a write for the store writer. Any thread; with files, pool threads.
    ///
    /// Files are on the disk before the write joins a batch, and go again when it is not stored. Once the write is on disk, or
    /// has failed, `write.complete` is called, once, on any thread that may not block; never when nobody waited any more
    /// before its files were on the disk.
    ///
    /// - Parameters:
    ///   - write: its statements, and what follows.
    ///   - files: those that its statements name: checked names, none twice.
    /// - Returns: false when too much waits; then `complete` is not called.
    func store(_ write: DatabaseWrite, files: [DatabaseFile]) -> Bool

    /// Runs a query and hands its rows over, one by one. Pool threads, and the main thread while handlers start.
    ///
    /// - Throws: why the database did not answer.
    func query(_ statement: DatabaseStatement, rows: inout DatabaseRows) throws(DatabaseFailure)

    /// Writes a new file under `db/uploads`, and waits until it is there. Pool threads.
    ///
    /// - Parameters:
    ///   - name: checked already: one segment, `[A-Za-z0-9][A-Za-z0-9._-]{0,127}`.
    ///   - bytes: what it holds.
    /// - Throws: the kernel's reason; `EEXIST` when the name is taken.
    func saveUpload(name: String, bytes: Span<UInt8>) throws(SystemError)

    /// Writes a line to the error log. Any thread.
    func log(_ level: HandlerLogLevel, handler: String, _ text: String)

    /// Queues a job for a pool thread. Any thread that may not block.
    ///
    /// - Returns: false when the pool is full or stops.
    func runOnPool(_ job: HandlerJob) -> Bool
}

/// The severity of a handler's line.
package enum HandlerLogLevel: UInt32, Sendable {
    case error = 0
    case warning = 1
    case notice = 2
    case debug = 3
}

/// The reason why the database did not do what a handler asked.
package struct DatabaseFailure: Error, Equatable {
    /// The kind of the reason: the handler's request, or the world.
    package enum Kind: UInt32, Sendable {
        // The raw values are RINGPORT_REFUSED_UNIQUE and those that follow it.
        case unique = 1
        case notNull = 2
        case check = 3
        case foreignKey = 4
        case otherConstraint = 5
        case busy = 6
        case failed = 7
        /// The site does not take so many files, or bytes of them, at once.
        case filesTooLarge = 8
        /// There is no room for the files.
        case filesFull = 9

        /// True when the data broke a rule of its table.
        package var isConstraint: Bool { rawValue <= Kind.otherConstraint.rawValue }
    }

    package let kind: Kind
    /// For the log.
    package let message: String

    package init(_ kind: Kind, message: String) {
        self.kind = kind
        self.message = message
    }
}

/// A file that is stored together with a write.
package struct DatabaseFile: Sendable {
    /// One segment, `[A-Za-z0-9][A-Za-z0-9._-]{0,127}`.
    package let name: String
    package let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// The effects of a committed write.
package struct DatabaseCommit: Equatable, Sendable {
    /// Of the last row it inserted; 0 when it inserted none.
    package let rowID: Int64
    package let changes: Int64

    package init(rowID: Int64, changes: Int64) {
        self.rowID = rowID
        self.changes = changes
    }
}
