/// A lock with state behind it and a way to wait for that state to change. Any thread but a completion worker's wait.

internal import CPlatform
internal import Glibc

/// State that several threads change, and wait for, one at a time (Hoare's monitor).
///
/// The standard library's `Mutex` can't be waited on; this is a POSIX mutex with a condition variable. Deadlines are on
/// the monotonic clock.
@safe
package final class Monitor<State: ~Copyable>: @unchecked Sendable {
    // Sendable: `state` is only touched with `mutex` held, and the two POSIX objects stay at one address for life.
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var state: State

    package init(_ state: consuming sending State) {
        unsafe mutex = .allocate(capacity: 1)
        unsafe condition = .allocate(capacity: 1)
        self.state = state
        let mutexStatus = unsafe pthread_mutex_init(mutex, nil)
        let conditionStatus = unsafe ringport_condition_init(condition)
        precondition(mutexStatus == 0 && conditionStatus == 0, "no memory for a lock")
    }

    deinit {
        unsafe pthread_cond_destroy(condition)
        unsafe pthread_mutex_destroy(mutex)
        unsafe condition.deallocate()
        unsafe mutex.deallocate()
    }

    /// Runs `body` with the state to itself.
    ///
    /// `body` must be short and must not take another lock.
    package func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending State) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe _ = pthread_mutex_unlock(mutex) }
        return try body(&state)
    }

    /// Waits until `body` returns a value, trying it now and after every `signal` or `broadcast`, up to a deadline.
    ///
    /// - Parameters:
    ///   - deadline: when to give up.
    ///   - body: looks at (and may change) the state; `nil` means "not yet".
    /// - Returns: what `body` returned, or `nil` when the deadline passed first.
    package func waitUntil<Result>(
        _ deadline: Instant = .distantFuture,
        _ body: (inout State) -> Result?
    ) -> Result? {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe _ = pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&state) { return result }
            if deadline == .distantFuture {
                unsafe pthread_cond_wait(condition, mutex)
                continue
            }
            var time = timespec()
            time.tv_sec = Int(clamping: deadline.nanoseconds / 1_000_000_000)
            time.tv_nsec = Int(deadline.nanoseconds % 1_000_000_000)
            if unsafe pthread_cond_timedwait(condition, mutex, &time) == ETIMEDOUT {
                return body(&state)
            }
        }
    }

    /// Wakes one waiting thread.
    ///
    /// Call it after `withLock` has returned, so that the woken thread finds the lock free.
    package func signal() {
        unsafe _ = pthread_cond_signal(condition)
    }

    /// Wakes every waiting thread.
    package func broadcast() {
        unsafe _ = pthread_cond_broadcast(condition)
    }
}
