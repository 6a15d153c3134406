/// The text of the site's lock file: its holder, and which files the database was made of. A value; any thread.

internal import Platform

/// A note of the database's files, kept beside them.
///
/// SQLite finds a database's log by its name alone. After a crash the note tells a log that belongs to the database from
/// one that a database left behind which has had the name before.
struct DatabaseNote: Equatable {
    /// The process that holds the lock, or held it last.
    var holder: Int32?
    var main: FileStatus.Identity?
    var log: FileStatus.Identity?
    var index: FileStatus.Identity?
    /// The database file as the last checkpoint left it; `nil` while one is under way.
    var content: Content?

    /// The state of a file that only checkpoints write.
    struct Content: Equatable {
        /// Nanoseconds since 1970.
        let modification: Int64
        let size: Int
        /// The run of the system: a power cut may leave an older time on the disk.
        let boot: String

        /// The state of a file now; `nil` when it can't be looked at.
        init?(of path: String) {
            do throws(SystemError) {
                guard let status = try FileStatus.find(path) else { return nil }
                self.init(status, boot: SiteLock.boot)
            } catch {
                return nil
            }
        }

        init(_ status: FileStatus, boot: String) {
            modification = status.modification
            size = status.size
            self.boot = boot
        }

        fileprivate init?(_ words: [Substring]) {
            guard words.count == 4, let modification = Int64(words[1]), let size = Int(words[2]) else { return nil }
            self.modification = modification
            self.size = size
            boot = String(words[3])
        }
    }

    /// The verdict on files that were found under the name.
    enum Verdict: Equatable {
        /// The database has been emptied.
        case emptied
        /// They may be opened. Those named are left over from another database, hold nothing, and must be removed first.
        case usable(removingLog: Bool, removingIndex: Bool)
        /// The log holds commits of a database that does not have the name any more.
        case strayLog
        /// The log holds commits, and the database was written by something else since they were made.
        case overwritten
        /// A rollback journal of another database, or of another program, would be played back into this one.
        case strayJournal
    }

    init() {}

    init(holder: Int32, _ files: DatabaseFiles, content: Content?) {
        self.holder = holder
        self.content = content
        main = files.main?.identity
        log = files.log?.identity
        index = files.index?.identity
    }

    /// Judges the files at the name before they are opened.
    ///
    /// - Parameters:
    ///   - files: as they were found.
    ///   - boot: the run of the system.
    /// - Returns: the verdict.
    func verdict(on files: DatabaseFiles, boot: String) -> Verdict {
        let isOurs = main != nil && files.main?.identity == main
        // A database has at least a page; SQLite would begin an empty file anew.
        if isOurs, files.main?.size == 0, files.log?.size ?? 0 == 0 { return .emptied }
        if let journal = files.journal, journal.size > 0, main != nil, !isOurs || DatabaseFiles.usesLog(files.path) {
            return .strayJournal
        }
        let isIndexStale = !isOurs && index != nil && files.index?.identity == index
        guard let found = files.log, found.size > 0 else {
            let isLogStale = !isOurs && log != nil && files.log?.identity == log
            return .usable(removingLog: isLogStale, removingIndex: isIndexStale)
        }
        // SQLite removes the log of an empty or missing database without a word.
        guard let database = files.main, database.size > 0 else { return .strayLog }
        if main != nil, isOurs != (found.identity == log) { return .strayLog }
        if isOurs, found.identity == log, let content, content.boot == boot,
            content != Content(database, boot: boot)
        {
            return .overwritten
        }
        return .usable(removingLog: false, removingIndex: isIndexStale)
    }

    // MARK: Text

    /// Reads a note; what it does not understand counts as not noted.
    init(text: String) {
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ")
            switch words.first {
            case "holder": holder = words.count == 2 ? Int32(words[1]) : nil
            case "database": main = Self.identity(words)
            case "log": log = Self.identity(words)
            case "index": index = Self.identity(words)
            case "content": content = Content(words)
            default: continue
            }
        }
    }

    private static func identity(_ words: [Substring]) -> FileStatus.Identity? {
        guard words.count == 3, let inode = UInt64(words[1]), let birth = Int64(words[2]) else { return nil }
        return FileStatus.Identity(inode: inode, birth: birth)
    }

    /// A line for each thing that is known: its name, then a process, an inode and its birth in nanoseconds, or the time
    /// and size of the content and the run of the system.
    var text: String {
        var text = ""
        if let holder { text += "holder \(holder)\n" }
        for (name, identity) in [("database", main), ("log", log), ("index", index)] {
            if let identity { text += "\(name) \(identity.inode) \(identity.birth)\n" }
        }
        if let content { text += "content \(content.modification) \(content.size) \(content.boot)\n" }
        return text
    }
}
