/// What is done with files when the process has no descriptor left. Test threads, and processes of their own.

import Glibc
import Platform
import Testing

@testable import FileLog

@Suite struct UploadWriterTests {
    /// Drives a writer on a folder of its own, in a process whose descriptors can be used up.
    private struct Trial: ~Copyable {
        let path: String
        private let gate: LogGate
        private let queue: UploadQueue
        private var writer: UploadWriter

        init(_ path: String) throws {
            self.path = path
            var limits = FileLogLimits()
            limits.uploadChunkSize = 4096
            gate = try LogGate()
            queue = UploadQueue(bytesMax: 1 << 20)
            queue.open()
            writer = UploadWriter(queue: queue, limits: limits, counters: LogCounters())
        }

        func submit(_ names: [String]) -> TestUploadClient {
            let client = TestUploadClient()
            let files = names.map { UploadFile(name: $0, bytes: [UInt8](repeating: 5, count: 10_000)) }
            let upload = Upload(directory: path, files: files, naming: .noted, client: client)
            precondition(queue.submit(upload, of: 1, gate: gate))
            return client
        }

        /// Does all there is to do.
        mutating func run() { while writer.step() {} }

        mutating func step() { precondition(writer.step()) }

        func settle(_ upload: PublishedUpload, keeps: Bool) {
            queue.settle(upload, keeps: keeps, gate: gate)
        }

        /// Does all there is to do without a further descriptor (EMFILE).
        mutating func runWithoutDescriptors() {
            var old = rlimit()
            precondition(unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &old) == 0)
            var none = rlimit(rlim_cur: 0, rlim_max: old.rlim_max)
            precondition(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &none) == 0)
            run()
            precondition(unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &old) == 0)
        }

        var names: [String] { TemporaryFolder.names(in: path).sorted() }

        /// True when the process has the folder open.
        var holdsFolder: Bool { TemporaryFolder.links(in: "/proc/self/fd").contains(path) }
    }

    @Test(arguments: [true, false]) func filesAreSettledWithoutAFurtherDescriptor(keeps: Bool) async throws {
        let folder = try TemporaryFolder()
        await Self.expectSettled(in: folder.file("uploads"), keeps: keeps)
    }

    private static func expectSettled(in path: String, keeps: Bool) async {
        await #expect(processExitsWith: .success) { [path, keeps] in
            var trial = try Trial(path)
            let client = trial.submit(["a", "b"])
            trial.run()
            guard let published = client.published else { preconditionFailure("\(String(describing: client.failure))") }
            precondition(trial.names == [".ringport+a", ".ringport+b", "a", "b"] && trial.holdsFolder)
            trial.settle(published, keeps: keeps)
            trial.runWithoutDescriptors()
            precondition(trial.names == (keeps ? ["a", "b"] : []), "\(trial.names)")
            precondition(!trial.holdsFolder, "not longer than it takes")
        }
    }

    /// The files are made and written in part when descriptors are used up: nothing is left of them.
    @Test func filesThatCantBeWrittenOnAreRemovedWithoutAFurtherDescriptor() async throws {
        let folder = try TemporaryFolder()
        await Self.expectRemoved(in: folder.file("uploads"))
    }

    private static func expectRemoved(in path: String) async {
        await #expect(processExitsWith: .success) { [path] in
            var trial = try Trial(path)
            let client = trial.submit(["a", "b"])
            while !trial.names.contains(".ringport+b") { trial.step() }
            trial.runWithoutDescriptors()
            guard case .system(let error) = client.failure else { preconditionFailure("it fails") }
            precondition(error.code == EMFILE && trial.names == [], "\(error), \(trial.names)")
            precondition(!trial.holdsFolder, "not longer than it takes")
        }
    }

    /// A folder that takes the name of another is used from the next step on.
    @Test func aFolderIsHeldByItsPathAndNotLonger() throws {
        let folder = try TemporaryFolder()
        var trial = try Trial(folder.file("uploads"))
        let first = trial.submit(["a"])
        trial.run()
        unsafe _ = rename(folder.file("uploads"), folder.file("moved"))
        let second = trial.submit(["b"])
        trial.run()
        for client in [first, second] { trial.settle(try #require(client.published), keeps: true) }
        trial.run()
        #expect(trial.names == ["b"])
        #expect(TemporaryFolder.names(in: folder.file("moved")).contains("a"))
    }
}
