/// What a handler does with a request. Made and taken on a pool thread.

/// The answer to a request, or the promise of one.
public enum Outcome {
    /// This response, now.
    case respond(Response)
    /// Store this, all or nothing, and send the response when it is on disk.
    ///
    /// Many requests share one commit, so this is the fast way to write. `Response.rowIDPosition` puts the new row's id
    /// into the body. `ifRefused`, called on a pool thread, answers when nothing was stored; without it the client gets
    /// a 500, or a 503 when the database is busy.
    case store([Statement], thenRespond: Response, ifRefused: (@Sendable (StoreRefusal) -> Response)? = nil)
    /// A response that comes later, from any thread. The closure gets what to answer with, and is called at once.
    ///
    /// A request that is not answered before the server's deadline gets a 504, and answering it then does nothing.
    case later((Responder) -> Void)
    /// Not mine: the server goes on as if this route did not exist.
    case declined
}

/// Why a write was not stored.
public struct StoreRefusal: Error, Equatable {
    /// What said no.
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
    }

    public let reason: Reason
    /// SQLite's words: for the log, not for the client.
    public let message: String

    /// Whether the data broke a rule of its table, so that the client is to blame.
    public var isConstraint: Bool { reason.rawValue <= Reason.otherConstraint.rawValue }
}
