/// The order in which connections give their places back. Pure; the worker that owns it.
///
/// DESIGN. Of an address that holds most, what is idle gives back before what is busy; what waits has no place to give:
///
///     ended, but for what its client still sends ► idle ► busy
///
/// Of those of a kind it is the one whose deadline comes first: it has been idle for longest, or its client has taken or sent
/// nothing for longest.

internal import Platform

/// The connection to ask.
struct ConnectionGivers {
    /// The state of a connection, in the order in which connections give back.
    enum Standing: Int, CaseIterable {
        /// The server has said FIN, and throws away what still comes.
        case lingering
        /// Nothing was asked, or everything is answered.
        case idle
        /// It is being asked or answered.
        case busy
    }

    /// The connection that gives back, and what it does; `nil` when none was considered.
    private(set) var best: (slot: ConnectionSlot, standing: Standing)?
    private var deadline = Instant.distantFuture

    /// Takes a connection into account.
    ///
    /// - Parameters:
    ///   - slot: the connection.
    ///   - standing: what it does.
    ///   - deadline: by which its client, or the server, has to do something.
    mutating func consider(_ slot: ConnectionSlot, _ standing: Standing, deadline: Instant) {
        if let best {
            guard standing.rawValue <= best.standing.rawValue else { return }
            guard standing.rawValue < best.standing.rawValue || deadline < self.deadline else { return }
        }
        best = (slot, standing)
        self.deadline = deadline
    }
}
