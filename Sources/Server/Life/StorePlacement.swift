/// Looks whether visitors could fetch the database or the logs. The main thread at the start, and of `ringport check`.

internal import Glibc

extension ServerConfiguration {
    /// Refuses a database in a folder of pages.
    ///
    /// Visitors could fetch it; and where the server closes a file that it has sent, the kernel drops the locks that SQLite
    /// holds on it (fcntl(2)).
    ///
    /// - Throws: `publicStore`.
    func checkStorePlacement() throws(StartError) {
        guard handlers != [], let www = pages(over: path(storeFolder)) else { return }
        throw .publicStore(folder: path(storeFolder), www: www)
    }

    /// Refuses logs in a folder of pages: they hold addresses and names of visitors.
    ///
    /// - Throws: `publicLogs`.
    func checkLogPlacement() throws(StartError) {
        guard log.access == .file || log.error == .file, let www = pages(over: logsPath) else { return }
        throw .publicLogs(folder: logsPath, www: www)
    }

    /// The first folder of pages that a folder is, or is in.
    private func pages(over folder: String) -> String? {
        let real = Self.real(folder)
        for rules in [rules] + hosts.map(\.rules) {
            let pages = Self.real(path(rules.files.www))
            if real == pages || real.hasPrefix(pages == "/" ? "/" : pages + "/") { return path(rules.files.www) }
        }
        return nil
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
