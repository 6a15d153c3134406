/// Whether the database is open and migrated, and who waits for that. Changed by the store writer, awaited by the rest.

internal import Platform
internal import Synchronization

/// The meeting point of those who need the database open and the store writer, which opens it.
///
/// Opening is the writer's alone: it owns the connection, and two threads must not migrate. Everybody else asks and waits.
final class Readiness: Sendable {
    private struct State {
        /// Handler migrations in the order of their first registration; a handler that is loaded anew replaces its own.
        var registered: [Migrations] = []
        /// Counts registrations.
        var revision = 0
        /// The registrations that the open database has taken; `nil` while it is not open.
        var appliedRevision: Int?
        /// Counts attempts to open or migrate that have ended.
        var attempts = 0
        var failure: StoreError?
        /// True while the writer waits for another process to give up the site's lock.
        var isAwaitingLock = false
        /// Whether there is a writer that answers requests.
        var isRunning = false
    }

    private let state = Monitor(State())
    /// Says without a lock that the database is open: written by the store writer, read before each `read`.
    private let isOpenFlag = Atomic(false)

    var isOpen: Bool { isOpenFlag.load(ordering: .acquiring) }

    /// The database's condition at this moment.
    var condition: StoreCondition {
        state.withLock { state in
            if state.appliedRevision != nil { return .open }
            if state.isAwaitingLock { return .awaitingLock }
            return state.failure == nil ? .unopened : .failed
        }
    }

    /// The writer is about to run.
    func start() {
        state.withLock { $0.isRunning = true }
    }

    func register(_ migrations: Migrations) {
        state.withLock { state in
            state.revision += 1
            if let index = state.registered.firstIndex(where: { $0.ledger == migrations.ledger }) {
                state.registered[index] = migrations
            } else {
                state.registered.append(migrations)
            }
        }
    }

    /// Waits until the database is open with everything that is registered now.
    ///
    /// - Parameters:
    ///   - request: makes the writer try; called after this thread has begun to watch.
    ///   - leavesWhenLocked: true to return as soon as the writer waits for the site's lock.
    /// - Throws: why the writer could not, or `stopped`.
    func wait(request: () -> Void, leavesWhenLocked: Bool = false) throws(StoreError) {
        let (revision, attempts) = state.withLock { ($0.revision, $0.attempts) }
        request()
        let result = state.waitUntil { state -> Result<Void, StoreError>? in
            if let applied = state.appliedRevision, applied >= revision { return .success(()) }
            if !state.isRunning { return .failure(.stopped) }
            if leavesWhenLocked, state.isAwaitingLock { return .success(()) }
            if state.attempts > attempts, let failure = state.failure { return .failure(failure) }
            return nil
        }
        try result?.get()
    }

    /// What the writer must apply: `nil` when the open database has it all.
    func missing() -> (migrations: [Migrations], revision: Int)? {
        state.withLock { state in
            state.appliedRevision == state.revision ? nil : (state.registered, state.revision)
        }
    }

    /// The writer opened and migrated the database.
    func succeed(revision: Int) {
        state.withLock { state in
            state.appliedRevision = revision
            state.attempts += 1
            state.failure = nil
            state.isAwaitingLock = false
        }
        isOpenFlag.store(true, ordering: .releasing)
        state.broadcast()
    }

    /// The writer could not, and says why.
    func fail(_ error: StoreError) {
        state.withLock { state in
            state.attempts += 1
            state.failure = error
            state.isAwaitingLock = false
        }
        state.broadcast()
    }

    /// The writer found the site's lock held, and waits for it.
    func awaitLock() {
        state.withLock { $0.isAwaitingLock = true }
        state.broadcast()
    }

    /// A reader found another file under the name than the writer's: the writer has to look before anything is read.
    func doubt() {
        let isRunning = state.withLock { state in
            if state.isRunning { state.appliedRevision = nil }
            return state.isRunning
        }
        if isRunning { isOpenFlag.store(false, ordering: .releasing) }
    }

    /// The writer closed the database: for good, or to open what has taken its place.
    func close(isStopped: Bool) {
        isOpenFlag.store(false, ordering: .releasing)
        state.withLock { state in
            state.appliedRevision = nil
            state.isRunning = !isStopped
        }
        state.broadcast()
    }
}
