/// What the store has done so far. A value; any thread.

/// Counters since the start, for the status page, the log and the tests.
package struct StoreStatistics: Equatable, Sendable {
    /// Writes that were stored.
    package var writesStored = 0
    /// Writes that failed, with their batch or alone.
    package var writesFailed = 0
    /// Writes that were refused because the queue was full, or lost their places to others.
    package var writesRefused = 0
    /// Transactions committed; the fewer for the same writes, the better the grouping.
    package var commits = 0
    /// Transactions rolled back with everything in them.
    package var batchesLost = 0
    /// The most writes that shared one transaction.
    package var batchLargest = 0
    /// Copies of the write-ahead log into the database.
    package var checkpoints = 0
    /// Checkpoints that failed or found the log in use.
    package var checkpointsBlocked = 0
    /// Frames in the write-ahead log after the last commit.
    package var walFrames = 0
    /// Times the database was opened: 1, unless its file was moved away under the server.
    package var openings = 0
}
