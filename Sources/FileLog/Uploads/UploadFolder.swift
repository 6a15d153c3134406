/// The folder of uploads, and what is done in it. The log thread; at the start the store writer, before any upload.

internal import CPlatform
internal import Glibc
internal import Platform

/// An open folder.
///
/// Its files are made, named and removed by names in it.
struct UploadFolder: ~Copyable {
    private let descriptor: Descriptor
    private let path: String

    /// Opens the folder, and makes it, and those above it that are missing: a site that holds only pages has no `db/` yet.
    init(making path: String) throws(SystemError) {
        try Self.makeFolder(path)
        guard let found = try UploadFolder(existing: path) else { throw SystemError(ENOENT, "open folder \(path)") }
        self = found
    }

    /// Opens the folder; `nil` when there is none.
    init?(existing path: String) throws(SystemError) {
        let number = unsafe ringport_open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard number >= 0 else {
            let code = errno
            if code == ENOENT { return nil }
            throw SystemError(code, "open folder \(path)")
        }
        descriptor = Descriptor(owning: number)
        self.path = path
    }

    private static func makeFolder(_ path: String) throws(SystemError) {
        guard unsafe mkdir(path, 0o750) < 0, errno != EEXIST else { return }
        if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            try makeFolder(String(path[..<slash]))
            if unsafe mkdir(path, 0o750) == 0 || errno == EEXIST { return }
        }
        throw SystemError("make folder \(path)")
    }

    /// Room on the file system.
    func room() throws(SystemError) -> UploadQuota.DiskRoom {
        var status = statvfs()
        guard unsafe fstatvfs(descriptor.rawValue, &status) == 0 else { throw failure("look at the room for") }
        return UploadQuota.DiskRoom(
            bytes: Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).0),
            files: Int(clamping: status.f_favail),
            filesTotal: Int(clamping: status.f_files)
        )
    }

    // MARK: Files

    /// Makes an empty file of a new name.
    func make(_ name: String) throws(SystemError) {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let number = unsafe ringport_openat(descriptor.rawValue, name, flags, 0o640)
        guard number >= 0 else { throw failure("make a file in") }
        _ = Descriptor(owning: number)
    }

    /// Writes bytes of a file where they belong, and waits until they are on the disk.
    ///
    /// - Parameters:
    ///   - bytes: of the whole file.
    ///   - range: those that are written.
    ///   - name: the file's.
    ///   - isLast: true to sync all that is known of the file, and not only what it takes to read the bytes.
    /// - Throws: what the kernel refused.
    func write(_ bytes: [UInt8], _ range: Range<Int>, to name: String, isLast: Bool) throws(SystemError) {
        let number = unsafe ringport_openat(descriptor.rawValue, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0)
        guard number >= 0 else { throw failure("open a file in") }
        let file = Descriptor(owning: number)
        var offset = range.lowerBound
        while offset < range.upperBound {
            let rest = bytes.span.extracting(offset..<range.upperBound)
            let count = unsafe rest.withUnsafeBufferPointer { rest in
                unsafe pwrite(file.rawValue, rest.baseAddress, rest.count, off_t(offset))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("write a file in") }
            offset += count
        }
        guard (isLast ? fsync(file.rawValue) : fdatasync(file.rawValue)) == 0 else { throw failure("sync a file in") }
    }

    /// Gives a file a second name, which nothing may have.
    func link(_ name: String, to second: String) throws(SystemError) {
        let folder = descriptor.rawValue
        guard unsafe linkat(folder, name, folder, second, 0) == 0 else { throw failure("name \(second) in") }
    }

    /// Gives a file another name, which nothing may have.
    func rename(_ name: String, to other: String) throws(SystemError) {
        guard unsafe ringport_rename_exclusive(descriptor.rawValue, name, other) == 0 else {
            throw failure("name \(other) in")
        }
    }

    /// Takes a name away, if it is there.
    func remove(_ name: String) throws(SystemError) {
        guard unsafe unlinkat(descriptor.rawValue, name, 0) == 0 || errno == ENOENT else {
            throw failure("remove \(name) from")
        }
    }

    /// True when two names are there, and are those of one file.
    func isOneFile(_ name: String, _ other: String) -> Bool {
        var first = stat()
        var second = stat()
        let folder = descriptor.rawValue
        guard unsafe fstatat(folder, name, &first, AT_SYMLINK_NOFOLLOW) == 0,
            unsafe fstatat(folder, other, &second, AT_SYMLINK_NOFOLLOW) == 0
        else { return false }
        return first.st_ino == second.st_ino && first.st_dev == second.st_dev
    }

    /// Bytes of a regular file, and the second since 1970 in which it was last written; `nil` for what is none.
    func look(at name: String) -> (size: Int, modification: Int)? {
        var attributes = stat()
        guard unsafe fstatat(descriptor.rawValue, name, &attributes, AT_SYMLINK_NOFOLLOW) == 0,
            attributes.st_mode & S_IFMT == S_IFREG
        else { return nil }
        return (Int(attributes.st_size), attributes.st_mtim.tv_sec)
    }

    /// Waits until the names are on the disk as they are.
    func synchronize() throws(SystemError) {
        guard fsync(descriptor.rawValue) == 0 else { throw failure("sync") }
    }

    private func failure(_ verb: String) -> SystemError { SystemError(errno, "\(verb) \(path)") }
}

/// The names in a folder, read a part at a time.
@safe
struct UploadFolderReading: ~Copyable {
    // Opened here, read by the one owner, closed at its end.
    private let stream: OpaquePointer

    /// Opens a folder; `nil` when there is none.
    init?(_ path: String) throws(SystemError) {
        guard let stream = unsafe opendir(path) else {
            let code = errno
            if code == ENOENT { return nil }
            throw SystemError(code, "read folder \(path)")
        }
        unsafe self.stream = unsafe stream
    }

    deinit {
        unsafe _ = closedir(stream)
    }

    /// The next name; `nil` at the end.
    mutating func next() -> String? {
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { return name }
        }
        return nil
    }
}
