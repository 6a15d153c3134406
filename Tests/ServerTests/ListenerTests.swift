/// Listening sockets. Test threads.

import Glibc
import Platform
import Testing

@testable import Server

@Suite struct ListenerTests {
    private static func listener() throws -> Listener {
        let listener = try Listener(
            ListenAddress(host: "127.0.0.1", port: 0, isIPv6: false),
            backlog: 16,
            unsentSizeMax: 4096
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

    /// One that says nothing is a client all the same, and gets its deadline.
    @Test func aSilentClientIsAcceptedInTheEnd() throws {
        let listener = try Self.listener()
        let client = try RawConnection(port: listener.address.port)
        _ = try accepted(listener)
        client.reset()
    }
}
