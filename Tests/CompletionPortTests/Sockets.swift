/// Sockets on this machine, and the far end's plain system calls. Test threads.

@testable import CompletionPort
import Glibc
import Platform

/// Two ends of one connection: ours, for the port, and the peer's, for plain calls that give up after ten seconds.
struct SocketPair: ~Copyable {
    let ours: Descriptor
    let peer: Descriptor

    /// A connection over TCP on the loopback interface.
    static func tcp() throws -> SocketPair {
        let listener = try Listening()
        let peer = try listener.connect()
        let accepted = accept(listener.socket.rawValue, nil, nil)
        guard accepted >= 0 else { throw SystemError("accept") }
        return SocketPair(ours: Descriptor(owning: accepted), peer: peer)
    }

    /// A connection that stays within the kernel's memory: what is sent is there at once.
    static func local() throws -> SocketPair {
        var numbers: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &numbers) == 0 else {
            throw SystemError("make a socket pair")
        }
        let peer = Descriptor(owning: numbers[1])
        peer.limitWaiting()
        return SocketPair(ours: Descriptor(owning: numbers[0]), peer: peer)
    }
}

/// A listening socket on a free port of the loopback interface.
struct Listening: ~Copyable {
    let socket: Descriptor
    private let address: sockaddr_in

    init() throws {
        let number = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard number >= 0 else { throw SystemError("make a socket") }
        let socket = Descriptor(owning: number)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                guard unsafe bind(number, general, size) == 0, listen(number, 512) == 0 else { return Int32(-1) }
                return unsafe getsockname(number, general, &size)
            }
        }
        guard status == 0 else { throw SystemError("listen") }
        self.socket = socket
        self.address = address
    }

    /// A client's end of a new connection.
    func connect() throws -> Descriptor {
        let number = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard number >= 0 else { throw SystemError("make a socket") }
        let client = Descriptor(owning: number)
        client.limitWaiting()
        var address = address
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
                unsafe Glibc.connect(number, general, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw SystemError("connect") }
        return client
    }
}

extension Descriptor {
    /// The socket as a port knows it.
    var asSocket: Socket { Socket(descriptor: rawValue) }

    /// The port of this end's own address.
    var localPort: UInt16 { CompletionPortTests.localPort(of: rawValue) }

    /// Makes blocking receives and sends give up after ten seconds, so that a test fails rather than hangs.
    func limitWaiting() {
        var time = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe _ = setsockopt(rawValue, SOL_SOCKET, SO_RCVTIMEO, &time, size)
        unsafe _ = setsockopt(rawValue, SOL_SOCKET, SO_SNDTIMEO, &time, size)
    }

    /// Sends all bytes.
    func say(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { all in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: all[sent...])
                return unsafe Glibc.send(rawValue, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError("send") }
            sent += count
        }
    }

    /// Receives `count` bytes, or fewer when the other end finishes first.
    func hear(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var heard = 0
        while heard < count {
            let got = unsafe bytes.withUnsafeMutableBytes { all in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: all[heard...])
                return unsafe recv(rawValue, rest.baseAddress, rest.count, 0)
            }
            // The kernel interrupts the thread whose port has just ended.
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw SystemError("receive") }
            if got == 0 { break }
            heard += got
        }
        return Array(bytes[..<heard])
    }

    /// Has the end of the last descriptor be a reset: SO_LINGER with a time of zero (socket(7)).
    func resetWhenClosed() {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe _ = setsockopt(rawValue, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }

    /// Says that nothing more will be sent.
    func finish() {
        _ = shutdown(rawValue, Int32(SHUT_WR))
    }
}

extension PeerAddresses {
    /// The port of the IPv4 address at a place.
    func port(_ place: Int) -> UInt16 {
        var storage = self[place]
        return unsafe withUnsafeBytes(of: &storage) { UInt16(bigEndian: unsafe $0.load(as: sockaddr_in.self).sin_port) }
    }
}

/// The port of a socket's own address; 0 when it has none.
func localPort(of socket: Int32) -> UInt16 {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = unsafe withUnsafeMutablePointer(to: &address) { pointer in
        unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            unsafe getsockname(socket, $0, &size)
        }
    }
    return status == 0 ? UInt16(bigEndian: address.sin_port) : 0
}
