/// The way a database gets its tables: numbered steps, each taken once. A value; any thread.

/// The migrations of one owner: the site's own, or those that a handler brings.
package struct Migrations: Sendable {
    /// The place where the number of the last step taken is kept.
    enum Ledger: Equatable, Sendable {
        /// `PRAGMA user_version`, for the site.
        case userVersion
        /// The handler's row in `ringport_migrations`.
        case table(handler: String)
    }

    /// A step: the first is version 1.
    struct Step: Equatable, Sendable {
        let name: String
        let sql: String
    }

    let ledger: Ledger
    let steps: [Step]

    /// The owner of these steps, for messages.
    package var owner: String {
        switch ledger {
        case .userVersion: "the site"
        case .table(UploadNotes.owner): "the server"
        case .table(let handler): "handler \(handler)"
        }
    }

    /// The version of a database that has taken every step.
    package var version: Int { steps.count }

    /// The steps of a handler.
    ///
    /// Only ever append to them: a step that some database has taken is never taken again.
    ///
    /// - Parameters:
    ///   - name: the handler's name, the same in every version of it.
    ///   - statements: the SQL of step 1, of step 2 and so on; each may hold several statements.
    /// - Returns: the steps, numbered from 1.
    package static func handler(name: String, statements: [String]) -> Migrations {
        precondition(!name.isEmpty, "a handler has a name")
        return Migrations(
            ledger: .table(handler: name),
            steps: statements.enumerated().map { Step(name: "\(name) \($0.offset + 1)", sql: $0.element) }
        )
    }

    /// The steps of a site: the files `NNNN_name.sql` of its `db/migrations`, numbered from 0001 without a gap.
    ///
    /// - Parameter directory: the folder; when it does not exist there are no steps.
    /// - Returns: the steps, in the order of their numbers.
    /// - Throws: `migrationSet` for a number that is missing or there twice, a file name without a number, or a file
    ///   that can't be read.
    package static func site(directory: String) throws(StoreError) -> Migrations {
        let files = try MigrationFolder.names(in: directory).filter { $0.hasSuffix(".sql") }.sorted()
        var steps: [Step] = []
        for file in files {
            guard let number = number(of: file) else {
                throw .migrationSet(owner: directory, reason: "\(file): a migration is named 0001_what_it_does.sql")
            }
            guard number != steps.count else {
                throw .migrationSet(
                    owner: directory,
                    reason: "\(file) and \(steps.last?.name ?? file) have the same number"
                )
            }
            guard number == steps.count + 1 else {
                throw .migrationSet(owner: directory, reason: "\(steps.count + 1) is missing before \(file)")
            }
            steps.append(Step(name: file, sql: try MigrationFolder.text(of: "\(directory)/\(file)")))
        }
        return Migrations(ledger: .userVersion, steps: steps)
    }

    /// The number that a file's name begins with: four digits and an underscore.
    ///
    /// It is never 0.
    private static func number(of file: String) -> Int? {
        let digits = file.utf8.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard digits.count == 4, file.utf8.dropFirst(4).first == UInt8(ascii: "_") else { return nil }
        guard let number = Int(file.prefix(4)), number > 0 else { return nil }
        return number
    }
}
