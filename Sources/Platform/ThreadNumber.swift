/// The kernel's name for a thread of this process, and what the thread does. Any thread that may block.

internal import CPlatform

/// The number of a thread (gettid(2)).
package struct ThreadNumber: Sendable {
    private let number: Int32

    /// The calling thread's.
    package static var current: ThreadNumber { ThreadNumber(number: ringport_thread_number()) }

    /// True when the thread runs on a processor or is ready to; false when it waits, has ended, or can't be asked about.
    ///
    /// One look at `/proc/self/task`, so three system calls.
    package var wantsProcessor: Bool {
        guard let line = try? SmallFile.read("/proc/self/task/\(number)/stat", sizeMax: 4096) else { return false }
        // The state stands behind the thread's name, which may hold anything (proc(5)).
        guard let nameEnd = line.lastIndex(of: UInt8(ascii: ")")), nameEnd + 2 < line.count else { return false }
        return line[nameEnd + 2] == UInt8(ascii: "R")
    }
}
