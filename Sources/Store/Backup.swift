/// `ringport backup`: a copy of a database that a server may be writing. The main thread; blocks.

internal import Glibc
internal import Platform

/// Copies the database of a site to a file.
package enum Backup {
    /// Makes the copy under another name and renames it when it is whole, checked and on the disk: a file of that name
    /// which was there before stays until then.
    ///
    /// - Parameters:
    ///   - database: the site's database; only read.
    ///   - path: the copy.
    /// - Returns: the size of the copy in bytes.
    /// - Throws: `missing` when there is no database; `cannotOpen` when the copy would replace what is no file, or the
    ///   database itself.
    package static func make(of database: String, at path: String) throws(StoreError) -> Int {
        try refuse(path, of: database)
        let reader = try StoreReader(path: database)
        let unfinished = "\(path).unfinished-\(getpid())"
        DatabaseCopy.remove(unfinished)
        try reader.copy(to: unfinished)
        guard unsafe rename(unfinished, path) == 0 else {
            let code = errno
            DatabaseCopy.remove(unfinished)
            throw .cannotOpen(path: path, reason: SystemError.reason(code))
        }
        try DatabaseCopy.synchronize(path)
        return try DatabaseFiles(path: path).main?.size ?? 0
    }

    private static func refuse(_ path: String, of database: String) throws(StoreError) {
        let site = try DatabaseFiles(path: database)
        let copy = try DatabaseFiles(path: path)
        guard let there = copy.main else { return }
        guard there.isRegular else { throw .cannotOpen(path: path, reason: "it is there, and no file") }
        if let main = site.main, there.isSameFile(as: main) {
            throw .cannotOpen(path: path, reason: "it is the database itself")
        }
        // A log beside the file that is replaced would be taken for the copy's.
        guard copy.log?.size ?? 0 == 0 else {
            throw .cannotOpen(path: path, reason: "it is a database in use, with a -wal beside it")
        }
    }
}
