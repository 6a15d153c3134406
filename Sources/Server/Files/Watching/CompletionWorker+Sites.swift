/// The folders of the sites, wherever their paths lead by now, and what the kernel reports of them. On the completion worker.
///
/// DESIGN. A folder that is served stays open, and files are opened beneath it. When a name of the path that led to it is
/// replaced (a link that is turned, a folder that is renamed, a mount), the path is followed anew, and what it leads to
/// takes the old folder's place. As long as it leads nowhere the old folder stays: a switch that is not of one step is
/// a moment without a name. A file that is not found in the old folder is looked for once more.

internal import CompletionPort
internal import CPlatform
internal import FileLog
internal import Glibc
internal import HandlerPool
internal import Platform

extension CompletionWorker {
    /// A path that leads to the open folder itself, whatever it is called by now (proc_pid_fd(5)).
    static func watchPath(_ root: Descriptor.Shared) -> String { "/proc/self/fd/\(root.rawValue)/." }

    /// Has the port tell of changes.
    func noticeSites() {
        guard let notifier = watch.notifier, let mounts = watch.mounts else { return }
        port.notice(notifier.rawValue, CompletionKey(slot: Self.watchSlot, generation: 0))
        port.noticeMounts(mounts.rawValue, CompletionKey(slot: Self.mountsSlot, generation: 0))
    }

    // MARK: Reports

    /// Reads what has changed, whatever was known in this turn.
    func lookAtSitesAgain() {
        hasLookedAtSites = true
        let (hasChanges, hasMounts) = watch.poll()
        if hasMounts { mountsChanged() }
        if hasChanges || watch.hasUnread { siteChanged() }
    }

    /// The kernel has reported changes in the sites' folders.
    func siteChanged() {
        var changed: [Int] = []
        watch.readChanges(atMost: site.limits.watchReadsMax) { change in
            switch change {
            case .everything: unlistAll()
            case .file(let root, let path):
                fileChanged(path, in: root)
                listChanged(path, in: root)
            case .watched(let watch): files.unlist(watch: watch)
            case .roots(let roots): changed = roots
            }
        }
        // The rest is read in the next turn; whatever it is about is not kept until then.
        if watch.hasUnread { unlistAll() } else { files.removeRetiredWatches() }
        guard !changed.isEmpty else { return }
        unlistFiles(of: changed)
        followRoots(changed)
    }

    private func unlistFiles(of roots: [Int]) {
        let policies = site.hosts.policies
        files.unlist { roots.contains(policies[Int($0.policy)].folder) }
        lists.unlist { roots.contains(policies[Int($0)].folder) }
    }

    /// Something was mounted or unmounted: any path may lead elsewhere, and no event tells which.
    func mountsChanged() {
        unlistAll()
        watch.forgetFolders()
        // A file system that does not answer would hold up every site here.
        for root in rootPaths.indices where !rootPaths[root].reportsChanges { look(root) }
        followRoots(rootPaths.indices.filter { rootPaths[$0].reportsChanges })
    }

    /// Watches a file that is being loaded.
    ///
    /// - Returns: false when it can't be watched, or is not kept for another reason: it must not be kept then.
    func watchFile(_ file: FileSlot) -> Bool {
        guard files[file].isListed else { return false }
        switch files.watch(file) {
        case .watched: return true
        case .refused(ENOSPC):
            complainOfWatches()
            // One that was not used lately gives its watch.
            return files.evictOne(keeping: file) && files.watch(file) == .watched
        case .refused: return false
        }
    }

    /// Says once that files are not kept for want of watches.
    func complainOfWatches() {
        guard !hasComplainedOfWatches else { return }
        hasComplainedOfWatches = true
        errors.error(
            .notice,
            "fewer files are kept in memory than there is room for, or none: fs.inotify.max_user_watches is used up; "
                + "raise the limit with sysctl, and then reload with SIGHUP"
        )
    }

    // MARK: Roots

    /// Opens the folders to which the paths of these roots lead by now.
    func followRoots(_ indices: [Int]) {
        for root in indices {
            watch.followPath(rootPaths[root].text, of: root)
            openRoot(root)
        }
        if watch.lackedWatches { complainOfWatches() }
        resumeSearches()
    }

    private func openRoot(_ root: Int) {
        do throws(StartError) {
            let folder = Descriptor.Shared(try SiteFolders.open(rootPaths[root].text))
            take(folder, reportsChanges: ringport_reports_changes(folder.rawValue) != 0, for: root)
        } catch {
            missRoot(root, error)
        }
    }

    /// The path of a root leads to no folder at the moment: the old one stays.
    private func missRoot(_ root: Int, _ error: StartError) {
        guard case .noSite(let reason) = error else { preconditionFailure("a folder that is opened is a site's") }
        rootPaths[root].missing(since: clock.now, reason)
        if rootPaths[root].isUnsettled {
            searchesDue = Instant.earlier(searchesDue, clock.now.advanced(by: site.limits.siteLookInterval))
        }
        // A switch of two steps may be in between them; later it is said.
        guard rootPaths[root].absence?.unsaid != nil, let end = rootPaths[root].absenceEnd(site.limits) else { return }
        searchesDue = Instant.earlier(searchesDue, end)
    }

    private func take(_ folder: Descriptor.Shared, reportsChanges: Bool, for root: Int) {
        // What is kept is of the folder that was there, whatever has told of the other one. Files of other folders may have got
        // another guard.
        if site.hosts.guardsAcrossFolders { files.unlistAll() } else { unlistFiles(of: [root]) }
        version.roots[root] = folder
        rootPaths[root].absence = nil
        rootPaths[root].reportsChanges = reportsChanges
        watch.move(root, to: Self.watchPath(folder))
    }

    /// Looks where the path of a root leads, once a turn, when nothing reports that, or could not be followed when it was
    /// reported.
    ///
    /// Nothing of such a root is kept. A local file system answers without a wait; another one is not asked.
    func followUnwatchedRoot(_ root: Int) {
        guard !isSwitchReported(of: root), rootPaths[root].reportsChanges, rootPaths[root].followedAt != port.entries
        else { return }
        lookForRoot(root)
    }

    /// Looks where the path of a root leads: now where that takes no wait, else by and by.
    private func look(_ root: Int) {
        guard !rootPaths[root].reportsChanges else { return lookForRoot(root) }
        rootPaths[root].isLookWanted = true
        askForRoot(root)
    }

    /// Has a pool thread look where the path of a root leads, if that is wanted; one at a time.
    private func askForRoot(_ root: Int) {
        guard rootPaths[root].isLookWanted, rootPaths[root].lookedFrom == nil else { return }
        let old = version.roots[root]
        guard site.dispatch.pool.submit(RootLookup(rootPaths[root].text, of: root, from: old, posts)) else {
            searchesDue = Instant.earlier(searchesDue, clock.now.advanced(by: site.limits.siteLookInterval))
            return
        }
        rootPaths[root].isLookWanted = false
        rootPaths[root].lookedFrom = old
        rootPaths[root].lookedAt = clock.now
    }

    /// A pool thread has looked where the path of a root leads.
    func rootLookedUp(_ root: Int, from old: Descriptor.Shared, _ outcome: RootLookup.Outcome) {
        // A reload has opened all folders since.
        guard rootPaths.indices.contains(root), rootPaths[root].lookedFrom === old else { return }
        rootPaths[root].lookedFrom = nil
        // An event may have been followed meanwhile, to what is newer.
        if version.roots[root] === old {
            switch outcome {
            case .same: rootPaths[root].absence = nil
            case .other(let folder, let reportsChanges):
                watch.followPath(rootPaths[root].text, of: root)
                take(folder, reportsChanges: reportsChanges, for: root)
            case .missing(let error): missRoot(root, error)
            }
        }
        askForRoot(root)
        resumeSearches()
    }

    /// Opens the folder to which the path of a root leads, and takes it when it is another.
    private func lookForRoot(_ root: Int) {
        rootPaths[root].followedAt = port.entries
        let opened: Descriptor.Shared
        do throws(StartError) {
            opened = Descriptor.Shared(try SiteFolders.open(rootPaths[root].text))
        } catch {
            return missRoot(root, error)
        }
        rootPaths[root].absence = nil
        guard !SiteFolders.isSame(opened, version.roots[root]) else { return }
        take(opened, reportsChanges: ringport_reports_changes(opened.rawValue) != 0, for: root)
    }

    /// Follows the path of a root anew when it no longer leads to the folder that is open; looks once a turn.
    ///
    /// A folder that is removed makes no event for as long as it is open here, and what is made in its place none before that.
    /// Nothing is found in it, so that each request for a file of such a root comes here.
    func followRemovedRoot(_ root: Int) {
        guard isSwitchReported(of: root), rootPaths[root].absence == nil, rootPaths[root].followedAt != port.entries
        else { return }
        rootPaths[root].followedAt = port.entries
        var open = stat()
        var named = stat()
        guard unsafe fstat(version.roots[root].rawValue, &open) == 0 else { return }
        let isNamed = unsafe stat(rootPaths[root].text, &named) == 0
        guard !isNamed || named.st_ino != open.st_ino || named.st_dev != open.st_dev else { return }
        // What is known to be missing is known of the old folder.
        unlistFiles(of: [root])
        followRoots([root])
    }

    // MARK: Searches

    /// Nothing was found of a file that is being loaded: it is missing, unless it was looked for in a folder that is no
    /// longer its site's, or will not be in a moment.
    func endSearch(_ file: FileSlot) {
        // A variant is of a content, and goes with it.
        guard files[file].key.isPlain else { return loadEnded(file, .missing) }
        // The folders of an earlier version are what they were.
        guard files[file].version === version else {
            return loadEnded(file, files[file].foundFolder ? .folder : .missing)
        }
        let root = root(of: file)
        lookAtSitesAgain()
        lookAfterMiss(root)
        if files[file].isBeneath(folder(of: file)) { searchOrEnd(file) } else { startOver(file) }
    }

    /// A file is not there: that may be for a switch that nothing reports.
    private func lookAfterMiss(_ root: Int) {
        guard !isSwitchReported(of: root) else { return followRemovedRoot(root) }
        let next = rootPaths[root].lookedAt.advanced(by: site.limits.siteLookInterval)
        guard rootPaths[root].reportsChanges || clock.now >= next else { return }
        look(root)
    }

    /// Looks for a file in the folder that is its site's by now, from the first name on.
    func startOver(_ file: FileSlot) {
        let names = policy(ofFile: file).names
        guard let path = files[file].withName({ names.file($0, attempt: 0) }) else {
            preconditionFailure("a file that was tried has a first name")
        }
        files[file].startOver(path)
        open(file, .withoutLinks)
    }

    /// Goes on with the searches whose root is another by now.
    private func resumeSearches() {
        guard !searches.isEmpty else { return }
        let all = searches
        searches.removeAll()
        for file in all {
            // Entries stay while they are loaded.
            if files[file].isBeneath(folder(of: file)) { searches.append(file) } else { startOver(file) }
        }
    }

    /// Ends the searches that have waited long enough, and says which folders are missing.
    func passSearches() {
        searchesDue = .distantFuture
        let searched = Set(searches.map { root(of: $0) })
        for root in rootPaths.indices {
            let isDue = rootPaths[root].isUnsettled || searched.contains(root)
            if isDue, !isSwitchReported(of: root) { look(root) } else { askForRoot(root) }
        }
        resumeSearches()
        let waiting = searches
        searches.removeAll()
        for file in waiting { searchOrEnd(file) }
        for root in rootPaths.indices { sayAbsence(of: root) }
    }

    /// Has a file wait for the folder of its site, or ends its search.
    private func searchOrEnd(_ file: FileSlot) {
        let root = root(of: file)
        guard let end = rootPaths[root].absenceEnd(site.limits), clock.now < end else {
            return loadEnded(file, files[file].foundFolder ? .folder : .missing)
        }
        searches.append(file)
        let next = isSwitchReported(of: root) ? end : clock.now.advanced(by: site.limits.siteLookInterval)
        searchesDue = Instant.earlier(searchesDue, next)
    }

    private func sayAbsence(of root: Int) {
        guard let reason = rootPaths[root].absence?.unsaid, let end = rootPaths[root].absenceEnd(site.limits) else {
            return
        }
        guard clock.now >= end else { return searchesDue = Instant.earlier(searchesDue, end) }
        rootPaths[root].absence?.unsaid = nil
        errors.error(.error, "\(reason); the folder that was there is served on")
    }

    /// True when the kernel reports that the path of a root leads elsewhere, and all that it has reported was read and followed.
    func isSwitchReported(of root: Int) -> Bool {
        watch.isPathWatched(of: root) && !watch.hasUnread && rootPaths[root].reportsChanges
            && !rootPaths[root].isUnsettled
    }

    /// The sites are served from other folders, all of them.
    func rootsMoved() {
        watch.move(to: version.roots.map(Self.watchPath))
        hasComplainedOfWatches = false
        if watch.failure != nil {
            watch = SiteWatch(roots: version.roots.map(Self.watchPath), foldersMax: site.limits.watchedFoldersMax)
            files.move(to: watch.notifier)
            peers[index].report(watch.failure)
            noticeSites()
            if let failure = watch.failure {
                errors.error(.warning, "worker-\(index) still keeps no files in memory: \(failure)")
            }
        }
        // What was opened by another thread may be what was there before the last change that this one has seen.
        followRoots(Array(rootPaths.indices))
    }
}
