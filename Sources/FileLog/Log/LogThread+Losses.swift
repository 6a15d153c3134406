/// Losses of the log: counted, told in `error.log` once a second as they come, and at the end as a sum on standard error.
/// Log thread.

internal import Glibc
internal import Platform
internal import Synchronization

/// The losses that `error.log` tells already.
struct ReportedLosses {
    var records = 0
    var lines = 0
    var messages = 0
}

extension LogThread {
    /// Tells `error.log` what was not logged, at most once a second.
    mutating func reportLosses() {
        let now = Instant.now
        guard now >= nextReport, !errors.isBlocked(now), hasLosses else { return }
        nextReport = now.advanced(by: .seconds(1))
        tellLosses()
    }

    /// Tells what has not been told yet.
    private mutating func tellLosses() {
        let dropped = recordsDropped
        if dropped > reported.records {
            warn("dropped \((dropped - reported.records).counted("record")) of access.log: the ring was full")
            reported.records = dropped
        }
        let lost = log.counters.linesLost.load(ordering: .relaxed)
        if lost > reported.lines {
            warn("lost \((lost - reported.lines).counted("line")) of access.log: it could not grow")
            reported.lines = lost
        }
        let unread = access.takeUnreadCount()
        if unread > 0 { warn("lost \(unread.counted("byte")) of access.log: its reader went without reading them") }
        let unreadErrors = errors.takeUnreadCount()
        if unreadErrors > 0 {
            warn("lost \(unreadErrors.counted("byte")) of error.log: its reader went without reading them")
        }
        let messagesDropped = log.counters.messagesDropped.load(ordering: .relaxed)
        if messagesDropped > reported.messages {
            warn("dropped \((messagesDropped - reported.messages).counted("line")) of error.log: too many at once")
            reported.messages = messagesDropped
        }
        let suppressed = reasons.takeSuppressed()
        if suppressed > 0 {
            let most = log.limits.reasonLinesPerSecondMax
            let text = "refused \(suppressed.counted("more request")), beyond \(most.counted("line")) a second"
            writeMessage(.notice, text, wallClockNanoseconds())
        }
    }

    private mutating func warn(_ text: String) {
        writeMessage(.warning, text, wallClockNanoseconds())
    }

    private var recordsDropped: Int { log.rings.reduce(0) { $0 + $1.dropped } }

    /// True when something was lost that `error.log` does not tell yet.
    var hasLosses: Bool {
        recordsDropped > reported.records
            || log.counters.linesLost.load(ordering: .relaxed) > reported.lines
            || log.counters.messagesDropped.load(ordering: .relaxed) > reported.messages || reasons.suppressed > 0
            || access.hasUnreadCount || errors.hasUnreadCount
    }

    /// Counts the lines that the logs still refuse, tells them, and writes what can be.
    mutating func reportLast() {
        let unwritten = unwrittenAccessLines()
        if unwritten > 0 {
            log.counters.linesLost.add(unwritten, ordering: .relaxed)
            // All there were: standard error hears of none before.
            let lost = log.counters.linesLost.load(ordering: .relaxed)
            LogFile.complain("\(Self.lost(lost, access.name)): it could not grow")
        }
        tellLosses()
        errors.flushAtLast()
        let unwrittenErrors = errors.buffer.lineCount()
        if unwrittenErrors > 0 {
            log.counters.messagesDropped.add(unwrittenErrors, ordering: .relaxed)
            LogFile.complain("\(Self.lost(unwrittenErrors, errors.name)): it could not grow")
        }
        log.counters.linesUnwritten.add(unwritten + unwrittenErrors, ordering: .relaxed)
    }

    private static func lost(_ lines: Int, _ name: String) -> String {
        "\(lines.counted("line")) of \(name) \(lines == 1 ? "is" : "are") lost"
    }

    /// Lines of `access.log` that were formatted, and those that stayed in the rings.
    private func unwrittenAccessLines() -> Int {
        var lines = access.buffer.lineCount()
        guard access.takesLines, merge.begin() else { return lines }
        _ = merge.drain { _, _, _ in
            lines += 1
            return true
        }
        return lines
    }
}
