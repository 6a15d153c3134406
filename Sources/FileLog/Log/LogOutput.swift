/// The end of a log that is open now. Log thread.

internal import CPlatform
internal import Glibc
internal import Platform

/// A file that was opened by name, or an inherited descriptor.
struct LogOutput {
    let stream: OpenStream
    /// `nil` for a descriptor that was inherited, which is not ours to close.
    private let descriptor: Descriptor.Shared?

    init(inherited number: Int32) {
        stream = OpenStream(inherited: number)
        descriptor = nil
    }

    /// Opens a file to append to without waiting for a reader, and makes it and its folder where they are missing.
    ///
    /// A FIFO without a reader is ENXIO (fifo(7)). So is a socket for open(2), and ENOTSUP here: no reader will ever come.
    init(path: String) throws(SystemError) {
        let number = try Self.open(path)
        stream = OpenStream(own: number)
        descriptor = Descriptor.Shared(Descriptor(owning: number))
        Self.endLine(of: number, path)
    }

    /// Ends a line of which a full disk, or a power cut, left a part: the next one would not be a line of its own.
    private static func endLine(of number: Int32, _ path: String) {
        var attributes = stat()
        guard unsafe fstat(number, &attributes) == 0, attributes.st_mode & S_IFMT == S_IFREG, attributes.st_size > 0
        else { return }
        // Who may append may not be allowed to read; then nothing is known of the end.
        let again = unsafe ringport_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0)
        guard again >= 0 else { return }
        let file = Descriptor(owning: again)
        var last: UInt8 = 0
        guard unsafe pread(file.rawValue, &last, 1, attributes.st_size - 1) == 1, last != UInt8(ascii: "\n") else {
            return
        }
        last = UInt8(ascii: "\n")
        // A disk that is still full says so at the next line.
        unsafe _ = write(number, &last, 1)
    }

    /// Bytes in a FIFO that its reader left behind; 0 for everything else.
    var unreadCount: Int { Int(ringport_unread_count(stream.number)) }

    /// Waits until what was written is on the disk.
    func sync() throws(SystemError) {
        // What can't be synced (a pipe, /dev/full) has nothing to wait for.
        if fsync(stream.number) < 0, errno != EINVAL, errno != EROFS { throw SystemError("sync the log") }
    }

    private static func open(_ path: String) throws(SystemError) -> Int32 {
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        let number = unsafe ringport_open(path, flags, 0o640)
        if number >= 0 { return number }
        if errno == ENXIO { throw SystemError(isSocket(path) ? ENOTSUP : ENXIO, "open \(path) for appending") }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/") else {
            throw SystemError("open \(path) for appending")
        }
        let folder = String(path[..<slash])
        if unsafe mkdir(folder, 0o750) < 0, errno != EEXIST { throw SystemError("make folder \(folder)") }
        let again = unsafe ringport_open(path, flags, 0o640)
        guard again >= 0 else { throw SystemError("open \(path) for appending") }
        return again
    }

    private static func isSocket(_ path: String) -> Bool {
        var attributes = stat()
        return unsafe stat(path, &attributes) == 0 && attributes.st_mode & S_IFMT == S_IFSOCK
    }
}
