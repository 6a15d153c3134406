/// Files written for pool threads: whole under their name, or not at all.

import Glibc
import Platform
import Testing

@testable import FileLog

@Suite struct UploadTests {
    private let folder: TemporaryFolder
    private let log: FileLog

    init() throws {
        folder = try TemporaryFolder()
        var limits = FileLogLimits()
        limits.uploadChunkSize = 4096
        limits.uploadBytesMax = 64 << 10
        log = try FileLog(directory: folder.file("logs"), workers: 1, limits: limits)
        try log.start()
    }

    private func outcome(_ name: String, _ bytes: [UInt8]) -> Int32 {
        do throws(SystemError) {
            try log.writeFile(directory: folder.file("uploads"), name: name, bytes: bytes)
            return 0
        } catch {
            return error.code
        }
    }

    @Test func aFileIsThereWhenTheCallReturns() {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        #expect(outcome("a.bin", bytes) == 0)
        #expect(contents(of: folder.file("uploads/a.bin")) == bytes)
        #expect(outcome("empty", []) == 0)
        log.stop()
        #expect(folder.names == ["logs", "uploads"])
        #expect(log.statistics.filesWritten == 2)
    }

    @Test func aFileIsNeverReplaced() {
        #expect(outcome("a", [1]) == 0)
        #expect(outcome("a", [2]) == EEXIST)
        #expect(contents(of: folder.file("uploads/a")) == [1])
        log.stop()
        let temporaries = lsCount()
        #expect(temporaries == 1, "the temporary file of the second is gone")
    }

    private func lsCount() -> Int {
        guard let directory = unsafe opendir(folder.file("uploads")) else { return -1 }
        defer { unsafe _ = closedir(directory) }
        var count = 0
        while unsafe readdir(directory) != nil { count += 1 }
        return count - 2
    }

    @Test(arguments: ["", ".", "..", ".hidden", "a/b", "/etc/x", "a\0b", String(repeating: "n", count: 256)])
    func whatIsNoNameIsRefused(name: String) {
        #expect(outcome(name, [1]) == EINVAL)
        log.stop()
    }

    @Test func manyThreadsAreAllServedWithinTheBound() throws {
        let threads = try (0..<8).map { thread in
            try NamedThread(name: "upload-\(thread)") {
                for number in 0..<5 {
                    precondition(outcome("\(thread)-\(number)", [UInt8](repeating: 7, count: 30_000)) == 0)
                }
            }
        }
        for thread in threads { thread.join() }
        log.stop()
        #expect(lsCount() == 40)
    }

    @Test func aStoppedLogRefusesFiles() {
        log.stop()
        #expect(outcome("late", [1]) == ESHUTDOWN)
    }
}
