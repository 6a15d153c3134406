/// The operations that a worker may ask of its completion port. Pure values; any thread.

/// The kind of an operation, carried through the kernel in the completion's key.
///
/// The article's `IO_SOCKET_READ`, `IO_SOCKET_WRITE`, `IO_FILE_READ`, `IO_FILE_WRITE` and `IO_THREAD_SHUTDOWN`, less the
/// two that no worker performs here (the log thread writes files; shutting down is a posted packet), plus what Linux
/// lets a worker do without blocking.
package enum Operation: UInt8, CaseIterable, Sendable {
    /// A connection arriving on a listener.
    case accept
    /// Bytes arriving on a socket, a lent buffer each, until the peer is done or the buffers run out.
    case receive
    /// Bytes leaving on a socket; one at a time for each connection.
    case send
    /// Bytes leaving on a socket without waiting for room; only what did not leave whole brings a packet.
    case sendAtOnce
    /// Room in a socket for more bytes.
    case room
    /// A peer ending a connection.
    case hangUp
    /// A file being opened beneath a directory.
    case open
    /// Bytes of a file being read.
    case read
    /// A part of a mapped file being brought into memory.
    case populate
    /// A peer being told that nothing more will be sent.
    case finishSending
    /// A connection being ended at once.
    case reset
    /// A descriptor being closed.
    case close
    /// A descriptor that has something to say: the posting queue's bell, the watch on the site's folders.
    case notice
    /// Another operation being given up.
    case cancel
}
