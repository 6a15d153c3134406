/// One file that grows at its end, and what to do while it can't. Log thread.
///
/// A write that the kernel refuses (no space, a quota, a failing disk) loses nothing at first: the bytes stay in the
/// buffer, the write is tried again every second from the byte where it stopped, and meanwhile records wait in the rings,
/// which drop and count what they have no room for.

internal import CPlatform
internal import Glibc
internal import Platform
internal import Synchronization

/// A log file with its buffer.
struct LogFile: ~Copyable {
    let path: String
    /// Lines are appended here; `flush` writes them.
    var buffer: LineBuffer
    /// When to try again, while the file can't grow.
    private(set) var retryTime: Instant?
    private var descriptor: Descriptor
    private var nextComplaint = Instant(nanoseconds: 0)
    private let limits: FileLogLimits
    private let counters: LogCounters

    init(path: String, limits: FileLogLimits, counters: LogCounters) throws(SystemError) {
        self.path = path
        self.limits = limits
        self.counters = counters
        descriptor = try Self.open(path)
        buffer = LineBuffer(capacity: limits.bufferSize)
    }

    /// Whether the file could not grow at the last try and it is not yet time for the next.
    func isBlocked(_ now: Instant) -> Bool {
        retryTime.map { now < $0 } ?? false
    }

    /// Writes all that waits, unless the file is blocked.
    mutating func flush() {
        let now = Instant.now
        guard !buffer.isEmpty, !isBlocked(now) else { return }
        retryTime = nil
        while !buffer.isEmpty {
            let file = descriptor.rawValue
            let written = unsafe buffer.withWaiting { base, count in unsafe write(file, base, count) }
            counters.writes.add(1, ordering: .relaxed)
            guard written > 0 else {
                if written < 0, errno == EINTR { continue }
                block(SystemError(written < 0 ? errno : EIO, "append to \(path)"), now)
                break
            }
            buffer.consume(written)
            counters.bytes.add(written, ordering: .relaxed)
        }
    }

    /// Tries to write now, blocked or not: there will be no other time.
    mutating func flushAtLast() {
        retryTime = nil
        flush()
    }

    /// Makes room for one more line by writing; false when the file can't grow and the buffer is full.
    mutating func makeRoom(_ size: Int) -> Bool {
        if buffer.count >= limits.writeSize || buffer.free < size { flush() }
        if buffer.free < size { buffer.compact() }
        return buffer.free >= size
    }

    /// Opens the file by its name again; a file that was renamed keeps what it has, the rest goes to the new one.
    ///
    /// - Throws: when it can't be opened: then the old one stays in use.
    mutating func reopen() throws(SystemError) {
        let fresh = try Self.open(path)
        descriptor = fresh
        retryTime = nil
        // Half a line is at the end of the old file; in the new one it is whole.
        buffer.rewindToLineStart()
    }

    /// Waits until what was written is on the disk.
    func sync() {
        // A file that can't be synced (a pipe, /dev/full) has nothing to wait for.
        if fsync(descriptor.rawValue) < 0, errno != EINVAL {
            Self.complain("\(SystemError("sync \(path)"))")
        }
    }

    /// The kernel refused: leave the file alone for a while, and say so now and then.
    private mutating func block(_ error: SystemError, _ now: Instant) {
        retryTime = now.advanced(by: limits.retryInterval)
        guard now >= nextComplaint else { return }
        nextComplaint = now.advanced(by: limits.complaintInterval)
        Self.complain("\(error)")
    }

    /// A line on standard error, where log files can't be.
    static func complain(_ message: String) {
        let line = "ringport: \(message)\n"
        var bytes = line.utf8Span.span
        while !bytes.isEmpty {
            let written = unsafe bytes.withUnsafeBufferPointer { unsafe write(2, $0.baseAddress, $0.count) }
            // Nobody is left to tell.
            guard written > 0 else { return }
            bytes = bytes.extracting(droppingFirst: written)
        }
    }

    private static func open(_ path: String) throws(SystemError) -> Descriptor {
        let number = unsafe ringport_open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard number >= 0 else { throw SystemError("open \(path) for appending") }
        return Descriptor(owning: number)
    }
}
