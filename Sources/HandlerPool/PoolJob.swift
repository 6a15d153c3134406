/// What the pool runs. Submitted on any thread, run on a pool thread.

/// A piece of work that may block.
package protocol PoolJob: AnyObject, Sendable {
    /// Does the work. Called once, on a pool thread.
    func run()
}
