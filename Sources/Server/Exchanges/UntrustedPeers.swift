/// Peers that speak for others and are not believed, named once each. Any worker; a lock is taken once for each peer and worker.

internal import Platform

/// The addresses that were named in `error.log`, of all workers.
///
/// An owner who put a proxy in front and did not name it sees it there: until then all visitors are one client.
final class UntrustedPeers: Sendable {
    /// Peers that are named at most: whoever can change an address can't fill the log.
    static let countMax = 64

    private let named = Monitor<Set<ClientNetwork?>>([])

    /// True for the first who asks about a peer, as long as not too many were named.
    func isNew(_ peer: ClientNetwork?) -> Bool {
        named.withLock { named in
            guard named.count < Self.countMax else { return false }
            return named.insert(peer).inserted
        }
    }
}
