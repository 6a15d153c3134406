/// Operations on files, done by the engine's threads. The worker that owns the port.

internal import CPlatform
internal import Glibc
internal import Platform

extension ReadinessEngine {
    /// For so long a file operation is waited for: a network mount may never answer.
    private static var fileDuration: Duration { .seconds(30) }

    @unsafe
    func open(beneath directory: Int32, _ path: UnsafePointer<CChar>, _ rule: OpenRule, _ key: CompletionKey) {
        // What is in memory costs no thread, and waits for none that hangs.
        let result = unsafe ringport_open_cached(directory, path, rule.resolve)
        guard [-EAGAIN, -EINVAL, -ENOSYS, -EPERM].contains(result) else { return fail(.open, key, result) }
        // A copy: the thread may still be at it when the operation is given up.
        let copy = unsafe Array(UnsafeBufferPointer(start: path, count: strlen(path) + 1))
        unsafe begin(.open, .open(beneath: directory, path: copy, rule), key)
    }

    @unsafe
    func read(_ file: Int32, into: UnsafeMutableRawBufferPointer, at offset: UInt64, _ key: CompletionKey) {
        let count = unsafe ringport_read_cached(file, into.baseAddress, into.count, Int64(clamping: offset))
        guard count != 0, count != into.count else { return fail(.read, key, count) }
        unsafe begin(.read, .read(file, count: into.count, at: offset), key, into)
    }

    @unsafe
    func populate(_ part: UnsafeRawBufferPointer, _ key: CompletionKey) {
        let address = UInt(bitPattern: part.baseAddress)
        unsafe begin(.populate, .populate(address, count: part.count), key)
    }

    /// On a thread, as another machine may have to be told; it is over for the worker at once.
    func closeFile(_ file: Int32, _ key: CompletionKey) {
        let isClosed = file >= 0 && (files.submit(FileJob(number: 0, task: .close(file))) || Glibc.close(file) == 0)
        fail(.close, key, isClosed ? 0 : -EBADF)
    }

    private func begin(
        _ operation: Operation,
        _ task: FileJob.Task,
        _ key: CompletionKey,
        _ destination: UnsafeMutableRawBufferPointer? = nil
    ) {
        let pending = unsafe FileOperations.Pending(operation: operation, key: key, destination: destination)
        let deadline = Instant.now.advanced(by: Self.fileDuration)
        let number = fileOperations.begin(pending, deadline: deadline)
        guard !files.submit(FileJob(number: number, task: task)) else { return }
        _ = fileOperations.end(number)
        fail(operation, key, -ENOMEM)
    }

    /// Has the threads wake the worker from its wait; false when there is a result already.
    func prepareFilesToSleep() -> Bool { fileOperations.isEmpty || files.prepareToSleep() }

    func finishFilesSleep() {
        if !fileOperations.isEmpty { files.finishSleep() }
    }

    /// Makes packets of what the threads have done, and gives up what takes too long.
    func takeFileResults() {
        files.takeResults { fileEnded($0) }
        while let number = fileOperations.overdue(.now) {
            files.giveUp(number)
            guard let pending = fileOperations.end(number) else { continue }
            fail(pending.operation, pending.key, -ETIMEDOUT)
        }
    }

    private func fileEnded(_ result: FileResult) {
        guard let pending = fileOperations.end(result.number) else { return files.drop(result) }
        if let destination = unsafe pending.destination { unsafe destination.copyBytes(from: result.bytes) }
        fail(pending.operation, pending.key, result.result)
    }
}
