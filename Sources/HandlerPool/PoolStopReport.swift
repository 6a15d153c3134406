/// How a pool's stop went. A value; made on the thread that stops the pool.

/// What was left when the pool had stopped, or its deadline had come.
package struct PoolStopReport: Sendable {
    /// A job that was still running at the deadline.
    package struct Stuck: Sendable {
        /// The name of the thread that runs it, as in `ps -L`.
        package let thread: String
        package let job: any PoolJob
        package let runningFor: Duration
    }

    /// Jobs still running; their threads are left to the end of the process.
    package let stuck: [Stuck]
    /// Jobs that never ran.
    package let abandoned: [any PoolJob]

    /// Whether every job ran and every thread was joined.
    package var isClean: Bool { stuck.isEmpty && abandoned.isEmpty }
}
