/// Answers from the files of the site. On the completion worker.
///
/// A file that is in the cache is answered in the turn in which it is asked for; any other is opened and read on the ring
/// while the exchange waits. Every path is opened by the kernel's own rules beneath `www/` (see `CompletionPort`), so no
/// path is made safe here: what is decided here is only which names are served.
///
/// Next: ResponseEncoder.swift

internal import CompletionPort
internal import FileLog
internal import Glibc
internal import HTTP
internal import Platform

extension CompletionWorker {
    // MARK: Answering

    /// Answers a request whose file is in the cache, at once.
    ///
    /// - Returns: false when the file is not there, or its body has to leave in parts.
    /// - Complexity: no allocation, no system call, no lock.
    @unsafe
    func answerFromCache(_ slot: UInt32, _ head: RequestHead, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        guard head.method == .get || head.method == .head, head.form != .asterisk else { return false }
        let path = unsafe bytes.span.extracting(head.path)
        guard let file = findPlain(path), files[file].stage == .ready, !files[file].isMapped,
            let output = connections[slot].output
        else { return false }
        files[file].wasUsed = true
        let sent: FileAnswer
        if head.method == .get, !head.hasConditions, head.keepsAlive, head.version == .http11, !isDraining,
            Int(files[file].size) <= site.limits.inlineBodySizeMax
        {
            sent = FileAnswer(status: 200, range: 0..<files[file].size, sendsBody: true)
            files[file].setDate(clock)
            unsafe output.copy(files[file].wholeResponse)
        } else {
            sent = unsafe FileAnswer(head, bytes.span, files[file], status: 200, now: clock.second)
            write(sent, head, file, output)
        }
        connections[slot].state.answered()
        markDirty(slot)
        unsafe logAnswered(slot, head, bytes.span, status: sent.status, count: sent.bodyCount)
        return true
    }

    /// The entry for a path that needs no decoding.
    private func findPlain(_ path: Span<UInt8>) -> UInt32? {
        for index in path.indices where path[index] == UInt8(ascii: "%") { return nil }
        return files.find(path, hash: FileCache.hash(path))
    }

    /// Writes a response's head and, if it is in memory, its body.
    private func write(_ answer: FileAnswer, _ head: RequestHead, _ file: UInt32, _ output: Output) {
        let keepsAlive = head.keepsAlive && !isDraining
        output.write(site.limits.responseHeadSizeMax) { (span) throws(ResponseError) in
            try ResponseEncoder.write(answer, of: files[file], keepsAlive: keepsAlive, head.version, clock, into: &span)
        }
        guard answer.sendsBody, !files[file].isMapped else { return }
        let body = unsafe UnsafeRawBufferPointer(
            rebasing: files[file].body[Int(answer.range.lowerBound)..<Int(answer.range.upperBound)]
        )
        if body.count <= site.limits.inlineBodySizeMax {
            unsafe output.copy(body)
        } else {
            files.pin(file)
            unsafe output.append(body, owner: .file(file))
        }
    }

    /// Answers an exchange whose file is ready.
    func answerFile(_ exchange: UInt32, _ file: UInt32, status: UInt16, _ output: Output) {
        let head = exchanges[exchange].head
        let answer = unsafe FileAnswer(
            head,
            exchanges[exchange].headBytes.bytes.span,
            files[file],
            status: status,
            now: clock.second
        )
        files[file].wasUsed = true
        write(answer, head, file, output)
        exchanges[exchange].status = answer.status
        guard answer.sendsBody, files[file].isMapped else {
            exchanges[exchange].sent = answer.bodyCount
            return
        }
        exchanges[exchange].stage = .streaming
        exchanges[exchange].position = answer.range.lowerBound
        exchanges[exchange].end = answer.range.upperBound
        exchanges[exchange].residentEnd = files[file].resident(answer.range, second: clock.second)
    }

    // MARK: Finding

    /// Has the exchange's file found, loading it if it is not there yet.
    func findFile(_ exchange: UInt32) {
        let method = exchanges[exchange].head.method
        guard method == .get || method == .head else {
            return reply(exchange, .refusal(.notFound))
        }
        withDecodedPath(exchange) { _, path in
            if FileName.isServed(path) {
                awaitFile(exchange, path, status: 200)
            } else {
                awaitErrorPage(exchange)
            }
        }
    }

    /// Has the exchange answered by the site's page for what is not there.
    private func awaitErrorPage(_ exchange: UInt32) {
        let name: StaticString = "/404.html"
        let bytes = unsafe UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        unsafe awaitFile(exchange, bytes.span, status: 404)
    }

    /// Has the exchange answered by a file.
    private func awaitFile(_ exchange: UInt32, _ name: Span<UInt8>, status: UInt16) {
        let hash = FileCache.hash(name)
        guard let file = files.find(name, hash: hash) ?? load(name, hash) else {
            return reply(exchange, .refusal(.filesFull))
        }
        guard files[file].stage != .ready else {
            files.pin(file)
            return reply(exchange, .file(file, status: status))
        }
        exchanges[exchange].stage = .waitingForFile
        exchanges[exchange].awaitedFile = file
        exchanges[exchange].awaitedStatus = status
        exchanges[exchange].nextWaiter = files[file].waiters
        files[file].waiters = exchange
    }

    /// The exchange's answer is known; it leaves when its turn comes.
    func reply(_ exchange: UInt32, _ reply: Exchange.Reply) {
        exchanges[exchange].reply = reply
        exchanges[exchange].stage = .ready
        exchanges[exchange].awaitedFile = noSlot
        advance(exchanges[exchange].connection)
    }

    /// The exchange's connection ends while a file is being loaded for it.
    func stopWaiting(_ exchange: UInt32) {
        let file = exchanges[exchange].awaitedFile
        var link = files[file].waiters
        if link == exchange {
            files[file].waiters = exchanges[exchange].nextWaiter
            return
        }
        while exchanges[link].nextWaiter != exchange { link = exchanges[link].nextWaiter }
        exchanges[link].nextWaiter = exchanges[exchange].nextWaiter
    }

    // MARK: Loading

    /// Starts to load a file into the cache; `nil` when the cache is full of files in use.
    private func load(_ name: Span<UInt8>, _ hash: UInt64) -> UInt32? {
        let path = FileName.path(name)
        // Watched before it is opened: what changes from here on is reported.
        let folder = site.cachesFiles ? watch.watchFolder(of: path) : nil
        guard let file = files.insert(CachedFile(name: name, path: path, hash: hash, isWatched: folder)) else {
            return nil
        }
        files.pin(file)
        // The path stays in place as long as the entry, which is pinned until it is loaded.
        unsafe port.open(beneath: site.rootDescriptor, files[file].path, files.key(file))
        return file
    }

    func opened(_ packet: CompletionPacket) {
        let file = packet.key.slot
        precondition(files.isCurrent(packet.key), "an entry stays while it is being loaded")
        guard packet.result >= 0 else { return openFailed(file, -packet.result) }
        files[file].descriptor = packet.result
        readAttributes(file)
    }

    private func openFailed(_ file: UInt32, _ code: Int32) {
        switch code {
        case EAGAIN where files[file].attempts < CachedFile.attemptsMax:
            // openat2(2): a rename at the same time made it impossible to say whether the path stays beneath `www/`.
            files[file].attempts += 1
            unsafe port.open(beneath: site.rootDescriptor, files[file].path, files.key(file))
        case ENOENT, ENOTDIR, ELOOP, EXDEV, ENAMETOOLONG, ENXIO, ENODEV, EINVAL:
            loadEnded(file, .missing)
        case EACCES, EPERM:
            loadEnded(file, .refused(.forbidden))
        case EMFILE, ENFILE, ENOMEM:
            loadEnded(file, .refused(.descriptorsExhausted))
        default:
            errors.error(.error, SystemError(code, "open \(files[file].pathText)").description)
            loadEnded(file, .refused(.fileUnreadable))
        }
    }

    /// Looks what was opened: fstat(2) on a local file never waits.
    private func readAttributes(_ file: UInt32) {
        var attributes = stat()
        guard unsafe fstat(files[file].descriptor, &attributes) == 0 else {
            errors.error(.error, SystemError("read the attributes of \(files[file].pathText)").description)
            return loadEnded(file, .refused(.fileUnreadable))
        }
        switch attributes.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: return loadEnded(file, .folder)
        default: return loadEnded(file, .missing)
        }
        files[file].take(attributes, wall: clock.wall)
        // inotify reports changes by the name that is watched; by another name the file could change unseen.
        if attributes.st_nlink > 1 || files[file].watch < 0 { files.unlist(file) }
        if attributes.st_size <= site.limits.residentFileSizeMax {
            files[file].prepareBlock(bodyCount: Int(attributes.st_size))
            files[file].stage = .reading
            readOn(file)
        } else if files[file].map() {
            files[file].prepareBlock(bodyCount: 0)
            loadEnded(file, .ready)
        } else {
            errors.error(.error, SystemError("map \(files[file].pathText)").description)
            loadEnded(file, .refused(.fileUnreadable))
        }
    }

    private func readOn(_ file: UInt32) {
        guard let place = unsafe files[file].unread else { return checkUnchanged(file) }
        // The block stays in place as long as the entry, which is pinned until it is loaded.
        unsafe port.read(files[file].descriptor, into: place, at: UInt64(files[file].readCount), files.key(file))
    }

    func readFile(_ packet: CompletionPacket) {
        let file = packet.key.slot
        precondition(files.isCurrent(packet.key), "an entry stays while it is being loaded")
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
    private func checkUnchanged(_ file: UInt32) {
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
        loadEnded(file, .ready)
    }

    private enum LoadOutcome {
        case ready
        case missing
        case folder
        case refused(Reason)
    }

    /// Loading is over: those who wait go on, in the order in which they came.
    private func loadEnded(_ file: UInt32, _ outcome: LoadOutcome) {
        if files[file].descriptor >= 0 {
            // A mapping keeps the file; the number is given back on the ring.
            port.close(files[file].descriptor, CompletionKey(slot: noSlot, generation: 0))
            files[file].descriptor = -1
        }
        var waiters: [UInt32] = []
        while files[file].waiters != noSlot {
            let exchange = files[file].waiters
            waiters.append(exchange)
            files[file].waiters = exchanges[exchange].nextWaiter
        }
        if case .ready = outcome {
            files[file].stage = .ready
            files[file].encodeHead(clock)
            if files[file].isListed { files.account(file, bytes: files[file].memoryCount) }
        } else {
            files.unlist(file)
        }
        for exchange in waiters.reversed() { settle(exchange, outcome, file) }
        files.unpin(file)
    }

    private func settle(_ exchange: UInt32, _ outcome: LoadOutcome, _ file: UInt32) {
        let status = exchanges[exchange].awaitedStatus
        switch outcome {
        case .ready:
            files.pin(file)
            reply(exchange, .file(file, status: status))
        case .missing where status == 200:
            awaitErrorPage(exchange)
        case .missing:
            reply(exchange, .refusal(.notFound))
        case .folder where status == 200:
            reply(exchange, .folder)
        case .folder:
            reply(exchange, .refusal(.notFound))
        case .refused(let reason):
            reply(exchange, .refusal(status == 200 ? reason : .notFound))
        }
    }

    // MARK: Staying true

    /// The kernel has reported changes in the site's folders.
    func siteChanged() {
        watch.readChanges { change in
            switch change {
            case .everything:
                files.unlistAll()
            case .file(path: let name):
                for key in [name, FileName.folderServed(by: name)].compactMap({ $0 }) {
                    if let file = files.find(key.span, hash: FileCache.hash(key.span)) { files.unlist(file) }
                }
            }
        }
    }
}
