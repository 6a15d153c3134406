/// Guards of what a list of a folder would show. A value; a pool thread.

internal import Platform

/// Asks the guards of all sites about a folder that is listed, and about each entry.
struct FolderGuard: Sendable {
    enum Answer: Equatable {
        /// No guard, or one that the request has passed.
        case open
        case guarded(realm: Int)
    }

    private let hosts: HostTable
    private let folders: [Descriptor.Shared]
    private let policy: Int
    /// The realm whose password the request has shown; -1 for none.
    let entered: Int

    /// - Parameters:
    ///   - version: the rules that hold for the request.
    ///   - policy: the index of its site's.
    ///   - entered: the realm whose password the request has shown; -1 for none.
    init(_ version: SiteVersion, policy: Int, entered: Int) {
        hosts = version.site.hosts
        folders = version.roots
        self.policy = policy
        self.entered = entered
    }

    /// The names of an open file or folder, the one by which it was found among them.
    ///
    /// - Parameters:
    ///   - file: it, by whatever descriptor.
    ///   - address: the decoded path that led to it, with a slash at its end for a folder.
    /// - Returns: `nil` when the kernel does not tell.
    func names(of file: borrowing Descriptor, _ address: [UInt8]) -> [ServedName]? {
        let rules = hosts.policies[policy]
        let asked = ServedName(folder: rules.folder, path: address)
        guard hosts.guards(hasLinks: rules.symlinks != .refuse) else { return [asked] }
        let way = PathWay(root: folders[rules.folder], path: address, symlinks: rules.symlinks)
        let looked = ServedNames.look(
            file.rawValue,
            by: rules.symlinks == .refuse ? nil : way,
            folders,
            own: rules.folder,
            isInside: rules.symlinks != .follow
        )
        guard case .found(let names) = looked else { return nil }
        return [asked] + (address.last == Self.slash ? names.map(\.asFolder) : names)
    }

    /// Asks about a file or folder.
    ///
    /// - Parameter names: all that it has; a folder's end with a slash.
    /// - Returns: the realm to ask for, if the request has not entered it.
    func answer(_ names: [ServedName]) -> Answer {
        let realm = hosts.realm(of: names, servedBy: policy)
        return realm < 0 || realm == entered ? .open : .guarded(realm: realm)
    }

    private static let slash = UInt8(ascii: "/")
}

extension ServedName {
    /// The name of what is in a folder.
    func with(_ rest: [UInt8]) -> ServedName { ServedName(folder: folder, path: path + rest) }

    /// The same with the slash at its end by which a folder is asked for.
    var asFolder: ServedName {
        let slash = UInt8(ascii: "/")
        return path.last == slash ? self : ServedName(folder: folder, path: path + [slash])
    }
}
