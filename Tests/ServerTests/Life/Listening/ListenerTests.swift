/// Listening sockets. Test threads.

import Glibc
import Platform
import Testing

@testable import Server

@Suite struct ListenerTests {
    private static func listener() throws -> Listener {
        let listener = try Listener(
            ListenAddress(host: "127.0.0.1", port: 0, isIPv6: false),
            ListenRules(),
            Limits()
        )
        #expect(fcntl(listener.descriptor.rawValue, F_SETFL, O_NONBLOCK) == 0)
        return listener
    }

    /// Waits for a client to accept.
    private func accepted(_ listener: borrowing Listener) throws -> Descriptor {
        var entry = pollfd(fd: listener.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        #expect(unsafe poll(&entry, 1, 20_000) == 1)
        let socket = accept(listener.descriptor.rawValue, nil, nil)
        guard socket >= 0 else { throw SystemError("accept") }
        return Descriptor(owning: socket)
    }

    /// A worker is told of a client when there is something to do for it.
    @Test func aClientIsAcceptedWithItsRequest() throws {
        let listener = try Self.listener()
        // To the client the connection is there when this returns.
        let client = try RawConnection(port: listener.address.port)
        #expect(accept(listener.descriptor.rawValue, nil, nil) == -1)
        #expect(errno == EAGAIN)
        try client.send("G")
        let socket = try accepted(listener)
        var byte: UInt8 = 0
        #expect(unsafe recv(socket.rawValue, &byte, 1, Int32(MSG_DONTWAIT)) == 1, "nothing is waited for")
    }

    /// Between programs of one machine nothing is paced.
    @Test func onTheLoopbackNothingIsPaced() throws {
        let listener = try Self.listener()
        var name = [UInt8](repeating: 0, count: 16)
        var size = socklen_t(name.count)
        #expect(
            unsafe getsockopt(listener.descriptor.rawValue, Int32(IPPROTO_TCP), TCP_CONGESTION, &name, &size) == 0
        )
        #expect(String(decoding: name.prefix { $0 != 0 }, as: UTF8.self) == "reno")
    }

    @Test(arguments: ["127.0.0.1:80", "127.9.9.9:80", "[::1]:80", "localhost:80"])
    func loopbackAddressesAreKnown(text: String) throws {
        try #expect(#require(ListenAddress(text)).isLoopback)
    }

    @Test(arguments: ["0.0.0.0:80", "[::]:80", "128.0.0.1:80", "[::2]:80"])
    func otherAddressesAreNot(text: String) throws {
        try #expect(!#require(ListenAddress(text)).isLoopback)
    }

    /// One that says nothing is a client all the same, and gets its deadline.
    @Test func aSilentClientIsAcceptedInTheEnd() throws {
        let listener = try Self.listener()
        let client = try RawConnection(port: listener.address.port)
        _ = try accepted(listener)
        client.reset()
    }
}
