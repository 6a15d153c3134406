/// How many connections a worker has, and whether it could do with more. Any thread.

internal import Synchronization

/// What the workers know of each other, to place connections where there are few.
final class WorkerLoad: Sendable {
    private let connections = Atomic<Int>(0)
    private let holdsBack = Atomic<Bool>(false)

    var count: Int { connections.load(ordering: .sequentiallyConsistent) }

    func add() { connections.wrappingAdd(1, ordering: .sequentiallyConsistent) }
    func remove() { connections.wrappingSubtract(1, ordering: .sequentiallyConsistent) }

    /// The worker has room and yet no accept posted, and looks again at what held it back after this: as a peer changes its
    /// count before it looks at this flag, one of the two sees what the other did.
    func holdBack() { holdsBack.store(true, ordering: .sequentiallyConsistent) }

    /// The worker has accepts posted, or no room, and looks by itself when that changes.
    func goOn() { holdsBack.store(false, ordering: .sequentiallyConsistent) }

    var isHeldBack: Bool { holdsBack.load(ordering: .sequentiallyConsistent) }

    /// True for the one who is to tell the worker that what held it back may be over.
    func takeHeldBack() -> Bool { holdsBack.exchange(false, ordering: .sequentiallyConsistent) }
}
