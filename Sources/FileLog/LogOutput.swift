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
    /// A FIFO without a reader is ENXIO (fifo(7)), and so is a socket.
    init(path: String) throws(SystemError) {
        let number = try Self.open(path)
        stream = OpenStream(own: number)
        descriptor = Descriptor.Shared(Descriptor(owning: number))
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
        guard errno == ENOENT, let slash = path.lastIndex(of: "/") else {
            throw SystemError("open \(path) for appending")
        }
        let folder = String(path[..<slash])
        if unsafe mkdir(folder, 0o750) < 0, errno != EEXIST { throw SystemError("make folder \(folder)") }
        let again = unsafe ringport_open(path, flags, 0o640)
        guard again >= 0 else { throw SystemError("open \(path) for appending") }
        return again
    }
}
