/// Uploads that a killed process has left: ended when this one opens the database. Store writer.

extension StoreWriter {
    /// Tells whoever keeps uploaded files which names commits have noted; once in the life of the process, under the site's
    /// lock, and before any upload of its own begins.
    func settleUploads(in connection: Connection) {
        guard !hasSettledUploads, let settling else { return }
        hasSettledUploads = true
        do throws(StoreError) {
            let noted = try UploadNotes.names(in: connection)
            if settling(noted, isSameDatabase), !noted.isEmpty { try connection.run("DELETE FROM ringport_uploads") }
        } catch {
            // The notes stay, and so do the files: the next start tries again.
            notify(.trouble(error))
        }
    }
}

extension UploadNotes {
    /// The names that are noted; none where nothing has made the table.
    static func names(in connection: Connection) throws(StoreError) -> Set<String> {
        let hasTable = try connection.first(
            "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'ringport_uploads'"
        ) { _ in true }
        guard hasTable != nil else { return [] }
        let statement = try connection.prepare("SELECT name FROM ringport_uploads")
        var names: Set<String> = []
        while true {
            switch statement.step() {
            case .row: names.insert(statement.row.string(0))
            case .done: return names
            case .failed(let status): throw connection.error(status)
            }
        }
    }
}
