/// Writing that never waits, whatever is at the other end. Log thread; and any thread for messages on standard error.
///
/// An inherited descriptor shares its flags with other programs (open(2): they belong to the open file description), so it
/// is not made O_NONBLOCK: that would break the shell or whoever else writes there. Each kind has another way to write only
/// what finds room.

internal import CPlatform
internal import Glibc
package import Platform

/// The outcome of one attempt to write.
enum WriteOutcome: Equatable {
    /// So many bytes are with the kernel, at least one.
    case written(Int)
    /// There is no room at the moment.
    case full
    /// The kernel's reason.
    case failed(Int32)
}

/// An open descriptor that somebody else owns, and its kind.
package struct OpenStream: Sendable {
    /// The ways to write without waiting.
    private enum Kind {
        /// A file, a device that always has room, or anything that was opened with O_NONBLOCK for this log alone: write(2)
        /// does not wait.
        case plain
        case pipe
        case socket
        /// A terminal or another device.
        case device
    }

    let number: Int32
    private let kind: Kind

    /// Bytes that a pipe takes whole when it has room at all (pipe(7), PIPE_BUF).
    private static let pipeSizeMin = 4096
    /// Bytes of a line for a terminal that has room: it takes room in blocks of 256.
    private static let deviceSizeMax = 120

    /// `/dev/null`, `/dev/zero` and `/dev/full`, which all kernels number alike (devices.txt): major 1.
    private static let bottomless: Set<dev_t> = [1 << 8 | 3, 1 << 8 | 5, 1 << 8 | 7]

    /// A descriptor that was opened with O_NONBLOCK for the log.
    init(own number: Int32) {
        self.number = number
        kind = .plain
    }

    /// A descriptor that the process was started with.
    package init(inherited number: Int32) {
        self.number = number
        var attributes = stat()
        // A closed one is told by the first write.
        guard unsafe fstat(number, &attributes) == 0 else {
            kind = .plain
            return
        }
        switch attributes.st_mode & S_IFMT {
        case S_IFIFO: kind = .pipe
        case S_IFSOCK: kind = .socket
        case S_IFCHR: kind = Self.bottomless.contains(attributes.st_rdev) ? .plain : .device
        default: kind = .plain
        }
    }

    /// Writes as much as finds room now.
    @unsafe
    func attempt(_ base: UnsafeRawPointer, _ count: Int) -> WriteOutcome {
        while true {
            let written: Int
            switch kind {
            case .plain: unsafe written = write(number, base, count)
            case .socket: unsafe written = send(number, base, count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
            case .pipe: unsafe written = ringport_append_at_once(number, base, count)
            case .device:
                guard hasRoom(waiting: 0) else { return .full }
                unsafe written = write(number, base, Self.deviceCount(base, count))
            }
            if written > 0 { return .written(written) }
            switch written < 0 ? errno : EIO {
            case EINTR: continue
            case EAGAIN: return .full
            case EOPNOTSUPP where kind == .pipe: return unsafe attemptOldPipe(base, count)
            case let code: return .failed(code)
            }
        }
    }

    /// The beginning of a text that a terminal with room takes whole: a part of a line, or a line feed.
    ///
    /// A line feed may become two bytes, and a terminal that has room for one only waits for the other, so it is looked
    /// for room anew before each.
    @unsafe
    private static func deviceCount(_ base: UnsafeRawPointer, _ count: Int) -> Int {
        let bytes = unsafe UnsafeRawBufferPointer(start: base, count: min(count, deviceSizeMax))
        let length = unsafe bytes.firstIndex(of: 10) ?? bytes.count
        return max(1, length)
    }

    /// Writes to a pipe of a kernel that knows no RWF_NOWAIT for it.
    ///
    /// A pipe with room has it for `pipeSizeMin` bytes, unless another program takes it between the two calls.
    @unsafe
    private func attemptOldPipe(_ base: UnsafeRawPointer, _ count: Int) -> WriteOutcome {
        guard hasRoom(waiting: 0) else { return .full }
        let written = unsafe write(number, base, min(count, Self.pipeSizeMin))
        return written > 0 ? .written(written) : .failed(written < 0 ? errno : EIO)
    }

    /// True when a write would find room or an error, after waiting for at most so many milliseconds.
    private func hasRoom(waiting milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&entry, 1, milliseconds) > 0
    }

    /// Writes a whole text, waiting for room until a deadline.
    ///
    /// - Returns: false when the rest found no room by then, or no reader at all.
    @discardableResult
    package func say(_ text: String, until deadline: Instant) -> Bool {
        var rest = text.utf8Span.span
        while !rest.isEmpty {
            let outcome = unsafe rest.withUnsafeBufferPointer { bytes in
                // The span has a byte, so it has an address.
                unsafe bytes.baseAddress.map { unsafe attempt($0, bytes.count) } ?? .failed(EIO)
            }
            switch outcome {
            case .written(let count): rest = rest.extracting(droppingFirst: count)
            case .failed: return false
            case .full:
                let nanoseconds = deadline.since(.now).nanoseconds
                guard hasRoom(waiting: Int32(clamping: (nanoseconds + 999_999) / 1_000_000)) else { return false }
            }
        }
        return true
    }
}

extension OpenStream {
    /// Gives the numbers 0, 1 and 2 to something harmless where the process was started without them.
    ///
    /// Else the first sockets and files would get them, and lines of a log would reach a client.
    package static func occupyStandardNumbers() {
        for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
            var attributes = stat()
            // open(2) gives the lowest number that is free. It is for reading: a log that is to go there is told EBADF.
            if unsafe fstat(number, &attributes) < 0 { unsafe _ = ringport_open("/dev/null", O_RDONLY, 0) }
        }
    }
}
