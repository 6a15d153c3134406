/// Writes queued files, a chunk at a time, so that a slow disk delays the access log by one chunk at most. Log thread.
///
/// A file is written under a name of its own, each chunk synced before the next (else the last sync would be the long
/// wait that the chunks are there to avoid), then renamed without replacing anything, then its folder is synced: after
/// `finish` the file is there, whole, even if the power fails (rename(2), fsync(2) notes on directories).

internal import CPlatform
internal import Glibc
internal import Platform
internal import Synchronization

/// The file being written, if any.
struct UploadWriter: ~Copyable {
    private struct Current: ~Copyable {
        let upload: UploadQueue.Upload
        let directory: Descriptor
        let file: Descriptor
        let temporaryName: String
        var offset = 0
    }

    private var current: Current?
    private let queue: UploadQueue
    private let chunkSize: Int
    private let counters: LogCounters
    private var temporaryNumber = 0

    init(queue: UploadQueue, chunkSize: Int, counters: LogCounters) {
        self.queue = queue
        self.chunkSize = chunkSize
        self.counters = counters
    }

    /// Does one chunk's worth of work; returns whether there is more.
    mutating func step() -> Bool {
        if var current = current.take() {
            do throws(SystemError) {
                if current.offset < current.upload.bytes.count {
                    try Self.writeChunk(of: &current, size: chunkSize)
                    self.current = consume current
                } else {
                    try Self.publish(current)
                    counters.filesWritten.add(1, ordering: .relaxed)
                    queue.finish(current.upload, .success(()))
                }
            } catch {
                unsafe _ = unlinkat(current.directory.rawValue, current.temporaryName, 0)
                queue.finish(current.upload, .failure(error))
            }
            return true
        }
        guard let upload = queue.take() else { return false }
        do throws(SystemError) {
            temporaryNumber += 1
            current = try Self.begin(upload, number: temporaryNumber)
        } catch {
            queue.finish(upload, .failure(error))
        }
        return true
    }

    private static func begin(_ upload: UploadQueue.Upload, number: Int) throws(SystemError) -> Current {
        try makeFolder(upload.directory)
        let folder = unsafe ringport_open(upload.directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard folder >= 0 else { throw SystemError("open folder \(upload.directory)") }
        let directory = Descriptor(owning: folder)
        let temporaryName = ".ringport-\(getpid())-\(number)"
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let file = unsafe ringport_openat(folder, temporaryName, flags, 0o640)
        guard file >= 0 else { throw SystemError("make a file in \(upload.directory)") }
        return Current(
            upload: upload,
            directory: directory,
            file: Descriptor(owning: file),
            temporaryName: temporaryName
        )
    }

    /// Makes the folder, and those above it that are missing too: a site that holds only pages has no `db/` yet.
    private static func makeFolder(_ path: String) throws(SystemError) {
        guard unsafe mkdir(path, 0o750) < 0, errno != EEXIST else { return }
        if errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex {
            try makeFolder(String(path[..<slash]))
            if unsafe mkdir(path, 0o750) == 0 || errno == EEXIST { return }
        }
        throw SystemError("make folder \(path)")
    }

    private static func writeChunk(of current: inout Current, size: Int) throws(SystemError) {
        let bytes = current.upload.bytes
        let end = min(current.offset + size, bytes.count)
        let file = current.file.rawValue
        while current.offset < end {
            let rest = bytes.span.extracting(current.offset..<end)
            let written = unsafe rest.withUnsafeBufferPointer { unsafe write(file, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw failure("write", current) }
            current.offset += written
        }
        guard fdatasync(file) == 0 else { throw failure("sync", current) }
    }

    private static func publish(_ current: borrowing Current) throws(SystemError) {
        guard fsync(current.file.rawValue) == 0 else { throw failure("sync", current) }
        let folder = current.directory.rawValue
        guard unsafe ringport_rename_exclusive(folder, current.temporaryName, current.upload.name) == 0 else {
            throw failure("name", current)
        }
        guard fsync(folder) == 0 else { throw SystemError("sync folder \(current.upload.directory)") }
    }

    private static func failure(_ verb: String, _ current: borrowing Current) -> SystemError {
        SystemError(errno, "\(verb) \(current.upload.directory)/\(current.upload.name)")
    }
}
