/// Opening what a path beneath a folder names. Any thread.
///
/// DESIGN. openat2(2) does it in one step. Linux before 5.6 lacks it, and filters of containers refuse it; there the path is
/// walked name by name, each opened as what it is (O_PATH, O_NOFOLLOW), so that no link is followed that was not looked at. A
/// folder that is renamed meanwhile leads nowhere else: the way up is by the descriptors that the way down has opened. Links
/// that stay inside can't be followed so with the promise kept, and whoever wants that is refused at the start.

internal import CPlatform
internal import Glibc

/// A use of what is opened.
package enum OpeningPurpose: Sendable {
    /// A file for reading, without waiting for a FIFO's writer.
    case reading
    /// Whatever has the name, without permission to read it (O_PATH).
    case naming
}

/// The ways in which this machine opens files beneath a folder.
package enum FolderOpening {
    /// True when the kernel has openat2(2), and lets this process use it.
    package static let isInOneStep: Bool = {
        // By whatever errno a filter refuses it: the same without the new call never fails.
        let number = unsafe ringport_open_resolving(AT_FDCWD, "/", RINGPORT_O_PATH | O_CLOEXEC, 0)
        if number >= 0 { close(number) }
        return number >= 0
    }()

    /// Opens what a path names.
    ///
    /// - Parameters:
    ///   - folder: a descriptor.
    ///   - path: relative to it, ended by NUL.
    ///   - rule: what is done about links; `withLinksInside` only where it is done in one step.
    ///   - purpose: what for.
    ///   - walks: never in one step, for tests.
    /// - Returns: a descriptor, or a negative errno.
    package static func open(
        beneath folder: Int32,
        _ path: [CChar],
        _ rule: OpenRule,
        _ purpose: OpeningPurpose,
        walks: Bool = !isInOneStep
    ) -> Int32 {
        guard walks else { return unsafe ringport_open_resolving(folder, path, purpose.flags, rule.resolve) }
        guard rule != .withLinksInside else { return -ENOSYS }
        var walk = FolderWay(folder, path.dropLast().map { UInt8(bitPattern: $0) }, follows: rule == .withLinks)
        return walk.open(purpose)
    }

    // MARK: Walks

    /// The kernel follows no more links on one way.
    package static let linksMax = 40

    /// Opens a name of a folder.
    ///
    /// - Returns: a descriptor, or a negative errno.
    package static func open(_ name: [UInt8], in folder: Int32, _ flags: Int32) -> Int32 {
        let number = unsafe ringport_openat(folder, (name + [0]).map { CChar(bitPattern: $0) }, flags, 0)
        return number < 0 ? -errno : number
    }

    /// Opens a name of a folder as what it is: a link itself, a FIFO without being its reader.
    ///
    /// - Returns: a descriptor, or a negative errno.
    package static func look(at name: [UInt8], in folder: Int32) -> Int32 {
        open(name, in: folder, RINGPORT_O_PATH | O_NOFOLLOW | O_CLOEXEC)
    }

    /// The target of an open link; `nil` when it can't be told.
    package static func target(ofLink link: Int32) -> [UInt8]? {
        var characters = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlinkat(link, "", &characters, characters.count)
        return count > 0 ? characters[..<count].map { UInt8(bitPattern: $0) } : nil
    }
}

extension OpeningPurpose {
    fileprivate var flags: Int32 {
        switch self {
        case .reading: O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY
        case .naming: RINGPORT_O_PATH | O_CLOEXEC
        }
    }
}

/// A path that is walked.
private struct FolderWay {
    /// The folders from the first one down, which is not among them.
    private var folders: [Descriptor.Shared] = []
    private let first: Int32
    /// The rest of the path.
    private var rest: ArraySlice<UInt8>
    private let follows: Bool
    private var links = 0

    private static let slash = UInt8(ascii: "/")

    init(_ folder: Int32, _ path: [UInt8], follows: Bool) {
        first = folder
        rest = path[...]
        self.follows = follows
    }

    private var place: Int32 { folders.last?.rawValue ?? first }

    /// Walks to the end of the path, and opens what is there.
    mutating func open(_ purpose: OpeningPurpose) -> Int32 {
        guard !rest.isEmpty else { return -ENOENT }
        while true {
            if rest.first == Self.slash, let code = enterRoot() { return code }
            let name = rest.prefix { $0 != Self.slash }
            // What a slash follows is a folder.
            let isFolder = name.count < rest.count
            rest = rest[name.endIndex...].drop { $0 == Self.slash }
            if let code = step(Array(name), isLast: rest.isEmpty, isFolder: isFolder, purpose) { return code }
        }
    }

    /// A path that begins with a slash begins at the root of all.
    private mutating func enterRoot() -> Int32? {
        guard follows else { return -EXDEV }
        let root = FolderOpening.open([Self.slash], in: first, RINGPORT_O_PATH | O_CLOEXEC)
        guard root >= 0 else { return root }
        folders = [Descriptor.Shared(Descriptor(owning: root))]
        rest = rest.drop { $0 == Self.slash }
        return nil
    }

    /// Goes on by one name.
    ///
    /// - Returns: the end of the walk, if it is one: a descriptor, or a negative errno.
    private mutating func step(_ name: [UInt8], isLast: Bool, isFolder: Bool, _ purpose: OpeningPurpose) -> Int32? {
        if name.isEmpty || name == Array(".".utf8) {
            return isLast ? FolderOpening.open(Array(".".utf8), in: place, purpose.flags) : nil
        }
        if name == Array("..".utf8) {
            if let code = goUp() { return code }
            return isLast ? FolderOpening.open(Array(".".utf8), in: place, purpose.flags) : nil
        }
        let number = FolderOpening.look(at: name, in: place)
        guard number >= 0 else { return number }
        let next = Descriptor(owning: number)
        var status = stat()
        guard unsafe fstat(next.rawValue, &status) == 0 else { return -errno }
        switch status.st_mode & S_IFMT {
        case S_IFLNK:
            guard follows, links < FolderOpening.linksMax else { return -ELOOP }
            guard ringport_is_of_processes(next.rawValue) == 0 else { return -ELOOP }
            guard isTrusted(status) else { return -EACCES }
            links += 1
            guard let target = FolderOpening.target(ofLink: next.rawValue) else { return -ENOENT }
            rest = (target + (isFolder || !isLast ? [Self.slash] : []) + rest)[...]
            return nil
        case S_IFDIR where !isLast:
            // Once more as a folder, which mounts what is mounted when it is used (automount).
            let folder = FolderOpening.open(name, in: place, RINGPORT_O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            guard folder >= 0 else { return folder }
            folders.append(Descriptor.Shared(Descriptor(owning: folder)))
            return nil
        default:
            guard isLast, !isFolder || status.st_mode & S_IFMT == S_IFDIR else { return -ENOTDIR }
            if case .naming = purpose { return next.release() }
            // A link that has taken the name since is not followed either.
            return FolderOpening.open(name, in: place, purpose.flags | O_NOFOLLOW)
        }
    }

    /// As the kernel has it where `fs.protected_symlinks` is 1: in a folder that all may write, such as /tmp, only links of the
    /// process's own user or of the folder's are followed.
    private func isTrusted(_ link: stat) -> Bool {
        var status = stat()
        guard unsafe fstat(place, &status) == 0 else { return false }
        let isOpenToAll = status.st_mode & S_ISVTX != 0 && status.st_mode & S_IWOTH != 0
        return !isOpenToAll || link.st_uid == geteuid() || link.st_uid == status.st_uid
    }

    /// Goes to the folder above.
    private mutating func goUp() -> Int32? {
        guard follows else { return folders.popLast() == nil ? -EXDEV : nil }
        let above = FolderOpening.open(Array("..".utf8), in: place, RINGPORT_O_PATH | O_CLOEXEC)
        guard above >= 0 else { return above }
        folders.append(Descriptor.Shared(Descriptor(owning: above)))
        return nil
    }
}
