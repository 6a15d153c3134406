/// The forms in SQLite: one insert and one durable commit for each request. GRDB's writer queue runs it.

import Foundation
import GRDB

/// A database with the table that Ringport's forms have.
struct Submissions: Sendable {
    private let pool: DatabasePool

    init(path: String) throws {
        pool = try DatabasePool(path: path)
        // A pool makes its database WAL with synchronous = NORMAL, which leaves a commit's sync to the next checkpoint.
        let synchronous = try pool.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA synchronous = FULL;
                    CREATE TABLE IF NOT EXISTS submissions (
                        id INTEGER PRIMARY KEY,
                        form TEXT NOT NULL,
                        received_at TEXT NOT NULL,
                        remote TEXT NOT NULL,
                        user_agent TEXT NOT NULL DEFAULT '',
                        referer TEXT NOT NULL DEFAULT '',
                        fields TEXT NOT NULL CHECK (json_valid(fields) AND json_type(fields) = 'object')
                    ) STRICT;
                    CREATE INDEX IF NOT EXISTS submissions_by_form ON submissions(form, id);
                    """)
            return try Int.fetchOne(database, sql: "PRAGMA synchronous")
        }
        precondition(synchronous == 2, "a commit has to be durable when it returns")
    }

    /// Returns when the row is on disk.
    func store(form: String, fields: [String: String]) async throws {
        let text = String(decoding: try JSONEncoder().encode(fields), as: UTF8.self)
        let time = Date.now.ISO8601Format()
        try await pool.write { database in
            let insert = try database.cachedStatement(
                sql: "INSERT INTO submissions(form, received_at, remote, fields) VALUES (?, ?, '127.0.0.1', ?)")
            try insert.execute(arguments: [form, time, text])
        }
    }
}
