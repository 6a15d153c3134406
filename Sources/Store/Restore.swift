/// `ringport restore`: puts a database in the place of a site's. The main thread, under the site's lock; blocks.
///
/// DESIGN. The order leaves one whole database under the name at every moment, however the process ends: the new one is
/// made beside the old and checked; the old one's log is copied into it and so empty; the old one gets a second name; the
/// new one takes the first name in one rename; the empty log is removed.

internal import Glibc
internal import Platform

package struct Restore {
    /// The outcome, for whoever asked for it.
    package struct Outcome: Equatable {
        /// Bytes of the database that is in place now.
        package let size: Int
        /// The name that the database which was there before has now; `nil` when there was none.
        package let kept: String?
    }

    private let database: String
    private let limits = StoreLimits()
    private let lock: SiteLock
    /// Ends the names of what was there before: the time of day, and the process.
    private let suffix: String

    /// Takes the site's lock.
    ///
    /// - Parameter database: the site's database, which need not be there.
    /// - Throws: `locked` while a server, or another restore, writes the site.
    package init(database: String) throws(StoreError) {
        // A link keeps leading where it leads.
        self.database = try DatabaseFiles(path: database).path
        try Connection.makeFolder(of: database)
        switch try SiteLock.attempt(database: database) {
        case .taken(let taken): lock = taken
        case .held(let holder): throw .locked(path: SiteLock.path(ofDatabase: database), holder: holder)
        }
        suffix = "before-\(Self.timeOfDay())-\(getpid())"
    }

    /// The time of day in UTC, as ISO 8601 has it in its basic form.
    private static func timeOfDay() -> String {
        var now = time(nil)
        var parts = unsafe tm()
        unsafe gmtime_r(&now, &parts)
        var text = [CChar](repeating: 0, count: 32)
        let count = unsafe strftime(&text, text.count, "%Y%m%dT%H%M%SZ", &parts)
        return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Puts a copy of a file in the database's place.
    ///
    /// - Parameter file: a database; only read, with its log when there is one beside it.
    /// - Returns: the size of the database, and the name of the one that was there.
    /// - Throws: why it was not done: then everything is as it was.
    package func run(from file: String) throws(StoreError) -> Outcome {
        let source = try DatabaseFiles(path: file)
        guard let found = source.main else { throw .missing(path: file) }
        guard found.isRegular else { throw .cannotOpen(path: file, reason: "not a regular file") }
        let old = try DatabaseFiles(path: database)
        if let main = old.main, main.isSameFile(as: found) {
            throw .cannotOpen(path: file, reason: "it is the database itself")
        }
        let reader = try StoreReader(path: file)
        guard try reader.hasTables() else { throw .corrupt(path: file, message: "it holds no tables") }
        let unfinished = "\(database).unfinished-\(getpid())"
        DatabaseCopy.remove(unfinished)
        try reader.copy(to: unfinished)
        do throws(StoreError) {
            let kept = try keep(old)
            guard unsafe rename(unfinished, database) == 0 else {
                throw .cannotOpen(path: database, reason: SystemError.reason(errno))
            }
            try DatabaseCopy.synchronize(database)
            let new = try DatabaseFiles(path: database)
            try lock.write(DatabaseNote(holder: getpid(), new, content: nil))
            return Outcome(size: new.main?.size ?? 0, kept: kept)
        } catch {
            DatabaseCopy.remove(unfinished)
            throw error
        }
    }

    /// Gives what is there a name of its own, and leaves no log under the old one.
    private func keep(_ old: DatabaseFiles) throws(StoreError) -> String? {
        let kept = "\(database).\(suffix)"
        let verdict = lock.note.verdict(on: old, boot: SiteLock.boot)
        let hasStrayLog = verdict == .strayLog || verdict == .overwritten
        guard old.main != nil else {
            try old.moveSideFiles(to: "\(database).\(suffix)-stray")
            return nil
        }
        if hasStrayLog {
            // It belongs to none of the two databases: under a name of its own nobody takes it for one's log.
            try old.moveSideFiles(to: "\(database).\(suffix)-stray")
        } else if !isWhole(old) {
            // Damaged, or read by another process: the three files stay together.
            guard unsafe rename(database, kept) == 0 else {
                throw .cannotOpen(path: database, reason: SystemError.reason(errno))
            }
            try old.moveSideFiles(to: kept)
            return kept
        }
        guard unsafe link(database, kept) == 0 || rename(database, kept) == 0 else {
            throw .cannotOpen(path: kept, reason: SystemError.reason(errno))
        }
        try DatabaseFiles(path: database).removeSideFiles()
        return kept
    }

    /// Copies the log of the database that is there into it.
    ///
    /// - Returns: false when that can't be done.
    private func isWhole(_ old: DatabaseFiles) -> Bool {
        guard old.log?.size ?? 0 > 0 else { return true }
        do throws(StoreError) {
            let connection = try Connection.writer(path: database, limits: limits)
            defer { connection.keepLogOnClose() }
            guard let files = try connection.files() else { return false }
            return try WriteConnection(connection, files, limits: limits).checkpoint(.truncate, limits: limits)
                != .blocked
        } catch {
            // What is wrong with the old database is no reason to keep it.
            return false
        }
    }
}
