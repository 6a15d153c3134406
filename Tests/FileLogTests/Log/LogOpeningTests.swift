/// A log that can't be opened stops nothing: the start says why, what is done instead, and which setting changes it.

import Glibc
import Platform
import Testing

@testable import FileLog

@Suite struct LogOpeningTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// What a start says, and what a check says before it.
    private func notices(_ directory: String) throws -> [String] {
        let checked = LogNotice.check(LogRouting(folder: directory))
        let log = try FileLog(directory: directory, workers: 1)
        let notices = try log.start()
        log.stop()
        #expect(checked == notices)
        return notices.map(\.description)
    }

    @Test func aMissingFolderIsMade() throws {
        #expect(try notices(folder.file("logs")) == [])
        #expect(folder.names == ["logs"])
    }

    @Test func aCheckMakesNothing() {
        #expect(LogNotice.check(LogRouting(folder: folder.file("logs"))) == [])
        #expect(folder.names == [])
    }

    @Test func aFolderWithoutItsParentIsNamed() throws {
        let text = try #require(try notices(folder.file("a/logs")).first)
        #expect(
            text.hasPrefix("\(folder.file("a/logs")): No such file or directory; error.log goes to standard error, ")
        )
        #expect(
            text.contains("access.log is not written\n  Make the folder that is to hold it, or set [log] folder or ")
        )
    }

    @Test func aFileInPlaceOfTheFolderIsNamed() throws {
        append("", to: folder.file("logs"))
        let text = try #require(try notices(folder.file("logs")).first)
        #expect(text.contains(": Not a directory; "))
        #expect(text.contains("Move away what has the folder's name"))
    }

    @Test func aFolderInPlaceOfOneFileLeavesTheOther() throws {
        try #require(unsafe mkdir(folder.file("access.log"), 0o700) == 0)
        let texts = try notices(folder.path)
        #expect(texts.count == 1)
        #expect(texts[0].hasPrefix("\(folder.file("access.log")): Is a directory; its lines wait in memory, "))
        #expect(texts[0].hasSuffix("Move away what has the log's name."))
        #expect(folder.names == ["access.log", "error.log"])
    }

    /// Only what does not go where it should is in the sentence, and only settings that help.
    @Test func whatGoesElsewhereIsNotComplainedOf() {
        let missing = folder.file("a/logs")
        let routing = LogRouting(folder: missing, access: .standardOutput)
        let text = LogNotice.check(routing).map(\.description).joined()
        #expect(text.contains(": No such file or directory; error.log goes to standard error\n"))
        #expect(!text.contains("access"))
        #expect(LogNotice.check(LogRouting(folder: missing, access: .none, error: .standardError)) == [])
    }

    @Test func aReopenThatFailsKeepsTheOldFile() throws {
        let log = try FileLog(directory: folder.path, workers: 1)
        try log.start()
        unsafe _ = rename(folder.file("error.log"), folder.file("error.log.1"))
        try #require(unsafe mkdir(folder.file("error.log"), 0o700) == 0)
        log.reopen()
        log.error(.notice, "still here")
        log.stop()
        let kept = lines(of: folder.file("error.log.1"))
        #expect(kept.contains { $0.contains("Is a directory") })
        #expect(kept.contains { $0.contains("still here") })
    }

    /// Each of the two in turn.
    @Test(arguments: [("access.log", "error.log"), ("error.log", "access.log")])
    func aLogThatCannotBeReopenedDoesNotHoldTheOther(broken: String, other: String) throws {
        let log = try FileLog(directory: folder.path, workers: 1)
        try log.start()
        for name in [broken, other] { unsafe _ = rename(folder.file(name), folder.file(name + ".1")) }
        try #require(unsafe mkdir(folder.file(broken), 0o700) == 0)
        log.reopen()
        log.stop()
        #expect(folder.names == ["access.log", "access.log.1", "error.log", "error.log.1"])
        let errors = lines(of: folder.file(other == "error.log" ? "error.log" : "error.log.1"))
        #expect(errors.count { $0.contains("open \(folder.file(broken)) for appending: Is a directory") } == 1)
    }

    /// A full disk, or a power cut, leaves half a line: the next one is a line of its own.
    @Test func aLineThatHasNoEndIsEnded() throws {
        append("whole\nhal", to: folder.file("error.log"))
        append("whole\n", to: folder.file("access.log"))
        let log = try FileLog(directory: folder.path, workers: 1)
        _ = try log.start()
        log.error(.notice, "told")
        log.stop()
        let told = lines(of: folder.file("error.log"))
        #expect(told.prefix(2) == ["whole", "hal"] && told.last?.hasSuffix(" notice told") == true, "\(told)")
        #expect(contents(of: folder.file("access.log")) == Array("whole\n".utf8))
    }

    @Test func aFolderThatWasRemovedIsMadeAgain() throws {
        let log = try FileLog(directory: folder.file("logs"), workers: 1)
        try log.start()
        for name in ["access.log", "error.log"] { #expect(unsafe unlink(folder.file("logs/" + name)) == 0) }
        #expect(unsafe rmdir(folder.file("logs")) == 0)
        log.reopen()
        log.error(.notice, "here again")
        log.stop()
        #expect(lines(of: folder.file("logs/error.log")).contains { $0.hasSuffix("notice here again") })
    }

    @Test func aLogThatGoesNowhereIsNotMade() throws {
        let log = try FileLog(directory: folder.path, workers: 1, access: .none)
        try log.start()
        log.reopen()
        log.stop()
        #expect(folder.names == ["error.log"])
    }
}
