/// A socket that accepts connections, and the addresses of sockets. The main thread at start.

internal import FileLog
internal import Glibc
package import Platform

/// An address to listen on: an IPv4 address, or an IPv6 address in brackets, and a port.
package struct ListenAddress: Sendable, Equatable, CustomStringConvertible {
    package let host: String
    package let port: UInt16
    package let isIPv6: Bool

    package init(host: String, port: UInt16, isIPv6: Bool) {
        self.host = host
        self.port = port
        self.isIPv6 = isIPv6
    }

    /// Reads `127.0.0.1:8080`, `[::1]:8080` or `localhost:8080`; `nil` when it is none of these.
    package init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = String(text[..<colon])
        if host == "localhost" { host = "127.0.0.1" }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            var address = in6_addr()
            guard unsafe inet_pton(AF_INET6, host, &address) == 1 else { return nil }
            self.init(host: host, port: port, isIPv6: true)
        } else {
            var address = in_addr()
            guard unsafe inet_pton(AF_INET, host, &address) == 1 else { return nil }
            self.init(host: host, port: port, isIPv6: false)
        }
    }

    /// Whether only programs of this machine can reach it.
    var isLoopback: Bool { isIPv6 ? host == "::1" : host.hasPrefix("127.") }

    package var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A bound, listening socket.
package struct Listener: ~Copyable, Sendable {
    package let descriptor: Descriptor
    /// The address with the port that the kernel chose where 0 was asked for.
    package let address: ListenAddress

    /// The least that TCP_DEFER_ACCEPT knows.
    private static let silenceSecondsMax: Int32 = 1

    /// Binds and listens.
    ///
    /// The options are set here because accepted sockets inherit them: one call for each listener, not for each
    /// connection.
    package init(_ address: ListenAddress, backlog: Int, unsentSizeMax: Int) throws(SystemError) {
        let descriptor = try Self.bound(address)
        let number = descriptor.rawValue
        // The kernel takes bytes as long as its buffer, of up to 4 MiB, has room, though the client takes none: this bounds
        // those that could not be sent yet (TCP_NOTSENT_LOWAT). Those that wait to be acknowledged are not among them, so that
        // a client far away gets as large a window as ever.
        try Self.set(number, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, to: Int32(clamping: unsentSizeMax))
        // A client is accepted when its request is there, and so both are found in one turn instead of two. One that says
        // nothing is accepted when the kernel has asked it for a sign of life, which is after this time (tcp(7)).
        try Self.set(number, Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT, to: Self.silenceSecondsMax)
        // Between two programs of one machine there is no path to be congested. Algorithms that pace, as BBR does, set a timer
        // for each segment, which costs more than to send it. Reno is in every kernel, and allowed to everybody unless an administrator says
        // otherwise (`tcp_allowed_congestion_control`): then the system's stays, and nothing is wrong but the speed.
        if address.isLoopback { _ = unsafe setsockopt(number, Int32(IPPROTO_TCP), TCP_CONGESTION, "reno", 4) }
        guard listen(number, Int32(clamping: backlog)) == 0 else { throw SystemError("listen on \(address)") }
        let port = try Self.boundPort(number, address)
        self.descriptor = descriptor
        self.address = ListenAddress(host: address.host, port: port, isIPv6: address.isIPv6)
    }

    /// Lets clients be accepted who have said nothing.
    static func acceptWithoutRequests(_ socket: Int32) {
        // It can't fail on a socket that took the option before.
        try? set(socket, Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT, to: 0)
    }

    /// Looks whether an address can be bound; no client is accepted, and it is free again afterwards.
    static func probe(_ address: ListenAddress) throws(SystemError) {
        _ = try bound(address)
    }

    /// A socket that has the address, and does not listen yet.
    private static func bound(_ address: ListenAddress) throws(SystemError) -> Descriptor {
        let number = socket(address.isIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue) | ringportCloseOnExec, 0)
        guard number >= 0 else { throw SystemError("make a socket for \(address)") }
        let descriptor = Descriptor(owning: number)
        // A restart binds again while old connections still wait in TIME_WAIT.
        try Self.set(number, SOL_SOCKET, SO_REUSEADDR)
        // Responses leave when they are complete; waiting for more (Nagle) would only delay them.
        try Self.set(number, Int32(IPPROTO_TCP), TCP_NODELAY)
        try Self.set(number, SOL_SOCKET, SO_KEEPALIVE)
        if address.isIPv6 { try Self.set(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY) }
        try Self.bind(number, address)
        return descriptor
    }

    consuming func intoDescriptor() -> Descriptor { descriptor }

    private static func set(_ socket: Int32, _ level: Int32, _ option: Int32, to value: Int32 = 1) throws(SystemError) {
        var value = value
        guard unsafe setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw SystemError("set a socket's option \(option)")
        }
    }

    private static func bind(_ socket: Int32, _ address: ListenAddress) throws(SystemError) {
        let status: Int32
        if address.isIPv6 {
            var native = sockaddr_in6()
            native.sin6_family = sa_family_t(AF_INET6)
            native.sin6_port = address.port.bigEndian
            unsafe inet_pton(AF_INET6, address.host, &native.sin6_addr)
            status = unsafe withUnsafePointer(to: &native) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe Glibc.bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        } else {
            var native = sockaddr_in()
            native.sin_family = sa_family_t(AF_INET)
            native.sin_port = address.port.bigEndian
            unsafe inet_pton(AF_INET, address.host, &native.sin_addr)
            status = unsafe withUnsafePointer(to: &native) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe Glibc.bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        guard status == 0 else { throw SystemError("listen on \(address)") }
    }

    private static func boundPort(_ socket: Int32, _ address: ListenAddress) throws(SystemError) -> UInt16 {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(socket, $0, &length)
            }
        }
        guard status == 0 else { throw SystemError("find the port of \(address)") }
        return RemoteAddress(storage)?.port ?? address.port
    }
}

/// SOCK_CLOEXEC: a handler that starts a program does not hand it our sockets.
private let ringportCloseOnExec = Int32(SOCK_CLOEXEC.rawValue)
