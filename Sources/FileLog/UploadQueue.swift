/// Files that pool threads want written, waiting for the log thread. `write` runs on pool threads, `take` and `finish`
/// on the log thread; the monitor is held only to look and to change, never while writing.

internal import Glibc
internal import Platform

/// A bounded queue whose users wait for their result.
final class UploadQueue: Sendable {
    /// One file to write.
    struct Upload: Sendable {
        let number: Int
        let directory: String
        let name: String
        let bytes: [UInt8]
    }

    private struct State {
        var waiting: [Upload] = []
        var byteCount = 0
        var results: [Int: Result<Void, SystemError>] = [:]
        var nextNumber = 0
        var isClosed = true
    }

    private let state = Monitor(State())
    private let bytesMax: Int

    init(bytesMax: Int) {
        self.bytesMax = bytesMax
    }

    /// Queues a file, wakes the log thread, waits for the result.
    func write(directory: String, name: String, bytes: [UInt8], gate: LogGate) throws(SystemError) {
        guard Self.isName(name) else { throw SystemError(EINVAL, "write \(directory)/\(name)") }
        let admitted: Int?? = state.waitUntil { state in
            if state.isClosed { return .some(nil) }
            guard state.byteCount == 0 || state.byteCount + bytes.count <= self.bytesMax else { return nil }
            let number = state.nextNumber
            state.nextNumber += 1
            state.byteCount += bytes.count
            state.waiting.append(Upload(number: number, directory: directory, name: name, bytes: bytes))
            return .some(number)
        }
        guard let number = admitted ?? nil else { throw SystemError(ESHUTDOWN, "write \(directory)/\(name)") }
        gate.wake()
        let result = state.waitUntil { $0.results.removeValue(forKey: number) }
        try result?.get()
    }

    /// Begins to take files: there is a thread that writes them.
    func open() {
        state.withLock { $0.isClosed = false }
    }

    /// Refuses new files; those that wait are still written.
    func close() {
        state.withLock { $0.isClosed = true }
        state.broadcast()
    }

    /// True when a file waits for the log thread.
    var isEmpty: Bool { state.withLock { $0.waiting.isEmpty } }

    /// The next file, which stays counted until `finish`.
    func take() -> Upload? {
        state.withLock { $0.waiting.isEmpty ? nil : $0.waiting.removeFirst() }
    }

    /// Tells the thread that waits for a file how it went.
    func finish(_ upload: Upload, _ result: Result<Void, SystemError>) {
        state.withLock { state in
            state.byteCount -= upload.bytes.count
            state.results[upload.number] = result
        }
        state.broadcast()
    }

    /// True when a name is one path component that can neither hide nor climb.
    private static func isName(_ name: String) -> Bool {
        let bytes = name.utf8
        return !bytes.isEmpty && bytes.count <= 255 && bytes.first != UInt8(ascii: ".")
            && !bytes.contains(UInt8(ascii: "/")) && !bytes.contains(0)
    }
}
