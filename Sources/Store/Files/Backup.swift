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
    ///   - name: the copy.
    /// - Returns: the size of the copy in bytes.
    /// - Throws: `missing` when there is no database; `cannotOpen` when the copy would replace what is no file, or the
    ///   database itself.
    package static func make(of database: String, at name: String) throws(StoreError) -> Int {
        // A link keeps leading where it leads.
        let path = DatabaseFiles.linked(name)
        try refuse(path, of: database)
        let reader = try StoreReader(path: database)
        let unfinished = try DatabaseCopy.unfinishedPath(of: path)
        do throws(StoreError) {
            try reader.copy(to: unfinished, usesLog: false)
        } catch .cannotOpen(unfinished, let reason) {
            throw .unfit(path: path, reason: reason)
        } catch .full(unfinished) {
            throw .full(path: path)
        }
        DatabaseCopy.giveMode(of: path, to: unfinished)
        guard unsafe rename(unfinished, path) == 0 else {
            let code = errno
            DatabaseCopy.remove(unfinished)
            throw .unfit(path: path, reason: SystemError.reason(code))
        }
        try DatabaseCopy.synchronize(path)
        return try DatabaseFiles(path: path).main?.size ?? 0
    }

    private static func refuse(_ path: String, of database: String) throws(StoreError) {
        let site = try DatabaseFiles(path: database)
        let copy = try DatabaseFiles(path: path)
        let name = copy.path.split(separator: "/").last.map(String.init) ?? copy.path
        let isSites = name.hasPrefix("ringport.db") || name == "ringport.lock"
        guard !isSites || !DatabaseFiles.exists(SiteLock.path(ofDatabase: copy.path)) else {
            throw .unfit(path: path, reason: "it is a site's own; choose a name in another folder")
        }
        // A log or journal beside the file would be taken for the copy's.
        for side in [copy.log, copy.journal] where side?.size ?? 0 > 0 {
            throw .unfit(path: path, reason: "it is a database in use, with a -wal or a -journal beside it")
        }
        guard let there = copy.main else { return }
        guard there.isRegular else { throw .unfit(path: path, reason: "it is there, and no file") }
        if let main = site.main, there.isSameFile(as: main) {
            throw .unfit(path: path, reason: "it is the database itself")
        }
    }
}
