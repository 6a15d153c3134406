/// The moment at which listening sockets are shut. Pure; test threads.

import Glibc
import Platform
import Testing

@testable import Server

@Suite struct ListenerClosingTests {
    private static let start = Instant(nanoseconds: 1_000_000_000_000)

    private static func at(_ milliseconds: Int) -> Instant { start.advanced(by: .milliseconds(milliseconds)) }

    private static func closing(deadline: Int = 10_000) -> ListenerClosing {
        ListenerClosing(now: start, deadline: at(deadline))
    }

    /// Looks at sockets that are always the same, a millisecond apart, until something else than to wait is to be done.
    private static func step(
        _ closing: inout ListenerClosing,
        clientsWait: Bool = false,
        handshakes: Set<SocketList.Handshake>?,
        from first: Int = 0
    ) -> (ListenerClosing.Step, at: Int)? {
        for time in first..<first + 20 {
            let step = closing.looked(clientsWait: clientsWait, handshakes: { handshakes }, now: at(time))
            if case .wait = step { continue }
            return (step, time)
        }
        return nil
    }

    @Test func whereNobodyIsTheyAreShutAfterThreeLooks() throws {
        var closing = Self.closing()
        try #expect(#require(Self.step(&closing, handshakes: [])) == (.takeNoMore, 0))
        try #expect(#require(Self.step(&closing, handshakes: [], from: 1)) == (.shut, 3))
    }

    @Test func somebodyWhoWaitsIsWaitedForUntilTheDeadline() throws {
        var closing = Self.closing()
        try #expect(#require(Self.step(&closing, clientsWait: true, handshakes: [])) == (.takeNoMore, 0))
        #expect(Self.step(&closing, clientsWait: true, handshakes: [], from: 1) == nil)
        #expect(Self.step(&closing, clientsWait: true, handshakes: [], from: 9_970) == nil)
        try #expect(#require(Self.step(&closing, clientsWait: true, handshakes: [], from: 9_990)) == (.shut, 10_000))
    }

    /// Whoever comes meanwhile is accepted.
    @Test func silentClientsAreWaitedForUntilTheKernelHasAskedThem() throws {
        var closing = Self.closing()
        #expect(Self.step(&closing, handshakes: [[1], [2]]) == nil)
        #expect(Self.step(&closing, handshakes: [[2], [3]], from: 900) == nil)
        try #expect(#require(Self.step(&closing, handshakes: [[3], [4]], from: 1_000)) == (.takeNoMore, 1_000))
    }

    @Test(arguments: [[[1]], nil] as [Set<SocketList.Handshake>?])
    func whoNeverAnswersIsNotWaitedForLong(handshakes: Set<SocketList.Handshake>?) throws {
        var closing = Self.closing()
        #expect(Self.step(&closing, handshakes: handshakes, from: 1_200) == nil)
        try #expect(#require(Self.step(&closing, handshakes: handshakes, from: 1_240)) == (.takeNoMore, 1_250))
        #expect(Self.step(&closing, handshakes: handshakes, from: 2_200) == nil)
        try #expect(#require(Self.step(&closing, handshakes: handshakes, from: 2_250)) == (.shut, 2_252))
    }

    @Test func aHandshakeThatEndsBetweenTwoLooksBeginsTheThreeAnew() {
        var closing = Self.closing()
        #expect(closing.looked(clientsWait: false, handshakes: { [] }, now: Self.at(0)) == .takeNoMore)
        for time in 0..<9 {
            let found: Set<SocketList.Handshake> = time % 3 == 0 ? [[1]] : []
            #expect(closing.looked(clientsWait: false, handshakes: { found }, now: Self.at(time)) != .shut)
        }
    }

    @Test func whoStopsWithoutADelayLooksOnce() throws {
        var closing = Self.closing(deadline: 0)
        try #expect(#require(Self.step(&closing, clientsWait: true, handshakes: [[1]])) == (.shut, 0))
    }

    /// Of this very kernel: a client that has said nothing yet is one, and one of another port is not.
    @Test(arguments: ["127.0.0.1:0", "[::1]:0", "*:0"])
    func handshakesAreFoundByTheKernel(text: String) throws {
        let listener = try Listener(#require(ListenAddress(text)), ListenRules(), Limits())
        let family = text.hasPrefix("[") ? AF_INET6 : AF_INET
        let families = text.hasPrefix("127") ? [AF_INET] : [AF_INET, AF_INET6]
        let port = listener.address.port
        #expect(SocketList.handshakes([port], families: families) == [])
        let client = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(client) }
        try #require(connectToLoopback(client, family, port) == 0)
        #expect(SocketList.handshakes([port], families: families)?.count == 1)
        #expect(SocketList.handshakes([port &+ 1], families: families) == [])
        try #require(unsafe send(client, "a", 1, 0) == 1)
        var entry = pollfd(fd: listener.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
        #expect(unsafe poll(&entry, 1, 10_000) == 1)
        #expect(SocketList.handshakes([port], families: families) == [])
    }

    private func connectToLoopback(_ client: Int32, _ family: Int32, _ port: UInt16) -> Int32 {
        func connected<Address>(_ address: Address) -> Int32 {
            unsafe withUnsafePointer(to: address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe connect(client, $0, socklen_t(MemoryLayout<Address>.size))
                }
            }
        }
        if family == AF_INET6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            unsafe inet_pton(AF_INET6, "::1", &address.sin6_addr)
            return connected(address)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return connected(address)
    }

    @Test func handshakesAreFoundInTheKernelsList() {
        let list = """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0
               1: 0100007F:1F90 0100007F:C350 03 00000000:00000000 01:00000063 00000000     0        0 0 1 0
               2: 0100007F:0050 0100007F:1F90 03 00000000:00000000 01:00000063 00000000     0        0 0 1 0
            100: 00000000000000000000000001000000:1F90 00000000000000000000000001000000:C351 03 00000000:00000000 01:1 0 0
            101: 0100007F:1F90 0100007F:C352 01 00000000:00000000 00:00000000 00000000     0        0 4 1 0 20 4 30 10 -1
            """
        #expect(SocketList.handshakes(Array(list.utf8), [8080]).count == 2)
        #expect(SocketList.handshakes(Array(list.utf8), [80]).count == 1)
        #expect(SocketList.handshakes(Array(list.utf8), [80, 8080]).count == 3)
        #expect(SocketList.handshakes(Array(list.utf8), [5]).count == 0)
        #expect(SocketList.handshakes([], [80]).count == 0)
    }
}
