/// The severity of a message in `error.log`. Any thread.

/// The first word after the time in a line of `error.log`.
package enum LogLevel: String, Sendable {
    /// Something was not done that should have been.
    case error
    /// It was done, but somebody should look.
    case warning
    /// Good to know.
    case notice
}
