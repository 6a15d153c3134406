/// Why the log can't start, in words for whoever starts the server. A pure value; any thread.

package import Platform

/// A log file or its folder that can't be made or opened, with what to do about it.
package struct LogOpenError: Error, Equatable, CustomStringConvertible {
    /// Names the path and the kernel's reason.
    package let cause: SystemError
    /// What the reader can do.
    package let remedy: String

    package var description: String { "\(cause)\n  \(remedy)" }
}
