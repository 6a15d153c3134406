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
    ///   - usesLog: true for a database that a server opens next, which then has nothing to change.
    ///   - limits: those of the copy's connection.
    /// - Throws: why there is no copy. Nothing is left then.
    static func make(
        of source: Connection,
        at path: String,
        usesLog: Bool,
        limits: StoreLimits
    ) throws(StoreError) {
        do throws(StoreError) {
            try copy(source, to: path, limits: limits)
            if usesLog { try useLog(path, limits) }
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
        let status = unsafe source.withHandle { from in
            unsafe target.withHandle { to in
                guard let backup = unsafe sqlite3_backup_init(to, "main", from, "main") else {
                    return unsafe sqlite3_errcode(to)
                }
                let step = unsafe sqlite3_backup_step(backup, -1)
                let end = unsafe sqlite3_backup_finish(backup)
                // A step that was not the last is no failure for the end.
                return step == SQLITE_DONE ? end : (end == SQLITE_OK ? step : end)
            }
        }
        guard status == SQLITE_OK else {
            // Damage is the source's; all else is told of the file that is made.
            throw status & 0xff == SQLITE_CORRUPT ? source.error(status) : target.error(status)
        }
        // The header's mark for a write-ahead log is copied too; a copy that is moved about shall be one file.
        let mode = try target.first("PRAGMA journal_mode = DELETE") { $0.string(0) }
        guard mode == "delete" else { throw .cannotOpen(path: path, reason: "its journal mode can't be changed") }
        let found: String
        do throws(StoreError) {
            found = try target.first("PRAGMA integrity_check(1)") { $0.string(0) } ?? "nothing"
        } catch .corrupt(_, let message) {
            throw .corrupt(path: source.path, message: message)
        }
        guard found == "ok" else {
            throw .corrupt(path: source.path, message: found.split(separator: "\n").joined(separator: " "))
        }
    }

    /// Marks a copy as one that is written through a write-ahead log, which is not there yet.
    private static func useLog(_ path: String, _ limits: StoreLimits) throws(StoreError) {
        let connection = try Connection(path: path, mode: .readWrite, limits: limits)
        guard try connection.first("PRAGMA journal_mode = WAL", { $0.string(0) }) == "wal" else {
            throw .cannotOpen(path: path, reason: "its journal mode can't be changed")
        }
    }

    /// The name of a copy that is being made beside the file whose name it will get.
    ///
    /// Copies that processes which have ended left unfinished are removed.
    static func unfinishedPath(of path: String) throws(StoreError) -> String {
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let prefix = (slash.map { String(path[path.index(after: $0)...]) } ?? path) + ".unfinished-"
        for name in try MigrationFolder.names(in: folder) where name.hasPrefix(prefix) {
            guard let process = Int32(name.dropFirst(prefix.utf8.count).prefix { $0.isNumber }) else { continue }
            if process == getpid() || kill(process, 0) != 0 && errno == ESRCH { unsafe _ = unlink("\(folder)/\(name)") }
        }
        return "\(path).unfinished-\(getpid())"
    }

    /// Gives a copy the mode of the file that it replaces.
    static func giveMode(of path: String, to copy: String) {
        var attributes = stat()
        if unsafe stat(path, &attributes) == 0 { unsafe _ = chmod(copy, attributes.st_mode & 0o7777) }
    }

    /// Gives a file the owner, group and mode of another, or the owner of its folder where there is no other.
    ///
    /// A tool that root runs must not take the database away from the server's user. Others can't give files away, and need
    /// not.
    static func giveOwner(of path: String, to copy: String) {
        guard geteuid() == 0 else { return }
        var attributes = stat()
        if unsafe stat(path, &attributes) == 0 {
            unsafe _ = (chown(copy, attributes.st_uid, attributes.st_gid), chmod(copy, attributes.st_mode & 0o7777))
        } else {
            let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
            guard unsafe stat(folder, &attributes) == 0 else { return }
            unsafe _ = chown(copy, attributes.st_uid, attributes.st_gid)
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
