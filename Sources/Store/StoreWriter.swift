/// The store writer: the one thread that writes the database. Everything here runs on it.

internal import Platform

/// The loop of the store writer: take what is queued, store it in one transaction, tell everybody, checkpoint.
///
/// There is no timer that gathers writes: those which arrive while a commit waits for the disk are the next batch, so
/// the batch grows exactly as the disk is slow and the load is high.
final class StoreWriter {
    private let path: String
    private let migrationsFolder: String?
    private let limits: StoreLimits
    private let queue: WriteQueue
    private let readiness: Readiness
    private let readers: ReaderShelf
    private let shared: Monitor<StoreStatistics>

    private var connection: WriteConnection?
    private var policy: CheckpointPolicy
    private var statistics = StoreStatistics()
    /// What was taken from the queue, in order.
    ///
    /// Its memory and that of the results is used again and again.
    private var writes: [StoreWrite] = []
    private var results: [Result<StoreOutcome, StoreError>] = []

    init(_ store: Store) {
        path = store.path
        migrationsFolder = store.migrationsFolder
        limits = store.limits
        queue = store.queue
        readiness = store.readiness
        readers = store.readers
        shared = store.shared
        policy = CheckpointPolicy(limits: store.limits, pageSize: 4096)
    }

    /// Runs until the queue is stopped and empty.
    func run() {
        while true {
            let wakeup = queue.take(into: &writes, until: policy.idleDeadline)
            if wakeup.isReadinessWanted { _ = prepare() }
            if wakeup.hasWrites {
                storeAll()
            } else if !wakeup.isStopping {
                checkpoint(policy.idle(now: .now))
            }
            // Once stopping is seen nothing more is queued, and what was queued has just been stored.
            if wakeup.isStopping { break }
        }
        close(isStopped: true)
    }

    /// Stores what was taken, batch by batch.
    private func storeAll() {
        var next = 0
        while next < writes.count {
            let batch = writes[next..<min(next + limits.batchWritesMax, writes.count)]
            let failure = store(batch)
            precondition(!results.isEmpty, "a batch stores or fails at least one write")
            complete(batch.prefix(results.count), failure)
            next += results.count
            results.removeAll(keepingCapacity: true)
        }
        writes.removeAll(keepingCapacity: true)
    }

    /// Stores one batch, opening the database first if need be.
    private func store(_ batch: ArraySlice<StoreWrite>) -> StoreError? {
        if let connection, connection.isMoved { close(isStopped: false) }
        if connection == nil, let error = prepare() {
            for _ in batch { results.append(.failure(error)) }
            return error
        }
        return connection?.store(batch, into: &results)
    }

    /// Counts, then tells every write of a batch how it went, in order.
    ///
    /// The statistics come first, so that whoever is told finds itself counted.
    private func complete(_ batch: ArraySlice<StoreWrite>, _ failure: StoreError?) {
        var stored = 0
        for result in results {
            if case .success = result { stored += 1 }
        }
        statistics.writesStored += stored
        statistics.writesFailed += batch.count - stored
        statistics.batchLargest = max(statistics.batchLargest, batch.count)
        statistics.walFrames = connection?.walFrames ?? 0
        if failure == nil { statistics.commits += 1 } else { statistics.batchesLost += 1 }
        publish()
        queue.finish(batch.count)
        for (write, result) in zip(batch, results) { write.completion(result) }
        if failure == nil {
            checkpoint(policy.committed(frames: statistics.walFrames, now: .now))
        }
    }

    /// Opens and migrates the database, unless that is done.
    private func prepare() -> StoreError? {
        guard let missing = readiness.missing() else { return nil }
        do throws(StoreError) {
            let open = if let connection { connection } else { try self.open() }
            let migrator = Migrator(open.connection)
            for migrations in missing.migrations { try migrator.apply(migrations) }
            connection = open
            readiness.succeed(revision: missing.revision)
            return nil
        } catch {
            readiness.fail(error)
            return error
        }
    }

    /// Opens the file and takes the site's own steps, which come before those of the handlers.
    private func open() throws(StoreError) -> WriteConnection {
        let connection = try Connection.writer(path: path, limits: limits)
        if let migrationsFolder {
            try Migrator(connection).apply(Migrations.site(directory: migrationsFolder))
        }
        policy = CheckpointPolicy(limits: limits, pageSize: try connection.pageSize())
        statistics.openings += 1
        publish()
        return try WriteConnection(connection, limits: limits)
    }

    private func checkpoint(_ action: CheckpointPolicy.Action) {
        guard action != .none, let connection else { return }
        let isComplete = connection.checkpoint(action, limits: limits) != nil
        policy.checkpointed(isComplete: isComplete, now: .now)
        if isComplete { statistics.checkpoints += 1 } else { statistics.checkpointsBlocked += 1 }
        publish()
    }

    /// Closes the database.
    ///
    /// The readers go first: the last connection to close empties the write-ahead log and removes it, and only the
    /// writer's may.
    private func close(isStopped: Bool) {
        readiness.close(isStopped: isStopped)
        readers.closeAll()
        connection = nil
        policy = CheckpointPolicy(limits: limits, pageSize: 4096)
    }

    private func publish() {
        let statistics = statistics
        shared.withLock { $0 = statistics }
    }
}
