/// The number of descriptors of the process that sockets and files may have. Any thread.

internal import Synchronization

/// The process's limit of descriptors (`ulimit -n`), less those that are open when the workers have started, and less what
/// files that are being opened, the database's readers and handlers need of it.
///
/// Where the ring has a table of its own (`Socket`), connections beyond it go there; elsewhere they wait in the backlog.
final class DescriptorBudget: Sendable {
    /// Sockets and files that may be open at a time.
    let max: Int
    /// Sockets beyond those, of which some wait and some make others end: descriptors of the reserve.
    private let spareMax: Int
    /// Those of them that no client keeps while it waits, as the next one comes by each.
    private let looks: Int
    private let taken = Atomic<Int>(0)
    /// Those of them that wait for a place, or for a client to come.
    private let waiting = Atomic<Int>(0)
    /// Those of them that are files.
    private let files = Atomic<Int>(0)

    /// - Parameters:
    ///   - limit: descriptors that the process may have.
    ///   - open: those that it has, and that its workers will have for themselves.
    ///   - looks: accepts of which one each is always to be posted: for each worker and listening socket.
    init(limit: Int, open: Int, looks: Int) {
        let reserve = min(limit / 4, Self.reserveMax)
        max = Swift.max(0, limit - open - reserve)
        spareMax = min(reserve / 2, Self.sparesMax)
        self.looks = min(looks, spareMax)
    }

    /// Descriptors that a worker opens for itself: its bell, its ring, its watches, the table of mounts, and each site's folder.
    static func perWorker(folders: Int) -> Int { 4 + folders }

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

    /// Takes a descriptor of the reserve for an accept, which waits, where there is no other; false when there is none either.
    func takeSpare() -> Bool {
        guard taken.wrappingAdd(1, ordering: .relaxed).oldValue < max + spareMax else {
            giveBack()
            return false
        }
        beginWaiting()
        return true
    }

    /// True when one more socket has a descriptor that is not of the reserve, whatever those have that wait.
    ///
    /// `newcomers` is 1 when it has been taken for that socket already.
    func hasRoom(besides newcomers: Int) -> Bool {
        taken.load(ordering: .relaxed) - waiting.load(ordering: .relaxed) - newcomers < max
    }

    /// True when one more socket may wait, and a client comes behind it all the same.
    ///
    /// `newcomers` is 1 when its descriptor has been taken already.
    func hasSpare(besides newcomers: Int) -> Bool {
        taken.load(ordering: .relaxed) - newcomers < max + spareMax - looks
    }

    /// A socket waits for a place.
    func beginWaiting() { waiting.wrappingAdd(1, ordering: .relaxed) }

    /// A socket that waited has a place, or is about to be closed; an accept that waited has its client.
    func endWaiting() { waiting.wrappingSubtract(1, ordering: .relaxed) }

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
