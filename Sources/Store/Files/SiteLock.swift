/// The lock of the process that writes a site's database. Store writer, and tools that write.

internal import CPlatform
internal import Glibc
internal import Platform

/// An open-file-description lock on `ringport.lock` beside the database: gone with the process that holds it, however
/// that ends.
///
/// SQLite before 3.51.3 can lose commits when one connection copies the write-ahead log while another commits
/// (https://sqlite.org/wal.html), so there is one writer, in all processes.
final class SiteLock {
    /// The outcome of one attempt.
    enum Attempt {
        case taken(SiteLock)
        /// Another process has the lock; its number, when its note tells.
        case held(by: Int32?)
    }

    private let descriptor: Descriptor
    private let path: String
    private let status: FileStatus
    /// The note as it was found, then as it was last written.
    private(set) var note: DatabaseNote

    /// The lock's path: beside the file, also where the database's name is a link to one in another folder.
    static func path(ofDatabase name: String) -> String {
        let path = DatabaseFiles.linked(name)
        guard let slash = path.lastIndex(of: "/") else { return "ringport.lock" }
        return path[..<slash] + "/ringport.lock"
    }

    /// Tries to take the lock, making its file when there is none; never waits.
    ///
    /// - Parameter database: the database file, in a folder that exists.
    /// - Returns: the lock, or the process that has it.
    /// - Throws: why the lock file can't be used.
    static func attempt(database: String) throws(StoreError) -> Attempt {
        let path = path(ofDatabase: database)
        let isNew = unsafe access(path, F_OK) != 0
        let flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let number = unsafe ringport_open(path, flags, 0o640)
        guard number >= 0 else {
            let code = errno
            throw refusal(code, path, database)
        }
        let descriptor = Descriptor(owning: number)
        var attributes = stat()
        guard unsafe fstat(number, &attributes) == 0, attributes.st_mode & S_IFMT == S_IFREG else {
            throw .cannotOpen(path: path, reason: "not a regular file")
        }
        if isNew { DatabaseCopy.giveOwner(of: database, to: path) }
        guard ringport_lock_file(number) == 0 else {
            let code = errno
            guard code == EAGAIN || code == EACCES else { throw refusal(code, path, database) }
            return .held(by: DatabaseNote(text: text(of: number)).holder)
        }
        do throws(SystemError) {
            // The file may have lost its name between opening and locking: then the lock keeps nobody out.
            guard let status = try FileStatus.find(path), let own = try FileStatus.find("/proc/self/fd/\(number)"),
                status.isSameFile(as: own)
            else { return .held(by: nil) }
            return .taken(SiteLock(descriptor, path, own))
        } catch {
            throw .cannotOpen(path: path, reason: SystemError.reason(error.code))
        }
    }

    /// Looks at the lock of a site without taking it.
    ///
    /// - Returns: its note, empty when there is none; `nil` while a process holds the lock.
    static func look(atDatabase path: String) -> DatabaseNote? {
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let number = unsafe ringport_open(Self.path(ofDatabase: path), flags, 0)
        guard number >= 0 else { return DatabaseNote() }
        let descriptor = Descriptor(owning: number)
        if ringport_file_is_locked(descriptor.rawValue) == 1 { return nil }
        return DatabaseNote(text: text(of: descriptor.rawValue))
    }

    /// The process that holds the lock of a site, when its note tells; `nil` when none does.
    static func holder(ofDatabase path: String) -> Int32? {
        let flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
        let number = unsafe ringport_open(Self.path(ofDatabase: path), flags, 0)
        guard number >= 0 else { return nil }
        let descriptor = Descriptor(owning: number)
        guard ringport_file_is_locked(descriptor.rawValue) == 1 else { return nil }
        return DatabaseNote(text: text(of: descriptor.rawValue)).holder
    }

    private init(_ descriptor: consuming Descriptor, _ path: String, _ status: FileStatus) {
        note = DatabaseNote(text: Self.text(of: descriptor.rawValue))
        self.descriptor = descriptor
        self.path = path
        self.status = status
    }

    /// True when the lock's file has its name: a process that comes finds this lock, and no other file.
    var isInPlace: Bool {
        do throws(SystemError) {
            return try FileStatus.find(path)?.isSameFile(as: status) ?? false
        } catch {
            return true
        }
    }

    /// The run of the system: `/proc/sys/kernel/random/boot_id`; "unknown" where that can't be read.
    static let boot: String = {
        let number = unsafe ringport_open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC, 0)
        guard number >= 0 else { return "unknown" }
        let descriptor = Descriptor(owning: number)
        let name = text(of: descriptor.rawValue).filter { !$0.isWhitespace }
        return name.isEmpty ? "unknown" : name
    }()

    /// Replaces the note.
    ///
    /// - Parameters:
    ///   - note: the new one.
    ///   - isSynchronous: true to wait until it is on the disk.
    /// - Throws: `full`, or `cannotOpen` with the kernel's reason.
    func write(_ note: DatabaseNote, isSynchronous: Bool = true) throws(StoreError) {
        guard note != self.note else { return }
        let bytes = Array(note.text.utf8)
        let number = descriptor.rawValue
        let count = unsafe bytes.withUnsafeBytes { unsafe pwrite(number, $0.baseAddress, $0.count, 0) }
        guard count == bytes.count, ftruncate(number, count) == 0,
            !isSynchronous || fdatasync(number) == 0
        else {
            let code = count >= 0 && count < bytes.count ? ENOSPC : errno
            if code == ENOSPC || code == EDQUOT { throw .full(path: path) }
            throw .cannotOpen(path: path, reason: SystemError.reason(code))
        }
        self.note = note
    }

    /// The beginning of the file, which is all of a note.
    private static func text(of number: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = unsafe pread(number, &bytes, bytes.count, 0)
        return String(decoding: bytes[..<max(count, 0)], as: UTF8.self)
    }

    /// The error for a lock file that can't be had: what is missing is a place for the database where there is none yet.
    private static func refusal(_ code: Int32, _ path: String, _ database: String) -> StoreError {
        guard [EROFS, EACCES, EPERM].contains(code) else {
            return .cannotOpen(path: path, reason: SystemError.reason(code))
        }
        let isDatabaseOurs = unsafe faccessat(AT_FDCWD, database, W_OK, AT_EACCESS) == 0
        if isDatabaseOurs, code != EROFS, DatabaseFiles.exists(path) {
            return .cannotOpen(path: path, reason: SystemError.reason(code))
        }
        if DatabaseFiles.exists(database) { return .readOnly(path: database) }
        let folder = String(database[..<(database.lastIndex(of: "/") ?? database.startIndex)])
        return .noPlace(folder: folder.isEmpty ? "." : folder, reason: SystemError.reason(code))
    }
}
