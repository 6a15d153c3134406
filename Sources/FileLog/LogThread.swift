/// The log thread: the only thread of the program that opens a file for writing. All of this file runs on it.
///
/// One turn takes the commands that wait, drains the rings in one batch, writes, does one chunk of one uploaded file, and
/// sleeps. How it sleeps depends on what it found, see `LogGate`:
///
///     something drained        ─► gathering: one interval later at the latest, so a busy server has few, large writes
///     nothing drained          ─► idle: until somebody wakes it; then a first line is in the file at once
///     access.log can't grow    ─► blocked: until it is time to try again
///
/// Commands were queued after what their sender appended, so the rings are drained before a command is obeyed.

internal import Glibc
internal import Platform
internal import Synchronization

/// What the log thread owns.
struct LogThread: ~Copyable {
    private let log: FileLog
    private let merge: RingMerge
    private var format = CombinedLogFormat()
    private var access: LogFile
    private var errors: LogFile
    private var reasons: ReasonLog
    private var uploads: UploadWriter
    private var droppedReported = 0
    private var messagesDroppedReported = 0
    private var nextReport = Instant(nanoseconds: 0)
    private var isStopping = false

    /// Makes the folder and opens the files.
    init(log: FileLog) throws(LogOpenError) {
        let limits = log.limits
        let access = try Self.open("access.log", of: log)
        let errors = try Self.open("error.log", of: log)
        self.access = access
        self.errors = errors
        self.log = log
        merge = RingMerge(rings: log.rings)
        reasons = ReasonLog(names: log.reasonNames, linesPerSecondMax: limits.reasonLinesPerSecondMax)
        uploads = UploadWriter(queue: log.uploads, chunkSize: limits.uploadChunkSize, counters: log.counters)
    }

    private static func open(_ name: String, of log: FileLog) throws(LogOpenError) -> LogFile {
        do throws(SystemError) {
            if unsafe mkdir(log.directory, 0o750) < 0, errno != EEXIST {
                throw SystemError("make folder \(log.directory)")
            }
            return try LogFile(path: "\(log.directory)/\(name)", limits: log.limits, counters: log.counters)
        } catch {
            throw LogOpenError(cause: error, remedy: remedy(for: error.code, directory: log.directory))
        }
    }

    /// The thread's life: turns until told to stop.
    mutating func run() {
        while true {
            log.counters.wakeUps.add(1, ordering: .relaxed)
            let commands = log.inbox.takeAll()
            let drained = drainRings()
            for command in commands { obey(command) }
            access.flush()
            let moreUploads = uploads.step()
            reportLosses(isLast: isStopping)
            errors.flush()
            if isStopping { break }
            if !moreUploads { sleep(afterDraining: drained) }
        }
        end()
    }

    // MARK: The rings

    /// Formats what is in the rings now, writing whenever enough has gathered.
    ///
    /// Returns whether there was anything.
    private mutating func drainRings() -> Bool {
        // While the file is blocked the records stay where they are: in order, and counted when there are too many.
        guard !access.isBlocked(.now), merge.begin() else { return false }
        let lineSizeMax = log.limits.lineSizeMax
        var lines = 0
        _ = merge.drain { ring, record, position in
            guard access.makeRoom(lineSizeMax) else { return false }
            ring.withTexts(of: record, at: position) { requestLine, referer, userAgent in
                if log.writesAccess {
                    format.append(
                        record,
                        requestLine: requestLine,
                        referer: referer,
                        userAgent: userAgent,
                        to: &access.buffer
                    )
                }
                if record.reason != 0 { explain(record, requestLine) }
            }
            lines &+= 1
            return true
        }
        log.counters.records.add(lines, ordering: .relaxed)
        return true
    }

    /// Says in `error.log` why a request was refused, unless too many were this second.
    private mutating func explain(_ record: StoredRecord, _ requestLine: Span<UInt8>) {
        guard reasons.admits(record.wallClockNanoseconds) else { return }
        guard errors.makeRoom(ReasonLog.lineSizeMax) else { return countDroppedMessage() }
        reasons.append(record, requestLine: requestLine, to: &errors.buffer)
    }

    // MARK: Commands

    private mutating func obey(_ command: LogCommand) {
        switch command {
        case .message(let level, let text, let time): writeMessage(level, text, time)
        case .reopen: reopen()
        case .stop: isStopping = true
        }
    }

    /// Appends a line to `error.log`.
    private mutating func writeMessage(_ level: LogLevel, _ text: String, _ time: Int64) {
        let textSizeMax = log.limits.messageSizeMax
        guard errors.makeRoom(4 * textSizeMax + 64) else { return countDroppedMessage() }
        LogDate.appendTimestamp(time, to: &errors.buffer)
        errors.buffer.append(UInt8(ascii: " "))
        errors.buffer.append(escaped: level.rawValue.utf8Span.span)
        errors.buffer.append(UInt8(ascii: " "))
        errors.buffer.append(escaped: text.utf8Span.span.extracting(first: textSizeMax))
        errors.buffer.append(UInt8(ascii: "\n"))
    }

    private func countDroppedMessage() {
        log.counters.messagesDropped.add(1, ordering: .relaxed)
    }

    /// Finishes the old files and goes on in those that have the names now.
    private mutating func reopen() {
        access.flush()
        errors.flush()
        do throws(SystemError) {
            try access.reopen()
            try errors.reopen()
        } catch {
            // The old file stays in use; nothing is lost, but somebody should know.
            LogFile.complain("\(error)")
            writeMessage(.error, "\(error)", wallClockNanoseconds())
        }
    }

    // MARK: Losses

    /// Tells `error.log` what was not logged: at most once a second, and at the end.
    private mutating func reportLosses(isLast: Bool) {
        let now = Instant.now
        guard isLast || now >= nextReport, !errors.isBlocked(now), hasLosses else { return }
        nextReport = now.advanced(by: .seconds(1))
        let dropped = recordsDropped
        let messagesDropped = log.counters.messagesDropped.load(ordering: .relaxed)
        let suppressed = reasons.suppressed
        let time = wallClockNanoseconds()
        if dropped > droppedReported {
            let count = dropped - droppedReported
            writeMessage(.warning, "dropped \(count) records of access.log: the ring was full", time)
            droppedReported = dropped
        }
        if messagesDropped > messagesDroppedReported {
            let count = messagesDropped - messagesDroppedReported
            writeMessage(.warning, "dropped \(count) lines of error.log: too many at once", time)
            messagesDroppedReported = messagesDropped
        }
        if reasons.takeSuppressed() > 0 {
            let most = log.limits.reasonLinesPerSecondMax
            writeMessage(.notice, "refused \(suppressed) more requests, beyond \(most) lines a second", time)
        }
    }

    private var recordsDropped: Int { log.rings.reduce(0) { $0 + $1.dropped } }

    /// Something was lost that `error.log` does not tell yet.
    private var hasLosses: Bool {
        recordsDropped > droppedReported
            || log.counters.messagesDropped.load(ordering: .relaxed) > messagesDroppedReported || reasons.suppressed > 0
    }

    // MARK: Sleep and end

    private func sleep(afterDraining drained: Bool) {
        let log = log
        let hasCommand = { !log.inbox.isEmpty || !log.uploads.isEmpty }
        let errorsRetry = errors.retryTime ?? .distantFuture
        if let retry = access.retryTime {
            log.gate.sleep(.blocked, until: min(retry, errorsRetry), unless: hasCommand)
        } else if drained {
            let nextBatch = min(errorsRetry, Instant.now.advanced(by: log.limits.batchInterval))
            log.gate.sleep(.gathering, until: nextBatch) { hasCommand() || log.rings.contains { $0.isPastHalf } }
        } else {
            let report = hasLosses && errors.retryTime == nil ? nextReport : errorsRetry
            log.gate.sleep(.idle, until: report) { hasCommand() || log.rings.contains { !$0.isEmpty } }
        }
    }

    /// The workers have ended: writes what they left, and every file that waits.
    private mutating func end() {
        access.flushAtLast()
        _ = drainRings()
        access.flush()
        while uploads.step() {}
        for command in log.inbox.takeAll() { obey(command) }
        countLost()
        reportLosses(isLast: true)
        errors.flushAtLast()
        if log.syncsAtStop {
            access.sync()
            errors.sync()
        }
    }

    /// Counts the lines that the file still refuses: those formatted, and those that stayed in the rings.
    private mutating func countLost() {
        var lost = access.buffer.lineCount()
        if merge.begin() {
            _ = merge.drain { _, _, _ in
                lost += 1
                return true
            }
        }
        guard lost > 0 else { return }
        log.counters.linesLost.add(lost, ordering: .relaxed)
        LogFile.complain("\(lost) lines of \(access.path) are lost: it could not grow")
        writeMessage(.error, "lost \(lost) lines of access.log: it could not grow", wallClockNanoseconds())
    }

    private static func remedy(for code: Int32, directory: String) -> String {
        switch code {
        case EACCES, EPERM:
            return "Let the server's user write in \(directory), or give another folder."
        case ENOENT, ENOTDIR:
            return "Make the folder that is to hold \(directory)."
        case EROFS:
            return "The file system is read-only: give a folder on another one."
        case ENOSPC, EDQUOT:
            return "Free some space there."
        case EISDIR, ELOOP:
            return "Move away what has the log's name in \(directory)."
        default:
            return "Give another folder for the logs."
        }
    }
}
