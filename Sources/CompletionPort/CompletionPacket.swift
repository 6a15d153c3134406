/// What comes out of a completion port. Pure values; the worker that owns the port.

/// A finished operation, or one step of an operation that goes on.
///
/// `GetQueuedCompletionStatus` returned the bytes moved, the key and the OVERLAPPED; this returns the result, the key
/// and the operation's kind.
package struct CompletionPacket: Sendable {
    package let operation: Operation
    package let key: CompletionKey
    /// Bytes moved, a descriptor, or a negative `errno`.
    package let result: Int32
    /// As io_uring has them: the two below, and the buffer's number above `bufferShift`.
    private let flags: UInt32

    private static let bufferFlag: UInt32 = 1 << 0
    private static let moreFlag: UInt32 = 1 << 1
    private static let bufferShift: UInt32 = 16

    /// The operation is still armed and will bring more packets; when false, this was its last.
    package var hasMore: Bool { flags & Self.moreFlag != 0 }

    /// The receive buffer that holds the bytes, to be returned after use.
    package var bufferID: UInt16? {
        flags & Self.bufferFlag != 0 ? UInt16(truncatingIfNeeded: flags >> Self.bufferShift) : nil
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

    init(_ operation: Operation, _ key: CompletionKey, result: Int32, hasMore: Bool = false, bufferID: UInt16? = nil) {
        self.operation = operation
        self.key = key
        self.result = result
        let buffer = bufferID.map { Self.bufferFlag | UInt32($0) << Self.bufferShift } ?? 0
        flags = buffer | (hasMore ? Self.moreFlag : 0)
    }
}
