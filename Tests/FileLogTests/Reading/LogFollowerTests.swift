/// Following a log by its name: nothing lost, nothing twice, whatever happens to the file.

import Glibc
import Platform
import Testing

@testable import FileLog

@Suite struct LogFollowerTests {
    private let folder: TemporaryFolder
    private var log: String { folder.file("access.log") }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func text(_ line: Span<UInt8>) -> String {
        String(decoding: line.indices.map { line[$0] }, as: UTF8.self)
    }

    /// The lines that are there without waiting.
    private func available(_ follower: LogFollower) -> [String] {
        var seen: [String] = []
        while follower.readAvailable({ seen.append(text($0)) }) {}
        return seen
    }

    private func rename(_ from: String, _ to: String) throws {
        try #require(unsafe Glibc.rename(folder.file(from), folder.file(to)) == 0)
    }

    private func last(_ count: Int, where matches: (Span<UInt8>) -> Bool = { _ in true }) throws -> [String] {
        let file = try #require(try ReadableLog(path: log))
        try file.seek(to: .last(count), where: matches)
        var seen: [String] = []
        try file.readLines { seen.append(text($0)) }
        return seen
    }

    @Test func theLastLinesAreFoundAcrossBlocks() throws {
        // Lines of many lengths, the file several blocks long, so that line feeds meet block ends in many ways.
        let all = (0..<3000).map { "\($0) " + String(repeating: "x", count: $0 * 7 % 173) }
        for (number, ending) in ["\n", ""].enumerated() {
            unsafe _ = unlink(log)
            append(all.joined(separator: "\n") + ending, to: log)
            for count in [0, 1, 2, 3, 700, 701 + number, 1500, 2999, 3000, 4000] {
                #expect(try last(count) == all.suffix(count))
            }
        }
    }

    @Test func aLineMayBeLongerThanABlock() throws {
        let long = String(repeating: "y", count: 3 * ReadableLog.blockSize + 5)
        append("a\n\(long)\nb\n", to: log)
        #expect(try last(1) == ["b"])
        #expect(try last(2) == [long, "b"])
        #expect(try last(3) == ["a", long, "b"])
    }

    @Test(arguments: [-1, 0, 1])
    func aBlockMayEndBesideALineFeed(shift: Int) throws {
        let first = String(repeating: "a", count: 100)
        let second = String(repeating: "b", count: ReadableLog.blockSize - 1 + shift)
        append("\(first)\n\(second)\n", to: log)
        #expect(try last(1) == [second])
        #expect(try last(2) == [first, second])
    }

    @Test func theLastLinesThatMatchAreCounted() throws {
        append((0..<20_000).map { "\($0)\n" }.joined(), to: log)
        let seen = try last(3) { text($0).hasSuffix("000") }
        #expect(seen.first == "17000")
    }

    @Test func anEmptyFileHasNoLastLine() throws {
        append("", to: log)
        #expect(try last(5) == [])
    }

    @Test func aLineIsHandedOnWhenItIsComplete() throws {
        append("one\nhalf", to: log)
        let follower = try LogFollower(path: log, from: .last(10))
        #expect(available(follower) == ["one"])
        append(" whole\n", to: log)
        #expect(try follower.wait())
        #expect(available(follower) == ["half whole"])
        #expect(available(follower) == [])
    }

    @Test func aRenamedFileIsReadToItsEndBeforeTheNewOne() throws {
        append("1\n", to: log)
        let follower = try LogFollower(path: log, from: .last(10))
        #expect(available(follower) == ["1"])
        try rename("access.log", "access.log.1")
        append("2\n", to: folder.file("access.log.1"))
        append("", to: log)
        #expect(available(follower) == ["2"])
        // The new file exists already, the server has not yet been told.
        append("3\n", to: folder.file("access.log.1"))
        #expect(available(follower) == ["3"])
        append("4\n", to: folder.file("access.log.1"))
        append("5\n", to: log)
        #expect(available(follower) == ["4", "5"])
        append("6\n", to: log)
        #expect(available(follower) == ["6"])
    }

    @Test func severalRotationsBetweenTwoLooksAreAllFollowed() throws {
        append("0\n", to: log)
        let follower = try LogFollower(path: log, from: .last(10))
        for rotation in 1...5 {
            for old in stride(from: rotation - 1, to: 0, by: -1) {
                try rename("access.log.\(old)", "access.log.\(old + 1)")
            }
            try rename("access.log", "access.log.1")
            append("\(rotation)\n", to: log)
        }
        #expect(available(follower) == ["0", "1", "2", "3", "4", "5"])
        try rename("access.log", "elsewhere")
        append("6\n", to: log)
        #expect(available(follower) == ["6"])
    }

    @Test func aTruncatedFileIsReadFromItsBeginning() throws {
        append("one\ntwo\n", to: log)
        let follower = try LogFollower(path: log, from: .last(1))
        #expect(available(follower) == ["two"])
        try #require(unsafe truncate(log, 0) == 0)
        #expect(available(follower) == [])
        append("three\n", to: log)
        #expect(try follower.wait())
        #expect(available(follower) == ["three"])
    }

    @Test func aDeletedFileIsFollowedByTheNextOfItsName() throws {
        append("one\n", to: log)
        let follower = try LogFollower(path: log, from: .last(1))
        #expect(available(follower) == ["one"])
        try #require(unsafe unlink(log) == 0)
        #expect(available(follower) == [])
        append("two\n", to: log)
        #expect(available(follower) == ["two"])
    }

    @Test func aFileThatComesLateIsReadFromItsBeginning() throws {
        let follower = try LogFollower(path: log, from: .last(0))
        #expect(available(follower) == [])
        append("one\ntwo\n", to: log)
        #expect(try follower.wait())
        #expect(available(follower) == ["one", "two"])
    }

    @Test func aFolderThatComesLateIsWaitedFor() throws {
        let path = folder.file("site/logs/access.log")
        let maker = try NamedThread(name: "maker") {
            unsafe _ = mkdir(folder.file("site"), 0o700)
            unsafe _ = mkdir(folder.file("site/logs"), 0o700)
            append("one\n", to: path)
        }
        let follower = try LogFollower(path: path, from: .last(10))
        var seen = available(follower)
        while seen.isEmpty {
            _ = try follower.wait()
            seen = available(follower)
        }
        maker.join()
        #expect(seen == ["one"])
    }

    @Test func aReaderThatGoesEndsTheWait() throws {
        append("one\n", to: log)
        let follower = try LogFollower(path: log, from: .last(0))
        var ends: [Int32] = [-1, -1]
        try #require(unsafe pipe(&ends) == 0)
        close(ends[0])
        #expect(try !follower.wait(output: ends[1]))
        close(ends[1])
    }

    @Test func aFolderIsNoLog() throws {
        #expect(throws: SystemError(EISDIR, "open \(folder.path)")) { _ = try ReadableLog(path: folder.path) }
    }

    @Test func aRotatingServerIsFollowedLineByLine() throws {
        let server = try FileLog(directory: folder.path, workers: 1)
        try server.start()
        let count = 20_000
        let worker = try NamedThread(name: "worker") {
            for number in 0..<count {
                if number % 1000 == 500 {
                    unsafe _ = Glibc.rename(log, folder.file("old.\(number)"))
                    server.reopen()
                }
                server.ring(forWorker: 0).append(
                    LogRecord(
                        wallClockNanoseconds: 0,
                        remote: RemoteAddress(ipv4: 1, port: 1),
                        status: 200,
                        bytesSent: 0,
                        durationMicroseconds: 0
                    ),
                    requestLine: "\(number)".utf8Span.span,
                    referer: Span(),
                    userAgent: Span()
                )
            }
        }
        let follower = try LogFollower(path: log, from: .last(.max))
        var seen: [String] = []
        while seen.last != "\(count - 1)" {
            for line in available(follower) { seen.append(String(line.split(separator: "\"")[1])) }
            if seen.last != "\(count - 1)" { _ = try follower.wait() }
        }
        worker.join()
        server.stop()
        // It may have begun after some rotations; from there on every line is seen once and in order.
        let first = Int(seen.first ?? "") ?? -1
        #expect(seen == (first..<count).map { "\($0)" })
    }
}
