/// Why a test could not go on. Test threads.

import Platform

/// Something outside a test's claim failed: a socket, a process, an answer that isn't HTTP.
struct HarnessError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }

    /// The calling thread's `errno` in words, after what was being done.
    static func system(_ action: String) -> HarnessError {
        HarnessError(SystemError(action).description)
    }
}
