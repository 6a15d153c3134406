/// Counts of the log. Written by the log thread (and `messagesDropped` by any), read by any thread.

internal import Synchronization

/// The log's counters at one moment.
package struct LogStatistics: Equatable, Sendable {
    /// Records formatted into lines of `access.log`.
    package var records = 0
    /// Bytes written to `access.log` and `error.log`.
    package var bytes = 0
    /// Records dropped because a worker's ring was full.
    package var dropped = 0
    /// Calls of write(2) for the two logs.
    package var writes = 0
    /// Messages dropped because too many were waiting, or `error.log` could not grow.
    package var messagesDropped = 0
    /// Lines of `access.log` that were in memory and could not be written: from half a ring on, and at the stop.
    package var linesLost = 0
    /// Lines of both logs that could not be written when the log stopped.
    package var linesUnwritten = 0
    /// Files written for `writeFile`.
    package var filesWritten = 0
    /// Times the log thread woke up.
    package var wakeUps = 0
}

/// The counters themselves.
final class LogCounters: Sendable {
    let records = Atomic<Int>(0)
    let bytes = Atomic<Int>(0)
    let writes = Atomic<Int>(0)
    let messagesDropped = Atomic<Int>(0)
    let linesLost = Atomic<Int>(0)
    let linesUnwritten = Atomic<Int>(0)
    let filesWritten = Atomic<Int>(0)
    let wakeUps = Atomic<Int>(0)
}
