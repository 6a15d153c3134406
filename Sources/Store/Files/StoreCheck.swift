/// Looks at a site's database as a start would, and changes nothing. The main thread of `ringport check`.

internal import Glibc
internal import Platform

/// The reasons for which a store would not start, or would start without a database.
package enum StoreCheck {
    /// Looks at the files, and into the database where there is one.
    ///
    /// A migration that has not been taken yet is not tried.
    ///
    /// - Parameters:
    ///   - path: the database file.
    ///   - migrationsFolder: the site's `db/migrations`.
    ///   - handlers: the migrations of the handlers.
    /// - Throws: what a start would end with; `noPlace` for what it would go on without.
    package static func run(path: String, migrationsFolder: String, handlers: [Migrations]) throws(StoreError) {
        let files = try DatabaseFiles(path: path)
        try checkFolder(path, hasDatabase: files.main != nil)
        try files.checkAccess()
        try checkLock(path)
        // A process that holds the lock has looked at its files itself, and is changing them.
        switch SiteLock.look(atDatabase: path)?.verdict(on: files, boot: SiteLock.boot) {
        case .overwritten: throw .overwritten(path: path)
        case .emptied: throw .emptied(path: path)
        case .strayLog: throw .strayLog(path: path)
        case .strayJournal: throw .strayJournal(path: path)
        case .usable, nil: break
        }
        let owners = [try Migrations.site(directory: migrationsFolder)] + handlers
        guard files.main != nil else { return }
        try StoreReader(path: path).inspect(owners)
    }

    /// The process that holds the lock of a site's database.
    ///
    /// - Parameter path: the database file.
    /// - Returns: its number; `nil` when there is none, or its note can't be read.
    package static func lockHolder(path: String) -> Int32? { SiteLock.holder(ofDatabase: path) }

    private static func checkLock(_ path: String) throws(StoreError) {
        let lock = SiteLock.path(ofDatabase: path)
        let found: FileStatus?
        do { found = try FileStatus.find(lock) } catch {
            throw .cannotOpen(path: lock, reason: SystemError.reason(error.code))
        }
        if let found, !found.isRegular { throw .cannotOpen(path: lock, reason: "not a regular file") }
        guard unsafe access(lock, F_OK) == 0, unsafe faccessat(AT_FDCWD, lock, R_OK | W_OK, AT_EACCESS) != 0 else {
            return
        }
        throw .cannotOpen(path: lock, reason: SystemError.reason(errno))
    }

    /// Looks whether the lock and the log can be made beside the database, or the folder itself.
    private static func checkFolder(_ path: String, hasDatabase: Bool) throws(StoreError) {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        do throws(SystemError) {
            guard try FileStatus.find(folder) != nil else {
                let parent = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? "."
                return try checkWritable(parent.isEmpty ? "/" : parent)
            }
            try checkWritable(folder)
        } catch {
            if hasDatabase { throw .readOnly(path: path) }
            guard [EROFS, EACCES, EPERM].contains(error.code) else {
                throw .cannotOpen(path: folder, reason: SystemError.reason(error.code))
            }
            throw .noPlace(folder: folder, reason: SystemError.reason(error.code))
        }
    }

    private static func checkWritable(_ folder: String) throws(SystemError) {
        var attributes = stat()
        guard unsafe stat(folder, &attributes) == 0 else { throw SystemError(folder) }
        guard attributes.st_mode & S_IFMT == S_IFDIR else { throw SystemError(ENOTDIR, folder) }
        guard unsafe faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0 else { throw SystemError(folder) }
    }
}
