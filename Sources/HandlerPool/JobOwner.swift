/// The one for whom a job is run. A value; any thread.

/// Tells the jobs of one client from those of others: each owner has a lane of its own in the pool's queue (`JobQueue`).
package enum JobOwner: Hashable, Sendable {
    /// A client that is told from others by this number; it gives places to others when the queue is full.
    case client(UInt64)
    /// All clients that are not told apart.
    ///
    /// None of them can be asked for a place, as it would be another's.
    case clients
    /// The program itself, with work of one kind; it has a place before any client's job.
    case program(kind: UInt8)
}
