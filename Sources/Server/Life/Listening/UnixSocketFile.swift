/// The file by which clients find a Unix socket. The main thread, at start and stop.

internal import CPlatform
internal import Glibc
internal import Platform

/// A socket's file that this process has made.
///
/// DESIGN. A server that was killed leaves its file, to which connecting is refused: it is replaced. One that a program listens on
/// is left alone, and so is anything that is no socket. Between looking and making, another server could do the same: both hold the lock
/// of the folder meanwhile (flock(2)), which needs no file of its own and ends with the process.
struct UnixSocketFile: Sendable {
    /// Open for life: a stop may have no descriptor to open it with.
    private let folder: Descriptor.Shared
    private let name: String
    private let device: dev_t
    private let inode: ino_t

    /// Gives a socket its file, with its owner and permissions, and listens.
    ///
    /// No client can connect before the end: connecting to a socket that does not listen is refused.
    init(
        _ path: String,
        _ socket: Int32,
        backlog: Int32,
        _ rules: ListenRules,
        _ owner: SocketOwner
    ) throws(StartError) {
        let folder = Descriptor.Shared(try Self.openFolder(of: path))
        Self.lock(folder.rawValue)
        defer { flock(folder.rawValue, LOCK_UN) }
        if try Self.isStale(path, folder.rawValue) { unsafe _ = unlink(path) }
        let name = Self.name(of: path)
        let bound = Self.short(path, folder.rawValue, name)
        let status = try unsafe Self.withAddress(bound) { unsafe Glibc.bind(socket, $0, $1) }
        guard status == 0 else { throw .socketFile(SystemError("listen on unix:\(path)"), path) }
        do throws(StartError) {
            let attributes = try Self.protect(path, rules, owner)
            guard listen(socket, backlog) == 0 else { throw .socketFile(SystemError("listen on unix:\(path)"), path) }
            self.folder = folder
            self.name = name
            device = attributes.st_dev
            inode = attributes.st_ino
        } catch {
            unsafe _ = unlink(path)
            throw error
        }
    }

    /// Looks whether a socket could have this file; nothing is made.
    static func probe(_ path: String) throws(StartError) {
        let folder = try openFolder(of: path)
        lock(folder.rawValue)
        defer { extendLifetime(folder) }
        _ = try isStale(path, folder.rawValue)
        guard unsafe faccessat(AT_FDCWD, Self.folder(of: path), W_OK | X_OK, AT_EACCESS) == 0 else {
            throw .socketFile(SystemError("listen on unix:\(path)"), path)
        }
    }

    /// Removes the file, unless it is another's by now.
    func remove() {
        // Without the lock a successor could put its own in the place between the two calls.
        Self.lock(folder.rawValue)
        defer { flock(folder.rawValue, LOCK_UN) }
        var attributes = stat()
        guard unsafe fstatat(folder.rawValue, name, &attributes, AT_SYMLINK_NOFOLLOW) == 0,
            attributes.st_dev == device, attributes.st_ino == inode
        else { return }
        unsafe _ = unlinkat(folder.rawValue, name, 0)
    }

    // MARK: Looking

    /// Connects to the socket at a path.
    ///
    /// - Returns: false with the reason in `errno`.
    /// - Throws: `socketFile` when its folder can't be opened, `system` with the reason when there is none.
    static func connect(_ socket: Int32, _ path: String) throws(StartError) -> Bool {
        let number = unsafe ringport_open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard number >= 0 else { throw .system(SystemError("open \(folder(of: path))")) }
        let folder = Descriptor(owning: number)
        return try unsafe withAddress(short(path, folder.rawValue, name(of: path))) {
            unsafe Glibc.connect(socket, $0, $1)
        } == 0
    }

    /// True when there is a socket's file that no program listens on; false when there is nothing.
    private static func isStale(_ path: String, _ folder: Int32) throws(StartError) -> Bool {
        var attributes = stat()
        guard unsafe lstat(path, &attributes) == 0 else {
            if errno == ENOENT { return false }
            throw .socketFile(SystemError("listen on unix:\(path)"), path)
        }
        guard attributes.st_mode & S_IFMT == S_IFSOCK else { throw .noSocket(path) }
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard number >= 0 else { throw .system(SystemError("make a socket")) }
        let probe = Descriptor(owning: number)
        let status = try unsafe withAddress(short(path, folder, name(of: path))) {
            unsafe Glibc.connect(probe.rawValue, $0, $1)
        }
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
    /// By a descriptor of the file: a program that may write in the folder could replace the file at the path.
    private static func protect(
        _ path: String,
        _ rules: ListenRules,
        _ owner: SocketOwner
    ) throws(StartError) -> stat {
        var attributes = stat()
        let number = unsafe ringport_open_name(path)
        guard number >= 0 else { throw .socketFile(SystemError("open \(path)"), path) }
        let file = Descriptor(owning: number)
        guard unsafe fstat(file.rawValue, &attributes) == 0, isNew(attributes, of: geteuid()) else {
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

    /// True for a socket's file as bind(2) leaves it: its maker's, and with one name.
    ///
    /// Another user's socket, moved or linked to the path meanwhile, would be given away with its permissions otherwise.
    static func isNew(_ attributes: stat, of user: uid_t) -> Bool {
        attributes.st_mode & S_IFMT == S_IFSOCK && attributes.st_uid == user && attributes.st_nlink == 1
    }

    // MARK: The folder

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    /// The path itself, or a shorter one by way of its folder where it has no room in an address (unix(7)).
    private static func short(_ path: String, _ folder: Int32, _ name: String) -> String {
        path.utf8.count <= ListenAddress.pathSizeMax ? path : "/proc/self/fd/\(folder)/\(name)"
    }

    private static func openFolder(of path: String) throws(StartError) -> Descriptor {
        let number = unsafe ringport_open(folder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard number >= 0 else { throw .socketFile(SystemError("listen on unix:\(path)"), path) }
        return Descriptor(owning: number)
    }

    private static func lock(_ folder: Int32) {
        let pause = Monitor(())
        // The kernel does not tell when the lock is free.
        lock(folder) { let _: Bool? = pause.waitUntil(.now.advanced(by: .milliseconds(10))) { _ in nil } }
    }

    /// Takes the lock of a folder, or goes on without it: a file system may know no such locks (`ENOLCK`, or `EBADF` of NFS for a folder, which
    /// can't be opened for writing), and another program may use this one for a purpose of its own.
    ///
    /// - Parameters:
    ///   - folder: a descriptor of it.
    ///   - pause: called between two attempts while another has the lock.
    static func lock(_ folder: Int32, pause: () -> Void) {
        for _ in 0..<lockAttemptsMax {
            if flock(folder, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { return }
            pause()
        }
    }

    /// A second in all, which is longer than servers keep it.
    static let lockAttemptsMax = 100

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
