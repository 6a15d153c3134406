/// The file by which clients find a Unix socket. The main thread, at start and stop.

internal import CPlatform
internal import Glibc
internal import Platform

/// A socket's file that this process has made.
///
/// DESIGN. A server that was killed leaves its file, to which connecting is refused: it is replaced. One that somebody listens on
/// is left alone, and so is what is no socket. Between looking and making, another server could do the same: both hold the lock
/// of the folder meanwhile (flock(2)), which needs no file of its own and ends with the process.
struct UnixSocketFile: Sendable {
    private let path: String
    private let device: dev_t
    private let inode: ino_t

    /// Gives a socket its file, with its owner and permissions, and listens.
    ///
    /// Nobody can connect before the end: connecting to a socket that does not listen is refused.
    init(
        _ path: String,
        _ socket: Int32,
        backlog: Int32,
        _ rules: ListenRules,
        _ owner: SocketOwner
    ) throws(StartError) {
        let lock = try Self.lockFolder(of: path)
        defer { extendLifetime(lock) }
        if try Self.isStale(path) { unsafe _ = unlink(path) }
        let status = try unsafe Self.withAddress(path) { unsafe Glibc.bind(socket, $0, $1) }
        guard status == 0 else { throw .socketFile(SystemError("listen on unix:\(path)"), path) }
        do throws(StartError) {
            let attributes = try Self.protect(path, rules, owner)
            guard listen(socket, backlog) == 0 else { throw .socketFile(SystemError("listen on unix:\(path)"), path) }
            self.path = path
            device = attributes.st_dev
            inode = attributes.st_ino
        } catch {
            unsafe _ = unlink(path)
            throw error
        }
    }

    /// Looks whether a socket could have this file; nothing is made.
    static func probe(_ path: String) throws(StartError) {
        let lock = try lockFolder(of: path)
        defer { extendLifetime(lock) }
        _ = try isStale(path)
        guard unsafe faccessat(AT_FDCWD, folder(of: path), W_OK | X_OK, AT_EACCESS) == 0 else {
            throw .socketFile(SystemError("listen on unix:\(path)"), path)
        }
    }

    /// Removes the file, unless it is another's by now.
    func remove() {
        // Without the lock a successor could put its own in the place between the two calls.
        guard let lock = try? Self.lockFolder(of: path) else { return }
        defer { extendLifetime(lock) }
        var attributes = stat()
        guard unsafe lstat(path, &attributes) == 0, attributes.st_dev == device, attributes.st_ino == inode
        else { return }
        unsafe _ = unlink(path)
    }

    // MARK: Looking

    /// True when there is a socket's file that nobody listens on; false when there is nothing.
    private static func isStale(_ path: String) throws(StartError) -> Bool {
        var attributes = stat()
        guard unsafe lstat(path, &attributes) == 0 else {
            if errno == ENOENT { return false }
            throw .socketFile(SystemError("listen on unix:\(path)"), path)
        }
        guard attributes.st_mode & S_IFMT == S_IFSOCK else { throw .noSocket(path) }
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard number >= 0 else { throw .system(SystemError("make a socket")) }
        let probe = Descriptor(owning: number)
        let status = try unsafe withAddress(path) { unsafe connect(probe.rawValue, $0, $1) }
        switch status == 0 ? 0 : errno {
        case ECONNREFUSED: return true
        case ENOENT: return false
        // EAGAIN: its backlog is full. EPROTOTYPE: it is a socket of another kind.
        case 0, EAGAIN, EPROTOTYPE: throw .listen(SystemError(EADDRINUSE, "listen on unix:\(path)"))
        default: throw .socketFile(SystemError("listen on unix:\(path)"), path)
        }
    }

    /// Gives the new file its owner and permissions.
    ///
    /// By a descriptor of the file: what stands at the path could be replaced by who may write in the folder.
    private static func protect(
        _ path: String,
        _ rules: ListenRules,
        _ owner: SocketOwner
    ) throws(StartError) -> stat {
        var attributes = stat()
        let number = unsafe ringport_open_name(path)
        guard number >= 0 else { throw .socketFile(SystemError("open \(path)"), path) }
        let file = Descriptor(owning: number)
        guard unsafe fstat(file.rawValue, &attributes) == 0, attributes.st_mode & S_IFMT == S_IFSOCK else {
            throw .noSocket(path)
        }
        if !owner.isNobody {
            // -1 leaves one as it is (chown(2)).
            let status = ringport_change_owner(file.rawValue, owner.user ?? .max, owner.group ?? .max)
            guard status == 0 else {
                throw .socketOwner("\(path) can't be given to \(rules.socketOwner): \(SystemError.reason(errno))")
            }
        }
        // fchmod(2) takes no descriptor that was opened with O_PATH.
        guard unsafe chmod("/proc/self/fd/\(file.rawValue)", rules.socketMode) == 0 else {
            throw .socketFile(SystemError("set the permissions of \(path)"), path)
        }
        return attributes
    }

    // MARK: The folder

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// Takes the lock of the folder; the descriptor has it.
    ///
    /// Somebody else may use the lock for a purpose of their own: it is not waited for longer than servers keep it.
    private static func lockFolder(of path: String) throws(StartError) -> Descriptor {
        let number = unsafe ringport_open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard number >= 0 else { throw .socketFile(SystemError("listen on unix:\(path)"), path) }
        let folder = Descriptor(owning: number)
        let pause = Monitor(())
        for _ in 0..<lockAttemptsMax {
            if flock(folder.rawValue, LOCK_EX | LOCK_NB) == 0 { break }
            // Nobody tells when the lock is free.
            let _: Bool? = pause.waitUntil(.now.advanced(by: .milliseconds(10))) { _ in nil }
        }
        return folder
    }

    private static let lockAttemptsMax = 100

    @unsafe
    private static func withAddress(
        _ path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) throws(StartError) -> Int32 {
        let bytes = Array(path.utf8)
        guard bytes.count <= ListenAddress.pathSizeMax else {
            throw .socketFile(SystemError(ENAMETOOLONG, "listen on unix:\(path)"), path)
        }
        var native = sockaddr_un()
        native.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &native.sun_path) { unsafe $0.copyBytes(from: bytes) }
        return unsafe withUnsafePointer(to: &native) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
