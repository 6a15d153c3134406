/// The names by which an open file can be asked for, as the kernel knows them. A pool thread; the main thread at the start.
///
/// DESIGN. A guard is asked about the file that is served, and not only about the address that led to it. Through a link, or
/// where the folder of one site lies beneath another's, addresses do not tell which file that is: `/proc/self/fd` does
/// (proc_pid_fd(5)). The links that were passed are names of it too (`PathWalk`). Another name of the same inode (a hard link, another mount) can't be known.

internal import CompletionPort
internal import FileLog
internal import Glibc
internal import HandlerPool
internal import Platform

/// A name beneath a folder that is served.
struct ServedName: Equatable, Sendable {
    /// The index of the folder.
    let folder: Int
    /// The path in it, with its leading slash.
    let path: [UInt8]
}

/// The names of an open file.
enum ServedNames: Sendable {
    case found([ServedName])
    /// The file or a folder was renamed or removed meanwhile.
    case moved
    case unknown(SystemError)

    /// The names of a path beneath folders, all absolute and without links.
    ///
    /// - Parameters:
    ///   - file: the path of a file, or of a folder.
    ///   - folders: the paths of the folders that are served; `nil` for one that has none.
    ///   - own: the index of the folder by which the file is served: of several with one path this one counts.
    /// - Returns: at most one name for each folder.
    static func names(of file: [UInt8], beneath folders: [[UInt8]?], own: Int) -> [ServedName] {
        folders.indices.compactMap { index in
            guard let folder = folders[index], index == own || folder != folders[own] else { return nil }
            // The root folder's path has its slash already.
            let start = folder.last == slash ? folder.count - 1 : folder.count
            guard file.starts(with: folder) else { return nil }
            let rest = file[start...]
            if rest.isEmpty { return ServedName(folder: index, path: [slash]) }
            return rest.first == slash ? ServedName(folder: index, path: Array(rest)) : nil
        }
    }

    /// Absolute paths of a file.
    enum Paths {
        /// The file's own comes first.
        case found([[UInt8]])
        case moved
        case unknown(SystemError)
    }

    /// Looks up the names of an open file or folder.
    ///
    /// - Parameters:
    ///   - file: a descriptor.
    ///   - way: the path that led to it through links; `nil` when it passed none.
    ///   - folders: the folders that are served.
    ///   - own: the index of the one in which it was found.
    ///   - isInside: the file can't be outside of that one.
    /// - Returns: the names at one moment.
    static func look(
        _ file: Int32,
        by way: PathWay?,
        _ folders: [Descriptor.Shared],
        own: Int,
        isInside: Bool
    ) -> ServedNames {
        look(folders, own: own, isInside: isInside) {
            switch KernelPath.look(file) {
            case .path(let path): paths(of: file, path, by: way)
            case .moved, .removed: .moved
            case .unknown(let error): .unknown(error)
            }
        }
    }

    /// Looks up names beneath folders.
    ///
    /// - Parameters:
    ///   - folders: the folders that are served.
    ///   - own: the index of the one in which a file was looked for.
    ///   - isInside: the first path can't be outside of that one.
    ///   - paths: looks up the absolute ones.
    /// - Returns: the names at one moment.
    static func look(_ folders: [Descriptor.Shared], own: Int, isInside: Bool, _ paths: () -> Paths) -> ServedNames {
        let before = folders.map { KernelPath.look($0.rawValue) }
        let found: [[UInt8]]
        switch paths() {
        case .found(let paths): found = paths
        case .moved: return .moved
        case .unknown(let error): return .unknown(error)
        }
        // What was renamed in between would make the parts of two ways one.
        guard before == folders.map({ KernelPath.look($0.rawValue) }) else { return .moved }
        for case .unknown(let error) in before { return .unknown(error) }
        let names = found.map { Self.names(of: $0, beneath: before.map(\.path), own: own) }
        if isInside, let first = names.first, !first.contains(where: { $0.folder == own }) { return .moved }
        return .found(names.flatMap { $0 })
    }

    /// The file's own path, and those of the links that lead to it.
    private static func paths(of file: Int32, _ path: [UInt8], by way: PathWay?) -> Paths {
        guard let way else { return .found([path]) }
        var walk = PathWalk(way)
        switch walk.go() {
        case .reached where walk.isAt(file): return .found([path] + walk.links)
        case .reached, .missing, .moved: return .moved
        case .unknown(let error): return .unknown(error)
        }
    }

    private static let slash = UInt8(ascii: "/")
}

/// The path of an open file by which the kernel knows it.
enum KernelPath: Equatable {
    case path([UInt8])
    /// Another file has its name, or none has.
    case moved
    /// It has no name any more.
    case removed
    case unknown(SystemError)

    var path: [UInt8]? { if case .path(let path) = self { path } else { nil } }

    /// Reads the path of an open file, and looks whether it leads to that file.
    ///
    /// - Parameter file: a descriptor, of a folder too.
    /// - Returns: its absolute path without links.
    static func look(_ file: Int32) -> KernelPath {
        // The kernel has a page for it: a longer path is an error.
        var bytes = [UInt8](repeating: 0, count: Int(PATH_MAX) + 1)
        let count = unsafe bytes.withUnsafeMutableBytes { buffer -> Int in
            guard let start = buffer.baseAddress else { return 0 }
            return unsafe readlink(
                "/proc/self/fd/\(file)",
                start.assumingMemoryBound(to: CChar.self),
                buffer.count - 1
            )
        }
        guard count > 0 else { return .unknown(SystemError("read /proc/self/fd")) }
        let path = Array(bytes[..<count])
        // A path from which this process can't start (`(unreachable)`) is none.
        guard path[0] == UInt8(ascii: "/") else {
            return .unknown(SystemError(ENOENT, "follow \(String(decoding: path, as: UTF8.self))"))
        }
        var open = stat()
        var named = stat()
        let isThere = unsafe (path + [0]).withUnsafeBytes { bytes in
            // Ended by the NUL that was appended.
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else { return false }
                return unsafe lstat(start, &named) == 0
            }
        }
        guard isThere, unsafe fstat(file, &open) == 0, named.st_ino == open.st_ino, named.st_dev == open.st_dev else {
            // The kernel says so behind the last name: there the file stays nameless, and is not on its way to another one.
            return path.suffix(removal.utf8.count).elementsEqual(removal.utf8) ? .removed : .moved
        }
        return .path(path)
    }

    private static let removal = " (deleted)"
}

/// Looks up the names of a file that is being loaded.
///
/// On a pool thread.
private final class NameLookup: PoolJob {
    private let file: Int32
    private let way: PathWay?
    private let folders: [Descriptor.Shared]
    private let own: Int
    private let isInside: Bool
    private let posts: PostQueue<WorkerMessage>
    private let key: CompletionKey

    /// - Parameters:
    ///   - file: a descriptor that stays open until the names are posted.
    ///   - way: the path that led to it through links; `nil` when it passed none.
    ///   - folders: the folders that are served.
    ///   - own: the index of the one in which it was found.
    ///   - isInside: the file can't be outside of that one.
    ///   - posts: the queue of the worker that wants to know.
    ///   - key: the file's entry.
    init(
        _ file: Int32,
        by way: PathWay?,
        _ folders: [Descriptor.Shared],
        own: Int,
        isInside: Bool,
        _ posts: PostQueue<WorkerMessage>,
        _ key: CompletionKey
    ) {
        self.file = file
        self.way = way
        self.folders = folders
        self.own = own
        self.isInside = isInside
        self.posts = posts
        self.key = key
    }

    var jobOwner: JobOwner { .fileNames }

    func run() { posts.post(.fileNamed(key, .look(file, by: way, folders, own: own, isInside: isInside))) }
}

extension CompletionWorker {
    /// True when a guard has to be asked by names of a file that are not known yet.
    func needsNames(_ file: FileSlot) -> Bool {
        files[file].namedRealm == nil && files[file].version.site.hosts.guards(hasLinks: files[file].isLinked)
    }

    /// Has a pool thread look up the names of an open file that is being loaded.
    func lookUpNames(_ file: FileSlot) {
        let own = root(of: file)
        var folders = files[file].version.roots
        // The folder in which it was found may have been left by its site since.
        if let folder = files[file].folder { folders[own] = folder }
        let symlinks = policy(ofFile: file).symlinks
        let path = [UInt8(ascii: "/")] + files[file].pathBytes
        let lookup = NameLookup(
            files[file].descriptor,
            by: files[file].isLinked ? PathWay(root: folders[own], path: path, symlinks: symlinks) : nil,
            folders,
            own: own,
            isInside: symlinks != .follow,
            posts,
            files.key(file)
        )
        files[file].stage = .naming
        if !site.dispatch.pool.submit(lookup) { loadEnded(file, .refused(.poolFull)) }
    }

    /// The names of a file are known, or it was moved meanwhile.
    func fileNamed(_ key: CompletionKey, _ names: ServedNames) {
        let file = FileSlot(key)
        goOn(key, names) {
            readAttributes(file)
        } again: {
            closeDescriptor(file)
            openAgain(file, files[file].isLinked ? followed(file) : .withoutLinks)
        }
    }

    /// Goes on with an entry whose names have been looked up.
    ///
    /// - Parameters:
    ///   - key: the entry.
    ///   - names: its names.
    ///   - found: goes on, with `namedRealm`.
    ///   - again: looks once more, since something was moved meanwhile.
    func goOn(_ key: CompletionKey, _ names: ServedNames, found: () -> Void, again: () -> Void) {
        guard let file = files.slot(of: key), files[file].stage == .naming else {
            preconditionFailure("an entry stays while it is being loaded")
        }
        files[file].stage = .opening
        switch names {
        case .found(let names):
            files[file].namedRealm =
                files[file].version.site.hosts.realm(of: names, servedBy: Int(files[file].key.policy))
            found()
        case .moved where files[file].attempts < CachedFile.attemptsMax:
            files[file].attempts += 1
            again()
        case .moved:
            loadEnded(file, .refused(.fileChanging))
        case .unknown(let error) where [EMFILE, ENFILE, ENOMEM].contains(error.code):
            loadEnded(file, .refused(.descriptorsExhausted))
        case .unknown(let error):
            errors.error(.error, "\(error), for \(files[file].pathText)")
            loadEnded(file, .refused(.fileUnreadable))
        }
    }

    /// Asks the guards about an entry's file.
    ///
    /// - Parameters:
    ///   - file: the entry.
    ///   - path: the path that was opened, with its leading slash.
    /// - Returns: the realm that guards it by its names; -1 for none.
    func guardingRealm(_ file: FileSlot, _ path: [UInt8]) -> Int {
        // A variant that is made has its original's content.
        if files[file].stage == .making, let source = files[file].source { return files[FileSlot(source)].realm }
        if let realm = files[file].namedRealm, realm >= 0 { return realm }
        return policy(ofFile: file).realm(ofFile: path)
    }
}
