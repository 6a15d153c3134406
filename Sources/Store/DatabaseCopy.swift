/// Whole copies of a database, one file each: what `ringport backup` and `ringport restore` are made of. The thread that
/// calls; blocks.

internal import CSQLite
internal import Glibc
internal import Platform

/// Copies a database, with the commits that its log holds, into one file that needs no other.
enum DatabaseCopy {
    /// Copies in one step, so from one state of the database: one that is made of several begins anew with each commit.
    ///
    /// The copy is checked, and is on the disk when this returns.
    ///
    /// - Parameters:
    ///   - source: a connection that reads.
    ///   - path: the file to make; nothing has this name yet.
    ///   - limits: those of the copy's connection.
    /// - Throws: why there is no copy. Nothing is left then.
    static func make(of source: Connection, at path: String, limits: StoreLimits) throws(StoreError) {
        do throws(StoreError) {
            try copy(source, to: path, limits: limits)
            try synchronize(path)
        } catch {
            remove(path)
            throw error
        }
    }

    private static func copy(_ source: Connection, to path: String, limits: StoreLimits) throws(StoreError) {
        // SQLite would make it readable for everybody that the umask lets.
        let target = try Connection(path: path, mode: .readWrite, limits: limits)
        guard unsafe chmod(path, 0o640) == 0 else {
            throw .cannotOpen(path: path, reason: SystemError.reason(errno))
        }
        // The state is fixed by a transaction, and the pages then copied without another look at the clock.
        try source.run("BEGIN")
        defer { try? source.run("COMMIT") }
        let status = unsafe source.withHandle { from in
            unsafe target.withHandle { to in
                guard let backup = unsafe sqlite3_backup_init(to, "main", from, "main") else {
                    return unsafe sqlite3_errcode(to)
                }
                _ = unsafe sqlite3_backup_step(backup, -1)
                return unsafe sqlite3_backup_finish(backup)
            }
        }
        guard status == SQLITE_OK else { throw target.error(status) }
        // The header's mark for a write-ahead log is copied too; a copy that is moved about shall be one file.
        let mode = try target.first("PRAGMA journal_mode = DELETE") { $0.string(0) }
        guard mode == "delete" else { throw .cannotOpen(path: path, reason: "its journal mode can't be changed") }
        try check(target)
    }

    /// Looks through the whole database.
    ///
    /// - Throws: `corrupt` with the first thing that is wrong.
    static func check(_ connection: Connection) throws(StoreError) {
        let found = try connection.first("PRAGMA integrity_check(1)") { $0.string(0) } ?? "nothing"
        guard found == "ok" else {
            throw .corrupt(path: connection.path, message: found.split(separator: "\n").joined(separator: " "))
        }
    }

    /// Waits until a file, and the folder that names it, are on the disk.
    static func synchronize(_ path: String) throws(StoreError) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        for name in [path, folder] {
            let number = unsafe open(name, O_RDONLY | O_CLOEXEC)
            guard number >= 0 else { throw .cannotOpen(path: name, reason: SystemError.reason(errno)) }
            let descriptor = Descriptor(owning: number)
            guard fsync(descriptor.rawValue) == 0 else {
                let code = errno
                if code == ENOSPC || code == EDQUOT { throw .full(path: name) }
                throw .io(path: name, message: SystemError.reason(code))
            }
        }
    }

    /// Removes a copy that was not finished, with what SQLite keeps beside one.
    static func remove(_ path: String) {
        for suffix in ["", "-journal", "-wal", "-shm"] { unsafe _ = unlink(path + suffix) }
    }
}
