/// Threads with names. `start` may be called from any thread; `join` once, from any other.

internal import CPlatform
internal import Glibc

/// A POSIX thread that has a name (seen in `ps -L`, `gdb`, `perf`) and is joined.
///
/// Not Swift concurrency: a completion worker owns its processor and blocks in the kernel only, a pool thread may block
/// anywhere, and neither must ever run on a cooperative pool.
package final class NamedThread: Sendable {
    private let handle: pthread_t

    private final class Start: Sendable {
        let name: String
        let niceness: Int32
        let body: @Sendable () -> Void
        init(name: String, niceness: Int32, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.niceness = niceness
            self.body = body
        }
    }

    /// Starts a thread with every signal blocked: the main thread waits for signals, nobody is interrupted by one.
    ///
    /// - Parameters:
    ///   - name: at most 15 bytes of ASCII, as the kernel keeps no more.
    ///   - niceness: how far the thread stands back for the others of the process (nice(2)), 0 to 19. Nobody but root
    ///     takes it back, so it is the thread's for life.
    ///   - body: runs on the new thread; the thread ends when it returns.
    /// - Throws: `SystemError` with `EAGAIN` when the process may not have another thread.
    package init(name: String, niceness: Int32 = 0, body: @escaping @Sendable () -> Void) throws(SystemError) {
        precondition(name.utf8.count <= 15, "a thread's name has at most 15 bytes: \(name)")
        var all = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { unsafe _ = pthread_sigmask(SIG_SETMASK, &before, nil) }

        let start = unsafe Unmanaged.passRetained(Start(name: name, niceness: niceness, body: body))
        var handle = pthread_t()
        let status = unsafe pthread_create(
            &handle,
            nil,
            { context in
                guard let context = unsafe context else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                _ = unsafe ringport_thread_set_name(start.name)
                if start.niceness > 0 { ringport_thread_set_niceness(start.niceness) }
                start.body()
                return nil
            },
            start.toOpaque()
        )
        guard status == 0 else {
            unsafe start.release()
            throw SystemError(status, "start thread \(name)")
        }
        self.handle = handle
    }

    /// Waits until the thread has ended.
    ///
    /// Blocks; call it once.
    package func join() {
        let status = pthread_join(handle, nil)
        precondition(status == 0, "join: \(SystemError.reason(status))")
    }

    /// Lets the thread end without anybody who waits for it.
    ///
    /// Instead of `join`.
    package func detach() {
        let status = pthread_detach(handle)
        precondition(status == 0, "detach: \(SystemError.reason(status))")
    }
}
