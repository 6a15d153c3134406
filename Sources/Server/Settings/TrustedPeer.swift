/// A proxy that is believed, as the configuration names it. A value; the main thread.

internal import FileLog
internal import HTTP

/// A range of addresses, or all clients of Unix sockets.
package struct TrustedPeer: Sendable, Equatable, CustomStringConvertible {
    /// The fault of a text, with the text to write in its place.
    package struct Problem: Error {
        package let remedy: String
    }

    /// As it was written.
    package let description: String
    /// `nil` for the clients of Unix sockets.
    let range: AddressRange?

    /// Reads an address, an address with a number of bits, or `unix`.
    ///
    /// - Throws: what to write instead. A range whose address has bits behind those that count is refused: it may have been
    ///   meant as one address, and would let in a whole network.
    package init(_ text: String) throws(Problem) {
        description = text
        guard text != "unix" else {
            range = nil
            return
        }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let address = NetworkAddress(parts[0].utf8.span) else {
            throw Problem(remedy: "write an address such as \"10.0.0.1\", a range such as \"10.0.0.0/8\", or \"unix\"")
        }
        guard !address.isUnspecified || parts.count == 2 else {
            throw Problem(remedy: "nobody connects from there; name the proxy's own address")
        }
        let width = parts[0].contains(":") ? 128 : 32
        guard parts.count == 2 else {
            range = AddressRange(address, bits: 128)
            return
        }
        guard let bits = Int(parts[1]), "\(bits)" == parts[1], (0...width).contains(bits) else {
            throw Problem(remedy: "the number of bits of such an address is from 0 to \(width)")
        }
        let range = AddressRange(address, bits: 128 - width + bits)
        guard range.first == address else {
            let first = RemoteAddress(high: range.first.high, low: range.first.low, port: 0)
            let text = first.isUnix ? "::" : first.description
            throw Problem(remedy: "write \"\(text)/\(bits)\" for the range, or \"\(parts[0])\" for the one address")
        }
        self.range = range
    }
}
