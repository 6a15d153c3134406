/// A file that the kernel refuses to grow: /dev/full under the log's name.

import Glibc
import Platform
import Testing

@testable import FileLog

@Suite struct FullDiskTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try #require(unsafe symlink("/dev/full", folder.file("access.log")) == 0)
    }

    private func append(_ log: FileLog, _ number: Int) -> Bool {
        log.ring(forWorker: 0).append(
            LogRecord(
                wallClockNanoseconds: 0,
                remote: RemoteAddress(ipv4: 1, port: 1),
                status: 200,
                bytesSent: 0,
                durationMicroseconds: 0
            ),
            requestLine: "GET /\(number) HTTP/1.1".utf8Span.span,
            referer: Span(),
            userAgent: Span()
        )
    }

    private func waitForWrites(_ log: FileLog, atLeast count: Int) {
        while log.statistics.writes < count { sched_yield() }
    }

    @Test func nothingIsLostWhileThereIsRoomInMemory() throws {
        var limits = FileLogLimits()
        limits.retryInterval = .milliseconds(5)
        let log = try FileLog(directory: folder.path, workers: 1, limits: limits)
        try log.start()
        for number in 0..<6000 { try #require(append(log, number)) }
        waitForWrites(log, atLeast: 3)
        #expect(log.statistics.bytes == 0)
        #expect(unsafe unlink(folder.file("access.log")) == 0)
        log.reopen()
        log.stop()
        let targets = lines(of: folder.file("access.log")).map { $0.split(separator: " ")[6] }
        #expect(targets == (0..<6000).map { "/\($0)" })
        #expect(log.statistics.linesLost == 0)
        #expect(log.statistics.dropped == 0)
    }

    @Test func whatIsLostIsCountedToTheLastLine() throws {
        var limits = FileLogLimits()
        limits.ringSize = 1 << 16
        let log = try FileLog(directory: folder.path, workers: 1, limits: limits)
        try log.start()
        var kept = 0
        for number in 0..<50_000 where append(log, number) { kept += 1 }
        log.stop()
        let statistics = log.statistics
        #expect(statistics.bytes == contents(of: folder.file("error.log")).count)
        #expect(statistics.linesLost == kept)
        #expect(statistics.dropped == 50_000 - kept)
        let errors = lines(of: folder.file("error.log"))
        #expect(errors.contains { $0.contains(" lines of access.log: it could not grow") })
    }

    /// In `error.log`, of which each line tells what the lines before did not.
    @Test func whatIsLostIsToldOnce() throws {
        var limits = FileLogLimits()
        limits.ringSize = 1 << 16
        let log = try FileLog(directory: folder.path, workers: 1, limits: limits)
        try log.start()
        let told = {
            lines(of: folder.file("error.log")).compactMap { line in
                line.firstMatch(of: /lost ([0-9]+) lines of access.log: it could not grow/)?.1
            }
        }
        while told().isEmpty {
            for number in 0..<1000 { _ = append(log, number) }
        }
        for number in 0..<1000 { _ = append(log, number) }
        log.stop()
        #expect(told().count > 1)
        #expect(told().reduce(0) { $0 + (Int($1) ?? 0) } == log.statistics.linesLost, "\(told())")
    }

    @Test func aFullDiskDoesNotSpin() throws {
        let log = try FileLog(directory: folder.path, workers: 1)
        try log.start()
        #expect(append(log, 1))
        waitForWrites(log, atLeast: 1)
        for number in 0..<5000 { #expect(append(log, number)) }
        log.stop()
        // The first write, perhaps a retry on a slow machine, and the last attempts.
        #expect(log.statistics.writes <= 8)
    }
}
