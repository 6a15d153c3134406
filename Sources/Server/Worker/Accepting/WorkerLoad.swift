/// The number of connections that a worker serves, and its wish for more or fewer. Any thread.

internal import Synchronization

/// What the workers know of each other, to place connections where there are few.
///
/// DESIGN. Each connection that is served has one of its worker's places; a client that waits has none. A place is taken
/// by a comparison and an exchange, so a worker may take one of another's for a client that it hands over: two never get the
/// same place, and it is counted before the client arrives.
final class WorkerLoad: Sendable {
    /// The places that are taken, with `closedMark` once no other worker may take one.
    private let places = Atomic<Int>(0)
    private let holdsBack = Atomic<Bool>(false)
    private let wantsPlace = Atomic<Bool>(false)

    private static let closedMark = 1 << 40

    /// Places that are taken.
    var count: Int { places.load(ordering: .sequentiallyConsistent) & (Self.closedMark - 1) }

    // MARK: Places

    /// Takes a place.
    ///
    /// - Parameters:
    ///   - max: no more than so many are taken.
    ///   - isOwn: the worker itself takes it; others may until the load is closed.
    /// - Returns: false when there is none.
    func take(below max: Int, isOwn: Bool) -> Bool {
        var known = places.load(ordering: .sequentiallyConsistent)
        while isFree(known, below: max, isOwn: isOwn) {
            let result = places.compareExchange(expected: known, desired: known + 1, ordering: .sequentiallyConsistent)
            if result.exchanged { return true }
            known = result.original
        }
        return false
    }

    /// True when another worker finds a place.
    func hasPlace(below max: Int) -> Bool {
        isFree(places.load(ordering: .sequentiallyConsistent), below: max, isOwn: false)
    }

    private func isFree(_ places: Int, below max: Int, isOwn: Bool) -> Bool {
        let isClosed = places >= Self.closedMark
        return (isOwn || !isClosed) && places & (Self.closedMark - 1) < max
    }

    /// Takes a place that another connection is about to give back.
    func add() { places.wrappingAdd(1, ordering: .sequentiallyConsistent) }

    /// Gives a place back.
    func remove() { places.wrappingSubtract(1, ordering: .sequentiallyConsistent) }

    /// No other worker takes a place from here on: when the count is zero after this, no client is on its way.
    func close() { places.bitwiseOr(Self.closedMark, ordering: .sequentiallyConsistent) }

    // MARK: Telling

    /// The worker has room and yet no accept posted, and looks again at what held it back after this: as a peer changes its
    /// count before it looks at this flag, one of the two sees what the other did.
    func holdBack() { holdsBack.store(true, ordering: .sequentiallyConsistent) }

    /// The worker has accepts posted, or no room, and looks by itself when that changes.
    func goOn() { holdsBack.store(false, ordering: .sequentiallyConsistent) }

    var isHeldBack: Bool { holdsBack.load(ordering: .sequentiallyConsistent) }

    /// True for the one who is to tell the worker that what held it back may be over.
    func takeHeldBack() -> Bool { holdsBack.exchange(false, ordering: .sequentiallyConsistent) }

    /// Clients of the worker wait for a place, and it looks for one after this, in the same way.
    func wantPlace() { wantsPlace.store(true, ordering: .sequentiallyConsistent) }

    /// True for the one who is to tell the worker that there may be a place.
    ///
    /// It may be told once more than it has clients that wait.
    func takeWantsPlace() -> Bool {
        wantsPlace.load(ordering: .sequentiallyConsistent)
            && wantsPlace.exchange(false, ordering: .sequentiallyConsistent)
    }
}
