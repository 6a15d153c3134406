/// The site's database: writes are queued for one thread, which commits many at once; reads are made on the caller's.
///
/// `submit` may be called on any thread, completion workers included: it takes a short lock and never blocks.
/// `read`, `start`, `stop` and `register` block: main thread and pool threads.

internal import Glibc
internal import Platform
internal import Synchronization

/// A SQLite database with one writer and a few readers.
///
/// A write's completion is called after the commit that stored it, and that commit has reached the disk
/// (`synchronous=FULL`): what is called stored survives the process and the power.
package final class Store: Sendable {
    let path: String
    let migrationsFolder: String?
    let limits: StoreLimits
    let queue: WriteQueue
    let readiness = Readiness()
    let readers: ReaderShelf
    let shared = Monitor(StoreStatistics())
    let notify: @Sendable (StoreNotice) -> Void
    let settling: UploadNotes.Settling?
    private let thread = Monitor<NamedThread?>(nil)
    /// The writer's `pthread_self`, 0 before it runs.
    private let writerThread = Atomic<UInt>(0)

    /// Describes the store; nothing is opened and no thread runs before `start`.
    ///
    /// - Parameters:
    ///   - path: the database file. It and its folder are made at the first use; folders above must exist.
    ///   - migrationsFolder: the site's `db/migrations`; need not exist.
    ///   - limits: the maxima of everything.
    ///   - notify: told what the site's owner should know; on the store writer, so it must not block.
    ///   - settling: ends what an earlier process has left of uploads; on the store writer, when it first opens the database.
    package init(
        path: String,
        migrationsFolder: String? = nil,
        limits: StoreLimits = StoreLimits(),
        notify: @escaping @Sendable (StoreNotice) -> Void = { _ in },
        settling: UploadNotes.Settling? = nil
    ) {
        limits.check()
        self.path = path
        self.migrationsFolder = migrationsFolder
        self.limits = limits
        self.settling = settling
        self.notify = notify
        queue = WriteQueue(limits)
        readers = ReaderShelf(path: path, limits: limits)
    }

    /// Starts the store writer.
    ///
    /// Where there is a folder for it, the database is opened or made, and migrated now, so that what is wrong with it is
    /// told before the first request; otherwise both are made when somebody first writes or reads. Where another process
    /// holds the site's lock, or where no database can be made, the start goes on without one.
    ///
    /// - Throws: why the database can't be used. The store is stopped then.
    package func start() throws(StoreError) {
        // Two threads can't both see `nil` here: start is called once, before anybody else has the store.
        precondition(thread.withLock { $0 == nil }, "a store is started once")
        readiness.start()
        do throws(SystemError) {
            let started = try NamedThread(name: "store-writer") { [self] in
                writerThread.store(pthread_self(), ordering: .releasing)
                StoreWriter(self).run()
            }
            thread.withLock { $0 = started }
        } catch {
            readiness.close(isStopped: true)
            throw .cannotOpen(path: path, reason: error.description)
        }
        notify(.library(.linked))
        guard isPlaceMade else { return }
        do throws(StoreError) {
            try readiness.wait(request: queue.requestReadiness, leavesWhenLocked: true)
        } catch .noPlace(let folder, let reason) {
            notify(.noDatabase(.noPlace(folder: folder, reason: reason)))
        } catch {
            stop()
            throw error
        }
    }

    /// True when the database's folder is there, or could not be made.
    private var isPlaceMade: Bool {
        let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
        if unsafe folder.isEmpty || access(folder, F_OK) == 0 { return true }
        let parent = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? "."
        return unsafe faccessat(AT_FDCWD, parent.isEmpty ? "/" : parent, W_OK | X_OK, AT_EACCESS) != 0
    }

    /// Queues a write.
    ///
    /// Owners have turns; completions of one owner's writes are called in the order of submission. When too many writes
    /// wait, the client that has most loses its newest ones to a client that has less: their completions are called here.
    ///
    /// - Returns: false when the queue is full or the store has stopped: the completion is not called then, and the
    ///   caller answers 503.
    package func submit(_ write: StoreWrite) -> Bool {
        queue.submit(write)
    }

    /// Reads the database on the calling thread, which may wait for a connection to come free.
    ///
    /// All queries in `body` see one state of the database, in which every write is whose completion had been called.
    ///
    /// - Throws: what opening the database or a query throws, and what `body` throws.
    /// - Important: never on a completion worker, and never on the store writer, which would wait for itself.
    package func read<Result>(
        _ body: (inout ReadConnection) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        precondition(!isOnStoreWriter, "the store writer can't wait for itself")
        for _ in 0..<Self.readAttemptsMax {
            if !readiness.isOpen { try prepare() }
            guard let loan = try readers.lend() else {
                readiness.doubt()
                continue
            }
            defer { readers.giveBack(loan) }
            return try loan.reader.read(until: Instant.now.advanced(by: limits.readDurationMax), body)
        }
        throw .busy(path: path)
    }

    /// Waits until the database is open, so that what an earlier process has left of uploads is settled.
    ///
    /// - Throws: why it can't be opened.
    /// - Important: never on a completion worker, and never on the store writer.
    package func awaitOpen() throws(StoreError) {
        precondition(!isOnStoreWriter, "the store writer can't wait for itself")
        if !readiness.isOpen { try prepare() }
    }

    /// Adds the migrations of a handler.
    ///
    /// An open database takes them before this returns, another when it is opened.
    ///
    /// - Throws: why an open database can't take them.
    package func register(_ migrations: Migrations) throws(StoreError) {
        precondition(migrations.ledger != .userVersion, "the site's migrations come from its folder")
        readiness.register(migrations)
        if readiness.isOpen { try prepare() }
    }

    /// Refuses new writes, stores those that are queued, calls their completions, empties the write-ahead log, closes.
    ///
    /// Returns when all of that is done; a store that did not start has nothing to do.
    ///
    /// - Important: call it when no `read` is under way; a connection that is lent keeps the log from being emptied.
    package func stop() {
        queue.stop()
        let started = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        started?.join()
    }

    /// Times that a read begins anew as the file was replaced meanwhile.
    private static let readAttemptsMax = 8

    /// The database's condition at this moment.
    package var condition: StoreCondition { readiness.condition }

    /// Counters since the start.
    package var statistics: StoreStatistics {
        var statistics = shared.withLock { $0 }
        statistics.writesRefused = queue.refused
        return statistics
    }

    /// Traps on every thread but the store writer.
    package func preconditionOnStoreWriter() {
        precondition(isOnStoreWriter, "only the store writer may do this")
    }

    private var isOnStoreWriter: Bool {
        writerThread.load(ordering: .acquiring) == pthread_self()
    }

    /// Has the store writer open the database and take what is registered.
    private func prepare() throws(StoreError) {
        try readiness.wait(request: queue.requestReadiness)
    }
}
