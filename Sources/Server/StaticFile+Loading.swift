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
    /// Starts to load a file into the cache; `nil` when the cache is full of files in use.
    func load(_ name: Span<UInt8>, _ hash: UInt64) -> UInt32? {
        let path = FileName.path(name)
        // Watched before it is opened: what changes from here on is reported.
        let folder = watch.watchFolder(of: path)
        guard let file = files.insert(CachedFile(name: name, path: path, hash: hash, isWatched: folder)) else {
            return nil
        }
        files[file].isHandled = site.router.decide(.get, name) != .file
        files.pin(file)
        // The path stays in place as long as the entry, which is pinned until it is loaded.
        unsafe port.open(beneath: root.rawValue, files[file].path, files.key(file))
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
            unsafe port.open(beneath: root.rawValue, files[file].path, files.key(file))
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
        // On a network file system it changes on other machines. A file that was modified a moment ago is looked at again,
        // until it has a tag.
        if attributes.st_nlink > 1 || files[file].watch < 0 || !files[file].validators.hasRested
            || ringport_reports_changes(files[file].descriptor) == 0
        {
            files.unlist(file)
        }
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
