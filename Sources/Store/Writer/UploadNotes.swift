/// The names of uploaded files in the database: noted with the row that names them. Pure; any thread.

/// The server's own table of files that rows name, which tells after a crash whose files were stored.
///
/// A note is needed as long as its file may have a temporary name on the disk: until a later upload has synced the folder, or
/// the next start has.
package enum UploadNotes {
    /// The owner of the table among those who bring migrations; no handler's name has a dot.
    static let owner = "ringport.uploads"

    /// A statement that goes before those of the write that names the file: it is stored with them, or not at all.
    ///
    /// It leaves the row id of the write's last insert alone, as its table has none.
    package static func statement(noting name: String) -> StoreStatement {
        StoreStatement(sql: "INSERT OR REPLACE INTO ringport_uploads (name) VALUES (?)") { $0.text(name) }
    }

    /// A statement that removes a note which is not needed any more.
    package static func statement(forgetting name: String) -> StoreStatement {
        StoreStatement(sql: "DELETE FROM ringport_uploads WHERE name = ?") { $0.text(name) }
    }

    /// Settles uploads that an earlier process did not finish, when a database is opened.
    ///
    /// - Parameters:
    ///   - noted: the names of all files whose rows were stored.
    ///   - isSameDatabase: false when another file has taken the place of the database that was open last.
    /// - Returns: true when the notes are needed no more.
    package typealias Settling = @Sendable (_ noted: Set<String>, _ isSameDatabase: Bool) -> Bool
}

extension Migrations {
    /// The steps that make the table of uploaded files.
    package static var uploads: Migrations {
        Migrations(
            ledger: .table(handler: UploadNotes.owner),
            steps: [
                Step(
                    name: "\(UploadNotes.owner) 1",
                    sql: "CREATE TABLE ringport_uploads (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID"
                )
            ]
        )
    }
}
