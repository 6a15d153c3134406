/// Looks whether visitors could fetch the database. The main thread at the start, and of `ringport check`.

internal import Glibc

extension ServerConfiguration {
    /// Refuses a database in a folder of pages.
    ///
    /// Visitors could fetch it; and where the server closes a file that it has sent, the kernel drops the locks that SQLite
    /// holds on it (fcntl(2)).
    ///
    /// - Throws: `publicStore`.
    func checkStorePlacement() throws(StartError) {
        guard handlers != [] else { return }
        let store = Self.real(path(storeFolder))
        for rules in [rules] + hosts.map(\.rules) {
            let pages = Self.real(path(rules.files.www))
            guard store == pages || store.hasPrefix(pages == "/" ? "/" : pages + "/") else { continue }
            throw .publicStore(folder: path(storeFolder), www: path(rules.files.www))
        }
    }

    /// A path without symbolic links, as far as it is there.
    private static func real(_ path: String) -> String {
        if let real = unsafe realpath(path, nil) {
            defer { unsafe free(real) }
            return unsafe String(cString: real)
        }
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return path }
        return real(String(path[..<slash])) + path[slash...]
    }
}
