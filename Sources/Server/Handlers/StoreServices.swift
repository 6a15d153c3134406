/// The services that handlers ask of the rest of the program, joined to it. Each function says which threads call it.

internal import FileLog
internal import HandlerHost
internal import HandlerPool
internal import Platform
internal import Store

/// The host's services, by store, log and pool.
final class StoreServices: HandlerServices {
    private let database: Store
    private let files: FileLog
    private let pool: HandlerPool
    private let uploads: String
    private let filesPerFormMax: Int

    init(database: Store, files: FileLog, pool: HandlerPool, _ configuration: ServerConfiguration) {
        self.database = database
        self.files = files
        self.pool = pool
        uploads = configuration.uploadsPath
        filesPerFormMax = configuration.uploads.filesPerForm
    }

    /// Any thread; with files pool threads, which wait here while the database is being opened.
    func store(_ write: DatabaseWrite, files uploaded: [DatabaseFile]) -> Bool {
        guard !uploaded.isEmpty else { return store(write) }
        guard uploaded.count <= filesPerFormMax else {
            let reason = "\(uploaded.count) files came at once, and [uploads] files_per_form is \(filesPerFormMax)"
            write.complete(.failure(DatabaseFailure(.filesTooLarge, message: reason)))
            return true
        }
        do throws(StoreError) {
            try database.awaitOpen()
        } catch {
            write.complete(.failure(DatabaseFailure(error)))
            return true
        }
        return files.upload(
            uploaded.map { UploadFile(name: $0.name, bytes: $0.bytes) },
            to: uploads,
            from: write.network,
            client: UploadedWrite(write, database: database, files: files)
        )
    }

    private func store(_ write: DatabaseWrite) -> Bool {
        database.submit(
            StoreWrite(statements: write.storeStatements, owner: write.owner, size: write.size) { result in
                switch result {
                case .success(let outcome):
                    write.complete(
                        .success(DatabaseCommit(rowID: outcome.lastInsertRowID, changes: outcome.changes))
                    )
                case .failure(let error):
                    write.complete(.failure(DatabaseFailure(error)))
                }
            }
        )
    }

    /// Pool threads, and the main thread at start.
    func query(_ statement: DatabaseStatement, rows: inout DatabaseRows) throws(DatabaseFailure) {
        do throws(StoreError) {
            try database.read { (connection) throws(StoreError) in
                try connection.query(
                    statement.sql,
                    bind: { binder in statement.forEachParameter { value in unsafe binder.bind(value) } },
                    row: { row in rows.append(row) ? .more : .enough }
                )
            }
        } catch {
            throw DatabaseFailure(error)
        }
    }

    /// Pool threads: waits for the log thread, the only one that writes files.
    func saveUpload(name: String, bytes: Span<UInt8>) throws(SystemError) {
        unsafe try files.writeFile(
            directory: uploads,
            name: name,
            bytes: bytes.withUnsafeBufferPointer { unsafe Array($0) }
        )
    }

    /// Any thread.
    func log(_ level: HandlerLogLevel, handler: String, _ text: String) {
        files.error(LogLevel(level), "\(handler): \(text)")
    }

    /// Any thread.
    func runOnPool(_ job: HandlerJob) -> Bool {
        pool.submit(job)
    }
}

extension LogLevel {
    init(_ level: HandlerLogLevel) {
        switch level {
        case .error: self = .error
        case .warning: self = .warning
        case .notice: self = .notice
        case .debug: self = .notice
        }
    }
}

extension StatementBinder {
    /// Binds a handler's value without copying it.
    @unsafe
    mutating func bind(_ value: DatabaseValue) {
        switch value {
        case .null: null()
        case .integer(let number): integer(number)
        case .real(let number): double(number)
        // The write that the closure of its statement holds keeps the bytes in place; a query's handler waits.
        case .text(let bytes): unsafe text(lending: bytes)
        case .blob(let bytes): unsafe blob(lending: bytes)
        }
    }
}

extension DatabaseRows {
    /// Takes a row's columns over; false when the handler wants no more rows.
    mutating func append(_ row: borrowing Row) -> Bool {
        for column in 0..<row.columnCount {
            switch row.type(column) {
            case .null: null()
            case .integer: integer(row.integer(column))
            case .double: real(row.double(column))
            case .text: row.withText(column) { text($0) }
            case .blob: row.withBlob(column) { blob($0) }
            }
        }
        return endRow()
    }
}

extension DatabaseFailure {
    /// The failure that a handler is told about a failure of the store.
    init(_ error: StoreError) {
        self.init(Self.kind(error), message: error.description)
    }

    private static func kind(_ error: StoreError) -> Kind {
        switch error {
        case .constraint(let rule, _):
            switch rule {
            case .unique, .primaryKey: .unique
            case .notNull: .notNull
            case .check: .check
            case .foreignKey: .foreignKey
            case .trigger, .dataType, .other: .otherConstraint
            }
        case .busy, .displaced, .rolledBack, .interrupted, .locked, .noPlace: .busy
        default: .failed
        }
    }
}
