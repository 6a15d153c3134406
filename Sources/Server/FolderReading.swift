/// Lists of folders: read on a pool thread, since a folder may have to come from a disk.

internal import CompletionPort
internal import CPlatform
internal import Glibc
internal import HandlerHost
internal import HandlerPool
internal import HTTP
internal import Platform

/// The end of reading a folder.
enum FolderOutcome: Sendable {
    /// A list of what is in it.
    case list(HandlerResponse)
    /// It is no folder.
    case none
    /// It is guarded by a realm that the request has not entered.
    case guarded(realm: Int)
}

/// Reads one folder and makes a page or JSON of it.
private final class FolderReading: PoolJob {
    private let root: Descriptor.Shared
    private let path: [UInt8]
    private let policy: SitePolicy
    private let guarding: FolderGuard
    private let asksJSON: Bool
    private let posts: PostQueue<WorkerMessage>
    private let exchange: CompletionKey

    /// Entries of a list at most; a folder with more is cut.
    private static let countMax = 10_000

    init(
        _ path: [UInt8],
        beneath root: Descriptor.Shared,
        _ policy: SitePolicy,
        _ guarding: FolderGuard,
        asksJSON: Bool,
        _ posts: PostQueue<WorkerMessage>,
        _ exchange: CompletionKey
    ) {
        self.path = path
        self.root = root
        self.policy = policy
        self.guarding = guarding
        self.asksJSON = asksJSON
        self.posts = posts
        self.exchange = exchange
    }

    func run() {
        posts.post(.folderRead(exchange, outcome()))
    }

    private func outcome() -> FolderOutcome {
        guard let folder = name(path) else { return .none }
        guard let names = guarding.names(of: folder, path) else { return .none }
        if case .guarded(let realm) = guarding.answer(names) { return .guarded(realm: realm) }
        guard let entries = read(folder, names) else { return .none }
        let listing = FolderListing(path: path, entries: entries)
        let response = HandlerResponse(
            status: 200,
            fields: [
                ("Content-Type", asksJSON ? "application/json" : "text/html; charset=utf-8"),
                ("Cache-Control", "no-cache"), ("Vary", "Accept"),
            ],
            body: Array((asksJSON ? listing.json : listing.html).utf8)
        )
        return .list(response)
    }

    /// What is in the folder and would be served; `nil` when it is no folder.
    private func read(_ named: borrowing Descriptor, _ names: [ServedName]) -> [FolderListing.Entry]? {
        let number = unsafe ringport_openat(named.rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
        guard number >= 0 else { return nil }
        guard let folder = unsafe fdopendir(number) else {
            _ = close(number)
            return nil
        }
        defer { unsafe _ = closedir(folder) }
        var entries: [FolderListing.Entry] = []
        while let found = unsafe readdir(folder), entries.count < Self.countMax {
            let name = unsafe withUnsafePointer(to: &found.pointee.d_name) { pointer in
                // In place: the entry is shorter than its type, and a copy would read beyond it. It ends with a NUL.
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { name in
                    unsafe Array(UnsafeRawBufferPointer(start: name, count: strlen(name)))
                }
            }
            // What is no link has the folder's names, and its own behind them.
            let type = unsafe found.pointee.d_type
            let isLink = type == UInt8(DT_LNK) || type == UInt8(DT_UNKNOWN)
            if let entry = entry(name, in: isLink ? nil : names) { entries.append(entry) }
        }
        return entries
    }

    /// Looks what would be served by a name.
    ///
    /// - Parameters:
    ///   - name: in the folder.
    ///   - folder: the folder's names; `nil` for an entry that has others.
    /// - Returns: `nil` when nothing would.
    private func entry(_ name: [UInt8], in folder: [ServedName]?) -> FolderListing.Entry? {
        guard name != Array(".".utf8), name != Array("..".utf8), FileNames.canBeAskedFor(name) else { return nil }
        guard policy.names.areServed((path + name).span), let file = self.name(path + name) else { return nil }
        var attributes = stat()
        guard unsafe fstat(file.rawValue, &attributes) == 0 else { return nil }
        let kind = attributes.st_mode & S_IFMT
        guard kind == S_IFREG || kind == S_IFDIR else { return nil }
        guard ringport_is_accessible(file.rawValue, kind == S_IFDIR ? 1 : 0) != 0 else { return nil }
        // A name that asks for a password is not shown to a client that has not given it.
        let rest = name + (kind == S_IFDIR ? [UInt8(ascii: "/")] : [])
        let names = folder.map { $0.map { ServedName(folder: $0.folder, path: $0.path + rest) } }
        guard let names = names ?? guarding.names(of: file, path + rest), case .open = guarding.answer(names) else {
            return nil
        }
        return FolderListing.Entry(
            name: name,
            isFolder: kind == S_IFDIR,
            size: UInt64(attributes.st_size),
            modified: Int64(attributes.st_mtim.tv_sec)
        )
    }

    /// Opens a path by the site's rule about links, as requests do; `nil` when it names nothing.
    private func name(_ path: [UInt8]) -> Descriptor? {
        // Relative to the root, and never empty.
        let relative = Array(".".utf8) + path + [0]
        let number = unsafe relative.withUnsafeBytes { bytes in
            // Ended by the NUL that was appended; no name holds another.
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters -> Int32 in
                guard let start = characters.baseAddress else { return -1 }
                let links = policy.symlinks
                return unsafe ringport_name_beneath(
                    root.rawValue,
                    start,
                    links == .inside ? 1 : 0,
                    links == .follow ? 1 : 0
                )
            }
        }
        return number >= 0 ? Descriptor(owning: number) : nil
    }
}

extension CompletionWorker {
    /// Has the exchange answered by a list of the folder it names.
    func readFolder(_ exchange: UInt32) {
        let policy = policy(exchange)
        let head = exchanges[exchange].head
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        let folder = exchanges[exchange].version.roots[policy.folder]
        let reading = unsafe FolderReading(
            withPath(exchange) { path in path.indices.map { path[$0] } },
            beneath: folder,
            policy,
            FolderGuard(
                exchanges[exchange].version,
                policy: Int(exchanges[exchange].policy),
                entered: exchanges[exchange].isAuthorised ? exchanges[exchange].realm : -1
            ),
            asksJSON: QualityList.prefers("application/json", over: "text/html", head, in: bytes.span),
            posts,
            exchanges.key(exchange)
        )
        listedRoots[exchanges.key(exchange)] = folder
        exchanges[exchange].stage = .waitingForHandler
        exchanges[exchange].deadline = clock.now.advanced(by: site.allowances.handler)
        wheel.arm(exchanges[exchange].connection, at: exchanges[exchange].deadline)
        if !site.dispatch.pool.submit(reading) {
            listedRoots[exchanges.key(exchange)] = nil
            exchanges[exchange].deadline = .distantFuture
            reply(exchange, .refusal(.poolFull))
        }
    }

    /// The pool has read a folder, or there is none; its exchange may have ended before.
    func folderRead(_ key: CompletionKey, _ outcome: FolderOutcome) {
        let root = listedRoots.removeValue(forKey: key)
        guard exchanges.isCurrent(key), exchanges[key.slot].stage == .waitingForHandler,
            exchanges[key.slot].connection != noSlot
        else { return }
        // The site may have been switched, and the folder that was read be on its way out.
        lookAtSitesAgain()
        if exchanges[key.slot].version === version { followRemovedRoot(policy(key.slot).folder) }
        guard root === exchanges[key.slot].version.roots[policy(key.slot).folder] else { return readFolder(key.slot) }
        exchanges[key.slot].deadline = .distantFuture
        switch outcome {
        case .none: answerMissing(key.slot)
        case .guarded(let realm): ask(key.slot, realm: realm)
        case .list(let response):
            // A list waits for its turn and for its client, as long as that may take.
            guard takeContents(key.slot, response.bytes.count) else { return reply(key.slot, .refusal(.bodiesFull)) }
            reply(key.slot, .handler(response))
        }
    }
}
