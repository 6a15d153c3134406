/// Finds out which process has an address. The main thread of `ringport check`.

internal import Glibc
internal import Platform
internal import Store

/// The server that serves a site now, as far as another process can tell.
struct AddressHolder {
    /// The process that holds the lock of the site's database.
    private let lockHolder: Int32?
    /// The folders that the site's server has open.
    private let folders: [FolderIdentity]

    private struct FolderIdentity: Equatable {
        let device: dev_t
        let inode: ino_t

        init?(_ path: String) {
            var attributes = stat()
            guard unsafe stat(path, &attributes) == 0, attributes.st_mode & S_IFMT == S_IFDIR else { return nil }
            device = attributes.st_dev
            inode = attributes.st_ino
        }
    }

    init(_ configuration: ServerConfiguration) {
        lockHolder = StoreCheck.lockHolder(path: configuration.databasePath)
        let names = Set(([configuration.rules] + configuration.hosts.map(\.rules)).map(\.files.www))
        folders = names.compactMap { FolderIdentity(configuration.path($0)) }
    }

    /// True when every socket that keeps the address from being bound is this site's server's.
    ///
    /// The server is the process that holds the site's lock; where there is no database yet, it is known by the site's folder,
    /// which it has open. Descriptors of another user's processes can't be seen: then the lock counts, together with the
    /// socket's being of the user that its holder runs as.
    func has(_ address: ListenAddress) -> Bool {
        if case .unix(let path) = address {
            let text = Self.list("/proc/net/unix")
            return ListeningSocket.unixSocket(at: path, text).map { isOwn($0, user: nil) } ?? false
        }
        let lists = ["/proc/net/tcp", "/proc/net/tcp6"].map { ListeningSocket.list(Self.list($0)) }
        let sockets = ListeningSocket.inTheWay(of: address, among: lists.flatMap { $0 })
        return !sockets.isEmpty && sockets.allSatisfy { isOwn($0.inode, user: $0.user) }
    }

    /// The kernel's list of sockets of one kind; empty where it can't be read.
    private static func list(_ path: String) -> String {
        String(decoding: (try? SmallFile.read(path, sizeMax: SocketList.sizeMax)) ?? [], as: UTF8.self)
    }

    /// True when a socket is this site's server's.
    ///
    /// - Parameters:
    ///   - inode: of the socket.
    ///   - user: of the socket; `nil` where the kernel does not list it.
    /// - Returns: false also where that can't be told.
    private func isOwn(_ inode: UInt64, user: UInt32?) -> Bool {
        let name = "socket:[\(inode)]"
        for process in Self.names("/proc").compactMap({ Int32($0) }) {
            let folder = "/proc/\(process)/fd"
            guard Self.names(folder).contains(where: { Self.target("\(folder)/\($0)") == name }) else { continue }
            return process == lockHolder || servesFolder(process)
        }
        guard let lockHolder else { return false }
        var attributes = stat()
        return unsafe stat("/proc/\(lockHolder)", &attributes) == 0 && attributes.st_uid == user
    }

    /// True when the process has one of the site's folders open.
    private func servesFolder(_ process: Int32) -> Bool {
        let folder = "/proc/\(process)/fd"
        return Self.names(folder).contains { name in
            FolderIdentity("\(folder)/\(name)").map { folders.contains($0) } ?? false
        }
    }

    /// The names in a folder; none where it can't be read.
    private static func names(_ path: String) -> [String] {
        guard let folder = unsafe opendir(path) else { return [] }
        defer { unsafe _ = closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            // In place, and ended by a NUL.
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names
    }

    private static func target(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 256)
        let count = unsafe readlink(path, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
}
