/// Events of the store that belong into a log. A value; made on the store writer.

/// An event that the site's owner should know.
package enum StoreNotice: Sendable {
    /// The SQLite that is linked.
    case library(SQLiteLibrary)
    /// Another process holds the site's lock; writes wait.
    case waitingForLock(path: String, holder: Int32?)
    /// The lock is still held; writes are refused from now on.
    case refusing(path: String, holder: Int32?, after: Duration)
    /// The lock was taken after a wait.
    case lockTaken(path: String, after: Duration)
    /// The start goes on without a database, as there is no place for one.
    case noDatabase(StoreError)
    /// The database could not be opened or migrated after the start had waited for the lock: the server ends.
    case failed(StoreError)
    /// The database file has lost its name, or another file has it; everything is in the file.
    case left(path: String, movedTo: String?)
    /// Another database was opened under the name.
    case opened(path: String, storedAgain: Int)
    /// A reader kept the log of a moved database from being emptied: the log has moved along.
    case leftWithLog(path: String, movedTo: String)
    /// The log or its index was removed or replaced while the database was open.
    case sideFilesLost(path: String)
    /// Something else has written the database file while it is open and commits are in its log.
    case overwritten(path: String)
    /// The database file has several names: another program that opens it by another one would use another log.
    case linked(path: String, names: Int)
    /// A log that is not the database's took the name of its own, and was put aside.
    case logPutAside(path: String)
    /// Something about a database that was left did not work.
    case trouble(StoreError)

    /// True for what is said to whoever starts the server, too.
    package var isForTheStart: Bool {
        switch self {
        case .library, .noDatabase, .waitingForLock: true
        default: false
        }
    }

    /// True for what needs somebody's attention.
    package var isWarning: Bool {
        switch self {
        case .library(let library): library.hasResetBug
        case .lockTaken, .opened, .left: false
        case .waitingForLock, .refusing, .noDatabase, .failed, .leftWithLog, .sideFilesLost, .overwritten, .linked,
            .logPutAside, .trouble:
            true
        }
    }
}

extension StoreNotice: CustomStringConvertible {
    package var description: String {
        switch self {
        case .library(let library): library.description
        case .waitingForLock(let path, let holder):
            "\(StoreError.locked(path: path, holder: holder)); forms wait until it has ended"
        case .refusing(let path, let holder, let duration):
            "\(StoreError.locked(path: path, holder: holder)); after \(duration) forms are refused with 503, until it has ended"
        case .lockTaken(let path, let duration): "\(path): the lock was taken after \(duration)"
        case .noDatabase(let error), .failed(let error), .trouble(let error): error.description
        case .left(let path, nil): "\(path): the file was replaced or removed; the one that has its name now is taken"
        case .left(let path, let new?): "\(path): the file was moved to \(new), which is whole by itself"
        case .opened(let path, 0): "\(path): opened anew"
        case .opened(let path, 1):
            "\(path): opened anew; the write that was being answered meanwhile was stored again"
        case .opened(let path, let count):
            "\(path): opened anew; the \(count) writes that were being answered meanwhile were stored again"
        case .leftWithLog(let path, let new):
            "\(path): the file was moved to \(new) while another process reads it; its -wal and -shm were moved along and "
                + "belong to it until that process has ended its transaction"
        case .overwritten(let path):
            "\(path): something else wrote the file while the server uses it; it may be damaged: stop the server and "
                + "restore a backup with ringport restore"
        case .linked(let path, let names):
            "\(path): the file has \(names) names (hard links); a program that writes it by another one would damage it"
        case .logPutAside(let path):
            "\(path): a -wal of another database was put beside the one in use; it is kept under this name"
        case .sideFilesLost(let path):
            "\(path): its -wal or -shm was removed or replaced while it was open; nothing is lost, but never do that"
        }
    }
}
