/// The decision of a handler about a request. Made and taken on a pool thread.

/// The answer to a request, or the promise of one.
public enum Outcome {
    /// This response, now.
    case respond(Response)
    /// Store this, all or nothing, and send the response when it is on disk.
    ///
    /// Many requests share one commit, so this is the fast way to write. `Response.rowIDPosition` puts the new row's id
    /// into the body. `files` are stored with the statements that name them: all of it is there, or nothing.
    /// `ifRefused`, called on a pool thread, answers when nothing was stored; without it the client gets a 500, a 503
    /// when the database is busy, or a 413 or 507 for files that the site does not take.
    case store(
        [Statement],
        files: [Upload] = [],
        thenRespond: Response,
        ifRefused: (@Sendable (StoreRefusal) -> Response)? = nil
    )
    /// A response that comes later, from any thread. The closure gets what to answer with, and is called at once.
    ///
    /// A request that is not answered before the server's deadline gets a 504, and answering it then does nothing.
    case later((Responder) -> Void)
    /// Not mine: the server goes on as if this route did not exist.
    case declined
}

/// A file for `db/uploads`, which is stored together with the row that names it.
public struct Upload: Sendable {
    /// `[A-Za-z0-9][A-Za-z0-9._-]{0,127}`, made by the handler and not by the client; must not exist yet.
    public let name: String
    public let bytes: [UInt8]

    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// The reason why a write was not stored.
public struct StoreRefusal: Error, Equatable {
    /// The cause of the refusal.
    public enum Reason: UInt32, Sendable {
        // The raw values are RINGPORT_REFUSED_UNIQUE and those that follow it.
        case unique = 1
        case notNull
        case check
        case foreignKey
        case otherConstraint
        /// Too many writes wait: worth another try later.
        case busy
        /// The database, the disk, or the SQL.
        case failed
        /// The site does not take so many files, or bytes of them, at once: for a 413.
        case filesTooLarge
        /// There is no room for the files: for a 507.
        case filesFull
    }

    public let reason: Reason
    /// SQLite's words: for the log, not for the client.
    public let message: String

    /// True when the data broke a rule of its table, so that the client is to blame.
    public var isConstraint: Bool { reason.rawValue <= Reason.otherConstraint.rawValue }
}
