/// The one connection that writes. Store writer only.

internal import CSQLite
internal import Platform

/// Group commit: many writes in one transaction, each in a savepoint of its own.
///
/// A write that breaks a constraint rolls back to its savepoint and the others go on. Some errors end the transaction
/// for everybody (a full disk, an I/O error, no memory, an interruption: https://sqlite.org/lang_transaction.html#response);
/// then every write of the batch has failed, and says so.
@safe
final class WriteConnection {
    let connection: Connection
    /// The files that are open, for as long as they are the database's.
    let files: DatabaseFiles
    private let limits: StoreLimits
    private let begin: Statement
    private let commit: Statement
    private let rollback: Statement
    private let savepoint: Statement
    private let release: Statement
    private let rollbackToSavepoint: Statement
    /// Frames in the write-ahead log after the last commit.
    ///
    /// At one address for life, as SQLite's hook writes it.
    private let walFrameCount: UnsafeMutablePointer<Int32>

    var walFrames: Int { Int(unsafe walFrameCount.pointee) }

    /// Takes a connection whose database is migrated, and whose files are these.
    init(_ connection: Connection, _ files: DatabaseFiles, limits: StoreLimits) throws(StoreError) {
        self.connection = connection
        self.files = files
        self.limits = limits
        // IMMEDIATE takes the write lock at once: a transaction that only finds out later that it can't have it would
        // get BUSY without a wait.
        begin = try connection.prepare("BEGIN IMMEDIATE")
        commit = try connection.prepare("COMMIT")
        rollback = try connection.prepare("ROLLBACK")
        savepoint = try connection.prepare("SAVEPOINT ringport")
        release = try connection.prepare("RELEASE ringport")
        rollbackToSavepoint = try connection.prepare("ROLLBACK TO ringport")
        unsafe walFrameCount = .allocate(capacity: 1)
        unsafe walFrameCount.initialize(to: 0)
        // Called inside COMMIT, so on this thread. It replaces SQLite's own checkpointing, as wal_autocheckpoint = 0 did.
        unsafe connection.withHandle { handle in
            _ = unsafe sqlite3_wal_hook(
                handle,
                { context, _, _, frames in
                    unsafe context?.assumingMemoryBound(to: Int32.self).pointee = frames
                    return SQLITE_OK
                },
                walFrameCount
            )
        }
    }

    deinit {
        unsafe connection.withHandle { _ = unsafe sqlite3_wal_hook($0, nil, nil) }
        unsafe walFrameCount.deallocate()
    }

    /// Runs writes in one transaction and commits them.
    ///
    /// - Parameters:
    ///   - writes: at least one. Fewer are run when they take longer than a batch may.
    ///   - results: empty; receives one result for each write that was run, final when this returns.
    /// - Returns: why the whole batch failed, or `nil` when it was committed.
    func store(
        _ writes: ArraySlice<StoreWrite>,
        into results: inout [Result<StoreOutcome, StoreError>]
    ) -> StoreError? {
        let start = Instant.now
        let batchEnd = start.advanced(by: limits.batchDuration)
        do throws(StoreError) {
            try connection.finish(begin)
        } catch {
            for _ in writes { results.append(.failure(error)) }
            return error
        }
        var now = start
        for write in writes {
            connection.limit(until: now.advanced(by: limits.writeDurationMax))
            let result = store(write)
            results.append(result)
            if isTransactionOver {
                return lose(&results, because: result)
            }
            now = .now
            if now >= batchEnd { break }
        }
        connection.limit(until: .distantFuture)
        do throws(StoreError) {
            try connection.finish(commit)
            return nil
        } catch {
            // A COMMIT that failed may leave the transaction open (BUSY) or not (FULL, IOERR): it must be over.
            if !isTransactionOver { try? connection.finish(rollback) }
            return lose(&results, because: .failure(error))
        }
    }

    /// Runs one write in its savepoint.
    private func store(_ write: StoreWrite) -> Result<StoreOutcome, StoreError> {
        do throws(StoreError) {
            try connection.finish(savepoint)
            var changes: Int64 = 0
            unsafe connection.withHandle { unsafe sqlite3_set_last_insert_rowid($0, 0) }
            try run(write.first, &changes)
            for statement in write.rest { try run(statement, &changes) }
            try checkDeferredKeys()
            try connection.finish(release)
            let lastInsertRowID = unsafe connection.withHandle { unsafe sqlite3_last_insert_rowid($0) }
            return .success(StoreOutcome(lastInsertRowID: lastInsertRowID, changes: changes))
        } catch {
            if !isTransactionOver { undo() }
            return .failure(error)
        }
    }

    /// Runs a statement to its end; rows that it returns are not for anybody.
    private func run(_ write: StoreStatement, _ changes: inout Int64) throws(StoreError) {
        let statement = try connection.statement(write.sql)
        // COMMIT, ROLLBACK, SAVEPOINT and ATTACH are the statements that neither write nor return anything.
        guard !statement.isReadOnly || statement.columnCount > 0 else {
            throw .sql(message: "not a write: \(write.sql)")
        }
        defer { statement.reset() }
        try statement.bind(write.bind)
        let before = unsafe connection.withHandle { unsafe sqlite3_total_changes64($0) }
        while true {
            switch statement.step() {
            case .row: continue
            case .done:
                // sqlite3_changes64 keeps the previous statement's count when this one changed nothing.
                let after = unsafe connection.withHandle { unsafe sqlite3_total_changes64($0) }
                if after != before { changes += unsafe connection.withHandle { unsafe sqlite3_changes64($0) } }
                return
            case .failed(let status): throw connection.error(status, write.sql)
            }
        }
    }

    /// Refuses a write that leaves a deferred foreign key unresolved.
    ///
    /// SQLite would only find out at COMMIT, and fail the whole batch for it.
    private func checkDeferredKeys() throws(StoreError) {
        var current: Int32 = 0
        var highest: Int32 = 0
        let status = unsafe connection.withHandle {
            unsafe sqlite3_db_status($0, SQLITE_DBSTATUS_DEFERRED_FKS, &current, &highest, 0)
        }
        guard status == SQLITE_OK, current == 0 else {
            throw .constraint(.foreignKey, message: "FOREIGN KEY constraint failed")
        }
    }

    /// Gives the page cache back when it has more than an idle connection keeps.
    ///
    /// Forms of a megabyte fill it with pages that nothing reads again.
    func releaseCache() {
        var size: Int32 = 0
        var highest: Int32 = 0
        unsafe connection.withHandle { handle in
            let status = unsafe sqlite3_db_status(handle, SQLITE_DBSTATUS_CACHE_USED, &size, &highest, 0)
            guard status == SQLITE_OK, Int(size) > limits.idleCacheKiB << 10 else { return }
            _ = unsafe sqlite3_db_release_memory(handle)
        }
    }

    /// Takes back what the write did since its savepoint.
    ///
    /// When even that fails nothing of the batch can be trusted.
    private func undo() {
        do throws(StoreError) {
            try connection.finish(rollbackToSavepoint)
            try connection.finish(release)
        } catch {
            if !isTransactionOver { try? connection.finish(rollback) }
        }
    }

    /// Whether SQLite has ended the transaction (https://sqlite.org/c3ref/get_autocommit.html).
    private var isTransactionOver: Bool {
        unsafe connection.withHandle { unsafe sqlite3_get_autocommit($0) } != 0
    }

    /// Makes every result of the batch a failure.
    ///
    /// A write that failed by itself keeps its own reason, and does not lend it to the others: they did nothing wrong.
    private func lose(
        _ results: inout [Result<StoreOutcome, StoreError>],
        because last: Result<StoreOutcome, StoreError>
    ) -> StoreError {
        connection.limit(until: .distantFuture)
        guard case .failure(let cause) = last else {
            preconditionFailure("a transaction that nothing failed in is still open")
        }
        let reason: StoreError =
            switch cause {
            case .constraint, .sql, .interrupted: .rolledBack
            default: cause
            }
        for index in results.indices {
            if case .success = results[index] { results[index] = .failure(reason) }
        }
        return reason
    }
}
