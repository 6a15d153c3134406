/// Takes the steps that a database has not taken. Store writer only, before the first write.

internal import CSQLite
internal import Platform

/// Brings one database to the version that one owner's migrations end at.
struct Migrator {
    private let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Takes every missing step, each in a transaction of its own together with its number.
    ///
    /// - Throws: `newer` when the database has taken more steps than are known, `migration` for a step that failed,
    ///   after which the steps before it stay taken.
    func apply(_ migrations: Migrations) throws(StoreError) {
        guard !migrations.steps.isEmpty || migrations.ledger == .userVersion else { return }
        // Rebuilding a table that others refer to needs the keys unchecked until the step's end (https://sqlite.org/lang_altertable.html#otheralter),
        // and the pragma does nothing inside a transaction.
        try connection.run("PRAGMA foreign_keys = OFF")
        let result = takeAll(migrations)
        try connection.run("PRAGMA foreign_keys = ON")
        try result.get()
    }

    private func takeAll(_ migrations: Migrations) -> Result<Void, StoreError> {
        do throws(StoreError) {
            while try takeNext(migrations) {}
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Takes the next step, if there is one.
    ///
    /// The version is read inside the transaction: another process may be migrating the same database.
    private func takeNext(_ migrations: Migrations) throws(StoreError) -> Bool {
        if try !isBehind(migrations) { return false }
        try connection.run("BEGIN IMMEDIATE")
        do throws(StoreError) {
            let version = try version(migrations.ledger)
            if version < migrations.version {
                let step = migrations.steps[version]
                do throws(StoreError) {
                    try take(step)
                } catch {
                    throw error.asMigration(step.name)
                }
                try record(version + 1, migrations.ledger)
            }
            try connection.run("COMMIT")
            return true
        } catch {
            // The step's own error may have ended the transaction already.
            if isTransactionOver { throw error }
            try connection.run("ROLLBACK")
            throw error
        }
    }

    /// Whether a step is missing; looked at first without the write lock, as at most starts none is.
    private func isBehind(_ migrations: Migrations) throws(StoreError) -> Bool {
        let version = try version(migrations.ledger)
        guard version <= migrations.version else {
            throw .newer(
                path: connection.path,
                owner: migrations.owner,
                found: version,
                known: migrations.version
            )
        }
        return version < migrations.version
    }

    private func take(_ step: Migrations.Step) throws(StoreError) {
        try connection.run(step.sql)
        guard !isTransactionOver else {
            throw .sql(message: "it must not end the transaction that it is run in")
        }
        let broken = try connection.first("PRAGMA foreign_key_check") { row in
            "a row of \(row.string(0)) refers to none of \(row.string(2))"
        }
        if let broken { throw .constraint(.foreignKey, message: broken) }
    }

    /// The number of the last step that the database has taken.
    func version(_ ledger: Migrations.Ledger) throws(StoreError) -> Int {
        switch ledger {
        case .userVersion:
            return Int(try connection.first("PRAGMA user_version") { $0.integer(0) } ?? 0)
        case .table(let handler):
            let hasLedger = try connection.first(
                "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'ringport_migrations'"
            ) { _ in true }
            guard hasLedger != nil else { return 0 }
            let statement = try connection.statement("SELECT version FROM ringport_migrations WHERE handler = ?")
            defer { statement.reset() }
            try statement.bind { $0.text(handler) }
            switch statement.step() {
            case .row: return Int(statement.row.integer(0))
            case .done: return 0
            case .failed(let status): throw connection.error(status)
            }
        }
    }

    private func record(_ version: Int, _ ledger: Migrations.Ledger) throws(StoreError) {
        switch ledger {
        case .userVersion:
            try connection.run("PRAGMA user_version = \(version)")
        case .table(let handler):
            try connection.run(
                """
                CREATE TABLE IF NOT EXISTS ringport_migrations(
                    handler TEXT PRIMARY KEY, version INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID
                """
            )
            let statement = try connection.statement("INSERT OR REPLACE INTO ringport_migrations VALUES (?, ?)")
            try statement.bind {
                $0.text(handler)
                $0.integer(Int64(version))
            }
            try connection.finish(statement)
        }
    }

    private var isTransactionOver: Bool {
        unsafe connection.withHandle { unsafe sqlite3_get_autocommit($0) } != 0
    }
}

extension StoreError {
    /// What is wrong with the step is told with its name; what is wrong with the world stays what it is.
    fileprivate func asMigration(_ name: String) -> StoreError {
        switch self {
        case .sql(let message), .constraint(_, let message): .migration(name: name, message: message)
        default: self
        }
    }
}
