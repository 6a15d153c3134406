/// Opening the database for writing. Store writer only.

internal import CSQLite
internal import Glibc
internal import Platform

extension Connection {
    /// Opens the database, making its file when it does not exist, with the settings of a group-committing writer.
    static func writer(path: String, limits: StoreLimits) throws(StoreError) -> Connection {
        let connection = try Connection(path: path, mode: .readWrite, limits: limits)
        // A file that turns out to be unusable stays as it is, and its log too.
        connection.keepsLogOnClose = true
        // SQLite opens a file that it may not write for reading, and says nothing.
        guard unsafe connection.withHandle({ unsafe sqlite3_db_readonly($0, "main") }) == 0 else {
            throw .readOnly(path: path)
        }
        // The first statement to look into the file, so the one that finds it is no database, or is locked.
        let mode = try connection.first("PRAGMA journal_mode = WAL") { $0.string(0) }
        guard mode == "wal" else {
            throw .cannotOpen(path: path, reason: "its file system can't share memory, which the write-ahead log needs")
        }
        // synchronous = FULL: a commit returns after fdatasync, so "stored" outlives a power cut.
        // wal_autocheckpoint = 0: CheckpointPolicy decides, between batches.
        // trusted_schema stays ON: SQLite before 3.41 takes json_valid() in a CHECK for unsafe without it, and a schema
        // comes from the site's owner and the handlers, who run code here anyway.
        try connection.run(
            """
            PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;
            PRAGMA wal_autocheckpoint = 0;
            PRAGMA cache_size = -\(limits.writeCacheKiB); PRAGMA journal_size_limit = \(limits.walSizeMax);
            """
        )
        return connection
    }

    /// Makes the folder that holds the file, for the server's user alone: what visitors send is nobody else's business.
    static func makeFolder(of path: String) throws(StoreError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        let folder = String(path[..<slash])
        guard unsafe mkdir(folder, 0o750) != 0 else { return }
        let code = errno
        // mkdir(2) also says EROFS or EACCES about a folder that exists: opening the file tells.
        guard code != EEXIST, unsafe access(folder, F_OK) != 0 else { return }
        if [EROFS, EACCES, EPERM].contains(code) { throw .noPlace(folder: folder, reason: SystemError.reason(code)) }
        throw .cannotOpen(path: folder, reason: SystemError.reason(code))
    }

    /// The files of the database that is open, all three.
    ///
    /// - Returns: `nil` when the file has lost its name meanwhile.
    func files() throws(StoreError) -> DatabaseFiles? {
        // A read transaction opens the log and its index, if nothing has yet.
        _ = try first("SELECT count(*) FROM sqlite_schema") { $0.integer(0) }
        let files = try DatabaseFiles(path: path)
        return files.main == nil || isMoved ? nil : files
    }

    /// Bytes of a page, so of a frame's content in the write-ahead log.
    func pageSize() throws(StoreError) -> Int {
        Int(try first("PRAGMA page_size") { $0.integer(0) } ?? 4096)
    }
}
