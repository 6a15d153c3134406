/// Opens the database: under the site's lock, with a note of its files. Store writer.

internal import Glibc
internal import Platform

extension StoreWriter {
    /// Opens and migrates the database, unless that is done.
    @discardableResult
    func prepare() -> StoreError? {
        guard let missing = readiness.missing() else { return nil }
        do throws(StoreError) {
            if let connection {
                let migrator = Migrator(connection.connection)
                for migrations in missing.migrations { try migrator.apply(migrations) }
            } else {
                let opened = try open(missing.migrations)
                connection = opened
                settleUploads(in: opened.connection)
                readers.admit(opened.files.main)
                nextLook = Instant.now.advanced(by: limits.lookInterval)
            }
            readiness.succeed(revision: missing.revision)
            return nil
        } catch {
            if case .locked = error {
                if !lockWait.isOver(now: .now) {
                    readiness.awaitLock()
                    return error
                }
            } else if startedLocked, statistics.openings == 0 {
                // The start went on without a database as another process had it: what is wrong with it is told now.
                startedLocked = false
                notify(.failed(error))
            }
            readiness.fail(error)
            return error
        }
    }

    /// The same for writes that have been taken: waits as long as they may wait for the site's lock.
    func prepareWaiting() -> StoreError? {
        while true {
            let error = prepare()
            guard case .locked = error, !lockWait.isOver(now: .now),
                queue.pause(until: lockWait.nextAttempt(now: .now))
            else { return error }
        }
    }

    /// Opens the file that has the name.
    private func open(_ handlers: [Migrations]) throws(StoreError) -> WriteConnection {
        let isNew = try awaitFile()
        try takeLock()
        while true {
            let found = try removeLeftovers()
            let opened: WriteConnection
            if let returned = try takeDeparted(found.main) {
                opened = returned
            } else {
                guard let fresh = try openFound() else { continue }
                opened = fresh
            }
            try migrate(opened.connection, handlers)
            guard opened.files.hasMain(at: path) else {
                connection = opened
                leave()
                continue
            }
            policy = CheckpointPolicy(limits: limits, pageSize: try opened.connection.pageSize())
            if let main = opened.files.main, main.links > 1 { notify(.linked(path: path, names: main.links)) }
            // What a killed process has left in the log.
            _ = checkpoint(opened, .settle)
            statistics.openings += 1
            // The moment at which the file took the name: opening it may have changed it since.
            if hasLeft { take(opened, since: isNew ? nil : found.main?.change) }
            publish()
            return opened
        }
    }

    /// Opens the file, and notes what it is made of before anything is written.
    ///
    /// - Returns: `nil` when the name was lost meanwhile.
    private func openFound() throws(StoreError) -> WriteConnection? {
        let connection = try openWhole()
        guard let files = try connection.files() else { return nil }
        content = nil
        if !hasSettledUploads, let last = lock?.note.main { isSameDatabase = files.main?.identity == last }
        try lock?.write(DatabaseNote(holder: getpid(), files, content: nil))
        return try WriteConnection(connection, files, limits: limits)
    }

    /// Takes the site's own steps, which come before those of the handlers, and looks whether all is there.
    private func migrate(_ connection: Connection, _ handlers: [Migrations]) throws(StoreError) {
        var owners = handlers
        if let migrationsFolder { owners.insert(try Migrations.site(directory: migrationsFolder), at: 0) }
        let migrator = Migrator(connection)
        for migrations in owners { try migrator.apply(migrations) }
        try Inspection(connection, limits).run(owners)
    }

    /// Opens the file for writing.
    ///
    /// One that has just taken the name may still be growing, where it was copied and not renamed: it is tried again for a
    /// while.
    private func openWhole() throws(StoreError) -> Connection {
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
    /// - Throws: `locked` when another process has it.
    func takeLock() throws(StoreError) {
        if let lock, lock.isInPlace { return }
        lock = nil
        let now = Instant.now
        lockWait.attempted(now: now)
        try Connection.makeFolder(of: path)
        let lockPath = SiteLock.path(ofDatabase: path)
        switch try SiteLock.attempt(database: path) {
        case .taken(let taken):
            lock = taken
            if let waited = lockWait.taken(now: now) { notify(.lockTaken(path: lockPath, after: waited)) }
            var note = taken.note
            note.holder = getpid()
            try taken.write(note)
        case .held(let holder):
            if statistics.openings == 0 { startedLocked = true }
            switch lockWait.found(held: now) {
            case .begins: notify(.waitingForLock(path: lockPath, holder: holder))
            case .ends: notify(.refusing(path: lockPath, holder: holder, after: limits.lockDuration))
            case .goesOn: break
            }
            throw .locked(path: lockPath, holder: holder)
        }
    }

    /// Takes the lock anew where its file was removed or replaced, as the next process would lock another one.
    ///
    /// If that process has come first the database is its: this one goes on without, and touches no name.
    func keepLock() {
        guard let connection, let lock, !lock.isInPlace else { return }
        do throws(StoreError) {
            try takeLock()
            try self.lock?.write(DatabaseNote(holder: getpid(), connection.files, content: content))
        } catch {
            notify(.trouble(error))
            readiness.close(isStopped: false)
            readers.closeAll()
            forget()
        }
    }

    /// Removes what another database has left under the names of this one's log and index.
    ///
    /// - Returns: the files as they were found.
    /// - Throws: `strayLog` when commits are in it, and what else the note tells.
    private func removeLeftovers() throws(StoreError) -> DatabaseFiles {
        let files = try DatabaseFiles(path: path)
        try files.checkAccess()
        switch (lock?.note ?? DatabaseNote()).verdict(on: files, boot: SiteLock.boot) {
        case .overwritten: throw .overwritten(path: path)
        case .emptied: throw .emptied(path: path)
        case .strayLog: throw .strayLog(path: path)
        case .strayJournal: throw .strayJournal(path: path)
        case .usable(let removesLog, let removesIndex):
            try files.removeSideFiles(log: removesLog, index: removesIndex)
        }
        return files
    }

    // MARK: Checkpoints

    /// Runs a checkpoint between two notes, so that after a crash a file that a checkpoint was writing is told from one
    /// that something else wrote.
    func checkpoint(_ connection: WriteConnection, _ kind: CheckpointPolicy.Action) -> WriteConnection.Checkpoint {
        guard note(nil) else { return .blocked }
        let outcome = connection.checkpoint(kind, limits: limits)
        content = DatabaseNote.Content(of: connection.files.path)
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
}
