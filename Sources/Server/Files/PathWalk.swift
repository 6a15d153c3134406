/// The links by which a path leads to a file. A pool thread.
///
/// DESIGN. The kernel tells where a path has led, and not by which names in between: a link in a guarded folder may be passed by
/// another link, and lead on to a file that no guard covers. So the path is walked as the kernel does (path_resolution(7)), and
/// each link that is passed is noted by the name that it has without the links before it.
///
/// The walk follows the opening, so that a link may be turned in between. One that ends at another file than the one that
/// was opened says nothing of that (`ServedNames.moved`), and the file is opened again. One that ends at the same file by other
/// links tells of the moment of the walk, at which that file was to be had by these.

internal import Glibc
internal import Platform

/// A path beneath a folder, and the rule about links by which it is followed.
struct PathWay: Sendable {
    let root: Descriptor.Shared
    /// Decoded, with its leading slash.
    let path: [UInt8]
    let symlinks: FileRules.Symlinks
}

/// One walk.
struct PathWalk {
    enum End: Equatable {
        case reached
        /// The next name is not there, or may not be followed.
        case missing
        /// A folder was renamed or removed meanwhile.
        case moved
        case unknown(SystemError)
    }

    private let way: PathWay
    /// The file or folder that was reached last.
    private var place: Descriptor.Shared
    /// The rest of the way from there.
    private var rest: [UInt8]
    /// The absolute name of each link that was passed, with the rest of the way at that point behind it.
    private(set) var links: [[UInt8]] = []
    private var linkCount = 0

    init(_ way: PathWay) {
        self.way = way
        place = way.root
        rest = way.path
    }

    /// A descriptor of what was reached last.
    var number: Int32 { place.rawValue }

    var isAtRoot: Bool { Self.isSame(number, way.root.rawValue) }

    /// True when the walk has reached an open file.
    func isAt(_ file: Int32) -> Bool { Self.isSame(number, file) }

    /// The path of what was reached with the rest of the way behind.
    ///
    /// - Parameter path: the kernel's path of what was reached.
    /// - Returns: `nil` when the rest leads out of it again.
    func whole(_ path: [UInt8]) -> [UInt8]? { Self.joined(path, rest) }

    /// Walks as far as possible.
    mutating func go() -> End {
        while let start = rest.firstIndex(where: { $0 != Self.slash }) {
            let end = rest[start...].firstIndex(of: Self.slash) ?? rest.count
            if let end = step(Array(rest[start..<end]), Array(rest[end...])) { return end }
        }
        return .reached
    }

    /// Goes on by one name.
    ///
    /// - Returns: the end of the walk, if it is one.
    private mutating func step(_ name: [UInt8], _ behind: [UInt8]) -> End? {
        // The kernel would leave the root.
        if name == Self.parent, way.symlinks != .follow, isAtRoot { return .missing }
        let found = FolderOpening.look(at: name, in: number)
        guard found >= 0 else {
            let code = -found
            return [EMFILE, ENFILE, ENOMEM].contains(code) ? .unknown(SystemError(code, "walk a path")) : .missing
        }
        let next = Descriptor(owning: found)
        var status = stat()
        guard unsafe fstat(next.rawValue, &status) == 0 else { return .unknown(SystemError("walk a path")) }
        guard status.st_mode & S_IFMT == S_IFLNK else {
            place = Descriptor.Shared(next)
            rest = behind
            return nil
        }
        guard way.symlinks != .refuse, linkCount < FolderOpening.linksMax else { return .missing }
        linkCount += 1
        switch KernelPath.look(number) {
        // A link that the rest leads out of again is none of the file's names.
        case .path(let path): if let whole = Self.joined(path, name + behind) { links.append(whole) }
        case .moved, .removed: return .moved
        case .unknown(let error): return .unknown(error)
        }
        guard let target = FolderOpening.target(ofLink: next.rawValue) else { return .moved }
        if target.first == Self.slash {
            guard way.symlinks == .follow else { return .missing }
            let top = FolderOpening.look(at: [Self.slash], in: number)
            guard top >= 0 else { return .unknown(SystemError(-top, "open /")) }
            place = Descriptor.Shared(Descriptor(owning: top))
        }
        rest = target + behind
        return nil
    }

    // MARK: Names

    /// A path with another behind it, without dot segments.
    ///
    /// - Returns: `nil` when the other one leads out of its first name again: no address has both.
    static func joined(_ path: [UInt8], _ rest: [UInt8]) -> [UInt8]? {
        var names: [ArraySlice<UInt8>] = []
        for name in rest.split(separator: slash) where !name.elementsEqual([dot]) {
            if name.elementsEqual(parent) {
                guard names.count > 1 else { return nil }
                names.removeLast()
            } else {
                names.append(name)
            }
        }
        var whole = path.last == slash ? Array(path.dropLast()) : path
        for name in names { whole += [slash] + name }
        if rest.last == slash || whole.isEmpty { whole.append(slash) }
        return whole
    }

    private static let slash = UInt8(ascii: "/")
    private static let dot = UInt8(ascii: ".")
    private static let parent = [dot, dot]

    // MARK: The kernel

    private static func isSame(_ one: Int32, _ other: Int32) -> Bool {
        var first = stat()
        var second = stat()
        return unsafe fstat(one, &first) == 0 && fstat(other, &second) == 0 && first.st_ino == second.st_ino
            && first.st_dev == second.st_dev
    }
}
