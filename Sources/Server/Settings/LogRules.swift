/// The places of a site's logs. Pure values; any thread.

internal import FileLog

/// The table `[log]`.
package struct LogRules: Equatable, Sendable {
    /// The folder of `access.log` and `error.log`.
    package var folder = "logs"
    package var access = Access.file
    package var error = Errors.file

    package init() {}

    /// The destination of a line for each request.
    package enum Access: Equatable, Sendable {
        case off
        case file
        case standardOutput

        var destination: LogDestination {
            switch self {
            case .off: .none
            case .file: .file
            case .standardOutput: .standardOutput
            }
        }
    }

    /// The destination of messages and reasons.
    package enum Errors: Equatable, Sendable {
        case file
        case standardError

        var destination: LogDestination {
            switch self {
            case .file: .file
            case .standardError: .standardError
            }
        }
    }
}
