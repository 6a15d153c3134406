/// Threads that do what may wait for a disk or another machine. Its own threads; `submit` and the rest by the port's worker.
///
/// DESIGN. A file on a network mount that hangs holds its thread, and nobody can free it: not a signal, not the end of the port.
/// So no thread is waited for, a job owns all the memory that it touches, and a thread whose job was given up does not count any
/// longer: another may take its place, up to four times as many as there may be at work.

internal import CPlatform
internal import Glibc
internal import Platform

/// A thing to do with a file.
struct FileJob: Sendable {
    enum Task: Sendable {
        case open(beneath: Int32, path: [CChar], OpenRule)
        /// At most `count` bytes from a place in a file.
        case read(Int32, count: Int, at: UInt64)
        /// A part of a mapping, by its address.
        case populate(UInt, count: Int)
        case close(Int32)
    }

    /// Tells it from all others of its port that have a result.
    let number: UInt64
    let task: Task

    /// Closing has none: it is not given up, and nobody waits for it.
    var hasResult: Bool {
        if case .close = task { false } else { true }
    }
}

/// The outcome of a job.
struct FileResult: Sendable {
    let number: UInt64
    /// A descriptor, bytes read, 0, or a negative errno.
    let result: Int32
    let bytes: [UInt8]
    /// The result is a descriptor of whoever has this.
    var isDescriptor: Bool

    /// Closes what was opened for nobody.
    func drop() {
        if isDescriptor, result >= 0 { close(result) }
    }
}

@safe
final class FileThreads: Sendable {
    fileprivate struct State {
        /// Jobs that are still to be done: of these the next one is the last.
        var next: [FileJob] = []
        /// Those that have come since, oldest first.
        var arrived: [FileJob] = []
        var threads = 0
        var idle = 0
        /// Jobs that threads are at and nobody waits for any longer.
        var abandoned: Set<UInt64> = []
        var hasEnded = false

        mutating func take() -> FileJob? {
            if next.isEmpty { swap(&next, &arrived); next.reverse() }
            return next.popLast()
        }
    }

    private let state = Monitor(State())
    private let results: PostQueue<FileResult>
    private let threadsMax: Int

    /// So many times as many threads as are to be at work there may be, where some hang.
    fileprivate static let threadsRatio = 4
    /// For so long a thread without a job waits for one.
    private static let idleDuration = Duration.seconds(10)

    init(threadsMax: Int) throws(SystemError) {
        precondition(threadsMax > 0, "somebody does the work")
        self.threadsMax = threadsMax
        results = try PostQueue()
    }

    /// Lets the threads end: when what is still to be closed is closed, and those that are at a job when that is over.
    func end() {
        state.withLock { state in
            state.hasEnded = true
            state.next.removeAll { $0.hasResult }
            state.arrived.removeAll { $0.hasResult }
        }
        state.broadcast()
        results.takeAll { $0.drop() }
    }

    // MARK: The worker's side

    var bellDescriptor: Int32 { results.bellDescriptor }
    func silence() { results.silence() }
    func prepareToSleep() -> Bool { results.prepareToSleep() }
    func finishSleep() { results.finishSleep() }
    func takeResults(_ body: (FileResult) -> Void) { results.takeAll(body) }

    /// Has a thread do a job; false when there is none, and no other can be had.
    func submit(_ job: FileJob) -> Bool {
        let wantsThread: Bool? = state.withLock { state in
            // All hang: nobody would come to it.
            guard state.threads < Self.threadsRatio * threadsMax || state.abandoned.count < state.threads else {
                return nil
            }
            state.arrived.append(job)
            return state.wantsThread(threadsMax)
        }
        guard let wantsThread else { return false }
        state.signal()
        guard wantsThread, !start() else { return true }
        return state.withLock { state in
            state.threads -= 1
            guard state.threads == 0 else { return true }
            state.arrived.removeAll { $0.number == job.number }
            return false
        }
    }

    /// Takes a job back that has not begun, and lets another thread take the place of the one that is at it.
    func giveUp(_ number: UInt64) {
        let wantsThread = state.withLock { state in
            let count = state.next.count + state.arrived.count
            state.next.removeAll { $0.number == number }
            state.arrived.removeAll { $0.number == number }
            if state.next.count + state.arrived.count == count { state.abandoned.insert(number) }
            return state.wantsThread(threadsMax)
        }
        if wantsThread, !start() { state.withLock { $0.threads -= 1 } }
    }

    /// Drops the result of a job that was over when it was given up.
    func drop(_ result: FileResult) {
        state.withLock { _ = $0.abandoned.remove(result.number) }
        result.drop()
    }

    // MARK: The threads

    private func start() -> Bool {
        do {
            try NamedThread(name: "file") { self.run() }.detach()
            return true
        } catch {
            // The limit of threads: those that are there go on.
            return false
        }
    }

    private func run() {
        while let job = nextJob() {
            let result = job.perform()
            let isWanted = state.withLock { state in
                state.abandoned.remove(job.number) == nil && !state.hasEnded && job.hasResult
            }
            if isWanted { results.post(result) } else { result.drop() }
        }
    }

    /// Waits for a job; `nil` when the thread is to end.
    private func nextJob() -> FileJob? {
        enum Next { case job(FileJob), end }
        var isIdle = false
        let next = state.waitUntil(Instant.now.advanced(by: Self.idleDuration)) { [threadsMax] state -> Next? in
            let job = state.take()
            if job == nil, !state.hasEnded, state.threads - state.abandoned.count <= threadsMax {
                if !isIdle { state.idle += 1 }
                isIdle = true
                return nil
            }
            if isIdle { state.idle -= 1 }
            isIdle = false
            if job == nil { state.threads -= 1 }
            return job.map { .job($0) } ?? .end
        }
        switch next {
        case .job(let job): return job
        case .end: return nil
        case nil: return endIdle()
        }
    }

    /// Ends a thread that has waited in vain, unless a job has come just now.
    private func endIdle() -> FileJob? {
        state.withLock { state in
            state.idle -= 1
            let job = state.take()
            if job == nil { state.threads -= 1 }
            return job
        }
    }
}

extension FileThreads.State {
    /// Counts a thread that is to be started, if one is wanted.
    fileprivate mutating func wantsThread(_ threadsMax: Int) -> Bool {
        let waiting = next.count + arrived.count
        guard waiting > idle, threads - abandoned.count < threadsMax, threads < FileThreads.threadsRatio * threadsMax
        else { return false }
        threads += 1
        return true
    }
}

extension FileJob {
    /// Does the job; waits as long as it takes.
    func perform() -> FileResult {
        var bytes: [UInt8] = []
        var isDescriptor = false
        let result: Int32
        switch task {
        case .open(let directory, let path, let rule):
            isDescriptor = true
            result = FolderOpening.open(beneath: directory, path, rule, .reading)
        case .read(let file, let count, let offset):
            var code: Int32 = 0
            unsafe bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                while filled < count {
                    let whole = UnsafeMutableRawBufferPointer(buffer)
                    let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: whole[filled..<count])
                    let got = unsafe pread(file, rest.baseAddress, rest.count, off_t(clamping: offset) + filled)
                    if got < 0, errno == EINTR { continue }
                    if got < 0 { code = errno }
                    guard got > 0 else { break }
                    filled += got
                }
            }
            result = bytes.isEmpty && code != 0 ? -code : Int32(bytes.count)
        case .populate(let address, let count):
            // The mapping stays until the worker knows of the result, or has given up; then the address may be another's, whose
            // pages are read in vain.
            result = unsafe ringport_populate(UnsafeMutableRawPointer(bitPattern: address), count)
        case .close(let file):
            result = Glibc.close(file) < 0 ? -errno : 0
        }
        return FileResult(number: number, result: result, bytes: bytes, isDescriptor: isDescriptor)
    }
}
