/// What is wrong with a configuration, and where. A value; any thread.

package struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    package let path: String
    package let line: Int?
    package let reason: String

    package var description: String { line.map { "\(path):\($0): \(reason)" } ?? "\(path): \(reason)" }
}
