/// The listening sockets of the system, as the kernel lists them. Pure; any thread.

internal import Glibc

/// A line of `/proc/net/tcp` or `/proc/net/tcp6` about a socket that listens.
struct ListeningSocket: Equatable {
    /// 4 or 16 bytes in network order.
    let address: [UInt8]
    let port: UInt16
    let user: UInt32
    let inode: UInt64

    /// The lines of a list that are about listening sockets (proc_net_tcp(5)).
    static func list(_ text: String) -> [ListeningSocket] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            // TCP_LISTEN is 10.
            guard fields.count >= 10, fields[3] == "0A" else { return nil }
            let place = fields[1].split(separator: ":")
            guard place.count == 2, let port = UInt16(place[1], radix: 16), let user = UInt32(fields[7]),
                let inode = UInt64(fields[9]), let address = bytes(place[0])
            else { return nil }
            return ListeningSocket(address: address, port: port, user: user, inode: inode)
        }
    }

    /// An address is written as words of 32 bits, each as this machine has it in memory.
    private static func bytes(_ text: Substring) -> [UInt8]? {
        guard text.count == 8 || text.count == 32 else { return nil }
        var bytes: [UInt8] = []
        var rest = text
        while !rest.isEmpty {
            guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
            let plain = word.littleEndian
            for shift in [0, 8, 16, 24] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: plain >> shift)) }
            rest = rest.dropFirst(8)
        }
        return bytes
    }

    private var isWildcard: Bool { address.allSatisfy { $0 == 0 } }

    /// The sockets for which an address can't be bound.
    ///
    /// One of the address's own family counts when it has the address, or either is for all. Where there is none, one of the
    /// other family may be for all addresses of both.
    static func inTheWay(of address: ListenAddress, among sockets: [ListeningSocket]) -> [ListeningSocket] {
        let sockets = sockets.filter { $0.port == address.port }
        if case .everywhere = address { return sockets }
        guard let wanted = address.bytes else { return [] }
        let isWildcard = wanted.allSatisfy { $0 == 0 }
        let own = sockets.filter { socket in
            socket.address.count == wanted.count && (isWildcard || socket.isWildcard || socket.address == wanted)
        }
        return own.isEmpty ? sockets.filter { $0.address.count != wanted.count && $0.isWildcard } : own
    }

    /// Finds the Unix socket that listens under a path.
    ///
    /// - Parameters:
    ///   - path: as its server has bound it.
    ///   - text: `/proc/net/unix` (proc_net(5)): number, references, protocol, flags, type, state, inode, path.
    /// - Returns: its inode; `nil` when none listens there.
    static func unixSocket(at path: String, _ text: String) -> UInt64? {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 7)
            // __SO_ACCEPTCON, the flag of a socket that listens.
            guard fields.count == 8, let flags = UInt32(fields[3], radix: 16), flags & 0x10000 != 0, fields[7] == path
            else { continue }
            return UInt64(fields[6])
        }
        return nil
    }
}

extension ListenAddress {
    /// The address in network order; `nil` when it is none of one family.
    fileprivate var bytes: [UInt8]? {
        let family: Int32
        let text: String
        switch self {
        case .ipv4(let host, _): (family, text) = (AF_INET, host)
        case .ipv6(let host, _): (family, text) = (AF_INET6, host)
        case .everywhere, .unix: return nil
        }
        var bytes = [UInt8](repeating: 0, count: family == AF_INET6 ? 16 : 4)
        return unsafe inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }
}
