/// A system call that failed: which, on what, and the kernel's reason. Any thread.

internal import Glibc

/// A refusal of the kernel, with what it was asked to do.
///
/// Thrown with a closed type (`throws(SystemError)`), so that whoever catches it can name each `errno` in a switch.
package struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The kernel's number, positive (`ENOENT`).
    package let code: Int32
    /// The deed that was refused, as a sentence's beginning: "open", "listen on 127.0.0.1:80".
    package let action: String

    package init(_ code: Int32, _ action: String) {
        self.code = code
        self.action = action
    }

    /// The calling thread's `errno`, taken at once.
    package init(_ action: String) {
        self.init(errno, action)
    }

    package var description: String { "\(action): \(Self.reason(code))" }

    /// The C library's words for an error number.
    ///
    /// glibc keeps them in a buffer of the calling thread.
    package static func reason(_ code: Int32) -> String {
        guard let words = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: words)
    }
}
