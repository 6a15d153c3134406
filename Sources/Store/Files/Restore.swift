/// `ringport restore`: puts a database in the place of a site's. The main thread, under the site's lock; blocks.
///
/// DESIGN. The order leaves one database under the name at every moment, however the process ends: the new one is made
/// beside the old and checked; the old one's log is copied into it and so empty; the old one gets a second name; the new
/// one takes the first name in one rename; the empty log is removed. Only the log of an old database that can't be opened
/// changes its name before that.

internal import Glibc
internal import Platform

package struct Restore {
    /// The outcome of a restore.
    package struct Outcome: Equatable {
        /// Bytes of the database that is in place now.
        package let size: Int
        /// The name that the database which was there before has now; `nil` when there was none.
        package let kept: String?
    }

    private let database: String
    private let limits = StoreLimits()
    private let lock: SiteLock
    /// The note as it was found.
    private let found: DatabaseNote
    /// Ends the names of what was there before: the time of day, and the process.
    private let suffix: String

    private let settling: UploadNotes.Settling

    /// Takes the site's lock.
    ///
    /// - Parameters:
    ///   - database: the site's database, which need not be there.
    ///   - settling: ends what a killed server has left of uploads, by the notes of the database that is replaced.
    /// - Throws: `locked` while a server, or another restore, writes the site.
    package init(database: String, settling: @escaping UploadNotes.Settling = { _, _ in false }) throws(StoreError) {
        self.settling = settling
        try Connection.makeFolder(of: database)
        switch try SiteLock.attempt(database: database) {
        case .taken(let taken): lock = taken
        case .held(let holder): throw .locked(path: SiteLock.path(ofDatabase: database), holder: holder)
        }
        // A link keeps leading where it leads.
        self.database = try DatabaseFiles(path: database).path
        suffix = "before-\(Self.timeOfDay())-\(getpid())"
        found = lock.note
        var note = found
        note.holder = getpid()
        // From here on a checkpoint may write the old database.
        note.content = nil
        try lock.write(note)
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
    /// - Throws: why it was not done: then the site's database is as it was.
    package func run(from file: String) throws(StoreError) -> Outcome {
        let source = try DatabaseFiles(path: file)
        guard let found = source.main else { throw .unfit(path: file, reason: SystemError.reason(ENOENT)) }
        guard found.isRegular else { throw .unfit(path: file, reason: "not a regular file") }
        let old = try DatabaseFiles(path: database)
        if let main = old.main, main.isSameFile(as: found) {
            throw .unfit(path: file, reason: "it is the database itself")
        }
        for (status, name) in [(old.log, "-wal"), (old.index, "-shm"), (old.journal, "-journal")] {
            if let status, !status.isRegular { throw .unfit(path: database + name, reason: "not a regular file") }
        }
        let unfinished = try DatabaseCopy.unfinishedPath(of: database)
        do throws(StoreError) {
            let reader = try StoreReader(path: file)
            guard try reader.hasTables() else { throw .unfit(path: file, reason: "it holds no tables") }
            try reader.copy(to: unfinished, usesLog: true)
        } catch .corrupt(_, let message) {
            throw .unfit(path: file, reason: message)
        }
        DatabaseCopy.giveOwner(of: database, to: unfinished)
        do throws(StoreError) {
            return try put(unfinished, old)
        } catch {
            DatabaseCopy.remove(unfinished)
            throw error
        }
    }

    /// Gives the new database its name.
    private func put(_ unfinished: String, _ old: DatabaseFiles) throws(StoreError) -> Outcome {
        let new = try DatabaseFiles(path: unfinished)
        settleUploads(by: old)
        // Reading its notes may have made an index.
        let old = try DatabaseFiles(path: database)
        let kept = try keep(old)
        // The file keeps its identity when it is renamed.
        var note = DatabaseNote()
        note.holder = getpid()
        note.main = new.main?.identity
        do throws(StoreError) {
            try lock.write(note)
            guard unsafe rename(unfinished, database) == 0 else {
                throw .cannotOpen(path: database, reason: SystemError.reason(errno))
            }
        } catch {
            try undo(old, kept)
            throw error
        }
        try old.removeSideFiles()
        try DatabaseCopy.synchronize(database)
        return Outcome(size: new.main?.size ?? 0, kept: old.main == nil ? nil : kept)
    }

    /// Gives what is there a second name, and leaves no commits in a log under the first.
    ///
    /// - Returns: the second name.
    private func keep(_ old: DatabaseFiles) throws(StoreError) -> String {
        let kept = "\(database).\(suffix)"
        let verdict = found.verdict(on: old, boot: SiteLock.boot)
        let isStray = verdict == .strayLog || verdict == .overwritten
        if old.main != nil {
            guard unsafe link(database, kept) == 0 else {
                throw .cannotOpen(path: kept, reason: SystemError.reason(errno))
            }
        }
        do throws(StoreError) {
            if old.journal?.size ?? 0 > 0 {
                // It is played back into the old database when that is opened, and not into the new one.
                guard unsafe rename(DatabaseFiles.journalPath(database), DatabaseFiles.journalPath(kept)) == 0 else {
                    throw .cannotOpen(path: DatabaseFiles.journalPath(database), reason: SystemError.reason(errno))
                }
            }
            if isStray {
                // It belongs to none of the two databases: under a name of its own it is not taken for the log of one.
                try old.moveSideFiles(from: database, to: "\(kept)-stray")
            } else if old.log?.size ?? 0 > 0, !isWhole() {
                // Damaged, or read by another process: the three files stay together.
                try old.moveSideFiles(from: database, to: kept)
            }
        } catch {
            try undo(old, kept)
            throw error
        }
        return kept
    }

    /// Ends what a killed server has left of uploads: the database that comes knows nothing about them.
    private func settleUploads(by old: DatabaseFiles) {
        guard old.main != nil, case .usable = found.verdict(on: old, boot: SiteLock.boot) else {
            _ = settling([], false)
            return
        }
        do throws(StoreError) {
            _ = settling(try StoreReader(path: database).uploadNotes(), true)
        } catch {
            // A damaged database does not tell which files have rows: all keep the names they have.
            _ = settling([], false)
        }
    }

    /// Takes `keep` back.
    private func undo(_ old: DatabaseFiles, _ kept: String) throws(StoreError) {
        try old.moveSideFiles(from: "\(kept)-stray", to: database)
        try old.moveSideFiles(from: kept, to: database)
        unsafe _ = rename(DatabaseFiles.journalPath(kept), DatabaseFiles.journalPath(database))
        unsafe _ = unlink(kept)
    }

    /// Copies the log of the database that is there into it.
    ///
    /// - Returns: false when that can't be done.
    private func isWhole() -> Bool {
        do throws(StoreError) {
            let connection = try Connection.writer(path: database, limits: limits)
            guard let files = try connection.files() else { return false }
            return try WriteConnection(connection, files, limits: limits).checkpoint(.truncate, limits: limits)
                != .blocked
        } catch {
            // What is wrong with the old database is no reason to keep it.
            return false
        }
    }
}
