/// Reads what is in a folder. On a pool thread, since a folder may have to come from a disk.

internal import CPlatform
internal import Glibc
internal import HTTP
internal import Platform

/// The folder of which a list is wanted, and the rules by which its names are served.
struct FolderSource: Sendable {
    /// The folder itself, wherever it is named: workers have descriptors of their own.
    struct Place: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
        let mount: UInt64
        let path: [UInt8]
        let policy: ObjectIdentifier
        let entered: Int
    }

    let root: Descriptor.Shared
    /// The folder's decoded path beneath the root, with slashes at both ends.
    let path: [UInt8]
    let policy: SitePolicy
    /// Decides which of its names are shown to clients that have entered a realm, or none.
    let guarding: FolderGuard
    /// Names of a list at most.
    let namesMax: Int
    let place: Place

    /// - Returns: `nil` when the root can't be told from others.
    init?(root: Descriptor.Shared, path: [UInt8], policy: SitePolicy, guarding: FolderGuard, namesMax: Int) {
        var status = ringport_entry_status()
        guard unsafe ringport_entry_status(root.rawValue, &status) == 0 else { return nil }
        self.root = root
        self.path = path
        self.policy = policy
        self.guarding = guarding
        self.namesMax = namesMax
        place = Place(
            device: status.device,
            inode: status.inode,
            mount: status.mount,
            path: path,
            policy: ObjectIdentifier(policy),
            entered: guarding.entered
        )
    }
}

/// One reading of a folder.
struct FolderReading {
    /// The result of a reading.
    enum Outcome {
        /// The names, and true when the kernel reports every change of what is shown of them to whoever watches the folder.
        case names([FolderListing.Entry], isReported: Bool)
        case noFolder
        /// It is guarded by a realm that the request has not entered.
        case guarded(realm: Int)
        /// The process lacks descriptors or memory.
        case exhausted
    }

    private let source: FolderSource
    private var entries: [FolderListing.Entry] = []
    /// The folder's names, by which the guards are asked.
    private var names: [ServedName] = []
    private var isReported = true
    private var mount: UInt64 = 0

    private init(_ source: FolderSource) {
        self.source = source
    }

    /// Reads a folder: what is in it and would be served.
    ///
    /// A pool thread.
    static func read(_ source: FolderSource) -> Outcome {
        var reading = FolderReading(source)
        return reading.read()
    }

    private mutating func read() -> Outcome {
        guard let named = name(source.path) else { return Self.isExhausted(errno) ? .exhausted : .noFolder }
        guard let names = source.guarding.names(of: named, source.path) else { return .noFolder }
        if case .guarded(let realm) = source.guarding.answer(names) { return .guarded(realm: realm) }
        self.names = names
        let number = unsafe ringport_openat(named.rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard number >= 0 else { return Self.isExhausted(errno) ? .exhausted : .noFolder }
        guard let folder = unsafe fdopendir(number) else {
            _ = close(number)
            return .exhausted
        }
        defer { unsafe _ = closedir(folder) }
        var status = ringport_entry_status()
        guard unsafe ringport_entry_status(number, &status) == 0 else { return .noFolder }
        mount = status.mount
        isReported = ringport_reports_changes(number) != 0
        while let found = unsafe readdir(folder), entries.count < source.namesMax {
            let name = unsafe withUnsafePointer(to: &found.pointee.d_name) { pointer in
                // In place: the entry is shorter than its type, and a copy would read beyond it. It ends with a NUL.
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { name in
                    unsafe Array(UnsafeRawBufferPointer(start: name, count: strlen(name)))
                }
            }
            let type = unsafe found.pointee.d_type
            guard add(name, mayBeLink: type == UInt8(DT_LNK) || type == UInt8(DT_UNKNOWN)) else { return .exhausted }
        }
        return .names(entries, isReported: isReported)
    }

    /// Adds what would be served by a name, if anything would.
    ///
    /// - Returns: false when the process lacks what it takes to look.
    private mutating func add(_ name: [UInt8], mayBeLink: Bool) -> Bool {
        guard name != Array(".".utf8), name != Array("..".utf8), FileNames.canBeAskedFor(name),
            source.policy.names.areServed((source.path + name).span)
        else { return true }
        // The target may change, come or go without a report of this folder.
        if mayBeLink, source.policy.symlinks != .refuse { isReported = false }
        guard let file = self.name(source.path + name) else {
            switch errno {
            case let code where Self.isExhausted(code): return false
            case ENOENT, ELOOP, EXDEV: break
            default: isReported = false
            }
            return true
        }
        var status = ringport_entry_status()
        guard unsafe ringport_entry_status(file.rawValue, &status) == 0 else {
            isReported = false
            return true
        }
        let kind = status.mode & UInt32(S_IFMT)
        guard kind == UInt32(S_IFREG) || kind == UInt32(S_IFDIR) else { return true }
        // By another name, or where it is mounted from, a file changes without a report of this folder.
        if kind == UInt32(S_IFREG), status.links > 1 || status.mount != mount { isReported = false }
        guard ringport_is_accessible(file.rawValue, kind == UInt32(S_IFDIR) ? 1 : 0) != 0,
            isOpen(file, name + (kind == UInt32(S_IFDIR) ? [UInt8(ascii: "/")] : []), mayBeLink: mayBeLink)
        else { return true }
        entries.append(
            FolderListing.Entry(
                name: name,
                kind: kind == UInt32(S_IFDIR) ? .folder : .file(size: status.size, modified: status.modified)
            )
        )
        return true
    }

    /// Asks the guards about a name: one for which they ask for a password is not shown.
    ///
    /// - Parameters:
    ///   - file: the open file or folder.
    ///   - rest: its name in the folder, with a slash at its end for a folder.
    ///   - mayBeLink: it may have other names than those of the folder with its own behind them.
    /// - Returns: true when it is shown to those who have entered the realm.
    private func isOpen(_ file: borrowing Descriptor, _ rest: [UInt8], mayBeLink: Bool) -> Bool {
        let own = mayBeLink ? source.guarding.names(of: file, source.path + rest) : names.map { $0.with(rest) }
        guard let own, case .open = source.guarding.answer(own) else { return false }
        return true
    }

    private static func isExhausted(_ code: Int32) -> Bool { [EMFILE, ENFILE, ENOMEM].contains(code) }

    /// Opens a path as requests do; `nil` when it names nothing, with the reason in `errno`.
    private func name(_ path: [UInt8]) -> Descriptor? {
        source.policy.symlinks.open(path, beneath: source.root)
    }
}
