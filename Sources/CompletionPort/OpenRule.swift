/// How files are opened beneath a directory. A value; any thread.

internal import CLiburing
internal import Glibc

/// What is done about symbolic links on the way to a file.
///
/// The kernel itself resolves and refuses (openat2(2)), so there is no moment between check and use.
package enum OpenRule: Int, CaseIterable, Sendable {
    /// Nothing leads out of the directory, and nothing leads through a link.
    case withoutLinks
    /// Links are followed as long as they stay beneath the directory.
    case withLinksInside
    /// Links are followed wherever they lead, those of the process itself in /proc excepted.
    case withLinks

    /// How openat2(2) is told.
    ///
    /// O_NONBLOCK: opening a FIFO does not wait for its writer. O_NOCTTY: a terminal does not become ours.
    var how: open_how {
        let resolve =
            switch self {
            case .withoutLinks: RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS
            case .withLinksInside: RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS
            case .withLinks: RESOLVE_NO_MAGICLINKS
            }
        return open_how(
            flags: UInt64(O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY),
            mode: 0,
            resolve: UInt64(resolve)
        )
    }
}
