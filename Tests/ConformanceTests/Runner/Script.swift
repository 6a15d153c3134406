/// What is said on one connection, and what came back. Values; test threads.

/// The bytes to send, in up to three pieces.
struct Script: Sendable {
    let first: [UInt8]
    /// Sent when the server has taken `first`.
    var rest: [UInt8] = []
    /// Sent when the server has said something.
    var held: [UInt8] = []
}

/// All that a server said on one connection.
struct Transcript: Sendable {
    enum Ending: Sendable {
        case closed
        /// Neither a byte nor a close for as long as the runner waits.
        case silent
    }

    var bytes: [UInt8] = []
    var ending = Ending.silent
}
