/// What the store may hold, take and wait for. A value; any thread.

internal import Platform

/// Every maximum of the store, each with what it protects.
package struct StoreLimits: Sendable {
    /// Writes submitted and not yet completed.
    ///
    /// Beyond it the client that has most gives a place to one that has fewer, or `submit` refuses: back-pressure reaches the
    /// client.
    package var writesQueuedMax = 8192
    /// Bytes of these writes, but for one that is larger than that by itself.
    ///
    /// A form may become six times as large as its content was.
    package var writesQueuedSizeMax = 64 << 20
    /// Writes in one transaction.
    ///
    /// More would only make the first one wait longer for an fsync that is already cheap.
    package var batchWritesMax = 512
    /// Bytes of writes that are taken for one transaction, but for one that is larger than that by itself.
    ///
    /// More would only make a write wait longer that comes meanwhile and has its turn.
    package var batchSizeMax = 4 << 20
    /// Work in one transaction, after which it commits even though more writes wait.
    package var batchDuration = Duration.milliseconds(2)
    /// How long one write may run before it is interrupted, and its batch with it.
    package var writeDurationMax = Duration.seconds(5)
    /// How long one `read` may spend in a query before it is interrupted.
    package var readDurationMax = Duration.seconds(10)
    /// How long a lock held by another process is waited for.
    package var busyDuration = Duration.seconds(5)
    /// How long writes wait for another process to give up the site's lock, before they are refused.
    package var lockDuration = Duration.seconds(10)
    /// How often the lock is tried during that time.
    package var lockPollInterval = Duration.milliseconds(20)
    /// How often the lock is tried after that time.
    package var lockRetryInterval = Duration.seconds(1)
    /// How often an idle writer looks whether its file still has its name.
    package var lookInterval = Duration.seconds(1)
    /// How long a database file that was moved away is waited for, before a new one is made.
    package var absenceDuration = Duration.seconds(1)
    /// How often it is looked for during that time.
    package var absencePollInterval = Duration.milliseconds(5)
    /// How long an answer that others were under way with may take to reach its client: such writes are stored again in a
    /// file that takes the database's name meanwhile.
    package var unsettledDuration = Duration.milliseconds(100)
    /// Bytes of such writes that are kept.
    package var unsettledSizeMax = 16 << 20
    /// Size up to which a database's structure is looked through when it is opened.
    package var inspectedSizeMax = 16 << 20
    /// Connections that pool threads may borrow at the same time; more readers wait for one to come back.
    package var readConnectionsMax = 4
    /// Prepared statements kept by each connection, the least recently used going first.
    package var statementsCachedMax = 64
    /// Frames that the write-ahead log grows by before they are copied into the database.
    package var checkpointFrames = 1000
    /// Bytes of write-ahead log above which it is emptied and cut, readers or not.
    package var walSizeMax = 64 << 20
    /// How long the writer is idle before it copies what the write-ahead log still holds.
    package var idleDuration = Duration.seconds(1)
    /// How long cutting the write-ahead log may wait for readers.
    package var truncateDuration = Duration.milliseconds(200)
    /// Page cache of the write connection, in KiB.
    package var writeCacheKiB = 65_536
    /// Page cache of each read connection, in KiB.
    package var readCacheKiB = 16_384
    /// Page cache that the write connection keeps when nothing is written between two looks (`lookInterval`), in KiB.
    package var idleCacheKiB = 4096

    package init() {}

    /// Traps when two limits contradict each other.
    ///
    /// Called once, before the first thread starts.
    func check() {
        precondition(batchWritesMax >= 1, "a batch holds at least one write")
        precondition(writesQueuedMax >= 1 && writesQueuedSizeMax >= 1, "somebody must be able to write")
        precondition(writeDurationMax > batchDuration, "one write may not be interrupted before its batch is full")
        precondition(lockPollInterval < lockDuration, "the lock is tried more than once while writes wait for it")
        precondition(absencePollInterval < absenceDuration, "a file that is missing is looked for more than once")
        precondition(readConnectionsMax >= 1, "somebody must be able to read")
        precondition(idleCacheKiB <= writeCacheKiB, "what stays of a cache is a part of it")
        precondition(statementsCachedMax >= 1, "a statement is in the cache while it runs")
        precondition(checkpointFrames >= 1, "a checkpoint copies something")
        precondition(walSizeMax / 4096 > checkpointFrames, "cutting the log is for when checkpoints could not keep up")
    }
}
