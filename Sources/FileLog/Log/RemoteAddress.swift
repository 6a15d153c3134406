/// The address of a client, small enough to be copied into a log record. Any thread.

/// An IPv6 address and a port; an IPv4 address is one mapped into IPv6 (RFC 4291, section 2.5.5.2).
///
/// A client of a Unix socket has no address, and is `unix`.
package struct RemoteAddress: Equatable, Sendable {
    /// The first and the last eight bytes, as big-endian numbers.
    package let high: UInt64
    package let low: UInt64
    package let port: UInt16

    /// An IPv6 address.
    ///
    /// - Parameters:
    ///   - high: its first eight bytes as a big-endian number.
    ///   - low: its last eight bytes as a big-endian number.
    ///   - port: in the host's byte order.
    package init(high: UInt64, low: UInt64, port: UInt16) {
        self.high = high
        self.low = low
        self.port = port
    }

    /// An IPv4 address.
    ///
    /// - Parameters:
    ///   - ipv4: its four bytes as a big-endian number: `127.0.0.1` is `0x7F00_0001`, the `ntohl` of an `s_addr`.
    ///   - port: in the host's byte order.
    package init(ipv4: UInt32, port: UInt16) {
        self.init(high: 0, low: 0xFFFF << 32 | UInt64(ipv4), port: port)
    }

    /// A client that came by a Unix socket.
    ///
    /// Nobody connects from the unspecified address `::` (RFC 4291, section 2.5.2), so its value is free for this.
    package static let unix = RemoteAddress(high: 0, low: 0, port: 0)

    /// True when the client came by a Unix socket.
    package var isUnix: Bool { self == .unix }

    /// The four bytes of an IPv4 address as a big-endian number, or `nil` for an IPv6 one.
    package var ipv4: UInt32? {
        high == 0 && low >> 32 == 0xFFFF ? UInt32(truncatingIfNeeded: low) : nil
    }

    /// True when only programs of this machine have the address (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
    package var isLoopback: Bool {
        if let ipv4 { return ipv4 >> 24 == 127 }
        return high == 0 && low == 1
    }

    /// The `index`th group of sixteen bits of the address, of eight.
    func group(_ index: Int) -> UInt16 {
        let half = index < 4 ? high : low
        return UInt16(truncatingIfNeeded: half >> UInt64(48 - 16 * (index & 3)))
    }
}
