/// A log that can't start says why and what to do.

import Glibc
import Platform
import Testing

@testable import FileLog

@Suite struct LogOpeningTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func failure(_ directory: String) throws -> LogOpenError? {
        let log = try FileLog(directory: directory, workers: 1)
        do throws(LogOpenError) {
            try log.start()
        } catch {
            return error
        }
        log.stop()
        return nil
    }

    @Test func aMissingFolderIsMade() throws {
        #expect(try failure(folder.file("logs")) == nil)
        #expect(folder.names == ["logs"])
    }

    @Test func aFolderWithoutItsParentIsRefusedByName() throws {
        let error = try #require(try failure(folder.file("a/logs")))
        #expect(error.cause == SystemError(ENOENT, "make folder \(folder.file("a/logs"))"))
        #expect(error.description.contains("Make the folder that is to hold"))
    }

    @Test func aFileInPlaceOfTheFolderIsRefused() throws {
        append("", to: folder.file("logs"))
        let error = try #require(try failure(folder.file("logs")))
        #expect(error.cause.code == ENOTDIR)
    }

    @Test func aFolderInPlaceOfTheFileIsRefused() throws {
        try #require(unsafe mkdir(folder.file("access.log"), 0o700) == 0)
        let error = try #require(try failure(folder.path))
        #expect(error.cause == SystemError(EISDIR, "open \(folder.file("access.log")) for appending"))
        #expect(error.remedy.contains("Move away"))
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
}
