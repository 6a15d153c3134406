/// Writes queued files, a step at a time, so that a slow disk delays the access log by one chunk at most. Log thread.
///
/// DESIGN. A step is a chunk of one file, written and synced, or the naming of all files of an upload. After each step
/// another client has its turn (`UploadLanes`). The files of a form go this way:
///
///     temporary names, each file synced ─► is it still wanted? ─► own names beside them, one sync of the folder
///         ─► the row joins a batch, with a note of the names ─┬─ stored ──► the temporary names go
///                                                             └─ refused ─► both names go, the own ones first
///
/// A temporary name that a crash leaves has a note in the database, or none: `UploadSweep` goes by that. A file that comes
/// without a row is renamed instead, and its folder synced: it has one name at a time.
///
/// Each chunk is synced before the next, else the last sync would be the long wait that the chunks are there to avoid.
/// No file stays open between two steps. Their folder does while something is under way in it, since names are to be removed
/// when the process has no further descriptor, too.

internal import Glibc
internal import Platform
internal import Synchronization

/// The performer of what `UploadProgress` and `UploadQuota` decide.
struct UploadWriter: ~Copyable {
    private typealias Entry = UploadLanes<UploadProgress>.Entry

    /// A reading of the folder, and what it has found.
    private struct Counting: ~Copyable {
        var reading: UploadFolderReading
        let folder: UploadFolder
        var amount = UploadQuota.Amount()
    }

    /// A folder in which something is under way.
    private struct Held {
        var folder: SharedUploadFolder
        /// Uploads with a name there that may have to be removed.
        var uploads = 0
    }

    private let queue: UploadQueue
    private let chunkSize: Int
    private let counters: LogCounters
    private var quota: UploadQuota
    private var counting: Counting?
    private var held: [String: Held] = [:]
    /// Files whose temporary names were removed since the folder was last synced.
    private var settled: [String] = []
    /// Names that are read in one step.
    private static let namesReadMax = 512

    init(queue: UploadQueue, limits: FileLogLimits, counters: LogCounters) {
        self.queue = queue
        chunkSize = limits.uploadChunkSize
        quota = UploadQuota(limits)
        self.counters = counters
    }

    /// Does one step; returns false when there is nothing to do.
    mutating func step() -> Bool {
        if counting != nil {
            count()
            return true
        }
        let settlements = queue.takeSettlements()
        guard settlements.isEmpty else {
            for settlement in settlements { settle(settlement.upload, keeps: settlement.keeps) }
            return true
        }
        guard var entry = queue.take() else { return false }
        let upload = entry.element.upload
        guard upload.client.isWanted else {
            abandon(entry, .unwanted)
            return true
        }
        do throws(UploadFailure) {
            if try perform(&entry) {
                queue.end(entry)
            } else {
                entry.isBegun = !entry.element.isUntouched
                queue.putBack(entry)
            }
        } catch {
            abandon(entry, error)
        }
        return true
    }

    // MARK: Writing

    /// Does the next step of files that are wanted; returns true when it was their last.
    private mutating func perform(_ entry: inout Entry) throws(UploadFailure) -> Bool {
        let upload = entry.element.upload
        if !entry.element.isAdmitted {
            guard try admit(upload) else { return false }
            entry.element.isAdmitted = true
        }
        do throws(SystemError) {
            let shared = try open(upload.directory)
            switch entry.element.next(chunkSize: chunkSize) {
            case .write(let file, let bytes, let isFirst, let isLast):
                let name = upload.temporaryName(of: file)
                if isFirst {
                    try shared.folder.make(name)
                    if entry.element.isUntouched { held[upload.directory, default: Held(folder: shared)].uploads += 1 }
                    entry.element.fileWasMade()
                }
                try shared.folder.write(upload.files[file].bytes, bytes, to: name, isLast: isLast)
                entry.element.wrote(bytes, isLast: isLast)
                return false
            case .publish:
                try publish(&entry, shared.folder)
                return true
            }
        } catch {
            throw UploadFailure(error)
        }
    }

    /// Takes room for files; returns false when the folder has to be read first.
    private mutating func admit(_ upload: Upload) throws(UploadFailure) -> Bool {
        let verdict: UploadQuota.Verdict
        do throws(SystemError) {
            let folder = try UploadFolder(making: upload.directory)
            verdict = quota.judge(upload.amount, try folder.room(), now: .now)
            if verdict == .countFirst { try beginCounting(upload.directory, folder) }
        } catch {
            throw UploadFailure(error)
        }
        switch verdict {
        case .admitted: return true
        case .countFirst: return false
        case .refused(let failure): throw failure
        }
    }

    /// Gives the files their names, and hands them over.
    private mutating func publish(_ entry: inout Entry, _ folder: borrowing UploadFolder) throws(SystemError) {
        let upload = entry.element.upload
        for (index, file) in upload.files.enumerated() {
            let temporaryName = upload.temporaryName(of: index)
            switch upload.naming {
            case .noted: try folder.link(temporaryName, to: file.name)
            case .alone: try folder.rename(temporaryName, to: file.name)
            }
            entry.element.named += 1
        }
        try folder.synchronize()
        quota.publish(upload.amount)
        counters.filesWritten.add(upload.files.count, ordering: .relaxed)
        let published = PublishedUpload(
            directory: upload.directory,
            names: upload.files.map(\.name),
            forgettable: settled,
            size: upload.byteCount
        )
        // A file for itself has no row to tell it with, and its one name stays.
        if upload.naming == .noted { settled.removeAll() } else { release(upload.directory) }
        upload.client.uploadIsOnDisk(published)
    }

    /// Removes what there is of files that are not to be kept.
    private mutating func abandon(_ entry: Entry, _ failure: UploadFailure) {
        let progress = entry.element
        let upload = progress.upload
        if progress.isAdmitted { quota.abandon(upload.amount) }
        if !progress.isUntouched {
            // Own names first: as long as the temporary one is there, the next start finds what is left.
            let names =
                upload.files.prefix(progress.named).map(\.name)
                + (0..<progress.made).map { upload.temporaryName(of: $0) }
            remove(names, from: upload.directory)
            release(upload.directory)
        }
        queue.end(entry)
        upload.client.uploadFailed(failure)
    }

    // MARK: After the commit

    private mutating func settle(_ upload: PublishedUpload, keeps: Bool) {
        let temporaryNames = upload.names.map { UploadNames.temporary(of: $0) }
        let isGone = remove(keeps ? temporaryNames : upload.names + temporaryNames, from: upload.directory)
        release(upload.directory)
        if keeps, isGone { settled += upload.names }
        if !keeps { quota.remove(UploadQuota.Amount(files: upload.names.count, bytes: upload.size)) }
    }

    /// Removes names in order, up to the first that can't be: the next start removes what is left.
    ///
    /// Returns true when none of them is there.
    @discardableResult
    private func remove(_ names: [String], from directory: String) -> Bool {
        guard let shared = held[directory]?.folder else {
            preconditionFailure("a folder is held while something is under way in it")
        }
        do throws(SystemError) {
            for name in names { try shared.folder.remove(name) }
            return true
        } catch {
            LogFile.complain("\(error)")
            return false
        }
    }

    // MARK: The folder

    /// Opens a folder by its path, which may lead to another one than it did a step ago.
    private mutating func open(_ directory: String) throws(SystemError) -> SharedUploadFolder {
        let shared = SharedUploadFolder(try UploadFolder(making: directory))
        if held[directory] != nil { held[directory]?.folder = shared }
        return shared
    }

    /// An upload has no name there any more that may have to be removed.
    private mutating func release(_ directory: String) {
        held[directory]?.uploads -= 1
        if held[directory]?.uploads == 0 { held[directory] = nil }
    }

    // MARK: Counting

    private mutating func beginCounting(_ directory: String, _ folder: consuming UploadFolder) throws(SystemError) {
        guard let reading = try UploadFolderReading(directory) else { throw SystemError(ENOENT, "read \(directory)") }
        counting = Counting(reading: reading, folder: folder)
    }

    /// Counts some of the files in the folder.
    private mutating func count() {
        guard var counting = counting.take() else { return }
        for _ in 0..<Self.namesReadMax {
            guard let name = counting.reading.next() else {
                quota.counted(counting.amount, now: .now)
                return
            }
            guard UploadNames.kind(of: name) == .own, let file = counting.folder.look(at: name) else { continue }
            counting.amount.files += 1
            counting.amount.bytes += file.size
        }
        self.counting = consume counting
    }
}

/// An open folder that several uploads need.
private final class SharedUploadFolder {
    let folder: UploadFolder

    init(_ folder: consuming UploadFolder) {
        self.folder = folder
    }
}

extension UploadFailure {
    init(_ error: SystemError) {
        self = [ENOSPC, EDQUOT].contains(error.code) ? .full("\(error)") : .system(error)
    }
}
