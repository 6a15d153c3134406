/// The condition of the database. A value; any thread.

/// The database's condition, in words for whoever operates the server.
package enum StoreCondition: String, Sendable, CustomStringConvertible {
    case open
    /// It is made, or opened, when it is first needed.
    case unopened = "not opened yet"
    /// Another process has the site's lock.
    case awaitingLock = "another process has the lock"
    /// It could not be opened at the last attempt; `error.log` says why.
    case failed = "can't be opened"

    package var description: String { rawValue }
}
