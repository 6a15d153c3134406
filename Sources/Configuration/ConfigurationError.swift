/// What is wrong with a configuration, and where. Values; any thread.

package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    package let path: String
    package let line: Int?
    package let reason: String
    /// The full name of the key that is to blame, `server.listen`; `nil` where it is no key.
    package var key: String?

    package var description: String { line.map { "\(path):\($0): \(reason)" } ?? "\(path): \(reason)" }
}

/// The same while it is not known what the text is called.
struct ConfigurationProblem: Error, Equatable {
    let line: Int?
    let reason: String
    /// The full name of the key that is to blame.
    var key: String?
}
