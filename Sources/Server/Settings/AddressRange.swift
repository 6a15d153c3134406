/// Ranges of addresses, as `10.0.0.0/8` names them. Pure; any thread.

internal import FileLog
internal import HTTP

/// All addresses that begin with the same bits (RFC 4632 §3.1, RFC 4291 §2.3).
struct AddressRange: Sendable, Hashable {
    private let high: UInt64
    private let low: UInt64
    private let highMask: UInt64
    private let lowMask: UInt64
    private let isIPv4: Bool

    /// The addresses whose first `bits` are those of `address`; what is behind them does not count.
    ///
    /// - Parameters:
    ///   - address: one of the range.
    ///   - bits: of 128; those of an IPv4 address are the last 32.
    init(_ address: NetworkAddress, bits: Int) {
        highMask = bits <= 0 ? 0 : .max << UInt64(max(0, 64 - bits))
        lowMask = bits <= 64 ? 0 : .max << UInt64(max(0, 128 - bits))
        high = address.high & highMask
        low = address.low & lowMask
        isIPv4 = address.isIPv4 && bits >= 96
    }

    /// The first address.
    var first: NetworkAddress { NetworkAddress(high: high, low: low) }

    /// True when an address lies in the range.
    ///
    /// A range of IPv6 holds no IPv4 address, though these are mapped into IPv6: `::/0` does not mean them.
    func contains(_ address: RemoteAddress) -> Bool {
        address.high & highMask == high && address.low & lowMask == low && (address.ipv4 != nil) == isIPv4
    }
}
