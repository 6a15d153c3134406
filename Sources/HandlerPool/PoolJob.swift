/// The jobs that the pool runs. Submitted on any thread, run on a pool thread.

/// A piece of work that may block.
package protocol PoolJob: AnyObject, Sendable {
    /// Does the work. Called once, on a pool thread.
    func run()

    /// True when running it would do nothing, so that its place in the queue is another's. Asked on any thread.
    var isObsolete: Bool { get }
}

extension PoolJob {
    package var isObsolete: Bool { false }
}
