/// Why content was not coded. A value; any thread.

package enum CompressionError: Error, Equatable, Sendable {
    /// The library had no memory, or gave up.
    case failed
}
