/// The way in which files are opened, as a ring is told of it. Pure; any thread.

internal import CLiburing
internal import Glibc
internal import Platform

extension OpenRule {
    /// The argument of openat2(2).
    ///
    /// O_NONBLOCK: opening a FIFO does not wait for its writer. O_NOCTTY: a terminal does not become ours.
    var how: open_how {
        open_how(flags: UInt64(O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), mode: 0, resolve: resolve)
    }
}
