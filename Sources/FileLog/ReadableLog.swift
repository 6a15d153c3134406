/// A log file open for reading. Used by one thread, that of `ringport tail`.

internal import CPlatform
internal import Glibc
package import Platform

/// Reads a log file forward from an offset, and finds where its last lines begin.
package final class ReadableLog {
    /// What stays the same when a file is renamed, and differs between two files that exist at once.
    struct Identity: Equatable {
        let device: UInt64
        let inode: UInt64
    }

    static let blockSize = 64 << 10

    let identity: Identity
    /// Its watch, when it is followed.
    var watch: Int32?
    private let path: String
    private let descriptor: Descriptor
    private var offset = 0
    private var block = [UInt8](repeating: 0, count: blockSize)

    /// Opens a file; `nil` when there is none of this name.
    package init?(path: String) throws(SystemError) {
        let number = unsafe ringport_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
        guard number >= 0 else {
            if errno == ENOENT { return nil }
            throw SystemError("open \(path)")
        }
        descriptor = Descriptor(owning: number)
        self.path = path
        var status = stat()
        guard unsafe fstat(number, &status) == 0 else { throw SystemError("look at \(path)") }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SystemError(status.st_mode & S_IFMT == S_IFDIR ? EISDIR : ESPIPE, "follow \(path)")
        }
        identity = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    }

    /// A path to this very file, whatever its name is by now (proc(5)).
    var pathOfDescriptor: String { "/proc/self/fd/\(descriptor.rawValue)" }

    /// How long the file is now.
    func size() throws(SystemError) -> Int {
        var status = stat()
        guard unsafe fstat(descriptor.rawValue, &status) == 0 else { throw SystemError("look at \(path)") }
        return Int(status.st_size)
    }

    /// Reads on to the end of the file and shows each block.
    ///
    /// A file shorter than what was read of it has been truncated: it is read again from its beginning, after `restart`
    /// has been told. (Truncated and grown beyond that length between two looks, it can't be told from one that grew.)
    func readToEnd(restart: () -> Void, _ body: (Span<UInt8>) -> Void) throws(SystemError) {
        while true {
            let count = try read(at: offset, count: Self.blockSize)
            if count > 0 {
                offset += count
                body(block.span.extracting(0..<count))
                continue
            }
            guard try size() < offset else { return }
            offset = 0
            restart()
        }
    }

    /// Reads on to the end of the file and shows each line, without its line feed; also the last, if it has none.
    package func readLines(_ body: (Span<UInt8>) -> Void) throws(SystemError) {
        var splitter = LineSplitter()
        try readToEnd(restart: { splitter.finish(body) }) { splitter.take($0, body) }
        splitter.finish(body)
    }

    /// Moves to where the last lines begin that satisfy a condition: all lines from there on, be they more or fewer,
    /// include exactly these.
    ///
    /// The file is read backwards in blocks, no farther than needed.
    package func seekToLast(_ count: Int, where matches: (Span<UInt8>) -> Bool) throws(SystemError) {
        var position = try size()
        offset = position
        guard count > 0 else { return }
        var found = 0
        // The bytes after `position` that belong to the line which begins before it.
        var rest: [UInt8] = []
        var isAtFileEnd = true
        while position > 0 {
            let size = min(Self.blockSize, position)
            position -= size
            guard try read(at: position, count: size) == size else { break }  // truncated meanwhile: from the start
            var bytes = Array(block[..<size])
            var end = bytes.count + rest.count
            bytes += rest
            var index = size - 1
            if isAtFileEnd, bytes[index] == 10 {
                end = index
                index -= 1
            }
            isAtFileEnd = false
            while index >= 0 {
                if bytes[index] == 10 {
                    if matches(bytes.span.extracting(index + 1..<end)) { found += 1 }
                    if found == count {
                        offset = position + index + 1
                        return
                    }
                    end = index
                }
                index -= 1
            }
            rest = Array(bytes[..<end])
            // No line is that long: what is so far counts as none.
            if rest.count > LineSplitter.lineSizeMax { rest.removeAll() }
        }
        offset = 0
    }

    /// Reads a part of the file into the block; returns how much there was.
    private func read(at offset: Int, count: Int) throws(SystemError) -> Int {
        while true {
            // `count` is at most the block's size.
            let result = unsafe pread(descriptor.rawValue, &block, count, offset)
            if result >= 0 { return result }
            guard errno == EINTR else { throw SystemError("read \(path)") }
        }
    }
}
