/// Follows a log by its name, whatever happens to it. Used by one thread, that of `ringport tail`.
///
/// Events of inotify(7) wake the follower at once, a regular look finds what makes none. Files are read in the order in
/// which they had the name: one that was renamed stays open, and is finished when a later one has content, since the
/// log thread writes to the new file only after it wrote its last to the old. A file without content yet proves nothing:
/// a tool that rotates may make it long before the server is told to reopen. Next: LogFollower+Files.swift

internal import Glibc
package import Platform

/// The lines of a log from some place on, past, present and future.
package final class LogFollower {
    let path: String
    let limits: FollowerLimits
    let watch: LogWatch
    let note: (String) -> Void
    /// Files that have or had the name, oldest first; the first is being read.
    var files: [FollowedFile] = []
    /// The places up to which files were read that have been let go.
    var places: [ReadableLog.Place] = []
    /// The last thing said about the name, which is not said again.
    var lastNote = ""

    /// Starts following; the log and its folder need not be there yet.
    ///
    /// - Parameters:
    ///   - path: the log's name, whether or not there is such a file.
    ///   - start: where in it to begin; a file that comes later is shown whole.
    ///   - limits: how often to look, and how much to hold.
    ///   - canWatch: false to do without inotify.
    ///   - matches: which lines count as such.
    ///   - note: takes what a person should know, such as that the log may not be read at the moment.
    /// - Throws: `SystemError` when the file can't be read.
    package init(
        path: String,
        from start: LogStart,
        limits: FollowerLimits = FollowerLimits(),
        canWatch: Bool = true,
        where matches: (Span<UInt8>) -> Bool = { _ in true },
        note: @escaping (String) -> Void = { _ in }
    ) throws(SystemError) {
        let slash = path.lastIndex(of: "/")
        let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        guard !name.isEmpty else { throw SystemError(EISDIR, "follow \(path)") }
        self.path = path
        self.limits = limits
        self.note = note
        watch = LogWatch(folder: folder, name: name, limits: limits, canWatch: canWatch)
        // The watch is there before the file is looked for: a name that comes or goes from now on is an event.
        watch.renewFolder()
        openNamed()
        if files.isEmpty, lastNote.isEmpty { note("there is no \(path) yet; waiting for it") }
        try files.first?.file.seek(to: start, where: matches)
    }

    /// Hands on lines that are there, each once, without their line feeds.
    ///
    /// - Returns: true when there are more, which are left for the next call so that these can be shown.
    package func readAvailable(_ body: (Span<UInt8>) -> Void) -> Bool {
        noticeNewFiles()
        let isComplete = readFiles(body)
        closeSurplus(body)
        tellSource()
        return !isComplete || watch.holders.isChanged
    }

    /// Sleeps until something may have happened to the log.
    ///
    /// - Parameter output: a descriptor whose reader may go away, or -1.
    /// - Returns: false when the reader of `output` has gone.
    /// - Throws: `SystemError` when the kernel has no memory to wait with.
    package func wait(output: Int32 = -1) throws(SystemError) -> Bool {
        var waiting = [
            pollfd(fd: watch.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: output, events: 0, revents: 0),
        ]
        let (seconds, attoseconds) = limits.lookInterval.components
        let timeout = Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
        guard unsafe poll(&waiting, 2, timeout) >= 0 || errno == EINTR else { throw SystemError("wait for \(path)") }
        return waiting[1].revents == 0
    }

    // MARK: Reading

    /// Reads the files in turn; returns false when a batch is full before their end.
    private func readFiles(_ body: (Span<UInt8>) -> Void) -> Bool {
        let now = Instant.now
        var blocks = limits.batchSize / ReadableLog.blockSize
        while let current = files.first {
            // Looked at before the old file is read: what is in it then was written before, and will be read.
            let isFinished = files.dropFirst().contains { (try? $0.file.hasUnread()) ?? false }
            do throws(SystemError) {
                while try current.readBlock(now: now, body) {
                    blocks -= 1
                    if blocks <= 0 { return false }
                }
            } catch {
                // Its server or its file system has gone: it is looked for anew by its name.
                if error.code == ESTALE || error.code == ENOTCONN || isFinished {
                    close(at: 0, body)
                    continue
                }
                say("\(error); trying again")
                return true
            }
            guard isFinished else { return true }
            close(at: 0, body)
        }
        return true
    }

    /// Says once that the kernel gives no events.
    private func tellSource() {
        guard case .looks(let error) = watch.source, !isSourceTold else { return }
        isSourceTold = true
        let reason =
            switch error.code {
            case EMFILE: "fs.inotify.max_user_instances are used up"
            case ENOSPC: "fs.inotify.max_user_watches are used up"
            default: SystemError.reason(error.code)
            }
        note("the kernel tells no changes of \(path) (\(reason)); looking at it every \(limits.lookInterval)")
    }

    private var isSourceTold = false
}
