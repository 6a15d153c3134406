/// Prepared statements by their text. Used on the thread that has the connection.

/// The most recently used statements, most recent first.
///
/// A site uses a handful of texts, mostly one after the other, and comparing a string with itself is one comparison of
/// pointers: a short array that is searched from the front beats hashing a hundred bytes of SQL for every write.
struct StatementCache {
    private var statements: [Statement] = []
    private let countMax: Int

    init(countMax: Int) {
        self.countMax = countMax
    }

    /// The statement for a text, now the most recent one.
    mutating func find(_ sql: String) -> Statement? {
        guard let first = statements.first else { return nil }
        if first.sql == sql { return first }
        guard let index = statements.firstIndex(where: { $0.sql == sql }) else { return nil }
        let statement = statements.remove(at: index)
        statements.insert(statement, at: 0)
        return statement
    }

    /// Adds a statement that is not there, dropping the least recently used one when there are too many.
    mutating func insert(_ statement: Statement) {
        if statements.count == countMax { statements.removeLast() }
        statements.insert(statement, at: 0)
    }

    mutating func removeAll() {
        statements.removeAll()
    }
}
