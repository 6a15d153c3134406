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

    // MARK: Files of rows

    private func upload(_ names: [String], size: Int = 10, from network: UInt64? = 1) -> TestUploadClient {
        let client = TestUploadClient()
        let files = names.map { UploadFile(name: $0, bytes: [UInt8](repeating: 5, count: size)) }
        #expect(log.upload(files, to: folder.file("uploads"), from: network, client: client))
        return client
    }

    private var uploaded: [String] { TemporaryFolder.names(in: folder.file("uploads")).sorted() }

    @Test func filesHaveTwoNamesUntilTheirRowIsStored() throws {
        let stored = try #require(upload(["a", "b"]).ending())
        #expect(uploaded == [".ringport+a", ".ringport+b", "a", "b"])
        log.settle(stored, keeps: true)
        let refused = try #require(upload(["c"]).ending())
        #expect(stored.forgettable == [] && refused.forgettable == ["a", "b"])
        log.settle(refused, keeps: false)
        #expect(outcome("d", []) == 0)
        let last = try #require(upload(["e"]).ending())
        #expect(last.forgettable == [], "what is not there was never noted")
        log.settle(last, keeps: false)
        log.stop()
        #expect(uploaded == ["a", "b", "d"])
        #expect(log.statistics.filesWritten == 5)
    }

    @Test func nothingIsLeftOfFilesThatNobodyWaitsFor() {
        let client = TestUploadClient()
        client.state.withLock { $0.isWanted = false }
        let files = [UploadFile(name: "a", bytes: [1])]
        #expect(log.upload(files, to: folder.file("uploads"), from: 1, client: client))
        #expect(client.ending() == nil && client.failure == .unwanted)
        log.stop()
        #expect(uploaded == [])
    }

    /// One of several names is taken: none of the files is there, and the one that has the name stays.
    @Test func filesComeTogetherOrNotAtAll() {
        #expect(outcome("b", [9]) == 0)
        let client = upload(["a", "b", "c"])
        #expect(client.ending() == nil)
        guard case .system(let error) = client.failure else {
            Issue.record("\(String(describing: client.failure))")
            return
        }
        #expect(error.code == EEXIST)
        log.stop()
        #expect(uploaded == ["b"])
        #expect(contents(of: folder.file("uploads/b")) == [9])
    }

    @Test func whatNeverFitsIsRefusedInWords() throws {
        var limits = FileLogLimits()
        limits.uploadFilesMax = 2
        let log = try FileLog(directory: folder.file("other"), workers: 1, limits: limits)
        try log.start()
        let clients = [TestUploadClient(), TestUploadClient()]
        for (client, names) in zip(clients, [["a", "b", "c"], ["a", "b"]]) {
            let files = names.map { UploadFile(name: $0, bytes: []) }
            #expect(log.upload(files, to: folder.file("uploads"), from: 1, client: client))
        }
        #expect(clients[0].ending() == nil)
        guard case .tooLarge = clients[0].failure else {
            Issue.record("\(String(describing: clients[0].failure))")
            return
        }
        log.settle(try #require(clients[1].ending()), keeps: true)
        log.stop()
        #expect(uploaded == ["a", "b"])
    }

    /// The folder is a link that leads nowhere, or no folder: nobody waits for ever.
    @Test func aFolderThatCantBeHadFailsTheUpload() {
        unsafe _ = symlink("/dev/null/nowhere", folder.file("uploads"))
        let client = upload(["a"])
        #expect(client.ending() == nil && client.failure != nil)
        log.stop()
    }
}
