/// What reaches the files, and when: the whole log, from a worker's ring to the disk.

import Glibc
import Platform
import Synchronization
import Testing

@testable import FileLog

@Suite struct LogThreadTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func record(_ status: UInt16 = 200, reason: UInt8 = 0) -> LogRecord {
        LogRecord(
            wallClockNanoseconds: wallClockNanoseconds(),
            remote: RemoteAddress(ipv4: 0x7F00_0001, port: 80),
            status: status,
            bytesSent: 1,
            durationMicroseconds: 1234,
            reason: reason
        )
    }

    private func appendLine(_ ring: AccessRing, _ text: String, _ record: LogRecord) -> Bool {
        ring.append(record, requestLine: text.utf8Span.span, referer: Span(), userAgent: Span())
    }

    /// Waits, by inotify, until a file has a number of lines.
    private func waitForLines(_ count: Int, in name: String) throws {
        let follower = try LogFollower(path: folder.file(name), from: .last(count))
        var seen = 0
        while true {
            while follower.readAvailable({ _ in seen += 1 }) {}
            if seen >= count { return }
            _ = try follower.wait()
        }
    }

    @Test func theFirstLineOfAnIdleServerIsWrittenAtOnce() throws {
        var limits = FileLogLimits()
        limits.batchInterval = .seconds(3600)
        let log = try FileLog(directory: folder.file("logs"), workers: 1, limits: limits)
        try log.start()
        #expect(appendLine(log.ring(forWorker: 0), "GET / HTTP/1.1", record()))
        try waitForLines(1, in: "logs/access.log")
        log.stop()
        #expect(log.statistics.records == 1)
    }

    @Test func aMessageIsWrittenAtOnceAlsoWhileRecordsGather() throws {
        var limits = FileLogLimits()
        limits.batchInterval = .seconds(3600)
        let log = try FileLog(directory: folder.path, workers: 1, limits: limits)
        try log.start()
        #expect(appendLine(log.ring(forWorker: 0), "GET / HTTP/1.1", record()))
        try waitForLines(1, in: "access.log")
        log.error(.warning, "a line\nand \"another\"")
        try waitForLines(1, in: "error.log")
        log.stop()
        let line = try #require(lines(of: folder.file("error.log")).first)
        #expect(line.hasSuffix(#"Z warning a line\x0Aand \x22another\x22"#))
    }

    @Test func anIdleLogThreadSleeps() throws {
        let log = try FileLog(directory: folder.path, workers: 1)
        try log.start()
        for number in 1...3 {
            log.error(.notice, "message \(number)")
            try waitForLines(number, in: "error.log")
        }
        log.stop()
        // Once at the start, once to stop, once a message, or twice when it is seen before the wake that announces it.
        #expect(log.statistics.wakeUps <= 8)
    }

    /// Each log in turn, as a FIFO without a reader and as a folder; the other one has lines meanwhile.
    @Test(arguments: ["access.log", "error.log"], [true, false])
    func anIdleLogThreadSleepsThoughALogCannotBeOpened(broken: String, isFIFO: Bool) throws {
        let path = folder.file(broken)
        try #require(unsafe (isFIFO ? mkfifo(path, 0o600) : mkdir(path, 0o700)) == 0)
        var limits = FileLogLimits()
        limits.retryInterval = .microseconds(1)
        limits.batchInterval = .milliseconds(1)
        let log = try FileLog(directory: folder.path, workers: 1, limits: limits)
        try log.start()
        for number in 1...20 {
            if broken == "access.log" {
                log.error(.notice, "message \(number)")
                try waitForLines(number, in: "error.log")
            } else {
                #expect(appendLine(log.ring(forWorker: 0), "GET /", record()))
                try waitForLines(number, in: "access.log")
            }
        }
        log.stop()
        // As above, and once more at the end of each batch.
        #expect(log.statistics.wakeUps <= 2 + 3 * 20)
    }

    @Test func everythingAppendedBeforeTheStopIsWrittenOnce() throws {
        let log = try FileLog(directory: folder.path, workers: 3, syncsAtStop: true)
        try log.start()
        for number in 0..<3000 {
            #expect(appendLine(log.ring(forWorker: number % 3), "GET /\(number) HTTP/1.1", record()))
        }
        log.stop()
        let numbers = lines(of: folder.file("access.log")).map { $0.split(separator: " ")[6] }
        #expect(Set(numbers).count == 3000)
        #expect(numbers.count == 3000)
        #expect(log.statistics.records == 3000)
        #expect(log.statistics.bytes == contents(of: folder.file("access.log")).count)
    }

    @Test func aRotationUnderLoadLosesNothingAndRepeatsNothing() throws {
        var limits = FileLogLimits()
        limits.batchInterval = .milliseconds(2)
        let log = try FileLog(directory: folder.path, workers: 2, limits: limits)
        try log.start()
        let isRotating = Atomic<Bool>(true)
        let appended = Atomic<Int>(0)
        let workers = try (0..<2).map { worker in
            try NamedThread(name: "worker-\(worker)") {
                var number = 0
                while isRotating.load(ordering: .relaxed) {
                    if appendLine(log.ring(forWorker: worker), "GET /\(worker)/\(number) HTTP/1.1", record()) {
                        number += 1
                    }
                    sched_yield()
                }
                appended.add(number, ordering: .relaxed)
            }
        }
        for rotation in 0..<10 {
            try waitForLines(1, in: "access.log")
            unsafe _ = rename(folder.file("access.log"), folder.file("access.log.\(rotation)"))
            log.reopen()
        }
        isRotating.store(false, ordering: .relaxed)
        for worker in workers { worker.join() }
        log.stop()
        let logs = folder.names.filter { $0.hasPrefix("access.log") }
        #expect(logs.count == 11)
        let all: [String] = logs.flatMap { lines(of: folder.file($0)) }
        let targets = all.map { $0.split(separator: " ")[6] }
        #expect(targets.count == appended.load(ordering: .relaxed))
        #expect(Set(targets).count == targets.count)
    }

    @Test func aReasonIsNamedInTheErrorLog() throws {
        let log = try FileLog(directory: folder.path, workers: 1, reasonNames: ["none", "bare-line-feed"])
        try log.start()
        let ring = log.ring(forWorker: 0)
        #expect(appendLine(ring, "GET /\n", record(400, reason: 1)))
        #expect(appendLine(ring, "GET /", record(200)))
        #expect(appendLine(ring, String(repeating: "x", count: 300), record(414, reason: 9)))
        log.stop()
        #expect(lines(of: folder.file("access.log")).count == 3)
        let errors = lines(of: folder.file("error.log"))
        #expect(errors.count == 2)
        #expect(
            errors[0].contains(#/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z refused 127\.0\.0\.1 400 bare-line-feed /#)
        )
        #expect(errors[0].hasSuffix(#""GET /\x0A" 1234us"#))
        #expect(errors[1].contains(" 414 reason-9 \"" + String(repeating: "x", count: 256) + "\"... 1234us"))
    }

    @Test func reasonsBeyondTheBoundAreCounted() throws {
        var limits = FileLogLimits()
        limits.reasonLinesPerSecondMax = 10
        let log = try FileLog(directory: folder.path, workers: 1, reasonNames: ["none", "rude"], limits: limits)
        try log.start()
        var same = record(400, reason: 1)
        same.wallClockNanoseconds = 5_000_000_000
        for _ in 0..<1000 { #expect(appendLine(log.ring(forWorker: 0), "GET /", same)) }
        log.stop()
        let errors = lines(of: folder.file("error.log"))
        #expect(errors.count { $0.contains(" rude ") } == 10)
        let more = errors.compactMap { $0.firstMatch(of: #/refused (\d+) more requests/#)?.1 }
        #expect(more.reduce(0) { $0 + (Int($1) ?? 0) } == 990)
        #expect(lines(of: folder.file("access.log")).count == 1000)
    }

    @Test func droppedRecordsAreReported() throws {
        var limits = FileLogLimits()
        limits.ringSize = 1 << 16
        let log = try FileLog(directory: folder.path, workers: 1, limits: limits)
        for _ in 0..<2000 { _ = appendLine(log.ring(forWorker: 0), "GET /", record()) }
        let dropped = log.statistics.dropped
        #expect(dropped > 0)
        try log.start()
        log.stop()
        #expect(lines(of: folder.file("access.log")).count == 2000 - dropped)
        #expect(lines(of: folder.file("error.log")).contains { $0.contains(" dropped \(dropped) records ") })
    }

    @Test func tooManyMessagesAreDroppedAndReported() throws {
        let log = try FileLog(directory: folder.path, workers: 1)
        for number in 0..<1500 { log.error(.notice, "message \(number)") }
        #expect(log.statistics.messagesDropped == 1500 - 1024)
        try log.start()
        log.stop()
        let errors = lines(of: folder.file("error.log"))
        #expect(errors.count == 1025)
        #expect(errors.contains { $0.contains(" dropped 476 lines of error.log") })
    }

    @Test func messagesOfManyThreadsAreAllWritten() throws {
        let log = try FileLog(directory: folder.path, workers: 1)
        try log.start()
        let threads = try (0..<4).map { thread in
            try NamedThread(name: "talker-\(thread)") {
                for number in 0..<200 { log.error(.notice, "message \(thread)-\(number)") }
            }
        }
        for thread in threads { thread.join() }
        log.stop()
        let errors = lines(of: folder.file("error.log")).filter { $0.contains(" message ") }
        #expect(Set(errors.map { $0.split(separator: " ")[3] }).count == 800)
    }
}
