/// The number of descriptors of the process that sockets and files may have. Any thread.

internal import Synchronization

/// The process's limit of descriptors (`ulimit -n`), less those that are open when the server starts, and less what files
/// that are being opened, the database's readers and handlers need of it.
///
/// Where the ring has a table of its own (`Socket`), connections beyond it go there; elsewhere they wait in the backlog.
final class DescriptorBudget: Sendable {
    /// Sockets and files that may be open at a time.
    let max: Int
    /// Sockets beyond those, of which some wait and some make others end: descriptors of the reserve.
    private let spareMax: Int
    private let taken = Atomic<Int>(0)
    /// Those of them that are files.
    private let files = Atomic<Int>(0)

    /// - Parameters:
    ///   - limit: descriptors that the process may have.
    ///   - open: those that it has.
    init(limit: Int, open: Int) {
        let reserve = min(limit / 4, Self.reserveMax)
        max = Swift.max(0, limit - open - reserve)
        spareMax = min(reserve / 2, Self.sparesMax)
    }

    private static let sparesMax = 64

    private static let reserveMax = 1024

    /// Sockets that there is a descriptor for, whatever files take.
    var socketsMax: Int { max - filesMax }

    private var filesMax: Int { max / Self.filesShare }

    /// Takes a descriptor for an accept that is about to be posted; false when there is none.
    func take() -> Bool {
        guard taken.wrappingAdd(1, ordering: .relaxed).oldValue < max else {
            giveBack()
            return false
        }
        return true
    }

    /// Takes a descriptor of the reserve for an accept, where there is no other; false when there is none either.
    func takeSpare() -> Bool {
        guard taken.wrappingAdd(1, ordering: .relaxed).oldValue < max + spareMax else {
            giveBack()
            return false
        }
        return true
    }

    /// True when one more socket has a descriptor that is not of the reserve; `spare` ones that wait for such a one do not count.
    func hasRoom(besides spare: Int) -> Bool { taken.load(ordering: .relaxed) - spare < max }

    /// True when no more than one of the reserve is left for sockets.
    var isSpent: Bool { taken.load(ordering: .relaxed) >= max + spareMax - 1 }

    /// The descriptor was closed, or never made.
    func giveBack() {
        taken.wrappingSubtract(1, ordering: .relaxed)
    }

    /// Takes a descriptor for a file that is kept open; false when there is none, or files have their share already.
    func takeForFile() -> Bool {
        guard files.wrappingAdd(1, ordering: .relaxed).oldValue < filesMax else {
            files.wrappingSubtract(1, ordering: .relaxed)
            return false
        }
        guard take() else {
            files.wrappingSubtract(1, ordering: .relaxed)
            return false
        }
        return true
    }

    /// The file was closed.
    func giveBackFile() {
        files.wrappingSubtract(1, ordering: .relaxed)
        giveBack()
    }

    /// Files may have one in so many: a site of large files must not shut clients out.
    private static let filesShare = 8
}
