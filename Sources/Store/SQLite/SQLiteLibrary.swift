/// The SQLite that the program runs with. Any thread.

internal import CSQLite

/// A version of SQLite, and the one defect of it that decides how the database may be used.
package struct SQLiteLibrary: Equatable, Sendable {
    /// Major, minor and patch as one number, such as 3040001.
    let number: Int32

    init(number: Int32) {
        self.number = number
    }

    /// The library that is linked.
    package static var linked: SQLiteLibrary { SQLiteLibrary(number: sqlite3_libversion_number()) }

    package var version: String { "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)" }

    /// True when commits can be lost while one connection commits and another copies the write-ahead log into the
    /// database: from 3.7.0 on, mended in 3.51.3, 3.50.7 and 3.44.6 (https://sqlite.org/wal.html).
    package var hasResetBug: Bool {
        switch number {
        case ..<3_007_000, 3_044_006..<3_045_000, 3_050_007..<3_051_000, 3_051_003...: false
        default: true
        }
    }
}

extension SQLiteLibrary: CustomStringConvertible {
    package var description: String {
        guard hasResetBug else { return "SQLite \(version) is linked" }
        return """
            SQLite \(version) is linked: with it a second program that writes or checkpoints the database (Litestream, a \
            writing sqlite3 shell) can make commits vanish (sqlite.org/wal.html); let nothing but ringport write it
            """
    }
}
