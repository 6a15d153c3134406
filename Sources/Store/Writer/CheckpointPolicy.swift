/// When the write-ahead log is copied into the database. A value that decides and does nothing; store writer only.

internal import Platform

/// Decides on checkpoints from the length of the write-ahead log.
///
/// SQLite's own rule checkpoints in the middle of some unlucky commit; this one does it between batches, and tells the
/// usual copy, which waits for nobody, from the emergency one.
struct CheckpointPolicy {
    enum Action: Equatable {
        case none
        /// Copies what no reader needs any more.
        case passive
        /// Copies everything and cuts the log; waits for readers for a short while.
        case truncate
        /// The same without a wait.
        case settle
    }

    private let stepFrames: Int
    private let framesMax: Int
    private let idleDuration: Duration
    /// The length at which the next copy is due.
    private var dueFrames: Int
    private var frames = 0
    /// Whether the log holds frames that have not been copied.
    private var isDirty = false
    /// When the last commit was.
    private var lastCommit = Instant(nanoseconds: 0)

    init(limits: StoreLimits, pageSize: Int) {
        stepFrames = limits.checkpointFrames
        framesMax = limits.walSizeMax / pageSize
        idleDuration = limits.idleDuration
        dueFrames = limits.checkpointFrames
    }

    /// What to do after a commit that left `frames` in the log.
    mutating func committed(frames: Int, now: Instant) -> Action {
        // A shorter log is a new one: SQLite began it again from the start, as everything in it had been copied.
        if frames < self.frames { dueFrames = stepFrames }
        self.frames = frames
        isDirty = true
        lastCommit = now
        guard frames >= dueFrames else { return .none }
        return frames >= framesMax ? .truncate : .passive
    }

    /// What to do when nothing was written for a while.
    func idle(now: Instant) -> Action {
        isDirty && now >= idleDeadline ? .settle : .none
    }

    /// Notes the end of a checkpoint.
    ///
    /// One that a reader blocked is tried again when the log has grown by another step, or when the writer is idle
    /// again; not after every commit.
    mutating func checkpointed(isComplete: Bool, now: Instant) {
        isDirty = !isComplete
        dueFrames = frames + stepFrames
        lastCommit = now
    }

    /// When `idle` has something to do; `distantFuture` when there is nothing to copy.
    var idleDeadline: Instant {
        isDirty ? lastCommit.advanced(by: idleDuration) : .distantFuture
    }
}
