/// What comes out of a completion port. Pure values; the worker that owns the port.

internal import CLiburing

/// A finished operation, or one step of an operation that goes on.
///
/// `GetQueuedCompletionStatus` returned the bytes moved, the key and the OVERLAPPED; this returns the result, the key
/// and the operation's kind.
package struct CompletionPacket: Sendable {
    package let operation: Operation
    package let key: CompletionKey
    /// Bytes moved, a descriptor, or a negative `errno`.
    package let result: Int32
    private let flags: UInt32

    /// The operation is still armed and will bring more packets; when false, this was its last.
    package var hasMore: Bool { flags & IORING_CQE_F_MORE != 0 }

    /// The receive buffer that holds the bytes, to be returned after use.
    package var bufferID: UInt16? {
        flags & IORING_CQE_F_BUFFER != 0 ? UInt16(truncatingIfNeeded: flags >> IORING_CQE_BUFFER_SHIFT) : nil
    }

    init(userData: UInt64, result: Int32, flags: UInt32) {
        guard let operation = Operation(rawValue: UInt8(userData >> 56)) else {
            preconditionFailure("the kernel returned a key that nobody submitted: \(userData)")
        }
        self.operation = operation
        self.key = CompletionKey(userData: userData)
        self.result = result
        self.flags = flags
    }
}
