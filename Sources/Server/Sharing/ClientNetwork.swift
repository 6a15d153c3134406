/// The part of a client's address by which clients are told apart. A value; any thread.

internal import FileLog

/// An IPv4 address, or the 64-bit prefix of an IPv6 address: the least that one client is given (RFC 6177 §2).
///
/// Budgets are shared between these. One client has 2^64 addresses of IPv6 to choose from, so a single one says nothing.
struct ClientNetwork: BitwiseCopyable, Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// A number of its own: an IPv4 address, or the prefix, in which all IPv4 addresses would be one unused one.
    var number: UInt64 { high == 0 ? low : high }

    /// The network around it that one holder is often given: 24 bits of an IPv4 address, 48 of an IPv6 address.
    ///
    /// Clients in it may be strangers to each other, so it bounds nothing; it tells whose turn it is.
    var wider: ClientNetwork {
        high == 0 ? ClientNetwork(high: 0, low: low & ~0xFF) : ClientNetwork(high: high & ~0xFFFF, low: 0)
    }

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Returns: `nil` for the client of a Unix socket, who has no address.
    init?(_ address: RemoteAddress) {
        guard !address.isUnix else { return nil }
        high = address.high
        low = address.ipv4 == nil ? 0 : address.low
    }
}
