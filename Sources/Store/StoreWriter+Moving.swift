/// A database file that loses its name while it is open, and the one that takes the name. Store writer.
///
/// DESIGN. SQLite finds a database's log and its index by name, and closes by name too: a connection whose file was moved
/// would copy its log into the right file and then remove the log of whichever database has the name by then. So a moved
/// file is left in this order: its log is copied into it; the connection is closed without touching any name; log and
/// index are removed if the names still lead to them; only then is the file that has the name now opened.

internal import Glibc
internal import Platform

extension StoreWriter {
    /// True when the file that is open no longer has the database's name.
    var isMoved: Bool {
        guard let connection else { return false }
        return !connection.files.hasMain(at: path)
    }

    /// Makes sure that what is stored next goes into the file that has the database's name, with a log that others find.
    func keepPlace() {
        if isMoved {
            leave()
        } else if closeOverwritten() || closeWithoutSideFiles() {
            // SQLite shares an index between the connections of a process: the old one is closed before the next is opened.
            prepare()
        }
    }

    /// Closes a file that something else has written, as `cp` over a database does, where no commit is in its log.
    ///
    /// With commits in the log there is no telling what is in the file: that is said, and nothing is made worse.
    private func closeOverwritten() -> Bool {
        guard let connection, let content, let now = lookAtContent(of: connection.files.path), now != content
        else { return false }
        self.content = now
        let log: FileStatus?
        do { log = try FileStatus.find(DatabaseFiles.logPath(connection.files.path)) } catch { return false }
        guard let log, log.size == 0 else {
            notify(.overwritten(path: path))
            return false
        }
        notify(.left(path: path, movedTo: nil))
        close(connection)
        hasLeft = true
        return true
    }

    /// Closes a database whose commits are all in its file.
    private func close(_ connection: WriteConnection) {
        readiness.close(isStopped: false)
        readers.closeAll()
        connection.connection.keepLogOnClose()
        do throws(StoreError) {
            try connection.files.removeSideFiles()
        } catch {
            notify(.trouble(error))
        }
        forget()
    }

    /// Leaves a file that has lost its name, whole and by itself.
    func leave() {
        guard let connection else { return }
        readiness.close(isStopped: false)
        readers.closeAll()
        let files = connection.files
        let outcome = connection.checkpoint(.truncate, limits: limits)
        connection.connection.keepLogOnClose()
        let newPath = files.currentPath
        do throws(StoreError) {
            if outcome == .blocked {
                // A reader of another process keeps commits in the log: it goes where its database went, and is copied
                // when the reader has ended.
                departed.append(connection)
                if let newPath { try files.moveSideFiles(to: newPath) }
            }
            // What was moved no longer has these names.
            try files.removeSideFiles()
        } catch {
            notify(.trouble(error))
        }
        if outcome == .blocked, let newPath {
            notify(.leftWithLog(path: path, movedTo: newPath))
        } else {
            notify(.left(path: path, movedTo: newPath))
        }
        forget()
        hasLeft = true
    }

    /// Copies the logs of moved databases once their readers let them.
    func finishDeparted() {
        departed.removeAll { connection in
            connection.checkpoint(.settle, limits: limits) != .blocked
        }
    }

    /// Empties a log that has lost its name, or whose index has, and closes the database: other processes would not find it.
    ///
    /// A reader in the way is waited for by going on: the log is still open here, and nothing in it is lost.
    private func closeWithoutSideFiles() -> Bool {
        guard let connection, !connection.files.hasSideFiles else { return false }
        guard connection.checkpoint(.truncate, limits: limits) != .blocked else { return false }
        notify(.sideFilesLost(path: path))
        close(connection)
        return true
    }

    /// Waits for the file that takes the place of one that was moved away, as people move one file after the other.
    ///
    /// - Returns: true when none came, so that the one which is opened next is made here.
    func awaitFile() throws(StoreError) -> Bool {
        guard hasLeft else { return false }
        let deadline = Instant.now.advanced(by: limits.absenceDuration)
        while try DatabaseFiles(path: path).main == nil {
            let next = Instant.now.advanced(by: limits.absencePollInterval)
            guard next < deadline, queue.pause(until: next) else { return true }
        }
        return false
    }

    /// Opens the file that has the name.
    ///
    /// One that has just taken it may still be growing, where it was copied and not renamed: it is tried again for a while.
    func openFound() throws(StoreError) -> Connection {
        let deadline = hasLeft ? Instant.now.advanced(by: limits.absenceDuration) : Instant.now
        while true {
            do throws(StoreError) {
                return try Connection.writer(path: path, limits: limits)
            } catch {
                let next = Instant.now.advanced(by: limits.absencePollInterval)
                guard case .corrupt = error, next < deadline, queue.pause(until: next) else { throw error }
            }
        }
    }

    // MARK: The lock and its note

    /// Takes the site's lock, unless it is held here already.
    ///
    /// - Returns: how long it was waited for; `nil` when it was held or free.
    /// - Throws: `locked` when another process has it.
    func takeLock() throws(StoreError) -> Duration? {
        if let lock, lock.isInPlace { return nil }
        lock = nil
        try Connection.makeFolder(of: path)
        let now = Instant.now
        switch try SiteLock.attempt(database: path) {
        case .taken(let taken):
            lock = taken
            let waited = lockWait.taken(now: now)
            if let waited { notify(.lockTaken(path: SiteLock.path(ofDatabase: path), after: waited)) }
            var note = taken.note
            note.holder = getpid()
            try taken.write(note)
            return waited
        case .held(let holder):
            let lockPath = SiteLock.path(ofDatabase: path)
            switch lockWait.found(held: now) {
            case .begins: notify(.waitingForLock(path: lockPath, holder: holder))
            case .ends: notify(.refusing(path: lockPath, holder: holder, after: limits.lockDuration))
            case .goesOn: break
            }
            throw .locked(path: lockPath, holder: holder)
        }
    }

    /// Removes what another database has left under the names of this one's log and index.
    ///
    /// - Throws: `strayLog` when commits are in it.
    func removeLeftovers() throws(StoreError) {
        let files = try DatabaseFiles(path: path)
        try files.checkAccess()
        switch (lock?.note ?? DatabaseNote()).verdict(on: files, boot: SiteLock.boot) {
        case .overwritten: throw .overwritten(path: path)
        case .emptied: throw .emptied(path: path)
        case .strayLog: throw .strayLog(path: path)
        case .usable(false, false): return
        case .usable(let removesLog, let removesIndex):
            try files.removeSideFiles(log: removesLog, index: removesIndex)
        }
    }

    /// Notes which files the database is made of.
    func noteFiles(_ files: DatabaseFiles) throws(StoreError) {
        content = nil
        try lock?.write(DatabaseNote(holder: getpid(), files, content: nil))
    }

    /// Runs a checkpoint between two notes, so that after a crash a file that a checkpoint was writing is told from one
    /// that something else wrote.
    func checkpoint(_ connection: WriteConnection, _ kind: CheckpointPolicy.Action) -> WriteConnection.Checkpoint {
        guard note(nil) else { return .blocked }
        let outcome = connection.checkpoint(kind, limits: limits)
        content = lookAtContent(of: connection.files.path)
        _ = note(content)
        return outcome
    }

    /// Notes the state of the database file.
    ///
    /// - Returns: false when that can't be done; the disk may be full.
    private func note(_ content: DatabaseNote.Content?) -> Bool {
        guard let lock else { return true }
        var note = lock.note
        note.content = content
        do throws(StoreError) {
            try lock.write(note, isSynchronous: false)
            return true
        } catch {
            notify(.trouble(error))
            return false
        }
    }

    private func lookAtContent(of path: String) -> DatabaseNote.Content? {
        do {
            return try FileStatus.find(path).map { DatabaseNote.Content($0, boot: SiteLock.boot) }
        } catch {
            return nil
        }
    }
}
