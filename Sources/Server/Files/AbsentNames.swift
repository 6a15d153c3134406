/// Guards of addresses at which no file is. On the completion worker; the kernel is asked on a pool thread.
///
/// DESIGN. A guarded address is answered with 401 whether something is there or not. Through a link, or where the folder of one
/// site lies beneath another's, an address does not tell whether it is guarded. So the path is walked as far as it leads, as
/// that of a file is (`PathWalk`), and the guards are asked about each link that was passed, and about the last place that is
/// there with the rest of the path behind. A link that leads nowhere is asked about by the name that it would lead to.
///
/// A guard may mean the file that an address would lead to, and not the address: its page, its index, its folder. So it is
/// asked about all of these (`FileNames.paths(askedBy:)`), whether they are there or not: by each of them a file would be.

internal import CompletionPort
internal import CPlatform
internal import FileLog
internal import Glibc
internal import HandlerPool
internal import Platform

extension PathWay {
    /// Looks up the names that paths have as far as they lead.
    ///
    /// - Parameters:
    ///   - ways: the paths that an address could lead to, beneath one root.
    ///   - folders: the folders that are served.
    ///   - own: the index of the one in which they were looked for.
    ///   - isInside: they can't lead out of that one.
    /// - Returns: the names at one moment.
    static func look(_ ways: [PathWay], _ folders: [Descriptor.Shared], own: Int, isInside: Bool) -> ServedNames {
        ServedNames.look(folders, own: own, isInside: isInside) {
            var paths: [[UInt8]] = []
            for way in ways {
                switch way.look() {
                case .found(let found): paths += found
                case .moved: return .moved
                case .unknown(let error): return .unknown(error)
                }
            }
            return .found(paths)
        }
    }

    /// Walks the path as far as it leads.
    private func look() -> ServedNames.Paths {
        var walk = PathWalk(self)
        switch walk.go() {
        case .reached, .missing: break
        case .moved: return .moved
        case .unknown(let error): return .unknown(error)
        }
        switch KernelPath.look(walk.number) {
        case .path(let path): return .found((walk.whole(path).map { [$0] } ?? []) + walk.links)
        // The site's own folder is gone until it is made again: nothing in it has a name but the address.
        case .removed where walk.isAtRoot: return .found([])
        case .moved, .removed: return .moved
        case .unknown(let error): return .unknown(error)
        }
    }
}

extension FileRules.Symlinks {
    /// Opens a path by the rule about links, as requests do, without permission to read it.
    ///
    /// - Returns: `nil` when it names nothing, with the reason in `errno`.
    func open(_ path: some Collection<UInt8>, beneath root: Descriptor.Shared) -> Descriptor? {
        // Relative to the root, and never empty.
        let relative = (Array(".".utf8) + path + [0]).map { CChar(bitPattern: $0) }
        let number = FolderOpening.open(beneath: root.rawValue, relative, rule, .naming)
        if number < 0 { Glibc.errno = -number }
        return number >= 0 ? Descriptor(owning: number) : nil
    }
}

/// Looks up the names that the file of an address would have.
///
/// On a pool thread.
private final class AbsenceLookup: PoolJob {
    private let ways: [PathWay]
    private let folders: [Descriptor.Shared]
    private let own: Int
    private let isInside: Bool
    private let posts: PostQueue<WorkerMessage>
    private let key: CompletionKey
    private let outcome: CompletionWorker.LoadOutcome

    /// - Parameters:
    ///   - ways: the paths that the address could lead to.
    ///   - folders: the folders that are served.
    ///   - own: the index of the one in which they were looked for.
    ///   - isInside: they can't lead out of that one.
    ///   - posts: the queue of the worker that wants to know.
    ///   - key: the entry that was made for the path.
    ///   - outcome: the end of its loading.
    init(
        _ ways: [PathWay],
        _ folders: [Descriptor.Shared],
        own: Int,
        isInside: Bool,
        _ posts: PostQueue<WorkerMessage>,
        _ key: CompletionKey,
        _ outcome: CompletionWorker.LoadOutcome
    ) {
        self.ways = ways
        self.folders = folders
        self.own = own
        self.isInside = isInside
        self.posts = posts
        self.key = key
        self.outcome = outcome
    }

    var jobOwner: JobOwner { .fileNames }

    func run() {
        posts.post(.absenceNamed(key, outcome, PathWay.look(ways, folders, own: own, isInside: isInside)))
    }
}

extension CompletionWorker {
    /// True when a guard may have to be asked by names that the kernel knows before it is told that no file is there.
    func needsNames(_ file: FileSlot, absent outcome: LoadOutcome) -> Bool {
        // A variant has its original's realm. That there is no page for failures is seen in every one.
        outcome.isAbsence && files[file].key.isPlain && !files[file].isErrorPage && needsNames(file)
    }

    /// Has a pool thread look up the names that an entry's path would have.
    func lookUpNames(_ file: FileSlot, absent outcome: LoadOutcome) {
        let own = root(of: file)
        var folders = files[file].version.roots
        // The folder in which it was looked for may have been left by its site since.
        if let folder = files[file].folder { folders[own] = folder }
        let symlinks = policy(ofFile: file).symlinks
        files[file].stage = .naming
        let lookup = AbsenceLookup(
            pathsAsked(file).map { PathWay(root: folders[own], path: $0, symlinks: symlinks) },
            folders,
            own: own,
            isInside: symlinks != .follow,
            posts,
            files.key(file),
            outcome
        )
        if !site.dispatch.pool.submit(lookup) { loadEnded(file, .refused(.poolFull)) }
    }

    /// The names of an entry's path are known, or it was moved meanwhile.
    func absenceNamed(_ key: CompletionKey, _ outcome: LoadOutcome, _ names: ServedNames) {
        let file = FileSlot(key)
        goOn(key, names) {
            // The site may have been switched meanwhile.
            if case .refused = outcome { loadEnded(file, outcome) } else { endSearch(file) }
        } again: {
            lookUpNames(file, absent: outcome)
        }
    }

    /// The paths that an entry's address could lead to.
    private func pathsAsked(_ file: FileSlot) -> [[UInt8]] {
        policy(ofFile: file).names.paths(askedBy: files[file].withName { name in name.indices.map { name[$0] } })
    }

    /// The realm that guards what an entry's address could lead to; -1 for none.
    private func realmOfAbsent(_ file: FileSlot, _ outcome: LoadOutcome) -> Int {
        if let realm = files[file].namedRealm, realm >= 0 { return realm }
        let hosts = files[file].version.site.hosts
        guard outcome.isAbsence, hosts.hasGuards else { return -1 }
        let own = root(of: file)
        let names = pathsAsked(file).map { ServedName(folder: own, path: $0) }
        return hosts.realm(of: names, servedBy: Int(files[file].key.policy))
    }

    /// Asks for the password of an address where no file is to be had, if a guard of its names asks for one.
    ///
    /// Whoever has shown one already is told: this and another file, as a fallback, could else ask for two in turn.
    ///
    /// - Returns: true when the exchange goes on by that.
    func askAbsent(_ exchange: ExchangeSlot, _ file: FileSlot, _ outcome: LoadOutcome) -> Bool {
        guard files[file].key.isPlain, exchanges[exchange].awaitedStatus == 200, !exchanges[exchange].isAuthorised
        else { return false }
        let realm = realmOfAbsent(file, outcome)
        guard realm >= 0 else { return false }
        ask(exchange, realm: realm)
        return true
    }
}

extension CompletionWorker.LoadOutcome {
    /// True when it tells whether something is there.
    var isAbsence: Bool {
        switch self {
        case .missing, .folder, .refused(.forbidden): true
        case .ready, .crowded, .refused: false
        }
    }
}
