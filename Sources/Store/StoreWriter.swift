/// The store writer: the one thread that writes the database. Everything here runs on it.

internal import Platform

/// The loop of the store writer: take what is queued, store it in one transaction, tell everybody, checkpoint.
///
/// There is no timer that gathers writes: those which arrive while a commit waits for the disk are the next batch, so
/// the batch grows exactly as the disk is slow and the load is high.
final class StoreWriter {
    let path: String
    private let migrationsFolder: String?
    let limits: StoreLimits
    let queue: WriteQueue
    let readiness: Readiness
    let readers: ReaderShelf
    private let shared: Monitor<StoreStatistics>
    let notify: @Sendable (StoreNotice) -> Void

    var lock: SiteLock?
    var lockWait: LockWait
    var connection: WriteConnection?
    /// Databases that lost their name while a reader kept commits in their logs.
    var departed: [WriteConnection] = []
    /// The database file as the last checkpoint here left it.
    var content: DatabaseNote.Content?
    /// True from when a file was left until the next one is open.
    var hasLeft = false
    private(set) var policy: CheckpointPolicy
    private var nextLook = Instant.distantFuture
    var statistics = StoreStatistics()
    /// What was taken from the queue, in order.
    ///
    /// Its memory and that of the results is used again and again.
    private var writes: [StoreWrite] = []
    private var results: [Result<StoreOutcome, StoreError>] = []
    private var unsettled: UnsettledWrites

    init(_ store: Store) {
        path = store.path
        migrationsFolder = store.migrationsFolder
        limits = store.limits
        queue = store.queue
        readiness = store.readiness
        readers = store.readers
        shared = store.shared
        notify = store.notify
        policy = CheckpointPolicy(limits: store.limits, pageSize: 4096)
        lockWait = LockWait(store.limits)
        unsettled = UnsettledWrites(store.limits)
    }

    /// Runs until the queue is stopped and empty.
    func run() {
        while true {
            let deadline = Instant.earlier(policy.idleDeadline, lockWait.nextAttempt(now: .now))
            let wakeup = queue.take(into: &writes, until: Instant.earlier(deadline, nextLook))
            if wakeup.isReadinessWanted, lockWait.start == nil || lockWait.isOver(now: .now) { prepare() }
            if wakeup.hasWrites {
                storeAll()
            } else if !wakeup.isStopping {
                rest()
            }
            if connection != nil, Instant.now >= nextLook { look() }
            // Once stopping is seen nothing more is queued, and what was queued has just been stored.
            if wakeup.isStopping { break }
        }
        close()
    }

    /// Does what an idle writer has to do.
    private func rest() {
        if lockWait.start != nil {
            if Instant.now >= lockWait.nextAttempt(now: .now) { prepare() }
            return
        }
        checkpoint(policy.idle(now: .now))
    }

    /// Looks after what changes without a write.
    private func look() {
        nextLook = Instant.now.advanced(by: limits.lookInterval)
        unsettled.settle(time: wallClockNanoseconds())
        finishDeparted()
        keepPlace()
        if connection == nil { prepare() }
    }

    // MARK: Batches

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

    /// Stores one batch in the file that has the database's name, opening it first if need be.
    ///
    /// The look after the commit is what lets an answer say "stored": a batch that went into a file which had lost its
    /// name by then is stored in the next one too.
    private func store(_ batch: ArraySlice<StoreWrite>) -> StoreError? {
        keepPlace()
        while true {
            results.removeAll(keepingCapacity: true)
            if connection == nil, let error = prepareWaiting() {
                for _ in batch { results.append(.failure(error)) }
                return error
            }
            guard let connection else { preconditionFailure("a database that is prepared is open") }
            let failure = connection.store(batch, into: &results)
            guard failure == nil, isMoved else { return failure }
            leave()
        }
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
        if stored > 0 {
            let isCrowd = batch.count > 1 || queue.hasPending
            unsettled.add(batch, results, isCrowd: isCrowd, time: wallClockNanoseconds())
        }
        for (write, result) in zip(batch, results) { write.completion(result) }
        if failure == nil {
            checkpoint(policy.committed(frames: statistics.walFrames, now: .now))
        }
    }

    /// Stores again what may have been answered after another file took the database's name.
    ///
    /// Each was answered, so a rule of a table that it breaks in this file is no news for anybody.
    func storeUnsettled(in connection: WriteConnection, since moment: Int64) -> Int {
        let writes = unsettled.takeAll(answeredAfter: moment)
        var next = 0
        var stored = 0
        while next < writes.count {
            var results: [Result<StoreOutcome, StoreError>] = []
            let end = min(next + limits.batchWritesMax, writes.count)
            if let error = connection.store(writes[next..<end], into: &results) { notify(.trouble(error)) }
            next += max(results.count, 1)
            for result in results { if case .success = result { stored += 1 } }
        }
        return stored
    }

    // MARK: Opening and closing

    /// Opens and migrates the database, unless that is done.
    @discardableResult
    func prepare() -> StoreError? {
        guard let missing = readiness.missing() else { return nil }
        do throws(StoreError) {
            if let connection {
                let migrator = Migrator(connection.connection)
                for migrations in missing.migrations { try migrator.apply(migrations) }
            } else {
                connection = try open(missing.migrations)
                nextLook = Instant.now.advanced(by: limits.lookInterval)
            }
            readiness.succeed(revision: missing.revision)
            return nil
        } catch {
            if case .locked = error, !lockWait.isOver(now: .now) {
                readiness.awaitLock()
            } else {
                readiness.fail(error)
            }
            return error
        }
    }

    /// The same for writes that have been taken: waits as long as they may wait for the site's lock.
    private func prepareWaiting() -> StoreError? {
        while true {
            let error = prepare()
            guard case .locked = error, !lockWait.isOver(now: .now),
                queue.pause(until: lockWait.nextAttempt(now: .now))
            else { return error }
        }
    }

    /// Opens the file under the site's lock and takes the site's own steps, which come before those of the handlers.
    private func open(_ handlers: [Migrations]) throws(StoreError) -> WriteConnection {
        let waited = try takeLock()
        do throws(StoreError) {
            return try openLocked(handlers)
        } catch {
            // The start went on without a database as another process had it: what is wrong with it is told now.
            if waited != nil, statistics.openings == 0 { notify(.failed(error)) }
            throw error
        }
    }

    private func openLocked(_ handlers: [Migrations]) throws(StoreError) -> WriteConnection {
        let isNew = try awaitFile()
        while true {
            try removeLeftovers()
            let connection = try openFound()
            var owners = handlers
            if let migrationsFolder { owners.insert(try Migrations.site(directory: migrationsFolder), at: 0) }
            let migrator = Migrator(connection)
            for migrations in owners { try migrator.apply(migrations) }
            try Inspection(connection, limits).run(owners)
            let pageSize = try connection.pageSize()
            guard let files = try connection.files() else {
                connection.keepLogOnClose()
                continue
            }
            policy = CheckpointPolicy(limits: limits, pageSize: pageSize)
            let opened = try WriteConnection(connection, files, limits: limits)
            try noteFiles(files)
            // What a killed process has left in the log.
            _ = checkpoint(opened, .settle)
            statistics.openings += 1
            let moment = isNew ? Int64.max : files.main?.change ?? .max
            let storedAgain = hasLeft ? storeUnsettled(in: opened, since: moment) : 0
            if hasLeft { notify(.opened(path: path, storedAgain: storedAgain)) }
            hasLeft = false
            publish()
            return opened
        }
    }

    private func checkpoint(_ action: CheckpointPolicy.Action) {
        guard action != .none, let connection else { return }
        let isComplete =
            switch checkpoint(connection, action) {
            case .complete: true
            case .copied: action == .passive
            case .blocked: false
            }
        policy.checkpointed(isComplete: isComplete, now: .now)
        if isComplete { statistics.checkpoints += 1 } else { statistics.checkpointsBlocked += 1 }
        publish()
    }

    /// Closes the database for good.
    ///
    /// The readers go first: the last connection to close empties the write-ahead log and removes it, and only the
    /// writer's may.
    private func close() {
        readiness.close(isStopped: true)
        if isMoved { leave() }
        readers.closeAll()
        finishDeparted()
        // Also with a reader of another process, which keeps the log from being removed: then it is empty.
        if let connection { _ = checkpoint(connection, .truncate) }
        for connection in departed { connection.connection.keepLogOnClose() }
        departed = []
        connection = nil
        lock = nil
    }

    /// Forgets what was known of the file that was open.
    func forget() {
        connection = nil
        content = nil
        policy = CheckpointPolicy(limits: limits, pageSize: 4096)
        nextLook = .distantFuture
    }

    func publish() {
        let statistics = statistics
        shared.withLock { $0 = statistics }
    }
}
