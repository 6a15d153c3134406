/// Lists of folders: asked for, kept as long as they are true, sent from where they are. On the completion worker.

internal import CompletionPort
internal import HTTP
internal import Platform

/// The folder that is read, and the rules for that.
struct ListedFolder {
    let root: Descriptor.Shared
    /// The root's index.
    let index: Int
    let version: SiteVersion
}

extension CompletionWorker {
    /// Has the exchange answered by a list of the folder it names.
    func readFolder(_ exchange: ExchangeSlot) {
        let policy = policy(exchange)
        let head = exchanges[exchange].head
        let version = exchanges[exchange].version
        let path = withPath(exchange) { path in path.indices.map { path[$0] } }
        let bytes = unsafe exchanges[exchange].headBytes.bytes
        let asksJSON = unsafe QualityList.prefers("application/json", over: "text/html", head, in: bytes.span)
        let guarding = FolderGuard(
            version,
            policy: Int(exchanges[exchange].policy),
            entered: exchanges[exchange].isAuthorised ? exchanges[exchange].realm : -1
        )
        let place = FolderLists.Place(
            policy: exchanges[exchange].policy,
            path: path,
            asksJSON: asksJSON,
            entered: guarding.entered
        )
        // The folder is watched before it is read: what changes from here on is reported.
        let isWatched =
            version === self.version && isSwitchReported(of: policy.folder)
            && watch.watchFolder(of: Array(path.dropFirst()), in: policy.folder) != nil
        let number: UInt64
        switch lists.ask(place, by: exchanges.key(exchange), isWatched: isWatched) {
        case .kept(let list): return sendList(exchange, list)
        case .joined: return awaitList(exchange)
        case .read(let new): number = new
        }
        awaitList(exchange)
        let root = version.roots[policy.folder]
        listedFolders[number] = ListedFolder(root: root, index: policy.folder, version: version)
        let source = FolderSource(
            root: root,
            path: path,
            policy: policy,
            guarding: guarding,
            namesMax: site.limits.listedNamesMax
        )
        guard let source else { return folderRead(number, .noFolder) }
        site.folderReader.ask(source, asksJSON: asksJSON, posts, number)
    }

    private func awaitList(_ exchange: ExchangeSlot) {
        exchanges[exchange].state = .waitingForList(until: clock.now.advanced(by: site.allowances.handler))
        wheel.arm(exchanges[exchange].connection, at: exchanges[exchange].state.deadline)
    }

    /// A folder has been read, or there is none; exchanges that waited may have ended before.
    func folderRead(_ number: UInt64, _ answer: FolderReader.Answer) {
        guard let folder = listedFolders.removeValue(forKey: number) else {
            preconditionFailure("a folder that was read is noted until then")
        }
        // The site may have been switched, and the folder that was read be on its way out.
        lookAtSitesAgain()
        if folder.version === version { followRemovedRoot(folder.index) }
        let isInPlace = folder.root === folder.version.roots[folder.index]
        var kept: FolderList?
        if case .list(let list, isReported: true) = answer, isInPlace, folder.version === version { kept = list }
        for key in lists.ended(number, keeping: kept) {
            guard let exchange = exchanges.slot(of: key), exchanges[exchange].state.isForList,
                exchanges[exchange].connection != .null
            else { continue }
            guard isInPlace else {
                readFolder(exchange)
                continue
            }
            switch answer {
            case .list(let list, _): sendList(exchange, list)
            case .noFolder: answerMissing(exchange)
            case .guarded(let realm): ask(exchange, realm: realm)
            case .refused(let reason): reply(exchange, .refusal(reason))
            }
        }
    }

    /// A list waits for its turn and for its client, as long as that may take.
    private func sendList(_ exchange: ExchangeSlot, _ list: FolderList) {
        guard lists.makeRoom(for: list) else {
            guard endReaders(.lists, for: exchange, wants: list.content.count) else {
                return reply(exchange, .refusal(.bodiesFull))
            }
            // It is looked for anew then: this one would be counted nowhere.
            exchanges[exchange].isListed = false
            return awaitRoom(exchange, .lists)
        }
        lists.hold(list)
        reply(exchange, .list(list))
    }

    /// A file in a folder has changed, or has come or gone.
    ///
    /// - Parameters:
    ///   - name: the file's path in the root, with its leading slash.
    ///   - root: the root's index.
    func listChanged(_ name: [UInt8], in root: Int) {
        guard lists.listedCount > 0, let slash = name.lastIndex(of: UInt8(ascii: "/")) else { return }
        let path = Array(name[...slash])
        for (index, policy) in site.hosts.policies.enumerated() where policy.folder == root {
            lists.folderChanged(path, policy: UInt16(truncatingIfNeeded: index), realms: site.realms.count)
        }
    }

    /// No file and no list that is kept answers any further request.
    func unlistAll() {
        files.unlistAll()
        lists.unlistAll()
    }
}
