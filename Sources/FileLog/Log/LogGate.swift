/// The sleep of the log thread, and those who wake it. `sleep` runs on the log thread, the rest on any thread.
///
/// The rule: nobody pays a system call to wake a thread that is awake, and an idle log thread wakes by itself only while it
/// owes `error.log` something.
///
///     awake      drains; nobody wakes it
///     gathering  has just written, lets records gather for one interval; woken by a ring half full, or a command
///     blocked    a log can't grow; woken by a ring half full, a command, or room in what it waits for, until it is time to
///                try again
///     idle       nothing to do now; woken by anything, or when it is time to tell a loss or to try error.log again; with
///                neither it has no time-out
///
/// The thread announces its state, then looks again at what it waits for, then sleeps; a producer publishes, then looks
/// at the state. All four are sequentially consistent, so one of the two sees the other.

internal import CPlatform
internal import Glibc
internal import Platform
internal import Synchronization

/// The state of the log thread's sleep, and the descriptor it sleeps on.
final class LogGate: Sendable {
    /// The thread's states.
    enum State: UInt32, AtomicRepresentable {
        case awake
        case gathering
        case blocked
        case idle
    }

    /// Descriptors to wait for room on; poll(2) passes over what is negative.
    struct Awaited {
        var access: Int32 = -1
        var errors: Int32 = -1
    }

    private let state = Atomic<State>(.awake)
    private let event: Descriptor

    init() throws(SystemError) {
        let descriptor = ringport_eventfd()
        guard descriptor >= 0 else { throw SystemError("make an event descriptor for the log") }
        event = Descriptor(owning: descriptor)
    }

    /// A record was published: wakes the log thread if it is idle, or if it gathers and a ring passed its half.
    func recordAppended(pastHalf: Bool) {
        switch state.load(ordering: .sequentiallyConsistent) {
        case .awake: return
        case .gathering, .blocked: if pastHalf { wake() }
        case .idle: wake()
        }
    }

    /// Wakes the log thread whatever it waits for.
    func wake() {
        guard state.exchange(.awake, ordering: .sequentiallyConsistent) != .awake else { return }
        // eventfd(2): adding one fails only when the counter would overflow, and then the thread is woken anyway.
        var one: UInt64 = 1
        unsafe _ = write(event.rawValue, &one, 8)
    }

    /// Sleeps until woken or until a deadline, unless there is already something to do.
    ///
    /// On the log thread.
    ///
    /// - Parameters:
    ///   - sleepState: what to announce, and so who wakes.
    ///   - deadline: when to wake without being woken.
    ///   - awaited: what to wait for room on, too.
    ///   - hasWork: asked after the announcement; true means do not sleep.
    /// - Returns: which of the awaited have room, or an error to be found.
    func sleep(
        _ sleepState: State,
        until deadline: Instant,
        room awaited: Awaited = Awaited(),
        unless hasWork: () -> Bool
    ) -> (access: Bool, errors: Bool) {
        state.store(sleepState, ordering: .sequentiallyConsistent)
        defer { state.store(.awake, ordering: .sequentiallyConsistent) }
        guard !hasWork() else { return (false, false) }
        var waiting: InlineArray<3, pollfd> = [
            pollfd(fd: event.rawValue, events: Int16(POLLIN), revents: 0),
            pollfd(fd: awaited.access, events: Int16(POLLOUT), revents: 0),
            pollfd(fd: awaited.errors, events: Int16(POLLOUT), revents: 0),
        ]
        var entries = waiting.mutableSpan
        unsafe entries.withUnsafeMutableBufferPointer { entries in
            // EINTR can't come (every signal is blocked); any return leads to one more look at the queues, which is harmless.
            unsafe _ = poll(entries.baseAddress, nfds_t(entries.count), Self.milliseconds(until: deadline))
        }
        var count: UInt64 = 0
        unsafe _ = read(event.rawValue, &count, 8)
        return (waiting[1].revents != 0, waiting[2].revents != 0)
    }

    /// The wait in poll(2)'s unit, rounded up so that the deadline has passed afterwards; -1 is forever.
    private static func milliseconds(until deadline: Instant) -> Int32 {
        guard deadline != .distantFuture else { return -1 }
        let nanoseconds = deadline.since(.now).nanoseconds
        return Int32(clamping: (nanoseconds + 999_999) / 1_000_000)
    }
}
