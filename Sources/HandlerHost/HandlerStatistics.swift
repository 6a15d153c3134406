/// What the host counts. A value; any thread.

/// Counts since the start.
package struct HandlerStatistics: Equatable, Sendable {
    /// Calls given to handlers.
    package var calls = 0
    /// Calls given and not ended, now and at most.
    package var callsOpen = 0
    package var callsOpenPeak = 0
    /// Calls that found no room.
    package var callsShed = 0
    /// Calls that the server stopped waiting for.
    package var callsCancelled = 0
    /// Completions for a call that had ended: the second of two, or after a cancellation, or with an invented token.
    package var completionsLate = 0

    package init() {}
}
