/// What a worker shows of its turn to the watchdog. Stored by the worker that owns it, read by the watchdog thread.

internal import Platform
internal import Synchronization

/// When a worker's turn began and what it is doing: a plain store for each step, on a cache line that only the
/// watchdog ever takes away.
///
/// A turn is what lies between coming back from the port and going to it again. Its length would cost a look at the clock
/// each turn. The worker looks only when the watchdog has asked for it, which it does each time that it comes by: so every
/// turn that is long enough to be looked at is measured, and no other.
final class WorkerPulse: Sendable {
    /// Which turns the worker measures.
    enum Measuring: UInt8, AtomicRepresentable {
        case none
        /// The one that ends next.
        case next
        /// All: the watchdog does not come by often.
        case all
    }

    /// A pulse at one moment.
    struct Reading: Equatable {
        /// When the turn began, or the last one did where the worker waits in its port.
        ///
        /// Zero before the first.
        var turn: UInt64
        var isAway: Bool
        var step: WorkerStep
        /// Turns that were measured and found too long, and how long they were together.
        var stalls: Int
        var stalled: Duration
    }

    private let paddingBefore = InlineArray<16, UInt64>(repeating: 0)
    /// When the turn began in nanoseconds, and in the lowest bit's place whether the worker is away from its port.
    ///
    /// Losing that bit of the time costs nothing.
    private let turn = Atomic<UInt64>(0)
    private let step = Atomic<WorkerStep>(.starting)
    private let measuring = Atomic<Measuring>(.all)
    private let stalls = Atomic<Int>(0)
    private let stalledNanoseconds = Atomic<Int64>(0)
    private let stallNanoseconds: UInt64
    private let paddingAfter = InlineArray<16, UInt64>(repeating: 0)

    /// - Parameter stallDuration: how long a turn may be.
    init(stallDuration: Duration) {
        stallNanoseconds = UInt64(clamping: stallDuration.nanoseconds)
    }

    // MARK: The worker's half

    /// The worker has come back from its port.
    func beginTurn(_ now: Instant) {
        turn.store(now.nanoseconds | 1, ordering: .relaxed)
    }

    /// The worker begins something.
    func begin(_ step: WorkerStep) {
        self.step.store(step, ordering: .relaxed)
    }

    /// The worker goes to its port.
    func endTurn() {
        if measuring.load(ordering: .relaxed) != .none { measure() }
        // What was measured is seen by whoever sees that the turn is over.
        turn.store(turn.load(ordering: .relaxed) & ~1, ordering: .releasing)
    }

    /// Out of line: it runs some forty times a second.
    @inline(never)
    private func measure() {
        // Not where the watchdog has just asked for all.
        _ = measuring.compareExchange(expected: .next, desired: .none, ordering: .relaxed)
        let value = turn.load(ordering: .relaxed)
        guard value & 1 != 0 else { return }
        let length = Instant.now.nanoseconds &- value
        guard length >= stallNanoseconds, length <= UInt64(Int64.max) else { return }
        stalledNanoseconds.store(
            stalledNanoseconds.load(ordering: .relaxed) &+ Int64(length),
            ordering: .relaxed
        )
        stalls.store(stalls.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
    }

    // MARK: The watchdog's half

    func measure(_ which: Measuring) {
        measuring.store(which, ordering: .relaxed)
    }

    /// The pulse as it is now; a turn that ends meanwhile is read as ended.
    func read() -> Reading {
        let before = turn.load(ordering: .acquiring)
        let step = step.load(ordering: .acquiring)
        let stalls = stalls.load(ordering: .acquiring)
        let stalled = stalledNanoseconds.load(ordering: .acquiring)
        let after = turn.load(ordering: .acquiring)
        return Reading(
            turn: before & ~1,
            isAway: before & 1 != 0 && before == after,
            step: step,
            stalls: stalls,
            stalled: .nanoseconds(stalled)
        )
    }
}
