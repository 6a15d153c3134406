/// Looks whether a database is what its migrations made it. Store writer, and the main thread of `ringport check`.

internal import CSQLite
internal import Platform

/// The look at a database when it is opened: damage that would otherwise be found by a visitor's form.
struct Inspection {
    private let connection: Connection
    private let limits: StoreLimits

    init(_ connection: Connection, _ limits: StoreLimits) {
        self.connection = connection
        self.limits = limits
    }

    /// Looks at the structure of a database that is small enough, and at the tables of every owner.
    ///
    /// - Parameter owners: in the order in which they are applied.
    /// - Throws: `corrupt`, `incomplete`, or `newer` where an owner knows fewer steps than the database has taken.
    func run(_ owners: [Migrations]) throws(StoreError) {
        try inspectStructure()
        try inspectTables(owners)
    }

    /// SQLite itself finds a file that was cut; a page that was overwritten it finds when it is next read.
    private func inspectStructure() throws(StoreError) {
        let pages = try connection.first("PRAGMA page_count") { $0.integer(0) } ?? 0
        let pageSize = try connection.first("PRAGMA page_size") { $0.integer(0) } ?? 0
        guard pages * pageSize <= limits.inspectedSizeMax else { return }
        let found = try connection.first("PRAGMA quick_check(1)") { $0.string(0) } ?? "ok"
        // Rows that break a rule which somebody added later are no damage; what is begins so.
        guard found.hasPrefix("***") else { return }
        let message = found.split(separator: "\n").joined(separator: " ")
        throw .corrupt(path: connection.path, message: "database disk image is malformed: \(message)")
    }

    /// Compares the tables with those of a database in memory that takes the same steps.
    ///
    /// Steps of several owners may have been taken in another order than here: what another owner's steps name is not
    /// missed.
    private func inspectTables(_ owners: [Migrations]) throws(StoreError) {
        let versions = Migrator(connection)
        let present = Set(try columns(of: connection))
        for owner in owners {
            let taken = try versions.version(owner.ledger)
            guard taken <= owner.version else {
                throw .newer(path: connection.path, owner: owner.owner, found: taken, known: owner.version)
            }
            let others = owners.filter { $0.ledger != owner.ledger }.flatMap { $0.steps.map { $0.sql.lowercased() } }
            for column in try made(by: owner.prefix(taken)) where !present.contains(column) {
                guard !others.contains(where: { $0.contains(column.table) }) else { continue }
                let isTableThere = present.contains { $0.table == column.table }
                throw .incomplete(
                    path: connection.path,
                    owner: owner.owner,
                    missing: isTableThere
                        ? "the column \(column.name) of the table \(column.table)" : "the table \(column.table)"
                )
            }
        }
    }

    /// The columns that the steps of an owner make in a database of their own.
    ///
    /// - Returns: none for steps that need what other steps have made, or rows to work on.
    private func made(by owner: Migrations) throws(StoreError) -> [Column] {
        let model = try Connection(path: ":memory:", mode: .readWrite, limits: limits)
        do throws(StoreError) {
            try Migrator(model).apply(owner)
        } catch {
            return []
        }
        return try columns(of: model)
    }

    private struct Column: Hashable {
        let table: String
        let name: String
    }

    /// The columns of all tables, in the order in which they were made.
    ///
    /// SQLite takes names in any case, so that they are compared in one.
    private func columns(of connection: Connection) throws(StoreError) -> [Column] {
        let statement = try connection.prepare(
            """
            SELECT lower(t.name), lower(c.name) FROM sqlite_schema AS t, pragma_table_xinfo(t.name) AS c
            WHERE t.type = 'table' ORDER BY t.rowid, c.cid
            """
        )
        var columns: [Column] = []
        while true {
            switch statement.step() {
            case .row: columns.append(Column(table: statement.row.string(0), name: statement.row.string(1)))
            case .done: return columns
            case .failed(let status): throw connection.error(status)
            }
        }
    }
}

extension Migrations {
    /// The first steps alone.
    fileprivate func prefix(_ count: Int) -> Migrations {
        Migrations(ledger: ledger, steps: Array(steps.prefix(count)))
    }
}
