/// Sizes of a completion port. Pure values; any thread.

/// Sizes of a completion port.
///
/// The server's `Limits` fills them in.
package struct CompletionPortLimits: Sendable {
    /// Submissions that fit before they are handed to the kernel in one call.
    package var submissionsMax: Int
    /// Packets that fit before the kernel has to queue them aside.
    package var packetsMax: Int
    package var receiveBufferCount: Int
    package var receiveBufferSize: Int
    /// Threads for file work that can't be done at once: the kernel's, or the port's own.
    package var fileThreadsMax: Int
    /// Sockets that the port may hold in a table of its own, where it can have one; 0 for no table.
    package var directSocketsMax: Int

    package init(
        submissionsMax: Int,
        packetsMax: Int,
        receiveBufferCount: Int,
        receiveBufferSize: Int,
        fileThreadsMax: Int,
        directSocketsMax: Int = 0
    ) {
        self.submissionsMax = submissionsMax
        self.packetsMax = packetsMax
        self.receiveBufferCount = receiveBufferCount
        self.receiveBufferSize = receiveBufferSize
        self.fileThreadsMax = fileThreadsMax
        self.directSocketsMax = directSocketsMax
    }
}
