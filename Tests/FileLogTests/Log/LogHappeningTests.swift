/// Whatever may happen to a followed log: with events, and where only looking helps. Test threads.

import Glibc
import Platform
import Testing

@testable import FileLog

@Suite struct LogHappeningTests {
    private let folder: TemporaryFolder
    private var logs: String { folder.file("logs") }
    private var log: String { folder.file("logs/access.log") }

    init() throws {
        folder = try TemporaryFolder()
        try #require(unsafe mkdir(logs, 0o755) == 0)
    }

    /// A follower with the lines it has shown.
    private final class Reader {
        let follower: LogFollower
        private(set) var seen: [String] = []
        private(set) var notes: Notes

        final class Notes {
            var texts: [String] = []
        }

        init(_ path: String, from start: LogStart = .last(10), canWatch: Bool) throws {
            var limits = FollowerLimits()
            limits.lookInterval = .milliseconds(5)
            let notes = Notes()
            self.notes = notes
            follower = try LogFollower(path: path, from: start, limits: limits, canWatch: canWatch) { _ in
                true
            } note: {
                notes.texts.append($0)
            }
        }

        /// Reads what is there.
        func read() {
            while follower.readAvailable({ line in
                seen.append(String(decoding: line.indices.map { line[$0] }, as: UTF8.self))
            }) {}
        }

        /// Follows until a line has come; returns all that came.
        func follow(to line: String) throws -> [String] {
            let end = Instant.now.advanced(by: .seconds(20))
            read()
            while !seen.contains(line), Instant.now < end {
                _ = try follower.wait()
                read()
            }
            return seen
        }

        /// Looks and waits until something holds of it.
        func follow(until holds: () -> Bool) throws -> Bool {
            let end = Instant.now.advanced(by: .seconds(20))
            read()
            while !holds(), Instant.now < end {
                _ = try follower.wait()
                read()
            }
            return holds()
        }
    }

    private func rename(_ from: String, _ to: String) throws {
        try #require(unsafe Glibc.rename(folder.file(from), folder.file(to)) == 0)
    }

    /// The descriptors of this process that lead into the folder.
    private var openCount: Int {
        TemporaryFolder.links(in: "/proc/self/fd").count { $0.hasPrefix(folder.path + "/logs/") }
    }

    @Test(arguments: [true, false])
    func aFolderDeletedAndMadeAgainIsFollowed(canWatch: Bool) throws {
        append("1\n", to: log)
        let reader = try Reader(log, canWatch: canWatch)
        #expect(try reader.follow(to: "1") == ["1"])
        for turn in 2...5 {
            unsafe _ = unlink(log)
            try #require(unsafe rmdir(logs) == 0)
            if turn % 2 == 0 { reader.read() }
            try #require(unsafe mkdir(logs, 0o755) == 0)
            append("\(turn)\n", to: log)
            #expect(try reader.follow(to: "\(turn)") == (1...turn).map { "\($0)" })
        }
        // The new folder is watched like the old: what lost the name before the look is found.
        guard canWatch else { return }
        try rename("logs/access.log", "logs/access.log.1")
        append("6\n", to: log)
        try rename("logs/access.log", "logs/access.log.2")
        append("7\n", to: log)
        #expect(try reader.follow(to: "7") == (1...7).map { "\($0)" })
    }

    @Test(arguments: [true, false])
    func aFolderThatIsRenamedAndItsSuccessorAreFollowed(canWatch: Bool) throws {
        append("1\n", to: log)
        let reader = try Reader(log, canWatch: canWatch)
        #expect(try reader.follow(to: "1") == ["1"])
        try rename("logs", "old")
        append("2\n", to: folder.file("old/access.log"))
        #expect(try reader.follow(to: "2") == ["1", "2"])
        try #require(unsafe mkdir(logs, 0o755) == 0)
        append("3\n", to: log)
        #expect(try reader.follow(to: "3") == ["1", "2", "3"])
    }

    @Test(arguments: [true, false])
    func aFolderThatHasTheNameForAMomentIsWaitedOut(canWatch: Bool) throws {
        append("1\n", to: log)
        let reader = try Reader(log, canWatch: canWatch)
        #expect(try reader.follow(to: "1") == ["1"])
        try rename("logs/access.log", "logs/access.log.1")
        try #require(unsafe mkdir(log, 0o755) == 0)
        #expect(try reader.follow { reader.notes.texts.contains { $0.contains("is a folder") } })
        try #require(unsafe rmdir(log) == 0)
        append("2\n", to: log)
        #expect(try reader.follow(to: "2") == ["1", "2"])
        #expect(reader.notes.texts.count { $0.contains("is a folder") } == 1, "it is said once: \(reader.notes.texts)")
    }

    @Test(arguments: [true, false])
    func aLinkThatIsTurnedIsFollowedAndTurnedBackShowsNothingTwice(canWatch: Bool) throws {
        let (first, second) = (folder.file("first"), folder.file("second"))
        append("1\n", to: first)
        append("2\n", to: second)
        func turn(to target: String) throws {
            try #require(unsafe symlink(target, folder.file("new")) == 0)
            try rename("new", "logs/access.log")
        }
        try turn(to: first)
        let reader = try Reader(log, canWatch: canWatch)
        #expect(try reader.follow(to: "1") == ["1"])
        try turn(to: second)
        #expect(try reader.follow(to: "2") == ["1", "2"])
        try turn(to: first)
        append("3\n", to: first)
        #expect(try reader.follow(to: "3") == ["1", "2", "3"])
        try turn(to: second)
        append("4\n", to: second)
        #expect(try reader.follow(to: "4") == ["1", "2", "3", "4"])
    }

    @Test(arguments: [true, false])
    func aLinkToTheFolderThatIsTurnedIsFollowed(canWatch: Bool) throws {
        try rename("logs", "first")
        try #require(unsafe mkdir(folder.file("second"), 0o755) == 0)
        append("1\n", to: folder.file("first/access.log"))
        try #require(unsafe symlink("first", logs) == 0)
        let reader = try Reader(log, canWatch: canWatch)
        #expect(try reader.follow(to: "1") == ["1"])
        append("2\n", to: folder.file("first/access.log"))
        append("3\n", to: folder.file("second/access.log"))
        try #require(unsafe symlink("second", folder.file("new")) == 0)
        try rename("new", "logs")
        #expect(try reader.follow(to: "3") == ["1", "2", "3"])
    }

    @Test(arguments: [true, false])
    func aFileThatWasEmptiedAndHasGrownAgainIsReadFromItsBeginning(canWatch: Bool) throws {
        append("one\n", to: log)
        let reader = try Reader(log, canWatch: canWatch)
        #expect(try reader.follow(to: "one") == ["one"])
        for (number, line) in ["longer than before", "even longer than before it was emptied"].enumerated() {
            try #require(unsafe truncate(log, 0) == 0)
            append(line + "\n", to: log)
            #expect(try reader.follow(to: line).count == number + 2)
        }
    }

    @Test(arguments: [true, false])
    func aFileThatComesAnewWithTheNameIsFollowed(canWatch: Bool) throws {
        let reader = try Reader(log, from: .line(3), canWatch: canWatch)
        #expect(reader.notes.texts.contains { $0.contains("there is no \(log)") })
        for turn in 1...20 {
            append("\(turn)\n", to: log)
            #expect(try reader.follow(to: "\(turn)") == (1...turn).map { "\($0)" })
            guard turn % 3 == 0 else {
                try rename("logs/access.log", "logs/access.log.\(turn)")
                continue
            }
            unsafe _ = unlink(log)
        }
    }

    @Test(arguments: [true, false])
    func aPipeIsFollowedPastTheEndOfItsWriter(canWatch: Bool) throws {
        try #require(unsafe mkfifo(log, 0o600) == 0)
        let reader = try Reader(log, canWatch: canWatch)
        for turn in 1...3 {
            append("\(turn)\n", to: log)
            #expect(try reader.follow(to: "\(turn)") == (1...turn).map { "\($0)" })
        }
    }

    @Test func thousandsOfRotationsOfEmptyFilesHoldFewDescriptors() throws {
        append("1\n", to: log)
        let reader = try Reader(log, canWatch: true)
        #expect(try reader.follow(to: "1") == ["1"])
        var most = 0
        for rotation in 0..<2_000 {
            if rotation % 2 == 0 { unsafe _ = unlink(log) } else { try rename("logs/access.log", "logs/access.log.1") }
            append("", to: log)
            // Also several between two looks, and one that stays behind its events.
            if rotation % 7 == 0 {
                reader.read()
                most = max(most, openCount)
            }
        }
        append("2\n", to: log)
        #expect(try reader.follow(to: "2") == ["1", "2"])
        #expect((1...FollowerLimits().openFilesMax + 1).contains(most), "\(most) descriptors")
        #expect(openCount <= 2, "the folder and the log")
    }

    @Test func rotationsBetweenTwoLooksAreFollowedWithFewDescriptors() throws {
        append("0\n", to: log)
        let reader = try Reader(log, canWatch: true)
        reader.read()
        for rotation in 1...500 {
            try rename("logs/access.log", "logs/access.log.\(rotation)")
            append("\(rotation)\n", to: log)
        }
        #expect(try reader.follow(to: "500") == (0...500).map { "\($0)" })
        #expect(openCount <= 2)
    }

    @Test(arguments: [true, false])
    func whatIsEmptyAndGoneIsClosed(canWatch: Bool) throws {
        append("", to: log)
        let reader = try Reader(log, canWatch: canWatch)
        #expect(try reader.follow { openCount > 0 })
        unsafe _ = unlink(log)
        #expect(try reader.follow { TemporaryFolder.links(in: "/proc/self/fd").allSatisfy { !$0.hasPrefix(log) } })
        append("1\n", to: log)
        #expect(try reader.follow(to: "1") == ["1"])
    }

    @Test(arguments: [true, false])
    func whatWasReadAndIsGoneIsClosedWhenAnotherHasTheName(canWatch: Bool) throws {
        append("1\n", to: log)
        let reader = try Reader(log, canWatch: canWatch)
        #expect(try reader.follow(to: "1") == ["1"])
        unsafe _ = unlink(log)
        append("", to: log)
        let deleted = log + " (deleted)"
        #expect(try reader.follow { !TemporaryFolder.links(in: "/proc/self/fd").contains(deleted) })
    }
}
