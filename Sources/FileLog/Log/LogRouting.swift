/// Routes of the lines of both logs. Pure values; any thread.

/// The end that a log's lines go to.
package enum LogDestination: Equatable, Sendable {
    /// Nowhere: lines are not even made.
    case none
    /// The file of the log's name in the log folder.
    case file
    /// Descriptor 1 as the process inherited it.
    case standardOutput
    /// Descriptor 2 as the process inherited it.
    case standardError

    /// The inherited descriptor; `nil` for what is opened by name, and for nowhere.
    var inherited: Int32? {
        switch self {
        case .none, .file: nil
        case .standardOutput: 1
        case .standardError: 2
        }
    }
}

/// The folder of the logs, and the destination of each.
package struct LogRouting: Equatable, Sendable {
    package var folder: String
    package var access: LogDestination
    package var error: LogDestination

    package init(folder: String, access: LogDestination = .file, error: LogDestination = .file) {
        self.folder = folder
        self.access = access
        self.error = error
    }

    static let accessName = "access.log"
    static let errorName = "error.log"

    /// The path that is opened for the access log; `nil` when none is.
    var accessPath: String? { access == .file ? "\(folder)/\(Self.accessName)" : nil }
    /// The path that is opened for the error log; `nil` when none is.
    var errorPath: String? { error == .file ? "\(folder)/\(Self.errorName)" : nil }
}
