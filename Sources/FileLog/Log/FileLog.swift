/// The log, and the only place of the program that opens a file for writing.
///
/// This file is its outside: made and started on the main thread, then used by every thread. Its inside is one thread,
/// in `LogThread.swift`.
///
///     completion worker ─ AccessRing ─┐
///     completion worker ─ AccessRing ─┼─► log thread ─► access.log, error.log
///     any thread ─────── LogInbox ────┤
///     pool thread ────── UploadQueue ─┘─► a file, in chunks between batches
///
/// Guarantee: the lines of one worker are in the order of its records; lines of several workers are in the order of
/// their times within a batch. A record is written once or counted as dropped. A `reopen` applies after everything that
/// was appended before it.
///
/// Next: LogThread.swift

package import Platform
internal import Synchronization

/// Owns the log thread and the queues that lead to it.
package final class FileLog: Sendable {
    let routing: LogRouting
    let limits: FileLogLimits
    let reasonNames: [StaticString]
    let syncsAtStop: Bool
    let rings: [AccessRing]
    let gate: LogGate
    let inbox: LogInbox
    let uploads: UploadQueue
    let counters = LogCounters()
    private let thread = Mutex<NamedThread?>(nil)
    private let hasEnded = Monitor(false)

    /// Makes the log; nothing is opened before `start`.
    ///
    /// - Parameters:
    ///   - directory: the folder of `access.log` and `error.log`, made when missing.
    ///   - workers: how many rings to make.
    ///   - reasonNames: the names of reasons, by their number; number 0 is "none" and is not looked up.
    ///   - limits: how much may be held, how long waited.
    ///   - syncsAtStop: whether `stop` waits for the disk (fsync).
    ///   - access: the destination of the access log; without one, reasons are told in `error.log` all the same.
    ///   - error: the destination of the error log.
    /// - Throws: `SystemError` when the process may not open another descriptor.
    package init(
        directory: String,
        workers: Int,
        reasonNames: [StaticString] = [],
        limits: FileLogLimits = FileLogLimits(),
        syncsAtStop: Bool = false,
        access: LogDestination = .file,
        error: LogDestination = .file
    ) throws(SystemError) {
        limits.check()
        precondition(workers > 0, "a log has at least one worker")
        let gate = try LogGate()
        routing = LogRouting(folder: directory, access: access, error: error)
        self.limits = limits
        self.reasonNames = reasonNames
        self.syncsAtStop = syncsAtStop
        self.gate = gate
        rings = (0..<workers).map { _ in AccessRing(limits: limits, gate: gate) }
        inbox = LogInbox(messageCountMax: limits.messageCountMax)
        uploads = UploadQueue(bytesMax: limits.uploadBytesMax)
    }

    /// The ring that one completion worker appends to; nobody else may.
    package func ring(forWorker worker: Int) -> AccessRing { rings[worker] }

    /// Starts the log thread and waits until its files are open, or were found not to open.
    ///
    /// On the main thread, once.
    ///
    /// - Returns: lines for whoever starts the server, about each log that does not go where it should.
    /// - Throws: `SystemError` when the process may not have another thread.
    @discardableResult
    package func start() throws(SystemError) -> [LogNotice] {
        let opened = Monitor<[LogNotice]?>(nil)
        let started = try NamedThread(name: "log") {
            var thread = LogThread(log: self)
            let notices = thread.notices
            opened.withLock { $0 = notices }
            opened.signal()
            thread.run()
            self.hasEnded.withLock { $0 = true }
            self.hasEnded.broadcast()
        }
        let notices = opened.waitUntil { $0 } ?? []
        thread.withLock { $0 = started }
        uploads.open()
        return notices
    }

    /// Opens both files anew by name, after everything appended before is in the old ones (SIGUSR1).
    ///
    /// Any thread.
    package func reopen() {
        inbox.push(.reopen)
        gate.wake()
    }

    /// Queues a line for `error.log`; when too many wait it is dropped and counted.
    ///
    /// Any thread.
    package func error(_ level: LogLevel, _ message: String) {
        let command = LogCommand.message(
            level: level,
            text: message,
            wallClockNanoseconds: wallClockNanoseconds()
        )
        guard inbox.push(message: command) else {
            counters.messagesDropped.add(1, ordering: .relaxed)
            return
        }
        gate.wake()
    }

    /// Writes a new file and waits until it is on the disk under its name, or can't be.
    ///
    /// The file appears whole or not at all: it is written under another name, synced, then renamed.
    ///
    /// - Parameters:
    ///   - directory: a folder, made when its parent exists.
    ///   - name: one component, not beginning with a dot; nothing of this name is replaced.
    ///   - bytes: the content.
    /// - Throws: `SystemError`: `EEXIST` when the name is taken, `EINVAL` when it is no name, `ESHUTDOWN` before
    ///   `start` and after `stop`.
    /// - Important: on pool threads only, since it waits for the disk.
    package func writeFile(directory: String, name: String, bytes: [UInt8]) throws(SystemError) {
        try uploads.write(directory: directory, name: name, bytes: bytes, gate: gate)
    }

    /// Writes files that a row is to name, and tells their client when they are on the disk, or will not be.
    ///
    /// Nothing is replaced: the files appear together or not at all. Once they are there their client stores the row, with a
    /// note of their names, and calls `settle`.
    ///
    /// Pool threads, when the store is open: what an earlier process has left under temporary names is settled by then.
    ///
    /// - Parameters:
    ///   - files: at least one; names as `writeFile` has them, none twice.
    ///   - directory: a folder, made when it is missing.
    ///   - network: the client's, by which clients have turns and give way; `nil` for one that has no share.
    ///   - client: is told the end, once, unless the files were refused.
    /// - Returns: false when too many bytes wait.
    package func upload(
        _ files: [UploadFile],
        to directory: String,
        from network: UInt64?,
        client: any UploadClient
    ) -> Bool {
        precondition(files.allSatisfy { UploadNames.isName($0.name) }, "names were checked")
        let upload = Upload(directory: directory, files: files, naming: .noted, client: client)
        return uploads.submit(upload, of: network, gate: gate)
    }

    /// Ends an upload whose row was stored, or was not.
    ///
    /// Any thread.
    ///
    /// - Parameters:
    ///   - upload: as its client was given it.
    ///   - keeps: true when the row was stored; otherwise the files are removed.
    package func settle(_ upload: PublishedUpload, keeps: Bool) {
        uploads.settle(upload, keeps: keeps, gate: gate)
    }

    /// Writes all that was appended and queued, then ends the thread.
    ///
    /// On the main thread, when the workers have ended.
    ///
    /// - Parameter deadline: until when to wait for readers of pipes.
    /// - Returns: false when something could not be written; standard error has been told what.
    @discardableResult
    package func stop(deadline: Instant = Instant.now.advanced(by: .seconds(5))) -> Bool {
        guard let running = thread.withLock({ $0.take() }) else { return true }
        uploads.close()
        inbox.push(.stop(deadline: deadline))
        gate.wake()
        // A disk or a network file system can hold a thread in a write for ever; then the process ends without it.
        let patience = max(deadline, .now).advanced(by: Self.stopDurationMax)
        guard hasEnded.waitUntil(patience, { $0 ? true : nil }) == true else {
            LogFile.complain("lines of the logs are lost: the log thread hangs in a write")
            return false
        }
        running.join()
        return counters.linesUnwritten.load(ordering: .relaxed) == 0
    }

    /// The time beyond the deadline that the last writes and uploads have.
    private static let stopDurationMax = Duration.seconds(5)

    /// Lets a stop wait for no reader any longer.
    ///
    /// Any thread.
    package func hurry() {
        inbox.push(.hurry)
        gate.wake()
    }

    /// The counters now.
    ///
    /// Any thread.
    package var statistics: LogStatistics {
        LogStatistics(
            records: counters.records.load(ordering: .relaxed),
            bytes: counters.bytes.load(ordering: .relaxed),
            dropped: rings.reduce(0) { $0 + $1.dropped },
            writes: counters.writes.load(ordering: .relaxed),
            messagesDropped: counters.messagesDropped.load(ordering: .relaxed),
            linesLost: counters.linesLost.load(ordering: .relaxed),
            linesUnwritten: counters.linesUnwritten.load(ordering: .relaxed),
            filesWritten: counters.filesWritten.load(ordering: .relaxed),
            wakeUps: counters.wakeUps.load(ordering: .relaxed)
        )
    }
}
