/// Follows a log by its name, across rotation, without polling. Used by one thread, that of `ringport tail`.
///
/// The folder is watched for names that come and go, each open file for changes (inotify(7)). Files are read in the order
/// in which they had the name: one that was renamed stays open, and is finished when a later one has content, since the
/// log thread writes to the new file only after it wrote its last to the old. A file without content yet proves nothing:
/// who rotates may make it long before the server is told to reopen.

internal import Glibc
package import Platform

/// The lines of a log from some place on, past, present and future.
package final class LogFollower {
    private let name: String
    private let folder: String
    private let notifier: Descriptor
    private var folderWatch: Int32 = -1
    /// Files that have or had the name, oldest first; the first is being read.
    private var files: [ReadableLog] = []
    private var splitter = LineSplitter()
    private var eventBytes = [UInt8](repeating: 0, count: 16 << 10)

    /// Starts following; waits for the folder if it is not there yet.
    ///
    /// - Parameters:
    ///   - path: the log's name, whether or not there is such a file.
    ///   - last: with how many of the lines there are to begin.
    ///   - matches: which lines count as such.
    /// - Throws: `SystemError` when the file or its folder may not be read or watched.
    package init(
        path: String,
        last: Int,
        where matches: (Span<UInt8>) -> Bool = { _ in true }
    ) throws(SystemError) {
        let slash = path.lastIndex(of: "/")
        name = slash.map { String(path[path.index(after: $0)...]) } ?? path
        folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let number = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
        guard number >= 0 else { throw SystemError("watch \(folder)") }
        notifier = Descriptor(owning: number)
        folderWatch = try waitForFolder()
        // The watch is there before the file is looked for: whatever gets the name from now on is an event.
        if let file = try ReadableLog(path: path) { try follow(file, at: 0) }
        try files.first?.seekToLast(last, where: matches)
    }

    /// Hands on the lines that are there, each once, without their line feeds.
    package func readAvailable(_ body: (Span<UInt8>) -> Void) throws(SystemError) {
        try noticeNewFiles()
        while let current = files.first {
            // Looked at before the old file is read: what is in it then was written before, and will be read.
            var isFinished = false
            for next in files.dropFirst() where try next.size() > 0 { isFinished = true }
            try current.readToEnd(restart: { splitter.finish(body) }) { splitter.take($0, body) }
            guard isFinished else { return }
            splitter.finish(body)
            if let watch = current.watch { inotify_rm_watch(notifier.rawValue, watch) }
            files.removeFirst()
        }
    }

    /// Sleeps until something has happened to the log.
    ///
    /// - Parameter output: a descriptor whose reader may go away, or -1.
    /// - Returns: false when the reader of `output` has gone.
    /// - Throws: `SystemError` when the kernel has no memory to wait with.
    package func wait(output: Int32 = -1) throws(SystemError) -> Bool {
        var waiting = [
            pollfd(fd: notifier.rawValue, events: Int16(POLLIN), revents: 0),
            pollfd(fd: output, events: 0, revents: 0),
        ]
        while unsafe poll(&waiting, 2, -1) < 0 {
            guard errno == EINTR else { throw SystemError("wait for \(folder)/\(name)") }
        }
        return waiting[1].revents == 0
    }

    // MARK: Files that get the name

    /// Watches a file, to be read when those before it are finished.
    private func follow(_ file: ReadableLog, at index: Int) throws(SystemError) {
        let watch = unsafe inotify_add_watch(notifier.rawValue, file.pathOfDescriptor, UInt32(IN_MODIFY))
        guard watch >= 0 else { throw SystemError("watch \(folder)/\(name)") }
        file.watch = watch
        files.insert(file, at: index)
    }

    /// Opens the files that got the name since the last look, also those that have lost it again.
    private func noticeNewFiles() throws(SystemError) {
        var holders = NameHolders(name: name)
        var isChanged = false
        while let count = try readEvents() {
            for event in InotifyEvents(bytes: eventBytes[..<count]) where event.watch == folderWatch || event.isOverflow
            {
                holders.apply(event)
                isChanged = true
            }
        }
        guard isChanged else { return }
        // From the youngest to the oldest: an unknown one belongs before the next younger that is known.
        var index = files.count
        for name in holders.names.reversed() where !name.isEmpty {
            guard let file = try ReadableLog(path: "\(folder)/\(name)") else { continue }
            if let known = files.firstIndex(where: { $0.identity == file.identity }) {
                index = known
            } else {
                try follow(file, at: index)
            }
        }
    }

    /// Reads what inotify has to say; `nil` when it has no more.
    private func readEvents() throws(SystemError) -> Int? {
        while true {
            let count = unsafe read(notifier.rawValue, &eventBytes, eventBytes.count)
            if count > 0 { return count }
            if count < 0, errno == EINTR { continue }
            guard count < 0, errno != EAGAIN else { return nil }
            throw SystemError("watch \(folder)")
        }
    }

    // MARK: The folder

    /// Watches the folder, when it is missing first the nearest one above it until it has come.
    private func waitForFolder() throws(SystemError) -> Int32 {
        let mask = UInt32(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)
        while true {
            let watch = unsafe inotify_add_watch(notifier.rawValue, folder, mask | UInt32(IN_ONLYDIR))
            if watch >= 0 { return watch }
            guard errno == ENOENT else { throw SystemError("watch \(folder)") }
            try waitAboveFolder(mask)
        }
    }

    private func waitAboveFolder(_ mask: UInt32) throws(SystemError) {
        var above = folder
        var watch: Int32 = -1
        while watch < 0 {
            guard errno == ENOENT, above != "/", above != "." else { throw SystemError("watch \(above)") }
            above = Self.parent(of: above)
            watch = unsafe inotify_add_watch(notifier.rawValue, above, mask | UInt32(IN_ONLYDIR))
        }
        defer { inotify_rm_watch(notifier.rawValue, watch) }
        // It may have come between the two looks; then there is no event to wait for.
        let missing = unsafe access(folder, F_OK) != 0
        if missing { _ = try wait() }
        while try readEvents() != nil {}
    }

    private static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
