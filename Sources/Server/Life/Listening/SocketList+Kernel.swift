/// The kernel's list of incomplete handshakes. The main thread.

internal import CPlatform
internal import Glibc
internal import Platform

extension SocketList {
    /// Asks the kernel for the handshakes that are not complete.
    ///
    /// sock_diag(7) looks at these alone. `/proc/net/tcp` has every socket of the machine, also those that wait in TIME_WAIT, of
    /// which a busy proxy leaves tens of thousands; it is read where the kernel has no sock_diag.
    ///
    /// - Parameters:
    ///   - ports: the local ones.
    ///   - families: AF_INET, and AF_INET6 where a listener has it, whose clients by IPv4 are listed there too.
    /// - Returns: `nil` when it can't be told.
    static func handshakes(_ ports: Set<UInt16>, families: [Int32]) -> Set<Handshake>? {
        var all: Set<Handshake> = []
        for port in ports {
            for family in families {
                guard let found = handshakes(port, family) else { return listed(ports) }
                all.formUnion(found)
            }
        }
        return all
    }

    private static func handshakes(_ port: UInt16, _ family: Int32) -> Set<Handshake>? {
        let size = Int(RINGPORT_HANDSHAKE_SIZE)
        var keys = [UInt8](repeating: 0, count: size * countMax)
        let count = unsafe Int(ringport_handshakes(family, port, &keys, countMax))
        guard count >= 0 else { return nil }
        return Set((0..<count).map { Array(keys[$0 * size..<($0 + 1) * size]) })
    }

    private static func listed(_ ports: Set<UInt16>) -> Set<Handshake>? {
        var all: Set<Handshake>?
        for name in ["/proc/net/tcp", "/proc/net/tcp6"] {
            // A kernel without IPv6 has only the first.
            guard let text = try? SmallFile.read(name, sizeMax: sizeMax) else { continue }
            all = (all ?? []).union(handshakes(text, ports))
        }
        return all
    }

    /// More would be a flood, whose ends are not waited for long in any case.
    private static let countMax = 4096
}
