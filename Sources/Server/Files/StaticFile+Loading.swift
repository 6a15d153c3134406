/// Files on their way into the cache, and out of it when they change. On the completion worker.
///
/// Opened and read on the ring: a miss costs the worker no wait. Those who asked meanwhile wait as exchanges.

internal import CompletionPort
internal import CPlatform
internal import FileLog
internal import Glibc
internal import HTTP
internal import Platform

extension CompletionWorker {
    /// Starts to load a file into the cache.
    ///
    /// - Parameters:
    ///   - name: the decoded path that it answers.
    ///   - key: the site.
    ///   - version: the rules by which it is found and answered.
    ///   - isErrorPage: that it is not there is worth keeping in mind, as it is asked for after each failure.
    /// - Returns: its entry; `nil` when the cache is full of files in use.
    func load(_ name: Span<UInt8>, _ key: FileKey, _ version: SiteVersion, isErrorPage: Bool) -> FileSlot? {
        let policy = version.site.hosts.policies[Int(key.policy)]
        guard let path = policy.names.file(name, attempt: 0) else {
            preconditionFailure("a path that ends with a slash has an index that may be tried")
        }
        let entry = CachedFile(name: name, path: path, key: key, hash: files.hash(name, key), version: version)
        guard let file = files.insert(entry) else { return nil }
        files[file].isErrorPage = isErrorPage
        files[file].isGoverned = site.router.decide(.get, name) != .file || policy.governs(name)
        files.pin(file)
        // A request that came before a reload may need a file after it: no other request may have that. Nor may one have what
        // was opened before a change that is reported and not read.
        if version !== self.version || watch.hasUnread { files.unlist(file) }
        open(file, .withoutLinks)
        return file
    }

    /// The policy of an entry's site, by the rules that it is loaded by.
    func policy(ofFile file: FileSlot) -> SitePolicy {
        files[file].version.site.hosts.policies[Int(files[file].key.policy)]
    }

    /// The index of the folder that an entry's site is served from, by the rules that it is loaded by.
    func root(of file: FileSlot) -> Int { policy(ofFile: file).folder }

    /// The folder itself: where the site's path leads, or led when another version took the place of the entry's.
    func folder(of file: FileSlot) -> Descriptor.Shared { files[file].version.roots[root(of: file)] }

    /// Opens the file that is tried, after its folder is watched: what changes from here on is reported.
    func open(_ file: FileSlot, _ rule: OpenRule) {
        let index = root(of: file)
        // Folders of an earlier version are not followed or watched any longer, and its files not kept.
        let isCurrent = files[file].version === version
        if isCurrent { followUnwatchedRoot(index) }
        let folder = folder(of: file)
        files[file].setRoot(folder)
        // A file is not kept where its site could be switched unseen.
        let isReported = isCurrent && isSwitchReported(of: index)
        files[file].watch = isReported ? watch.watchFolder(of: files[file].pathBytes, in: index) ?? -1 : -1
        if watch.lackedWatches { complainOfWatches() }
        // The path stays in place as long as the entry, which is pinned until it is loaded.
        files[file].namedRealm = nil
        unsafe port.open(beneath: folder.rawValue, files[file].path, rule, files.key(file))
    }

    func opened(_ packet: CompletionPacket) {
        guard let file = files.slot(of: packet.key) else {
            preconditionFailure("an entry stays while it is being loaded")
        }
        guard files[file].stage != .looking else { return lookedBeside(file, packet.result) }
        guard packet.result >= 0 else { return openFailed(file, -packet.result) }
        files[file].descriptor = packet.result
        readAttributes(file)
    }

    private func openFailed(_ file: FileSlot, _ code: Int32) {
        switch code {
        case EAGAIN where files[file].attempts < CachedFile.attemptsMax:
            // openat2(2): a rename at the same time made it impossible to say whether the path stays beneath `www/`.
            files[file].attempts += 1
            openAgain(file, files[file].isLinked ? followed(file) : .withoutLinks)
        case ELOOP where !files[file].isLinked && followed(file) != .withoutLinks:
            files[file].isLinked = true
            openAgain(file, followed(file))
        case ENOENT where files[file].isLinked && files[file].attempts < CachedFile.attemptsMax:
            // A link may have been turned, and what it led to removed, between two steps of the kernel.
            files[file].attempts += 1
            openAgain(file, followed(file))
        case ENOENT, ENOTDIR, ELOOP, EXDEV, ENAMETOOLONG, ENXIO, ENODEV, EINVAL:
            tryNext(file)
        case EACCES, EPERM:
            loadEnded(file, .refused(.forbidden))
        case EMFILE, ENFILE, ENOMEM:
            loadEnded(file, .refused(.descriptorsExhausted))
        default:
            errors.error(.error, SystemError(code, "open \(files[file].pathText)").description)
            loadEnded(file, .refused(.fileUnreadable))
        }
    }

    /// Opens the file that is tried once more.
    ///
    /// All that is tried for a name is of one folder: in another one it begins with the first. A variant is of a content, and
    /// goes with it.
    func openAgain(_ file: FileSlot, _ rule: OpenRule) {
        if isInPlace(file) {
            open(file, rule)
        } else if files[file].key.isPlain {
            startOver(file)
        } else {
            loadEnded(file, .missing)
        }
    }

    /// The way in which a path with symbolic links is opened by the rules of its site.
    func followed(_ file: FileSlot) -> OpenRule {
        policy(ofFile: file).symlinks.rule
    }

    /// The file that was tried is not there: there may be another that answers for the name.
    private func tryNext(_ file: FileSlot) {
        let names = policy(ofFile: file).names
        let attempt = files[file].candidate + 1
        guard files[file].key.isPlain, let path = files[file].withName({ names.file($0, attempt: attempt) }) else {
            return endSearch(file)
        }
        guard isInPlace(file) else { return startOver(file) }
        files[file].tryNext(path)
        open(file, files[file].isLinked ? followed(file) : .withoutLinks)
    }

    /// True when the folder that a file is looked for in is still its site's.
    private func isInPlace(_ file: FileSlot) -> Bool {
        if files[file].version === version { followUnwatchedRoot(root(of: file)) }
        return files[file].isBeneath(folder(of: file))
    }

    /// Looks what was opened: fstat(2) on a local file never waits.
    func readAttributes(_ file: FileSlot) {
        var attributes = stat()
        guard unsafe fstat(files[file].descriptor, &attributes) == 0 else {
            errors.error(.error, SystemError("read the attributes of \(files[file].pathText)").description)
            return loadEnded(file, .refused(.fileUnreadable))
        }
        switch attributes.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR:
            // The address itself is a folder's, and not an index of that name.
            let isItself = files[file].withName { $0[$0.count - 1] != UInt8(ascii: "/") }
            if files[file].candidate == 0, isItself { files[file].foundFolder = true }
            closeDescriptor(file)
            return tryNext(file)
        default:
            closeDescriptor(file)
            return tryNext(file)
        }
        // A variant that is older than its original was made of another content; an empty one is not made yet, as no coding
        // has an empty result.
        if files[file].source != nil {
            guard let original = original(of: file), attributes.st_size > 0,
                !FileContent(attributes).isOlder(than: modified(original))
            else { return loadEnded(file, .missing) }
        }
        guard !needsNames(file) else { return lookUpNames(file) }
        files[file].take(attributes, wall: clock.wall)
        describe(file)
        if let source = files[file].source, files[file].realm >= 0, files[file].realm != files[FileSlot(source)].realm {
            // Who may have the original may not have this one for it.
            return loadEnded(file, .missing)
        }
        // Through a link another name is watched than the file's. On a network file system it changes on other machines. A
        // file that was modified a moment ago is looked at again, until it has a tag. By another name than the one that
        // its folder's watch reports, the file's own does.
        if files[file].watch < 0 || files[file].isLinked || !files[file].validators.hasRested
            || ringport_reports_changes(files[file].descriptor) == 0 || !watchFile(file)
        {
            files.unlist(file)
        }
        if shareContent(file) { return }
        if attributes.st_size <= site.limits.residentFileSizeMax {
            guard files[file].isListed || takeUnkept(file, Int(attributes.st_size)) else { return }
            files[file].prepareBlock(bodyCount: Int(attributes.st_size))
            files[file].stage = .reading
            readOn(file)
        } else if files[file].map() {
            files[file].prepareBlock(bodyCount: 0)
            checkUnchanged(file)
        } else {
            errors.error(.error, SystemError("map \(files[file].pathText)").description)
            loadEnded(file, .refused(.fileUnreadable))
        }
    }

    /// Notes what the rules say about the file.
    func describe(_ file: FileSlot) {
        let policy = policy(ofFile: file)
        let site = files[file].version.site
        var path = [UInt8(ascii: "/")] + files[file].pathBytes
        let guardingRealm = guardingRealm(file, path)
        var codingLine: [UInt8] = []
        if let coding = files[file].key.contentCoding {
            // Type and fields are the original's.
            if files[file].stage != .making { path.removeLast(coding.suffix.utf8CodeUnitCount) }
            codingLine = ResponseField("Content-Encoding", "\(coding.name)").line
        }
        let type = site.mediaTypes.type(ofFile: path.span)
        if files[file].key.isPlain, let coding = FileNames.coding(of: path, type: type) {
            files[file].isCoded = true
            codingLine = ResponseField("Content-Encoding", "\(coding.name)").line
        }
        files[file].setLines(
            content: Array("Content-Type: ".utf8) + type + Array("\r\n".utf8) + codingLine,
            others: policy.lines(path: path.span, type: type.span)
        )
        files[file].isCompressible = MediaType.isCompressible(type.span)
        // Of another type it does where there is a file beside it, which is looked for when it has been read.
        files[file].variesByCoding =
            !site.codings.isOff && (files[file].isCompressible || !files[file].key.isPlain) && !files[file].isCoded
        files[file].variesByOrigin = policy.variesByOrigin
        files[file].realm = guardingRealm >= 0 ? guardingRealm : files[file].withName { policy.realm($0) }
        if guardingRealm >= 0 { files[file].isGoverned = true }
    }

    /// The time at which a variant's original was modified.
    private func modified(_ original: FileSlot) -> Int64 {
        guard let content = files[original].content else { preconditionFailure("a loaded file has been looked at") }
        return content.modified
    }

    func closeDescriptor(_ file: FileSlot) {
        // A mapping keeps the file; the number is given back on the ring.
        port.close(files[file].descriptor, .unclaimed)
        files[file].descriptor = -1
    }

    private func readOn(_ file: FileSlot) {
        guard let place = unsafe files[file].unread else { return checkUnchanged(file) }
        // The block stays in place as long as the entry, which is pinned until it is loaded.
        unsafe port.read(files[file].descriptor, into: place, at: UInt64(files[file].readCount), files.key(file))
    }

    func readFile(_ packet: CompletionPacket) {
        guard let file = files.slot(of: packet.key) else {
            preconditionFailure("an entry stays while it is being loaded")
        }
        switch packet.result {
        case 1...:
            files[file].readCount += Int(packet.result)
            readOn(file)
        case 0, -EINTR, -EAGAIN:
            checkUnchanged(file)
        default:
            errors.error(.error, SystemError(-packet.result, "read \(files[file].pathText)").description)
            loadEnded(file, .refused(.fileUnreadable))
        }
    }

    /// A file that was written to while it was read may be a mixture: it is read again.
    ///
    /// One that is mapped may have changed before it was watched.
    private func checkUnchanged(_ file: FileSlot) {
        var attributes = stat()
        guard unsafe fstat(files[file].descriptor, &attributes) == 0,
            files[file].isUnchanged(attributes), unsafe files[file].unread == nil
        else {
            guard files[file].attempts < CachedFile.attemptsMax else {
                return loadEnded(file, .refused(.fileChanging))
            }
            files[file].attempts += 1
            files[file].discardBlock()
            return readAttributes(file)
        }
        if files[file].isMapped { files.keepDescriptor(file) }
        contentLoaded(file)
    }

    enum LoadOutcome: Sendable {
        case ready
        case missing
        case folder
        /// There is room for it when connections that are being closed have gone.
        case crowded
        case refused(Reason)
    }

    /// Loading is over: those who wait go on, in the order in which they came.
    func loadEnded(_ file: FileSlot, _ outcome: LoadOutcome) {
        guard !needsNames(file, absent: outcome) else { return lookUpNames(file, absent: outcome) }
        if case .ready = outcome, let twin = files[file].twin { return handOver(file, to: FileSlot(twin)) }
        var outcome = outcome
        if case .refused = outcome, !files[file].key.isPlain, files[file].stage != .making {
            // A file beside the original that can't be read is as good as none.
            outcome = .missing
        }
        if files[file].descriptor >= 0, !files[file].keepsDescriptor { closeDescriptor(file) }
        files[file].setRoot(nil)
        let waiters = takeWaiters(file)
        if case .ready = outcome {
            files[file].stage = .ready
            files[file].encodeHead(clock)
            if files[file].isListed {
                files.account(file, bytes: files[file].memoryCount)
            } else {
                files.countUnkept(file, bytes: files[file].memoryCount)
            }
            // What it was made of may have changed meanwhile.
            if files[file].source != nil, original(of: file) == nil { files.unlist(file) }
        } else if case .missing = outcome, files[file].isErrorPage, files[file].watch >= 0 {
            files[file].stage = .absent
        } else {
            variantMissed(file)
            files.unlist(file)
        }
        for exchange in waiters { settle(exchange, outcome, file) }
        let original = files[file].pinsSource ? files[file].source : nil
        files.unpin(file)
        if let original { files.unpin(FileSlot(original)) }
    }

    private func settle(_ exchange: ExchangeSlot, _ outcome: LoadOutcome, _ file: FileSlot) {
        let status = exchanges[exchange].awaitedStatus
        switch outcome {
        case .ready:
            deliver(exchange, file)
        case .crowded:
            awaitRoom(exchange, .unkept)
        case _ where askAbsent(exchange, file, outcome):
            break
        case .missing where !files[file].key.isPlain, .folder where !files[file].key.isPlain,
            .refused where !files[file].key.isPlain:
            // The variant is not to be had: the original, if it may be, or another.
            if let original = original(of: file) {
                deliver(exchange, original)
            } else {
                // The original has changed meanwhile, or was dropped to make room.
                let name = files[file].withName { name in name.indices.map { name[$0] } }
                awaitFile(exchange, name.span, status: status)
            }
        case .folder where status == 200 && !exchanges[exchange].fellBack:
            reply(exchange, redirection(exchange, folderReference(exchange), status: 308))
        case .missing, .folder:
            missed(exchange)
        case .refused(let reason):
            reply(exchange, .refusal(status == 200 ? reason : exchanges[exchange].reason ?? reason))
        }
    }

    /// The exchange's folder, relative to the address that was asked for.
    ///
    /// It is made of the decoded path, and not of what was sent: a scheme and host, or a path that begins with two slashes
    /// before its dot segments are resolved, would lead the client to another site.
    private func folderReference(_ exchange: ExchangeSlot) -> [UInt8] {
        let folder = withPath(exchange) { path in path.indices.map { path[$0] } } + [UInt8(ascii: "/")]
        return withSentPath(exchange) { RelativeReference.path(to: folder.span, from: $0) }
    }

    // MARK: Staying true

    /// Reads what has changed, once a turn, where the order of packets does not tell.
    ///
    /// A change that came before a request is told by a packet before the request's, as the kernel runs what it has queued
    /// in its order. But a receive that is armed when bytes are there already is over at once, before what is queued; and
    /// one receive may bring requests that were sent before and after a change. A look that finds nothing costs little.
    func lookAtSites() {
        guard !hasLookedAtSites else { return }
        lookAtSitesAgain()
    }

    /// Whatever a file answers for is to be loaded anew.
    func fileChanged(_ name: [UInt8], in root: Int) {
        var names = [name]
        for coding in ContentCoding.allCases {
            let suffix = Array("\(coding.suffix)".utf8)
            // A file beside an original is a variant of that.
            if name.count > suffix.count, name.suffix(suffix.count).elementsEqual(suffix) {
                names.append(Array(name.dropLast(suffix.count)))
            }
        }
        for (index, policy) in site.hosts.policies.enumerated() where policy.folder == root {
            for name in names {
                for path in policy.names.paths(answeredBy: name) {
                    let key = FileKey(policy: index)
                    files.unlist(path.span, key)
                    for coding in ContentCoding.allCases {
                        files.unlist(path.span, FileKey(policy: key.policy, coding: coding))
                    }
                }
            }
        }
    }
}
