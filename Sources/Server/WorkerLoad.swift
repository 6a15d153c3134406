/// How many connections a worker has. Any thread.

internal import Synchronization

/// Counted up by the accepting worker when it hands a connection over, down by the worker that closes it, so that
/// connections on their way count too.
final class WorkerLoad: Sendable {
    private let connections = Atomic<Int>(0)
    var count: Int { connections.load(ordering: .relaxed) }
    func add() { connections.wrappingAdd(1, ordering: .relaxed) }

    /// Counts one down; returns how many there were.
    func remove() -> Int { connections.wrappingSubtract(1, ordering: .relaxed).oldValue }
}
