/// What is wrong with a file of passwords. A value; any thread.

package struct PasswordFileError: Error, CustomStringConvertible, Equatable, Sendable {
    package let line: Int
    package let reason: String

    package var description: String { "\(line): \(reason)" }
}
