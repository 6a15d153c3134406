/// Logs whose other end takes nothing: FIFOs, pipes, sockets and terminals that nobody reads.

import Glibc
import Platform
import Testing

@testable import FileLog

@Suite struct StalledTargetTests {
    private let folder: TemporaryFolder
    private let fifo: String

    init() throws {
        // As in the program: a reader that went is an error like any other.
        _ = signal(SIGPIPE, SIG_IGN)
        folder = try TemporaryFolder()
        fifo = folder.file("access.log")
        try #require(unsafe mkfifo(fifo, 0o600) == 0)
    }

    private func makeLog(retry: Duration = .milliseconds(2), ring: Int = 1 << 20) throws -> FileLog {
        var limits = FileLogLimits()
        limits.retryInterval = retry
        limits.ringSize = ring
        return try FileLog(directory: folder.path, workers: 1, reasonNames: ["none", "rude"], limits: limits)
    }

    @discardableResult
    private func append(_ log: FileLog, _ number: Int, reason: UInt8 = 0) -> Bool {
        log.ring(forWorker: 0).append(
            LogRecord(
                wallClockNanoseconds: 0,
                remote: RemoteAddress(ipv4: 1, port: 1),
                status: 200,
                bytesSent: 0,
                durationMicroseconds: 0,
                reason: reason
            ),
            requestLine: "GET /\(number) HTTP/1.1".utf8Span.span,
            referer: Span(),
            userAgent: Span()
        )
    }

    /// A reader that is there, and reads when it is asked.
    private func openReader() throws -> Descriptor {
        let number = unsafe open(fifo, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { throw SystemError("open \(fifo)") }
        return Descriptor(owning: number)
    }

    /// Reads what comes until a number of lines has, or the end.
    private func read(_ reader: borrowing Descriptor, lines count: Int = .max) throws -> [String] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count(where: { $0 == 10 }) < count {
            var entry = pollfd(fd: reader.rawValue, events: Int16(POLLIN), revents: 0)
            try #require(unsafe poll(&entry, 1, 20_000) == 1)
            let got = unsafe Glibc.read(reader.rawValue, &buffer, buffer.count)
            // Before the first writer there is an end, too.
            if got == 0, bytes.isEmpty, count < .max { continue }
            if got <= 0 { break }
            bytes += buffer[..<got]
        }
        return bytes.split(separator: 10, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    }

    private func targets(_ lines: [String]) -> [Substring] {
        lines.compactMap { line in
            let words = line.split(separator: " ")
            return words.count > 6 ? words[6] : nil
        }
    }

    // MARK: FIFOs

    @Test func aFIFOWithoutAReaderHoldsNeitherTheStartNorItsLines() throws {
        let log = try makeLog()
        #expect(try log.start() == [])
        for number in 0..<1000 { try #require(append(log, number)) }
        let reader = try openReader()
        #expect(try targets(read(reader, lines: 1000)) == (0..<1000).map { "/\($0)" })
        #expect(log.stop())
        #expect(log.statistics.linesLost == 0)
    }

    /// Without waiting for the next try: that is an hour away.
    @Test func aReaderThatComesBeforeTheFirstLineGetsItAtOnce() throws {
        let log = try makeLog(retry: .seconds(3600))
        try log.start()
        let reader = try openReader()
        try #require(append(log, 1))
        #expect(try targets(read(reader, lines: 1)) == ["/1"])
        #expect(log.stop())
    }

    @Test func linesThatNobodyCameForAreCountedAtTheStop() throws {
        let log = try makeLog()
        try log.start()
        for number in 0..<10 { try #require(append(log, number)) }
        #expect(!log.stop())
        #expect(log.statistics.linesLost == 10)
        #expect(log.statistics.linesUnwritten == 10)
        #expect(lines(of: folder.file("error.log")).contains { $0.contains(" lost 10 lines of access.log: ") })
    }

    @Test func aStalledReaderEndsTheStopAtItsDeadline() throws {
        let log = try makeLog()
        let reader = try openReader()
        try log.start()
        for number in 0..<5000 { try #require(append(log, number)) }
        #expect(!log.stop(deadline: Instant.now.advanced(by: .milliseconds(20))))
        let taken = try read(reader)
        #expect(log.statistics.linesLost > 0)
        // The last one may be cut; it counts as lost.
        #expect(taken.count - 1 + log.statistics.linesLost == 5000)
        #expect(targets(Array(taken.dropLast())) == (0..<taken.count - 1).map { "/\($0)" })
    }

    @Test func aSecondSignalEndsTheWaitForAReader() throws {
        let log = try makeLog()
        let reader = try openReader()
        try log.start()
        for number in 0..<5000 { try #require(append(log, number)) }
        log.hurry()
        #expect(!log.stop(deadline: .distantFuture))
        #expect(try read(reader).count > 1)
    }

    /// Without waiting for the next try: that is an hour away.
    @Test func aSlowReaderGetsEverything() throws {
        let log = try makeLog(retry: .seconds(3600))
        let reader = try openReader()
        try log.start()
        for number in 0..<5000 { try #require(append(log, number)) }
        #expect(try targets(read(reader, lines: 5000)) == (0..<5000).map { "/\($0)" })
        #expect(log.stop())
    }

    @Test func aReaderThatWentIsFollowedByOneThatGetsWholeLines() throws {
        let log = try makeLog()
        let first = try openReader()
        try log.start()
        for number in 0..<10 { try #require(append(log, number)) }
        let size = (0..<10).reduce(0) {
            $0 + #"0.0.0.1 - - [01/Jan/1970:00:00:00 +0000] "GET /\#($1) HTTP/1.1" 200 0 "-" "-""#.count + 1
        }
        while log.statistics.bytes < size { sched_yield() }
        close(first.release())
        try #require(append(log, 10))
        let told = {
            lines(of: folder.file("error.log")).filter { $0.contains("its reader went without reading them") }
        }
        while told().isEmpty { sched_yield() }
        let second = try openReader()
        try #require(append(log, 11))
        #expect(try targets(read(second, lines: 2)) == ["/10", "/11"])
        #expect(log.stop())
        #expect(told().count == 1 && told()[0].contains(" lost \(size) bytes of access.log: "), "\(told())")
    }

    /// Whoever watches `error.log` for guesses at passwords must not be blinded by a reader of `access.log`.
    @Test func reasonsAreToldWhileTheAccessLogTakesNothing() throws {
        let log = try makeLog(retry: .seconds(3600), ring: 1 << 16)
        try log.start()
        var kept = 0
        for number in 0..<20_000 where append(log, number, reason: 1) { kept += 1 }
        log.stop(deadline: .now)
        let errors = lines(of: folder.file("error.log"))
        let told = errors.count { $0.contains(" rude ") }
        let counted = errors.compactMap { $0.firstMatch(of: /refused ([0-9]+) more/)?.1 }.reduce(0) {
            $0 + (Int($1) ?? 0)
        }
        #expect(log.statistics.linesLost == kept)
        #expect(told == 100)
        // What waited in the ring at the stop was not looked at any more.
        #expect(told + counted > kept / 2)
    }

    @Test func uploadsDoNotWaitForALog() throws {
        let log = try makeLog(retry: .seconds(3600))
        let reader = try openReader()
        try log.start()
        for number in 0..<5000 { try #require(append(log, number)) }
        try log.writeFile(directory: folder.file("uploads"), name: "a", bytes: [1, 2, 3])
        #expect(contents(of: folder.file("uploads/a")) == [1, 2, 3])
        log.stop(deadline: .now)
        #expect(try read(reader).count > 1)
    }

    // MARK: Inherited descriptors

    /// Both ends of something to write to.
    private struct Ends: ~Copyable {
        let writer: Descriptor
        let reader: Descriptor

        init(_ kind: String) throws {
            var ends: [Int32] = [-1, -1]
            switch kind {
            case "pipe": try #require(unsafe pipe(&ends) == 0)
            case "socket": try #require(unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
            default:
                // What unlockpt(3) and ptsname(3) do: TIOCSPTLCK and TIOCGPTN (ioctl_tty(2)).
                var number: Int32 = 0
                ends[0] = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY)
                try #require(unsafe ioctl(ends[0], 0x4004_5431, &number) == 0)
                try #require(unsafe ioctl(ends[0], 0x8004_5430, &number) == 0)
                ends[1] = unsafe open("/dev/pts/\(number)", O_RDWR | O_NOCTTY)
            }
            try #require(ends[0] >= 0 && ends[1] >= 0)
            reader = Descriptor(owning: ends[0])
            writer = Descriptor(owning: ends[1])
        }
    }

    /// What is full is told apart from what is written, and no flag of the open file is changed.
    @Test(arguments: ["pipe", "socket", "terminal"])
    func aWriteToWhatIsInheritedNeverWaits(kind: String) throws {
        let ends = try Ends(kind)
        let flags = fcntl(ends.writer.rawValue, F_GETFL)
        let stream = OpenStream(inherited: ends.writer.rawValue)
        let line = String(repeating: "x", count: 99) + "\n"
        var lines = 0
        while stream.say(line, until: .now) { lines += 1 }
        #expect(lines > 10)
        #expect(!stream.say(line, until: .now))
        #expect(fcntl(ends.writer.rawValue, F_GETFL) == flags)
        #expect(flags & O_NONBLOCK == 0)
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        #expect(unsafe Glibc.read(ends.reader.rawValue, &buffer, buffer.count) > 0)
    }

    /// They take a batch of lines in one call; a terminal takes a part of a line.
    @Test func aDeviceThatTakesEverythingGetsEverythingAtOnce() throws {
        let text = [UInt8](repeating: 10, count: 64 << 10)
        for (path, expected) in [
            ("/dev/null", WriteOutcome.written(text.count)), ("/dev/zero", .written(text.count)),
            ("/dev/full", .failed(ENOSPC)),
        ] {
            let device = Descriptor(owning: unsafe open(path, O_WRONLY | O_CLOEXEC))
            let outcome = unsafe text.withUnsafeBytes { bytes in
                unsafe bytes.baseAddress.map { unsafe OpenStream(inherited: device.rawValue).attempt($0, bytes.count) }
            }
            #expect(outcome == expected, "\(path)")
        }
    }

    @Test func aWriteWithoutAReaderIsAnError() throws {
        var ends: [Int32] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        let writer = Descriptor(owning: ends[1])
        close(ends[0])
        #expect(!OpenStream(inherited: writer.rawValue).say("x", until: .distantFuture))
    }
}
