/// The store writer: the one thread that writes the database. Everything here runs on it.

internal import Platform

/// The loop of the store writer: take what is next in the queue, store it in one transaction, tell everybody, checkpoint.
///
/// There is no timer that gathers writes: those which arrive while a commit waits for the disk are the next batch, so
/// the batch grows exactly as the disk is slow and the load is high. No more is taken than one batch may hold, so that
/// whoever comes meanwhile has its turn in the next.
final class StoreWriter {
    let path: String
    let migrationsFolder: String?
    let limits: StoreLimits
    let queue: WriteQueue
    let readiness: Readiness
    let readers: ReaderShelf
    private let shared: Monitor<StoreStatistics>
    let notify: @Sendable (StoreNotice) -> Void
    let settling: UploadNotes.Settling?

    var lock: SiteLock?
    var lockWait: LockWait
    var connection: WriteConnection?
    /// True when the lock was held by another process before the database was opened for the first time.
    var startedLocked = false
    var departed: [DepartedDatabase] = []
    /// The file that was left last.
    var lastLeft: FileStatus?
    /// The database file as the last checkpoint here left it.
    var content: DatabaseNote.Content?
    /// True from when a file was left until the next one is open.
    var hasLeft = false
    /// True when what an earlier process left of uploads was looked at.
    var hasSettledUploads = false
    /// False when the first file that was opened is another than the one that was open last.
    var isSameDatabase = true
    var policy: CheckpointPolicy
    var nextLook = Instant.distantFuture
    /// Commits up to the last look.
    private var commitsLooked = 0
    var statistics = StoreStatistics()
    /// The writes that were taken from the queue, in order.
    ///
    /// Its memory and that of the results is used again and again.
    private var writes: [StoreWrite] = []
    private var results: [Result<StoreOutcome, StoreError>] = []
    /// True when what was taken was one batch and all of it was stored: its array is kept as it is.
    private var isKeptWhole = false
    /// True when the last batch was not one client's only write.
    private var isCrowd = false
    var unsettled: UnsettledWrites

    init(_ store: Store) {
        path = store.path
        migrationsFolder = store.migrationsFolder
        limits = store.limits
        queue = store.queue
        readiness = store.readiness
        readers = store.readers
        shared = store.shared
        notify = store.notify
        settling = store.settling
        policy = CheckpointPolicy(limits: store.limits, pageSize: 4096)
        lockWait = LockWait(store.limits)
        unsettled = UnsettledWrites(store.limits)
    }

    /// Runs until the queue is stopped and empty.
    func run() {
        while true {
            let deadline = Instant.earlier(policy.idleDeadline, lockWait.nextAttempt(now: .now))
            let wakeup = queue.take(into: &writes, until: Instant.earlier(deadline, nextLook))
            if wakeup.isReadinessWanted { becomeReady() }
            if wakeup.hasWrites {
                storeAll()
            } else if !wakeup.isEnded {
                rest()
            }
            if Instant.now >= nextLook { look() }
            if wakeup.isEnded { break }
        }
        close()
    }

    /// Opens the database, or looks whether it is still the one that has the name, as a reader may have found another.
    private func becomeReady() {
        guard lockWait.start == nil || lockWait.isOver(now: .now) else { return }
        keepPlace()
        prepare()
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
        keepLock()
        keepPlace()
        if connection == nil, lockWait.start == nil { prepare() }
        if statistics.commits == commitsLooked { connection?.releaseCache() }
        commitsLooked = statistics.commits
    }

    // MARK: Batches

    /// Stores what was taken, in more than one batch where that takes long.
    private func storeAll() {
        var next = 0
        while next < writes.count {
            let batch = writes[next...]
            let failure = store(batch)
            precondition(!results.isEmpty, "a batch stores or fails at least one write")
            complete(batch.prefix(results.count), failure)
            next += results.count
            results.removeAll(keepingCapacity: true)
        }
        if isKeptWhole {
            unsettled.add(all: &writes, isCrowd: isCrowd, time: wallClockNanoseconds())
        }
        isKeptWhole = false
        writes.removeAll(keepingCapacity: true)
    }

    /// Stores one batch in the file that has the database's name, opening it first if need be.
    ///
    /// The look after the commit is what lets an answer say "stored": a batch that went into a file which had lost its
    /// name by then is stored in the next one too.
    private func store(_ batch: ArraySlice<StoreWrite>) -> StoreError? {
        keepPlace()
        var stored: FileStatus?
        while true {
            if connection == nil, let error = prepareWaiting() {
                results.removeAll(keepingCapacity: true)
                for _ in batch { results.append(.failure(error)) }
                return error
            }
            guard let connection else { preconditionFailure("a database that is prepared is open") }
            // A file that has its name again holds the batch already.
            if let stored, let main = connection.files.main, main.isSameFile(as: stored) { return nil }
            results.removeAll(keepingCapacity: true)
            let failure = connection.store(batch, into: &results)
            guard failure == nil, isMoved else { return failure }
            stored = connection.files.main
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
        queue.finish(batch)
        isKeptWhole = stored == writes.count
        // Before anything is answered: a lone client may have its next write in the queue right after.
        isCrowd = batch.count > 1 || queue.hasPending
        if stored > 0, !isKeptWhole {
            unsettled.add(batch, results, isCrowd: isCrowd, time: wallClockNanoseconds())
        }
        for (write, result) in zip(batch, results) { write.completion(result) }
        if failure == nil {
            checkpoint(policy.committed(frames: statistics.walFrames, now: .now))
        }
    }

    // MARK: Checkpoints, and the end

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
        if isMoved {
            leave()
            // What was answered a moment ago may belong into the file that has the name now.
            if unsettled.hasAny, DatabaseFiles.exists(path) { prepare() }
            readiness.close(isStopped: true)
        }
        readers.closeAll()
        finishDeparted()
        // Also with a reader of another process, which keeps the log from being removed: then it is empty.
        if let connection, checkpoint(connection, .truncate) != .blocked {
            // SQLite removes the log, unless another process has the database open. One that could not be copied stays.
            connection.connection.keepsLogOnClose = false
        }
        departed = []
        connection = nil
        lock = nil
    }

    /// Forgets what was known of the file that was open.
    func forget() {
        connection = nil
        content = nil
        policy = CheckpointPolicy(limits: limits, pageSize: 4096)
        nextLook = departed.isEmpty ? .distantFuture : Instant.now.advanced(by: limits.lookInterval)
    }

    func publish() {
        let statistics = statistics
        shared.withLock { $0 = statistics }
    }
}
