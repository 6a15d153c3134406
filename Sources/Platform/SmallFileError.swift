/// The reasons for which a small file can't be read. A value; any thread.

/// A reason, as the end of a sentence that says which file was to be read.
package enum SmallFileError: Error, Equatable, CustomStringConvertible {
    /// The kernel's number, positive (`ENOENT`).
    case system(Int32)
    /// A pipe, a socket or a device has the name.
    case notRegular
    case tooLarge(sizeMax: Int)

    package var description: String {
        switch self {
        case .system(let code): SystemError.reason(code)
        case .notRegular: "is no regular file; name a file that can be read again"
        case .tooLarge(let sizeMax): "has more than \(sizeMax) bytes; is this the right file?"
        }
    }
}
