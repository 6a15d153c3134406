/// Why the database did not do what was asked: a closed set, with what to do about it. A value; any thread.

/// What the database, or the file system under it, refused.
///
/// A write that fails with anything but `constraint`, `sql` or `interrupted` failed because of the world and not because
/// of what it asked: the same write may succeed later. What its client is told is its handler's to say; where that says
/// nothing, `busy`, `displaced`, `rolledBack` and `interrupted` become 503 and the rest 500.
package enum StoreError: Error, Equatable {
    /// The write broke a rule of its table. Nothing of it was stored; the rest of its batch was.
    case constraint(Constraint, message: String)
    /// The statement is wrong, or asks for what a write may not do. Nothing of the write was stored.
    case sql(message: String)
    /// The statement ran longer than its limit.
    case interrupted
    /// Another write ended the transaction that this one shared. Nothing of it was stored; the same write may succeed now.
    case rolledBack
    /// Too many writes waited, and the place of this one was another client's. Nothing of it was stored.
    case displaced
    /// The disk, or the user's share of it, is full.
    case full(path: String)
    /// Another process held the database's lock for all the time that is waited for.
    case busy(path: String)
    /// The kernel failed to read or write the file.
    case io(path: String, message: String)
    /// The file is damaged, or is no SQLite database.
    case corrupt(path: String, message: String)
    /// The file or its folder can't be opened or made.
    case cannotOpen(path: String, reason: String)
    /// The file may be read and not written.
    case readOnly(path: String)
    /// No memory was left.
    case noMemory
    /// There is no database at this path, and none is made by reading.
    case missing(path: String)
    /// Another process holds the lock of whoever writes the database.
    case locked(path: String, holder: Int32?)
    /// There is no database, and none can be made in its folder.
    case noPlace(folder: String, reason: String)
    /// The database file has been cut to nothing.
    case emptied(path: String)
    /// Beside the database lies the log of another one that had its name before.
    case strayLog(path: String)
    /// The database was written by something else since the commits in its log were made.
    case overwritten(path: String)
    /// A rollback journal lies beside the database that is not its own.
    case strayJournal(path: String)
    /// A file that a tool was told to use is not fit for that.
    case unfit(path: String, reason: String)
    /// A table, or a column of one, that the migrations of an owner have made is not there.
    case incomplete(path: String, owner: String, missing: String)
    /// The database was migrated by a newer version of the site or of a handler than this one.
    case newer(path: String, owner: String, found: Int, known: Int)
    /// The migrations of the site or of a handler can't be taken as they are.
    case migrationSet(owner: String, reason: String)
    /// A migration was tried, failed and was taken back.
    case migration(name: String, message: String)
    /// The store has stopped, or has not started.
    case stopped

    /// The rule of a table that a write broke.
    package enum Constraint: Sendable {
        case unique, primaryKey, notNull, check, foreignKey, trigger, dataType, other
    }
}

extension StoreError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .constraint(_, let message): message
        case .sql(let message): "SQL: \(message)"
        case .interrupted: "the statement ran longer than it may"
        case .rolledBack: "another write ended the transaction that this one shared"
        case .displaced: "too many writes wait"
        case .full(let path): "\(path): no space left on its disk; free some, nothing else is needed"
        case .busy(let path):
            "\(path): locked by another process; is a second server, or a tool in the middle of a transaction, using it?"
        case .io(let path, let message): "\(path): \(message); see the kernel's log for the disk's state"
        case .corrupt(let path, let message):
            "\(path): \(message); move the file and its -wal and -shm away together, then restore a backup"
        case .cannotOpen(let path, let reason): "\(path): \(reason); the server's user must be able to write there"
        case .readOnly(let path):
            "\(path): read-only; the server's user must be able to write the file and its folder"
        case .noMemory: "the database ran out of memory"
        case .missing(let path): "\(path): there is no database yet"
        case .locked(let path, let holder):
            "\(path): \(holder.map { "process \($0)" } ?? "another process") holds the lock and writes the database"
        case .noPlace(let folder, let reason):
            "\(folder): \(reason); forms are refused until the server's user can write there, or [store] folder in "
                + "ringport.toml names a folder for the database"
        case .emptied(let path): "\(path): the database was emptied; restore a backup, or move the file away"
        case .strayLog(let path):
            "\(path)-wal: it holds the last writes of another database that had the name \(path) before; to keep them, give "
                + "that one its name back and start once; to do without them, move \(path)-wal and \(path)-shm away; if they "
                + "belong together all the same, remove \(SiteLock.path(ofDatabase: path))"
        case .overwritten(let path):
            "\(path): something else wrote the file since the server made the last writes, which are in \(path)-wal; to do "
                + "without those, move \(path)-wal and \(path)-shm away; to take them up all the same, remove "
                + SiteLock.path(ofDatabase: path)
        case .strayJournal(let path):
            "\(path)-journal: it was left by another program, or by a database that had the name before; move it away"
        case .unfit(let path, let reason): "\(path): \(reason)"
        case .incomplete(let path, let owner, let missing):
            "\(path): \(missing), which the migrations of \(owner) have made, is missing; restore a backup, or move the "
                + "database away"
        case .newer(let path, let owner, let found, let known):
            "\(path): \(owner) migrated it to version \(found), and only \(known) is known here; install the newer version"
        case .migrationSet(let owner, let reason): "migrations of \(owner): \(reason)"
        case .migration(let name, let message): "migration \(name): \(message)"
        case .stopped: "the database is closed"
        }
    }
}
