/// One log that grows at its end, and what to do while it can't. Log thread.
///
/// A write that the kernel refuses (no space, a quota, a failing disk, a pipe that is full) loses nothing at first: the bytes
/// stay in the buffer, the write is tried again every second from the byte where it stopped, or as soon as a pipe has room.
/// Meanwhile records wait in the rings. A file that can't be opened is tried again in the same way.
///
/// Next: LogOutput.swift

internal import Glibc
internal import Platform
internal import Synchronization

/// A log with its buffer.
struct LogFile: ~Copyable {
    /// The use of lines while their file can't be opened.
    enum Substitute: Equatable {
        /// They wait in the buffer.
        case patience
        /// They go to standard error.
        case standardError
        /// They are not made.
        case nothing
    }

    /// The path, or the descriptor in words.
    let name: String
    /// Lines are appended here; `flush` writes them.
    var buffer: LineBuffer
    /// The time of the next try, while nothing can be written; `nil` when there is nothing to wait for.
    private(set) var retryTime: Instant?
    /// True while it waits for room in a pipe, a socket or a terminal.
    private(set) var awaitsRoom = false
    /// Bytes that a FIFO's reader left behind when it went, until somebody takes the number.
    private var unreadCount = 0
    /// The file that is opened by name; `nil` for an inherited descriptor.
    private let path: String?
    private var output: LogOutput?
    private var substitute: Substitute
    /// Standard error in place of a file that can't be opened.
    private let standIn = LogOutput(inherited: STDERR_FILENO)
    /// The time to open the file anew, after that failed and the old one was kept.
    private var reopenTime: Instant?
    private var stalledSince: Instant?
    private var nextComplaint = Instant(nanoseconds: 0)
    private let limits: FileLogLimits
    private let counters: LogCounters

    /// Opens a log; one that can't be opened is tried again later.
    ///
    /// - Parameters:
    ///   - path: what to open; `nil` for an inherited descriptor, or for none.
    ///   - inherited: the descriptor; `nil` with no path is a log without lines.
    ///   - limits: how much is held, how long waited.
    ///   - counters: what is counted.
    init(path: String?, inherited: Int32?, limits: FileLogLimits, counters: LogCounters) {
        self.path = path
        self.limits = limits
        self.counters = counters
        name = path ?? (inherited == STDOUT_FILENO ? "standard output" : "standard error")
        buffer = LineBuffer(capacity: limits.bufferSize)
        output = inherited.map { LogOutput(inherited: $0) }
        substitute = path == nil && inherited == nil ? .nothing : .patience
    }

    /// Opens the file at the start.
    ///
    /// - Returns: why it can't be opened; `nil` when it is open, and for what is not opened by name.
    mutating func open() -> SystemError? {
        guard let path else { return nil }
        do throws(SystemError) {
            output = try LogOutput(path: path)
            return nil
        } catch {
            // It is tried again when there is a line for it. The start says it, but of a FIFO, whose reader may come in time.
            if error.code != ENXIO { nextComplaint = Instant.now.advanced(by: limits.complaintInterval) }
            return error
        }
    }

    /// Says what to do with lines until the file can be opened.
    mutating func substituteMissing(with substitute: Substitute) {
        guard output == nil else { return }
        self.substitute = substitute
        if substitute != .patience { retryTime = nil }
    }

    /// False when lines need not be made.
    var takesLines: Bool { output != nil || substitute != .nothing }

    /// True when it could not grow at the last try and it is not yet time for the next.
    func isBlocked(_ now: Instant) -> Bool {
        retryTime.map { now < $0 } ?? false
    }

    /// The descriptor to wait for room on; -1, which poll(2) passes over, when it waits for nothing.
    var roomDescriptor: Int32 {
        guard awaitsRoom else { return -1 }
        return (output ?? standIn).stream.number
    }

    /// There is room, or it is worth a try.
    mutating func unblock() {
        retryTime = nil
    }

    /// Writes all that waits, unless the log is blocked.
    mutating func flush() {
        let now = Instant.now
        guard !isBlocked(now) else { return }
        // Also of an empty log: a time that has passed would end each sleep at once.
        retryTime = nil
        awaitsRoom = false
        guard !buffer.isEmpty else { return }
        openAgain(now)
        while !buffer.isEmpty, retryTime == nil {
            guard output != nil || substitute == .standardError else { return }
            let stream = (output ?? standIn).stream
            let outcome = unsafe buffer.withWaiting { base, count in unsafe stream.attempt(base, count) }
            counters.writes.add(1, ordering: .relaxed)
            switch outcome {
            case .written(let count):
                buffer.consume(count)
                counters.bytes.add(count, ordering: .relaxed)
                stalledSince = nil
            case .full: wait(now)
            case .failed(let code): block(code, now)
            }
        }
    }

    /// Tries to write now, blocked or not.
    mutating func flushAtLast() {
        retryTime = nil
        flush()
    }

    /// Makes room for one more line by writing; false when nothing can be written and the buffer is full.
    mutating func makeRoom(_ size: Int) -> Bool {
        if buffer.count >= limits.writeSize || buffer.free < size { flush() }
        if buffer.free < size { buffer.compact() }
        return buffer.free >= size
    }

    /// Opens the file by its name again; a file that was renamed keeps what it has, the rest goes to the new one.
    ///
    /// - Throws: why it can't be opened: the old one stays in use meanwhile, if there is one.
    mutating func reopen() throws(SystemError) {
        guard let path else { return }
        do throws(SystemError) {
            output = try LogOutput(path: path)
        } catch {
            reopenTime = Instant.now.advanced(by: limits.retryInterval)
            throw error
        }
        reopenTime = nil
        retryTime = nil
        awaitsRoom = false
        substitute = .patience
        // Half a line is at the end of the old file; in the new one it is whole.
        buffer.rewindToLineStart()
    }

    /// Waits until what was written is on the disk.
    func sync() {
        guard let output else { return }
        do throws(SystemError) { try output.sync() } catch { Self.complain("\(name): \(error)") }
    }

    /// Takes the count of bytes that were left unread in a FIFO.
    mutating func takeUnreadCount() -> Int {
        defer { unreadCount = 0 }
        return unreadCount
    }

    var hasUnreadCount: Bool { unreadCount > 0 }

    // MARK: What goes wrong

    /// Opens a file that could not be opened before.
    private mutating func openAgain(_ now: Instant) {
        guard let path, substitute != .nothing else { return }
        if output != nil {
            guard let time = reopenTime, now >= time else { return }
        } else if substitute == .standardError, let time = reopenTime, now < time {
            return
        }
        do throws(SystemError) {
            let hadOutput = output != nil
            try reopen()
            if hadOutput { Self.complain("\(path) is open again") }
        } catch {
            guard output == nil, substitute == .patience else { return }
            block(error.code, now)
        }
    }

    /// There is no room: it is looked at again when there is, or in a while.
    private mutating func wait(_ now: Instant) {
        awaitsRoom = true
        retryTime = now.advanced(by: limits.retryInterval)
        guard let since = stalledSince else { return stalledSince = now }
        if now >= since.advanced(by: limits.retryInterval) { complain("its reader takes nothing", now) }
    }

    /// The kernel refused: leave the log alone for a while, and say so now and then.
    private mutating func block(_ code: Int32, _ now: Instant) {
        retryTime = now.advanced(by: limits.retryInterval)
        if code == EPIPE, path != nil, let left = output {
            output = nil
            // The next reader begins with a whole line; what this one left in the FIFO goes with the last descriptor.
            unreadCount += left.unreadCount
            buffer.rewindToLineStart()
        }
        complain(LogNotice.reason(code), now)
    }

    private mutating func complain(_ reason: String, _ now: Instant) {
        guard now >= nextComplaint else { return }
        nextComplaint = now.advanced(by: limits.complaintInterval)
        Self.complain("append to \(name): \(reason)")
    }

    /// A line on standard error, where log files can't be; lost when that has no room either.
    static func complain(_ message: String) {
        OpenStream(inherited: STDERR_FILENO).say("ringport: \(message)\n", until: .now)
    }
}
