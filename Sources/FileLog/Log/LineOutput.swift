/// Standard output, a batch of lines at a time. Used by one thread, that of a command.

internal import Glibc
package import Platform

/// Gathers bytes and writes them to an open descriptor that is not its own.
package struct LineOutput {
    /// Bytes that wait for `flush`.
    package var bytes: [UInt8] = []
    private let descriptor: Int32

    package init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// True when a person sees it.
    package var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Adds bytes.
    package mutating func append(_ span: Span<UInt8>) {
        for index in span.indices { bytes.append(span[index]) }
    }

    /// Writes what waits.
    ///
    /// - Throws: `SystemError`, with `EPIPE` when the reader has gone.
    package mutating func flush() throws(SystemError) {
        var start = 0
        while start < bytes.count {
            let rest = bytes.span.extracting(start..<bytes.count)
            let descriptor = descriptor
            let written = unsafe rest.withUnsafeBufferPointer { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if written < 0, errno == EINTR { continue }
            guard written >= 0 else { throw SystemError("write to standard output") }
            start += written
        }
        bytes.removeAll(keepingCapacity: true)
    }
}
