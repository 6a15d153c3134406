/// The log thread: the only thread of the program that opens a file for writing. All of this file runs on it.
///
/// One turn takes the commands that wait, drains the rings in one batch, writes, does one step of one upload, and sleeps.
/// The sleep's length depends on the turn's findings (`LogGate`):
///
///     something drained        ─► gathering: one interval later at the latest, so a busy server has few, large writes
///     nothing drained          ─► idle: until somebody wakes it; then a first line is in the file at once. With losses to
///                                 tell, or lines that error.log did not take, at the latest when it is time for that
///     access.log can't grow    ─► blocked: until it has room, or it is time to try again
///
/// Commands were queued after what their sender appended, so the rings are drained before a command is obeyed.
///
/// Next: LogThread+Losses.swift, and LogFile.swift for what is done while a log can't grow

internal import Glibc
internal import Platform
internal import Synchronization

/// The state that the log thread owns.
struct LogThread: ~Copyable {
    let log: FileLog
    let merge: RingMerge
    private var format = CombinedLogFormat()
    var access: LogFile
    var errors: LogFile
    var reasons: ReasonLog
    private var uploads: UploadWriter
    var reported = ReportedLosses()
    var nextReport = Instant(nanoseconds: 0)
    /// The time by which the rest must be written; `nil` while the log is not to stop.
    private var stopDeadline: Instant?
    private var isHurried = false
    /// Words of the start about the logs that it could not open.
    let notices: [LogNotice]

    /// Makes the folder and opens the files, as far as that can be done.
    init(log: FileLog) {
        let limits = log.limits
        let routing = log.routing
        var access = LogFile(
            path: routing.accessPath,
            inherited: routing.access.inherited,
            limits: limits,
            counters: log.counters
        )
        var errors = LogFile(
            path: routing.errorPath,
            inherited: routing.error.inherited,
            limits: limits,
            counters: log.counters
        )
        let notices = LogNotice.notices(
            routing,
            access: access.open(),
            error: errors.open(),
            canWrite: LogNotice.canWrite(in: routing.folder)
        )
        for notice in notices {
            switch notice {
            case .folder(let homeless, _):
                if homeless.access == .file { access.substituteMissing(with: .nothing) }
                if homeless.error == .file { errors.substituteMissing(with: .standardError) }
            case .accessLog: break
            case .errorLog: errors.substituteMissing(with: .standardError)
            }
        }
        self.notices = notices
        self.access = access
        self.errors = errors
        self.log = log
        merge = RingMerge(rings: log.rings)
        reasons = ReasonLog(names: log.reasonNames, linesPerSecondMax: limits.reasonLinesPerSecondMax)
        uploads = UploadWriter(queue: log.uploads, limits: limits, counters: log.counters)
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
            reportLosses()
            errors.flush()
            if let stopDeadline { return end(by: stopDeadline) }
            if !moreUploads { sleep(afterDraining: drained) }
        }
    }

    // MARK: The rings

    /// Formats what is in the rings now, writing whenever enough has gathered.
    ///
    /// Returns true when there was anything.
    private mutating func drainRings() -> Bool {
        // While the log is blocked the records stay where they are: in order, and counted when there are too many. But
        // reasons must not wait for a log that nobody reads: from half a ring on records are lost, and their reasons told.
        let mustDrain = log.rings.contains { $0.isPastHalf }
        guard mustDrain || !access.isBlocked(.now), merge.begin() else { return false }
        let lineSizeMax = log.limits.lineSizeMax
        let takesLines = access.takesLines
        var lines = 0
        var lost = 0
        _ = merge.drain { ring, record, position in
            let hasRoom = !takesLines || access.makeRoom(lineSizeMax)
            guard hasRoom || mustDrain else { return false }
            ring.withTexts(of: record, at: position) { requestLine, referer, userAgent, user in
                if takesLines, hasRoom {
                    format.append(
                        record,
                        requestLine: requestLine,
                        referer: referer,
                        userAgent: userAgent,
                        user: user,
                        to: &access.buffer
                    )
                }
                if record.reason != 0 { explain(record, requestLine, user) }
            }
            if hasRoom { lines &+= 1 } else { lost &+= 1 }
            return true
        }
        log.counters.records.add(lines, ordering: .relaxed)
        if lost > 0 { log.counters.linesLost.add(lost, ordering: .relaxed) }
        return true
    }

    /// Says in `error.log` why a request was refused, unless too many were this second.
    private mutating func explain(_ record: StoredRecord, _ requestLine: Span<UInt8>, _ user: Span<UInt8>) {
        guard reasons.admits(record) else { return }
        guard errors.makeRoom(ReasonLog.lineSizeMax) else { return countDroppedMessage() }
        reasons.append(record, requestLine: requestLine, user: user, to: &errors.buffer)
    }

    // MARK: Commands

    private mutating func obey(_ command: LogCommand) {
        switch command {
        case .message(let level, let text, let time): writeMessage(level, text, time)
        case .reopen: reopen()
        case .stop(let deadline): stopDeadline = deadline
        case .hurry: isHurried = true
        }
    }

    /// Appends a line to `error.log`.
    mutating func writeMessage(_ level: LogLevel, _ text: String, _ time: Int64) {
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

    /// Finishes the old files and goes on in those that have the names now, each for itself.
    private mutating func reopen() {
        access.flush()
        errors.flush()
        var failures: [SystemError] = []
        do throws(SystemError) { try errors.reopen() } catch { failures.append(error) }
        do throws(SystemError) { try access.reopen() } catch { failures.append(error) }
        for failure in failures {
            // The old file stays in use; nothing is lost, but somebody should know.
            LogFile.complain("\(failure)")
            writeMessage(.error, "\(failure)", wallClockNanoseconds())
        }
    }

    // MARK: Sleep and end

    private mutating func sleep(afterDraining drained: Bool) {
        let log = log
        let hasCommand = { !log.inbox.isEmpty || !log.uploads.isEmpty }
        let isPastHalf = { log.rings.contains { $0.isPastHalf } }
        let errorsRetry = errors.retryTime ?? .distantFuture
        if let retry = access.retryTime {
            sleep(.blocked, until: min(retry, errorsRetry)) { hasCommand() || isPastHalf() }
        } else if drained {
            let nextBatch = min(errorsRetry, Instant.now.advanced(by: log.limits.batchInterval))
            sleep(.gathering, until: nextBatch) { hasCommand() || isPastHalf() }
        } else {
            let report = hasLosses && errors.retryTime == nil ? nextReport : errorsRetry
            sleep(.idle, until: report) { hasCommand() || log.rings.contains { !$0.isEmpty } }
        }
    }

    /// Sleeps until woken, until a log that waits for room has it, or until a deadline.
    private mutating func sleep(_ state: LogGate.State, until deadline: Instant, unless hasWork: () -> Bool) {
        let awaited = LogGate.Awaited(access: access.roomDescriptor, errors: errors.roomDescriptor)
        let found = log.gate.sleep(state, until: deadline, room: awaited, unless: hasWork)
        if found.access { access.unblock() }
        if found.errors { errors.unblock() }
    }

    /// The workers have ended: writes what they left, and every file that waits.
    private mutating func end(by deadline: Instant) {
        let inbox = log.inbox
        access.unblock()
        _ = drainRings()
        access.flushAtLast()
        while uploads.step() {}
        errors.flushAtLast()
        // Only for what a reader may still take: a disk is as full a moment later.
        while access.awaitsRoom || errors.awaitsRoom, !isHurried, Instant.now < deadline {
            sleep(.blocked, until: deadline) { !inbox.isEmpty }
            for command in inbox.takeAll() { obey(command) }
            _ = drainRings()
            access.flush()
            errors.flush()
        }
        for command in inbox.takeAll() { obey(command) }
        reportLast()
        if log.syncsAtStop {
            access.sync()
            errors.sync()
        }
    }
}
