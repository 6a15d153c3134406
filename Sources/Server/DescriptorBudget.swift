/// How many sockets may be descriptors of the process. Any thread.

internal import Synchronization

/// The process's limit of descriptors (`ulimit -n`), less what files, logs and the database need of it.
///
/// Where the ring has a table of its own (`Socket`), connections beyond it go there; elsewhere they wait in the backlog.
final class DescriptorBudget: Sendable {
    /// Sockets that may be open at a time.
    let max: Int
    private let taken = Atomic<Int>(0)

    /// - Parameter limit: descriptors that the process may have.
    init(limit: Int) {
        max = limit - min(limit / 4, Self.reserveMax)
    }

    /// Files being opened, logs, databases, and what handlers have.
    private static let reserveMax = 1024

    /// Takes a descriptor for an accept that is about to be posted; false when there is none.
    func take() -> Bool {
        guard taken.wrappingAdd(1, ordering: .relaxed).oldValue < max else {
            giveBack()
            return false
        }
        return true
    }

    /// The descriptor was closed, or never made.
    func giveBack() {
        taken.wrappingSubtract(1, ordering: .relaxed)
    }
}
