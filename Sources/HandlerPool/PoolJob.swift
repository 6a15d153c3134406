/// The jobs that the pool runs. Submitted on any thread, run on a pool thread.

/// A piece of work that may block.
package protocol PoolJob: AnyObject, Sendable {
    /// Does the work. Called once, on a pool thread.
    func run()

    /// The one for whom it is run. Asked as the job is submitted.
    var jobOwner: JobOwner { get }

    /// True when running it would do nothing, so that its place in the queue is another's. Asked on any thread.
    var isObsolete: Bool { get }

    /// Its place was given to another owner's job, and it will not run.
    ///
    /// Called once, on the thread that submitted the other job; must not block.
    func displaced()
}

extension PoolJob {
    package var jobOwner: JobOwner { .program(kind: 0) }
    package var isObsolete: Bool { false }
    package func displaced() {}
}
