/// Decides if an accepted client is served, and which account makes room for it. Pure; the worker that owns it.
///
/// DESIGN. Whose client comes next is known only when it has been accepted. So a few are accepted beyond the limit, and a
/// client of an address that holds fewer connections than another takes the place of one of those. One of the address that
/// holds most waits for a place, unread. When as many wait as there is room for, accepting pauses: the rest waits in the
/// kernel's backlog, as long as that helps. After a moment accepting goes on, so that clients of other addresses behind them
/// are reached: then a newcomer waits only when its own address has an idle connection to end for it.
///
/// Next: ConnectionGivers.swift

internal import CompletionPort
internal import Platform

/// The clients that wait for a place, and the state of accepting.
struct ConnectionAdmission {
    /// The answer to a client that was accepted.
    enum Decision: Equatable {
        case serve
        /// It is served, and a connection of this account gives its place back.
        case replace(Shares.Account)
        /// It is not read before there is a place.
        case wait
        /// It waits when an idle connection of its own address gives its place back, and ends otherwise.
        case shed
    }

    /// Those that wait, the first to come first.
    private(set) var waiting: [CompletionKey] = []
    /// The time at which as many waited as there is room for.
    private var fullSince: Instant?
    /// True when accepting goes on although as many wait as there is room for.
    private(set) var isShedding = false

    /// Clients wait in the backlog for so long before some are shed.
    static let patience = Duration.seconds(1)

    /// Decides about a client.
    ///
    /// - Parameters:
    ///   - hasPlace: the limit has room for it.
    ///   - shares: the decision of the shares where it has not.
    ///   - isFull: as many wait as there is room for.
    /// - Returns: the decision.
    func decide(hasPlace: Bool, _ shares: Shares.Decision, isFull: Bool) -> Decision {
        if hasPlace { return .serve }
        switch shares {
        case .take: return .serve
        case .giveBack(let holder): return .replace(holder)
        case .refuse: return isFull && isShedding ? .shed : .wait
        }
    }

    /// A client waits for a place.
    mutating func append(_ client: CompletionKey) { waiting.append(client) }

    /// The client that has waited longest, whose turn it is; `nil` when none waits.
    mutating func takeFirst() -> CompletionKey? { waiting.isEmpty ? nil : waiting.removeFirst() }

    /// A client that waited has ended.
    mutating func remove(_ client: CompletionKey) { waiting.removeAll { $0 == client } }

    /// Looks whether accepting pauses.
    ///
    /// - Parameters:
    ///   - isFull: as many wait as there is room for.
    ///   - now: the time.
    /// - Returns: the time at which to look again; `nil` when accepting goes on.
    mutating func pause(isFull: Bool, now: Instant) -> Instant? {
        // Once it goes on it does until nobody waits: else each place that is filled again would begin another pause.
        guard isFull || isShedding && !waiting.isEmpty else {
            fullSince = nil
            isShedding = false
            return nil
        }
        let since = fullSince ?? now
        fullSince = since
        let end = since.advanced(by: Self.patience)
        isShedding = now >= end
        return isShedding ? nil : end
    }
}
