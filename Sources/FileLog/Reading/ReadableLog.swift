/// A log file open for reading. Used by one thread, that of `ringport tail`.

internal import CPlatform
internal import Glibc
package import Platform

/// Reads a log file forward from an offset, and a pipe as what comes out of it.
package final class ReadableLog {
    /// The numbers that stay when a file is renamed, and differ between two files that exist at once.
    struct Identity: Equatable {
        let device: UInt64
        let inode: UInt64
    }

    /// The place up to which a file was read, to go on there if it is opened again.
    struct Place {
        let identity: Identity
        /// The file's time of birth, which tells it from a later one with the same inode.
        let birth: Int64
        let offset: Int
        let bytesBefore: [UInt8]
    }

    static let blockSize = 64 << 10
    /// Bytes before the offset that are compared, to notice that a file was emptied and has grown again.
    static let comparedSize = 64

    let identity: Identity
    /// True for what has no offsets: a pipe, a terminal, another device.
    package let isStream: Bool
    let path: String
    let descriptor: Descriptor
    /// The first byte that belongs to the log: 0, but for a standard input that was read before.
    private(set) var beginning = 0
    var offset = 0
    private var bytesBefore: [UInt8] = []
    var block = [UInt8](repeating: 0, count: blockSize)

    /// Opens a file; `nil` when there is none of this name.
    ///
    /// - Parameters:
    ///   - path: its name.
    ///   - folder: a descriptor of the folder that the path begins in; without one it is the working directory.
    ///   - waits: true to wait for a pipe's writer, and for what it writes.
    /// - Throws: `SystemError` when it may not be read; EISDIR for a folder.
    package convenience init?(path: String, in folder: Int32? = nil, waits: Bool = false) throws(SystemError) {
        let flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (waits ? 0 : O_NONBLOCK)
        let number = unsafe ringport_openat(folder ?? AT_FDCWD, path, flags, 0)
        guard number >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw SystemError("open \(path)")
        }
        try self.init(Descriptor(owning: number), path: path)
    }

    /// Reads the rest of a descriptor that stays open for its owner.
    package convenience init(sharing descriptor: Int32, as name: String) throws(SystemError) {
        let number = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard number >= 0 else { throw SystemError("read \(name)") }
        try self.init(Descriptor(owning: number), path: name)
        guard !isStream else { return }
        beginning = max(0, lseek(number, 0, SEEK_CUR))
        offset = beginning
    }

    private init(_ descriptor: consuming Descriptor, path: String) throws(SystemError) {
        var status = stat()
        guard unsafe fstat(descriptor.rawValue, &status) == 0 else { throw SystemError("look at \(path)") }
        guard status.st_mode & S_IFMT != S_IFDIR else { throw SystemError(EISDIR, "open \(path)") }
        self.descriptor = descriptor
        self.path = path
        isStream = status.st_mode & S_IFMT != S_IFREG
        identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// A path to this very file, whatever its name is by now (proc(5)).
    var pathOfDescriptor: String { "/proc/self/fd/\(descriptor.rawValue)" }

    /// The length of the file now; 0 for a stream.
    func size() throws(SystemError) -> Int {
        isStream ? 0 : Int(try status().st_size)
    }

    /// True when no name leads to the file any more.
    func isGone() throws(SystemError) -> Bool {
        try status().st_nlink == 0
    }

    /// True when there is something that was not read yet.
    func hasUnread() throws(SystemError) -> Bool {
        guard isStream else { return try size() != offset }
        var waiting = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&waiting, 1, 0) > 0 && waiting.revents & Int16(POLLIN) != 0
    }

    private func status() throws(SystemError) -> stat {
        var status = stat()
        guard unsafe fstat(descriptor.rawValue, &status) == 0 else { throw SystemError("look at \(path)") }
        return status
    }

    // MARK: Forward

    /// Reads the next block and shows it.
    ///
    /// A file shorter than what was read of it has been truncated, and one with other bytes before the offset has been
    /// truncated and has grown: it is read again from its beginning, after `restart` has been told.
    ///
    /// - Returns: false at the end of the file.
    package func readBlock(restart: () -> Void, _ body: (Span<UInt8>) -> Void) throws(SystemError) -> Bool {
        if try isRewritten() {
            offset = 0
            bytesBefore = []
            restart()
        }
        let count = try read(at: offset, count: Self.blockSize)
        guard count > 0 else { return false }
        offset += count
        bytesBefore = (bytesBefore + block[max(0, count - Self.comparedSize)..<count]).suffix(Self.comparedSize)
        let shown = block
        body(shown.span.extracting(0..<count))
        return true
    }

    /// Reads on to the end of the file and shows each line, without its line feed; also the last, if it has none.
    package func readLines(_ body: (Span<UInt8>) -> Void) throws(SystemError) {
        var splitter = LineSplitter()
        while try readBlock(restart: { splitter.finish(body) }, { splitter.take($0, body) }) {}
        splitter.finish(body)
    }

    /// Goes on from an offset, whose bytes before it are those that the file has now.
    func move(to offset: Int) throws(SystemError) {
        let start = max(0, offset - Self.comparedSize)
        let count = try read(at: start, count: offset - start)
        bytesBefore = Array(block[..<count])
        self.offset = start + count
    }

    private func isRewritten() throws(SystemError) -> Bool {
        guard !isStream else { return false }
        let size = try size()
        guard size > offset else { return size < offset }
        let count = bytesBefore.count
        guard try read(at: offset - count, count: count) == count else { return true }
        return !block[..<count].elementsEqual(bytesBefore)
    }

    /// Reads a part of the file into the block; returns how much there was.
    func read(at offset: Int, count: Int) throws(SystemError) -> Int {
        guard count > 0 else { return 0 }
        while true {
            // `count` is at most the block's size.
            let number = descriptor.rawValue
            let result =
                isStream ? unsafe Glibc.read(number, &block, count) : unsafe pread(number, &block, count, offset)
            if result >= 0 { return result }
            switch errno {
            case EINTR: continue
            case EAGAIN: return 0
            default: throw SystemError("read \(path)")
            }
        }
    }

    // MARK: Opened again

    /// The place up to which the file was read; `nil` where a file opened later can't be told from this one.
    func place() -> Place? {
        var status = ringport_file_status()
        guard !isStream, unsafe ringport_file_status(pathOfDescriptor, &status) == 0, status.birth != 0 else {
            return nil
        }
        return Place(identity: identity, birth: status.birth, offset: offset, bytesBefore: bytesBefore)
    }

    /// Goes on where the same file was left; does nothing when it is another.
    func resume(_ places: [Place]) {
        var status = ringport_file_status()
        guard
            let place = places.last(where: { $0.identity == identity }),
            unsafe ringport_file_status(pathOfDescriptor, &status) == 0, status.birth == place.birth
        else { return }
        offset = place.offset
        bytesBefore = place.bytesBefore
    }
}
