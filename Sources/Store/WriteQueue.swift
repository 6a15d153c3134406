/// The way from every thread to the store writer: a bounded queue. Submit on any thread, take on the store writer.

internal import Platform

/// Writes that wait for the store writer, in the order in which they were submitted.
///
/// The writer takes everything at once by exchanging two arrays, so the lock is held for an append or an exchange and
/// never while SQLite works, and after the first seconds neither array allocates.
final class WriteQueue: Sendable {
    /// What the writer finds when it wakes.
    struct Wakeup {
        var hasWrites = false
        var isReadinessWanted = false
        var isStopping = false
    }

    private struct State {
        var pending: [StoreWrite] = []
        /// Writes that the writer has taken and not yet completed.
        var taken = 0
        var refused = 0
        var isReadinessWanted = false
        var isStopping = false
        var isWriterAsleep = false

        /// Whether the caller must signal: once for each time the writer went to sleep.
        mutating func wakeWriter() -> Bool {
            defer { isWriterAsleep = false }
            return isWriterAsleep
        }
    }

    private let state = Monitor(State())
    private let writesMax: Int

    init(writesMax: Int) {
        self.writesMax = writesMax
    }

    /// Adds a write, and wakes the writer when it sleeps.
    ///
    /// - Returns: false when the queue is full or the store is stopping; the completion will not be called then.
    func submit(_ write: StoreWrite) -> Bool {
        let (isQueued, mustWake) = state.withLock { state in
            guard !state.isStopping, state.pending.count + state.taken < writesMax else {
                state.refused += 1
                return (false, false)
            }
            state.pending.append(write)
            return (true, state.wakeWriter())
        }
        if mustWake { state.signal() }
        return isQueued
    }

    /// Asks the writer to open and migrate the database, if that is not done yet.
    func requestReadiness() {
        let mustWake = state.withLock { state in
            state.isReadinessWanted = true
            return state.wakeWriter()
        }
        if mustWake { state.signal() }
    }

    /// Refuses every later write and lets the writer end when it has finished those it was given.
    func stop() {
        state.withLock { $0.isStopping = true }
        state.broadcast()
    }

    /// Waits for something to do and takes all of it.
    ///
    /// - Parameters:
    ///   - writes: empty; receives the writes, in order.
    ///   - deadline: when to return with nothing.
    /// - Returns: what there is to do; nothing at the deadline.
    func take(into writes: inout [StoreWrite], until deadline: Instant) -> Wakeup {
        precondition(writes.isEmpty, "what was taken before is finished first")
        let wakeup = state.waitUntil(deadline) { state -> Wakeup? in
            guard !state.pending.isEmpty || state.isReadinessWanted || state.isStopping else {
                state.isWriterAsleep = true
                return nil
            }
            state.isWriterAsleep = false
            swap(&state.pending, &writes)
            state.taken = writes.count
            defer { state.isReadinessWanted = false }
            return Wakeup(
                hasWrites: !writes.isEmpty,
                isReadinessWanted: state.isReadinessWanted,
                isStopping: state.isStopping
            )
        }
        return wakeup ?? Wakeup()
    }

    /// Makes room for as many writes as have been completed.
    func finish(_ count: Int) {
        state.withLock { state in
            state.taken -= count
            precondition(state.taken >= 0, "no write is completed twice")
        }
    }

    /// True when writes wait that the writer has not taken.
    var hasPending: Bool { state.withLock { !$0.pending.isEmpty } }

    /// Waits until an instant, or until the store stops.
    ///
    /// Store writer, which leaves what is submitted meanwhile in the queue.
    ///
    /// - Returns: false when the store stops.
    func pause(until instant: Instant) -> Bool {
        state.waitUntil(instant) { $0.isStopping ? false : nil } ?? true
    }

    /// Writes refused so far.
    var refused: Int { state.withLock { $0.refused } }
}
