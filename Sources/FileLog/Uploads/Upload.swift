/// Files that belong together, and whoever waits for them. Made on pool threads, finished on the log thread.

package import Platform

/// A file that is to be in the folder of uploads.
package struct UploadFile: Sendable {
    /// One component of a path, not beginning with a dot.
    package let name: String
    package let bytes: [UInt8]

    package init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// Whoever wants files written together with a row.
package protocol UploadClient: AnyObject, Sendable {
    /// True while somebody waits for the end of it. Asked before each step, on the log thread.
    var isWanted: Bool { get }

    /// The files have their names, and reach the disk with them. Log thread; must not block.
    ///
    /// They are there beside temporary names until `FileLog.settle` says whether the row was stored.
    func uploadIsOnDisk(_ upload: PublishedUpload)

    /// None of the files is there, under either name. The log thread, or a pool thread; must not block.
    func uploadFailed(_ failure: UploadFailure)
}

/// Files that are on the disk under both of their names, and wait for a commit.
package struct PublishedUpload: Sendable {
    let directory: String
    package let names: [String]
    /// Names of earlier files that have no temporary name on the disk any more: nothing needs a note of them.
    package let forgettable: [String]
    /// Bytes of all files.
    let size: Int
}

/// The reason why files were not kept.
package enum UploadFailure: Error, Equatable, Sendable {
    /// Nobody waits for them any more.
    case unwanted
    /// As many bytes wait for the disk as may.
    case busy
    /// They would not fit an empty folder either.
    case tooLarge(String)
    /// A setting leaves no room for them, or the disk has none.
    case full(String)
    case system(SystemError)
}

/// Files on their way to the disk.
struct Upload: Sendable {
    /// The way in which the files get their names.
    enum Naming: Sendable, Equatable {
        /// Each has its name beside a temporary one until a commit has noted it.
        case noted
        /// The one file is renamed from a temporary name, which has this number.
        case alone(number: Int)
    }

    let directory: String
    let files: [UploadFile]
    let naming: Naming
    let client: any UploadClient

    /// Bytes that keeping it takes: a file without content costs something too.
    var size: Int { files.reduce(Self.overhead) { $0 + $1.bytes.count + Self.overheadOfFile } }
    private static let overhead = 512
    private static let overheadOfFile = 256

    /// Bytes of all files.
    var byteCount: Int { files.reduce(0) { $0 + $1.bytes.count } }

    /// The name that a file has until it has its own.
    func temporaryName(of index: Int) -> String {
        switch naming {
        case .noted: UploadNames.temporary(of: files[index].name)
        case .alone(let number): UploadNames.temporary(number: number)
        }
    }
}

/// The progress of an upload's files.
///
/// A value; the log thread decides by it what comes next.
struct UploadProgress: Sendable {
    enum Step: Equatable {
        /// Writes and syncs bytes of a file, behind those that are written; it is made first where none are.
        case write(file: Int, bytes: Range<Int>, isFirst: Bool, isLast: Bool)
        /// Gives all files their names, and syncs their folder once.
        case publish
    }

    let upload: Upload
    /// True when the folder has room for the files, which is kept for them.
    var isAdmitted = false
    /// Files that were made, whole ones first.
    private(set) var made = 0
    /// Files that are whole and synced.
    private(set) var whole = 0
    /// Bytes of the next file that are written.
    private var offset = 0
    /// Files that have their own names, too.
    var named = 0

    init(_ upload: Upload) {
        self.upload = upload
    }

    /// True before anything of it is on the disk.
    var isUntouched: Bool { made == 0 }

    /// The next step.
    ///
    /// - Parameter chunkSize: bytes that are written and synced at once.
    /// - Returns: the step; after the last, the publishing, it is not asked for again.
    func next(chunkSize: Int) -> Step {
        guard whole < upload.files.count else { return .publish }
        let count = upload.files[whole].bytes.count
        let end = min(offset + chunkSize, count)
        return .write(file: whole, bytes: offset..<end, isFirst: made == whole, isLast: end == count)
    }

    /// The next file has a temporary name.
    mutating func fileWasMade() {
        made += 1
    }

    /// Bytes of the next file were written.
    mutating func wrote(_ bytes: Range<Int>, isLast: Bool) {
        offset = isLast ? 0 : bytes.upperBound
        if isLast { whole += 1 }
    }
}
