/// The room in the folder of uploads. A value; the log thread.

internal import Platform

/// Counts what lies in the folder and what is on its way there, and judges whether more may come.
///
/// The folder is read once, when the first file comes. Its owner may remove files at any time: before files are refused
/// for want of room it is read again, unless that was done a moment ago.
struct UploadQuota {
    /// Files and their bytes.
    struct Amount: Equatable {
        var files = 0
        var bytes = 0

        static func + (left: Amount, right: Amount) -> Amount {
            Amount(files: left.files + right.files, bytes: left.bytes + right.bytes)
        }

        /// Counts are never below zero: the folder's owner may have removed a file that is given back.
        static func - (left: Amount, right: Amount) -> Amount {
            Amount(files: max(0, left.files - right.files), bytes: max(0, left.bytes - right.bytes))
        }
    }

    /// Room on the file system of the folder.
    struct DiskRoom: Equatable {
        /// Bytes that this process may still write.
        var bytes: Int
        /// Inodes that are free, and all there are; both are 0 where the file system makes them when they are needed.
        var files = 0
        var filesTotal = 0
    }

    enum Verdict: Equatable {
        /// The room is taken until `publish`, or until it is given back.
        case admitted
        /// The folder has to be read before that can be said.
        case countFirst
        case refused(UploadFailure)
    }

    private let filesMax: Int
    private let bytesMax: Int
    private let freeBytesMin: Int
    private let recountInterval: Duration
    /// Files that lie in the folder under names of their own.
    private(set) var there = Amount()
    /// Files that were admitted and are not there yet.
    private(set) var coming = Amount()
    private var countedAt: Instant?

    init(_ limits: FileLogLimits) {
        filesMax = limits.uploadFilesMax
        bytesMax = limits.uploadFolderBytesMax
        freeBytesMin = limits.uploadFreeBytesMin
        recountInterval = limits.uploadRecountInterval
    }

    /// Judges files that want to come.
    mutating func judge(_ amount: Amount, _ disk: DiskRoom, now: Instant) -> Verdict {
        guard let countedAt else { return .countFirst }
        if amount.bytes > bytesMax {
            return .refused(
                .tooLarge("\(amount.bytes) bytes of files came at once, and [uploads] size_max is \(bytesMax)")
            )
        }
        if amount.files > filesMax {
            return .refused(.tooLarge("\(amount.files) files came at once, and [uploads] files_max is \(filesMax)"))
        }
        let all = there + coming + amount
        if all.bytes > bytesMax || all.files > filesMax {
            if now >= countedAt.advanced(by: recountInterval) { return .countFirst }
            let isSize = all.bytes > bytesMax
            let setting = isSize ? "size_max is \(bytesMax) bytes" : "files_max is \(filesMax)"
            return .refused(.full("\(there.files) files with \(there.bytes) bytes are there, and [uploads] \(setting)"))
        }
        // What was admitted before and is not written yet needs room too.
        guard disk.bytes - coming.bytes - amount.bytes >= freeBytesMin else {
            let reason = "\(disk.bytes) bytes are free on the disk, and [uploads] free_size_min is \(freeBytesMin)"
            return .refused(.full(reason))
        }
        let filesKept = min(Self.freeFilesMin, disk.filesTotal / 16)
        // A file has two names and one inode.
        guard disk.filesTotal == 0 || disk.files - coming.files - amount.files >= filesKept else {
            return .refused(.full("\(disk.files) inodes are free on the disk, of which \(filesKept) are kept"))
        }
        coming = coming + amount
        return .admitted
    }

    /// Inodes that are left to whatever else writes on the disk.
    private static let freeFilesMin = 1024

    /// The folder was read.
    mutating func counted(_ amount: Amount, now: Instant) {
        there = amount
        countedAt = now
    }

    /// Moves files from those that come to those that are there.
    mutating func publish(_ amount: Amount) {
        coming = coming - amount
        there = there + amount
    }

    /// Gives back the room of files that were admitted and do not come.
    mutating func abandon(_ amount: Amount) {
        coming = coming - amount
    }

    /// Gives back the room of files that were there and are removed.
    mutating func remove(_ amount: Amount) {
        there = there - amount
    }
}

extension Upload {
    /// The room that it wants.
    var amount: UploadQuota.Amount { UploadQuota.Amount(files: files.count, bytes: byteCount) }
}
