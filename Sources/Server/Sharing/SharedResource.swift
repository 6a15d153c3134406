/// The kinds of what clients share. Values; any thread.

/// One of the budgets of a worker that are shared by address (docs/THREATS.md).
enum SharedResource: Int, CaseIterable {
    /// Connections that have a place, and so may be asked to give it back.
    case connections
    /// Connections that have none: their clients wait for one, or end.
    case waiting
    /// Bytes of requests' contents, of the calls that took them, and of answers that wait.
    case contents
    /// Bytes of heads: those that wait to be read, and those of requests under way.
    case heads
    /// Requests under way.
    case exchanges
    /// Calls that were given to the pool and have not ended.
    case calls
}
