/// Uploads that a crash cuts off, at each step: what the next start makes of them. Test threads.

import Glibc
import Platform
import Testing

@testable import FileLog

/// The client of an upload, which a test decides about.
final class TestUploadClient: UploadClient {
    struct State {
        var isWanted = true
        var published: PublishedUpload?
        var failure: UploadFailure?
    }

    let state = Monitor(State())

    var isWanted: Bool { state.withLock { $0.isWanted } }
    var published: PublishedUpload? { state.withLock { $0.published } }
    var failure: UploadFailure? { state.withLock { $0.failure } }

    func uploadIsOnDisk(_ upload: PublishedUpload) {
        state.withLock { $0.published = upload }
        state.broadcast()
    }

    func uploadFailed(_ failure: UploadFailure) {
        state.withLock { $0.failure = failure }
        state.broadcast()
    }

    /// Waits for the end: the files, when they are on the disk.
    func ending() -> PublishedUpload? {
        let state = state.waitUntil { $0.published != nil || $0.failure != nil ? $0 : nil }
        return state?.published
    }
}

@Suite struct UploadSweepTests {
    private let folder: TemporaryFolder
    private var uploads: String { folder.file("uploads") }

    init() throws {
        folder = try TemporaryFolder()
        unsafe _ = mkdir(folder.file("uploads"), 0o755)
    }

    private var names: [String] { TemporaryFolder.names(in: uploads).sorted() }

    private func sweep(noted: Set<String> = [], isSameDatabase: Bool = true) throws -> UploadSweep.Outcome {
        try UploadSweep.run(uploads, noted: noted, isSameDatabase: isSameDatabase)
    }

    private func link(_ name: String, _ second: String) {
        unsafe _ = Glibc.link("\(uploads)/\(name)", "\(uploads)/\(second)")
    }

    // MARK: States

    @Test func aFileThatNoCommitNotedLosesBothNames() throws {
        append("x", to: "\(uploads)/.ringport+a")
        link(".ringport+a", "a")
        append("x", to: "\(uploads)/.ringport+b")
        try #expect(sweep(noted: ["c"]) == UploadSweep.Outcome(kept: 0, removed: 2))
        #expect(names == [])
    }

    @Test func aFileThatACommitNotedKeepsItsName() throws {
        append("x", to: "\(uploads)/.ringport+a")
        link(".ringport+a", "a")
        try #expect(sweep(noted: ["a", "b"]) == UploadSweep.Outcome(kept: 1, removed: 0))
        #expect(names == ["a"])
        // A row names it: where its own name got lost it gets it back.
        append("y", to: "\(uploads)/.ringport+b")
        try #expect(sweep(noted: ["b"]).kept == 1)
        #expect(contents(of: "\(uploads)/b") == Array("y".utf8))
    }

    @Test func aFileWithoutATemporaryNameIsNeverTouched() throws {
        for name in ["older", ".hidden", "0123456789abcdef", ".ringport"] { append("x", to: "\(uploads)/\(name)") }
        unsafe _ = mkdir("\(uploads)/folder", 0o755)
        let before = names
        try #expect(sweep() == UploadSweep.Outcome())
        #expect(names == before)
    }

    /// Somebody else's file may have the name that an upload was to get.
    @Test func anotherFileOfTheNameStays() throws {
        append("theirs", to: "\(uploads)/a")
        append("ours", to: "\(uploads)/.ringport+a")
        try #expect(sweep().removed == 1)
        #expect(names == ["a"] && contents(of: "\(uploads)/a") == Array("theirs".utf8))
    }

    /// Another database took the place of the one that the files were for: it can't say that they have no rows.
    @Test func anotherDatabaseTakesNoNameAway() throws {
        append("x", to: "\(uploads)/.ringport+a")
        link(".ringport+a", "a")
        try #expect(sweep(isSameDatabase: false).removed == 1)
        #expect(names == ["a"])
    }

    /// Earlier versions, and an earlier process, leave files that they were renaming; this one's own are being written.
    @Test func filesThatWereNotFinishedGo() throws {
        for name in [".ringport-4711-3", ".ringport-abcdef-1"] { append("x", to: "\(uploads)/\(name)") }
        let own = UploadNames.temporary(number: 7)
        append("x", to: "\(uploads)/\(own)")
        try #expect(sweep().removed == 2)
        #expect(names == [own])
    }

    @Test func aFolderThatIsNotThereIsInOrder() throws {
        try #expect(
            UploadSweep.run(folder.file("nowhere"), noted: ["a"], isSameDatabase: true) == UploadSweep.Outcome()
        )
    }

    // MARK: Each step

    /// Stops after each number of steps as a kill would, with the row stored or not, and starts again.
    @Test(arguments: [false, true], [0, 1, 5000]) func aKillAfterAnyStepLeavesNothing(isStored: Bool, size: Int) throws
    {
        var limits = FileLogLimits()
        limits.uploadChunkSize = 4096
        var steps = 0
        var isOver = false
        while !isOver {
            let queue = UploadQueue(bytesMax: limits.uploadBytesMax)
            queue.open()
            var writer = UploadWriter(queue: queue, limits: limits, counters: LogCounters())
            let client = TestUploadClient()
            let files = ["a", "b", "c"].map { UploadFile(name: $0, bytes: [UInt8](repeating: 7, count: size)) }
            let upload = Upload(directory: uploads, files: files, naming: .noted, client: client)
            let isQueued = try queue.submit(upload, of: 1, gate: LogGate())
            #expect(isQueued)
            var left = steps
            var isSettled = false
            while left > 0, writer.step() {
                left -= 1
                // The database's part: the row and its notes are stored, or the commit fails.
                if let published = client.published, !isSettled {
                    isSettled = true
                    queue.settle(published, keeps: isStored, gate: try LogGate())
                }
            }
            isOver = left > 0
            let isCommitted = isStored && client.published != nil
            if client.published == nil {
                #expect(names.allSatisfy { $0.hasPrefix(".ringport+") }, "no file has its name before it is whole")
            }
            _ = try sweep(noted: isCommitted ? ["a", "b", "c"] : [])
            #expect(names == (isCommitted ? ["a", "b", "c"] : []), "after \(steps) steps")
            for name in names {
                #expect(contents(of: "\(uploads)/\(name)").count == size)
                unsafe _ = unlink("\(uploads)/\(name)")
            }
            steps += 1
        }
        #expect(steps > 5, "counting, three files, their names, the end")
    }

    // MARK: Turns

    /// However many files others have waiting, a client waits for one step of each of them.
    @Test func oneClientsFilesHoldUpNobodyElses() throws {
        let limits = FileLogLimits()
        let queue = UploadQueue(bytesMax: limits.uploadBytesMax)
        queue.open()
        let counters = LogCounters()
        var writer = UploadWriter(queue: queue, limits: limits, counters: counters)
        func submit(_ names: [String], of network: UInt64) throws -> TestUploadClient {
            let client = TestUploadClient()
            let files = names.map { UploadFile(name: $0, bytes: [1]) }
            let upload = Upload(directory: uploads, files: files, naming: .noted, client: client)
            let isQueued = try queue.submit(upload, of: network, gate: LogGate())
            #expect(isQueued)
            return client
        }
        for number in 0..<100 { _ = try submit((0..<16).map { "crowd-\(number)-\($0)" }, of: 1) }
        let ordinary = try submit(["ordinary"], of: 2)
        var steps = 0
        while ordinary.published == nil, writer.step() { steps += 1 }
        // The folder is counted in two, then each client has two turns: the file, and its name.
        #expect(steps <= 6, "\(steps) steps, of 1702")
    }
}
