/// Files that pool threads want written, waiting for the log thread. `submit` and `write` run on pool threads, `settle` on
/// any, the rest on the log thread; the monitor is held only to look and to change, never while writing.

internal import Glibc
internal import Platform

/// A bounded queue of files, and what became of the rows that name them.
final class UploadQueue: Sendable {
    /// The end of an upload that was on the disk.
    struct Settlement: Sendable {
        let upload: PublishedUpload
        /// True when its row was stored.
        let keeps: Bool
    }

    private struct State {
        var lanes: UploadLanes<UploadProgress>
        /// There are no more of these than writes in the store's queue.
        var settlements: [Settlement] = []
        var nextNumber = 0
        var isClosed = true
    }

    private let state: Monitor<State>

    init(bytesMax: Int) {
        state = Monitor(State(lanes: UploadLanes(sizeMax: bytesMax)))
    }

    /// Queues files of a client.
    ///
    /// - Parameters:
    ///   - upload: the files.
    ///   - client: the network that they come from; `nil` for one that has no share.
    ///   - gate: wakes the log thread.
    /// - Returns: false when there is no room, or no thread that writes: `uploadFailed` is not called then.
    func submit(_ upload: Upload, of client: UInt64?, gate: LogGate) -> Bool {
        let (isAdded, evicted) = state.withLock { state -> (Bool, [UploadProgress]) in
            guard !state.isClosed else { return (false, []) }
            return state.lanes.add(UploadProgress(upload), size: upload.size, client: client)
        }
        for progress in evicted { progress.upload.client.uploadFailed(.busy) }
        if isAdded { gate.wake() }
        return isAdded
    }

    /// Queues one file, waits for room if need be, and for the result.
    func write(directory: String, name: String, bytes: [UInt8], gate: LogGate) throws(SystemError) {
        let action = "write \(directory)/\(name)"
        guard UploadNames.isName(name) else { throw SystemError(EINVAL, action) }
        let waiting = UploadWait()
        let isQueued = state.waitUntil { state -> Bool? in
            if state.isClosed { return false }
            let file = UploadFile(name: name, bytes: bytes)
            let naming = Upload.Naming.alone(number: state.nextNumber)
            let upload = Upload(directory: directory, files: [file], naming: naming, client: waiting)
            guard state.lanes.hasRoom(for: upload.size) else { return nil }
            state.nextNumber += 1
            return state.lanes.add(UploadProgress(upload), size: upload.size, client: nil).isAdded
        }
        guard isQueued == true else { throw SystemError(ESHUTDOWN, action) }
        gate.wake()
        switch waiting.failure() {
        case nil: return
        case .system(let error): throw error
        case .full(let reason): throw SystemError(ENOSPC, "\(action): \(reason)")
        case .tooLarge(let reason): throw SystemError(EFBIG, "\(action): \(reason)")
        case .unwanted, .busy: throw SystemError(ESHUTDOWN, action)
        }
    }

    /// Says what became of the row that names files.
    func settle(_ upload: PublishedUpload, keeps: Bool, gate: LogGate) {
        state.withLock { $0.settlements.append(Settlement(upload: upload, keeps: keeps)) }
        gate.wake()
    }

    /// Begins to take files: there is a thread that writes them.
    func open() {
        state.withLock { $0.isClosed = false }
    }

    /// Refuses new files; those that wait are still written.
    func close() {
        state.withLock { $0.isClosed = true }
        state.broadcast()
    }

    /// True when nothing waits for the log thread.
    var isEmpty: Bool { state.withLock { $0.lanes.isEmpty && $0.settlements.isEmpty } }

    /// Everything that is to be settled.
    func takeSettlements() -> [Settlement] {
        state.withLock { state in
            defer { state.settlements.removeAll(keepingCapacity: true) }
            return state.settlements
        }
    }

    /// The files whose turn it is; they stay counted until `end`.
    func take() -> UploadLanes<UploadProgress>.Entry? {
        state.withLock { $0.lanes.next() }
    }

    /// Lets others have their turn before these files go on.
    func putBack(_ entry: UploadLanes<UploadProgress>.Entry) {
        state.withLock { $0.lanes.putBack(entry) }
    }

    /// The files have left the queue: there is room for others.
    func end(_ entry: UploadLanes<UploadProgress>.Entry) {
        state.withLock { $0.lanes.end(entry) }
        state.broadcast()
    }
}

/// A pool thread that waits for its one file.
private final class UploadWait: UploadClient {
    private enum Ending {
        case written
        case failed(UploadFailure)
    }

    private let ending = Monitor<Ending?>(nil)

    var isWanted: Bool { true }

    func uploadIsOnDisk(_ upload: PublishedUpload) {
        ending.withLock { $0 = .written }
        ending.signal()
    }

    func uploadFailed(_ failure: UploadFailure) {
        ending.withLock { $0 = .failed(failure) }
        ending.signal()
    }

    /// Waits for the end: `nil` when the file is on the disk.
    func failure() -> UploadFailure? {
        let ended = ending.waitUntil { ending -> Ending? in ending }
        return if case .failed(let failure) = ended { failure } else { nil }
    }
}
