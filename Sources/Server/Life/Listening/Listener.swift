/// A socket that accepts connections. The main thread at start.

internal import FileLog
internal import Glibc
package import Platform

/// A bound, listening socket.
package struct Listener: ~Copyable, Sendable {
    package let descriptor: Descriptor
    /// The address with the port that the kernel chose where 0 was asked for.
    package let address: ListenAddress

    /// The least that TCP_DEFER_ACCEPT knows.
    private static let silenceSecondsMax: Int32 = 1

    /// The file by which clients find a Unix socket.
    let file: UnixSocketFile?

    /// Binds and listens.
    ///
    /// The options are set here because accepted sockets inherit them: one call for each listener, not for each
    /// connection.
    ///
    /// - Parameters:
    ///   - address: where to listen; of a Unix socket, the whole path.
    ///   - rules: what is configured beside the addresses.
    ///   - limits: the configured ones.
    /// - Throws: `listen` when the kernel refuses, and what is wrong with a Unix socket's file or its owner.
    package init(_ address: ListenAddress, _ rules: ListenRules, _ limits: Limits) throws(StartError) {
        let backlog = Int32(clamping: limits.backlogMax)
        if case .unix(let path) = address {
            let owner = try SocketOwner(rules.socketOwner)
            let descriptor: Descriptor
            do { descriptor = try Self.socket(AF_UNIX, address) } catch { throw .system(error) }
            file = try UnixSocketFile(path, descriptor.rawValue, backlog: backlog, rules, owner)
            self.address = address
            self.descriptor = descriptor
            return
        }
        do throws(SystemError) {
            var bound = address
            let descriptor = try Self.bound(&bound, rules)
            let number = descriptor.rawValue
            // The kernel takes bytes as long as its buffer, of up to 4 MiB, has room, though the client takes none: this bounds
            // those that could not be sent yet (TCP_NOTSENT_LOWAT). Those that wait to be acknowledged are not among them, so that
            // a client far away gets as large a window as ever.
            try Self.set(number, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, to: Int32(clamping: limits.unsentSizeMax))
            // A client is accepted when its request is there, and so both are found in one turn instead of two. One that says
            // nothing is accepted when the kernel has asked it for a sign of life, which is after this time (tcp(7)).
            try Self.set(number, Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT, to: Self.silenceSecondsMax)
            // Between two programs of one machine there is no path to be congested. Algorithms that pace, as BBR does, set a timer
            // for each segment, which costs more than to send it. Reno is in every kernel, and allowed to everybody unless an administrator says
            // otherwise (`tcp_allowed_congestion_control`): then the system's stays, and nothing is wrong but the speed.
            if address.isLoopback { _ = unsafe setsockopt(number, Int32(IPPROTO_TCP), TCP_CONGESTION, "reno", 4) }
            guard listen(number, backlog) == 0 else { throw SystemError("listen on \(address)") }
            self.address = bound.with(port: try Self.boundPort(number, bound))
            self.descriptor = descriptor
            file = nil
        } catch {
            throw .listen(error)
        }
    }

    /// Lets clients be accepted who have said nothing.
    static func acceptWithoutRequests(_ socket: Int32) {
        // It can't fail on a socket that took the option before.
        try? set(socket, Int32(IPPROTO_TCP), TCP_DEFER_ACCEPT, to: 0)
    }

    /// Looks whether an address can be listened on; no client is accepted, no file made, and it is free again afterwards.
    static func probe(_ address: ListenAddress, _ rules: ListenRules) throws(StartError) {
        if case .unix(let path) = address {
            _ = try SocketOwner(rules.socketOwner)
            return try UnixSocketFile.probe(path)
        }
        var address = address
        do { _ = try bound(&address, rules) } catch { throw .listen(error) }
    }

    /// Tries for a moment longer while an address is taken.
    ///
    /// A server that was killed still has it then: the kernel takes a ring apart, with the accepts that are posted on it, after the
    /// process has ended.
    static func waitingForAddress<Result: ~Copyable>(
        _ body: () throws(StartError) -> Result
    ) throws(StartError) -> Result {
        let end = Instant.now.advanced(by: takenDurationMax)
        let pause = Monitor(false)
        while true {
            do throws(StartError) {
                return try body()
            } catch {
                guard case .listen(let reason) = error, reason.code == EADDRINUSE, Instant.now < end else {
                    throw error
                }
            }
            _ = pause.waitUntil(.now.advanced(by: takenInterval)) { $0 ? true : nil }
        }
    }

    private static let takenDurationMax = Duration.milliseconds(500)
    private static let takenInterval = Duration.milliseconds(10)

    private static func socket(_ family: Int32, _ address: ListenAddress) throws(SystemError) -> Descriptor {
        let number = Glibc.socket(family, Int32(SOCK_STREAM.rawValue) | ringportCloseOnExec, 0)
        guard number >= 0 else { throw SystemError("make a socket for \(address)") }
        return Descriptor(owning: number)
    }

    /// A socket that has the address, and does not listen yet.
    ///
    /// Both families are one socket of IPv6, whose clients by IPv4 have mapped addresses (RFC 4291 §2.5.5.2). Where the kernel has
    /// no IPv6, as with `ipv6.disable=1`, everywhere is IPv4.
    private static func bound(
        _ address: inout ListenAddress,
        _ rules: ListenRules
    ) throws(SystemError) -> Descriptor {
        guard case .everywhere(let port) = address else { return try bound(address, to: address, rules) }
        do throws(SystemError) {
            return try bound(.ipv6("::", port: port), to: address, rules)
        } catch {
            guard [EAFNOSUPPORT, EADDRNOTAVAIL].contains(error.code) else { throw error }
            address = .ipv4("0.0.0.0", port: port)
            return try bound(address, to: address, rules)
        }
    }

    private static func bound(
        _ address: ListenAddress,
        to wanted: ListenAddress,
        _ rules: ListenRules
    ) throws(SystemError) -> Descriptor {
        let isIPv6 = if case .ipv6 = address { true } else { false }
        let descriptor = try socket(isIPv6 ? AF_INET6 : AF_INET, wanted)
        let number = descriptor.rawValue
        // A restart binds again while old connections still wait in TIME_WAIT.
        try set(number, SOL_SOCKET, SO_REUSEADDR)
        // Responses leave when they are complete; waiting for more (Nagle) would only delay them.
        try set(number, Int32(IPPROTO_TCP), TCP_NODELAY)
        try set(number, SOL_SOCKET, SO_KEEPALIVE)
        // ip(7), ipv6(7): IP_FREEBIND and IPV6_FREEBIND, Linux 4.15.
        if rules.bindsFreely { try set(number, Int32(isIPv6 ? IPPROTO_IPV6 : IPPROTO_IP), isIPv6 ? 78 : 15) }
        if isIPv6 { try set(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, to: address == wanted ? 1 : 0) }
        try bind(number, address, to: wanted)
        return descriptor
    }

    consuming func intoDescriptor() -> Descriptor { descriptor }

    private static func set(_ socket: Int32, _ level: Int32, _ option: Int32, to value: Int32 = 1) throws(SystemError) {
        var value = value
        guard unsafe setsockopt(socket, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw SystemError("set a socket's option \(option)")
        }
    }

    private static func bind(
        _ socket: Int32,
        _ address: ListenAddress,
        to wanted: ListenAddress
    ) throws(SystemError) {
        let status: Int32
        switch address {
        case .ipv6(let host, let port):
            var native = sockaddr_in6()
            native.sin6_family = sa_family_t(AF_INET6)
            native.sin6_port = port.bigEndian
            unsafe inet_pton(AF_INET6, host, &native.sin6_addr)
            status = unsafe withUnsafePointer(to: &native) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe Glibc.bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        case .ipv4(let host, let port):
            var native = sockaddr_in()
            native.sin_family = sa_family_t(AF_INET)
            native.sin_port = port.bigEndian
            unsafe inet_pton(AF_INET, host, &native.sin_addr)
            status = unsafe withUnsafePointer(to: &native) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe Glibc.bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        case .everywhere, .unix: preconditionFailure("an address of one family was asked for")
        }
        guard status == 0 else { throw SystemError("listen on \(wanted)") }
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
