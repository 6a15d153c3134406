/// The rest of a write, for a pool thread. Made on the store writer, run on a pool thread.

/// Tells a handler how its write ended.
package final class HandlerJob: Sendable {
    private let write: DatabaseWrite
    private let result: Result<DatabaseCommit, DatabaseFailure>

    init(write: DatabaseWrite, result: Result<DatabaseCommit, DatabaseFailure>) {
        self.write = write
        self.result = result
    }

    /// Calls the handler.
    ///
    /// Pool threads; may block.
    package func run() {
        write.report(result)
    }
}
