/// The readings of folders that workers ask for: one of each folder at a time. Any thread asks, pool threads read.
///
/// DESIGN. A request must see every change that came before it. So whoever asks before a reading begins is answered by it, and
/// whoever asks while it runs is answered by the next one, which begins when it ends. However many ask, a folder
/// is read once at a time, and no reading outlives those who wait for it.

internal import CompletionPort
internal import HandlerHost
internal import HandlerPool
internal import HTTP
internal import Platform

/// A list of a folder as it is sent: one copy for all who send it.
final class FolderList: Sendable {
    /// The status and the fields.
    let response: HandlerResponse
    let content: SharedBytes

    init(_ listing: FolderListing, asksJSON: Bool) {
        response = HandlerResponse(
            status: 200,
            fields: [
                ("Content-Type", asksJSON ? "application/json" : "text/html; charset=utf-8"),
                ("Cache-Control", "no-cache"), ("Vary", "Accept"),
            ],
            body: []
        )
        content = SharedBytes(asksJSON ? listing.json : listing.html)
    }
}

/// The readings that run, and those who wait for them.
struct FolderReadings<Asker> {
    private struct Reading {
        /// Those whom the reading that begins next answers.
        var askers: [Asker] = []
        var isRunning = false
    }

    private var readings: [FolderSource.Place: Reading] = [:]

    /// Folders that are read, or about to be.
    var count: Int { readings.count }
    /// Readings that have begun so far.
    private(set) var begun = 0

    /// Someone asks for a list.
    ///
    /// - Returns: true when a reading is to be started: none runs, and none is about to.
    mutating func ask(_ place: FolderSource.Place, _ asker: Asker) -> Bool {
        let isFirst = readings[place] == nil
        readings[place, default: Reading()].askers.append(asker)
        return isFirst
    }

    /// A reading begins.
    ///
    /// - Returns: those whom it answers.
    mutating func begin(_ place: FolderSource.Place) -> [Asker] {
        guard let askers = readings[place]?.askers else { preconditionFailure("a reading that begins was asked for") }
        readings[place] = Reading(isRunning: true)
        begun += 1
        return askers
    }

    /// A reading has ended.
    ///
    /// - Returns: true when another is to be started, for those who have come meanwhile.
    mutating func end(_ place: FolderSource.Place) -> Bool {
        guard let reading = readings[place], reading.isRunning else {
            preconditionFailure("a reading that ends has begun")
        }
        readings[place] = reading.askers.isEmpty ? nil : Reading(askers: reading.askers)
        return !reading.askers.isEmpty
    }

    /// A reading that was to be started can't be.
    ///
    /// - Returns: those who wait in vain.
    mutating func refuse(_ place: FolderSource.Place) -> [Asker] {
        readings.removeValue(forKey: place)?.askers ?? []
    }
}

final class FolderReader: Sendable {
    /// The answer that a worker is posted.
    enum Answer: Sendable {
        /// A list; true when the kernel reports every change of what it shows to whoever watches the folder.
        case list(FolderList, isReported: Bool)
        case noFolder
        case guarded(realm: Int)
        case refused(Reason)
    }

    fileprivate struct Asker {
        let posts: PostQueue<WorkerMessage>
        let reading: UInt64
        let asksJSON: Bool
    }

    private let lane: PoolLane
    private let readings = Monitor(FolderReadings<Asker>())

    /// - Parameter lane: where folders are read.
    init(lane: PoolLane) {
        self.lane = lane
    }

    /// Readings that have begun so far.
    ///
    /// Any thread.
    var begun: Int { readings.withLock { $0.begun } }

    /// Asks for a list; the lock is held for a look into a table.
    ///
    /// - Parameters:
    ///   - source: the folder.
    ///   - asksJSON: in which form.
    ///   - posts: where the answer is posted, as `folderRead`.
    ///   - reading: the number that it is posted with.
    func ask(_ source: FolderSource, asksJSON: Bool, _ posts: PostQueue<WorkerMessage>, _ reading: UInt64) {
        let asker = Asker(posts: posts, reading: reading, asksJSON: asksJSON)
        if readings.withLock({ $0.ask(source.place, asker) }) { start(source) }
    }

    private func start(_ source: FolderSource) {
        guard !lane.submit(FolderJob(source, self)) else { return }
        for asker in readings.withLock({ $0.refuse(source.place) }) {
            asker.posts.post(.folderRead(asker.reading, .refused(.poolFull)))
        }
    }

    /// Reads a folder for all who have asked by now.
    ///
    /// A pool thread.
    fileprivate func read(_ source: FolderSource) {
        let askers = readings.withLock { $0.begin(source.place) }
        switch FolderReading.read(source) {
        case .names(let entries, let isReported):
            let listing = FolderListing(path: source.path, entries: entries)
            for asksJSON in [false, true] where askers.contains(where: { $0.asksJSON == asksJSON }) {
                let list = FolderList(listing, asksJSON: asksJSON)
                post(.list(list, isReported: isReported), to: askers.filter { $0.asksJSON == asksJSON })
            }
        case .noFolder: post(.noFolder, to: askers)
        case .guarded(let realm): post(.guarded(realm: realm), to: askers)
        case .exhausted: post(.refused(.descriptorsExhausted), to: askers)
        }
        if readings.withLock({ $0.end(source.place) }) { start(source) }
    }

    private func post(_ answer: Answer, to askers: [Asker]) {
        for asker in askers { asker.posts.post(.folderRead(asker.reading, answer)) }
    }
}

/// One reading of a folder, on a pool thread.
private final class FolderJob: PoolJob {
    private let source: FolderSource
    private let reader: FolderReader

    init(_ source: FolderSource, _ reader: FolderReader) {
        self.source = source
        self.reader = reader
    }

    func run() { reader.read(source) }
}
