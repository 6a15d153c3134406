/// The way from every thread to the store writer: a bounded queue. Submit on any thread, take on the store writer.

internal import Platform

/// Writes that wait for the store writer, in the order of their owners' turns (`WriteLanes`).
///
/// The writer takes a batch at once, so the lock is held for an append, or for moving a batch's writes, and never while
/// SQLite works. After the first seconds nothing allocates.
final class WriteQueue: Sendable {
    /// What the writer finds when it wakes.
    struct Wakeup {
        var hasWrites = false
        var isReadinessWanted = false
        /// True when the store is stopping and nothing is left to take.
        var isEnded = false
    }

    private struct State {
        var lanes: WriteLanes
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

    private let state: Monitor<State>

    init(_ limits: StoreLimits) {
        state = Monitor(State(lanes: WriteLanes(limits)))
    }

    /// Adds a write, and wakes the writer when it sleeps.
    ///
    /// Writes that lose their places for it fail here.
    ///
    /// - Returns: false when the queue is full or the store is stopping; the completion will not be called then.
    func submit(_ write: StoreWrite) -> Bool {
        let (displaced, mustWake) = state.withLock { state -> ([StoreWrite]?, Bool) in
            guard !state.isStopping, let displaced = state.lanes.submit(write) else {
                state.refused += 1
                return (nil, false)
            }
            state.refused += displaced.count
            return (displaced, state.wakeWriter())
        }
        if mustWake { state.signal() }
        guard let displaced else { return false }
        for other in displaced { other.completion(.failure(.displaced)) }
        return true
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

    /// Waits for something to do and takes as many writes as one batch may hold.
    ///
    /// - Parameters:
    ///   - writes: empty; receives the writes, in the order in which they are to be stored.
    ///   - deadline: when to return with nothing.
    /// - Returns: what there is to do; nothing at the deadline.
    func take(into writes: inout [StoreWrite], until deadline: Instant) -> Wakeup {
        precondition(writes.isEmpty, "what was taken before is finished first")
        let wakeup = state.waitUntil(deadline) { state -> Wakeup? in
            guard !state.lanes.isEmpty || state.isReadinessWanted || state.isStopping else {
                state.isWriterAsleep = true
                return nil
            }
            state.isWriterAsleep = false
            state.lanes.take(into: &writes)
            defer { state.isReadinessWanted = false }
            return Wakeup(
                hasWrites: !writes.isEmpty,
                isReadinessWanted: state.isReadinessWanted,
                isEnded: state.isStopping && state.lanes.isEmpty
            )
        }
        return wakeup ?? Wakeup()
    }

    /// Makes room for as many writes as have been completed.
    func finish(_ batch: ArraySlice<StoreWrite>) {
        var size = 0
        for index in batch.indices { size += batch[index].size }
        state.withLock { $0.lanes.finish(batch.count, size: size) }
    }

    /// True when writes wait that the writer has not taken.
    var hasPending: Bool { state.withLock { !$0.lanes.isEmpty } }

    /// Waits until an instant, or until the store stops.
    ///
    /// Store writer, which leaves what is submitted meanwhile in the queue.
    ///
    /// - Returns: false when the store stops.
    func pause(until instant: Instant) -> Bool {
        state.waitUntil(instant) { $0.isStopping ? false : nil } ?? true
    }

    /// Writes refused so far, and those that lost their places.
    var refused: Int { state.withLock { $0.refused } }
}
