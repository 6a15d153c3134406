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
    private func inspectTables(_ owners: [Migrations]) throws(StoreError) {
        let model = try Connection(path: ":memory:", mode: .readWrite, limits: limits)
        let versions = Migrator(connection)
        var known: Set<Column> = []
        let present = Set(try columns(of: connection))
        for owner in owners {
            let taken = try versions.version(owner.ledger)
            guard taken <= owner.version else {
                throw .newer(path: connection.path, owner: owner.owner, found: taken, known: owner.version)
            }
            do throws(StoreError) {
                try Migrator(model).apply(owner.prefix(taken))
            } catch {
                // A step that needs rows to work on tells nothing about tables; those after it can't be compared.
                return
            }
            let made = try columns(of: model)
            for column in made where !known.contains(column) && !present.contains(column) {
                let isTableThere = present.contains { $0.table == column.table }
                throw .incomplete(
                    path: connection.path,
                    owner: owner.owner,
                    missing: isTableThere
                        ? "the column \(column.name) of the table \(column.table)" : "the table \(column.table)"
                )
            }
            known.formUnion(made)
        }
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
