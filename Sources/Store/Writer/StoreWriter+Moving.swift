/// A database file that loses its name while it is open, and the one that takes the name. Store writer.
///
/// DESIGN. SQLite finds a database's log and its index by name, and closes by name too: a connection whose file was moved
/// would copy its log into the right file and then remove the log of whichever database has the name by then. So a moved
/// file is left in this order: its log is copied into it; the connection is closed without touching any name; log and
/// index are removed if the names still lead to them; only then is the file that has the name now opened.

internal import Glibc
internal import Platform

/// A database that lost its name while a reader kept commits in its log.
struct DepartedDatabase {
    let connection: WriteConnection
    /// The name that its log was given too; `nil` when the file has no name any more.
    let path: String?
}

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

    /// Leaves a file that has lost its name, whole and by itself.
    func leave() {
        guard let connection else { return }
        readiness.close(isStopped: false)
        readers.closeAll()
        let files = connection.files
        let outcome = connection.checkpoint(.truncate, limits: limits)
        let newPath = files.currentPath
        do throws(StoreError) {
            if outcome == .blocked {
                // A reader of another process keeps commits in the log: it goes where its database went, and is copied
                // when the reader has ended.
                departed.append(DepartedDatabase(connection: connection, path: newPath))
                if let newPath { try files.moveSideFiles(from: files.path, to: newPath) }
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
        lastLeft = files.main
        forget()
        hasLeft = true
    }

    /// Copies the logs of moved databases once their readers let them; one that is moved again takes its log along.
    func finishDeparted() {
        departed.removeAll { $0.connection.checkpoint(.settle, limits: limits) != .blocked }
        for index in departed.indices {
            let files = departed[index].connection.files
            guard let old = departed[index].path, let new = files.currentPath, new != old else { continue }
            do throws(StoreError) {
                try files.moveSideFiles(from: old, to: new)
                departed[index] = DepartedDatabase(connection: departed[index].connection, path: new)
            } catch {
                notify(.trouble(error))
            }
        }
    }

    /// Takes back a database that has its name again, with its log, which may still hold commits.
    func takeDeparted(_ found: FileStatus?) throws(StoreError) -> WriteConnection? {
        let index = departed.firstIndex { database in
            guard let main = database.connection.files.main, let found else { return false }
            return main.isSameFile(as: found)
        }
        guard let index else { return nil }
        let database = departed[index]
        if let path = database.path {
            try database.connection.files.moveSideFiles(from: path, to: database.connection.files.path)
        }
        departed.remove(at: index)
        return database.connection
    }

    /// Begins with a file that has taken the name of one that was left.
    ///
    /// - Parameters:
    ///   - opened: the file.
    ///   - moment: the time of day at which it took the name; `nil` for one that was made here.
    func take(_ opened: WriteConnection, since moment: Int64?) {
        var storedAgain = 0
        if let main = opened.files.main, let lastLeft, main.isSameFile(as: lastLeft) {
            // The same file as before: everything is in it.
            unsettled.removeAll()
        } else if let moment {
            storedAgain = storeUnsettled(in: opened, since: moment)
        }
        hasLeft = false
        notify(.opened(path: path, storedAgain: storedAgain))
    }

    /// Stores again what may have been answered after another file took the database's name.
    ///
    /// Each was answered, so a rule of a table that it breaks in this file changes no answer.
    private func storeUnsettled(in connection: WriteConnection, since moment: Int64) -> Int {
        let writes = unsettled.takeAll(answeredAfter: moment)
        var next = 0
        var stored = 0
        while next < writes.count {
            var results: [Result<StoreOutcome, StoreError>] = []
            let end = min(next + limits.batchWritesMax, writes.count)
            if let error = connection.store(writes[next..<end], into: &results) { notify(.trouble(error)) }
            next += max(results.count, 1)
            for result in results { if case .success = result { stored += 1 } }
        }
        return stored
    }

    // MARK: The same file

    /// Closes a file that something else has written, as `cp` over a database does, where no commit is in its log.
    ///
    /// With commits in the log there is no telling what is in the file: that is said, and nothing is made worse.
    private func closeOverwritten() -> Bool {
        guard let connection, let content, let now = DatabaseNote.Content(of: connection.files.path), now != content
        else { return false }
        let log: FileStatus?
        do { log = try FileStatus.find(DatabaseFiles.logPath(connection.files.path)) } catch { return false }
        guard let log, log.size == 0 else {
            self.content = now
            notify(.overwritten(path: path))
            return false
        }
        guard closeUnlessRead(connection) else { return false }
        notify(.left(path: path, movedTo: nil))
        hasLeft = true
        return true
    }

    /// Empties a log that has lost its name, or whose index has, and closes the database: other processes would not find it.
    ///
    /// A reader in the way is waited for by going on: the log is still open here, and nothing in it is lost.
    private func closeWithoutSideFiles() -> Bool {
        guard let connection, !connection.files.hasSideFiles else { return false }
        guard connection.checkpoint(.truncate, limits: limits) == .complete, closeUnlessRead(connection) else {
            return false
        }
        notify(.sideFilesLost(path: path))
        putAside(connection.files.path)
        return true
    }

    /// Gives a log that has taken the name of the database's own another name: its commits are another database's.
    private func putAside(_ path: String) {
        let log = DatabaseFiles.logPath(path)
        let aside = "\(path).stray-\(wallClockNanoseconds() / 1_000_000_000)-wal"
        do throws(SystemError) {
            if let found = try FileStatus.find(log), found.size > 0 {
                guard unsafe rename(log, aside) == 0 else { throw SystemError(log) }
                notify(.logPutAside(path: aside))
            }
            unsafe _ = unlink(DatabaseFiles.indexPath(path))
        } catch {
            notify(.trouble(.cannotOpen(path: log, reason: SystemError.reason(error.code))))
        }
    }

    /// Closes a database whose commits are all in its file.
    ///
    /// - Returns: false when a reader of this process has it: the next connection would share that one's index.
    private func closeUnlessRead(_ connection: WriteConnection) -> Bool {
        guard readers.closeUnlessLent() else { return false }
        readiness.close(isStopped: false)
        do throws(StoreError) {
            try connection.files.removeSideFiles()
        } catch {
            notify(.trouble(error))
        }
        forget()
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
}
