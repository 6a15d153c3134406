/// The thread that names the worker which does not come back to its port. Started and stopped on the main thread; its
/// inside is the thread "watchdog".
///
/// It reads the workers' pulses (`WorkerPulse`), has `StallWatch` decide what that means, and writes it to `error.log`.
/// It also looks once a second how much memory the process has, and has `MemoryRelease` decide when some is given back: by
/// the allocator here, by each worker in a turn of its own. No worker waits for this thread, and none is woken by it but for
/// that.

internal import CPlatform
internal import CompletionPort
internal import FileLog
internal import Platform
internal import Synchronization

final class Watchdog: Sendable {
    private let thread: NamedThread
    private let isStopped: Monitor<Bool>
    private let stallCount: Counter

    private final class Counter: Sendable {
        let value = Atomic<Int>(0)
    }

    /// The number of stalls of all workers that were told.
    ///
    /// Any thread.
    var stalls: Int { stallCount.value.load(ordering: .relaxed) }

    /// Starts the thread.
    ///
    /// - Throws: `SystemError` when the process may not have another.
    init(_ workers: [WorkerHandle], stallDuration: Duration, log: FileLog) throws(SystemError) {
        let isStopped = Monitor(false)
        let stallCount = Counter()
        thread = try NamedThread(name: "watchdog") {
            Self.run(workers, stallDuration, log, isStopped, stallCount)
        }
        self.isStopped = isStopped
        self.stallCount = stallCount
    }

    /// Ends the thread, at once.
    func stop() {
        isStopped.withLock { $0 = true }
        isStopped.signal()
        thread.join()
    }

    private static func run(
        _ workers: [WorkerHandle],
        _ stallDuration: Duration,
        _ log: FileLog,
        _ isStopped: Monitor<Bool>,
        _ stallCount: Counter
    ) {
        let pulses = workers.map(\.pulse)
        var watch = StallWatch(workers: pulses.count, stallDuration: stallDuration)
        var memory = MemoryRelease()
        var due = Instant.now
        while isStopped.waitUntil(due, { $0 ? true : nil }) == nil {
            // Asked before it is read, so that a turn which is read as going on is measured at its end.
            for pulse in pulses { pulse.measure(.next) }
            let readings = pulses.map { $0.read() }
            let now = Instant.now
            let findings = watch.look(at: readings, now: now, due: due)
            if watch.isIdle { for pulse in pulses { pulse.measure(.all) } }
            stallCount.value.store(watch.count, ordering: .relaxed)
            for finding in findings { log.error(.warning, "\(finding)") }
            if now.nanoseconds >= memory.lookDue.nanoseconds { release(&memory, now, workers) }
            due = now.advanced(by: watch.interval)
        }
    }

    /// Gives memory back to the system when it is time for that.
    private static func release(_ memory: inout MemoryRelease, _ now: Instant, _ workers: [WorkerHandle]) {
        let size = ringport_private_memory()
        guard size >= 0, memory.look(size, now: now) else { return }
        ringport_trim_memory()
        for worker in workers { worker.posts.post(.releaseMemory(firstOutput: 0)) }
    }
}
