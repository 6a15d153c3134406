/// Why a test could not go on. Test threads.

import Platform

/// Something outside a test's claim failed: a socket, a process, an answer that isn't HTTP.
package struct HarnessError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    /// The calling thread's `errno` in words, after what was being done.
    package static func system(_ action: String) -> HarnessError {
        HarnessError(SystemError(action).description)
    }
}
