/// Standard output for `ringport forms`: buffered, and honest about a full disk. Main thread.

internal import Glibc
internal import Platform

extension FormsCommand {
    /// Writes to standard output and remembers the first failure, after which it writes nothing more.
    @safe
    final class Output {
        // A stream of our own over a duplicate of descriptor 1: its end is then ours to check.
        private let stream: UnsafeMutablePointer<FILE>
        private var failure: SystemError?

        init() throws {
            let descriptor = dup(STDOUT_FILENO)
            guard descriptor >= 0 else { throw SystemError("standard output") }
            guard let stream = unsafe fdopen(descriptor, "w") else { throw SystemError("standard output") }
            unsafe self.stream = unsafe stream
            unsafe setvbuf(stream, nil, _IOFBF, 65_536)
        }

        /// Whether going on makes sense.
        var isGood: Bool { failure == nil }

        func put(_ bytes: Span<UInt8>) {
            guard isGood else { return }
            let written = unsafe bytes.withUnsafeBufferPointer { buffer in
                guard let start = buffer.baseAddress else { return 0 }
                return unsafe fwrite(start, 1, buffer.count, stream)
            }
            if written < bytes.count { failure = SystemError("standard output") }
        }

        func put(_ string: String) {
            put(string.utf8.span)
        }

        func put(_ byte: UInt8) {
            guard isGood else { return }
            if unsafe putc(Int32(byte), stream) == EOF { failure = SystemError("standard output") }
        }

        /// Writes what is buffered and closes.
        ///
        /// Call it once, last.
        ///
        /// - Throws: `SystemError` when something of the output was lost.
        func finish() throws {
            if unsafe fclose(stream) != 0, isGood { failure = SystemError("standard output") }
            if let failure { throw failure }
        }
    }

    /// Text that visitors sent, in one line that is fit for a terminal.
    static func printable(_ bytes: Span<UInt8>) -> String { TerminalText.escaped(bytes) }
}
