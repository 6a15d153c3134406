/// The address that a request is logged and handled with. Pure; any thread reads it, none changes it.

internal import FileLog
internal import HTTP

/// The proxies of `ProxyRules`, as workers need them.
struct TrustedProxies: Sendable {
    private let ranges: [AddressRange]
    private let trustsUnix: Bool
    private let field: ForwardedField

    init(_ rules: ProxyRules) {
        ranges = rules.trusted.compactMap(\.range)
        trustsUnix = rules.trusted.contains { $0.range == nil }
        field = rules.field == .forwarded ? .forwarded : .xForwardedFor
    }

    /// True when what comes from an address may name another one as its client.
    ///
    /// - Complexity: Linear in the number of ranges; asked once for each connection, and once for each element that is read.
    func trusts(_ address: RemoteAddress) -> Bool {
        guard !address.isUnix else { return trustsUnix }
        for range in ranges where range.contains(address) { return true }
        return false
    }

    /// The address of the client that a request came from by way of a trusted peer.
    ///
    /// The elements of the field are read from the last, which the peer has added, through those that are trusted
    /// themselves. The first address that is not trusted is the client's. Where no address stands the walk ends at the last
    /// one that did: behind it any client may have written anything.
    ///
    /// - Parameters:
    ///   - head: the request's.
    ///   - bytes: those that it was parsed from.
    ///   - peer: the other end of the connection, which is trusted.
    /// - Returns: the peer's own address when it names none.
    func client(of head: RequestHead, in bytes: Span<UInt8>, from peer: RemoteAddress) -> RemoteAddress {
        var chain = ForwardedChain(head, field)
        var client = peer
        while case .node(let node)? = chain.next(in: bytes) {
            client = RemoteAddress(high: node.address.high, low: node.address.low, port: node.port)
            guard trusts(client) else { break }
        }
        return client
    }
}
